//! `vimage sim`: simulated machines.

use std::path::PathBuf;
use std::process::ExitCode;

use super::report::Telling;
use super::{Context, graph, print, print_as_is, say, status, up};
use crate::config::{Config, shell::Reader};
use crate::error::{Error, Exit, Result};
use crate::host::{Machine, MachineFile, NewMachine};

/// The article's example: two vimages, one of them with two interfaces on one wire, which share their root.
const ARTICLE: &str = include_str!("../../examples/article.rc.conf");

/// Makes a simulated machine: that of the article unless told otherwise.
pub(crate) fn init(
    context: &mut Context,
    nics: &[String],
    roots: &[PathBuf],
    force: bool,
) -> Result<ExitCode> {
    let Some(file) = context.machine_file()? else {
        return Err(Error::new(Exit::Usage, "there is a real machine here")
            .hint("name the simulated one: --host sim:FILE"));
    };
    let mut machine = NewMachine::default();
    if !nics.is_empty() {
        machine.nics = nics.to_vec();
    }
    if !roots.is_empty() {
        machine.roots = roots.to_vec();
    }
    let what = format!("the simulated machine {} with {}", file.display(), machine.nics.join(" "));
    if context.global.dry_run {
        machine.build()?;
        MachineFile::has_room(&file, force)?;
        print(&format!("+ {what}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    MachineFile::create(&file, &machine, force)?;
    say(&format!("made {what}"));
    Ok(ExitCode::SUCCESS)
}

/// Shows the commands that would have been run.
pub(crate) fn log(context: &mut Context) -> Result<ExitCode> {
    let Some(file) = context.machine_file()? else {
        return Err(Error::new(Exit::Usage, "only a simulated machine keeps a log of commands")
            .hint("--host sim:FILE"));
    };
    print(&Machine::file(&file)?.log())?;
    Ok(ExitCode::SUCCESS)
}

/// Walks through the article's example on a simulated machine.
pub(crate) fn demo(context: &mut Context) -> Result<ExitCode> {
    let context = &context.telling(Telling::Out { coloured: false });
    let mut reader = Reader::new("/");
    reader.read_bytes("rc.conf", ARTICLE.as_bytes()).map_err(|problem| Error::config(problem.to_string()))?;
    let config =
        Config::resolve(reader.variables()).map_err(|problems| Error::config(problems.to_string()))?;
    let machine = Machine::simulated(NewMachine::default().build()?);
    let names: Vec<String> = config.list.value.iter().map(ToString::to_string).collect();
    print(&format!("$ cat /etc/rc.conf\n{ARTICLE}\n$ vimage up -v\n"))?;
    up::bring_up(context, &machine, &config, &[])?;
    print("\n$ vimage status\n")?;
    status::show(context, &machine, &names)?;
    print("\n$ vimage graph\n")?;
    print_as_is(&graph::draw(context, &machine)?)?;
    Ok(ExitCode::SUCCESS)
}
