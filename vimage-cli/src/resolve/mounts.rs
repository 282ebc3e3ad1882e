//! The file systems below a vimage's root.

use std::path::{Path, PathBuf};

use jailrs::mount::{FstabEntry, Mount};

use super::Resolver;
use crate::wanted::WantedMount;

impl Resolver<'_> {
    pub(super) fn mounts(&mut self) -> Vec<WantedMount> {
        let vimage = self.vimage;
        let mut mounts = Vec::new();
        let plain = |fstype: &str, point: &str| WantedMount {
            fstype: fstype.into(),
            from: fstype.into(),
            point: point.into(),
            options: Vec::new(),
        };
        if vimage.mount_enable.value {
            mounts.extend(self.fstab());
        }
        if vimage.devfs_enable.value {
            let ruleset = self.ruleset().map(|number| ("ruleset".to_string(), Some(number.to_string())));
            mounts.push(WantedMount { options: ruleset.into_iter().collect(), ..plain("devfs", "/dev") });
        }
        if vimage.fdescfs_enable.value {
            mounts.push(plain("fdescfs", "/dev/fd"));
        }
        if vimage.procfs_enable.value {
            mounts.push(plain("procfs", "/proc"));
        }
        mounts
    }

    /// Reads the vimage's table of mounts; their points must be below its root.
    fn fstab(&mut self) -> Vec<WantedMount> {
        let (setting, root) = (&self.vimage.fstab, &self.vimage.rootdir.value);
        let text = match std::fs::read_to_string(&setting.value) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("{} cannot be read: {error}", setting.value.display());
                self.problem(
                    &self.vimage.mount_enable.origin.clone(),
                    message,
                    "write it, or set _mount_enable=NO",
                );
                return Vec::new();
            }
        };
        let mut mounts = Vec::new();
        for (number, line) in text.lines().enumerate() {
            match FstabEntry::parse_line(number + 1, line) {
                Ok(None) => {}
                Ok(Some(entry)) => match entry.point.strip_prefix(root) {
                    Ok(below) => mounts.push(wanted(&entry.mount, below)),
                    Err(_) => {
                        let place = format!("{}:{}", setting.value.display(), number + 1);
                        let message =
                            format!("{place}: {} is not below {}", entry.point.display(), root.display());
                        self.problem(&setting.origin.clone(), message, "mount it from the host's own fstab");
                    }
                },
                Err(error) => {
                    let message = format!("{}: {error}", setting.value.display());
                    self.problem(&setting.origin.clone(), message, "see fstab(5)");
                }
            }
        }
        mounts
    }
}

/// What is to be mounted there, below the root.
fn wanted(mount: &Mount, below: &Path) -> WantedMount {
    let (from, options): (Vec<_>, Vec<_>) =
        mount.options().iter().cloned().partition(|(name, _)| name == "from");
    WantedMount {
        fstype: mount.fstype().into(),
        from: from.into_iter().find_map(|(_, from)| from).unwrap_or_default(),
        point: PathBuf::from("/").join(below),
        options,
    }
}
