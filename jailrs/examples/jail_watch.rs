//! Prints what happens to the jails of a machine, line by line, until it is interrupted.
//!
//! On FreeBSD 15.0 and later the kernel tells it; before, it looks again and again. Elsewhere a simulated machine makes up a
//! little life to be watched.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use jailrs::sim::SimHost;
use jailrs::{Host, Jail, Watcher};

fn main() -> ExitCode {
    match program() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jail_watch: {error}");
            ExitCode::FAILURE
        }
    }
}

fn program() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout();
    match Host::kernel() {
        Ok(host) => {
            let mut watch = host.watch()?;
            loop {
                follow(&mut watch, &mut out)?;
            }
        }
        Err(_) => demo(&mut out),
    }
}

/// Prints what is told, until nothing is for a while.
pub(crate) fn follow(watch: &mut Watcher, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    while let Some(event) = watch.next(Duration::from_secs(1))? {
        writeln!(out, "{event}")?;
    }
    Ok(())
}

/// A jail of a simulated machine comes, changes, is entered, has a child, and goes.
pub(crate) fn demo(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let host = SimHost::new().host();
    let mut watch = host.watch()?;
    let web = Jail::builder("web").children_max(1).create(&host)?;
    follow(&mut watch, out)?;
    web.set(&["host.hostname=web.example".parse()?])?;
    follow(&mut watch, out)?;
    web.command("/usr/bin/true").status()?;
    follow(&mut watch, out)?;
    Jail::builder("web.inner").create(&host)?;
    follow(&mut watch, out)?;
    web.remove()?;
    follow(&mut watch, out)
}
