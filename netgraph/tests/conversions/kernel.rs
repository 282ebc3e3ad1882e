//! The two conversions as a node does them: its type's own list of commands first, then the generic one.

use netgraph::ascii::{self, CommandText, Type};
use netgraph::nodes::generic;
use netgraph::sys::Errno;

/// A message that was converted, and the command's name in text.
pub(crate) struct Converted<T> {
    pub(crate) command: &'static CommandText,
    pub(crate) result: T,
}

fn find(
    own: &'static [CommandText],
    matches: impl Fn(&CommandText) -> bool,
) -> Result<&'static CommandText, Errno> {
    let named = own.iter().chain(generic::COMMANDS).filter(|command| !command.name.is_empty());
    named.into_iter().find(|command| matches(command)).ok_or(Errno::ENOSYS)
}

fn form(command: &'static CommandText, reply: bool) -> Option<&'static Type> {
    if reply { command.reply } else { command.args }
}

/// NGM_ASCII2BINARY.
pub(crate) fn to_binary(
    own: &'static [CommandText],
    name: &str,
    reply: bool,
    text: &str,
) -> Result<Converted<Vec<u8>>, Errno> {
    let name = name.get(..31).unwrap_or(name);
    let command = find(own, |command| command.name == name)?;
    let result = match form(command, reply) {
        Some(form) => {
            ascii::parse_with(form, text.as_bytes(), text.len() as u32 + 1).map_err(|error| error.errno)?
        }
        None => Vec::new(),
    };
    Ok(Converted { command, result })
}

/// NGM_BINARY2ASCII.
pub(crate) fn to_text(
    own: &'static [CommandText],
    cookie: u32,
    cmd: u32,
    reply: bool,
    args: &[u8],
) -> Result<Converted<String>, Errno> {
    to_text_in(own, cookie, cmd, reply, args, args.len())
}

/// NGM_BINARY2ASCII where `memory` holds `len` bytes of arguments and what lies behind them.
pub(crate) fn to_text_in(
    own: &'static [CommandText],
    cookie: u32,
    cmd: u32,
    reply: bool,
    memory: &[u8],
    len: usize,
) -> Result<Converted<String>, Errno> {
    let command = find(own, |command| (command.cookie, command.cmd) == (cookie, cmd))?;
    let result = match form(command, reply) {
        Some(form) => ascii::unparse_with(form, memory, len as u32).map_err(|error| error.errno)?,
        None => String::new(),
    };
    Ok(Converted { command, result })
}
