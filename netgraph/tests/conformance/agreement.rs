//! Random programs: the graph stays sound on the simulated kernel, and FreeBSD's own answers the same.

use libtest_mimic::Failed;
use netgraph::Socket;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::json;

use crate::ground::Ground;
use crate::inside;
use crate::program::{Manners, of_bytes};
use crate::transcript::Transcript;
use crate::watch::Watch;
use crate::world::World;

/// How many programs are run on each kernel, and of how many bytes they are made.
const ON_SIM: u32 = 48;
const ON_KERNEL: u32 = 24;
const BYTES: std::ops::Range<usize> = 0..600;

/// Runs programs on the simulated kernel, and looks at the graph as it goes.
pub(crate) fn on_sim() -> Result<(), Failed> {
    let mut runner =
        TestRunner::new(Config { cases: ON_SIM, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&proptest::collection::vec(any::<u8>(), BYTES), |bytes| {
        let ground = Ground::simulated(false);
        let onlooker = Socket::open(&*ground.kernel, None).expect("a socket");
        let mut world = World::new(ground);
        let mut watch = Watch::default();
        let steps = of_bytes(&bytes, Manners::Any);
        for (done, step) in steps.iter().enumerate() {
            world.step(step);
            if done % 8 == 7 || done + 1 == steps.len() {
                let so_far = || steps.get(..=done).unwrap_or_default().join("\n");
                watch
                    .check(&onlooker)
                    .map_err(|what| TestCaseError::fail(format!("{what} after\n{}", so_far())))?;
            }
        }
        Ok(())
    });
    outcome.map_err(|error| error.to_string().into())
}

/// Runs programs on FreeBSD's kernel, each in a jail, and then holds the simulated one to its answers.
pub(crate) fn on_kernel() -> Result<(), Failed> {
    let mut runner =
        TestRunner::new(Config { cases: ON_KERNEL, failure_persistence: None, ..Config::default() });
    let types: Vec<String> = netgraph::nodes::CATALOGUE.iter().map(|known| known.name.to_owned()).collect();
    let outcome = runner.run(&proptest::collection::vec(any::<u8>(), BYTES), |bytes| {
        let steps = of_bytes(&bytes, Manners::Gentle);
        let said = inside::said_in_a_jail(&["program", &steps.join(" ; ")], &types);
        let said =
            said.map_err(|failed| TestCaseError::reject(failed.message().unwrap_or("no jail").to_owned()))?;
        let recorded = Transcript::parse("program".into(), &said);
        recorded.replay(Ground::simulated(false)).map_err(|failed| {
            TestCaseError::fail(format!("{}\nof\n{said}", failed.message().unwrap_or("they differ")))
        })
    });
    outcome.map_err(|error| error.to_string().into())
}

/// Does the steps of a program on FreeBSD's kernel, and returns the transcript.
pub(crate) fn record(ground: Ground, program: &str) -> String {
    let mut world = World::new(ground);
    let mut lines = String::new();
    for step in program.split(" ; ") {
        let step = tamed(&mut world, step);
        let got = world.step(&step);
        lines.push_str(&json!({"do": step, "got": got}).to_string());
        lines.push('\n');
        // What the kernel leaves to its threads is done by then.
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    lines
}

/// Puts a question in the place of a step that would shut the node of a socket down, which FreeBSD 15.1 does not
/// survive for long.
fn tamed(world: &mut World, step: &str) -> String {
    let words: Vec<&str> = step.split_whitespace().collect();
    let ["shutdown", socket, path] = words[..] else { return step.to_owned() };
    let question = format!("nodeinfo {socket} {path}");
    let answer = world.step(&question);
    if answer["ok"]["type"] == "socket" { question } else { step.to_owned() }
}
