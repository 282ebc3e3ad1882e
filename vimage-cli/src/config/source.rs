//! Which files the configuration is read from.
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Config;
use super::origin::{Origin, Position};
use super::problem::{Problem, Problems};
use super::shell::{Reader, Variables};

/// Which files the configuration is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The files that rc(8) reads for the service `vimage`, below a root directory: `/etc/rc.conf`,
    /// `/etc/rc.conf.local`, `/etc/rc.conf.d/vimage` and `/usr/local/etc/rc.conf.d/vimage`, in this order. Those that
    /// are not there are passed over, and the last two may be folders of files, as in rc.subr(8). A relative `. file`
    /// is looked up in the root directory, in which rc(8) runs.
    System {
        /// What stands for `/`.
        root: PathBuf,
    },
    /// This file alone, which must be there, and what it names with `.`; a relative name is looked up in the current
    /// directory of the process.
    File(PathBuf),
}

impl Source {
    /// The files of this machine.
    pub fn system() -> Self {
        Self::System { root: PathBuf::from("/") }
    }

    /// Reads the files.
    ///
    /// # Errors
    /// The first thing in each file that cannot be read, and the warnings.
    pub fn read(&self) -> Result<(Variables, Problems), Problems> {
        let (directory, files) = match self {
            Self::System { root } => (root.clone(), system_files(root)),
            Self::File(file) => (PathBuf::new(), Ok(vec![file.clone()])),
        };
        let mut reader = Reader::new(directory);
        let files = files.map_err(|problem| Problems::from_iter([problem]))?;
        let mut problems: Vec<Problem> = files.iter().filter_map(|file| reader.read(file).err()).collect();
        let (variables, warnings) = reader.finish();
        problems.extend(warnings);
        let problems: Problems = problems.into_iter().collect();
        if problems.has_errors() { Err(problems) } else { Ok((variables, problems)) }
    }

    /// Reads the files and resolves what is in them.
    ///
    /// # Errors
    /// Everything that is wrong with them, and the warnings. What the variables mean is looked at only if all files
    /// could be read: what is missing would make the rest look wrong.
    pub fn load(&self) -> Result<Config, Problems> {
        let (variables, warnings) = self.read()?;
        match Config::resolve(&variables) {
            Ok(config) => {
                let warnings = config.warnings.iter().cloned().chain(warnings).collect();
                Ok(Config { warnings, ..config })
            }
            Err(problems) => Err(problems.into_iter().chain(warnings).collect()),
        }
    }
}

/// The files of rc(8) below `root` that are there.
fn system_files(root: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut files = Vec::new();
    for name in ["etc/rc.conf", "etc/rc.conf.local", "etc/rc.conf.d/vimage", "usr/local/etc/rc.conf.d/vimage"]
    {
        let path = root.join(name);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => files.extend(folder(&path)?),
            Ok(_) => files.push(path),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            // Reading it will say what is wrong with it.
            Err(_) => files.push(path),
        }
    }
    Ok(files)
}

/// The regular files in a folder that a shell's `*` names, in its order.
fn folder(path: &Path) -> Result<Vec<PathBuf>, Problem> {
    let unreadable = |error: std::io::Error| {
        let place = Origin::At(Position::whole(path.to_string_lossy()));
        Problem::error(place, format!("the folder cannot be read: {error}"), "let it be read")
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !hidden && fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file()) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}
