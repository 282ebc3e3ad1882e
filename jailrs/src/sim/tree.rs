//! As much of a file system as jails need: which directories there are, and which links.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Errno;

/// How many symbolic links are followed on the way along one path (`MAXSYMLINKS`).
const LINKS_MAX: usize = 32;

/// Directories, files and symbolic links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Tree(BTreeMap<PathBuf, Entry>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Entry {
    Dir,
    File,
    /// A file of which it matters what is in it.
    Text(String),
    Link(PathBuf),
}

impl Default for Tree {
    fn default() -> Self {
        let mut tree = Self(BTreeMap::from([(PathBuf::from("/"), Entry::Dir)]));
        for dir in ["/dev", "/etc", "/tmp", "/var/log", "/var/run"] {
            tree.add_dir(Path::new(dir));
        }
        tree.add_file(Path::new("/etc/rc.conf"));
        tree
    }
}

impl Tree {
    pub(super) fn add_dir(&mut self, path: &Path) {
        for dir in path.ancestors() {
            self.0.entry(dir.to_owned()).or_insert(Entry::Dir);
        }
    }

    pub(super) fn add_file(&mut self, path: &Path) {
        path.parent().into_iter().for_each(|dir| self.add_dir(dir));
        self.0.insert(path.to_owned(), Entry::File);
    }

    pub(super) fn write_file(&mut self, path: &Path, text: String) {
        self.add_file(path);
        self.0.insert(path.to_owned(), Entry::Text(text));
    }

    /// The bytes of a file below `root`; no link below the root is followed.
    pub(super) fn read_below(&self, root: &Path, file: &Path) -> Result<Vec<u8>, Errno> {
        let name = file.file_name().ok_or(Errno::EINVAL)?;
        let dir = self.below(root, file.parent().unwrap_or(Path::new("/")))?;
        match self.0.get(&dir.join(name)).ok_or(Errno::ENOENT)? {
            Entry::Text(text) => Ok(text.clone().into_bytes()),
            Entry::File => Ok(Vec::new()),
            Entry::Dir => Err(Errno::EFTYPE),
            Entry::Link(_) => Err(Errno::ELOOP),
        }
    }

    pub(super) fn add_link(&mut self, path: &Path, target: &Path) {
        path.parent().into_iter().for_each(|dir| self.add_dir(dir));
        self.0.insert(path.to_owned(), Entry::Link(target.to_owned()));
    }

    /// The directory that a path leads to, links followed.
    pub(super) fn directory(&self, path: &Path) -> Result<PathBuf, Errno> {
        self.follow(path, &mut 0)
    }

    /// As [`directory`](Self::directory), after so many links.
    fn follow(&self, path: &Path, links: &mut usize) -> Result<PathBuf, Errno> {
        if !path.is_absolute() {
            return Err(Errno::ENOENT);
        }
        let mut at = PathBuf::from("/");
        for part in path.components() {
            match part {
                Component::Normal(name) => {
                    let next = at.join(name);
                    at = match self.0.get(&next).ok_or(Errno::ENOENT)? {
                        Entry::Dir => next,
                        Entry::File | Entry::Text(_) => return Err(Errno::ENOTDIR),
                        Entry::Link(_) if *links == LINKS_MAX => return Err(Errno::ELOOP),
                        Entry::Link(target) => {
                            *links += 1;
                            self.follow(&at.join(target), links)?
                        }
                    };
                }
                Component::ParentDir => {
                    at.pop();
                }
                _ => {}
            }
        }
        Ok(at)
    }

    /// The directory `point` below `root`; no link below the root is followed.
    pub(super) fn below(&self, root: &Path, point: &Path) -> Result<PathBuf, Errno> {
        let mut at = self.directory(root)?;
        for part in point.components() {
            match part {
                Component::RootDir | Component::CurDir => {}
                Component::Normal(name) => {
                    at.push(name);
                    match self.0.get(&at).ok_or(Errno::ENOENT)? {
                        Entry::Dir => {}
                        Entry::File | Entry::Text(_) => return Err(Errno::ENOTDIR),
                        Entry::Link(_) => return Err(Errno::ELOOP),
                    }
                }
                Component::ParentDir | Component::Prefix(_) => return Err(Errno::EINVAL),
            }
        }
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_to_a_root_and_refused_below_it() {
        let mut tree = Tree::default();
        tree.add_dir(Path::new("/jails/web/var/run"));
        tree.add_link(Path::new("/j"), Path::new("jails"));
        tree.add_link(Path::new("/jails/web/dev"), Path::new("/"));
        tree.add_link(Path::new("/loop"), Path::new("/loop"));
        assert_eq!(tree.directory(Path::new("/j/web")), Ok("/jails/web".into()));
        assert_eq!(tree.below(Path::new("/j/web"), Path::new("/var/run")), Ok("/jails/web/var/run".into()));
        assert_eq!(tree.below(Path::new("/jails/web"), Path::new("/dev/etc")), Err(Errno::ELOOP));
        assert_eq!(tree.below(Path::new("/jails/web"), Path::new("/../db")), Err(Errno::EINVAL));
        assert_eq!(tree.directory(Path::new("/loop")), Err(Errno::ELOOP));
        // Each leads over the one before twice.
        for at in 1..40 {
            let way = format!("{0}/../{0}", at - 1);
            tree.add_link(Path::new(&format!("/{at}")), Path::new(&way));
        }
        tree.add_dir(Path::new("/0"));
        assert_eq!(tree.directory(Path::new("/4")), Ok("/0".into()));
        assert_eq!(tree.directory(Path::new("/39")), Err(Errno::ELOOP));
        assert_eq!(tree.directory(Path::new("relative")), Err(Errno::ENOENT));
        assert_eq!(tree.directory(Path::new("/etc/rc.conf")), Err(Errno::ENOTDIR));
    }
}
