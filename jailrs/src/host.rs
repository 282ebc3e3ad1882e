//! A machine on which jails live.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::command::Command;
use crate::ifnet::Interfaces;
use crate::param::{Declared, module_of, text_of};
use crate::system::{Jid, Process, System};
use crate::{Error, Result, vnets};

/// The longest time between two looks at something that is waited for.
const POLL: Duration = Duration::from_millis(50);

/// A machine: FreeBSD's kernel, or a simulated one. A clone is the same machine.
///
/// # Examples
/// ```
/// use jailrs::{Host, sim::SimHost};
///
/// let host = Host::kernel().unwrap_or_else(|_| SimHost::new().host());
/// for interface in host.interfaces().list()? {
///     println!("{} {}", interface.index, interface.name);
/// }
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Clone)]
pub struct Host(Arc<dyn System>);

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Host {
    /// The machine that this program runs on.
    ///
    /// # Errors
    /// [`Error::Unsupported`] on anything but FreeBSD.
    pub fn kernel() -> Result<Self> {
        crate::kernel::system().map(Self)
    }

    /// A machine behind another implementation of the seam.
    #[must_use]
    pub fn new(system: Arc<dyn System>) -> Self {
        Self(system)
    }

    /// The raw operations.
    #[must_use]
    pub fn system(&self) -> &dyn System {
        &*self.0
    }

    /// The interfaces of the host's own VNET.
    #[must_use]
    pub fn interfaces(&self) -> Interfaces {
        Interfaces::new(self, None, "on the host")
    }

    /// A command to be run on the host.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        Command::new(self, None, program)
    }

    /// Moves an interface of the host into a jail's VNET. It goes down, and loses its addresses and the groups that it
    /// was put into; MAC, MTU and description stay.
    ///
    /// # Errors
    /// [`Error::Clash`] if one of that name is there already; [`Error::Rejected`] with `ENXIO` without such an interface or jail.
    #[doc(alias = "SIOCSIFVNET")]
    pub fn move_in(&self, interface: &str, jid: Jid) -> Result<()> {
        vnets::move_in(self, interface, jid)
    }

    /// Takes an interface back from a jail's VNET, also from a dying jail's.
    ///
    /// # Errors
    /// [`Error::Clash`] if the host has one of that name, which the kernel would not mind; [`Error::Rejected`] with `ENXIO`
    /// without such an interface or jail.
    #[doc(alias = "SIOCSIFRVNET")]
    pub fn reclaim(&self, interface: &str, jid: Jid) -> Result<()> {
        vnets::reclaim(self, interface, jid)
    }

    /// All processes of the machine.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the kernel does not tell.
    pub fn processes(&self) -> Result<Vec<Process>> {
        self.0.processes().map_err(|errno| Error::rejected("sysctl", "kern.proc.proc", errno))
    }

    /// The path of a directory below `root`, none of whose parts below it is a symbolic link, so that it cannot lead out.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ELOOP` for a symbolic link, `EINVAL` for a `..`, `ENOENT`, `ENOTDIR`.
    pub fn resolve_below(&self, root: &Path, point: &Path) -> Result<std::path::PathBuf> {
        self.0.resolve_below(root, point).map_err(|errno| {
            Error::rejected("resolving", format!("{} below {}", point.display(), root.display()), errno)
        })
    }

    /// All jail parameters that the kernel has now, with their types: those that are known here and any other.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{param::{Access, Kind}, sim::SimHost};
    ///
    /// let host = SimHost::new().host();
    /// let all = host.parameters()?;
    /// let vnet = all.iter().find(|param| param.name == "vnet");
    /// assert_eq!(vnet.map(|vnet| vnet.access), Some(Access::Created));
    /// assert!(all.iter().all(|param| param.name != "allow.mount.nullfs"));
    ///
    /// assert!(host.load_module_for("allow.mount.nullfs")?);
    /// assert!(host.parameters()?.iter().any(|param| param.name == "allow.mount.nullfs" && param.kind == Kind::Bool));
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rejected`] if the kernel does not tell.
    pub fn parameters(&self) -> Result<Vec<Declared>> {
        self.0.params().map_err(|errno| Error::rejected("sysctl", "security.jail.param", errno))
    }

    /// Loads the module that brings a jail parameter, if the kernel lacks the parameter; whether that was so.
    ///
    /// Nothing in this crate loads a module unless it is told to: here, by [`Builder::load_modules`](crate::Builder::load_modules)
    /// or by [`load_module`](Self::load_module).
    ///
    /// # Errors
    /// [`Error::UnknownParameter`] if no module is known to bring it; as [`load_module`](Self::load_module).
    pub fn load_module_for(&self, parameter: &str) -> Result<bool> {
        if self.0.param_kind(parameter).is_ok() {
            return Ok(false);
        }
        let module = module_of(parameter).ok_or_else(|| Error::UnknownParameter {
            name: parameter.to_owned(),
            nearest: crate::param::nearest(parameter),
        })?;
        self.load_module(module)?;
        Ok(true)
    }

    /// Loads a kernel module; one that is there already is no error.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` without such a module, `EPERM` where loading is not allowed.
    #[doc(alias = "kldload")]
    pub fn load_module(&self, name: &str) -> Result<()> {
        self.0.module_load(name).map_err(|errno| Error::rejected("kldload", format!("module {name}"), errno))
    }

    /// Whether a kernel module is there, loaded or built in.
    #[must_use]
    #[doc(alias = "kldfind")]
    pub fn has_module(&self, name: &str) -> bool {
        self.0.module_loaded(name)
    }

    /// The bytes of a kernel variable.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` without such a variable.
    pub fn sysctl(&self, name: &str) -> Result<Vec<u8>> {
        self.0.sysctl(name).map_err(|errno| Error::rejected("sysctl", name, errno))
    }

    /// A kernel variable that is an `int`.
    ///
    /// # Errors
    /// As [`sysctl`](Self::sysctl); [`Error::Decode`] if it has another size.
    pub fn sysctl_int(&self, name: &str) -> Result<i32> {
        let bytes = self.sysctl(name)?;
        let int = bytes.as_slice().try_into().map(i32::from_ne_bytes);
        int.map_err(|_| decode(name, format!("{} bytes are no int", bytes.len())))
    }

    /// A kernel variable that is a text.
    ///
    /// # Errors
    /// As [`sysctl`](Self::sysctl).
    pub fn sysctl_text(&self, name: &str) -> Result<String> {
        Ok(text_of(&self.sysctl(name)?))
    }

    /// The machine's UUID (`kern.hostuuid`).
    ///
    /// # Errors
    /// As [`sysctl`](Self::sysctl).
    pub fn uuid(&self) -> Result<String> {
        self.sysctl_text("kern.hostuuid")
    }

    /// When the machine was started (`kern.boottime`), in whole seconds.
    ///
    /// # Errors
    /// As [`sysctl`](Self::sysctl); [`Error::Decode`] if it is no time.
    pub fn boot_time(&self) -> Result<SystemTime> {
        let bytes = self.sysctl("kern.boottime")?;
        let seconds = match bytes.len() {
            // struct timeval with a time_t of 32 bits: i386 alone
            8 => bytes.get(..4).and_then(|b| b.try_into().ok()).map(|b| i64::from(i32::from_ne_bytes(b))),
            _ => bytes.get(..8).and_then(|b| b.try_into().ok()).map(i64::from_ne_bytes),
        };
        let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
        let seconds = seconds.ok_or_else(|| decode("kern.boottime", "it is no time".to_owned()))?;
        Ok(UNIX_EPOCH + Duration::from_secs(seconds))
    }

    /// The version of the kernel as `__FreeBSD_version` counts it: 1500068 for a 15.0 (`kern.osreldate`).
    ///
    /// # Errors
    /// As [`sysctl_int`](Self::sysctl_int).
    pub fn osreldate(&self) -> Result<i32> {
        self.sysctl_int("kern.osreldate")
    }

    /// Whether jails can have `meta` and `env` (FreeBSD 15.0 and later). Where they cannot, a builder leaves them out.
    #[must_use]
    pub fn supports_meta(&self) -> bool {
        self.0.sysctl("security.jail.meta_maxbufsize").is_ok()
    }

    /// Whether the kernel has VNETs (`kern.features.vimage`).
    #[must_use]
    pub fn supports_vnet(&self) -> bool {
        self.sysctl_int("kern.features.vimage").is_ok_and(|there| there != 0)
    }

    /// Looks again and again until something is so (true), or the time is over (false), which it never is with [`Duration::MAX`].
    ///
    /// # Errors
    /// The first error of `so`.
    pub fn wait_until(&self, bound: Duration, mut so: impl FnMut() -> Result<bool>) -> Result<bool> {
        let end = self.0.clock().saturating_add(bound);
        loop {
            if so()? {
                return Ok(true);
            }
            let now = self.0.clock();
            if now >= end {
                return Ok(false);
            }
            self.0.pause(POLL.min(end - now));
        }
    }
}

fn decode(name: &str, reason: String) -> Error {
    Error::Decode { call: "sysctl", subject: name.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::SimHost;

    #[test]
    fn a_wait_without_a_bound_goes_on_until_it_is_so() {
        let host = SimHost::new().host();
        host.system().pause(POLL);
        let mut looks = 0;
        let mut third = || {
            looks += 1;
            Ok(looks == 3)
        };
        assert_eq!(host.wait_until(Duration::MAX, &mut third), Ok(true));
        // On a simulated machine the end of time comes at once.
        assert_eq!(host.watch().unwrap().next(Duration::MAX), Ok(None));
    }
}
