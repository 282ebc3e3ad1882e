//! One suite, two kernels: what FreeBSD 15.1 answered, replayed on the simulated kernel, and on FreeBSD's own.
//!
//! Trials named `sim::...` run on any system. Those named `kernel::...` make and remove jails and network interfaces, so
//! they run only on FreeBSD, as root, with `NETGRAPH_TEST_KERNEL=1`; each has a VNET jail of its own, freshly made.
//! Transcripts are those of `tests/golden`, or of the directory that `NETGRAPH_GOLDEN` names. What cannot run is listed as
//! ignored, with the reason as its kind.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "conformance/agreement.rs"]
mod agreement;
#[path = "conformance/devices.rs"]
mod devices;
#[path = "conformance/ground.rs"]
mod ground;
#[path = "conformance/inside.rs"]
mod inside;
#[path = "conformance/judge.rs"]
mod judge;
#[path = "conformance/program.rs"]
mod program;
#[path = "conformance/scenarios/mod.rs"]
mod scenarios;
#[path = "conformance/steps/mod.rs"]
mod steps;
#[path = "conformance/transcript.rs"]
mod transcript;
#[path = "conformance/watch.rs"]
mod watch;
#[path = "conformance/world.rs"]
mod world;

use libtest_mimic::{Arguments, Failed, Trial};

use ground::Ground;
use transcript::Transcript;

fn main() {
    if let Some(status) = inside::run() {
        std::process::exit(status);
    }
    let arguments = Arguments::from_args();
    let refused = inside::refused();
    let mut trials = Vec::new();
    for transcript in Transcript::all() {
        let name = transcript.name.clone();
        let lacks = transcript.lacks();
        let kernel = refused.clone().or_else(|| transcript.refused_by_kernel());
        let path = transcript.path.clone();
        let types = transcript.types();
        let (host, moment) = (transcript.wants_host(), transcript.depends_on_the_moment());
        trials.push(trial(format!("sim::{name}"), lacks, move || transcript.replay(Ground::simulated(host))));
        trials.push(trial(format!("kernel::{name}"), kernel, move || {
            let path = path.to_string_lossy();
            let args = ["transcript", &*path];
            match (host, moment) {
                (true, _) => inside::replay_here(&path),
                (false, true) => inside::in_one_of_some_jails(&args, &types),
                (false, false) => inside::in_a_jail(&args, &types),
            }
        }));
    }
    for (name, scenario) in scenarios::ALL {
        let (name, scenario) = (*name, *scenario);
        trials.push(trial(format!("sim::{name}"), None, move || scenario(&Ground::simulated(false))));
        trials.push(trial(format!("kernel::{name}"), refused.clone(), move || {
            inside::in_a_jail(&["scenario", name], &scenarios::TYPES.map(String::from))
        }));
    }
    trials.push(trial("indexes_of_interfaces_are_disregarded".to_owned(), None, || {
        agreement::check();
        Ok(())
    }));
    trials.push(trial("devices_are_renumbered".to_owned(), None, || {
        devices::check();
        Ok(())
    }));
    let name = "agreement::random_programs";
    trials.push(trial(format!("sim::{name}"), None, agreement::on_sim));
    trials.push(trial(format!("kernel::{name}"), refused, agreement::on_kernel));
    libtest_mimic::run(&arguments, trials).exit();
}

/// Makes a trial; one that cannot run is ignored, and its kind says why.
fn trial(
    name: String,
    why_not: Option<String>,
    run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let trial = Trial::test(name, run);
    match why_not {
        Some(reason) => trial.with_kind(reason).with_ignored_flag(true),
        None => trial,
    }
}
