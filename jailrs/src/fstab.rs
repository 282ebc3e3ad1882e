//! fstab(5) files of jails.

use std::path::{Path, PathBuf};

use crate::mount::{Mount, Mounted};
use crate::{Error, Host, Result};

/// Options that are for mount(8) and not for the kernel.
const FOR_MOUNT: &[&str] = &["auto", "failok", "late", "rq", "rw"];

/// Options of lines that `mount -a` passes over; the last two are types.
const LEFT_OUT: &[&str] = &["noauto", "sw", "xx"];

/// A line of an fstab(5) file: what is mounted, and where on the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FstabEntry {
    /// What is mounted.
    pub mount: Mount,
    /// Where it is mounted, as a path of the host.
    pub point: PathBuf,
}

impl FstabEntry {
    /// Reads a whole file; a blank in a name is written `\040`.
    ///
    /// What `mount -al -F` does not mount is left out: comments, empty lines, `swap`, and lines with one of the options `noauto`,
    /// `sw` and `xx`. Lines with `late` are mounted, because jails start after what is late at boot. The option `failok` is not
    /// heeded: what fails is told.
    ///
    /// # Examples
    /// ```
    /// use std::path::Path;
    /// use jailrs::mount::FstabEntry;
    ///
    /// let text = "# ports\n/usr/ports  /jails/web/usr/ports  nullfs  ro,nosuid  0 0\n";
    /// let entries = FstabEntry::parse_all(text)?;
    /// assert_eq!(entries[0].point, Path::new("/jails/web/usr/ports"));
    /// assert_eq!(entries[0].mount.fstype(), "nullfs");
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] with the number of a line that has fewer than three words, a relative mount point, or a name that is no
    /// UTF-8.
    pub fn parse_all(text: &str) -> Result<Vec<Self>> {
        let lines = text.lines().enumerate().map(|(index, line)| Self::parse_line(index + 1, line));
        lines.filter_map(Result::transpose).collect()
    }

    /// Reads one line, which has this number in errors, as [`parse_all`](Self::parse_all) does; `None` where nothing is mounted.
    ///
    /// # Errors
    /// As [`parse_all`](Self::parse_all).
    pub fn parse_line(number: usize, line: &str) -> Result<Option<Self>> {
        let line = line.split('#').next().unwrap_or_default();
        let invalid = |reason: &str| Error::invalid(format!("fstab line {number}"), line.trim(), reason);
        let words = line.split_ascii_whitespace().map(unescaped).collect::<Option<Vec<_>>>();
        let mut words = words.ok_or_else(|| invalid("a name in it is no UTF-8"))?.into_iter();
        let Some(from) = words.next() else { return Ok(None) };
        let point = words.next().ok_or_else(|| invalid("it has no mount point"))?;
        let fstype = words.next().ok_or_else(|| invalid("it has no type"))?;
        if fstype == "swap" {
            return Ok(None);
        }
        if !point.starts_with('/') {
            return Err(invalid("the mount point is not absolute"));
        }
        let options = words.next().unwrap_or_default();
        if options.split(',').any(|option| LEFT_OUT.contains(&option)) {
            return Ok(None);
        }
        let options = options.split(',').filter(|option| !option.is_empty() && !FOR_MOUNT.contains(option));
        let mount = options.fold(Mount::new(&fstype, &from), |mount, option| match option.split_once('=') {
            Some((name, value)) => mount.option(name, Some(value)),
            None => mount.option(option, None),
        });
        Ok(Some(Self { mount, point: point.into() }))
    }
}

/// The text with the bytes that `\ooo` stand for, if it is one.
fn unescaped(word: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let octal = (*first == b'\\').then(|| after.get(..3)).flatten();
        let octal = octal.and_then(|digits| std::str::from_utf8(digits).ok());
        match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

impl Host {
    /// Mounts everything of an fstab in its order, each below `root`. If one fails, those before it are unmounted again.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a mount point outside of the root; as [`mount`](Self::mount).
    pub fn mount_all(&self, entries: &[FstabEntry], root: &Path) -> Result<Vec<Mounted>> {
        let mut done: Vec<Mounted> = Vec::new();
        for entry in entries {
            let below = entry.point.strip_prefix(root).map_err(|_| {
                let reason = format!("it is not below {}", root.display());
                Error::invalid("mount point", entry.point.to_string_lossy(), reason)
            });
            match below.and_then(|below| self.mount(&entry.mount, root, below)) {
                Ok(mounted) => done.push(mounted),
                Err(error) => {
                    for mounted in done.iter().rev() {
                        // The first failure is the one to be told.
                        let _ = self.unmount(mounted);
                    }
                    return Err(error);
                }
            }
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sim::SimHost;

    #[test]
    fn options_for_the_kernel_are_kept_and_names_are_unescaped() {
        let text =
            "tmpfs /j/my\\040dir tmpfs rw,failok,mode=1777,size=1g 0 0 # note\nswap none swap sw 0 0\n\n";
        let expected = Mount::new("tmpfs", "tmpfs").option("mode", Some("1777")).option("size", Some("1g"));
        let entries = FstabEntry::parse_all(text).unwrap();
        assert_eq!(entries, [FstabEntry { mount: expected, point: "/j/my dir".into() }]);
    }

    #[test]
    fn what_mount_passes_over_is_left_out() {
        for options in ["rw,noauto", "late,noauto", "sw", "xx"] {
            let line = format!("/usr/ports /j/ports nullfs {options} 0 0");
            assert_eq!(FstabEntry::parse_line(1, &line).unwrap(), None, "{options}");
        }
        assert!(FstabEntry::parse_line(1, "/usr/ports /j/ports nullfs ro,auto,late").unwrap().is_some());
    }

    #[test]
    fn a_bad_line_is_named_by_its_number() {
        let error = FstabEntry::parse_all("\n/a /b\n").unwrap_err().to_string();
        assert_eq!(error, "fstab line 2 \"/a /b\": it has no type");
        assert!(FstabEntry::parse_all("a b nullfs").is_err());
        let error = FstabEntry::parse_all("/j\\377 /b nullfs").unwrap_err().to_string();
        assert_eq!(error, "fstab line 1 \"/j\\\\377 /b nullfs\": a name in it is no UTF-8");
    }

    #[test]
    fn a_failure_leaves_nothing_mounted() {
        let machine = SimHost::new();
        machine.add_root("/jails/web");
        let text =
            "tmpfs /jails/web/tmp tmpfs rw\n/etc /jails/web/etc nullfs ro\ntmpfs /elsewhere tmpfs rw\n";
        let entries = FstabEntry::parse_all(text).unwrap();
        let host = machine.host();
        assert_eq!(host.mount_all(&entries[..2], Path::new("/jails/web")).unwrap().len(), 2);
        for mounted in host.mounts().unwrap().iter().rev() {
            host.unmount(mounted).unwrap();
        }
        let error = host.mount_all(&entries, Path::new("/jails/web")).unwrap_err().to_string();
        assert_eq!(error, "mount point \"/elsewhere\": it is not below /jails/web");
        assert!(host.mounts().unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[ -~\n\\\\]{0,80}") {
            let _ = FstabEntry::parse_all(&text);
        }
    }
}
