//! `up`: the steps that bring a vimage up, in the order that is safe to stop anywhere.

pub(crate) mod bridge;
pub(crate) mod interface;

use std::io::ErrorKind;
use std::path::Path as FilePath;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jailrs::mount::{Mount, resolve_below};
use jailrs::{Command, Errno, Jail, Jid, Param, Value};

use crate::error::{Error, Result};
use crate::host::Priority;
use crate::state::{GRAPH_LOCK, MOUNT_LOCK, MountRecord, MountUsers, MovedRecord, Phase};
use crate::teardown::{Mode, teardown};
use crate::wanted::{CommandLine, WantedMount};
use crate::work::{Sign, Work};

/// Brings the vimage of `work` up. On failure, what was begun is undone.
///
/// # Errors
/// The step that failed, and why; that it could not be undone wholly, with what to do.
pub fn up(work: &mut Work<'_>) -> Result<()> {
    let Err(error) = steps(work) else { return Ok(()) };
    work.machine.syslog(Priority::Error, &format!("{} did not come up: {}", work.name(), error.message));
    work.warn(format!("{}; undoing what was begun", error.message));
    match teardown(work, Mode::Undo) {
        Ok(()) => Err(error),
        Err(undo) => {
            let name = work.name();
            let message = format!("{}\nundoing it failed too: {}", error.message, undo.message);
            Err(Error { message, ..error }
                .hint(format!("`vimage down {name}` goes on undoing it; `vimage doctor` shows what is left")))
        }
    }
}

fn steps(work: &mut Work<'_>) -> Result<()> {
    work.save()?;
    make_network(work)?;
    mount_all(work)?;
    prestart(work)?;
    let jail = make_jail(work)?;
    move_in(work, jail.jid())?;
    start(work, &jail)?;
    let name = work.name();
    work.step(Sign::Change, &format!("{name} is up"), |work| {
        work.record.phase = Phase::Running;
        work.record.since = SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
        work.save()?;
        work.machine.syslog(Priority::Notice, &format!("{name} is up, jid {}", jail.jid()));
        Ok(())
    })
}

/// Makes bridges and interfaces, with nobody else at them in between: a bridge on which nothing is yet would be anybody's
/// to take away.
fn make_network(work: &mut Work<'_>) -> Result<()> {
    if work.record.wanted.bridges.is_empty() {
        return Ok(());
    }
    let _graph = work.machine.store.lock(GRAPH_LOCK)?;
    bridge::ensure_all(work)?;
    interface::make_all(work)
}

/// Makes the bridges whole that a running vimage is on.
///
/// # Errors
/// The step that failed. The vimage is left as it is.
pub(crate) fn mend_bridges(work: &mut Work<'_>) -> Result<()> {
    if work.record.wanted.bridges.is_empty() {
        return Ok(());
    }
    let _graph = work.machine.store.lock(GRAPH_LOCK)?;
    bridge::ensure_all(work)
}

fn mount_all(work: &mut Work<'_>) -> Result<()> {
    if work.record.wanted.mounts.is_empty() {
        return Ok(());
    }
    let _mounts = work.machine.store.lock(MOUNT_LOCK)?;
    for mount in work.record.wanted.mounts.clone() {
        let root = work.record.wanted.rootdir.clone();
        let point = work.machine.jails.resolve_below(&root, &mount.point)?;
        // A root that is shared has its devfs already; the last user takes it away.
        let there = work.machine.jails.mounted_at(&point)?;
        let fsid = match &there {
            Some(mounted) if mounted.fstype == mount.fstype => Some(mounted.fsid),
            Some(mounted) => {
                let message =
                    format!("{} has a {} mounted, not a {}", point.display(), mounted.fstype, mount.fstype);
                return Err(Error::unavailable(message).hint("unmount it, or leave this mount out"));
            }
            None => None,
        };
        if there.is_some() && !used_by_a_vimage(work, &point)? {
            // Somebody else's: not ours to unmount.
            continue;
        }
        work.record.mounts.push(MountRecord { point: point.clone(), fstype: mount.fstype.clone(), fsid });
        work.save()?;
        MountUsers::enter(&*work.machine.store, &point, &work.record.wanted.name)?;
        if there.is_none() {
            let what = format!("mount {} on {}", mount.fstype, point.display());
            let why = mount_reason(&mount);
            work.step_because(Sign::Add, &what, &why, |work| mount_one(work, &root, &mount))?;
        }
    }
    Ok(())
}

/// Tells whether another vimage's record has this mount point. Called with the [mount lock](MOUNT_LOCK) held.
pub(crate) fn used_by_a_vimage(work: &mut Work<'_>, point: &FilePath) -> Result<bool> {
    let mut doubts = Vec::new();
    let (name, boot) = (&work.record.wanted.name, &work.record.boot);
    let used = MountUsers::others(&*work.machine.store, point, name, boot, |error| {
        doubts.push(format!("{}: {} is taken to be in use", error.message, point.display()));
    });
    doubts.into_iter().for_each(|doubt| work.warn(doubt));
    used
}

/// Says what else there is to a mount: what is mounted, and how.
fn mount_reason(mount: &WantedMount) -> String {
    let options = mount.options.iter().map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => name.clone(),
    });
    let from = Some(format!("of {}", mount.from)).filter(|_| mount.from != mount.fstype);
    from.into_iter().chain(options).collect::<Vec<_>>().join(", ")
}

fn mount_one(work: &mut Work<'_>, root: &FilePath, wanted: &WantedMount) -> Result<()> {
    let mut mount = Mount::new(&wanted.fstype, &wanted.from);
    for (name, value) in &wanted.options {
        mount = mount.option(name, value.as_deref());
    }
    let mounted = work.machine.jails.mount(&mount, root, &wanted.point)?;
    if let Some(record) = work.record.mounts.last_mut() {
        record.fsid = Some(mounted.fsid);
    }
    work.save()
}

/// Runs a command on the host.
pub(crate) fn run_on_host(work: &mut Work<'_>, command: &CommandLine) -> Result<()> {
    let Some((program, args)) = command.split_first() else { return Ok(()) };
    let command = work.machine.jails.command(program).args(args);
    work.step(Sign::Change, &format!("run {}", command.line()), |_| {
        let status = command.status()?;
        if status.success() { Ok(()) } else { Err(Error::failed(format!("it ended with {status}"))) }
    })
}

/// Runs a command in the vimage, its output going to the console log, at most for `limit`.
pub(crate) fn run_inside(
    work: &mut Work<'_>,
    jail: &Jail,
    command: &CommandLine,
    limit: Option<Duration>,
) -> Result<()> {
    let command = logged(work, jail, command)?;
    let what = format!("run {} in {}", command.line(), jail.name());
    work.step(Sign::Change, &what, |work| {
        let ended = match limit {
            Some(limit) => command.status_within(limit)?,
            None => Some(command.status()?),
        };
        let error = match ended {
            Some(status) if status.success() => return Ok(()),
            Some(status) => Error::failed(format!("it ended with {status}")),
            None => Error::failed("it did not end in its time, and was killed"),
        };
        Err(match &work.record.wanted.commands.consolelog {
            Some(log) => error.hint(format!("its output is in {}", log.display())),
            None => error,
        })
    })
}

/// Runs one of the scripts that start the network, which end with 1 as soon as one route is there already: how they end
/// says nothing.
pub(crate) fn start_network(work: &mut Work<'_>, jail: &Jail, command: &CommandLine) -> Result<()> {
    let command = logged(work, jail, command)?;
    let what = format!("run {} in {}", command.line(), jail.name());
    work.step(Sign::Change, &what, |_| Ok(command.status().map(drop)?))
}

/// Tells whether a root surely has no such program. What a symbolic link leads to is the vimage's own business.
fn lacks(root: &FilePath, program: &FilePath) -> bool {
    let (Some(dir), Some(name)) = (program.parent(), program.file_name()) else { return false };
    match resolve_below(root, dir) {
        Ok(dir) => dir.join(name).symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound),
        Err(errno) => errno == Errno::ENOENT,
    }
}

/// A command of the vimage whose output goes to the console log.
fn logged(work: &Work<'_>, jail: &Jail, command: &CommandLine) -> Result<Command> {
    let (program, args) = command.split_first().ok_or_else(|| Error::config("an empty command"))?;
    let command = jail.command(program).args(args);
    Ok(match &work.record.wanted.commands.consolelog {
        Some(log) => command.log_to(log),
        None => command,
    })
}

fn prestart(work: &mut Work<'_>) -> Result<()> {
    let commands = work.record.wanted.commands.clone();
    if commands.prestart.is_empty() && commands.poststop.is_empty() {
        return Ok(());
    }
    work.record.hooks_begun = true;
    work.save()?;
    for command in &commands.prestart {
        run_on_host(work, command)?;
    }
    Ok(())
}

fn make_jail(work: &mut Work<'_>) -> Result<Jail> {
    let wanted = work.record.wanted.clone();
    let what = format!("jail {} at {}", wanted.name, wanted.rootdir.display());
    let why = format!("its host name is {}", wanted.hostname);
    work.step_because(Sign::Add, &what, &why, |work| {
        // Without a tag to know it by, it has the tag as its name until its number is written down.
        let tagged = work.machine.jails.supports_meta();
        let name = if tagged { &wanted.name } else { &work.record.tag };
        let mut builder =
            Jail::builder(name).path(&wanted.rootdir).hostname(&wanted.hostname).vnet().persist();
        if tagged {
            builder = builder.meta("vimage", &work.record.tag);
        }
        if let Some(ruleset) = wanted.devfs_ruleset {
            builder = builder.devfs_ruleset(i32::from(ruleset));
        }
        if let Some(level) = wanted.securelevel {
            builder = builder.securelevel(level);
        }
        for parameter in &wanted.parameters {
            builder = builder.parameter(Param::parse(parameter)?);
        }
        let jail = builder.create(&work.machine.jails)?;
        work.record.jid = Some(jail.jid().0);
        work.save()?;
        if tagged {
            return Ok(jail);
        }
        jail.set(&[Param::new("name", Value::String(wanted.name.clone()))])?;
        Ok(Jail::from_jid(&work.machine.jails, jail.jid())?)
    })
}

/// Moves an interface of the host into the vimage.
pub(crate) fn move_one_in(work: &mut Work<'_>, ifname: &str, jid: Jid) -> Result<()> {
    let what = format!("interface {ifname} into {}", work.name());
    work.step(Sign::Add, &what, |work| {
        work.machine.jails.move_in(ifname, jid)?;
        work.sync()
    })
}

fn move_in(work: &mut Work<'_>, jid: Jid) -> Result<()> {
    let wanted = work.record.wanted.clone();
    for interface in &wanted.interfaces {
        move_one_in(work, &interface.ifname, jid)?;
    }
    for name in &wanted.vnets {
        let what = format!("interface {name} into {}, whole", wanted.name);
        let why = "the host does without it until the vimage is down";
        work.step_because(Sign::Add, &what, why, |work| {
            let interface = work.machine.jails.interfaces().find(name)?.ok_or_else(|| {
                Error::unavailable("it is not there any more").hint("`ifconfig -l` shows which are")
            })?;
            work.record.moved.insert(name.clone(), MovedRecord::of(&interface));
            work.save()?;
            work.machine.jails.move_in(name, jid)?;
            work.sync()
        })?;
    }
    Ok(())
}

fn start(work: &mut Work<'_>, jail: &Jail) -> Result<()> {
    let commands = work.record.wanted.commands.clone();
    for command in &commands.start {
        if !commands.start_is_optional {
            run_inside(work, jail, command, None)?;
            continue;
        }
        let missing = command.first().filter(|program| {
            work.machine.is_real() && lacks(&work.record.wanted.rootdir, FilePath::new(program))
        });
        if let Some(program) = missing {
            work.warn(format!("its root has no {program}, which is not run"));
        } else if let Err(error) = start_network(work, jail, command) {
            work.warn(error);
        }
    }
    for command in &commands.afterstart {
        run_inside(work, jail, command, None)?;
    }
    for command in &commands.poststart {
        run_on_host(work, command)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_root_lacks_what_is_neither_there_nor_behind_a_link() {
        let root = tempfile::tempdir().unwrap();
        let netif = FilePath::new("/etc/rc.d/netif");
        assert!(lacks(root.path(), netif));
        fs::create_dir_all(root.path().join("etc/rc.d")).unwrap();
        assert!(lacks(root.path(), netif));
        symlink("/nowhere", root.path().join("etc/rc.d/netif")).unwrap();
        assert!(!lacks(root.path(), netif));
        symlink("/nowhere", root.path().join("lib")).unwrap();
        assert!(!lacks(root.path(), FilePath::new("/lib/netif")));
    }
}
