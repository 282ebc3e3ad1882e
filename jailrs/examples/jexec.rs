//! jexec(8) in a page: runs a command in a jail, as a user of the jail if one is named, and ends as the command ended.
//!
//! ```text
//! jexec [-u USER] JAIL [COMMAND [ARGUMENT...]]
//! ```
//! Without a command it gives the user a login shell on a terminal of its own. On FreeBSD it does so in a jail of the machine,
//! elsewhere in one of a simulated machine, which notes commands and runs none.

use std::error::Error;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitCode;

use jailrs::sim::{Outcome, SimHost};
use jailrs::{Host, Jail};

fn main() -> ExitCode {
    match program() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("jexec: {error}");
            ExitCode::FAILURE
        }
    }
}

fn program() -> Result<ExitCode, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match Host::kernel() {
        Ok(host) => run(&host, &args).map(ExitCode::from),
        Err(_) => {
            let machine = demo()?;
            let args = if args.is_empty() {
                ["-u", "www", "web", "id", "-un"].map(String::from).to_vec()
            } else {
                args
            };
            let code = run(&machine.host(), &args)?;
            machine.commands().iter().for_each(|command| println!("{command}"));
            Ok(ExitCode::from(code))
        }
    }
}

/// A simulated machine with a jail that has two users.
pub(crate) fn demo() -> jailrs::Result<SimHost> {
    let machine = SimHost::new();
    machine.add_root("/jails/web");
    let users =
        "root:*:0:0::0:0:Charlie &:/root:/bin/sh\nwww:*:80:80::0:0:Web:/nonexistent:/usr/sbin/nologin\n";
    machine.write_file("/jails/web/etc/master.passwd", users);
    machine.script("false", Outcome::exit(1));
    Jail::builder("web").path("/jails/web").create(&machine.host())?;
    Ok(machine)
}

/// What the program does with its arguments; the code that it ends with.
pub(crate) fn run(host: &Host, args: &[String]) -> Result<u8, Box<dyn Error>> {
    let mut words = args.iter().map(String::as_str).peekable();
    let user = words.next_if_eq(&"-u").and_then(|_| words.next());
    let name = words.next().ok_or("usage: jexec [-u USER] JAIL [COMMAND [ARGUMENT...]]")?;
    let jail = Jail::find(host, name)?;
    let status = match words.next() {
        None => jail.login(user.unwrap_or("root"))?.console()?,
        Some(program) => {
            let mut command = jail.command(program).args(words);
            if let Some(user) = user {
                let user = jail.user(user)?;
                command = command.user(&user, &jail.class(&user)?);
            }
            command.status()?
        }
    };
    // As shells tell it of a command that a signal ended.
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}
