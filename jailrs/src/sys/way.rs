//! The way of a command into a jail: what its process does between fork and exec.

use std::any::Any;
use std::ffi::{CString, c_char, c_int, c_ulong};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr;

use super::{attach, c_string, checked, errno, is_alive};
use crate::Errno;
use crate::entry::Entry;
use crate::login::Limit;
use crate::system::Target;

unsafe extern "C" {
    // Not in the libc crate; sys/socket.h and unistd.h of FreeBSD.
    fn setfib(fib: c_int) -> c_int;
    fn setloginclass(name: *const c_char) -> c_int;
}

/// The session of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Session {
    /// The caller's, with its terminal.
    Callers,
    /// A new one, without a terminal.
    New,
    /// A new one, whose terminal is this of its standard streams.
    Terminal(c_int),
}

/// The way of a child process into a jail, made ready before the fork: what follows it is system calls on this alone.
struct Way {
    jail: Option<Target>,
    session: Session,
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
    fn new(jail: Option<Target>, entry: &Entry, session: Session) -> Result<Self, Errno> {
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
            session,
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
        self.take_session()
            && self.jail.is_none_or(attach)
            && self.take_means()
            && self.class.as_ref().is_none_or(ClassWay::take)
            && self.take_ids()
            && self.take_place()
    }

    /// The caller's terminal would be the jail's as well, which could type on it (TIOCSTI of tty(4)). A session's login name can be
    /// the jail's user.
    fn take_session(&self) -> bool {
        // SAFETY: async-signal-safe system calls on numbers and on a text that was made before the fork.
        unsafe {
            let terminal = match self.session {
                Session::Callers => return true,
                Session::New => None,
                Session::Terminal(stream) => Some(stream),
            };
            (libc::setsid() != -1 || libc::getsid(0) == libc::getpid())
                && terminal.is_none_or(|stream| libc::ioctl(stream, libc::TIOCSCTTY, 0) != -1)
                && self.login.as_ref().is_none_or(|login| libc::setlogin(login.as_ptr()) != -1)
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
    session: Session,
    hold: Option<Box<dyn Any + Send + Sync>>,
) -> Result<(), Errno> {
    let way = Way::new(jail, entry, session)?;
    let enter = move || -> io::Result<()> {
        let _ = &hold;
        if way.go() { Ok(()) } else { Err(io::Error::last_os_error()) }
    };
    // SAFETY: the closure allocates nothing and calls async-signal-safe functions alone; an error of the system has no
    // allocation either.
    unsafe { command.pre_exec(enter) };
    Ok(())
}
