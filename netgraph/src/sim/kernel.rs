//! The simulated kernel as a [`Kernel`], and its sockets as [`Transport`]s.

use std::io::IoSlice;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::bell::Bell;
use super::engine::{Item, Letter};
use super::flow::Outlet;
use super::graph::NodeKey;
use super::handle::{Shared, SimMachine};
use super::machine::{HOST, Machine};
use super::message::Message;
use super::nodes;
use super::packet::Packet;
use super::sockets::{Socket, SocketKey};
use crate::error::{Errno, Error, OpenStep, Result};
use crate::name::{HookName, NAME_MAX, NodeName, TypeName};
use crate::path::Path;
use crate::sys;
use crate::transport::{Kernel, RecvBatch, Transport, Wait};

/// One VNET of a [`SimMachine`], as programs in it see the kernel.
///
/// ```
/// use netgraph::{Socket, nodes::hub, sim::SimKernel};
/// let socket = Socket::open(&SimKernel::new(), None)?;
/// socket.make_peer::<hub::Hub>("port".parse()?, "any".parse()?)?;
/// assert_eq!(socket.nodes()?.len(), 2);
/// # Ok::<(), netgraph::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SimKernel {
    machine: SimMachine,
    vnet: u32,
    shared: bool,
}

impl Default for SimKernel {
    fn default() -> Self {
        Self::new()
    }
}

impl SimKernel {
    /// Boots a machine, and is the kernel of its host.
    #[must_use]
    pub fn new() -> Self {
        Self::on(&SimMachine::new(), HOST)
    }

    /// Is the kernel of a VNET of `machine`.
    #[must_use]
    pub fn on(machine: &SimMachine, vnet: u32) -> Self {
        Self { machine: machine.clone(), vnet, shared: false }
    }

    /// Is the kernel of a jail that shares the VNET of its parent: no netgraph socket can be opened there.
    #[must_use]
    pub fn shared(machine: &SimMachine, vnet: u32) -> Self {
        Self { machine: machine.clone(), vnet, shared: true }
    }

    /// Returns the machine.
    #[must_use]
    pub fn machine(&self) -> &SimMachine {
        &self.machine
    }

    /// Opens a control socket and a data socket connected to it, as [`Kernel::open`] does.
    ///
    /// # Errors
    /// As [`Kernel::open`].
    pub fn open_socket(&self, name: Option<&NodeName>) -> Result<SimSocket> {
        let failed = |step| move |errno| Error::Open { step, errno };
        if self.shared {
            return Err(failed(OpenStep::ControlSocket)(Errno::EPROTONOSUPPORT));
        }
        let shared = &self.machine.0;
        let socket = shared.system_call(|machine| {
            let (socket, node) = machine.open_socket(self.vnet).map_err(failed(OpenStep::ControlSocket))?;
            if let Some(name) = name {
                if let Err(errno) = machine.name_node(node, *name) {
                    machine.close_socket(socket);
                    return Err(failed(OpenStep::Bind)(errno));
                }
            }
            Ok(socket)
        })?;
        Ok(SimSocket { machine: Arc::clone(shared), socket, bells: <[OnceLock<Arc<Bell>>; 2]>::default() })
    }
}

impl Kernel for SimKernel {
    fn open(&self, name: Option<&NodeName>) -> Result<Box<dyn Transport>> {
        Ok(Box::new(self.open_socket(name)?))
    }

    fn load_type(&self, type_name: &str) -> Result<()> {
        if nodes::kind(type_name.as_bytes()).is_some() {
            return Ok(());
        }
        Err(Error::Unsupported {
            what: format!("loading the kernel module ng_{type_name}"),
            hint: "the simulated kernel has no such node type".into(),
        })
    }

    fn in_jail(&self, jid: i32) -> Result<Arc<dyn Kernel>> {
        let vnet = u32::try_from(jid).ok().filter(|vnet| self.machine.0.lock().vnets.contains_key(vnet));
        let vnet = vnet.ok_or(Error::Open { step: OpenStep::Attach, errno: Errno::EINVAL })?;
        Ok(Arc::new(Self::on(&self.machine, vnet)))
    }
}

impl Machine {
    fn open_socket(&mut self, vnet: u32) -> std::result::Result<(SocketKey, NodeKey), Errno> {
        let node = self.add_node(vnet, &nodes::socket::KIND)?;
        let socket = self.sockets.insert(Socket::new(node, &self.limits));
        if let Some(node) = self.nodes.get_mut(node) {
            node.behaviour = Some(nodes::socket::of(socket));
        }
        Ok((socket, node))
    }

    /// Closes both of a program's sockets: the node goes.
    pub(super) fn close_socket(&mut self, key: SocketKey) {
        let node = self.sockets.get_mut(key).and_then(|socket| {
            socket.control = None;
            socket.data = None;
            socket.node.take()
        });
        if let Some(node) = node {
            self.shut_down_self(node);
            self.drain();
        }
        self.sockets.remove(key);
    }

    /// The node behind a socket; EBADF where what is sent by is closed, EPIPE once the node is gone.
    fn socket_node(
        &self,
        key: SocketKey,
        is_open: impl FnOnce(&Socket) -> bool,
    ) -> std::result::Result<NodeKey, Errno> {
        let socket = self.sockets.get(key).filter(|socket| is_open(socket)).ok_or(Errno::EBADF)?;
        socket.node.ok_or(Errno::EPIPE)
    }

    /// Sends a control message: ngc_send().
    fn send_control(&mut self, key: SocketKey, path: &Path, frame: &[u8]) -> std::result::Result<(), Errno> {
        let node = self.socket_node(key, |socket| socket.control.is_some())?;
        if frame.len() > self.limits.datagram {
            return Err(Errno::EMSGSIZE);
        }
        if !path.fits_address() || frame.first() != Some(&sys::NG_VERSION) {
            return Err(Errno::EINVAL);
        }
        let core = self.core(node).ok_or(Errno::EPIPE)?;
        let (vnet, id) = (core.vnet, core.id);
        let message = Message::from_frame(frame, id);
        if message.command() == (sys::NGM_GENERIC_COOKIE, sys::NGM_MKPEER) {
            let type_name = TypeName::from_field(&message.args);
            if nodes::kind(type_name.as_bytes()).is_none() {
                // The kernel looks for a module of the type, which nobody in a jail may load.
                return Err(if vnet == HOST { Errno::ENOENT } else { Errno::EPERM });
            }
        }
        let (to, hook) = self.resolve(node, path)?;
        let letter = Letter { message, hook, reported: true };
        // What it came to is reported, at once or by what it set off.
        let _ = self.send(to, Item::Message(letter));
        self.drain();
        self.reported.take().map_or(Ok(()), Err)
    }

    /// Sends a packet out of a hook: ngd_send().
    fn send_hook(&mut self, key: SocketKey, hook: HookName, packet: &[u8]) -> std::result::Result<(), Errno> {
        let node = self.socket_node(key, |socket| socket.data.is_some())?;
        if packet.len() > self.limits.datagram {
            return Err(Errno::EMSGSIZE);
        }
        // The address holds a NUL behind the name, and so has no room for the longest.
        if hook.as_bytes().len() == NAME_MAX {
            return Err(Errno::EINVAL);
        }
        let core = self.core(node).ok_or(Errno::EPIPE)?;
        let hook = if !hook.is_empty() {
            core.find(&self.hooks, hook).ok_or(Errno::EHOSTUNREACH)?
        } else if core.hook_count == 1 {
            core.newest().ok_or(Errno::EDESTADDRREQ)?
        } else {
            return Err(Errno::EDESTADDRREQ);
        };
        self.send_packet(Outlet::Hook(hook), Packet::new(packet))
    }
}

/// A program's sockets on a simulated kernel; closed when dropped.
#[derive(Debug)]
pub struct SimSocket {
    machine: Arc<Shared>,
    socket: SocketKey,
    /// What poll(2) sees of the control socket, and of the data socket.
    bells: [OnceLock<Arc<Bell>>; 2],
}

impl SimSocket {
    /// Closes the control socket alone. The node lives on, without anybody to read its messages.
    pub fn close_control(&self) {
        self.close(|socket| socket.control = None);
    }

    /// Closes the data socket alone. The node lives on, and data that comes in is dropped.
    pub fn close_data(&self) {
        self.close(|socket| socket.data = None);
    }

    /// Returns the descriptor of a queue's bell, which is hung up when it is first asked for.
    #[cfg(unix)]
    fn bell(
        &self,
        which: usize,
        hang: impl FnOnce(&mut Socket, &Arc<Bell>) -> Option<()>,
    ) -> std::result::Result<BorrowedFd<'_>, Errno> {
        let place = self.bells.get(which).ok_or(Errno::EBADF)?;
        let mut machine = self.machine.lock();
        if place.get().is_none() {
            let bell = Arc::new(Bell::new()?);
            let socket = machine.sockets.get_mut(self.socket).ok_or(Errno::EBADF)?;
            hang(socket, &bell).ok_or(Errno::EBADF)?;
            if socket.node.is_none() {
                bell.ring_for_good();
            }
            // The lock is held: nobody else hangs one up meanwhile.
            let _ = place.set(bell);
        }
        place.get().map(|bell| bell.fd()).ok_or(Errno::EBADF)
    }

    fn close(&self, end: impl FnOnce(&mut Socket)) {
        self.machine.system_call(|machine| {
            if let Some(socket) = machine.sockets.get_mut(self.socket) {
                end(socket);
                machine.woken = true;
                if socket.control.is_none() && socket.data.is_none() {
                    machine.close_socket(self.socket);
                }
            }
        });
    }

    /// Takes something from the socket's queues, waiting for it as `wait` says. EPIPE where nothing can come any more.
    fn receive<T>(
        &self,
        wait: Wait,
        mut take: impl FnMut(&mut Socket) -> std::result::Result<Option<T>, Errno>,
    ) -> std::result::Result<Option<T>, Errno> {
        let mut machine = self.machine.lock();
        loop {
            let socket = machine.sockets.get_mut(self.socket).ok_or(Errno::EBADF)?;
            if let Some(taken) = take(socket)? {
                return Ok(Some(taken));
            }
            if socket.node.is_none() {
                return Err(Errno::EPIPE);
            }
            machine = match wait {
                Wait::No => return Ok(None),
                Wait::Forever => self.machine.wait(machine, None),
                Wait::Until(moment) => {
                    let left = moment.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Ok(None);
                    }
                    self.machine.wait(machine, Some(left))
                }
            };
        }
    }
}

impl Drop for SimSocket {
    fn drop(&mut self) {
        self.machine.system_call(|machine| machine.close_socket(self.socket));
    }
}

impl Transport for SimSocket {
    fn send_msg(&self, path: &Path, frame: &[u8]) -> std::result::Result<(), Errno> {
        self.machine.system_call(|machine| machine.send_control(self.socket, path, frame))
    }

    fn recv_msg(&self, frame: &mut Vec<u8>, wait: Wait) -> std::result::Result<Option<Path>, Errno> {
        let taken = self.receive(wait, |socket| Ok(socket.control.as_mut().ok_or(Errno::EBADF)?.pop()))?;
        Ok(taken.map(|(from, bytes)| {
            *frame = bytes;
            Path::from(from)
        }))
    }

    fn send_data(&self, batch: &[(HookName, IoSlice<'_>)]) -> std::result::Result<usize, Errno> {
        self.machine.system_calls(|machine| {
            for (sent, (hook, packet)) in batch.iter().enumerate() {
                match machine.system_call(|machine| machine.send_hook(self.socket, *hook, packet)) {
                    Ok(()) => {}
                    Err(errno) if sent == 0 => return Err(errno),
                    Err(_) => return Ok(sent),
                }
            }
            Ok(batch.len())
        })
    }

    fn recv_data(&self, batch: &mut RecvBatch, wait: Wait) -> std::result::Result<usize, Errno> {
        batch.clear();
        self.receive(wait, |socket| {
            let data = socket.data.as_mut().ok_or(Errno::EBADF)?;
            while let Some(room) = batch.room() {
                let Some((hook, packet)) = data.pop() else { break };
                let len = packet.len().min(room.len());
                room[..len].copy_from_slice(&packet.bytes()[..len]);
                batch.filled(hook, len);
            }
            Ok((!batch.is_empty() || batch.room().is_none()).then_some(()))
        })?;
        Ok(batch.len())
    }

    fn socket_name(&self) -> std::result::Result<NodeName, Errno> {
        let machine = self.machine.lock();
        let socket = machine.sockets.get(self.socket).ok_or(Errno::EBADF)?;
        let core = socket.node.and_then(|node| machine.core(node)).ok_or(Errno::EINVAL)?;
        Ok(if core.name.is_empty() {
            NodeName::from_field(core.id.to_string().as_bytes())
        } else {
            core.name
        })
    }

    fn grow_receive_buffer(&self) -> std::result::Result<(), Errno> {
        let mut machine = self.machine.lock();
        let socket = machine.sockets.get_mut(self.socket).ok_or(Errno::EBADF)?;
        socket.control.as_mut().ok_or(Errno::EBADF)?.grow()
    }

    #[cfg(unix)]
    fn control_fd(&self) -> std::result::Result<BorrowedFd<'_>, Errno> {
        self.bell(0, |socket, bell| socket.control.as_mut().map(|control| control.hang(bell)))
    }

    #[cfg(unix)]
    fn data_fd(&self) -> std::result::Result<BorrowedFd<'_>, Errno> {
        self.bell(1, |socket, bell| socket.data.as_mut().map(|data| data.hang(bell)))
    }
}
