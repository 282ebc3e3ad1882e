//! Sockets in the file system, of which the machine has no more than the directories where such sockets are kept.

use super::{DGRAM, EndKey, Name, Network, State, Upcall};
use crate::error::Errno;

/// The directories that there are.
const DIRECTORIES: [&[u8]; 8] = [b"", b"/", b"/root", b"/tmp", b"/var", b"/var/db", b"/var/run", b"/var/tmp"];

/// The longest datagram, in bytes: the sysctl net.local.dgram.maxdgram.
const DATAGRAM_MAX: usize = 8192;

/// The path in a name: it ends at a NUL.
fn path_in(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Looks a path up; EADDRINUSE is for its caller to say.
fn look_up(name: &[u8]) -> Result<Vec<u8>, Errno> {
    let path = path_in(name);
    let slash = path.iter().rposition(|byte| *byte == b'/');
    let directory = match slash {
        None => &path[..0],
        Some(0) => b"/",
        Some(at) => path.get(..at).unwrap_or_default(),
    };
    if path.is_empty() || !DIRECTORIES.contains(&directory) {
        return Err(Errno::ENOENT);
    }
    Ok(path.to_vec())
}

impl Network {
    /// Makes the file of a socket.
    pub(super) fn bind_file(&mut self, key: EndKey, name: Vec<u8>) -> Result<(), Errno> {
        if self.ends.get(key).is_none_or(|end| end.name.is_some()) {
            return Err(Errno::EINVAL);
        }
        let path = look_up(&name)?;
        if self.files.contains_key(&path) || DIRECTORIES.contains(&&path[..]) {
            return Err(Errno::EADDRINUSE);
        }
        self.files.insert(path, Some(key));
        self.rename(key, Some(Name::Local(name)));
        Ok(())
    }

    /// Finds the socket of a file, of the same type as the one that asks.
    fn file(&self, key: EndKey, name: &Name) -> Result<EndKey, Errno> {
        let Name::Local(name) = name else { return Err(Errno::EAFNOSUPPORT) };
        let path = look_up(name)?;
        if DIRECTORIES.contains(&&path[..]) {
            return Err(Errno::ENOTSOCK);
        }
        let there = self.files.get(&path).ok_or(Errno::ENOENT)?.ok_or(Errno::ECONNREFUSED)?;
        let kind = |key: EndKey| self.ends.get(key).map(|end| end.kind);
        if kind(there) != kind(key) {
            return Err(Errno::EPROTOTYPE);
        }
        Ok(there)
    }

    /// Connects a socket to that of a file, at once.
    pub(super) fn connect_file(&mut self, key: EndKey, to: &Name) -> Result<(), Errno> {
        let end = self.ends.get(key).ok_or(Errno::EINVAL)?;
        if end.state == State::Listening {
            return Err(Errno::EOPNOTSUPP);
        }
        let there = self.file(key, to)?;
        let name = self.ends.get(there).and_then(|there| there.name.clone()).ok_or(Errno::ECONNREFUSED)?;
        if end.kind == DGRAM {
            return self.connected(key, name, Some(there));
        }
        if self.ends.get(there).is_none_or(|there| there.state != State::Listening) {
            return Err(Errno::ECONNREFUSED);
        }
        self.connected(key, name.clone(), None)?;
        self.join(key, there, name);
        self.wake(key, Upcall::Incoming);
        Ok(())
    }

    /// Sends a datagram to the socket of a file.
    pub(super) fn send_file(&mut self, key: EndKey, to: Option<&Name>, bytes: &[u8]) -> Result<(), Errno> {
        let end = self.ends.get(key).ok_or(Errno::EINVAL)?;
        if bytes.len() > DATAGRAM_MAX {
            return Err(Errno::EMSGSIZE);
        }
        let from = end.name.clone();
        let there = match (end.partner, to) {
            (Some(_), Some(_)) => return Err(Errno::EISCONN),
            (Some(partner), None) => partner,
            (None, Some(to)) => self.file(key, to)?,
            (None, None) => return Err(Errno::ENOTCONN),
        };
        self.deliver(there, from, bytes);
        Ok(())
    }

    /// Makes the file of a socket that is read from the file of a machine.
    pub(super) fn restore_file(&mut self, key: EndKey) {
        let name = self.ends.get(key).and_then(|end| end.name.as_ref());
        if let Some(Name::Local(name)) = name {
            self.files.insert(path_in(name).to_vec(), Some(key));
        }
    }
}
