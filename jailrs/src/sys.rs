//! FreeBSD's system calls: all the unsafe code of this crate, and no policy.

use std::any::Any;
use std::ffi::{CString, c_char, c_int, c_uint, c_ulong, c_void};
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::Errno;
use crate::entry::Entry;
use crate::login::Limit;
use crate::system::{JailFlags, Opt, Refusal, Target};

mod child;

pub(crate) use child::{driver_names, kill_all, socket_in_jail, sysctl_inside, sysctl_set_inside};

/// The room for the kernel's words, as libjail(3) and mount(8) give.
const ERRMSG: usize = 1024;

unsafe extern "C" {
    // Not in the libc crate; sys/linker.h and sys/module.h of FreeBSD.
    fn kldload(file: *const c_char) -> c_int;
    fn kldfind(file: *const c_char) -> c_int;
    fn modfind(name: *const c_char) -> c_int;
    // sys/socket.h and unistd.h.
    fn setfib(fib: c_int) -> c_int;
    fn setloginclass(name: *const c_char) -> c_int;
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

/// Makes a descriptor close on exec.
pub(crate) fn set_cloexec(desc: RawFd) -> Result<(), Errno> {
    // SAFETY: takes numbers and touches no memory.
    checked(unsafe { libc::fcntl(desc, libc::F_SETFD, libc::FD_CLOEXEC) }).map(drop)
}

/// close(2) of a descriptor that nothing else owns.
pub(crate) fn close(desc: RawFd) {
    // SAFETY: takes a number; the caller says that it is the only owner.
    unsafe { libc::close(desc) };
}

/// The bytes of a kernel variable by its numbers.
pub(crate) fn sysctl(mib: &[c_int]) -> Result<Vec<u8>, Errno> {
    let count = c_uint::try_from(mib.len()).map_err(|_| Errno::EINVAL)?;
    loop {
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
            Err(Errno::ENOMEM) => {} // it has grown meanwhile
            Err(errno) => return Err(errno),
            Ok(_) => {
                bytes.truncate(size);
                return Ok(bytes);
            }
        }
    }
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
    // SAFETY: without a buffer the kernel counts alone.
    let count = checked(unsafe { libc::getfsstat(ptr::null_mut(), 0, libc::MNT_NOWAIT) })?;
    let room = (count as usize + 8) * size_of::<libc::statfs>();
    // Words, so that the buffer is aligned as the struct is.
    let mut words = vec![0_u64; room.div_ceil(WORD)];
    let size = libc::c_long::try_from(room).map_err(|_| Errno::ENOMEM)?;
    // SAFETY: the buffer has `size` bytes and the alignment of the struct.
    let got = checked(unsafe { libc::getfsstat(words.as_mut_ptr().cast(), size, libc::MNT_NOWAIT) })?;
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    bytes.truncate(got as usize * size_of::<libc::statfs>());
    Ok(bytes)
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

/// `struct ifreq` of net/if.h: a name and 16 bytes of whatever the request is about.
#[repr(C, align(8))]
#[derive(Clone, Copy, Default)]
pub(crate) struct Ifreq {
    pub(crate) name: [u8; 16],
    pub(crate) data: [u8; 16],
}

const _: () = assert!(size_of::<Ifreq>() == 32 || cfg!(not(target_pointer_width = "64")));

/// `struct ifconf` of net/if.h.
#[repr(C)]
struct Ifconf {
    len: c_int,
    buf: *mut c_void,
}

/// An ioctl whose argument is a `struct ifreq` without pointers in it.
pub(crate) fn ifioctl(socket: &OwnedFd, request: c_ulong, ifreq: &mut Ifreq) -> Result<(), Errno> {
    // SAFETY: the requests of `kernel::ioctl` that come here read and write these 32 bytes alone.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(ifreq)) }).map(drop)
}

/// An ioctl whose `struct ifreq` points to a buffer: `ifr_data`, or `ifr_buffer` with its length before the pointer.
pub(crate) fn ifioctl_buffer(
    socket: &OwnedFd,
    request: c_ulong,
    ifreq: &mut Ifreq,
    with_length: bool,
    buffer: &mut [u8],
) -> Result<usize, Errno> {
    const WORD: usize = size_of::<usize>();
    let pointer = if buffer.is_empty() { 0 } else { buffer.as_mut_ptr().expose_provenance() };
    let words = if with_length { [buffer.len(), pointer] } else { [pointer, 0] };
    for (place, word) in ifreq.data.chunks_exact_mut(WORD).zip(words) {
        place.copy_from_slice(&word.to_ne_bytes());
    }
    // SAFETY: the request reads and writes these 32 bytes and the buffer that they point to, of the length that is told or,
    // for a name, up to its closing NUL within IFNAMSIZ bytes, which the caller puts there.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(ifreq)) })?;
    let mut length = [0; WORD];
    length.copy_from_slice(&ifreq.data[..WORD]);
    Ok(usize::from_ne_bytes(length))
}

/// SIOCGIFCONF: every address of every interface; what fits.
pub(crate) fn ifconf(socket: &OwnedFd, request: c_ulong, room: usize) -> Result<Vec<u8>, Errno> {
    let mut bytes = vec![0_u8; room];
    let len = c_int::try_from(room).map_err(|_| Errno::ENOMEM)?;
    let mut ifconf = Ifconf { len, buf: bytes.as_mut_ptr().cast() };
    // SAFETY: the request writes at most `len` bytes to the buffer, and the length that it wrote.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(&mut ifconf)) })?;
    bytes.truncate(usize::try_from(ifconf.len).unwrap_or(0));
    Ok(bytes)
}

/// The size of the argument of SIOCGIFCONF.
pub(crate) const IFCONF_SIZE: usize = size_of::<Ifconf>();

/// `struct ifgroupreq` of net/if.h.
#[repr(C)]
struct Ifgroupreq {
    name: [u8; 16],
    len: c_uint,
    group: IfgroupreqGroup,
}

#[repr(C)]
union IfgroupreqGroup {
    name: [u8; 16],
    list: *mut c_void,
}

/// The size of the argument of SIOCGIFGROUP and its kin.
pub(crate) const IFGROUPREQ_SIZE: usize = size_of::<Ifgroupreq>();

const _: () = assert!(IFGROUPREQ_SIZE == 40 || cfg!(not(target_pointer_width = "64")));

/// SIOCAIFGROUP, SIOCDIFGROUP: an interface and one group.
pub(crate) fn ifgroup(
    socket: &OwnedFd,
    request: c_ulong,
    name: &[u8; 16],
    group: &[u8; 16],
) -> Result<(), Errno> {
    let mut argument = Ifgroupreq { name: *name, len: 0, group: IfgroupreqGroup { name: *group } };
    // SAFETY: the requests that come here read this struct alone.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(&mut argument)) }).map(drop)
}

/// SIOCGIFGROUP: the groups of an interface. `EINVAL` if there are more of them than a moment ago.
pub(crate) fn ifgroups(socket: &OwnedFd, request: c_ulong, name: &[u8; 16]) -> Result<Vec<String>, Errno> {
    let mut argument = Ifgroupreq { name: *name, len: 0, group: IfgroupreqGroup { list: ptr::null_mut() } };
    // SAFETY: with a length of 0 the request writes the length alone.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(&mut argument)) })?;
    let mut names = vec![0_u8; argument.len as usize];
    if names.is_empty() {
        return Ok(Vec::new());
    }
    argument.group.list = names.as_mut_ptr().cast();
    // SAFETY: the request writes to the buffer as many bytes at most as are told, whole names of 16 bytes.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(&mut argument)) })?;
    // One that has left its last group meanwhile leaves zeros.
    Ok(names.chunks_exact(16).map(crate::param::text_of).filter(|name| !name.is_empty()).collect())
}

/// A socket of the caller's VNET, good for ioctls.
pub(crate) fn socket() -> Result<OwnedFd, Errno> {
    // SAFETY: takes numbers and touches no memory.
    let socket = checked(unsafe { libc::socket(libc::AF_LOCAL, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) })?;
    // SAFETY: the descriptor was just made and has no other owner.
    Ok(unsafe { OwnedFd::from_raw_fd(socket) })
}

/// The way of a child process into a jail, made ready before the fork: what follows it is system calls on this alone.
struct Way {
    jail: Option<Target>,
    /// Whether standard input is to be its controlling terminal.
    terminal: bool,
    fib: Option<c_int>,
    cpus: Option<CpuSet>,
    class: Option<ClassWay>,
    /// User, group, and the groups that are set: the own one is among them, because FreeBSD 14 takes it from the first.
    ids: Option<(libc::uid_t, libc::gid_t, Vec<libc::gid_t>)>,
    login: Option<CString>,
    cwd: CString,
    home: Option<CString>,
}

struct ClassWay {
    name: CString,
    priority: Option<c_int>,
    umask: Option<libc::mode_t>,
    limits: Vec<Limit>,
}

/// `cpuset_t` of sys/_cpuset.h: a bit for each of 1024 CPUs. A kernel with fewer looks that the rest is empty.
#[repr(C)]
struct CpuSet([c_ulong; CpuSet::WORDS]);

impl CpuSet {
    const BITS: usize = c_ulong::BITS as usize;
    const WORDS: usize = 1024 / Self::BITS;

    fn of(cpus: &[u16]) -> Result<Self, Errno> {
        let mut set = Self([0; Self::WORDS]);
        for cpu in cpus {
            let (word, bit) = (usize::from(*cpu) / Self::BITS, usize::from(*cpu) % Self::BITS);
            *set.0.get_mut(word).ok_or(Errno::EINVAL)? |= 1 << bit;
        }
        Ok(set)
    }

    fn list(&self) -> Vec<u16> {
        let is_in = |cpu: &u16| {
            let (word, bit) = (usize::from(*cpu) / Self::BITS, usize::from(*cpu) % Self::BITS);
            self.0.get(word).is_some_and(|word| word >> bit & 1 != 0)
        };
        (0..1024).filter(is_in).collect()
    }
}

/// A jail's number, once it is sure that the jail of its descriptor still has it.
fn sure_jid(jail: Target) -> Result<libc::id_t, Errno> {
    match jail.desc {
        Some(desc) if !is_alive(desc) => Err(errno()),
        _ => Ok(libc::id_t::from(jail.jid.0)),
    }
}

/// The CPUs that a jail may use.
pub(crate) fn jail_cpus(jail: Target) -> Result<Vec<u16>, Errno> {
    let jid = sure_jid(jail)?;
    let mut set = CpuSet([0; CpuSet::WORDS]);
    // SAFETY: the set has as many bytes as are told.
    checked(unsafe {
        libc::cpuset_getaffinity(
            libc::CPU_LEVEL_ROOT,
            libc::CPU_WHICH_JAIL,
            jid,
            size_of::<CpuSet>(),
            ptr::from_mut(&mut set).cast(),
        )
    })?;
    Ok(set.list())
}

/// Sets the CPUs that a jail may use.
pub(crate) fn set_jail_cpus(jail: Target, cpus: &[u16]) -> Result<(), Errno> {
    let jid = sure_jid(jail)?;
    let set = CpuSet::of(cpus)?;
    // SAFETY: the set has as many bytes as are told.
    checked(unsafe {
        libc::cpuset_setaffinity(
            libc::CPU_LEVEL_ROOT,
            libc::CPU_WHICH_JAIL,
            jid,
            size_of::<CpuSet>(),
            ptr::from_ref(&set).cast(),
        )
    })
    .map(drop)
}

impl Way {
    fn new(jail: Option<Target>, entry: &Entry, terminal: bool) -> Result<Self, Errno> {
        use std::os::unix::ffi::OsStrExt;
        let path = |path: &std::path::Path| c_string(path.as_os_str().as_bytes());
        let class = entry.class.as_ref().map(|class| {
            let name = c_string(class.name.as_str())?;
            let limits = class.limits.clone();
            Ok(ClassWay { name, priority: class.priority, umask: class.umask, limits })
        });
        let ids = entry.ids.as_ref().map(|ids| {
            let further = ids.groups.iter().copied().filter(|group| *group != ids.gid);
            (ids.uid, ids.gid, [ids.gid].into_iter().chain(further).collect())
        });
        Ok(Self {
            jail,
            terminal,
            fib: entry.fib.map(|fib| c_int::try_from(fib).map_err(|_| Errno::EINVAL)).transpose()?,
            cpus: (!entry.cpus.is_empty()).then(|| CpuSet::of(&entry.cpus)).transpose()?,
            class: class.transpose()?,
            ids,
            login: entry.login.as_deref().map(c_string).transpose()?,
            cwd: path(&entry.cwd)?,
            home: entry.home.as_deref().map(path).transpose()?,
        })
    }

    /// Goes the way; false with the error number set. Async-signal-safe.
    fn go(&self) -> bool {
        self.take_terminal()
            && self.jail.is_none_or(attach)
            && self.take_means()
            && self.class.as_ref().is_none_or(ClassWay::take)
            && self.take_ids()
            && self.take_place()
    }

    /// A terminal of its own makes a session of its own, whose login name the jail's user can be.
    fn take_terminal(&self) -> bool {
        // SAFETY: async-signal-safe system calls on numbers and on a text that was made before the fork.
        unsafe {
            !self.terminal
                || (libc::setsid() != -1
                    && libc::ioctl(libc::STDIN_FILENO, libc::TIOCSCTTY, 0) != -1
                    && self.login.as_ref().is_none_or(|login| libc::setlogin(login.as_ptr()) != -1))
        }
    }

    /// The forwarding table, of which a VNET may have fewer than the host, and the CPUs, which the jail must have.
    fn take_means(&self) -> bool {
        // SAFETY: async-signal-safe system calls on numbers and on a set of the size that is told.
        unsafe {
            self.fib.is_none_or(|fib| setfib(fib) != -1)
                && self.cpus.as_ref().is_none_or(|cpus| {
                    let (level, which) = (libc::CPU_LEVEL_WHICH, libc::CPU_WHICH_PID);
                    let set = ptr::from_ref(cpus).cast();
                    libc::cpuset_setaffinity(level, which, -1, size_of::<CpuSet>(), set) != -1
                })
        }
    }

    fn take_ids(&self) -> bool {
        let Some((uid, gid, groups)) = &self.ids else { return true };
        // SAFETY: async-signal-safe system calls on numbers and on a list that was made before the fork.
        unsafe {
            libc::setgroups(groups.len() as c_int, groups.as_ptr()) != -1
                && libc::setgid(*gid) != -1
                && libc::setuid(*uid) != -1
        }
    }

    /// The home directory may be missing; the working directory may not.
    fn take_place(&self) -> bool {
        // SAFETY: async-signal-safe system calls on texts that were made before the fork.
        unsafe {
            if libc::chdir(self.cwd.as_ptr()) == -1 {
                return false;
            }
            if let Some(home) = &self.home {
                libc::chdir(home.as_ptr());
            }
        }
        true
    }
}

impl ClassWay {
    /// Async-signal-safe.
    fn take(&self) -> bool {
        // SAFETY: async-signal-safe system calls on numbers and on a text that was made before the fork.
        unsafe {
            if let Some(umask) = self.umask {
                libc::umask(umask);
            }
            self.priority.is_none_or(|priority| libc::setpriority(libc::PRIO_PROCESS, 0, priority) != -1)
                && setloginclass(self.name.as_ptr()) != -1
                && self.limits.iter().all(limit)
        }
    }
}

/// Sets one limit; what is not said of it stays. Async-signal-safe.
fn limit(limit: &Limit) -> bool {
    let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: async-signal-safe system calls on a struct of their own.
    unsafe {
        if libc::getrlimit(limit.resource, &mut now) == -1 {
            return false;
        }
        now.rlim_max = limit.hard.unwrap_or(now.rlim_max);
        now.rlim_cur = limit.soft.unwrap_or(now.rlim_cur).min(now.rlim_max);
        libc::setrlimit(limit.resource, &now) != -1
    }
}

/// Makes a command go its way into a jail, in the child process.
///
/// `hold` keeps the jail's descriptor open as long as the command is.
pub(crate) fn enter_jail(
    command: &mut Command,
    jail: Option<Target>,
    entry: &Entry,
    terminal: bool,
    hold: Option<Box<dyn Any + Send + Sync>>,
) -> Result<(), Errno> {
    let way = Way::new(jail, entry, terminal)?;
    let enter = move || -> io::Result<()> {
        let _ = &hold;
        if way.go() { Ok(()) } else { Err(io::Error::last_os_error()) }
    };
    // SAFETY: the closure allocates nothing and calls async-signal-safe functions alone; an error of the system has no
    // allocation either.
    unsafe { command.pre_exec(enter) };
    Ok(())
}

/// A kernel queue, closed on exec.
pub(crate) fn kqueue() -> Result<OwnedFd, Errno> {
    // SAFETY: touches no memory.
    let queue = checked(unsafe { libc::kqueue() })?;
    // SAFETY: the descriptor was just made and has no other owner.
    let queue = unsafe { OwnedFd::from_raw_fd(queue) };
    set_cloexec(queue.as_raw_fd())?;
    Ok(queue)
}

/// An event of a kernel queue whose identity and tag are numbers.
fn kevent(filter: i16, ident: c_int, flags: u16, notes: u32, tag: c_int) -> Result<libc::kevent, Errno> {
    let ident = usize::try_from(ident).map_err(|_| Errno::ENOENT)?;
    let tag = usize::try_from(tag).map_err(|_| Errno::ENOENT)?;
    let udata = ptr::without_provenance_mut(tag);
    Ok(libc::kevent { ident, filter, flags, fflags: notes, data: 0, udata, ext: [0; 4] })
}

fn kevent_change(queue: &OwnedFd, change: &libc::kevent) -> Result<(), Errno> {
    // SAFETY: the list has one change, and there is no room for events.
    let changed = unsafe { libc::kevent(queue.as_raw_fd(), change, 1, ptr::null_mut(), 0, ptr::null()) };
    checked(changed).map(drop)
}

/// Makes a queue watch something for these notes, each told once.
pub(crate) fn kevent_add(
    queue: &OwnedFd,
    filter: i16,
    ident: c_int,
    notes: u32,
    tag: c_int,
) -> Result<(), Errno> {
    kevent_change(queue, &kevent(filter, ident, libc::EV_ADD | libc::EV_CLEAR, notes, tag)?)
}

/// Makes a queue watch something no more.
pub(crate) fn kevent_delete(queue: &OwnedFd, filter: i16, ident: c_int) -> Result<(), Errno> {
    kevent_change(queue, &kevent(filter, ident, libc::EV_DELETE, 0, 0)?)
}

/// The next event of a queue, if one comes in time: its tag, its notes and its data.
pub(crate) fn kevent_next(
    queue: &OwnedFd,
    patience: std::time::Duration,
) -> Result<Option<(c_int, u32, i64)>, Errno> {
    let mut event = kevent(0, 0, 0, 0, 0)?;
    let mut timeout: libc::timespec = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    timeout.tv_sec = patience.as_secs().try_into().unwrap_or(libc::time_t::from(i32::MAX));
    timeout.tv_nsec = patience.subsec_nanos().into();
    // SAFETY: there is no change, and room for one event.
    let come = checked(unsafe { libc::kevent(queue.as_raw_fd(), ptr::null(), 0, &mut event, 1, &timeout) });
    match come {
        Ok(0) | Err(Errno::EINTR) => Ok(None),
        Ok(_) => Ok(Some((event.udata.addr() as c_int, event.fflags, event.data))),
        Err(errno) => Err(errno),
    }
}

/// The signals that tell a program to end.
const ENDING: [c_int; 4] = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM];

/// The signal that came while they were caught; 0 for none.
static CAUGHT: AtomicI32 = AtomicI32::new(0);

extern "C" fn catch(signal: c_int) {
    CAUGHT.store(signal, Ordering::Relaxed);
}

/// The signals that tell the program to end, caught as long as this is there, so that its terminal can be put back first. One that
/// came is sent again then. What ignores them goes on ignoring them.
pub(crate) struct EndingSignals([Option<libc::sigaction>; ENDING.len()]);

impl EndingSignals {
    pub(crate) fn catch() -> Self {
        CAUGHT.store(0, Ordering::Relaxed);
        Self(ENDING.map(|signal| {
            // SAFETY: both structs are live, the handler is async-signal-safe, and a struct of zeros has no flag and no mask.
            unsafe {
                let mut before: libc::sigaction = mem::zeroed();
                let mut handler: libc::sigaction = mem::zeroed();
                handler.sa_sigaction = catch as extern "C" fn(c_int) as usize;
                let known = libc::sigaction(signal, ptr::null(), &mut before) != -1;
                if !known || before.sa_sigaction == libc::SIG_IGN {
                    return None;
                }
                (libc::sigaction(signal, &handler, ptr::null_mut()) != -1).then_some(before)
            }
        }))
    }

    /// Whether one of them came.
    pub(crate) fn came() -> bool {
        CAUGHT.load(Ordering::Relaxed) != 0
    }
}

impl Drop for EndingSignals {
    fn drop(&mut self) {
        for (signal, before) in ENDING.iter().zip(&self.0) {
            if let Some(before) = before {
                // SAFETY: the struct is the one that the kernel gave.
                unsafe { libc::sigaction(*signal, before, ptr::null_mut()) };
            }
        }
        match CAUGHT.swap(0, Ordering::Relaxed) {
            0 => {}
            // SAFETY: takes a number and touches no memory.
            signal => drop(checked(unsafe { libc::raise(signal) })),
        }
    }
}
