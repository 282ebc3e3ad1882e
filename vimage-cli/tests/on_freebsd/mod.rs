//! What the trials do, and the machine as they compare it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Output, Stdio};

use jailrs::{Host, Jail};
use libtest_mimic::Failed;
use netgraph::Socket;
use netgraph::kernel::HostKernel;
use tempfile::TempDir;

use crate::support::program;

type Outcome = Result<(), Failed>;

/// An epair whose `a` end is the parent, and a configuration with it.
struct Lab {
    host: Host,
    folder: TempDir,
    parent: String,
}

impl Drop for Lab {
    fn drop(&mut self) {
        // A trial that failed must not leave its vimages to the next one.
        let _ = self.run(&["down", "--prune", "vt1", "vt2"]);
        let _ = self.host.interfaces().destroy(&self.parent);
    }
}

impl Lab {
    /// `vt1` has two interfaces on the parent, `vt2` one and the whole of `moved`.
    fn new(moved: &str) -> Result<Self, Failed> {
        let host = Host::kernel()?;
        for module in ["if_epair", "ng_socket", "ng_ether", "ng_bridge", "ng_eiface", "ng_hub"] {
            host.load_module(module)?;
        }
        let parent = host.interfaces().create("epair")?;
        let lab = Self { host, folder: tempfile::tempdir()?, parent };
        let mut conf =
            String::from("vimage_list='vt1 vt2'\nvimage_exec_start=/usr/bin/true\nvimage_stop_timeout=3\n");
        for name in ["vt1", "vt2"] {
            writeln!(conf, "vimage_{name}_rootdir=/\nvimage_{name}_hostname={name}.test")?;
            writeln!(conf, "vimage_{name}_consolelog={}", lab.folder.path().join("log").display())?;
        }
        writeln!(
            conf,
            "vimage_vt1_bridges='{0} {0}'\nvimage_vt2_bridges='{0}'\nvimage_vt2_vnets='{moved}'",
            lab.parent
        )?;
        writeln!(conf, "vimage_vt2_parameters='allow.mount allow.mount.tmpfs enforce_statfs=1'")?;
        std::fs::write(lab.folder.path().join("rc.conf"), conf)?;
        Ok(lab)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.arg("-c").arg(self.folder.path().join("rc.conf")).args(args).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> std::io::Result<Output> {
        self.command(args).output()
    }

    fn ok(&self, args: &[&str]) -> Result<String, Failed> {
        let output = self.run(args)?;
        if !output.status.success() {
            return Err(
                format!("{args:?} {}: {}", output.status, String::from_utf8_lossy(&output.stderr)).into()
            );
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The machine, as it is compared: interfaces, nodes, mounts, jails.
    fn snapshot(&self) -> Result<String, Failed> {
        let mut text = String::new();
        // One that was away is the last in the list when it comes home.
        let mut interfaces = self.host.interfaces().list()?;
        interfaces.sort_by(|a, b| a.name.cmp(&b.name));
        for interface in interfaces {
            writeln!(text, "{} {:?} {:?} {}", interface.name, interface.flags, interface.mac, interface.mtu)?;
        }
        let socket = Socket::open(&HostKernel, None)?;
        let nodes = socket.nodes()?;
        let nodes: BTreeSet<String> = nodes
            .iter()
            .filter(|node| node.type_name != "socket")
            .map(|node| format!("{} {} {}", node.type_name, node.name, node.hooks))
            .collect();
        writeln!(text, "{nodes:#?}")?;
        for mounted in self.host.mounts()? {
            writeln!(text, "{} on {}", mounted.fstype, mounted.point.display())?;
        }
        let jails: Vec<String> = Jail::list(&self.host, true)?.into_iter().map(|jail| jail.name).collect();
        writeln!(text, "{jails:?}")?;
        Ok(text)
    }

    /// Gives the first interfaces of both vimages an address.
    fn configure(&self) -> Outcome {
        for (name, interface, address) in
            [("vt1", "ng0_vt1", "10.97.0.1/24"), ("vt2", "ng0_vt2", "10.97.0.2/24")]
        {
            self.ok(&["exec", name, "ifconfig", interface, "inet", address, "up"])?;
        }
        Ok(())
    }
}

fn same(before: &str, after: &str, when: &str) -> Outcome {
    if before == after { Ok(()) } else { Err(format!("{when}: before\n{before}\nafter\n{after}").into()) }
}

pub(crate) fn two_vimages_ping_each_other() -> Outcome {
    let lab = Lab::new("")?;
    let before = lab.snapshot()?;
    lab.ok(&["up"])?;
    lab.ok(&["status"])?;
    lab.configure()?;
    lab.ok(&["exec", "vt1", "ping", "-c", "2", "-t", "5", "10.97.0.2"])?;
    let dot = lab.ok(&["graph", "-T", "dot"])?;
    let socket = Socket::open(&HostKernel, None)?;
    for node in socket.nodes()?.iter().filter(|node| node.type_name != "socket") {
        if !dot.contains(&format!("\t\"{:x}\" [ label", node.id.0)) {
            return Err(format!("{} {} is not in the picture", node.type_name, node.name).into());
        }
    }
    let up = lab.snapshot()?;
    lab.ok(&["up"])?;
    same(&up, &lab.snapshot()?, "up twice")?;
    lab.ok(&["down", "--prune"])?;
    same(&before, &lab.snapshot()?, "up and down")?;
    lab.ok(&["down"])?;
    same(&before, &lab.snapshot()?, "down twice")
}

/// Does a trial with a whole interface for `vt2`.
fn with_a_whole_interface(trial: impl FnOnce(&Lab, &str) -> Outcome) -> Outcome {
    let host = Host::kernel()?;
    host.load_module("if_epair")?;
    let moved = host.interfaces().create("epair")?;
    let lab = Lab::new(&moved)?;
    let outcome = trial(&lab, &moved);
    drop(lab);
    host.interfaces().destroy(&moved)?;
    outcome
}

pub(crate) fn a_whole_interface_comes_home() -> Outcome {
    with_a_whole_interface(|lab, moved| {
        let before = lab.snapshot()?;
        lab.ok(&["up", "vt2"])?;
        lab.ok(&["exec", "vt2", "ifconfig", moved, "name", "eth0"])?;
        lab.ok(&["down", "vt2", "--prune"])?;
        same(&before, &lab.snapshot()?, "up, rename inside, down")?;
        // Another may look as it did, and it as none of the host's.
        lab.ok(&["up", "vt2"])?;
        let inside = |args: &[&str]| lab.ok(&[&["exec", "vt2", "ifconfig"], args].concat());
        let told = inside(&[moved])?;
        let address = told.split_whitespace().skip_while(|word| *word != "ether").nth(1).unwrap_or_default();
        inside(&[moved, "ether", "02:00:00:00:00:09", "monitor", "-arp", "link0"])?;
        inside(&[moved, "name", "eth0"])?;
        let decoy = inside(&["epair", "create"])?;
        inside(&[decoy.trim(), "name", moved])?;
        inside(&[moved, "ether", address])?;
        lab.ok(&["down", "vt2", "--prune"])?;
        same(&before, &lab.snapshot()?, "up, a decoy inside, down")
    })
}

pub(crate) fn kill_sweep() -> Outcome {
    let lab = Lab::new("")?;
    for step in 1..200 {
        let before = lab.snapshot()?;
        let output = lab.command(&["up", "vt1"]).env("VIMAGE_STOP_AFTER", step.to_string()).output()?;
        match output.status.code() {
            Some(137) => {}
            Some(0) => return Ok(()),
            _ => return Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
        }
        lab.ok(&["down", "vt1", "--prune"])?;
        same(&before, &lab.snapshot()?, &format!("killed after step {step}"))?;
    }
    Err("up never ends".into())
}

pub(crate) fn rounds_under_traffic() -> Outcome {
    let lab = Lab::new("")?;
    let before = lab.snapshot()?;
    for _ in 0..20 {
        lab.ok(&["up"])?;
        lab.configure()?;
        let mut ping = lab
            .command(&["exec", "vt1", "ping", "-q", "-i", "0.01", "-s", "1400", "-t", "30", "10.97.0.2"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        std::thread::sleep(std::time::Duration::from_millis(200));
        lab.ok(&["down"])?;
        ping.wait()?;
    }
    lab.ok(&["up"])?;
    lab.ok(&["down", "--prune"])?;
    same(&before, &lab.snapshot()?, "twenty rounds")
}

/// Removes a jail as another program would.
fn remove_by_hand(lab: &Lab, name: &str) -> Outcome {
    Ok(Jail::find(&lab.host, name)?.remove()?)
}

pub(crate) fn a_jail_removed_by_hand() -> Outcome {
    let lab = Lab::new("")?;
    let before = lab.snapshot()?;
    for round in 0..10 {
        lab.ok(&["up"])?;
        if round % 2 == 1 {
            // The name of an interface of the host: there are two of them when it comes home.
            lab.ok(&["exec", "vt1", "ifconfig", "ng0_vt1", "name", &lab.parent])?;
        }
        remove_by_hand(&lab, "vt1")?;
        remove_by_hand(&lab, "vt2")?;
        lab.ok(&["down", "--prune"])?;
        same(&before, &lab.snapshot()?, &format!("round {round}"))?;
    }
    Ok(())
}

pub(crate) fn a_dying_jail_gives_its_interfaces_back() -> Outcome {
    with_a_whole_interface(|lab, _| {
        let held = lab.folder.path().join("held");
        std::fs::create_dir(&held)?;
        let before = lab.snapshot()?;
        lab.ok(&["up", "vt2"])?;
        // A mount of the jail's own holds it when it is removed.
        lab.ok(&["exec", "vt2", "mount", "-t", "tmpfs", "tmpfs", &held.to_string_lossy()])?;
        remove_by_hand(lab, "vt2")?;
        lab.ok(&["down", "vt2", "--prune"])?;
        let host = &lab.host;
        let mount = host.mounted_at(&held)?.ok_or("the jail's mount is gone")?;
        host.unmount(&mount)?;
        host.wait_until(std::time::Duration::from_secs(10), || Ok(Jail::list(host, true)?.is_empty()))?;
        same(&before, &lab.snapshot()?, "a dying jail")
    })
}

/// Names that end a line, colour a terminal, or are no text.
const NAMES: [&[u8]; 8] =
    [b"\x1b[31mx", b"a b", b"a\nb", b"x\xffy", b"\xf4\x8f\xbf\xbf", b"-rf", b"$(id)", b"\xc2\x9b"];

pub(crate) fn names_of_any_bytes() -> Outcome {
    with_a_whole_interface(|lab, moved| {
        let before = lab.snapshot()?;
        for name in NAMES {
            lab.ok(&["up", "vt2"])?;
            rename_inside("ng0_vt2", name)?;
            rename_inside(moved, &[b"y", name].concat())?;
            for verb in ["status", "stats", "plan", "doctor", "graph"] {
                shows_nothing_hidden(lab, verb)
                    .map_err(|why| format!("{name:?}: {}", why.message().unwrap_or(verb)))?;
            }
            if !lab.ok(&["status", "vt2"])?.starts_with("vt2  up") {
                return Err(format!("{name:?} is not found").into());
            }
            lab.ok(&["down", "vt2", "--prune"])?;
            same(&before, &lab.snapshot()?, &format!("names like {name:?}"))?;
        }
        Ok(())
    })
}

fn rename_inside(called: &str, name: &[u8]) -> Outcome {
    let mut ifconfig = Command::new("jexec");
    let output = ifconfig.args(["vt2", "ifconfig", called, "name"]).arg(OsStr::from_bytes(name)).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{name:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
}

fn shows_nothing_hidden(lab: &Lab, verb: &str) -> Outcome {
    let output = lab.run(&[verb])?;
    let seen = String::from_utf8([output.stdout, output.stderr].concat())?;
    let hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || c == char::REPLACEMENT_CHARACTER;
    if output.status.code().is_none_or(|code| code > 3) || seen.contains(hidden) || seen.contains("a\nb") {
        return Err(format!("{verb}, {}: {seen:?}", output.status).into());
    }
    Ok(())
}

/// Two bridges or hubs that hold each other, in a VNET that goes away, bring FreeBSD 15.1 down.
pub(crate) fn nodes_left_inside() -> Outcome {
    let lab = Lab::new("")?;
    let before = lab.snapshot()?;
    for (kind, hook, other) in [("hub", "a", "b"), ("bridge", "link0", "link1"), ("tee", "left", "right")] {
        lab.ok(&["up", "vt1"])?;
        let jail = Jail::find(&lab.host, "vt1")?;
        let inside = Socket::open_in_jail(&HostKernel, jail.jid().0, None)?;
        inside.make_peer_of(&".:".parse()?, kind.parse()?, "own".parse()?, hook.parse()?)?;
        inside.make_peer_of(&".:own".parse()?, kind.parse()?, other.parse()?, hook.parse()?)?;
        drop(inside);
        let output = lab.run(&["-v", "down", "vt1", "--prune"])?;
        let told = String::from_utf8_lossy(&output.stderr);
        if !told.contains(&format!("netgraph nodes left in vt1: 2 of type {kind}"))
            || !output.status.success()
        {
            return Err(told.into_owned().into());
        }
        same(&before, &lab.snapshot()?, &format!("two nodes of type {kind} inside"))?;
    }
    Ok(())
}

pub(crate) fn killed_at_any_moment() -> Outcome {
    let lab = Lab::new("")?;
    let before = lab.snapshot()?;
    for round in 0..30 {
        let mut up = lab.command(&["up"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        std::thread::sleep(std::time::Duration::from_millis(round * 11));
        up.kill()?;
        up.wait()?;
        lab.ok(&["down", "--prune"])?;
        same(&before, &lab.snapshot()?, &format!("round {round}"))?;
    }
    Ok(())
}

pub(crate) fn ten_at_once() -> Outcome {
    let lab = Lab::new("")?;
    let before = lab.snapshot()?;
    let all = |verb: &str| -> Outcome {
        let spawn = |n: usize| lab.command(&[verb, ["vt1", "vt2"][n % 2]]).stderr(Stdio::null()).spawn();
        let children = (0..10).map(spawn).collect::<Result<Vec<_>, _>>()?;
        for mut child in children {
            if !child.wait()?.success() {
                return Err(format!("one of ten {verb} failed").into());
            }
        }
        Ok(())
    };
    for _ in 0..3 {
        all("up")?;
        lab.ok(&["status"])?;
        all("down")?;
    }
    lab.ok(&["up"])?;
    lab.ok(&["down", "--prune"])?;
    same(&before, &lab.snapshot()?, "ten at once")
}
