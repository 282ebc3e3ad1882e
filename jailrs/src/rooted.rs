//! Finding a directory below a root whose content cannot be trusted.

use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use nix::fcntl::{AtFlags, OFlag, open, openat};
use nix::sys::stat::{FileStat, Mode, fstat, fstatat};

use crate::Errno;

const DIRECTORY: OFlag =
    OFlag::O_RDONLY.union(OFlag::O_DIRECTORY).union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// The path of the directory `point` below `root` on this host, walked part by part without following a symbolic link.
///
/// The root itself is the administrator's and may contain links. What the path names at the end is compared with what the walk
/// found, so that a part that is exchanged meanwhile is noticed.
///
/// # Errors
/// `ELOOP` if a part is a symbolic link, `EINVAL` for a `..`, `ENOENT`, `ENOTDIR`.
///
/// # Examples
/// ```
/// use std::path::Path;
/// use jailrs::{Errno, mount::resolve_below};
///
/// let root = Path::new("/");
/// assert_eq!(resolve_below(root, Path::new("/dev"))?, Path::new("/dev"));
/// assert_eq!(resolve_below(root, Path::new("/dev/../etc")), Err(Errno::EINVAL));
/// # Ok::<(), Errno>(())
/// ```
pub fn resolve_below(root: &Path, point: &Path) -> Result<PathBuf, Errno> {
    let root = root.canonicalize().map_err(|error| Errno::from_io(&error))?;
    let mut path = root.clone();
    let mut dir = open(&root, DIRECTORY, Mode::empty()).map_err(errno)?;
    for part in point.components() {
        match part {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => {
                dir = enter(&dir, name)?;
                path.push(name);
            }
            Component::ParentDir | Component::Prefix(_) => return Err(Errno::EINVAL),
        }
    }
    let walked = fstat(&dir).map_err(errno)?;
    let named = fstatat(&dir, &path, AtFlags::AT_SYMLINK_NOFOLLOW).map_err(errno)?;
    if same(&walked, &named) { Ok(path) } else { Err(Errno::ELOOP) }
}

/// Opens a directory in a directory. A link is told from a file, which the systems do not do alike.
fn enter(dir: &OwnedFd, name: &std::ffi::OsStr) -> Result<OwnedFd, Errno> {
    openat(dir, name, DIRECTORY, Mode::empty()).map_err(|error| {
        let is_link = |stat: FileStat| stat.st_mode & libc::S_IFMT == libc::S_IFLNK;
        if fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW).is_ok_and(is_link) {
            Errno::ELOOP
        } else {
            errno(error)
        }
    })
}

fn same(one: &FileStat, other: &FileStat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

fn errno(error: nix::errno::Errno) -> Errno {
    crate::host_errno::from_host(error as i32)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn hostile_root() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("jail/var/run")).unwrap();
        fs::create_dir_all(dir.path().join("outside/run")).unwrap();
        fs::write(dir.path().join("jail/file"), "").unwrap();
        symlink("/", dir.path().join("jail/dev")).unwrap();
        symlink("../outside", dir.path().join("jail/tmp")).unwrap();
        symlink("var", dir.path().join("jail/inner")).unwrap();
        dir
    }

    #[test]
    fn a_directory_below_the_root_is_found() {
        let dir = hostile_root();
        let root = dir.path().join("jail");
        let found = resolve_below(&root, Path::new("/var/./run")).unwrap();
        assert_eq!(found, root.canonicalize().unwrap().join("var/run"));
        assert_eq!(resolve_below(&root, Path::new("/")).unwrap(), root.canonicalize().unwrap());
    }

    #[test]
    fn no_symbolic_link_is_followed_wherever_it_leads() {
        let dir = hostile_root();
        let root = dir.path().join("jail");
        for way in ["/dev", "/tmp", "/tmp/run", "/inner/run", "dev/etc"] {
            assert_eq!(resolve_below(&root, Path::new(way)), Err(Errno::ELOOP), "{way}");
        }
    }

    #[test]
    fn the_way_up_is_refused_and_so_is_what_is_no_directory() {
        let dir = hostile_root();
        let root = dir.path().join("jail");
        assert_eq!(resolve_below(&root, Path::new("/var/../../outside")), Err(Errno::EINVAL));
        assert_eq!(resolve_below(&root, Path::new("/file")), Err(Errno::ENOTDIR));
        assert_eq!(resolve_below(&root, Path::new("/none")), Err(Errno::ENOENT));
        assert_eq!(resolve_below(&dir.path().join("none"), Path::new("/")), Err(Errno::ENOENT));
    }

    #[test]
    fn the_root_itself_may_be_reached_through_a_link() {
        let dir = hostile_root();
        symlink(dir.path().join("jail"), dir.path().join("alias")).unwrap();
        let found = resolve_below(&dir.path().join("alias"), Path::new("/var")).unwrap();
        assert_eq!(found, dir.path().canonicalize().unwrap().join("jail/var"));
    }
}
