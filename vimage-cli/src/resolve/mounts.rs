//! The file systems below a vimage's root.

use std::path::{Path, PathBuf};

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
            let line = line.split('#').next().unwrap_or_default();
            let fields: Vec<&str> = line.split_whitespace().collect();
            match fields.as_slice() {
                [] => {}
                [from, point, fstype, options, ..] => match Path::new(point).strip_prefix(root) {
                    Ok(below) => mounts.push(WantedMount {
                        fstype: (*fstype).into(),
                        from: (*from).into(),
                        point: PathBuf::from("/").join(below),
                        options: mount_options(options),
                    }),
                    Err(_) => {
                        let place = format!("{}:{}", setting.value.display(), number + 1);
                        let message = format!("{place}: {point} is not below {}", root.display());
                        self.problem(&setting.origin.clone(), message, "mount it from the host's own fstab");
                    }
                },
                _ => {
                    let message =
                        format!("{}:{}: four fields are needed", setting.value.display(), number + 1);
                    self.problem(&setting.origin.clone(), message, "see fstab(5)");
                }
            }
        }
        mounts
    }
}

/// Splits the options of a table of mounts; `rw` says nothing, and `late` and the like are not for nmount(2).
fn mount_options(options: &str) -> Vec<(String, Option<String>)> {
    let skipped = |option: &&str| !matches!(*option, "" | "rw" | "late" | "noauto" | "failok");
    options
        .split(',')
        .filter(skipped)
        .map(|option| match option.split_once('=') {
            Some((name, value)) => (name.into(), Some(value.into())),
            None => (option.into(), None),
        })
        .collect()
}
