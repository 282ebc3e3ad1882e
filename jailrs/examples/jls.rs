//! jls(8) in a page: lists jails as a table, or with `--json` under the names that `jls --libxo json` uses.
//!
//! ```text
//! jls [-d] [--json] [PARAMETER...]
//! ```
//! On FreeBSD it lists the jails of the machine, elsewhere those of a simulated one.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use jailrs::sim::SimHost;
use jailrs::{Host, Jail, Params, Value};
use serde_json::{Map, json};

fn main() -> ExitCode {
    match program() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jls: {error}");
            ExitCode::FAILURE
        }
    }
}

fn program() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let host = Host::kernel().or_else(|_| demo())?;
    run(&host, &args, &mut io::stdout())
}

/// A simulated machine with two jails.
pub(crate) fn demo() -> jailrs::Result<Host> {
    let machine = SimHost::new();
    machine.add_root("/jails/web");
    let host = machine.host();
    let web = Jail::builder("web").path("/jails/web").hostname("web.example");
    web.parameter("ip4.addr=192.0.2.7".parse()?).create(&host)?;
    Jail::builder("db").hostname("db.example").vnet().meta("owner", "me").create(&host)?;
    Ok(host)
}

/// What the program does with its arguments.
pub(crate) fn run(host: &Host, args: &[String], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (options, names): (Vec<_>, Vec<_>) =
        args.iter().map(String::as_str).partition(|arg| arg.starts_with('-'));
    if let Some(unknown) = options.iter().find(|option| !["-d", "--json"].contains(option)) {
        return Err(format!("unknown option {unknown}; usage: jls [-d] [--json] [PARAMETER...]").into());
    }
    let asked = if names.is_empty() { &["jid", "ip4.addr", "host.hostname", "path"][..] } else { &names };
    // All that is asked of a jail is read in one call.
    let jails = Jail::read_all(host, asked, options.contains(&"-d"))?;
    match (options.contains(&"--json"), names.is_empty()) {
        (true, default) => writeln!(out, "{}", as_json(&jails, default))?,
        (false, true) => table(&jails, out)?,
        (false, false) => {
            for params in &jails {
                let values: Vec<String> = params.0.iter().map(|param| quoted(&param.value)).collect();
                writeln!(out, "{}", values.join(" "))?;
            }
        }
    }
    Ok(())
}

/// The first address, as jls shows it.
fn ip4(params: &Params) -> String {
    match params.get("ip4.addr") {
        Some(Value::Ip4(list)) => list.first().map(ToString::to_string).unwrap_or_default(),
        _ => String::new(),
    }
}

fn table(jails: &[Params], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "   JID  IP Address      Hostname                      Path")?;
    for params in jails {
        let jid = params.int("jid").unwrap_or_default();
        let text = |name| params.text(name).unwrap_or_default();
        writeln!(
            out,
            "{jid:>6}  {:<15.15} {:<29.29} {:.74}",
            ip4(params),
            text("host.hostname"),
            text("path")
        )?;
    }
    Ok(())
}

fn as_json(jails: &[Params], default: bool) -> serde_json::Value {
    let one = |params: &Params| {
        if default {
            let text = |name| params.text(name).unwrap_or_default();
            return json!({
                "jid": params.int("jid"), "ipv4": ip4(params),
                "hostname": text("host.hostname"), "path": text("path"),
            });
        }
        let value = |value: &Value| match value {
            Value::Bool(on) => json!(on),
            other => json!(other.to_string()),
        };
        params.0.iter().map(|param| (param.name.clone(), value(&param.value))).collect::<Map<_, _>>().into()
    };
    let jails: Vec<serde_json::Value> = jails.iter().map(one).collect();
    json!({"__version": "2", "jail-information": {"jail": jails}})
}

/// A value as jls prints it: an empty one, or one with a space, in quotes.
fn quoted(value: &Value) -> String {
    let text = value.to_string();
    if text.is_empty() || text.contains(char::is_whitespace) { format!("{text:?}") } else { text }
}
