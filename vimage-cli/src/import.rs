//! Reads jail.conf(5), and the `jail_*` variables of rc.conf(5), and says the same in `vimage_*` variables.
//!
//! Nothing is executed, and nothing is looked at but the files. What has no counterpart is told of, with its place.

mod collapse;
mod jng;
mod legacy;
mod lex;
mod lines;
mod parse;
mod translate;

use std::path::{Path, PathBuf};

use crate::config::{Origin, Position, Problem};

pub(crate) use lines::Imported;

/// The files that jail(8) reads by itself, below the root directory.
const SYSTEM: &str = "etc/jail.conf";

/// The folder whose `*.conf` it reads too.
const FOLDER: &str = "etc/jail.conf.d";

/// Reads a file, of whichever kind it is.
///
/// # Errors
/// The first thing in it that cannot be read, with its file and line.
pub(crate) fn file(path: &Path) -> Result<Imported, Problem> {
    let bytes = parse::read(path)?;
    if legacy::is_rc_conf(&bytes) {
        return legacy::import(path, &bytes);
    }
    let mut tree = parse::Tree::default();
    tree.add(path, &bytes)?;
    translate::all(&collapse::jails(&tree)?)
}

/// Reads the files of the system below `root`, and keeps the jails whose interfaces jng makes.
///
/// # Errors
/// As [`file`]; that there is no such jail.
pub(crate) fn jng(root: &Path) -> Result<Imported, Problem> {
    let mut tree = parse::Tree::default();
    let mut found = false;
    let folder =
        std::fs::read_dir(root.join(FOLDER)).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        folder.filter(|path| path.extension().is_some_and(|e| e == "conf")).collect();
    files.sort();
    files.insert(0, root.join(SYSTEM));
    for path in files.iter().filter(|path| path.exists()) {
        tree.add(path, &parse::read(path)?)?;
        found = true;
    }
    // rc.d/jail makes jail.conf of these variables, unless there is one.
    let rc_conf = root.join("etc/rc.conf");
    let mut imported = match found {
        true => translate::all(&collapse::jails(&tree)?)?,
        false => legacy::import(&rc_conf, &parse::read(&rc_conf)?)?,
    };
    imported.written.retain(|vimage| vimage.jng);
    if imported.written.is_empty() {
        let place = if found { files.remove(0) } else { rc_conf };
        return Err(refuse(
            &place.to_string_lossy(),
            0,
            "no jail in it has `jng bridge` in its prestart",
            "name the file",
        ));
    }
    Ok(imported)
}

/// A problem at a line of a file; at the file as a whole where the line is 0.
fn refuse(file: &str, line: u32, message: impl Into<String>, remedy: &str) -> Problem {
    Problem::error(Origin::At(Position { file: file.into(), line, column: None }), message, remedy)
}
