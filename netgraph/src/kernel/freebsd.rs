//! Sockets of FreeBSD's netgraph; see ng_socket(4).

use std::io::IoSlice;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::sys::{self, Address};
use crate::error::{Errno, Error, OpenStep, Result};
use crate::message::{Frame, Message, read_struct, write_frame};
use crate::name::{HookName, NodeId, NodeName};
use crate::nodes::generic::GetNodeInfo;
use crate::path::Path;
use crate::sys::{NG_CONTROL, NG_DATA, nodeinfo};
use crate::transport::{Kernel, RecvBatch, Transport, Wait};

/// The kernel of this machine, in the VNET of the process.
#[derive(Debug, Clone, Copy, Default)]
pub struct HostKernel;

impl Kernel for HostKernel {
    fn open(&self, name: Option<&NodeName>) -> Result<Box<dyn Transport>> {
        Ok(Box::new(HostSocket::open(name)?))
    }

    fn load_type(&self, type_name: &str) -> Result<()> {
        load_module(&format!("ng_{type_name}"))
    }

    fn in_jail(&self, jid: i32) -> Result<Arc<dyn Kernel>> {
        Ok(Arc::new(JailKernel { jid }))
    }
}

/// The kernel of this machine, in the VNET of a jail.
#[derive(Debug)]
struct JailKernel {
    jid: i32,
}

impl Kernel for JailKernel {
    fn open(&self, name: Option<&NodeName>) -> Result<Box<dyn Transport>> {
        let sockets = with_module(|| sys::sockets_in_jail(self.jid))?;
        Ok(Box::new(HostSocket::of(sockets, name)?))
    }

    fn load_type(&self, type_name: &str) -> Result<()> {
        // This process is outside.
        HostKernel.load_type(type_name)
    }
}

/// Opens sockets, after having loaded ng_socket if the kernel does not know them.
fn with_module<T>(open: impl Fn() -> Result<T, (OpenStep, Errno)>) -> Result<T> {
    match open() {
        Err((OpenStep::ControlSocket, Errno::EAFNOSUPPORT)) => {
            load_module("ng_socket")?;
            open()
        }
        opened => opened,
    }
    .map_err(|(step, errno)| Error::Open { step, errno })
}

/// Loads a kernel module unless it is there already.
fn load_module(module: &str) -> Result<()> {
    if sys::module_is_loaded(module) {
        return Ok(());
    }
    match sys::load_module(module) {
        Ok(()) | Err(Errno::EEXIST) => Ok(()),
        Err(errno) => Err(Error::Unsupported {
            what: format!("loading the kernel module {module} ({errno})"),
            hint: match errno {
                Errno::EPERM => format!(
                    "modules are loaded by root, outside of jails and below securelevel 1: \
                     put {module}_load=\"YES\" into /boot/loader.conf"
                ),
                _ => format!("is there a /boot/kernel/{module}.ko of the running kernel?"),
            },
        }),
    }
}

/// A control socket and the data socket connected to it.
#[derive(Debug)]
struct HostSocket {
    control: OwnedFd,
    data: OwnedFd,
    /// SO_RCVBUF of the control socket: no message is longer.
    room: AtomicUsize,
}

impl HostSocket {
    fn open(name: Option<&NodeName>) -> Result<Self> {
        let sockets = with_module(|| {
            let control = sys::socket(NG_CONTROL).map_err(|errno| (OpenStep::ControlSocket, errno))?;
            let data = sys::socket(NG_DATA).map_err(|errno| (OpenStep::DataSocket, errno))?;
            Ok([control, data])
        })?;
        Self::of(sockets, name)
    }

    /// Makes one of its two sockets: connects them, and names the node.
    fn of([control, data]: [OwnedFd; 2], name: Option<&NodeName>) -> Result<Self> {
        let failed = |step| move |errno| Error::Open { step, errno };
        let room = sys::receive_buffer(control.as_fd()).map_err(failed(OpenStep::ControlSocket))?;
        let id = own_id(control.as_fd(), room).map_err(failed(OpenStep::Connect))?;
        // At once: until it is connected, any process may connect a data socket of its own in its place.
        let own = address_of(&Path::from(id)).map_err(failed(OpenStep::Connect))?;
        sys::connect(data.as_fd(), &own).map_err(failed(OpenStep::Connect))?;
        if let Some(name) = name {
            let name = Address::new(name.to_field(), name.as_bytes().len());
            sys::bind(control.as_fd(), &name).map_err(failed(OpenStep::Bind))?;
        }
        Ok(Self { control, data, room: AtomicUsize::new(room) })
    }
}

/// Makes the address of a path; EINVAL for one that is longer than an address can be.
fn address_of(path: &Path) -> Result<Address, Errno> {
    let text = path.to_field().ok_or(Errno::EINVAL)?;
    Ok(Address::new(text, path.as_bytes().len()))
}

/// Asks for the number of the socket's own node: a name could be taken from it, and getsockname(2) differs between
/// releases.
fn own_id(control: BorrowedFd<'_>, room: usize) -> Result<NodeId, Errno> {
    let mut frame = Vec::new();
    write_frame(&mut frame, GetNodeInfo::COMMAND, 1, 0, &[]);
    sys::send_to(control, &frame, &address_of(&Path::own())?)?;
    sys::receive(control, &mut frame, room, &mut Address::empty())?;
    let reply = Frame::parse(&frame).map_err(|_| Errno::EINVAL)?;
    let info: nodeinfo = read_struct(reply.args, "information about a node").map_err(|_| Errno::EINVAL)?;
    Ok(NodeId(info.id))
}

/// Waits until `fd` can be read; `false` where it cannot in time.
fn readable(fd: BorrowedFd<'_>, wait: Wait) -> Result<bool, Errno> {
    let millis = match wait {
        Wait::No => return Ok(false),
        Wait::Forever => -1,
        Wait::Until(moment) => {
            let left = moment.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            i32::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
        }
    };
    sys::poll(fd, millis)?;
    Ok(true)
}

impl Transport for HostSocket {
    fn send_msg(&self, path: &Path, frame: &[u8]) -> Result<(), Errno> {
        sys::send_to(self.control.as_fd(), frame, &address_of(path)?).map(|_| ())
    }

    fn recv_msg(&self, frame: &mut Vec<u8>, wait: Wait) -> Result<Option<Path>, Errno> {
        let fd = self.control.as_fd();
        let mut from = Address::empty();
        loop {
            match sys::receive(fd, frame, self.room.load(Ordering::Relaxed), &mut from) {
                // The end of the stream: the node is gone.
                Ok(()) if from.is_empty() => return Err(Errno::EPIPE),
                Ok(()) => return Ok(Some(Path::raw(from.as_field()))),
                Err(Errno::EAGAIN) => {}
                Err(errno) => return Err(errno),
            }
            if !readable(fd, wait)? {
                return Ok(None);
            }
        }
    }

    fn send_data(&self, batch: &[(HookName, IoSlice<'_>)]) -> Result<usize, Errno> {
        for (sent, (hook, packet)) in batch.iter().enumerate() {
            let to = Address::new(hook.to_field(), hook.as_bytes().len());
            match sys::send_to(self.data.as_fd(), packet, &to) {
                Ok(_) => {}
                Err(errno) if sent == 0 => return Err(errno),
                Err(_) => return Ok(sent),
            }
        }
        Ok(batch.len())
    }

    fn recv_data(&self, batch: &mut RecvBatch, wait: Wait) -> Result<usize, Errno> {
        let fd = self.data.as_fd();
        let mut from = Address::empty();
        batch.clear();
        while let Some(room) = batch.room() {
            match sys::receive_into(fd, room, &mut from) {
                Ok(_) if from.is_empty() => {
                    return if batch.is_empty() { Err(Errno::EPIPE) } else { Ok(batch.len()) };
                }
                Ok(len) => batch.filled(HookName::from_field(from.as_field()), len),
                Err(Errno::EAGAIN) if !batch.is_empty() => break,
                Err(Errno::EAGAIN) => {
                    if !readable(fd, wait)? {
                        break;
                    }
                }
                Err(errno) if batch.is_empty() => return Err(errno),
                Err(_) => break,
            }
        }
        Ok(batch.len())
    }

    fn socket_name(&self) -> Result<NodeName, Errno> {
        sys::socket_name(self.control.as_fd()).map(|name| NodeName::from_field(name.as_field()))
    }

    fn grow_receive_buffer(&self) -> Result<(), Errno> {
        // More than this is refused with ENOBUFS, not cut: an mbuf's overhead is counted in.
        let limit = sys::max_socket_buffer()? / 2304 * 2048;
        let room = self.room.load(Ordering::Relaxed);
        if room >= limit {
            return Err(Errno::ENOBUFS);
        }
        let more = room.saturating_mul(2).min(limit);
        sys::set_receive_buffer(self.control.as_fd(), more)?;
        self.room.store(more, Ordering::Relaxed);
        Ok(())
    }

    fn control_fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        Ok(self.control.as_fd())
    }

    fn data_fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        Ok(self.data.as_fd())
    }
}
