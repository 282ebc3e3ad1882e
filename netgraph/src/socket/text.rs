//! Messages as text, converted by the nodes that know them.

use super::{Event, Socket};
use crate::error::{DecodeError, Error, Result};
use crate::message::{self, Command, Frame, HEADER_LEN};
use crate::name::HookName;
use crate::path::Path;
use crate::sys;

const TO_BINARY: Command =
    Command { cookie: sys::NGM_GENERIC_COOKIE, cmd: sys::NGM_ASCII2BINARY, name: "ascii2binary" };
const TO_TEXT: Command =
    Command { cookie: sys::NGM_GENERIC_COOKIE, cmd: sys::NGM_BINARY2ASCII, name: "binary2ascii" };

/// What was sent of a message that was given as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentText {
    /// Its cookie and number.
    pub command: Command,
    /// Its token, which the reply has too: see [`Event::token`].
    pub token: u32,
}

/// A message as the node that sent it writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextMessage {
    /// The command's name.
    pub name: String,
    /// Its number.
    pub cmd: u32,
    /// Whether it is a reply.
    pub is_reply: bool,
    /// The arguments; empty where there are none.
    pub args: String,
}

impl Socket {
    /// Sends a message that is given as text, such as `setconfig` with `{ loopTimeout=30 }`, and returns its cookie,
    /// number and token. The node itself converts it, so that types this library does not know are served too.
    ///
    /// What the node replies arrives as an [`Event`], which [`describe`](Self::describe) turns into text again.
    ///
    /// ```
    /// use netgraph::{HookName, Socket, nodes::bridge, sim::SimKernel, transport::Wait};
    /// let socket = Socket::open(&SimKernel::new(), None)?;
    /// let bridge = socket.make_peer::<bridge::Bridge>(HookName::constant("b"), bridge::link(0))?;
    /// let sent = socket.send_text(bridge.path(), "getconfig", "")?;
    /// let event = socket.next_event(Wait::No)?.ok_or("no reply")?;
    /// assert_eq!(event.token(), sent.token);
    /// let reply = socket.describe(&event)?;
    /// assert_eq!((&*reply.name, reply.is_reply), ("getconfig", true));
    /// assert_eq!(reply.args, "{ debugLevel=1 loopTimeout=60 maxStaleness=900 minStableAge=1 }");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`call`](Self::call); of the conversion: ENOSYS where the node knows no such command, and what the text has
    /// against itself, as [`ascii::parse`](crate::ascii::parse) tells with the position.
    #[doc(alias = "NgSendAsciiMsg")]
    pub fn send_text(&self, path: &Path, command: &str, args: &str) -> Result<SentText> {
        let mut inner = Vec::new();
        let text = [args.as_bytes(), &[0]].concat();
        message::write_frame(&mut inner, Command::unnamed(0, 0), 0, 0, &text);
        // A command's name has the length of any name; a longer one is cut, and unknown.
        if let Some(field) = inner.get_mut(HEADER_LEN - sys::NG_CMDSTRSIZ..HEADER_LEN) {
            field.copy_from_slice(&HookName::from_field(command.as_bytes()).to_field());
        }
        let binary = self.call_raw(path, TO_BINARY, &inner, true)?.unwrap_or_default();
        let frame = read(&binary, TO_BINARY, path)?;
        let command = frame.command();
        let (token, _) = self.exchange_raw(path, command, frame.args, false)?;
        Ok(SentText { command, token })
    }

    /// Has the node that sent a message write it as text.
    ///
    /// # Errors
    /// As [`call`](Self::call); ENOSYS where the node knows no text form of the message, ENOENT where it is gone.
    #[doc(alias = "NgRecvAsciiMsg")]
    pub fn describe(&self, event: &Event) -> Result<TextMessage> {
        let text = self.call_raw(&event.from, TO_TEXT, event.as_bytes(), true)?.unwrap_or_default();
        let frame = read(&text, TO_TEXT, &event.from)?;
        let until_nul = |bytes: &[u8]| {
            let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(text).into_owned()
        };
        Ok(TextMessage {
            name: until_nul(&frame.header.cmdstr),
            cmd: frame.header.cmd,
            is_reply: frame.is_reply(),
            args: until_nul(frame.args),
        })
    }
}

fn read<'a>(bytes: &'a [u8], command: Command, path: &Path) -> Result<Frame<'a>> {
    Frame::parse(bytes).map_err(|why: DecodeError| Error::Decode { command, path: path.clone(), why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Errno;
    use crate::nodes::hub::Hub;
    use crate::sim::SimKernel;

    #[test]
    fn what_a_node_does_not_know_is_enosys() {
        let socket = Socket::open(&SimKernel::new(), None).unwrap();
        let hub = socket.make_peer::<Hub>("h".parse().unwrap(), "x".parse().unwrap()).unwrap();
        for unknown in ["getconfig", "", &"x".repeat(100)] {
            let error = socket.send_text(hub.path(), unknown, "").unwrap_err();
            assert_eq!(error.errno(), Some(Errno::ENOSYS), "{unknown}");
        }
        assert_eq!(socket.events().count(), 0);
    }

    #[test]
    fn a_generic_message_is_known_everywhere() {
        let socket = Socket::open(&SimKernel::new(), None).unwrap();
        socket.send_text(&Path::own(), "mkpeer", "{ type=\"hub\" ourhook=\"a\" peerhook=\"b\" }").unwrap();
        assert_eq!(socket.info(&".:a".parse().unwrap()).unwrap().type_name, "hub");
    }
}
