//! Tells syslogd(8) what was changed, without a process of its own and without waiting.

use std::os::unix::net::UnixDatagram;
use std::path::Path;

/// Where syslogd(8) listens.
pub(super) const SOCKET: &str = "/var/run/log";

/// The longest message, in bytes; syslogd(8) takes 8 kB.
const LONGEST: usize = 1000;

/// How much a change matters: priorities of syslog(3), of the facility `daemon`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// It went well.
    #[doc(alias = "LOG_NOTICE")]
    Notice = 5,
    /// It did not.
    #[doc(alias = "LOG_ERR")]
    Error = 3,
}

/// The facility `daemon`.
#[doc(alias = "LOG_DAEMON")]
const DAEMON: u8 = 3;

impl Priority {
    /// Returns the name that syslog.conf(5) has for it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Notice => "daemon.notice",
            Self::Error => "daemon.err",
        }
    }
}

/// Hands a message to the syslogd(8) that listens at `socket`. Where none does, or it does not keep up, the message is
/// lost, and that is no error.
pub(super) fn send(socket: &Path, priority: Priority, message: &str) {
    let send = || {
        let local = UnixDatagram::unbound()?;
        local.set_nonblocking(true)?;
        local.send_to(datagram(priority, std::process::id(), message).as_bytes(), socket)
    };
    let _: std::io::Result<usize> = send();
}

/// The message of RFC 3164 without its date, which syslogd(8) puts in front itself.
fn datagram(priority: Priority, pid: u32, message: &str) -> String {
    let text = one_line(message);
    format!("<{}>vimage[{pid}]: {text}", DAEMON << 3 | priority as u8)
}

/// A message as a line has it: no control characters, and not too long.
pub(super) fn one_line(message: &str) -> String {
    let mut line = String::new();
    for c in message.trim().chars() {
        if line.len() >= LONGEST {
            line.push_str("...");
            break;
        }
        match c {
            '\n' => line.push_str("; "),
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_datagram_of_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let daemon = UnixDatagram::bind(&path).unwrap();
        send(&path, Priority::Notice, "vj1 is up\n");
        send(&path, Priority::Error, "vj1: a\nb\u{1b}[31m");
        let mut received = [0; 2000];
        let mut next = || {
            let length = daemon.recv(&mut received).unwrap();
            String::from_utf8(received[..length].to_vec()).unwrap()
        };
        let pid = std::process::id();
        assert_eq!(next(), format!("<29>vimage[{pid}]: vj1 is up"));
        assert_eq!(next(), format!("<27>vimage[{pid}]: vj1: a; b\\u{{1b}}[31m"));
    }

    #[test]
    fn without_a_daemon_nothing_happens() {
        send(Path::new("/nowhere/log"), Priority::Notice, "vj1 is up");
    }

    #[test]
    fn a_daemon_that_does_not_keep_up_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let _daemon = UnixDatagram::bind(&path).unwrap();
        for _ in 0..10_000 {
            send(&path, Priority::Notice, "vj1 is up");
        }
    }

    #[test]
    fn a_long_message_is_cut() {
        assert_eq!(one_line(&"x".repeat(5000)).len(), LONGEST + 3);
    }
}
