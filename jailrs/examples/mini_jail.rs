//! jail(8) in a page: creates a jail from parameters as in jail.conf(5), and takes it away in the order that is safe.
//!
//! ```text
//! mini_jail -c NAME [PARAMETER...] [mount.devfs] [command=PROGRAM]
//! mini_jail -m NAME PARAMETER...
//! mini_jail -r NAME
//! ```
//! On FreeBSD it works on the machine, elsewhere on a simulated one.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use jailrs::mount::Mount;
use jailrs::sim::SimHost;
use jailrs::{Host, Jail, Param};

/// How long each part of the way down may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    match program() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mini_jail: {error}");
            ExitCode::FAILURE
        }
    }
}

fn program() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout();
    match Host::kernel() {
        Ok(host) => run(&host, &args, &mut out),
        Err(_) => {
            let host = demo();
            let up = "-c web path=/jails/web host.hostname=web.example allow.noraw_sockets mount.devfs command=/etc/rc";
            for line in [up, "-m web securelevel=2", "-r web"] {
                writeln!(out, "$ mini_jail {line}")?;
                run(&host, &line.split(' ').map(String::from).collect::<Vec<_>>(), &mut out)?;
            }
            Ok(())
        }
    }
}

/// A simulated machine with a root for a jail.
pub(crate) fn demo() -> Host {
    let machine = SimHost::new();
    machine.add_root("/jails/web");
    machine.host()
}

/// What the program does with its arguments.
pub(crate) fn run(host: &Host, args: &[String], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match *words.as_slice() {
        ["-c", name, ref params @ ..] => create(host, name, params, out),
        ["-m", name, ref params @ ..] => {
            let params = params.iter().map(|param| param.parse()).collect::<Result<Vec<Param>, _>>()?;
            Ok(Jail::find(host, name)?.set(&params)?)
        }
        ["-r", name] => remove(&Jail::find(host, name)?, out),
        _ => Err("usage: mini_jail -c NAME [PARAMETER...] | -m NAME PARAMETER... | -r NAME".into()),
    }
}

fn create(host: &Host, name: &str, params: &[&str], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    // Two words are jail(8)'s own and not the kernel's.
    let program = params.iter().find_map(|param| param.strip_prefix("command="));
    let devfs = params.contains(&"mount.devfs");
    let mut builder = Jail::builder(name).load_modules();
    for param in params.iter().filter(|param| !param.starts_with("command=") && **param != "mount.devfs") {
        builder = builder.parameter(param.parse()?);
    }
    let jail = builder.create(host)?;
    let started = start(host, &jail, devfs, program);
    if started.is_err() {
        // Half a jail is none.
        remove(&jail, out)?;
    }
    started?;
    writeln!(out, "{name}: created as jail {}", jail.jid())?;
    Ok(())
}

fn start(host: &Host, jail: &Jail, devfs: bool, program: Option<&str>) -> Result<(), Box<dyn Error>> {
    let root = root_of(jail)?;
    if devfs {
        host.mount(&Mount::devfs(Some(4)), &root, Path::new("/dev"))?;
    }
    match program {
        None => Ok(()),
        Some(program) => match jail.command(program).status()? {
            status if status.success() => Ok(()),
            status => Err(format!("{program}: {status}").into()),
        },
    }
}

fn root_of(jail: &Jail) -> jailrs::Result<PathBuf> {
    Ok(jail.get(&["path"])?.text("path").unwrap_or("/").into())
}

/// Processes first, then the jail, then what is mounted below its root.
fn remove(jail: &Jail, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (host, root) = (jail.host(), root_of(jail)?);
    let stopped = jail.stop_processes(PATIENCE)?;
    jail.remove()?;
    jail.wait_gone(PATIENCE)?;
    let point = root.join("dev");
    let below: Vec<_> = host
        .mounts()?
        .into_iter()
        .filter(|mounted| root != Path::new("/") && mounted.point == point)
        .collect();
    host.unmount_all(&below, PATIENCE)?;
    writeln!(out, "{}: removed ({stopped:?}), {} unmounted", jail.name(), below.len())?;
    Ok(())
}
