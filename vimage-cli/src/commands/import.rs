//! `vimage import`: other tools' configuration as `vimage_*` variables.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::{Context, print_as_is, print_json};
use crate::error::{Error, Result};
use crate::import::{self, Imported};

/// The version of the JSON form.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    #[serde(flatten)]
    imported: &'a Imported,
}

/// Prints the variables that say what a file says; of the word `jng`, what the system's files say of the jails that jng
/// serves.
pub(crate) fn import(context: &Context, source: &Path, root: Option<PathBuf>) -> Result<ExitCode> {
    let imported = if source == Path::new("jng") {
        import::jng(&root.unwrap_or_else(|| "/".into()))
    } else {
        import::file(source)
    };
    let imported = imported.map_err(|problem| Error::config(problem.to_string()))?;
    if context.global.json {
        print_json(&Document { version: VERSION, imported: &imported })?;
    } else {
        print_as_is(&imported.to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}
