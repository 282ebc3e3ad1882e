//! `vimage attach` and `vimage detach`: interfaces of a vimage that runs.

use std::process::ExitCode;

use jailrs::Jail;

use super::report::{Reporter, changing};
use super::{Context, check_known, command_line, find_running, known_not_up};
use crate::change;
use crate::config::shell::Reader;
use crate::config::{Config, MacPolicy, Vimage};
use crate::error::{Error, Exit, Result};
use crate::host::{Machine, interface_name};
use crate::resolve::{Found, resolve_one};
use crate::state::Record;
use crate::work::Work;

/// What the words of `attach` are called where they are wrong.
const PLACE: &str = "attach";

/// Adds an interface on `parent`, a word of `_bridges`, to a running vimage.
pub(crate) fn attach(context: &mut Context, name: &str, parent: &str) -> Result<ExitCode> {
    let line = command_line("attach", &[name.into(), parent.into()]);
    changing(context, &line, |context| {
        // The configuration only says how addresses are made: a vimage that is not in it any more has an interface all
        // the same.
        let config = context.config().ok();
        let policy =
            config.as_ref().and_then(|config| config.vimages.get(name)).map(|vimage| &vimage.mac.value);
        with_running(context, name, |work, jail| {
            let (vimage, index) = described(&work.record, policy, parent)?;
            let found = Found::read(work.machine)?;
            let resolved = resolve_one(work.machine, work.socket, &found, &vimage, index);
            let (interface, bridges) = resolved.map_err(without_place)?;
            change::attach(work, jail, &interface, &bridges)
        })
    })
}

/// Takes an interface away from a running vimage.
pub(crate) fn detach(context: &mut Context, name: &str, interface: &str) -> Result<ExitCode> {
    let line = command_line("detach", &[name.into(), interface.into()]);
    changing(context, &line, |context| {
        with_running(context, name, |work, jail| {
            if let Some(node) = made(work, interface)? {
                return change::take_away(work, jail, &node);
            }
            if work.record.moved.contains_key(interface) {
                return crate::teardown::take_out_moved(work, jail, interface);
            }
            let mut known: Vec<&str> =
                work.record.wanted.interfaces.iter().map(|made| made.ifname.as_str()).collect();
            known.extend(work.record.moved.keys().map(String::as_str));
            let hint =
                if known.is_empty() { "it has none".into() } else { format!("it has {}", known.join(" ")) };
            Err(Error::unavailable(format!("{name} has no interface {interface} of vimage's making"))
                .hint(hint))
        })
    })
}

/// Does something to a vimage that runs, with its lock held, once what was left half done is finished.
fn with_running(
    context: &mut Context,
    name: &str,
    act: impl FnOnce(&mut Work<'_>, &Jail) -> Result<()>,
) -> Result<()> {
    let machine: Machine = context.bench()?;
    // Before the lock, which is a file of that name.
    check_known(context.config().as_ref(), &Record::names(&*machine.store)?, &[name.to_owned()])?;
    let _lock = machine.store.lock(name)?;
    let (record, jail) = find_running(&machine, name)?.ok_or_else(|| known_not_up(name))?;
    let socket = context.socket(&machine)?;
    let mut report: Reporter = context.reporter();
    let mut work = Work::new(&machine, &socket, record, &mut report);
    let done = change::finish(&mut work, &jail).and_then(|()| act(&mut work, &jail));
    machine.keep(done)
}

/// The node of an interface that was made, by its name in the vimage or on the host, or by the node's.
fn made(work: &Work<'_>, name: &str) -> Result<Option<String>> {
    use netgraph::nodes::eiface;
    let wanted = &work.record.wanted.interfaces;
    if let Some(known) = wanted.iter().find(|made| made.ifname == name || made.node == name) {
        return Ok(Some(known.node.clone()));
    }
    for (node, id) in &work.record.interfaces {
        let Some(found) = work.socket.find(&netgraph::NodeId(*id).into())? else { continue };
        if found.type_name != "eiface" {
            continue;
        }
        let called = interface_name(&work.socket.node::<eiface::Eiface>(&found.path())?)?;
        if called == name {
            return Ok(Some(node.clone()));
        }
    }
    Ok(None)
}

/// Describes a vimage that has the new interface last, as a configuration would, and tells its place.
fn described(record: &Record, policy: Option<&MacPolicy>, parent: &str) -> Result<(Vimage, usize)> {
    let usage = |message: String| Error::new(Exit::Usage, message);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.:@=!-".contains(c);
    if parent.is_empty() || !parent.chars().all(allowed) {
        return Err(
            usage(format!("{parent:?} is no parent")).hint("write it as in vimage_NAME_bridges: igb0")
        );
    }
    let wanted = &record.wanted;
    let next = wanted.interfaces.iter().map(|made| made.index + 1).max().unwrap_or(0);
    // Those before it count where addresses are made as jng makes them, also those that were detached.
    let bare = parent.trim_start_matches(['=', '!']);
    let before = (0..next).map(|index| {
        wanted.interfaces.iter().find(|made| made.index == index).map_or(bare, |made| made.parent.as_str())
    });
    let words: Vec<&str> = before.chain([parent]).collect();
    let short = wanted.interfaces.iter().find_map(|made| {
        let cut = made.node.strip_prefix(&format!("ng{}_", made.index))?;
        Some(cut.to_owned())
    });
    let mac = match policy {
        Some(MacPolicy::Jng) => "jng",
        Some(MacPolicy::Kernel) => "kernel",
        Some(MacPolicy::Stable | MacPolicy::Addresses(_)) | None => "stable",
    };
    let name = &wanted.name;
    let text = format!(
        "vimage_{name}_rootdir=/\nvimage_{name}_hostname={name}\nvimage_{name}_bridges='{}'\nvimage_{name}_mac={mac}\nvimage_{name}_ifname={}\n",
        words.join(" "),
        short.as_deref().unwrap_or(name),
    );
    let mut reader = Reader::new("/");
    reader.read_bytes(PLACE, text.as_bytes()).map_err(|problem| usage(problem.to_string()))?;
    let config = Config::resolve(reader.variables())
        .map_err(|problems| without_place(Error::new(Exit::Usage, problems.to_string())))?;
    let vimage = config.vimages.get(name.as_str()).cloned();
    vimage.map(|vimage| (vimage, next)).ok_or_else(|| usage(format!("{name} is no name")))
}

/// Leaves out of an error the line of the description that nobody has seen.
fn without_place(mut error: Error) -> Error {
    for line in 1..=5 {
        error.message = error.message.replace(&format!("{PLACE}:{line}: "), "");
    }
    error
}
