//! File systems mounted in a jail's root.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use crate::fstab::FstabEntry;
pub use crate::rooted::resolve_below;
pub use crate::shared::SharedMounts;
use crate::system::{Fsid, Opt};
use crate::{Errno, Error, Host, Result};

/// A mounted file system.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mounted {
    /// Its type, such as `devfs`.
    pub fstype: String,
    /// What is mounted: a device, a directory, or the type again.
    pub from: String,
    /// Where it is mounted.
    pub point: PathBuf,
    /// Its number.
    pub fsid: Fsid,
    /// Whether it cannot be written to.
    pub read_only: bool,
}

impl Mounted {
    /// A mounted file system of these properties.
    #[must_use]
    pub fn new(
        fstype: impl Into<String>,
        from: impl Into<String>,
        point: impl Into<PathBuf>,
        fsid: Fsid,
    ) -> Self {
        Self { fstype: fstype.into(), from: from.into(), point: point.into(), fsid, read_only: false }
    }
}

/// A file system to be mounted.
///
/// # Examples
/// ```
/// use std::path::Path;
/// use jailrs::{mount::Mount, sim::SimHost};
///
/// let machine = SimHost::new();
/// machine.add_root("/jails/web");
/// let host = machine.host();
/// let dev = host.mount(&Mount::devfs(Some(4)), Path::new("/jails/web"), Path::new("/dev"))?;
/// assert_eq!(dev.point, Path::new("/jails/web/dev"));
/// host.unmount(&dev)?;
/// assert_eq!(host.mounted_at(Path::new("/jails/web/dev"))?, None);
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    fstype: String,
    options: Vec<(String, Option<String>)>,
    /// What is mounted, if that has no text.
    textless: Option<PathBuf>,
}

impl Mount {
    /// A file system of this type, from this device, directory or name.
    #[must_use]
    pub fn new(fstype: &str, from: &str) -> Self {
        // nullfs calls it target; everyone understands from.
        let options = vec![("from".to_owned(), Some(from.to_owned()))];
        Self { fstype: fstype.to_owned(), options, textless: None }
    }

    /// Devices, seen through a ruleset of devfs(8); none is the whole of them.
    #[must_use]
    pub fn devfs(ruleset: Option<u16>) -> Self {
        let mount = Self::new("devfs", "devfs");
        match ruleset {
            Some(number) => mount.option("ruleset", Some(&number.to_string())),
            None => mount,
        }
    }

    /// Each process's descriptors, at `/dev/fd`.
    #[must_use]
    pub fn fdescfs() -> Self {
        Self::new("fdescfs", "fdescfs")
    }

    /// Processes, at `/proc`.
    #[must_use]
    pub fn procfs() -> Self {
        Self::new("procfs", "procfs")
    }

    /// A directory of the host once more. One whose path is no text is refused when it is to be mounted.
    #[must_use]
    pub fn nullfs(from: &Path) -> Self {
        let textless = from.to_str().is_none().then(|| from.to_owned());
        Self { textless, ..Self::new("nullfs", &from.to_string_lossy()) }
    }

    /// Memory, of at most `size` bytes where that is given.
    #[must_use]
    pub fn tmpfs(size: Option<u64>) -> Self {
        let mount = Self::new("tmpfs", "tmpfs");
        match size {
            Some(bytes) => mount.option("size", Some(&bytes.to_string())),
            None => mount,
        }
    }

    /// Adds an option of nmount(2), such as `nosuid`, or `mode` with a value.
    #[must_use]
    pub fn option(mut self, name: &str, value: Option<&str>) -> Self {
        self.options.retain(|(known, _)| known != name);
        self.options.push((name.to_owned(), value.map(str::to_owned)));
        self
    }

    /// Forbids writing.
    #[must_use]
    pub fn read_only(self) -> Self {
        self.option("ro", None)
    }

    /// The type, such as `devfs`.
    #[must_use]
    pub fn fstype(&self) -> &str {
        &self.fstype
    }

    /// The options with their values, what is mounted (`from`) among them.
    #[must_use]
    pub fn options(&self) -> &[(String, Option<String>)] {
        &self.options
    }

    /// Whether what is mounted could have come of this: the type and the source are the same.
    pub(crate) fn is_like(&self, mounted: &Mounted) -> bool {
        let from = self.options.iter().find(|(name, _)| name == "from").and_then(|(_, from)| from.as_deref());
        self.textless.is_none() && self.fstype == mounted.fstype && from == Some(mounted.from.as_str())
    }

    /// What nmount(2) takes. A path that is no text would become another one, also where the kernel tells it.
    fn opts(&self, point: &Path) -> Result<Vec<Opt>> {
        let no_text = |what, path: &Path| Error::invalid(what, path.to_string_lossy(), "it is no UTF-8");
        if let Some(from) = &self.textless {
            return Err(no_text("what is to be mounted", from));
        }
        let text = point.to_str().ok_or_else(|| no_text("mount point", point))?;
        let mut opts = vec![Opt::text("fstype", &self.fstype), Opt::text("fspath", text)];
        opts.extend(self.options.iter().map(|(name, value)| match value {
            Some(value) => Opt::text(name, value),
            None => Opt::new(name, []),
        }));
        Ok(opts)
    }
}

impl Host {
    /// The mounted file systems, oldest first.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the kernel does not tell.
    #[doc(alias = "getfsstat")]
    pub fn mounts(&self) -> Result<Vec<Mounted>> {
        self.system()
            .mounts()
            .map_err(|errno| Error::rejected("getfsstat", "the mounted file systems", errno))
    }

    /// What was mounted last at this place.
    ///
    /// # Errors
    /// As [`mounts`](Self::mounts).
    pub fn mounted_at(&self, point: &Path) -> Result<Option<Mounted>> {
        Ok(self.mounts()?.into_iter().rfind(|mounted| mounted.point == point))
    }

    /// Mounts a file system at `point` below `root`; no symbolic link below the root is followed, so that what is in a jail
    /// cannot lead the mount elsewhere.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ELOOP` if a part of the way is a symbolic link, `ENOENT`, `ENOTDIR`, and what nmount(2) says;
    /// [`Error::Invalid`] for a path that is no text.
    #[doc(alias = "nmount")]
    pub fn mount(&self, mount: &Mount, root: &Path, point: &Path) -> Result<Mounted> {
        let point = self.resolve_below(root, point)?;
        let subject = || format!("{} on {}", mount.fstype, point.display());
        let before = self.mounts()?;
        let mut opts = mount.opts(&point)?;
        self.system().mount(&mut opts, 0).map_err(|refusal| Error::refused("nmount", subject(), refusal))?;
        let is_new =
            |is: &Mounted| is.fstype == mount.fstype && !before.iter().any(|old| old.fsid == is.fsid);
        let new: Vec<Mounted> = self.mounts()?.into_iter().filter(is_new).collect();
        if let Some(mounted) = new.iter().rfind(|is| is.point == point) {
            return Ok(mounted.clone());
        }
        // A part of the way was exchanged between the look and the mount, and it went elsewhere: it must not stay there.
        match new.as_slice() {
            [] => Err(Error::rejected("getfsstat", subject(), Errno::ENOENT)),
            [astray, ..] => {
                if new.len() == 1 {
                    self.unmount(astray)?;
                }
                Err(Error::rejected(
                    "nmount",
                    format!("{} (it went to {})", subject(), astray.point.display()),
                    Errno::ELOOP,
                ))
            }
        }
    }

    /// Unmounts exactly this file system and no other that came to its place since.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` if it is no longer mounted, `EBUSY` if it is in use.
    #[doc(alias = "MNT_BYFSID")]
    pub fn unmount(&self, mounted: &Mounted) -> Result<()> {
        let same = |is: &Mounted| {
            (is.fsid, &is.point, &is.fstype) == (mounted.fsid, &mounted.point, &mounted.fstype)
        };
        let errno = match self.mounts()?.iter().any(same) {
            true => self.system().unmount(mounted.fsid, false).err(),
            false => Some(Errno::ENOENT),
        };
        let subject = || format!("{} on {}", mounted.fstype, mounted.point.display());
        errno.map_or(Ok(()), |errno| Err(Error::rejected("unmount", subject(), errno)))
    }

    /// As [`unmount`](Self::unmount), and again while it is in use, as it may be as long as a jail is dying.
    ///
    /// # Errors
    /// As [`unmount`](Self::unmount), `EBUSY` when the time is over.
    pub fn unmount_within(&self, mounted: &Mounted, bound: Duration) -> Result<()> {
        let mut last = Ok(());
        self.wait_until(bound, || {
            last = self.unmount(mounted);
            Ok(last.as_ref().err().and_then(Error::errno) != Some(Errno::EBUSY))
        })?;
        last
    }

    /// Unmounts file systems in the reverse of their order, each as [`unmount_within`](Self::unmount_within). What is not mounted any
    /// more is no error.
    ///
    /// # Errors
    /// As [`unmount_within`](Self::unmount_within), of the first that failed; those after it are tried nevertheless.
    pub fn unmount_all(&self, mounted: &[Mounted], bound: Duration) -> Result<()> {
        let mut first = Ok(());
        for one in mounted.iter().rev() {
            match self.unmount_within(one, bound) {
                Err(error) if error.errno() != Some(Errno::ENOENT) => first = first.and(Err(error)),
                _ => {}
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;
    use crate::Jail;
    use crate::sim::SimHost;

    #[test]
    fn a_path_that_is_no_text_does_not_become_another() {
        let machine = SimHost::new();
        let (strange, other) = (Path::new(OsStr::from_bytes(b"/jails/\xff")), Path::new("/jails/\u{fffd}"));
        [strange, other].into_iter().for_each(|root| machine.add_root(root));
        let host = machine.host();
        let refused = [
            host.mount(&Mount::tmpfs(None), strange, Path::new("/tmp")).map(drop),
            host.mount(&Mount::nullfs(strange), other, Path::new("/mnt")).map(drop),
            Jail::builder("web").path(strange).create(&host).map(drop),
        ];
        for refusal in refused {
            let told = refusal.unwrap_err().to_string();
            assert!(told.ends_with(": it is no UTF-8"), "{told}");
        }
        assert!(host.mounts().unwrap().is_empty());
        host.mount(&Mount::nullfs(other), other, Path::new("/mnt")).unwrap();
        Jail::builder("web").path(strange).path(other).create(&host).unwrap();
    }
}
