//! Random programs: the graph stays sound on the simulated kernel, and FreeBSD's own answers the same.

use libtest_mimic::Failed;
use netgraph::Socket;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::devices::Devices;
use crate::ground::Ground;
use crate::inside;
use crate::program::{Manners, of_bytes};
use crate::transcript::Transcript;
use crate::watch::Watch;
use crate::world::World;

/// How many programs are run on FreeBSD's kernel where `PROPTEST_CASES` does not say, and of how many bytes one is made.
const ON_KERNEL: u32 = 24;
const BYTES: std::ops::Range<usize> = 0..600;

/// Runs programs on the simulated kernel, and looks at the graph as it goes.
pub(crate) fn on_sim() -> Result<(), Failed> {
    let usual = Config::default();
    let mut runner =
        TestRunner::new(Config { cases: usual.cases.div_ceil(5), failure_persistence: None, ..usual });
    let outcome = runner.run(&proptest::collection::vec(any::<u8>(), BYTES), |bytes| {
        let mut world = World::new(Ground::simulated(false));
        let mut watch = Watch::default();
        let steps = of_bytes(&bytes, Manners::Any);
        for (done, step) in steps.iter().enumerate() {
            world.step(step);
            if done % 8 == 7 || done + 1 == steps.len() {
                let so_far = || steps.get(..=done).unwrap_or_default().join("\n");
                // An onlooker that stayed would have a number, and a program could shut it down.
                let onlooker = Socket::open(&*world.ground.kernel, None).expect("a socket");
                watch
                    .check(&onlooker)
                    .map_err(|what| TestCaseError::fail(format!("{what} after\n{}", so_far())))?;
            }
        }
        Ok(())
    });
    outcome.map_err(|error| error.to_string().into())
}

/// Runs programs on FreeBSD's kernel, each in a jail, and then holds the simulated one to its answers. All are run
/// whatever becomes of one: a jail costs too much for programs to be made smaller one by one.
pub(crate) fn on_kernel() -> Result<(), Failed> {
    let config = Config::default();
    let several = std::env::var_os("PROPTEST_CASES").map_or(ON_KERNEL, |_| config.cases);
    let mut runner = TestRunner::new(config);
    let programs = proptest::collection::vec(any::<u8>(), BYTES);
    let types: Vec<String> = netgraph::nodes::CATALOGUE.iter().map(|known| known.name.to_owned()).collect();
    let mut differences = Vec::new();
    for _ in 0..several {
        let bytes = programs.new_tree(&mut runner).map_err(|reason| reason.to_string())?.current();
        let steps = of_bytes(&bytes, Manners::Gentle);
        let said = inside::said_in_a_jail(&["program", &steps.join(" ; ")], &types)?;
        let recorded = Transcript::parse("program".into(), &said);
        if let Err(failed) = recorded.replay(Ground::simulated(false)) {
            differences.push(format!("{}\nof\n{said}", failed.message().unwrap_or("they differ")));
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!("{} of {several} programs differ\n{}", differences.len(), differences.join("\n")).into())
}

/// Does the steps of a program on FreeBSD's kernel, and returns the transcript. Before a node is shut down it is asked what
/// it is: FreeBSD 15.1 does not survive for long that the node of a socket is.
pub(crate) fn record(ground: Ground, program: &str) -> String {
    let mut world = World::new(ground);
    let mut lines = String::new();
    let devices = Devices::left();
    let mut done = |step: &str| {
        let mut got = world.step(step);
        devices.renumber(&mut got);
        disregard_index(&mut got);
        lines.push_str(&json!({"do": step, "got": got}).to_string());
        lines.push('\n');
        // What the kernel leaves to its threads is done by then.
        std::thread::sleep(std::time::Duration::from_millis(10));
        got
    };
    for step in program.split(" ; ") {
        if let ["shutdown", socket, path] = step.split_whitespace().collect::<Vec<_>>()[..] {
            let answer = done(&format!("nodeinfo {socket} {path}"));
            if answer["ok"]["type"] == "socket" {
                continue;
            }
        }
        done(step);
    }
    lines
}

/// Takes the index of an interface for any: FreeBSD counts those of all VNETs in one row.
fn disregard_index(got: &mut Value) {
    use netgraph::sys::*;
    const ASKED: [(u32, u32); 3] = [
        (NGM_ETHER_COOKIE, NGM_ETHER_GET_IFINDEX),
        (NGM_GIF_COOKIE, NGM_GIF_GET_IFINDEX),
        (NGM_IFACE_COOKIE, NGM_IFACE_GET_IFINDEX),
    ];
    let Some(reply) = got.get_mut("reply").and_then(Value::as_object_mut) else { return };
    let has = |field: &str, value: u32| reply.get(field) == Some(&value.into());
    let is_one = |(cookie, command)| has("typecookie", cookie) && has("cmd", command);
    if !ASKED.into_iter().any(is_one) {
        return;
    }
    reply.insert("args".into(), "ANY".into());
    if let Some(text) = got.get_mut("text") {
        *text = "ANY".into();
    }
}

/// The disregard itself, which no trial on a simulated machine would show.
pub(crate) fn check() {
    let answer = |cookie: u32, args: &str, text: &str| {
        let reply = json!({"typecookie": cookie, "cmd": 4, "args": args});
        json!({"reply": reply, "text": text})
    };
    for (cookie, args, text) in [(netgraph::sys::NGM_IFACE_COOKIE, "ANY", "ANY"), (7, "03000000", "3")] {
        let mut got = answer(cookie, "03000000", "3");
        disregard_index(&mut got);
        assert_eq!(got, answer(cookie, args, text));
    }
}
