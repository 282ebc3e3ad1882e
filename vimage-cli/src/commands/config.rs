//! `vimage list` and `vimage config`.

use std::process::ExitCode;

use serde::Serialize;

use super::{Context, print, print_as_is, print_json, select};
use crate::config::{Config, Vimage};
use crate::error::Result;

/// The version of the JSON forms.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct List<'a> {
    version: u32,
    vimages: &'a [String],
}

#[derive(Serialize)]
struct Whole<'a> {
    version: u32,
    config: &'a Config,
}

#[derive(Serialize)]
struct One<'a> {
    version: u32,
    vimage: &'a Vimage,
}

/// Prints the names of all configured vimages: those of `vimage_list` in its order, then the others.
pub(crate) fn list(context: &mut Context) -> Result<ExitCode> {
    let config = context.config()?;
    let listed = config.list.value.iter();
    let others = config.vimages.keys().filter(|name| !config.list.value.contains(name));
    let names: Vec<String> = listed.chain(others).map(ToString::to_string).collect();
    if context.global.json {
        print_json(&List { version: VERSION, vimages: &names })?;
    } else {
        print(&names.iter().map(|name| format!("{name}\n")).collect::<String>())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the resolved configuration, of one vimage or of all.
pub(crate) fn config(context: &mut Context, name: Option<&str>) -> Result<ExitCode> {
    let config = context.config()?;
    let Some(name) = name else {
        if context.global.json {
            print_json(&Whole { version: VERSION, config: &config })?
        } else {
            print_as_is(&config.to_string())?
        }
        return Ok(ExitCode::SUCCESS);
    };
    for vimage in select(&config, &[name.to_string()])? {
        if context.global.json {
            print_json(&One { version: VERSION, vimage })?
        } else {
            print_as_is(&vimage.to_string())?
        }
    }
    Ok(ExitCode::SUCCESS)
}
