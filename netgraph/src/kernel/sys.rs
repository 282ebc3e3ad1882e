//! The system calls behind a netgraph socket: all the unsafe code of this crate.
#![allow(unsafe_code, reason = "system calls; each block says why it is sound")]

use std::ffi::{CString, c_char, c_int, c_void};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use crate::error::Errno;
use crate::sys::AF_NETGRAPH;

// Of libc.so, and not in the libc crate; see kldload(2) and modfind(2).
unsafe extern "C" {
    fn kldload(file: *const c_char) -> c_int;
    fn modfind(name: *const c_char) -> c_int;
}

/// The length of an address buffer: `SOCK_MAXADDRLEN` of sys/socket.h; netgraph uses 34 bytes of it.
const ADDRESS_LEN: usize = 255;

/// A sockaddr_ng: its length, its family, and a text that ends with NUL.
pub(super) struct Address {
    bytes: [u8; ADDRESS_LEN],
    len: libc::socklen_t,
}

impl Address {
    fn empty() -> Self {
        Self { bytes: [0; ADDRESS_LEN], len: ADDRESS_LEN as libc::socklen_t }
    }

    fn new(text: &[u8]) -> Result<Self, Errno> {
        let len = 2 + text.len() + 1;
        let mut address = Self::empty();
        let room = address.bytes.get_mut(2..len - 1).filter(|_| len <= ADDRESS_LEN).ok_or(Errno::EINVAL)?;
        room.copy_from_slice(text);
        address.bytes[0] = len as u8;
        address.bytes[1] = AF_NETGRAPH;
        address.len = len as libc::socklen_t;
        Ok(address)
    }

    /// Tells whether the kernel filled in nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.len < 2
    }

    /// The text before its NUL.
    pub(super) fn as_bytes(&self) -> &[u8] {
        let text = self.bytes.get(2..self.len as usize).unwrap_or_default();
        text.split(|b| *b == 0).next().unwrap_or_default()
    }

    fn as_ptr(&self) -> *const libc::sockaddr {
        self.bytes.as_ptr().cast()
    }
}

fn last() -> Errno {
    Errno::from_raw(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

fn check(result: c_int) -> Result<c_int, Errno> {
    if result < 0 { Err(last()) } else { Ok(result) }
}

fn length(result: isize) -> Result<usize, Errno> {
    usize::try_from(result).map_err(|_| last())
}

/// Opens a socket that no child inherits.
pub(super) fn socket(protocol: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: socket(2) takes no pointers.
    let fd = check(unsafe {
        libc::socket(i32::from(AF_NETGRAPH), libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, protocol)
    })?;
    // SAFETY: the descriptor was made just now, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Names the node of a control socket.
pub(super) fn bind(fd: BorrowedFd<'_>, name: &[u8]) -> Result<(), Errno> {
    let address = Address::new(name)?;
    // SAFETY: the address is valid for its length.
    check(unsafe { libc::bind(fd.as_raw_fd(), address.as_ptr(), address.len) }).map(|_| ())
}

/// Connects a data socket to the node of a control socket.
pub(super) fn connect(fd: BorrowedFd<'_>, path: &[u8]) -> Result<(), Errno> {
    let address = Address::new(path)?;
    // SAFETY: the address is valid for its length.
    check(unsafe { libc::connect(fd.as_raw_fd(), address.as_ptr(), address.len) }).map(|_| ())
}

/// Sends a datagram, without SIGPIPE.
pub(super) fn send_to(fd: BorrowedFd<'_>, bytes: &[u8], to: &[u8]) -> Result<usize, Errno> {
    let to = Address::new(to)?;
    let (data, len) = (bytes.as_ptr().cast::<c_void>(), bytes.len());
    // SAFETY: both buffers are valid for their lengths.
    length(unsafe { libc::sendto(fd.as_raw_fd(), data, len, libc::MSG_NOSIGNAL, to.as_ptr(), to.len) })
}

/// Receives a datagram of up to `room` bytes into `frame`, replacing what it held, without waiting; returns its
/// sender.
pub(super) fn receive(fd: BorrowedFd<'_>, frame: &mut Vec<u8>, room: usize) -> Result<Address, Errno> {
    frame.clear();
    frame.reserve(room);
    let (len, from) = receive_uninit(fd, frame.spare_capacity_mut())?;
    // SAFETY: recvfrom(2) has filled in `len` bytes of the spare capacity.
    unsafe { frame.set_len(len) };
    Ok(from)
}

/// Receives a datagram into `room`, without waiting; returns its length and its sender.
pub(super) fn receive_into(fd: BorrowedFd<'_>, room: &mut [u8]) -> Result<(usize, Address), Errno> {
    // SAFETY: initialized bytes are valid as possibly uninitialized ones, and recvfrom(2) only writes bytes.
    let room = unsafe { &mut *(std::ptr::from_mut(room) as *mut [MaybeUninit<u8>]) };
    receive_uninit(fd, room)
}

fn receive_uninit(fd: BorrowedFd<'_>, room: &mut [MaybeUninit<u8>]) -> Result<(usize, Address), Errno> {
    let mut from = Address::empty();
    let (data, len) = (room.as_mut_ptr().cast::<c_void>(), room.len());
    let sender = from.bytes.as_mut_ptr().cast::<libc::sockaddr>();
    // SAFETY: both buffers are valid for the lengths given, and the kernel writes no more than that.
    let len = length(unsafe {
        libc::recvfrom(fd.as_raw_fd(), data, len, libc::MSG_DONTWAIT, sender, &raw mut from.len)
    })?;
    Ok((len, from))
}

/// Waits up to `millis` milliseconds (-1: forever) until a descriptor can be read.
pub(super) fn poll(fd: BorrowedFd<'_>, millis: i32) -> Result<bool, Errno> {
    let mut polled = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one valid pollfd is handed over.
    check(unsafe { libc::poll(&raw mut polled, 1, millis) }).map(|ready| ready > 0)
}

/// Returns SO_RCVBUF.
pub(super) fn receive_buffer(fd: BorrowedFd<'_>) -> Result<usize, Errno> {
    let mut size: c_int = 0;
    let mut len = size_of::<c_int>() as libc::socklen_t;
    let value = (&raw mut size).cast::<c_void>();
    // SAFETY: the value is an int of the length given.
    check(unsafe {
        libc::getsockopt(fd.as_raw_fd(), libc::SOL_SOCKET, libc::SO_RCVBUF, value, &raw mut len)
    })?;
    Ok(size.unsigned_abs() as usize)
}

/// Sets SO_RCVBUF.
pub(super) fn set_receive_buffer(fd: BorrowedFd<'_>, size: usize) -> Result<(), Errno> {
    let size = c_int::try_from(size).map_err(|_| Errno::ENOBUFS)?;
    let (value, len) = ((&raw const size).cast::<c_void>(), size_of::<c_int>() as libc::socklen_t);
    // SAFETY: the value is an int of the length given.
    check(unsafe { libc::setsockopt(fd.as_raw_fd(), libc::SOL_SOCKET, libc::SO_RCVBUF, value, len) })
        .map(|_| ())
}

/// Returns the address of a socket itself.
pub(super) fn socket_name(fd: BorrowedFd<'_>) -> Result<Address, Errno> {
    let mut address = Address::empty();
    let own = address.bytes.as_mut_ptr().cast::<libc::sockaddr>();
    // SAFETY: the buffer is valid for the length given.
    check(unsafe { libc::getsockname(fd.as_raw_fd(), own, &raw mut address.len) })?;
    Ok(address)
}

/// Returns the sysctl kern.ipc.maxsockbuf, in bytes; an unsigned long in the kernel.
pub(super) fn max_socket_buffer() -> Result<usize, Errno> {
    let mut value: libc::c_ulong = 0;
    let mut len = size_of::<libc::c_ulong>();
    let old = (&raw mut value).cast::<c_void>();
    // SAFETY: the name ends with NUL, and the value has the length given.
    check(unsafe {
        libc::sysctlbyname(c"kern.ipc.maxsockbuf".as_ptr(), old, &raw mut len, std::ptr::null(), 0)
    })?;
    Ok(usize::try_from(value).unwrap_or(usize::MAX))
}

/// Tells whether a module is in the kernel, loaded or built in.
pub(super) fn module_is_loaded(name: &str) -> bool {
    // SAFETY: the name ends with NUL.
    CString::new(name).is_ok_and(|name| unsafe { modfind(name.as_ptr()) } >= 0)
}

/// Loads a module.
pub(super) fn load_module(name: &str) -> Result<(), Errno> {
    let name = CString::new(name).map_err(|_| Errno::EINVAL)?;
    // SAFETY: the name ends with NUL.
    check(unsafe { kldload(name.as_ptr()) }).map(|_| ())
}
