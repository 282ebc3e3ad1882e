//! TCP connections, which keep a removed jail dying when they outlive their processes.

use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The state of a TCP connection, by the number that the kernel has for it (`TCPS_*` of netinet/tcp_fsm.h).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TcpState(pub i32);

impl TcpState {
    /// Nothing listens or is connected.
    pub const CLOSED: Self = Self(0);
    /// It waits for connections, and is none.
    pub const LISTEN: Self = Self(1);
    /// Both sides are there.
    pub const ESTABLISHED: Self = Self(4);
    /// Closed here, and the other side has not acknowledged it.
    pub const FIN_WAIT_1: Self = Self(6);
    /// Closed on both sides, and remembered for a while.
    pub const TIME_WAIT: Self = Self(10);
}

/// As netstat(1) shows it.
impl fmt::Display for TcpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 11] = [
            "CLOSED",
            "LISTEN",
            "SYN_SENT",
            "SYN_RCVD",
            "ESTABLISHED",
            "CLOSE_WAIT",
            "FIN_WAIT_1",
            "CLOSING",
            "LAST_ACK",
            "FIN_WAIT_2",
            "TIME_WAIT",
        ];
        match usize::try_from(self.0).ok().and_then(|number| NAMES.get(number)) {
            Some(name) => f.write_str(name),
            None => write!(f, "state {}", self.0),
        }
    }
}

/// A TCP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TcpConnection {
    /// The address and port on this side.
    pub local: SocketAddr,
    /// The address and port on the other side.
    pub foreign: SocketAddr,
    /// How far it has come.
    pub state: TcpState,
}

impl fmt::Display for TcpConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {} ({})", self.local, self.foreign, self.state)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A connection to this port of another host, which has not acknowledged its end.
    pub(crate) fn connection(port: u16) -> TcpConnection {
        TcpConnection {
            local: "192.0.2.1:22".parse().unwrap(),
            foreign: ([198, 51, 100, 7], port).into(),
            state: TcpState::FIN_WAIT_1,
        }
    }

    #[test]
    fn a_connection_reads_as_netstat_shows_it() {
        assert_eq!(connection(9).to_string(), "192.0.2.1:22 to 198.51.100.7:9 (FIN_WAIT_1)");
        assert_eq!(TcpState(11).to_string(), "state 11");
        assert_eq!(TcpState(-1).to_string(), "state -1");
    }
}
