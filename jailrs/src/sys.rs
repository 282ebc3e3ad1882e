//! FreeBSD's system calls: all the unsafe code of this crate, and no policy.

use std::ffi::{CString, c_char, c_int, c_uint, c_void};
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

use crate::Errno;
use crate::system::{JailFlags, Jid, Opt, Refusal, Target};

mod child;
mod confine;
mod group;
mod interface;
mod queue;
mod signals;
mod way;

pub(crate) use child::{driver_names, kill_all, socket_in_jail, sysctl_inside, sysctl_set_inside};
pub(crate) use confine::{Use, confine};
pub(crate) use group::{Group, wait_ended};
pub(crate) use interface::{
    BufferCall, GroupCall, IfCall, Ifreq, ifconf, ifcreate, ifgroup, ifgroups, ifioctl, ifioctl_buffer,
    socket,
};
pub(crate) use queue::{kevent_add, kevent_delete, kevent_next, kqueue};
pub(crate) use signals::EndingSignals;
pub(crate) use way::{Session, enter_jail, jail_cpus, set_jail_cpus};

/// The room for the kernel's words, as libjail(3) and mount(8) give.
const ERRMSG: usize = 1024;

unsafe extern "C" {
    // Not in the libc crate; sys/linker.h and sys/module.h of FreeBSD.
    fn kldload(file: *const c_char) -> c_int;
    fn kldfind(file: *const c_char) -> c_int;
    fn modfind(name: *const c_char) -> c_int;
}

/// The error number of the system call that just failed.
fn errno() -> Errno {
    Errno::from_io(&io::Error::last_os_error())
}

/// A system call's result: what it gave, unless that is -1.
fn checked(result: c_int) -> Result<c_int, Errno> {
    if result == -1 { Err(errno()) } else { Ok(result) }
}

fn c_string(text: impl Into<Vec<u8>>) -> Result<CString, Errno> {
    CString::new(text).map_err(|_| Errno::EINVAL)
}

/// Which system call takes a list of options.
#[derive(Clone, Copy)]
pub(crate) enum OptCall {
    JailSet,
    JailGet,
    Nmount,
}

/// Hands options to the kernel, and takes its answers and its words.
pub(crate) fn with_opts(call: OptCall, opts: &mut [Opt], flags: c_int) -> Result<c_int, Refusal> {
    let mut names = opts.iter().map(|opt| c_string(opt.name.as_str())).collect::<Result<Vec<_>, _>>()?;
    let mut message = vec![0_u8; ERRMSG];
    let mut iov = Vec::with_capacity(2 * opts.len() + 2);
    let entry = |base: *mut c_void, len: usize| libc::iovec {
        iov_base: if len == 0 { ptr::null_mut() } else { base },
        iov_len: len,
    };
    names.push(c"errmsg".to_owned());
    let values = opts.iter_mut().map(|opt| &mut opt.value).chain([&mut message]);
    for (name, value) in names.iter().zip(values) {
        iov.push(entry(name.as_ptr().cast_mut().cast(), name.as_bytes_with_nul().len()));
        iov.push(entry(value.as_mut_ptr().cast(), value.len()));
    }
    let count = c_uint::try_from(iov.len()).map_err(|_| Errno::E2BIG)?;
    let list = iov.as_mut_ptr();
    // SAFETY: every entry points to a live buffer of the length that it tells; the kernel writes to the values alone, which
    // are borrowed mutably, and leaves the names as they are.
    let result = unsafe {
        match call {
            OptCall::JailSet => libc::jail_set(list, count, flags),
            OptCall::JailGet => libc::jail_get(list, count, flags),
            OptCall::Nmount => libc::nmount(list, count, flags),
        }
    };
    let result =
        checked(result).map_err(|errno| Refusal { errno, message: crate::param::text_of(&message) })?;
    for (opt, value) in opts.iter_mut().zip(iov.iter().skip(1).step_by(2)) {
        // A buffer of no bytes asks for the size; the others have the length of their answer.
        opt.value.resize(value.iov_len, 0);
    }
    Ok(result)
}

/// jail_set(2) or jail_get(2): the jail's number, and the descriptor of it if one was asked for, whose number is in the option too.
pub(crate) fn jail(
    call: OptCall,
    opts: &mut [Opt],
    flags: JailFlags,
) -> Result<(Jid, Option<OwnedFd>), Refusal> {
    let gives = flags.intersects(JailFlags::GET_DESC | JailFlags::OWN_DESC);
    // The kernel writes to one of several, and another could be taken for it.
    if gives && opts.iter().filter(|opt| opt.name == "desc").count() > 1 {
        return Err(Errno::EINVAL.into());
    }
    let jid = Jid(with_opts(call, opts, flags.bits())?);
    let bytes = opts.iter().find(|opt| gives && opt.name == "desc").map(|opt| opt.value.as_slice());
    let number = bytes.and_then(|bytes| bytes.try_into().ok()).map(RawFd::from_ne_bytes);
    let Some(number) = number.filter(|number| *number >= 0) else { return Ok((jid, None)) };
    // SAFETY: the kernel has just made it, wrote its number to the one option of that name, and it has no other owner.
    let desc = unsafe { OwnedFd::from_raw_fd(number) };
    // The kernel gives one that a child would inherit.
    set_cloexec(number)?;
    Ok((jid, Some(desc)))
}

/// jail_remove_jd(2) by number: FreeBSD 14's C library has no such function. A kernel without it would send SIGSYS, but a
/// kernel without it gives no jail descriptor either.
const SYS_JAIL_REMOVE_JD: c_int = 598;

/// jail_remove(2), or jail_remove_jd(2).
pub(crate) fn jail_remove(jail: Target) -> Result<(), Errno> {
    // SAFETY: both take a number and touch no memory.
    let removed = unsafe {
        match jail.desc {
            Some(desc) => libc::syscall(SYS_JAIL_REMOVE_JD, desc) as c_int,
            None => libc::jail_remove(jail.jid.0),
        }
    };
    checked(removed).map(drop)
}

/// jail_attach(2) of the whole calling process: for a child process alone. Async-signal-safe.
///
/// jail_attach_jd(2) of 15.1 never gives back the hold that it takes, and the jail would be dying for ever. But a jail keeps its
/// number as long as it lives: one whose descriptor is good before and after is the one that was attached to.
fn attach(jail: Target) -> bool {
    let is_good = || jail.desc.is_none_or(is_alive);
    hide();
    shed_descriptors();
    // SAFETY: takes a number and touches no memory.
    is_good() && unsafe { libc::jail_attach(jail.jid.0) != -1 } && is_good()
}

/// Keeps debuggers off the calling process until it executes another program: root in a jail may trace whatever is in it, and a
/// process that has just come in still has the memory and the descriptors of the host's. Async-signal-safe.
fn hide() {
    let mut how: c_int = libc::PROC_TRACE_CTL_DISABLE;
    // SAFETY: the command reads one number. It is refused where the process is traced already, by the host, which may do so.
    unsafe { libc::procctl(libc::P_PID, 0, libc::PROC_TRACE_CTL, ptr::from_mut(&mut how).cast()) };
}

/// Closes the directories that are open, and leaves the standard streams alone to a program that is executed. Nobody may enter a jail
/// with a directory, which would lead out of it (chroot_refuse_vdir_fds of kern_descrip.c), though another thread has just opened
/// it or whoever started this program left it open. For a child process, whose table of descriptors is a copy; async-signal-safe.
fn shed_descriptors() {
    let mib = [libc::CTL_KERN, libc::KERN_PROC, libc::KERN_PROC_NFDS, 0];
    let (mut left, mut size): (c_int, usize) = (0, size_of::<c_int>());
    // SAFETY: the list has four numbers, the buffer the size that is told.
    unsafe { libc::sysctl(mib.as_ptr(), 4, ptr::from_mut(&mut left).cast(), &mut size, ptr::null(), 0) };
    let mut desc = 0;
    while left > 0 {
        // SAFETY: system calls on numbers and on a struct of their own, for which zeros are good; nobody uses in this process what is
        // closed.
        unsafe {
            let mut about: libc::stat = mem::zeroed();
            let is_directory =
                libc::fstat(desc, &mut about) != -1 && about.st_mode & libc::S_IFMT == libc::S_IFDIR;
            if libc::fcntl(desc, libc::F_GETFD) != -1 {
                left -= 1;
            }
            if desc > libc::STDERR_FILENO && is_directory {
                libc::close(desc);
            } else if desc > libc::STDERR_FILENO {
                libc::fcntl(desc, libc::F_SETFD, libc::FD_CLOEXEC);
            }
        }
        desc += 1;
    }
}

/// Whether the jail of a descriptor is alive. Async-signal-safe.
fn is_alive(desc: c_int) -> bool {
    let (mut name, mut desc) = (*b"desc\0", desc);
    let mut iov = [
        libc::iovec { iov_base: name.as_mut_ptr().cast(), iov_len: name.len() },
        libc::iovec { iov_base: ptr::from_mut(&mut desc).cast(), iov_len: size_of::<c_int>() },
    ];
    // SAFETY: both entries point to live buffers of the lengths that they tell.
    unsafe { libc::jail_get(iov.as_mut_ptr(), 2, JailFlags::USE_DESC.bits()) != -1 }
}

/// kill(2) of one process.
pub(crate) fn kill(pid: c_int, signal: c_int) -> Result<(), Errno> {
    if pid <= 1 {
        return Err(Errno::EINVAL); // a group, or everybody
    }
    // SAFETY: takes numbers and touches no memory.
    checked(unsafe { libc::kill(pid, signal) }).map(drop)
}

/// The user that this program acts as.
pub(crate) fn own_uid() -> u32 {
    // SAFETY: touches no memory.
    unsafe { libc::geteuid() }
}

/// Whether this program is in the background of a terminal, which would stop it for reading there.
pub(crate) fn in_background(terminal: BorrowedFd<'_>) -> bool {
    // SAFETY: both take numbers and touch no memory.
    let (foreground, own) = unsafe { (libc::tcgetpgrp(terminal.as_raw_fd()), libc::getpgrp()) };
    foreground != -1 && foreground != own
}

/// Makes a descriptor close on exec.
fn set_cloexec(desc: RawFd) -> Result<(), Errno> {
    // SAFETY: takes numbers and touches no memory.
    checked(unsafe { libc::fcntl(desc, libc::F_SETFD, libc::FD_CLOEXEC) }).map(drop)
}

/// How often the kernel is asked for what grows between the question for its size and that for the rest.
const TRIES: usize = 16;

/// Asks until there is an answer; `None` says that it has grown meanwhile.
pub(crate) fn until_it_fits<T>(mut ask: impl FnMut() -> Result<Option<T>, Errno>) -> Result<T, Errno> {
    for _ in 0..TRIES {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
    }
    Err(Errno::ENOMEM)
}

/// The bytes of a kernel variable by its numbers.
pub(crate) fn sysctl(mib: &[c_int]) -> Result<Vec<u8>, Errno> {
    let count = c_uint::try_from(mib.len()).map_err(|_| Errno::EINVAL)?;
    until_it_fits(|| {
        let mut size = 0_usize;
        // SAFETY: the list has `count` numbers; without a buffer the kernel writes the size alone.
        checked(unsafe { libc::sysctl(mib.as_ptr(), count, ptr::null_mut(), &mut size, ptr::null(), 0) })?;
        size += size / 8;
        let mut bytes = vec![0_u8; size];
        // SAFETY: the list has `count` numbers; the buffer has `size` bytes.
        let read = checked(unsafe {
            libc::sysctl(mib.as_ptr(), count, bytes.as_mut_ptr().cast(), &mut size, ptr::null(), 0)
        });
        match read {
            Err(Errno::ENOMEM) => Ok(None),
            Err(errno) => Err(errno),
            Ok(_) => {
                bytes.truncate(size);
                Ok(Some(bytes))
            }
        }
    })
}

/// The numbers of a kernel variable.
pub(crate) fn sysctl_mib(name: &str) -> Result<Vec<c_int>, Errno> {
    let name = c_string(name)?;
    let mut mib = vec![0; 24]; // CTL_MAXNAME
    let mut count = mib.len();
    // SAFETY: the name is closed by a NUL, the buffer has `count` numbers.
    checked(unsafe { libc::sysctlnametomib(name.as_ptr(), mib.as_mut_ptr(), &mut count) })?;
    mib.truncate(count);
    Ok(mib)
}

/// The bytes of every `struct statfs`, one after the other.
pub(crate) fn getfsstat() -> Result<Vec<u8>, Errno> {
    const WORD: usize = size_of::<u64>();
    until_it_fits(|| {
        // SAFETY: without a buffer the kernel counts alone.
        let count = checked(unsafe { libc::getfsstat(ptr::null_mut(), 0, libc::MNT_NOWAIT) })?;
        let most = count as usize + 8;
        let room = most * size_of::<libc::statfs>();
        // Words, so that the buffer is aligned as the struct is.
        let mut words = vec![0_u64; room.div_ceil(WORD)];
        let size = libc::c_long::try_from(room).map_err(|_| Errno::ENOMEM)?;
        // SAFETY: the buffer has `size` bytes and the alignment of the struct.
        let got = checked(unsafe { libc::getfsstat(words.as_mut_ptr().cast(), size, libc::MNT_NOWAIT) })?;
        // The kernel gives what fits and does not say that there is more.
        if got as usize >= most {
            return Ok(None);
        }
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        bytes.truncate(got as usize * size_of::<libc::statfs>());
        Ok(Some(bytes))
    })
}

/// unmount(2).
pub(crate) fn unmount(what: &str, flags: c_int) -> Result<(), Errno> {
    let what = c_string(what)?;
    // SAFETY: the text is closed by a NUL.
    checked(unsafe { libc::unmount(what.as_ptr(), flags) }).map(drop)
}

/// kldload(2).
pub(crate) fn module_load(name: &str) -> Result<(), Errno> {
    let name = c_string(name)?;
    // SAFETY: the text is closed by a NUL.
    checked(unsafe { kldload(name.as_ptr()) }).map(drop)
}

/// Whether a file of this name is loaded, or a module of this name built in.
pub(crate) fn module_loaded(name: &str) -> bool {
    let Ok(name) = c_string(name) else { return false };
    // SAFETY: the text is closed by a NUL.
    unsafe { kldfind(name.as_ptr()) != -1 || modfind(name.as_ptr()) != -1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_is_asked_for_again_but_not_for_ever() {
        let mut left = 3;
        let third = until_it_fits(|| {
            left -= 1;
            Ok((left == 0).then_some("all"))
        });
        assert_eq!(third, Ok("all"));
        assert_eq!(until_it_fits::<()>(|| Ok(None)), Err(Errno::ENOMEM));
        assert_eq!(until_it_fits::<()>(|| Err(Errno::EPERM)), Err(Errno::EPERM));
    }
}
