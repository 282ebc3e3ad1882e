//! The system calls behind a netgraph socket: all the unsafe code of this crate.
#![allow(unsafe_code, reason = "system calls; each block says why it is sound")]

use std::ffi::{CString, c_char, c_int, c_void};
use std::mem::{MaybeUninit, offset_of};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use crate::error::{Errno, OpenStep};
use crate::sys::{AF_NETGRAPH, NG_CONTROL, NG_DATA, NG_NODESIZ};

// Of libc.so, and not in the libc crate; see kldload(2) and modfind(2).
unsafe extern "C" {
    fn kldload(file: *const c_char) -> c_int;
    fn modfind(name: *const c_char) -> c_int;
}

/// A sockaddr_ng: its length, its family, and a text that ends with NUL; and how much of that is in use.
#[repr(C)]
pub(super) struct Address {
    head: [u8; 2],
    text: [u8; NG_NODESIZ],
    len: libc::socklen_t,
}

impl Address {
    /// Makes room for an address.
    pub(super) const fn empty() -> Self {
        Self { head: [0; 2], text: [0; NG_NODESIZ], len: 0 }
    }

    /// The address with the first `len` bytes of a text, behind which there are NULs.
    #[inline]
    pub(super) fn new(text: [u8; NG_NODESIZ], len: usize) -> Self {
        let len = 2 + len.min(NG_NODESIZ - 1) + 1;
        Self { head: [len as u8, AF_NETGRAPH], text, len: len as libc::socklen_t }
    }

    /// Has the kernel fill it in by `call`, which is given the buffer, and its length to put the address's there.
    fn fill<R>(
        &mut self,
        call: impl FnOnce(*mut libc::sockaddr, &mut libc::socklen_t) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        *self = Self::empty();
        let mut len = offset_of!(Self, len) as libc::socklen_t;
        let result = call(std::ptr::from_mut(self).cast(), &mut len)?;
        self.len = len;
        Ok(result)
    }

    /// Tells whether the kernel filled in nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.len < 2
    }

    /// The text, with NULs behind it.
    pub(super) fn as_field(&self) -> &[u8; NG_NODESIZ] {
        &self.text
    }

    fn as_ptr(&self) -> *const libc::sockaddr {
        std::ptr::from_ref(self).cast()
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

/// The room for a message with two descriptors: a cmsghdr and two ints, rounded up, and aligned as a cmsghdr is.
type Rights = [usize; 8];

/// How often a child is sent into a jail whose processes kill what comes in.
const CHILDREN: usize = 100;

/// How long a child may be silent before it is told to go on, in milliseconds, and how often it is told.
const SILENCE: (i32, usize) = (20, 500);

/// Opens a control socket and a data socket in a jail, without taking this process there: a child attaches to the jail,
/// opens them, and hands them over. The child is one of pdfork(2): its end raises no SIGCHLD, and no wait(2) of the
/// program's finds it.
pub(super) fn sockets_in_jail(jid: i32) -> Result<[OwnedFd; 2], (OpenStep, Errno)> {
    let mut opened = Err((OpenStep::Attach, Errno::ECONNRESET));
    for _ in 0..CHILDREN {
        opened = sockets_by_child(jid);
        // It was killed, by the jail or with it. If there is no jail any more the next one says so.
        if !matches!(opened, Err((_, Errno::ECONNRESET))) {
            break;
        }
    }
    opened
}

fn sockets_by_child(jid: i32) -> Result<[OwnedFd; 2], (OpenStep, Errno)> {
    let attaching = |errno| (OpenStep::Attach, errno);
    let (here, there) = socket_pair().map_err(attaching)?;
    let child = fork_silent(&there, jid).map_err(attaching)?;
    drop(there);
    let mut report = [0; 2];
    let sockets =
        wait_for_child(here.as_fd(), &child).and_then(|()| receive_sockets(here.as_fd(), &mut report));
    // Closing the process descriptor ends the child, and leaves no zombie.
    drop(child);
    let [step, errno] = report;
    let step = match step {
        1 => OpenStep::ControlSocket,
        2 => OpenStep::DataSocket,
        _ => OpenStep::Attach,
    };
    sockets.map_err(|lost| (step, if errno == 0 { lost } else { Errno::from_raw(errno) }))
}

/// Waits until the child has sent something or ended. What runs in the jail can stop it, and again after each of its steps.
fn wait_for_child(here: BorrowedFd<'_>, child: &OwnedFd) -> Result<(), Errno> {
    let (millis, times) = SILENCE;
    for _ in 0..times {
        match poll(here, millis) {
            Ok(true) => return Ok(()),
            Ok(false) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
        // SAFETY: pdkill(2) takes numbers. One that has just ended is seen at the next look.
        unsafe { libc::pdkill(child.as_raw_fd(), libc::SIGCONT) };
    }
    Err(Errno::ETIMEDOUT)
}

fn socket_pair() -> Result<(OwnedFd, OwnedFd), Errno> {
    let mut ends = [-1; 2];
    // SAFETY: there is room for two descriptors.
    check(unsafe {
        libc::socketpair(libc::PF_LOCAL, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0, ends.as_mut_ptr())
    })?;
    let [here, there] = ends;
    // SAFETY: both were made just now, and nobody else has them.
    Ok(unsafe { (OwnedFd::from_raw_fd(here), OwnedFd::from_raw_fd(there)) })
}

/// Starts the child, and returns its process descriptor.
fn fork_silent(there: &OwnedFd, jid: c_int) -> Result<OwnedFd, Errno> {
    let mut process = -1;
    let mut all = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the sets are valid for writing, and `all` is filled in before it is read. No handler of the program's runs
    // in the child. Between the fork and its end the child makes system calls only, on memory of its own stack: whatever
    // other threads held locked at that moment is not touched.
    let forked = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        let forked = libc::pdfork(&raw mut process, 0);
        if forked == 0 {
            send_sockets(there.as_raw_fd(), jid);
            libc::_exit(0);
        }
        let failed = last();
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut());
        if forked < 0 { Err(failed) } else { Ok(process) }
    };
    // SAFETY: the descriptor was made just now, and nobody else has it.
    forked.map(|process| unsafe { OwnedFd::from_raw_fd(process) })
}

/// Keeps debuggers in the jail off the child, whose memory is the host's, and closes all but the standard streams and one socket:
/// nobody may enter a jail with an open directory.
///
/// # Safety
/// For a child process alone, in which nothing else uses the descriptors; async-signal-safe.
unsafe fn prepare_to_attach(socket: c_int) {
    let mut how: c_int = libc::PROC_TRACE_CTL_DISABLE;
    let (first, socket) = (3, socket.unsigned_abs());
    // SAFETY: system calls; the command of procctl(2) reads one number.
    unsafe {
        libc::procctl(libc::P_PID, 0, libc::PROC_TRACE_CTL, (&raw mut how).cast());
        if socket > first {
            libc::close_range(first, socket - 1, 0);
        }
        libc::close_range(first.max(socket + 1), libc::c_uint::MAX, 0);
    }
}

/// What the child does: attaches to the jail, opens the sockets, and sends them, or the step that failed and its errno.
///
/// # Safety
/// Async-signal-safe: it allocates nothing, takes no locks and does not panic.
unsafe fn send_sockets(there: c_int, jid: c_int) {
    let (mut report, mut sockets) = ([0, 0], [-1, -1]);
    // SAFETY: system calls; the pointers are those of locals, and CMSG_SPACE of two ints (24) is less than `Rights`.
    unsafe {
        prepare_to_attach(there);
        if libc::jail_attach(jid) < 0 {
            report = [0, *libc::__error()];
        } else {
            for (step, protocol) in [(1, NG_CONTROL), (2, NG_DATA)] {
                let fd =
                    libc::socket(c_int::from(AF_NETGRAPH), libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, protocol);
                if fd < 0 {
                    report = [step, *libc::__error()];
                    break;
                }
                if step == 1 {
                    sockets[0] = fd;
                } else {
                    sockets[1] = fd;
                }
            }
        }
        let mut rights: Rights = [0; 8];
        let mut bytes =
            libc::iovec { iov_base: report.as_mut_ptr().cast(), iov_len: size_of::<[c_int; 2]>() };
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = &raw mut bytes;
        message.msg_iovlen = 1;
        if report[1] == 0 {
            let fds = size_of::<[c_int; 2]>() as libc::c_uint;
            message.msg_control = rights.as_mut_ptr().cast();
            message.msg_controllen = libc::CMSG_SPACE(fds);
            let header = libc::CMSG_FIRSTHDR(&raw const message);
            (*header).cmsg_level = libc::SOL_SOCKET;
            (*header).cmsg_type = libc::SCM_RIGHTS;
            (*header).cmsg_len = libc::CMSG_LEN(fds);
            libc::CMSG_DATA(header).cast::<[c_int; 2]>().write_unaligned(sockets);
        }
        libc::sendmsg(there, &raw const message, libc::MSG_NOSIGNAL);
    }
}

/// Receives what the child sends. ECONNRESET where it ended without a word.
fn receive_sockets(here: BorrowedFd<'_>, report: &mut [c_int; 2]) -> Result<[OwnedFd; 2], Errno> {
    let mut rights: Rights = [0; 8];
    let mut bytes = libc::iovec { iov_base: report.as_mut_ptr().cast(), iov_len: size_of::<[c_int; 2]>() };
    // SAFETY: a msghdr of zeroes is one without address, data and control data.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut bytes;
    message.msg_iovlen = 1;
    message.msg_control = rights.as_mut_ptr().cast();
    message.msg_controllen = size_of::<Rights>() as libc::socklen_t;
    loop {
        // SAFETY: the message points to buffers of the lengths that it tells.
        let received = unsafe { libc::recvmsg(here.as_raw_fd(), &raw mut message, libc::MSG_CMSG_CLOEXEC) };
        match length(received) {
            Ok(0) => return Err(Errno::ECONNRESET),
            Ok(_) => break,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    // SAFETY: the kernel has filled in the control data, whose length bounds what CMSG_FIRSTHDR returns; descriptors that
    // come in a message of SCM_RIGHTS are this process's own, and nobody else has them.
    unsafe {
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        let len = libc::CMSG_LEN(size_of::<[c_int; 2]>() as libc::c_uint);
        if header.is_null() || (*header).cmsg_type != libc::SCM_RIGHTS || (*header).cmsg_len != len {
            return Err(Errno::ECONNRESET);
        }
        let [control, data] = libc::CMSG_DATA(header).cast::<[c_int; 2]>().read_unaligned();
        Ok([OwnedFd::from_raw_fd(control), OwnedFd::from_raw_fd(data)])
    }
}

/// Names the node of a control socket.
pub(super) fn bind(fd: BorrowedFd<'_>, address: &Address) -> Result<(), Errno> {
    // SAFETY: the address is valid for its length.
    check(unsafe { libc::bind(fd.as_raw_fd(), address.as_ptr(), address.len) }).map(|_| ())
}

/// Connects a data socket to the node of a control socket.
pub(super) fn connect(fd: BorrowedFd<'_>, address: &Address) -> Result<(), Errno> {
    // SAFETY: the address is valid for its length.
    check(unsafe { libc::connect(fd.as_raw_fd(), address.as_ptr(), address.len) }).map(|_| ())
}

/// Sends a datagram, without SIGPIPE.
pub(super) fn send_to(fd: BorrowedFd<'_>, bytes: &[u8], to: &Address) -> Result<usize, Errno> {
    let (data, len) = (bytes.as_ptr().cast::<c_void>(), bytes.len());
    // SAFETY: both buffers are valid for their lengths.
    length(unsafe { libc::sendto(fd.as_raw_fd(), data, len, libc::MSG_NOSIGNAL, to.as_ptr(), to.len) })
}

/// Receives a datagram of up to `room` bytes into `frame`, replacing what it held, without waiting; `from` becomes its
/// sender.
pub(super) fn receive(
    fd: BorrowedFd<'_>,
    frame: &mut Vec<u8>,
    room: usize,
    from: &mut Address,
) -> Result<(), Errno> {
    frame.clear();
    frame.reserve(room);
    let len = receive_uninit(fd, frame.spare_capacity_mut(), from)?;
    // SAFETY: recvfrom(2) has filled in `len` bytes of the spare capacity.
    unsafe { frame.set_len(len) };
    Ok(())
}

/// Receives a datagram into `room`, without waiting, and returns its length; `from` becomes its sender.
pub(super) fn receive_into(fd: BorrowedFd<'_>, room: &mut [u8], from: &mut Address) -> Result<usize, Errno> {
    // SAFETY: initialized bytes are valid as possibly uninitialized ones, and recvfrom(2) only writes bytes.
    let room = unsafe { &mut *(std::ptr::from_mut(room) as *mut [MaybeUninit<u8>]) };
    receive_uninit(fd, room, from)
}

fn receive_uninit(
    fd: BorrowedFd<'_>,
    room: &mut [MaybeUninit<u8>],
    from: &mut Address,
) -> Result<usize, Errno> {
    let (data, len) = (room.as_mut_ptr().cast::<c_void>(), room.len());
    from.fill(|sender, sender_len| {
        // SAFETY: both buffers are valid for the lengths given, and the kernel writes no more than that.
        length(unsafe { libc::recvfrom(fd.as_raw_fd(), data, len, libc::MSG_DONTWAIT, sender, sender_len) })
    })
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
    // SAFETY: the buffer is valid for the length given.
    address.fill(|own, len| check(unsafe { libc::getsockname(fd.as_raw_fd(), own, len) }))?;
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
