//! What a short-lived child process does, attached to a jail: a process cannot leave one again.

use std::ffi::{c_int, c_uint, c_void};
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

use super::{attach, checked, errno};
use crate::Errno;
use crate::system::Target;

/// Memory that a child process writes and its parent reads.
pub(super) struct SharedMemory {
    pub(super) start: *mut c_void,
    size: usize,
}

impl SharedMemory {
    pub(super) fn new(size: usize) -> Result<Self, Errno> {
        let (access, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_ANON | libc::MAP_SHARED);
        // SAFETY: asks for memory of its own, anywhere.
        let start = unsafe { libc::mmap(ptr::null_mut(), size, access, flags, -1, 0) };
        if start == libc::MAP_FAILED { Err(errno()) } else { Ok(Self { start, size }) }
    }

    fn bytes(&self) -> Vec<u8> {
        // SAFETY: the memory has so many bytes, all written by the kernel or the child, which has ended.
        unsafe { std::slice::from_raw_parts(self.start.cast::<u8>(), self.size) }.to_vec()
    }
}

impl Drop for SharedMemory {
    fn drop(&mut self) {
        // SAFETY: this is the whole of what was given, and nothing refers to it any more.
        unsafe { libc::munmap(self.start, self.size) };
    }
}

/// The names that their drivers gave to the interfaces of these numbers; empty for one that is gone. The kernel tells them only to
/// who is in the VNET.
pub(crate) fn driver_names(jail: Option<Target>, indexes: &[u32]) -> Result<Vec<String>, Errno> {
    const ROOM: usize = 48;
    if indexes.is_empty() {
        return Ok(Vec::new());
    }
    let memory = SharedMemory::new(indexes.len() * ROOM)?;
    let ask = || {
        for (at, index) in indexes.iter().enumerate() {
            // CTL_NET, PF_LINK, NETLINK_GENERIC, IFMIB_IFDATA, IFDATA_DRIVERNAME of net/if_mib.h
            let mib = [libc::CTL_NET, libc::PF_LINK, 0, 2, *index as c_int, 3];
            let mut size = ROOM - 1;
            // SAFETY: an async-signal-safe system call; each name has its own room in the memory, whose last byte stays 0.
            unsafe {
                let name = memory.start.cast::<u8>().add(at * ROOM);
                libc::sysctl(mib.as_ptr(), 6, name.cast(), &mut size, ptr::null(), 0);
            }
        }
    };
    match jail {
        None => ask(),
        Some(jail) => in_jail(jail, || {
            ask();
            0
        })?,
    }
    Ok(memory.bytes().chunks_exact(ROOM).map(crate::param::text_of).collect())
}

/// The bytes of a kernel variable, as a process in the jail reads them.
pub(crate) fn sysctl_inside(jail: Target, mib: &[c_int]) -> Result<Vec<u8>, Errno> {
    const WORD: usize = size_of::<usize>();
    const MOST: usize = 1 << 30;
    let count = c_uint::try_from(mib.len()).map_err(|_| Errno::EINVAL)?;
    let mut room = 1 << 16;
    loop {
        // The length comes first, then the bytes.
        let memory = SharedMemory::new(WORD + room)?;
        let read = in_jail(jail, || {
            let mut size = room;
            // SAFETY: an async-signal-safe system call; the list has `count` numbers, the memory a word and `room` bytes, and it
            // begins with a page.
            unsafe {
                let bytes = memory.start.cast::<u8>().add(WORD).cast();
                if libc::sysctl(mib.as_ptr(), count, bytes, &mut size, ptr::null(), 0) == -1 {
                    return raw_errno();
                }
                memory.start.cast::<usize>().write(size);
            }
            0
        });
        match read {
            Err(Errno::ENOMEM) if room < MOST => room *= 4,
            Err(errno) => return Err(errno),
            Ok(()) => {
                let all = memory.bytes();
                let (size, bytes) = all.split_first_chunk::<WORD>().ok_or(Errno::EBADMSG)?;
                return bytes.get(..usize::from_ne_bytes(*size)).map(<[u8]>::to_vec).ok_or(Errno::EBADMSG);
            }
        }
    }
}

/// Writes values to a kernel variable, one after the other, in the caller's VNET or as a process in a jail; tells for each the error
/// number, 0 for none.
pub(crate) fn sysctl_set_inside(
    jail: Option<Target>,
    mib: &[c_int],
    values: &[Vec<u8>],
) -> Result<Vec<c_int>, Errno> {
    let count = c_uint::try_from(mib.len()).map_err(|_| Errno::EINVAL)?;
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let memory = SharedMemory::new(values.len() * size_of::<c_int>())?;
    let write = || {
        for (at, value) in values.iter().enumerate() {
            let (new, size) = (value.as_ptr().cast(), value.len());
            // SAFETY: an async-signal-safe system call; the list has `count` numbers, the value `size` bytes, and the memory a
            // place for each value's error number.
            unsafe {
                let failed =
                    libc::sysctl(mib.as_ptr(), count, ptr::null_mut(), ptr::null_mut(), new, size) == -1;
                memory.start.cast::<c_int>().add(at).write(if failed { raw_errno() } else { 0 });
            }
        }
    };
    match jail {
        None => write(),
        Some(jail) => in_jail(jail, || {
            write();
            0
        })?,
    }
    let told = memory.bytes();
    let errnos = told.chunks_exact(size_of::<c_int>()).filter_map(|bytes| bytes.try_into().ok());
    Ok(errnos.map(c_int::from_ne_bytes).collect())
}

/// A socket of a jail's VNET. An ioctl on it acts there, with the caller's own privilege: the kernel goes by the VNET of the
/// socket and by the credential of the calling thread.
pub(crate) fn socket_in_jail(jail: Target) -> Result<OwnedFd, Errno> {
    let mut pair = [-1; 2];
    // SAFETY: the array has room for two descriptors.
    checked(unsafe {
        libc::socketpair(libc::AF_LOCAL, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0, pair.as_mut_ptr())
    })?;
    // SAFETY: both were just made and have no other owner.
    let (ours, theirs) = unsafe { (OwnedFd::from_raw_fd(pair[0]), OwnedFd::from_raw_fd(pair[1])) };
    let in_child = || {
        // SAFETY: an async-signal-safe system call, on numbers.
        let socket = unsafe { libc::socket(libc::AF_LOCAL, libc::SOCK_DGRAM, 0) };
        if socket == -1 || !send_descriptor(theirs.as_raw_fd(), socket) { raw_errno() } else { 0 }
    };
    in_jail(jail, in_child)?;
    receive_descriptor(ours.as_raw_fd())
}

/// How often those are killed that are left; it takes about a millisecond.
const KILL_ROUNDS: usize = 1000;

/// Signals every process that a process in the jail can signal, which are all in the jail and below it.
///
/// kill(-1) holds the lock of the process table meanwhile (prison_proc_iterate of kern_jail.c) and misses none but those that
/// fork(2) is still making. Whoever forks and ends all the time has such a one at many a moment, so SIGKILL is sent again without
/// a pause until there is nobody.
pub(crate) fn kill_all(jail: Target, signal: c_int) -> Result<(), Errno> {
    let again = if signal == libc::SIGKILL { KILL_ROUNDS } else { 0 };
    in_jail(jail, || {
        // SAFETY: an async-signal-safe system call, on numbers. kill(-1) spares the caller.
        let killed = || unsafe { libc::kill(-1, signal) != -1 };
        if !killed() {
            return raw_errno();
        }
        for _ in 0..again {
            if !killed() {
                break;
            }
        }
        0
    })
}

/// The error number, without anything that is not async-signal-safe.
fn raw_errno() -> c_int {
    // SAFETY: the C library gives a pointer to the thread's own error number.
    unsafe { *libc::__error() }
}

/// How often a child process is sent into a jail whose processes kill what comes in.
const CHILDREN: usize = 100;

/// Runs something in a child process that is attached to a jail, and tells what it gives: an error number, or 0; again if the
/// child was killed. `EINTR` if all were; the next one finds out if the jail was removed, and the child with it.
///
/// It tells by memory and not by its exit status, which this program may not come to know: where `SIGCHLD` is ignored the kernel
/// forgets it, and another thread may have asked for it. The child is a copy of one thread of many, or shares its memory: what
/// runs there must be async-signal-safe and must not allocate.
fn in_jail(jail: Target, mut child: impl FnMut() -> c_int) -> Result<(), Errno> {
    for _ in 0..CHILDREN {
        match in_jail_once(jail, &mut child) {
            Err(Errno::EINTR) => {}
            done => return done,
        }
    }
    Err(Errno::EINTR)
}

fn in_jail_once(jail: Target, child: impl FnOnce() -> c_int) -> Result<(), Errno> {
    const NOTHING: c_int = -1;
    let memory = SharedMemory::new(size_of::<c_int>())?;
    let told = memory.start.cast::<c_int>();
    // SAFETY: the memory begins with a page, has room for one number, and nobody else has it yet.
    unsafe { told.write(NOTHING) };
    let pid = start_child(|| {
        let errno = if attach(jail) { child() } else { raw_errno() };
        // SAFETY: as above; the parent does not look before this process has ended.
        unsafe { told.write(errno) };
    })?;
    // SAFETY: nothing is asked for but the end. Any error but this one says that the child has ended, and somebody knows how.
    while unsafe { libc::waitpid(pid, ptr::null_mut(), 0) } == -1 && errno() == Errno::EINTR {}
    // SAFETY: as above; the child has ended.
    match unsafe { told.read_volatile() } {
        0 => Ok(()),
        NOTHING => Err(Errno::EINTR),
        errno => Err(Errno::new(errno)),
    }
}

/// Starts a child process as posix_spawn(3) does: on a stack of its own and in the memory of this process, whose thread stands
/// still until the child has ended. A copy of the memory, as fork(2) makes, costs many times as much.
#[cfg(target_arch = "x86_64")]
fn start_child<F: FnOnce()>(child: F) -> Result<libc::pid_t, Errno> {
    unsafe extern "C" {
        fn rfork_thread(
            flags: c_int,
            stack: *mut c_void,
            run: unsafe extern "C" fn(*mut c_void) -> c_int,
            argument: *mut c_void,
        ) -> c_int;
    }
    unsafe extern "C" fn run<F: FnOnce()>(argument: *mut c_void) -> c_int {
        // SAFETY: the argument is `child` below, which nobody else touches; _exit(2) is async-signal-safe.
        unsafe {
            if let Some(child) = (*argument.cast::<Option<F>>()).take() {
                child();
            }
            libc::_exit(0)
        }
    }
    let mut child = Some(child);
    // 64 KiB, aligned as a stack must be.
    let mut stack = vec![0_u128; 4096];
    // SAFETY: the child starts at the upper end of a stack that lives until it has ended, as does `child`. It calls nothing but
    // `child`, which keeps to async-signal-safe calls, and _exit(2).
    checked(unsafe {
        rfork_thread(libc::RFSPAWN, stack.as_mut_ptr_range().end.cast(), run::<F>, (&raw mut child).cast())
    })
}

/// Starts a child process; there is no rfork_thread(3) on every machine.
#[cfg(not(target_arch = "x86_64"))]
fn start_child(child: impl FnOnce()) -> Result<libc::pid_t, Errno> {
    // SAFETY: the child calls nothing but `child`, which keeps to async-signal-safe calls, and _exit(2).
    checked(unsafe {
        let pid = libc::fork();
        if pid == 0 {
            child();
            libc::_exit(0);
        }
        pid
    })
}

/// Room for one descriptor in a control message, aligned as its header must be.
#[repr(C, align(8))]
struct Control([u8; 64]);

fn message(iov: &mut libc::iovec, control: &mut Control) -> libc::msghdr {
    // SAFETY: a msghdr of zeros is an empty one.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_iov = iov;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    message.msg_controllen = control.0.len() as libc::socklen_t;
    message
}

/// Passes a descriptor on; async-signal-safe.
fn send_descriptor(through: RawFd, descriptor: RawFd) -> bool {
    let mut byte = [0_u8; 1];
    let mut iov = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
    let mut control = Control([0; 64]);
    let mut message = message(&mut iov, &mut control);
    const SIZE: c_uint = size_of::<c_int>() as c_uint;
    // SAFETY: the control buffer has room for a header and one descriptor, and the header is inside it.
    unsafe {
        message.msg_controllen = libc::CMSG_SPACE(SIZE);
        let header = libc::CMSG_FIRSTHDR(&message);
        (*header).cmsg_len = libc::CMSG_LEN(SIZE);
        (*header).cmsg_level = libc::SOL_SOCKET;
        (*header).cmsg_type = libc::SCM_RIGHTS;
        libc::CMSG_DATA(header).cast::<c_int>().write_unaligned(descriptor);
        libc::sendmsg(through, &message, 0) == 1
    }
}

/// Takes a descriptor that was passed on.
fn receive_descriptor(through: RawFd) -> Result<OwnedFd, Errno> {
    let mut byte = [0_u8; 1];
    let mut iov = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
    let mut control = Control([0; 64]);
    let mut message = message(&mut iov, &mut control);
    // SAFETY: the message points to live buffers of the lengths that it tells; a header is read only if there is one, and
    // the descriptor in it is new and has no other owner.
    unsafe {
        if libc::recvmsg(through, &mut message, libc::MSG_CMSG_CLOEXEC) == -1 {
            return Err(errno());
        }
        let header = libc::CMSG_FIRSTHDR(&message);
        if header.is_null() || (*header).cmsg_type != libc::SCM_RIGHTS {
            return Err(Errno::EBADMSG);
        }
        Ok(OwnedFd::from_raw_fd(libc::CMSG_DATA(header).cast::<c_int>().read_unaligned()))
    }
}
