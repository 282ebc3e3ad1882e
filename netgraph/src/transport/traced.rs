//! A transport that tells what passes through it.

use std::fmt;
use std::io::IoSlice;
#[cfg(unix)]
use std::os::fd::BorrowedFd;

use super::{RecvBatch, Transport, Wait};
use crate::error::Errno;
use crate::message::Frame;
use crate::name::{HookName, NodeName};
use crate::nodes::generic;
use crate::path::Path;
use crate::sys::NGM_GENERIC_COOKIE;

/// Passes everything on, and tells a closure of each control frame in one line.
///
/// ```
/// use netgraph::{Socket, sim::SimKernel, transport::{Kernel, Traced}};
/// use std::sync::{Arc, Mutex};
/// let lines = Arc::new(Mutex::new(Vec::new()));
/// let told = Arc::clone(&lines);
/// let socket = Socket::on(Box::new(Traced::new(SimKernel::new().open(None)?, move |line| {
///     told.lock().unwrap().push(line.to_string());
/// })));
/// socket.info(&".:".parse()?)?;
/// assert_eq!(lines.lock().unwrap()[0], "-> .: nodeinfo");
/// # Ok::<(), netgraph::Error>(())
/// ```
pub struct Traced<F> {
    inner: Box<dyn Transport>,
    tell: F,
}

impl<F: Fn(fmt::Arguments<'_>) + Send + Sync> Traced<F> {
    /// Wraps a transport.
    pub fn new(inner: Box<dyn Transport>, tell: F) -> Self {
        Self { inner, tell }
    }

    fn frame(&self, direction: &str, path: &Path, bytes: &[u8]) {
        match Frame::parse(bytes) {
            Ok(frame) => {
                let reply = if frame.is_reply() { " reply" } else { "" };
                let (command, text) = describe(&frame);
                (self.tell)(format_args!("{direction} {path} {command}{reply}{text}"));
            }
            Err(why) => (self.tell)(format_args!("{direction} {path} {why}")),
        }
    }
}

/// Names a generic message and its arguments; others are told by cookie, number and length.
fn describe(frame: &Frame<'_>) -> (String, String) {
    let command = frame.command();
    let known =
        generic::COMMANDS.iter().find(|known| (known.cookie, known.cmd) == (command.cookie, command.cmd));
    let name = String::from_utf8_lossy(frame.header.cmdstr.split(|b| *b == 0).next().unwrap_or_default())
        .into_owned();
    match known.filter(|_| command.cookie == NGM_GENERIC_COOKIE) {
        Some(known) => {
            let form = if frame.is_reply() { known.reply } else { known.args };
            let text = form.and_then(|form| crate::ascii::unparse(form, frame.args).ok());
            (known.name.to_string(), text.map(|text| format!(" {text}")).unwrap_or_default())
        }
        None if name.is_empty() => (command.to_string(), format!(" ({} bytes)", frame.args.len())),
        None => (name, format!(" ({} bytes)", frame.args.len())),
    }
}

impl<F> fmt::Debug for Traced<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Traced").field(&self.inner).finish()
    }
}

impl<F: Fn(fmt::Arguments<'_>) + Send + Sync> Transport for Traced<F> {
    fn send_msg(&self, path: &Path, frame: &[u8]) -> Result<(), Errno> {
        self.frame("->", path, frame);
        self.inner.send_msg(path, frame).inspect_err(|errno| (self.tell)(format_args!("<- {path} {errno}")))
    }

    fn recv_msg(&self, frame: &mut Vec<u8>, wait: Wait) -> Result<Option<Path>, Errno> {
        let from = self.inner.recv_msg(frame, wait)?;
        if let Some(from) = &from {
            self.frame("<-", from, frame);
        }
        Ok(from)
    }

    fn send_data(&self, batch: &[(HookName, IoSlice<'_>)]) -> Result<usize, Errno> {
        self.inner.send_data(batch)
    }

    fn recv_data(&self, batch: &mut RecvBatch, wait: Wait) -> Result<usize, Errno> {
        self.inner.recv_data(batch, wait)
    }

    fn socket_name(&self) -> Result<NodeName, Errno> {
        self.inner.socket_name()
    }

    fn grow_receive_buffer(&self) -> Result<(), Errno> {
        self.inner.grow_receive_buffer()
    }

    #[cfg(unix)]
    fn control_fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        self.inner.control_fd()
    }

    #[cfg(unix)]
    fn data_fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        self.inner.data_fd()
    }
}
