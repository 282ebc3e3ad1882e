//! Mounts that several jails use, because they share a root.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::mount::{Mount, Mounted};
use crate::{Errno, Error, Host, Result};

/// Which mounts are whose, so that the first jail that stops does not take another's `/dev` away.
///
/// A value to be kept beside a program's other records: it is plain data. What was mounted by somebody else is used and never
/// unmounted.
///
/// # Examples
/// ```
/// use std::{path::Path, time::Duration};
/// use jailrs::{mount::{Mount, SharedMounts}, sim::SimHost};
///
/// let machine = SimHost::new();
/// machine.add_root("/jails/base");
/// let (host, root) = (machine.host(), Path::new("/jails/base"));
///
/// let mut mounts = SharedMounts::default();
/// for jail in ["web", "db"] {
///     mounts.mount(&host, jail, &Mount::devfs(Some(4)), root, Path::new("/dev"))?;
/// }
/// assert_eq!(host.mounts()?.len(), 1);
/// assert!(mounts.release(&host, "web", Duration::from_secs(10))?.is_empty());
/// assert_eq!(mounts.release(&host, "db", Duration::from_secs(10))?.len(), 1);
/// assert!(host.mounts()?.is_empty());
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SharedMounts(Vec<Shared>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Shared {
    mounted: Mounted,
    users: BTreeSet<String>,
    /// Whether it was mounted here, and is to be unmounted here.
    ours: bool,
}

impl SharedMounts {
    /// Mounts a file system for `user`, or lets it use the one that is there, if that is of the same type and from the same place.
    ///
    /// # Errors
    /// As [`Host::mount`]; [`Error::Rejected`] with `EBUSY` if something else is mounted there.
    pub fn mount(
        &mut self,
        host: &Host,
        user: &str,
        mount: &Mount,
        root: &Path,
        point: &Path,
    ) -> Result<Mounted> {
        let there = host.mounted_at(&host.resolve_below(root, point)?)?;
        let mounts = host.mounts()?;
        // What is no longer mounted was unmounted by somebody else, and is nobody's any more.
        self.0.retain(|shared| mounts.contains(&shared.mounted));
        let (mounted, ours) = match there {
            Some(there) if mount.is_like(&there) => (there, false),
            Some(there) => {
                let subject =
                    format!("{} on {}: {} is there", mount.fstype(), there.point.display(), there.fstype);
                return Err(Error::rejected("nmount", subject, Errno::EBUSY));
            }
            None => (host.mount(mount, root, point)?, true),
        };
        match self.0.iter_mut().find(|shared| shared.mounted == mounted) {
            Some(shared) => drop(shared.users.insert(user.to_owned())),
            None => {
                let users = BTreeSet::from([user.to_owned()]);
                self.0.push(Shared { mounted: mounted.clone(), users, ours });
            }
        }
        Ok(mounted)
    }

    /// Takes a user away from all mounts, and unmounts those that nobody uses any more, the newest first. One that is in use is
    /// tried again until the time is over, as it may be as long as a jail is dying. What is left stays this user's.
    ///
    /// # Errors
    /// As [`Host::unmount_within`], of the first that failed; the others are unmounted.
    pub fn release(&mut self, host: &Host, user: &str, bound: Duration) -> Result<Vec<Mounted>> {
        let mut done = Vec::new();
        let mut first_error = None;
        for shared in self.0.iter_mut().rev() {
            let is_last = shared.users.len() == 1 && shared.users.contains(user);
            if is_last && shared.ours {
                match host.unmount_within(&shared.mounted, bound) {
                    Ok(()) => done.push(shared.mounted.clone()),
                    Err(error) if error.errno() == Some(Errno::ENOENT) => {}
                    Err(error) => {
                        first_error.get_or_insert(error);
                        continue;
                    }
                }
            }
            shared.users.remove(user);
        }
        self.0.retain(|shared| !shared.users.is_empty());
        first_error.map_or(Ok(done), Err)
    }

    /// Who uses what is mounted at this place.
    pub fn users(&self, point: &Path) -> impl Iterator<Item = &str> {
        let at = self.0.iter().filter(move |shared| shared.mounted.point == point);
        at.flat_map(|shared| shared.users.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Op, SimHost};

    const BOUND: Duration = Duration::from_secs(1);

    fn machine() -> SimHost {
        let machine = SimHost::new();
        machine.add_root("/jails/base");
        machine
    }

    fn root() -> &'static Path {
        Path::new("/jails/base")
    }

    #[test]
    fn what_somebody_else_mounted_is_used_and_left() {
        let host = machine().host();
        host.mount(&Mount::devfs(None), root(), Path::new("/dev")).unwrap();
        let mut mounts = SharedMounts::default();
        mounts.mount(&host, "web", &Mount::devfs(Some(4)), root(), Path::new("dev")).unwrap();
        mounts.mount(&host, "web", &Mount::tmpfs(None), root(), Path::new("/tmp")).unwrap();
        assert_eq!(mounts.users(Path::new("/jails/base/dev")).collect::<Vec<_>>(), ["web"]);
        assert_eq!(mounts.release(&host, "web", BOUND).unwrap().len(), 1);
        assert_eq!(host.mounts().unwrap().len(), 1);
        let other = mounts.mount(&host, "db", &Mount::tmpfs(None), root(), Path::new("/dev"));
        assert_eq!(other.unwrap_err().errno(), Some(Errno::EBUSY));
    }

    #[test]
    fn what_cannot_be_unmounted_stays_its_users() {
        let machine = machine();
        let host = machine.host();
        let mut mounts = SharedMounts::default();
        mounts.mount(&host, "web", &Mount::devfs(None), root(), Path::new("/dev")).unwrap();
        mounts.mount(&host, "web", &Mount::fdescfs(), root(), Path::new("/dev/fd")).unwrap();
        machine.fail(Op::Unmount, 1, Errno::EPERM);
        machine.fail(Op::Unmount, 2, Errno::EPERM);
        assert_eq!(mounts.release(&host, "web", BOUND).unwrap_err().errno(), Some(Errno::EPERM));
        let kept: SharedMounts = serde_json::from_str(&serde_json::to_string(&mounts).unwrap()).unwrap();
        assert_eq!(kept, mounts);
        let done = mounts.release(&host, "web", BOUND).unwrap();
        assert_eq!(done.iter().map(|one| one.fstype.as_str()).collect::<Vec<_>>(), ["fdescfs", "devfs"]);
        assert_eq!(mounts, SharedMounts::default());
    }

    #[test]
    fn what_is_gone_is_mounted_again() {
        let host = machine().host();
        let mut mounts = SharedMounts::default();
        let first = mounts.mount(&host, "web", &Mount::devfs(None), root(), Path::new("/dev")).unwrap();
        host.unmount(&first).unwrap();
        let again = mounts.mount(&host, "db", &Mount::devfs(None), root(), Path::new("/dev")).unwrap();
        assert_ne!(first.fsid, again.fsid);
        assert_eq!(mounts.users(&again.point).collect::<Vec<_>>(), ["db"]);
        host.unmount(&again).unwrap();
        assert!(mounts.release(&host, "db", BOUND).unwrap().is_empty());
    }
}
