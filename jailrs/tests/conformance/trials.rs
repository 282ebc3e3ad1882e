//! What holds on every kernel, and what only one of them can show.

use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::Duration;

use jailrs::mount::Mount;
use jailrs::param::{Access, Kind};
use jailrs::sim::{Manner, Op};
use jailrs::system::System;
use jailrs::{Errno, Error, Event, Jail, JailEvent, Jid, Param, Signal, Stdio, Stopped, Value, Watcher};
use libtest_mimic::Failed;

use crate::{Rig, Run, interfaces, replay};

/// How long the end of a jail may take.
pub(crate) const BOUND: Duration = Duration::from_secs(20);

pub(crate) const BOTH: &[(&str, Run)] = &[
    ("jail_params_host_is_answered_as_recorded", recorded),
    ("the_rules_of_jail_set_and_jail_get_are_kept", rules),
    ("a_jail_is_made_found_changed_listed_and_removed", life),
    ("a_false_boolean_forbids", booleans),
    ("notes_are_written_read_and_taken_away", notes),
    ("a_jail_below_a_jail_goes_with_it", hierarchy),
    ("a_handle_never_comes_to_mean_another_jail", identity),
    ("jails_in_a_jail_are_found_after_another_has_renamed_it", renamed),
    ("an_owned_jail_goes_with_its_handle", owned),
    ("file_systems_are_mounted_below_a_root_and_taken_away", mounts),
    ("a_link_in_a_root_leads_no_mount_out", hostile_root),
    ("kernel_variables_and_modules_are_read", variables),
    ("what_happens_to_jails_is_told", watched),
    ("what_happens_to_one_jail_is_told", watched_alone),
    ("every_parameter_is_declared_and_read_at_once", parameters),
    ("a_jail_is_made_anew_as_it_was", anew),
    ("a_thousand_jails_leave_nothing_behind", thousand),
];

/// What holds before FreeBSD 15.0 too, where a jail is known by its number.
pub(crate) const OLDER: &[(&str, Run)] = &[
    ("a_jail_is_made_found_changed_listed_and_removed", life),
    ("a_false_boolean_forbids", booleans),
    ("notes_are_left_out", notes),
    ("a_jail_below_a_jail_goes_with_it", hierarchy),
    ("an_owned_jail_goes_with_its_handle", owned),
    ("a_handle_never_comes_to_mean_another_jail", identity),
    ("an_interface_moves_in_changes_and_comes_back", interfaces::moves),
    ("what_happens_to_jails_is_seen", watched),
    ("every_parameter_is_declared_and_read_at_once", parameters),
    ("a_jail_is_made_anew_as_it_was", anew),
];

pub(crate) const SIMULATED: &[(&str, Run)] =
    &[("processes_are_stopped", simulated_processes), ("steps_drawn_by_lot_are_answered_as_recorded", drawn)];

pub(crate) const KERNEL: &[(&str, Run)] = &[
    ("a_command_runs_inside_with_its_output_and_status", commands),
    ("processes_are_stopped", real_processes),
    ("what_forks_and_ends_all_the_time_is_stopped", fleeting),
];

pub(crate) fn ensure(so: bool, what: &str) -> Result<(), Failed> {
    if so { Ok(()) } else { Err(what.into()) }
}

pub(crate) fn errno<T: std::fmt::Debug>(result: jailrs::Result<T>) -> Option<Errno> {
    result.expect_err("a refusal").errno()
}

/// Removes a jail and sees it go.
pub(crate) fn end(jail: &Jail) -> Result<(), Failed> {
    jail.remove()?;
    Ok(jail.wait_gone(BOUND)?)
}

fn renamed(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("old")).children_max(1).create(&rig.host)?;
    let inner = Jail::builder(format!("{}.in", jail.name())).create(&rig.host)?;
    let mut other = Jail::from_jid(&rig.host, jail.jid())?;
    other.rename(&rig.name("new"))?;
    assert_eq!(jail.children()?.iter().map(|info| info.jid).collect::<Vec<_>>(), [inner.jid()]);
    assert_eq!(other.children()?, jail.children()?);
    end(&other)
}

fn recorded(rig: &mut Rig) -> Result<(), Failed> {
    replayed(rig, replay::jail_params_host)
}

fn rules(rig: &mut Rig) -> Result<(), Failed> {
    replayed(rig, replay::rules)
}

fn drawn(rig: &mut Rig) -> Result<(), Failed> {
    replayed(rig, replay::random)
}

fn replayed(rig: &mut Rig, replay: fn(&dyn System) -> Result<(), Failed>) -> Result<(), Failed> {
    let before = Jail::list(&rig.host, true)?;
    let result = replay(rig.host.system());
    for left in Jail::list(&rig.host, true)? {
        if !before.iter().any(|known| known.jid == left.jid) && !left.dying {
            let _ = rig.host.system().jail_remove(left.jid.into());
        }
    }
    result
}

fn life(rig: &mut Rig) -> Result<(), Failed> {
    let name = rig.name("life");
    let jail = Jail::builder(&name).hostname("before.example").vnet().devfs_ruleset(4).create(&rig.host)?;
    assert_eq!(errno(Jail::builder(&name).create(&rig.host)), Some(Errno::EEXIST));
    let found = Jail::find(&rig.host, &name)?;
    assert_eq!(found.jid(), jail.jid());
    assert_eq!(Jail::from_jid(&rig.host, jail.jid())?.name(), name);
    jail.set(&[Param::new("host.hostname", Value::String("after.example".into()))])?;
    let listed = Jail::list(&rig.host, false)?;
    let info = listed.iter().find(|info| info.name == name).ok_or("it is not in the list")?;
    assert_eq!(
        (info.hostname.as_str(), info.vnet, info.persist, info.dying),
        ("after.example", true, true, false)
    );
    assert_eq!((info.path.as_path(), info.parent), (Path::new("/"), Jid::HOST));
    let read = jail.get(&["devfs_ruleset", "securelevel", "host.hostid", "ip4", "ip6.addr", "osrelease"])?;
    assert_eq!((read.int("devfs_ruleset"), read.int("securelevel")), (Some(4), Some(-1)));
    assert_eq!(read.get("ip6.addr"), Some(&Value::Ip6(Vec::new())));
    let refusal = jail.set(&[Param::parse("vnet")?]).expect_err("a refusal").to_string();
    ensure(refusal.ends_with("EINVAL: vnet cannot be changed after creation"), &refusal)?;
    end(&jail)?;
    assert_eq!(errno(jail.remove()), Some(Errno::ENOENT));
    assert_eq!(errno(Jail::find(&rig.host, &name)), Some(Errno::ENOENT));
    Ok(())
}

fn booleans(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("bool")).allow("raw_sockets", true).create(&rig.host)?;
    let allowed = || jail.get(&["allow.raw_sockets"]).map(|read| read.bool("allow.raw_sockets"));
    assert_eq!(allowed()?, Some(true));
    jail.set(&[Param::parse("allow.raw_sockets=0")?])?;
    assert_eq!(allowed()?, Some(false));
    end(&jail)
}

fn notes(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("meta")).meta("owner", "me").create(&rig.host)?;
    if !rig.host.supports_meta() {
        assert_eq!(jail.meta("owner")?, None);
        ensure(matches!(jail.set_meta("owner", None), Err(Error::Unsupported { .. })), "a note was written")?;
        return end(&jail);
    }
    assert_eq!(jail.meta("owner")?.as_deref(), Some("me"));
    assert_eq!(jail.meta("other")?, None);
    jail.set_meta("owner", Some("a=b"))?;
    jail.set_meta("colour", Some(""))?;
    assert_eq!(jail.get(&["meta"])?.text("meta"), Some("colour=\nowner=a=b"));
    assert_eq!(jail.meta("colour")?.as_deref(), Some(""));
    jail.set_meta("owner", None)?;
    assert_eq!(jail.meta("owner")?, None);
    assert_eq!(errno(jail.set_meta("big", Some(&"x".repeat(5000)))), Some(Errno::EFBIG));
    end(&jail)
}

fn hierarchy(rig: &mut Rig) -> Result<(), Failed> {
    let name = rig.name("top");
    let top = Jail::builder(&name).children_max(2).create(&rig.host)?;
    let mut inner = Jail::builder(format!("{name}.other")).create(&rig.host)?;
    ensure(inner.set(&[Param::parse("name=inner")?]).is_err(), "the kernel was told to forget a name")?;
    if inner.rename("inner").is_err() {
        ensure(!rig.host.supports_meta(), "it was not renamed")?;
        end(&inner)?;
        inner = Jail::builder(format!("{name}.inner")).create(&rig.host)?;
    }
    let listed = Jail::list(&rig.host, false)?;
    let info = listed.iter().find(|info| info.jid == inner.jid()).ok_or("it is not in the list")?;
    assert_eq!((info.name.clone(), info.parent), (format!("{name}.inner"), top.jid()));
    end(&top)?;
    assert_eq!(errno(Jail::from_jid(&rig.host, inner.jid())), Some(Errno::ENOENT));
    Ok(())
}

fn identity(rig: &mut Rig) -> Result<(), Failed> {
    let jid = Jid(424_242);
    let number = Param::new("jid", Value::Int(jid.0));
    let first = Jail::builder(rig.name("first")).parameter(number.clone()).create(&rig.host)?;
    assert_eq!(first.jid(), jid);
    end(&first)?;
    let second = Jail::builder(rig.name("second")).vnet().parameter(number).create(&rig.host)?;
    assert_eq!(second.jid(), jid);
    assert_eq!(errno(first.get(&["path"])), Some(Errno::ENOENT));
    assert_eq!(errno(first.set(&[Param::parse("allow.chflags")?])), Some(Errno::ENOENT));
    assert_eq!(errno(first.interfaces().list()), Some(Errno::ENOENT));
    assert_eq!(errno(first.command("/bin/true").status()), Some(Errno::ENOENT));
    assert_eq!(errno(first.kill_all(Signal::TERM)), Some(Errno::ENOENT));
    assert_eq!(errno(first.remove()), Some(Errno::ENOENT));
    assert_eq!(second.get(&["allow.chflags"])?.bool("allow.chflags"), Some(false));
    end(&second)
}

fn owned(rig: &mut Rig) -> Result<(), Failed> {
    let name = rig.name("own");
    let jail = Jail::builder(&name).vnet().create_owned(&rig.host)?;
    assert_eq!(jail.interfaces().list()?.len(), 1);
    let again = Jail::find(&rig.host, &name)?;
    drop(jail);
    Ok(again.wait_gone(BOUND)?)
}

fn mounts(rig: &mut Rig) -> Result<(), Failed> {
    let root = rig.root();
    rig.host.load_module("nullfs")?;
    rig.host.load_module("tmpfs")?;
    let before = rig.host.mounts()?;
    let dev = rig.host.mount(&Mount::devfs(Some(4)), &root, Path::new("/dev"))?;
    assert_eq!((dev.fstype.as_str(), dev.point.clone()), ("devfs", root.join("dev")));
    let tmp = rig.host.mount(&Mount::tmpfs(Some(1 << 20)), &root, Path::new("tmp"))?;
    let etc = rig.host.mount(&Mount::nullfs(Path::new("/etc")).read_only(), &root, Path::new("/etc"))?;
    assert_eq!((etc.from.as_str(), etc.read_only), ("/etc", true));
    assert_eq!(rig.host.mounted_at(&root.join("tmp"))?, Some(tmp.clone()));
    for mounted in [&etc, &tmp, &dev] {
        rig.host.unmount_within(mounted, BOUND)?;
        assert_eq!(errno(rig.host.unmount(mounted)), Some(Errno::ENOENT));
    }
    assert_eq!(rig.host.mounts()?, before);
    let refusal = rig.host.mount(&Mount::new("nosuchfs", "x"), &root, Path::new("/dev"));
    ensure(refusal.is_err(), "nosuchfs was mounted")
}

fn hostile_root(rig: &mut Rig) -> Result<(), Failed> {
    let root = rig.root();
    rig.link(&root.join("proc2"), Path::new("/tmp"));
    let refusal = rig.host.mount(&Mount::devfs(None), &root, Path::new("/proc2"));
    assert_eq!(errno(refusal), Some(Errno::ELOOP));
    let refusal = rig.host.mount(&Mount::devfs(None), &root, Path::new("/dev/../../tmp"));
    assert_eq!(errno(refusal), Some(Errno::EINVAL));
    Ok(())
}

fn variables(rig: &mut Rig) -> Result<(), Failed> {
    ensure(!rig.host.uuid()?.is_empty(), "no UUID")?;
    ensure(rig.host.osreldate()? > 1_400_000, "an odd version")?;
    ensure(rig.host.boot_time()? > std::time::UNIX_EPOCH, "no boot time")?;
    ensure(rig.host.supports_vnet(), "no VNETs")?;
    ensure(!rig.host.has_module("no_such_module"), "a module that is not there")?;
    assert_eq!(errno(rig.host.sysctl("no.such.variable")), Some(Errno::ENOENT));
    assert_eq!(errno(rig.host.load_module("no_such_module")), Some(Errno::ENOENT));
    Ok(())
}

/// What a watch tells of these jails, until something is told or nothing comes.
fn told(watch: &mut Watcher, about: &[&str], until: Event) -> Result<Vec<(String, Event)>, Failed> {
    let mut events = Vec::new();
    while let Some(JailEvent { name, event, .. }) = watch.next(BOUND)? {
        let is_last = event == until && about.contains(&name.as_str());
        events.extend(about.contains(&name.as_str()).then_some((name, event)));
        if is_last {
            return Ok(events);
        }
    }
    Err(format!("{until:?} was not told after {events:?}").into())
}

fn watched(rig: &mut Rig) -> Result<(), Failed> {
    let name = rig.name("seen");
    let inner = format!("{name}.in");
    let mut watch = rig.host.watch()?;
    let jail = Jail::builder(&name).children_max(2).create(&rig.host)?;
    told(&mut watch, &[""], Event::Child(jail.jid()))?;
    jail.set(&[Param::parse("host.hostname=seen.example")?])?;
    assert_eq!(told(&mut watch, &[&name], Event::Changed)?, [(name.clone(), Event::Changed)]);
    let child = Jail::builder(&inner).create(&rig.host)?;
    told(&mut watch, &[&name], Event::Child(child.jid()))?;
    child.remove()?;
    assert_eq!(told(&mut watch, &[&inner], Event::Removed)?, [(inner.clone(), Event::Removed)]);
    end(&jail)?;
    told(&mut watch, &[&name], Event::Removed)?;
    Ok(())
}

fn watched_alone(rig: &mut Rig) -> Result<(), Failed> {
    let name = rig.name("one");
    let jail = Jail::builder(&name).children_max(3).create(&rig.host)?;
    let mut watch = jail.watch()?;
    let other = Jail::builder(rig.name("two")).create(&rig.host)?;
    other.set(&[Param::parse("host.hostname=two.example")?])?;
    jail.command("/usr/bin/true").status()?;
    let next = watch.next(BOUND)?.ok_or("nothing was told")?;
    ensure(matches!(next.event, Event::Attached(Some(_))), &format!("{next}"))?;
    for below in ["a", "b"] {
        Jail::builder(format!("{name}.{below}")).create(&rig.host)?;
    }
    end(&jail)?;
    let mut events = Vec::new();
    while let Some(told) = watch.next(Duration::from_millis(200))? {
        assert_eq!(told.name, name);
        events.push(told.event);
    }
    assert_eq!(events.last(), Some(&Event::Removed));
    assert_eq!(errno(jail.watch()), Some(Errno::ENOENT));
    end(&other)
}

fn parameters(rig: &mut Rig) -> Result<(), Failed> {
    let declared = rig.host.parameters()?;
    let access = |name: &str| declared.iter().find(|param| param.name == name).map(|param| param.access);
    assert_eq!((access("vnet"), access("parent")), (Some(Access::Created), Some(Access::Told)));
    assert_eq!((access("name"), access("ip4.addr")), (Some(Access::Changed), Some(Access::Changed)));
    assert_eq!((access("children"), access("nosuch")), (None, None));
    for param in &declared {
        // What is known here is what the kernel says, but for the subsystems that cannot be disabled.
        match (Kind::of(&param.name), param.kind) {
            (Some(Kind::JailSys { .. }), Kind::JailSys { .. }) | (None, _) => {}
            (known, kind) => assert_eq!(known, Some(kind), "{}", param.name),
        }
    }
    let jail = Jail::builder(rig.name("all")).allow("chflags", true).create(&rig.host)?;
    let all = jail.get_all()?;
    assert_eq!(all.0.len(), declared.len());
    assert_eq!((all.bool("allow.chflags"), all.bool("allow.mlock")), (Some(true), Some(false)));
    assert_eq!(all.text("name"), Some(jail.name()));
    ensure(
        matches!(jail.get(&["meta."]), Err(Error::UnknownParameter { .. })),
        "the kernel was asked for ever",
    )?;
    ensure(matches!(jail.get(&["nosuch"]), Err(Error::UnknownParameter { .. })), "an unknown one was read")?;
    end(&jail)?;
    ensure(rig.host.load_module_for("no.such.parameter").is_err(), "a module was found")?;
    let name = "allow.mount.nullfs";
    let jail =
        Jail::builder(rig.name("mod")).parameter(Param::parse(name)?).load_modules().create(&rig.host)?;
    assert_eq!(jail.get(&[name])?.bool(name), Some(true));
    ensure(!rig.host.load_module_for(name)?, "it was loaded again")?;
    ensure(!rig.host.load_module_for("sysvshm")?, "what is built in was loaded")?;
    end(&jail)
}

fn anew(rig: &mut Rig) -> Result<(), Failed> {
    let name = rig.name("anew");
    let shared =
        ["ip4.addr=192.0.2.77,192.0.2.7", "ip6=inherit", "host.hostid=77", "securelevel=1", "sysvshm=new"];
    let own = ["vnet", "allow.noset_hostname", "allow.mlock", "children.max=2", "host=inherit"];
    for list in [&shared[..], &own[..]] {
        let mut builder = Jail::builder(&name);
        for param in list {
            builder = builder.parameter(Param::parse(param)?);
        }
        let jail = builder.allow("suser", false).create(&rig.host)?;
        let (before, like_it) = (jail.get_all()?, jail.describe()?);
        end(&jail)?;
        let again = like_it.create(&rig.host)?;
        let after = again.get_all()?;
        for (before, after) in before.0.iter().zip(&after.0) {
            if !["jid", "cpuset.id"].contains(&before.name.as_str()) {
                assert_eq!(before, after);
            }
        }
        end(&again)?;
    }
    Ok(())
}

fn thousand(rig: &mut Rig) -> Result<(), Failed> {
    // The lowest number that is free: as many descriptors are open at the end as at the beginning.
    let next_descriptor = || std::fs::File::open("/dev/null").map(|file| file.as_raw_fd());
    let (before, descriptor) = (Jail::list(&rig.host, true)?, next_descriptor()?);
    for number in 0..1000 {
        let builder = Jail::builder(rig.name("many"));
        // One in ten has a VNET, whose end takes the kernel a while.
        let jail = if number % 10 == 0 { builder.vnet() } else { builder }.create(&rig.host)?;
        if number % 10 == 0 {
            jail.interfaces().set_up("lo0", true)?;
        }
        end(&jail)?;
    }
    assert_eq!(Jail::list(&rig.host, true)?, before);
    assert_eq!(next_descriptor()?, descriptor);
    Ok(())
}

fn simulated_processes(rig: &mut Rig) -> Result<(), Failed> {
    let machine = rig.machine.clone().ok_or("no simulated machine")?;
    let jail = Jail::builder("busy").create(&rig.host)?;
    assert_eq!(jail.stop_processes(Duration::from_secs(1))?, Stopped::Idle);
    machine.start_process(jail.jid(), "polite", Manner::Polite);
    machine.start_process(Jid::HOST, "other", Manner::Polite);
    assert_eq!(jail.stop_processes(Duration::from_secs(1))?, Stopped::Gently);
    machine.start_process(jail.jid(), "fleeting", Manner::Fleeting);
    assert_eq!((jail.processes()?.len(), jail.is_idle()?), (0, false));
    assert_eq!(jail.stop_processes(Duration::from_secs(1))?, Stopped::Killed);
    ensure(jail.is_idle()?, "something runs in it")?;
    // Where nobody can kill from inside, those that are listed are killed from outside.
    machine.start_process(jail.jid(), "killer", Manner::Stubborn);
    for nth in 1..=3 {
        machine.fail(Op::KillAll, nth, Errno::EINTR);
    }
    assert_eq!(jail.stop_processes(Duration::from_secs(1))?, Stopped::Killed);
    let stuck = machine.start_process(jail.jid(), "stuck", Manner::Immortal);
    ensure(jail.stop_processes(Duration::from_secs(1)).is_err(), "it ended")?;
    jail.remove()?;
    ensure(jail.wait_gone(Duration::from_secs(1)).is_err(), "it is gone")?;
    machine.end_process(stuck);
    Ok(jail.wait_gone(Duration::from_secs(1))?)
}

fn commands(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("cmd")).hostname("inside.example").vnet().create(&rig.host)?;
    let output = jail.command("hostname").output()?;
    ensure(output.status.success(), "hostname failed")?;
    assert_eq!(output.stdout, b"inside.example\n");
    let script = "pwd; echo $HOME; sysctl -n security.jail.jailed; echo oops >&2; exit 7";
    let output = jail.command("/bin/sh").args(["-c", script]).current_dir("/tmp").output()?;
    assert_eq!(output.stdout, b"/tmp\n/root\n1\n");
    assert_eq!((output.stderr.as_slice(), output.status.code()), (&b"oops\n"[..], Some(7)));
    let ids = jail.command("/usr/bin/id").ids(65534, 65533, &[65533]).output()?;
    ensure(ids.stdout.starts_with(b"uid=65534"), "it ran as somebody else")?;
    let killed = jail.command("/bin/sh").args(["-c", "kill -9 $$"]).status()?;
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&killed), Some(9));
    assert_eq!(errno(jail.command("/no/such/program").status()), Some(Errno::ENOENT));
    assert_eq!(errno(jail.command("/bin/sh").current_dir("/no/such/dir").status()), Some(Errno::ENOENT));
    // A directory that is open, and what a program is given on purpose by whoever started this one, stay outside.
    let (kept, dir) = (rustix::io::dup(std::io::stderr())?, rustix::io::dup(std::fs::File::open("/etc")?)?);
    let open = jail
        .command("/bin/sh")
        .args(["-c", "procstat -f $$ | awk '$3 ~ /^[0-9]+$/ && $3 > 2'; echo end"])
        .output()?;
    assert_eq!(String::from_utf8_lossy(&open.stdout), "end\n");
    ensure(!jail.interfaces().list()?.is_empty(), "no interface")?;
    drop((kept, dir));
    let alone = "test $(ps -o sid= -p $$) -eq $$ && ! (: </dev/tty) 2>/dev/null";
    ensure(jail.command("/bin/sh").args(["-c", alone]).status()?.success(), "it has the caller's session")?;
    let status =
        jail.command("/bin/sh").args(["-c", "read word; exit $?"]).stdin(Stdio::Null).interactive()?;
    assert_eq!(status.code(), Some(1));
    let log = rig.root().join("log");
    for _ in 0..2 {
        jail.command("/bin/echo").arg("logged").log_to(&log).status()?;
    }
    assert_eq!(std::fs::read(&log)?, b"logged\nlogged\n");
    limited(&jail)?;
    let host = rig.host.command("/sbin/sysctl").args(["-n", "security.jail.jailed"]).output()?;
    assert_eq!(host.stdout, b"0\n");
    end(&jail)?;
    assert_eq!(errno(jail.command("/bin/sh").status()), Some(Errno::ENOENT));
    Ok(())
}

/// What a limit is set to ends in time, whatever it or its jail does.
fn limited(jail: &Jail) -> Result<(), Failed> {
    let command = |script: &str| jail.command("/bin/sh").args(["-c", script]).log_to("/dev/null");
    let second = Duration::from_secs(1);
    let status = command("exit 3").status_within(BOUND)?.ok_or("it took too long")?;
    assert_eq!(status.code(), Some(3));
    assert_eq!(errno(jail.command("/no/such/program").status_within(BOUND)), Some(Errno::ENOENT));
    for script in ["trap '' TERM HUP INT; sleep 600 & sleep 600", "kill -STOP $$"] {
        assert_eq!(command(script).status_within(second)?, None, "{script}");
        ensure(jail.is_idle()?, "some of it is left")?;
    }
    // The signal finds what comes in before it has executed its program.
    start(jail, "trap '' TERM; (sleep 1; while :; do kill -s STOP -- -1; done) &")?;
    std::thread::sleep(2 * second);
    assert_eq!(command("sleep 600").status_within(second)?, None);
    assert_eq!(jail.stop_processes(second)?, Stopped::Killed);
    Ok(())
}

pub(crate) fn start(jail: &Jail, script: &str) -> Result<(), Failed> {
    let status = jail.command("/bin/sh").args(["-c", script]).log_to("/dev/null").status()?;
    ensure(status.success(), "it was not started")
}

fn real_processes(rig: &mut Rig) -> Result<(), Failed> {
    let jail = Jail::builder(rig.name("proc")).create(&rig.host)?;
    assert_eq!(jail.stop_processes(Duration::from_secs(1))?, Stopped::Idle);
    // Each is a copy of the shell for a moment.
    start(&jail, "sleep 600 & sleep 600 & sleep 1")?;
    let processes = jail.processes()?;
    assert_eq!(processes.iter().map(|one| one.command.as_str()).collect::<Vec<_>>(), ["sleep", "sleep"]);
    assert!(processes.iter().all(|one| one.jid == jail.jid()));
    assert_eq!(jail.stop_processes(BOUND)?, Stopped::Gently);
    start(&jail, "(trap '' TERM; while :; do sleep 1; done) & sleep 1")?;
    assert_eq!(jail.stop_processes(Duration::from_secs(2))?, Stopped::Killed);
    jail.kill_all(Signal::KILL)?;
    end(&jail)
}

/// What runs in the jail below counts, too.
fn fleeting(rig: &mut Rig) -> Result<(), Failed> {
    let name = rig.name("hop");
    let jail = Jail::builder(&name).children_max(1).create(&rig.host)?;
    let inner = Jail::builder(format!("{name}.in")).create(&rig.host)?;
    for place in [&jail, &inner] {
        for _ in 0..3 {
            ensure(jail.is_idle()?, "something runs in it")?;
            start(place, "trap '' TERM; hop() { hop & exit; }; hop & sleep 1")?;
            ensure(!jail.is_idle()?, "nothing runs in it")?;
            assert_eq!(jail.stop_processes(Duration::from_millis(500))?, Stopped::Killed);
        }
    }
    // And what kills whoever comes in.
    start(&jail, "trap '' TERM; (sleep 1; while :; do kill -s KILL -- -1; done) &")?;
    std::thread::sleep(Duration::from_secs(2));
    for _ in 0..20 {
        jail.interfaces().list()?;
    }
    assert_eq!(jail.stop_processes(Duration::from_millis(500))?, Stopped::Killed);
    ensure(inner.is_idle()?, "something runs below")?;
    end(&jail)
}
