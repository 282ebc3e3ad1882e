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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::shell::Reader;

    /// Imports a text of either kind, as [`file`] does.
    fn import(bytes: &[u8]) -> Result<Imported, Problem> {
        let path = Path::new("jail.conf");
        if legacy::is_rc_conf(bytes) {
            return legacy::import(path, bytes);
        }
        let mut tree = parse::Tree::default();
        tree.add(path, bytes)?;
        translate::all(&collapse::jails(&tree)?)
    }

    fn is_configuration(imported: &Imported) -> Result<(), TestCaseError> {
        let text = imported.to_string();
        let mut reader = Reader::new("/nowhere");
        let read = reader.read_bytes("rc.conf", text.as_bytes());
        prop_assert!(read.is_ok(), "{:?}\n{}", read, text);
        let ours = |name: &str| name.starts_with("vimage_");
        prop_assert!(reader.variables().iter().all(|variable| ours(&variable.name)), "{}", text);
        Ok(())
    }

    proptest! {
        #[test]
        fn whatever_is_imported_is_a_configuration(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(imported) = import(&bytes) {
                is_configuration(&imported)?;
            }
        }

        #[test]
        fn whatever_a_jail_says_is_said_as_a_configuration(
            name in "[a-z*.\"'-]{1,8}",
            parameters in prop::collection::vec(
                ("(path|host.hostname|exec\\.(start|stop|prestart)|mount|depend|vnet.interface|allow.x|children.max|jid|\\$v)", "(.|\n)*"),
                0..8,
            ),
        ) {
            let escape = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
            let lines = parameters.iter().map(|(name, value)| format!("{name} = \"{}\";\n", escape(value)));
            let text = format!("\"{}\" {{ {} }}", escape(&name), lines.collect::<String>());
            if let Ok(imported) = import(text.as_bytes()) {
                is_configuration(&imported)?;
            }
        }

        #[test]
        fn whatever_rc_conf_says_is_said_as_a_configuration(
            values in prop::collection::vec("[^\u{0}\r]*", 3),
            names in prop::collection::vec("(rootdir|hostname|ip|exec_prestart0|vnet_interface|x)", 3),
        ) {
            let line = |(name, value): (&String, &String)| format!("jail_v_{name}={}\n", crate::config::shell::quote(value));
            let text: String = names.iter().zip(&values).map(line).collect();
            if let Ok(imported) = import(format!("jail_list=v\n{text}").as_bytes()) {
                is_configuration(&imported)?;
            }
        }
    }
}
