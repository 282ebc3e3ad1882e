//! Finding a directory below a root whose content cannot be trusted.

use std::fs::File;
use std::io::Read;
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
    let (dir, path) = walk(root, point)?;
    let walked = fstat(&dir).map_err(errno)?;
    let named = fstatat(&dir, &path, AtFlags::AT_SYMLINK_NOFOLLOW).map_err(errno)?;
    if same(&walked, &named) { Ok(path) } else { Err(Errno::ELOOP) }
}

/// The bytes of a regular file below `root` on this host, found without following a symbolic link.
///
/// # Errors
/// As [`resolve_below`]; `EFTYPE` if it is no regular file, `EFBIG` if it is longer than `most` bytes.
///
/// # Examples
/// ```
/// use std::path::Path;
/// use jailrs::{Errno, login::read_below};
///
/// assert!(!read_below(Path::new("/"), Path::new("/etc/passwd"), 1 << 20)?.is_empty());
/// assert_eq!(read_below(Path::new("/"), Path::new("/etc/../etc/passwd"), 1 << 20), Err(Errno::EINVAL));
/// # Ok::<(), Errno>(())
/// ```
pub fn read_below(root: &Path, file: &Path, most: u64) -> Result<Vec<u8>, Errno> {
    let name = file.file_name().ok_or(Errno::EINVAL)?;
    let (dir, _) = walk(root, file.parent().unwrap_or(Path::new("/")))?;
    // What is there may be a FIFO, which nobody must wait for.
    let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let opened = openat(&dir, name, flags, Mode::empty()).map_err(|error| link_or(&dir, name, error))?;
    let is_regular = fstat(&opened).map_err(errno)?.st_mode & libc::S_IFMT == libc::S_IFREG;
    if !is_regular {
        return Err(Errno::EFTYPE);
    }
    let mut bytes = Vec::new();
    let read = File::from(opened).take(most + 1).read_to_end(&mut bytes);
    read.map_err(|error| Errno::from_io(&error))?;
    if bytes.len() as u64 > most { Err(Errno::EFBIG) } else { Ok(bytes) }
}

/// Walks from a root to a directory below it, part by part.
fn walk(root: &Path, point: &Path) -> Result<(OwnedFd, PathBuf), Errno> {
    let mut path = root.canonicalize().map_err(|error| Errno::from_io(&error))?;
    let mut dir = open(&path, DIRECTORY, Mode::empty()).map_err(errno)?;
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
    Ok((dir, path))
}

/// Opens a directory in a directory. A link is told from a file, which the systems do not do alike.
fn enter(dir: &OwnedFd, name: &std::ffi::OsStr) -> Result<OwnedFd, Errno> {
    openat(dir, name, DIRECTORY, Mode::empty()).map_err(|error| link_or(dir, name, error))
}

/// `ELOOP` if a name is that of a symbolic link, else the error as it was.
fn link_or(dir: &OwnedFd, name: &std::ffi::OsStr, error: nix::errno::Errno) -> Errno {
    let is_link = |stat: FileStat| stat.st_mode & libc::S_IFMT == libc::S_IFLNK;
    if fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW).is_ok_and(is_link) {
        Errno::ELOOP
    } else {
        errno(error)
    }
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
    fn only_a_regular_file_is_read_and_no_link_leads_to_it() {
        let dir = hostile_root();
        let root = dir.path().join("jail");
        fs::write(root.join("var/passwd"), "root").unwrap();
        symlink("passwd", root.join("var/alias")).unwrap();
        nix::unistd::mkfifo(&root.join("var/fifo"), Mode::S_IRWXU).unwrap();
        let read = |file: &str, most| read_below(&root, Path::new(file), most);
        assert_eq!(read("/var/passwd", 4), Ok(b"root".to_vec()));
        assert_eq!(read("/var/passwd", 3), Err(Errno::EFBIG));
        assert_eq!(read("/var/alias", 4), Err(Errno::ELOOP));
        assert_eq!(read("/inner/passwd", 4), Err(Errno::ELOOP));
        assert_eq!(read("/var/fifo", 4), Err(Errno::EFTYPE));
        assert_eq!(read("/var/run", 4), Err(Errno::EFTYPE));
        assert_eq!(read("/var/none", 4), Err(Errno::ENOENT));
        assert_eq!(read("/", 4), Err(Errno::EINVAL));
    }

    #[test]
    fn the_root_itself_may_be_reached_through_a_link() {
        let dir = hostile_root();
        symlink(dir.path().join("jail"), dir.path().join("alias")).unwrap();
        let found = resolve_below(&dir.path().join("alias"), Path::new("/var")).unwrap();
        assert_eq!(found, dir.path().canonicalize().unwrap().join("jail/var"));
    }
}
