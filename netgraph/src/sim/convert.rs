//! NGM_BINARY2ASCII and NGM_ASCII2BINARY: messages to text and back, as the node asked would.

use zerocopy::{FromBytes, IntoBytes};

use super::message::Message;
use super::nodes::Kind;
use crate::ascii::{self, CommandText, Type};
use crate::error::Errno;
use crate::message::HEADER_LEN;
use crate::sys::{NG_CMDSTRSIZ, NGF_RESP, ng_msghdr};

/// The form that the arguments of this message have.
fn form(command: &CommandText, header: &ng_msghdr) -> Option<&'static Type> {
    if header.flags & NGF_RESP != 0 { command.reply } else { command.args }
}

/// Takes the message that is a message's argument apart: its header, and what follows.
fn inner(message: &Message) -> Result<(ng_msghdr, &[u8]), Errno> {
    let claimed = message.header.arglen as usize;
    let args = message.args.get(..claimed).unwrap_or(&message.args);
    let (header, data) = ng_msghdr::read_from_prefix(args).map_err(|_| Errno::EINVAL)?;
    if claimed < HEADER_LEN || claimed - HEADER_LEN < header.arglen as usize {
        return Err(Errno::EINVAL);
    }
    Ok((header, data))
}

/// Answers NGM_BINARY2ASCII.
pub(super) fn to_text(kind: &Kind, message: &Message) -> Result<Vec<u8>, Errno> {
    let (mut header, data) = inner(message)?;
    let is_it = |known: &CommandText| (known.cookie, known.cmd) == (header.typecookie, header.cmd);
    let command = ascii::find(kind.commands, is_it).ok_or(Errno::ENOSYS)?;
    let text = match form(command, &header) {
        Some(form) => ascii::unparse_with(form, data, header.arglen).map_err(|error| error.errno)?,
        None => String::new(),
    };
    header.cmdstr = [0; NG_CMDSTRSIZ];
    let name = command.name.as_bytes();
    let len = name.len().min(NG_CMDSTRSIZ - 1);
    header.cmdstr[..len].copy_from_slice(&name[..len]);
    header.arglen = text.len() as u32 + 1;
    Ok([header.as_bytes(), text.as_bytes(), &[0]].concat())
}

/// Answers NGM_ASCII2BINARY.
pub(super) fn to_binary(kind: &Kind, message: &Message) -> Result<Vec<u8>, Errno> {
    let (mut header, data) = inner(message)?;
    if header.arglen < 1 {
        return Err(Errno::EINVAL);
    }
    let text = data.get(..header.arglen as usize - 1).unwrap_or(data);
    let name = header.cmdstr.split(|b| *b == 0).next().unwrap_or_default();
    let command = ascii::find(kind.commands, |known| known.name.as_bytes() == name).ok_or(Errno::ENOSYS)?;
    let args = match form(command, &header) {
        Some(form) => ascii::parse_with(form, text, header.arglen).map_err(|error| error.errno)?,
        None => Vec::new(),
    };
    header.cmd = command.cmd;
    header.typecookie = command.cookie;
    header.arglen = args.len() as u32;
    Ok([header.as_bytes(), &args].concat())
}
