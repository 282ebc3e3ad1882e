//! A control message inside the simulated kernel.

use zerocopy::{FromBytes, Immutable, IntoBytes};

use crate::message::HEADER_LEN;
use crate::name::NodeId;
use crate::sys::{self, ng_msghdr};

/// How many bytes of arguments a header may claim beyond those that came: a mistaken length reads as zeros up to
/// here, where the real kernel reads whatever memory holds.
const CLAIM_MAX: usize = 64 * 1024;

/// A message, and the node to reply to.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) header: ng_msghdr,
    pub(super) args: Vec<u8>,
    pub(super) from: NodeId,
}

impl Message {
    /// Takes a datagram as the kernel takes it: the header is believed, what is missing reads as zeros.
    pub(super) fn from_frame(frame: &[u8], from: NodeId) -> Self {
        let mut head = [0; HEADER_LEN];
        let len = frame.len().min(HEADER_LEN);
        head[..len].copy_from_slice(&frame[..len]);
        let header = ng_msghdr::read_from_bytes(&head).unwrap_or_default();
        let mut args = frame.get(HEADER_LEN..).unwrap_or_default().to_vec();
        let claimed = header.arglen as usize;
        if args.len() < claimed && claimed <= CLAIM_MAX {
            args.resize(claimed, 0);
        }
        Self { header, args, from }
    }

    /// Makes a message of a node's own.
    pub(super) fn new(cookie: u32, cmd: u32, args: &[u8], from: NodeId) -> Self {
        let header = ng_msghdr {
            version: sys::NG_VERSION,
            arglen: args.len() as u32,
            cmd,
            typecookie: cookie,
            ..Default::default()
        };
        Self { header, args: args.to_vec(), from }
    }

    /// Notes the name that the kernel's macro gives a message: the words of the source that stand for its number.
    pub(super) fn called(mut self, words: &str) -> Self {
        let len = words.len().min(sys::NG_CMDSTRSIZ - 1);
        self.header.cmdstr[..len].copy_from_slice(&words.as_bytes()[..len]);
        self
    }

    /// Makes the reply to this message.
    pub(super) fn reply(header: &ng_msghdr, args: Vec<u8>, from: NodeId) -> Self {
        let header = ng_msghdr {
            version: sys::NG_VERSION,
            arglen: args.len() as u32,
            cmd: header.cmd,
            flags: sys::NGF_RESP,
            token: header.token,
            typecookie: header.typecookie,
            cmdstr: header.cmdstr,
            ..Default::default()
        };
        Self { header, args, from }
    }

    /// Which message it is: cookie and number.
    pub(super) fn command(&self) -> (u32, u32) {
        (self.header.typecookie, self.header.cmd)
    }

    /// Reads the arguments as a `T`, if arglen says that they are just one.
    pub(super) fn exactly<T: FromBytes>(&self) -> Option<T> {
        if self.header.arglen as usize != size_of::<T>() {
            return None;
        }
        T::read_from_prefix(&self.args).ok().map(|(value, _)| value)
    }

    /// Reads the arguments as a `T`, if arglen says that they are one or more.
    pub(super) fn at_least<T: FromBytes>(&self) -> Option<T> {
        if (self.header.arglen as usize) < size_of::<T>() {
            return None;
        }
        T::read_from_prefix(&self.args).ok().map(|(value, _)| value)
    }

    /// Returns as many arguments as arglen says.
    pub(super) fn stated(&self) -> &[u8] {
        self.args.get(..self.header.arglen as usize).unwrap_or(&self.args)
    }

    /// Tells whether a reader may handle it, along with others.
    pub(super) fn is_read_only(&self) -> bool {
        self.header.cmd & sys::NGM_READONLY != 0
    }

    /// Writes the message as the bytes that a socket receives: as many arguments as arglen says.
    pub(super) fn into_frame(mut self) -> Vec<u8> {
        self.args.resize(self.header.arglen as usize, 0);
        let mut frame = Vec::with_capacity(HEADER_LEN + self.args.len());
        frame.extend_from_slice(self.header.as_bytes());
        frame.extend_from_slice(&self.args);
        frame
    }
}

/// Appends the bytes of a struct.
pub(super) fn append<T: IntoBytes + Immutable>(args: &mut Vec<u8>, value: &T) {
    args.extend_from_slice(value.as_bytes());
}
