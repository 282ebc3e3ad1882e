//! The limits of a machine's queues and buffers.

/// The limits of a machine's queues and buffers: those of the kernel, unless they are set.
///
/// ```
/// use netgraph::sim::{SimKernel, SimMachine};
/// use netgraph::{Errno, Socket};
///
/// let machine = SimMachine::new();
/// let mut limits = machine.limits();
/// limits.datagram = 100;
/// machine.set_limits(limits);
/// let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
/// let command = netgraph::message::Command::unnamed(1, 1);
/// let refused = socket.call_raw(&".".parse()?, command, &[0; 200], false).unwrap_err();
/// assert_eq!(refused.errno(), Some(Errno::EMSGSIZE));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimLimits {
    /// The longest datagram that a program can send, in bytes: the sysctl `net.graph.maxdgram`.
    pub datagram: usize,
    /// The room for what waits at a socket, in bytes, as it is at first: the sysctl `net.graph.recvspace`.
    pub receive_space: usize,
    /// The memory that a socket's buffer takes at most, in bytes: the sysctl `kern.ipc.maxsockbuf`. That room can be
    /// enlarged to 2048 / 2304 of it.
    pub socket_buffer: usize,
    /// How many packets can be queued at nodes: the sysctl `net.graph.maxdata`.
    pub queued_packets: usize,
    /// How many frames wait at an interface, on its wire or for the protocols above it, before others are dropped.
    pub interface_frames: usize,
    /// How many steps from node to node one system call, or one tick of the clock, sets off: no limit of the kernel's,
    /// but the end of a storm in a loop of the graph.
    pub steps: u32,
}

impl Default for SimLimits {
    fn default() -> Self {
        Self {
            datagram: 20_480,
            receive_space: 20_480,
            socket_buffer: 8 << 20,
            queued_packets: 4096,
            interface_frames: 4096,
            steps: 1 << 18,
        }
    }
}

impl SimLimits {
    /// The most that SO_RCVBUF can be.
    pub(super) fn receive_space_max(&self) -> usize {
        self.socket_buffer / 2304 * 2048 + self.socket_buffer % 2304 * 2048 / 2304
    }
}
