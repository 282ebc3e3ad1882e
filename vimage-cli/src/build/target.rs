//! The place of a root: `DIR`, and `DIR.partial` until it is complete.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use nix::fcntl::{Flock, FlockArg, OFlag};
use nix::unistd::geteuid;

use crate::error::{Error, Exit, Result};

/// The file that tells a root that is being built from a directory that has its name by chance.
const MARK: &str = ".vimage-build";

/// Where a root is to be.
#[derive(Debug)]
pub(crate) struct Target {
    dir: PathBuf,
    partial: PathBuf,
    mark: Option<Flock<File>>,
}

impl Target {
    /// Names the place of a root, and checks that it can be one. Nothing is changed.
    ///
    /// # Errors
    /// Where there is something already, or somebody else could put something else in its place.
    pub(crate) fn new(dir: &Path) -> Result<Self> {
        let dir = absolute(dir)?;
        let Some(name) = dir.file_name() else {
            return Err(Error::new(Exit::Usage, "/ cannot be built: it is there"));
        };
        let mut partial = OsString::from(name);
        partial.push(".partial");
        let target = Self { partial: dir.with_file_name(partial), dir, mark: None };
        check_ancestors(&target.dir)?;
        match fs::symlink_metadata(&target.dir) {
            Ok(_) => Err(Error::unavailable(format!("{} is there already", target.dir.display()))
                .hint("name another directory, or take that one away first")),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(target),
            Err(e) => Err(Error::io("looking at", &target.dir, &e)),
        }
    }

    /// Returns the directory that the root is to be.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns the directory that it is until then.
    pub(crate) fn partial(&self) -> &Path {
        &self.partial
    }

    /// Makes the directory in which the root is built, and those above it. What a build that did not end has left of it
    /// is taken away first; `told` hears of that.
    ///
    /// # Errors
    /// Where it cannot be made, another vimage is building it, or it is none that vimage made.
    pub(crate) fn begin(&mut self, mut told: impl FnMut(&str)) -> Result<()> {
        if let Some(parent) = self.dir.parent() {
            fs::create_dir_all(parent).map_err(|e| Error::io("making", parent, &e))?;
        }
        let make = || DirBuilder::new().mode(0o700).create(&self.partial);
        match make() {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                let _held = self.leftover()?;
                told(&format!("remove {}, which a build that did not end has left", self.partial.display()));
                remove_tree(&self.partial)?;
                make().map_err(|e| Error::io("making", &self.partial, &e))?;
            }
            Err(e) => return Err(Error::io("making", &self.partial, &e)),
        }
        let mark = self.partial.join(MARK);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&mark);
        self.mark = Some(hold(file.map_err(|e| Error::io("making", &mark, &e))?, &self.partial)?);
        Ok(())
    }

    /// Takes hold of what an earlier build left, if that is what is there.
    fn leftover(&self) -> Result<Flock<File>> {
        let mark = self.partial.join(MARK);
        let opened = OpenOptions::new().read(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(mark);
        let is_ours = fs::symlink_metadata(&self.partial).is_ok_and(|found| found.is_dir());
        match opened {
            Ok(file) if is_ours => hold(file, &self.partial),
            _ => Err(Error::unavailable(format!(
                "{} is there, and vimage did not make it",
                self.partial.display()
            ))
            .hint("name another directory, or take that one away first")),
        }
    }

    /// Puts the complete root in its place.
    ///
    /// # Errors
    /// Where that is not possible; it is complete, and still called `DIR.partial`.
    pub(crate) fn complete(&mut self) -> Result<()> {
        // A root that is there after a power failure is whole.
        nix::unistd::sync();
        if fs::symlink_metadata(&self.dir).is_ok() {
            return Err(Error::failed(format!("{} has come to be there meanwhile", self.dir.display()))
                .hint(format!("the root is complete, as {}", self.partial.display())));
        }
        fs::rename(&self.partial, &self.dir).map_err(|e| Error::io("renaming", &self.partial, &e))?;
        let mark = self.dir.join(MARK);
        fs::remove_file(&mark).map_err(|e| Error::io("removing", &mark, &e))?;
        if let Some(parent) = self.dir.parent() {
            File::open(parent)
                .and_then(|parent| parent.sync_all())
                .map_err(|e| Error::io("writing", parent, &e))?;
        }
        Ok(())
    }

    /// Says what is left of a build that did not end, and how to go on.
    pub(crate) fn what_is_left(&self) -> String {
        let partial = self.partial.display();
        let flags = if cfg!(target_os = "freebsd") {
            format!("`chflags -R noschg {partial}` and ")
        } else {
            String::new()
        };
        format!(
            "{partial} has what was unpacked so far, and nothing else was changed\n\
             the same command begins anew; {flags}`rm -r {partial}` takes it away"
        )
    }
}

/// Locks the mark of a build, for as long as the process lives.
fn hold(file: File, partial: &Path) -> Result<Flock<File>> {
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|_| {
        Error::unavailable(format!("another vimage is building {}", partial.display())).hint("wait for it")
    })
}

/// Makes a path absolute, and checks that it says nothing in a roundabout way.
fn absolute(dir: &Path) -> Result<PathBuf> {
    let refuse = |why: &str| {
        Error::new(Exit::Usage, format!("{:?} cannot be a root: {why}", dir.display().to_string()))
    };
    if dir.components().any(|part| part == Component::ParentDir) {
        return Err(refuse("it has a .. in it").hint("name the place itself"));
    }
    if dir.as_os_str().is_empty() {
        return Err(refuse("it is empty"));
    }
    if dir.to_str().is_none_or(|text| text.chars().any(|c| c.is_control() || c.is_whitespace())) {
        return Err(refuse("it has characters in it that rc.conf(5) and fstab(5) cannot carry"));
    }
    let here = std::env::current_dir().map_err(|e| Error::failed(format!("the current directory: {e}")))?;
    // The components leave out what says nothing.
    Ok(here.join(dir).components().collect())
}

/// Checks that nobody but root, or who runs the program, can put something else in the place of a directory above `dir`.
fn check_ancestors(dir: &Path) -> Result<()> {
    let mut above: Vec<&Path> = dir.ancestors().skip(1).collect();
    above.reverse();
    for folder in above {
        let found = match fs::symlink_metadata(folder) {
            Ok(found) => found,
            // It is made, and what is below it too.
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(Error::io("looking at", folder, &e)),
        };
        let refuse = |why: String| Error::unavailable(format!("{} {why}", folder.display()));
        if found.file_type().is_symlink() {
            let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.into());
            return Err(refuse("is a symbolic link".into())
                .hint(format!("name the place itself: {}", real.join(rest(dir, folder)).display())));
        }
        if !found.is_dir() {
            return Err(refuse("is no directory".into()));
        }
        let owner = found.uid();
        if owner != 0 && owner != geteuid().as_raw() {
            return Err(refuse(format!(
                "belongs to the user {owner}, who could put another root in the place of this one"
            ))
            .hint("choose a directory that only root can change"));
        }
        const OTHERS: u32 = 0o022;
        const STICKY: u32 = 0o1000;
        if found.mode() & OTHERS != 0 && found.mode() & STICKY == 0 {
            return Err(refuse(
                "can be changed by others, who could put another root in the place of this one".into(),
            )
            .hint(format!("`chmod go-w {}`, or choose another directory", folder.display())));
        }
    }
    Ok(())
}

/// What of `dir` is below `folder`.
fn rest<'d>(dir: &'d Path, folder: &Path) -> &'d Path {
    dir.strip_prefix(folder).unwrap_or(dir)
}

/// Removes a tree, never through a symbolic link; on FreeBSD, also what is marked as not to be removed.
fn remove_tree(tree: &Path) -> Result<()> {
    if cfg!(target_os = "freebsd") {
        // What it cannot change cannot be removed either, which is told then.
        let _ = Command::new("/bin/chflags")
            .args(["-R", "-P", "noschg,nosunlnk,nouchg,nouunlnk"])
            .arg(tree)
            .output();
    }
    fs::remove_dir_all(tree).map_err(|e| Error::io("removing", tree, &e))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn refused(dir: &Path) -> String {
        Target::new(dir).unwrap_err().to_string().replace(&*dir.to_string_lossy(), "DIR")
    }

    #[test]
    fn a_place_that_others_could_exchange_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(real.join("jail")).unwrap();
        symlink(real.join("jail"), real.join("link")).unwrap();
        assert!(Target::new(&real.join("jail/vj1")).is_ok());
        assert!(Target::new(&real.join("jail/none/of/these/vj1")).is_ok());
        let error = refused(&real.join("link/vj1"));
        assert!(error.contains("link is a symbolic link"), "{error}");
        assert!(
            error.contains(&format!("name the place itself: {}", real.join("jail/vj1").display())),
            "{error}"
        );
        fs::set_permissions(real.join("jail"), PermissionsExt::from_mode(0o777)).unwrap();
        assert!(refused(&real.join("jail/vj1")).contains("can be changed by others"));
    }

    #[test]
    fn what_is_there_is_refused_whatever_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(folder.path()).unwrap();
        symlink("/nowhere", real.join("dangling")).unwrap();
        fs::write(real.join("file"), "").unwrap();
        for name in ["dangling", "file"] {
            assert!(refused(&real.join(name)).starts_with("DIR is there already"), "{name}");
        }
        assert!(refused(&real.join("file/vj1")).contains("file is no directory"));
    }

    #[test]
    fn a_name_that_nothing_else_could_carry_is_refused() {
        for name in ["", "/", "/usr/jail/../vj1", "/usr/jail/v j1", "/usr/jail/vj1\n"] {
            assert!(Target::new(Path::new(name)).is_err(), "{name:?}");
        }
    }

    #[test]
    fn only_what_a_build_left_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let dir = fs::canonicalize(folder.path()).unwrap().join("vj1");
        let partial = dir.with_file_name("vj1.partial");
        fs::create_dir(&partial).unwrap();
        fs::write(partial.join("precious"), "").unwrap();
        let error = Target::new(&dir).unwrap().begin(|_| ()).unwrap_err();
        assert!(error.message.contains("vimage did not make it"), "{error}");
        assert!(partial.join("precious").exists());
        fs::remove_dir_all(&partial).unwrap();

        let mut first = Target::new(&dir).unwrap();
        first.begin(|_| ()).unwrap();
        fs::write(partial.join("half"), "").unwrap();
        let error = Target::new(&dir).unwrap().begin(|_| ()).unwrap_err();
        assert!(error.message.contains("another vimage is building"), "{error}");
        drop(first);
        let mut second = Target::new(&dir).unwrap();
        second.begin(|_| ()).unwrap();
        assert!(!partial.join("half").exists());
        second.complete().unwrap();
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
        assert!(!partial.exists());
    }
}
