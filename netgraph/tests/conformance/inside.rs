//! Trials on FreeBSD's kernel: in a VNET jail that is made for each, by a child process that is this program again.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jailrs::{Host, Jail, Jid};
use libtest_mimic::Failed;
use netgraph::Socket;
use netgraph::kernel::HostKernel;
use serde_json::{Value, json};

use crate::agreement;
use crate::ground::{Ground, PACE};
use crate::scenarios;
use crate::transcript::Transcript;
use crate::world::World;

/// What makes this program a child: `CHILD transcript FILE`, `CHILD scenario NAME`, `CHILD clear VNET`,
/// `CHILD program STEPS` or `CHILD steps STEPS`.
const CHILD: &str = "--in-a-jail";

/// How long the end of a jail may take.
const BOUND: Duration = Duration::from_secs(20);

/// What the trials need besides the node types of their transcripts.
const MODULES: &[&str] = &["ng_socket", "ng_ether", "if_tuntap", "if_epair"];

/// Does what a child was started for, and returns its exit status; `None` where this is not one.
pub(crate) fn run() -> Option<i32> {
    let mut args = std::env::args().skip(1).skip_while(|arg| arg != CHILD).skip(1);
    let (what, subject) = (args.next()?, args.next()?);
    let ground = Ground::real().expect("the kernel of this machine");
    let result = match what.as_str() {
        "clear" => clear(),
        "transcript" => Transcript::read(PathBuf::from(subject)).replay(ground),
        "scenario" => {
            let (_, scenario) =
                scenarios::ALL.iter().find(|(name, _)| *name == subject).expect("a scenario of that name");
            scenario(&ground)
        }
        "program" => {
            print!("{}", agreement::record(ground, &subject));
            return Some(0);
        }
        _ => {
            let mut world = World::new(ground);
            let last = subject.split(" ; ").map(|step| world.step(step)).last();
            print!("{}", last.unwrap_or_default());
            return Some(0);
        }
    };
    match result {
        Ok(()) => Some(0),
        Err(failed) => {
            print!("{}", failed.message().unwrap_or("failed"));
            Some(1)
        }
    }
}

/// Why no trial runs on the kernel of this machine.
pub(crate) fn refused() -> Option<String> {
    let asked = std::env::var_os("NETGRAPH_TEST_KERNEL").is_some_and(|set| set == "1");
    let is_there = cfg!(target_os = "freebsd") && asked && Host::kernel().is_ok();
    (!is_there).then(|| "runs on FreeBSD as root with NETGRAPH_TEST_KERNEL=1".into())
}

/// Why a trial that needs the host's own VNET would disturb it, or be disturbed.
pub(crate) fn host_is_in_use() -> Option<String> {
    let host = Host::kernel().ok()?;
    if !host.interfaces().find("em0").is_ok_and(|found| found.is_some()) {
        return Some("the host has no interface em0".into());
    }
    let socket = Socket::open(&HostKernel, None).ok()?;
    let nodes = socket.nodes().ok()?;
    let others = nodes.iter().filter(|node| node.type_name != "ether").count();
    (others > 1).then(|| "there are nodes on the host already".into())
}

fn load_modules(host: &Host, types: &[String]) {
    // ng_ipfw brings ipfw(4), which would cut this machine off from all others.
    let of_types = types.iter().filter(|name| *name != "ipfw").map(|name| match name.as_str() {
        // Four types, one module.
        name if name.starts_with("btsock_") => "ng_btsocket".to_owned(),
        name => format!("ng_{name}"),
    });
    for module in MODULES.iter().map(|name| (*name).to_owned()).chain(of_types) {
        // Where one is missing the trial says so.
        let _ = host.load_module(&module);
    }
}

/// Replays a transcript in the VNET of this process.
pub(crate) fn replay_here(path: &str) -> Result<(), Failed> {
    Transcript::read(PathBuf::from(path)).replay(Ground::real()?)
}

/// Shuts down what nodes a trial has left in the VNET of this process. A VNET that goes away with two hubs connected to
/// each other in it brings FreeBSD 15.1 down ("ng node won't die").
fn clear() -> Result<(), Failed> {
    let socket = Socket::open(&HostKernel, None)?;
    for _ in 0..200 {
        let nodes = socket.nodes()?;
        let mut left =
            nodes.iter().filter(|node| node.type_name != "socket" && node.type_name != "ether").peekable();
        if left.peek().is_none() {
            return Ok(());
        }
        // One that goes away with another is not there any more.
        left.for_each(|node| drop(socket.shutdown(&node.path())));
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(format!("nodes that do not go away: {:?}", socket.nodes()?).into())
}

/// Runs a trial in VNET jails of its own until it passes, each time at another pace: for those whose answers depend on
/// where in a second of the kernel's they were asked for.
pub(crate) fn in_one_of_some_jails(args: &[&str], types: &[String]) -> Result<(), Failed> {
    let mut last = Ok(());
    for pace in ["4", "3", "5", "2", "6"] {
        last = at_a_pace(pace, args, types);
        if last.is_ok() {
            break;
        }
    }
    last
}

/// Runs a trial in a VNET jail of its own.
pub(crate) fn in_a_jail(args: &[&str], types: &[String]) -> Result<(), Failed> {
    at_a_pace("4", args, types)
}

fn at_a_pace(pace: &str, args: &[&str], types: &[String]) -> Result<(), Failed> {
    child(pace, args, types).map(drop)
}

/// Does something in a VNET jail of its own, and returns what it has printed.
pub(crate) fn said_in_a_jail(args: &[&str], types: &[String]) -> Result<String, Failed> {
    child("4", args, types)
}

fn child(pace: &str, args: &[&str], types: &[String]) -> Result<String, Failed> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let host = Host::kernel()?;
    load_modules(&host, types);
    let name = format!("ngtest{}x{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let jail = Jail::builder(name).vnet().children_max(20).allow("raw_sockets", true).create(&host)?;
    let program = std::env::current_exe()?;
    let output = jail.command(&program).arg(CHILD).args(args).env(PACE, pace).output();
    let cleared = jail.command(&program).arg(CHILD).args(["clear", "it"]).output()?;
    if !cleared.status.success() {
        // The jail stays: removing it could bring the machine down.
        let said = String::from_utf8_lossy(&cleared.stdout).into_owned();
        return Err(format!("the jail {} is left as it is: {said}", jail.name()).into());
    }
    jail.remove()?;
    jail.wait_gone(BOUND)?;
    let output = output?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{}\n{}", output.status, String::from_utf8_lossy(&said)).into())
}

/// Does steps in a process that is attached to a jail; the last answer is the answer.
pub(crate) fn steps_in(host: &Host, jid: Jid, steps: &str) -> Value {
    let program = std::env::current_exe().expect("this program");
    let output = Jail::from_jid(host, jid)
        .and_then(|jail| jail.command(program).arg(CHILD).args(["steps", steps]).output());
    match output {
        Ok(output) => serde_json::from_slice(&output.stdout).unwrap_or(json!({"err": "child died"})),
        Err(error) => json!({"error": error.to_string()}),
    }
}
