//! Any bytes as a program of the transcripts' vocabulary on the simulated kernel: nothing panics, and the graph stays sound.
#![no_main]
#![allow(dead_code, reason = "the modules of the conformance suite do more than this needs")]

use libfuzzer_sys::fuzz_target;
use netgraph::Socket;

#[path = "../../netgraph/tests/conformance/ground.rs"]
mod ground;
#[path = "../../netgraph/tests/conformance/program.rs"]
mod program;
#[path = "../../netgraph/tests/conformance/steps/mod.rs"]
mod steps;
#[path = "../../netgraph/tests/conformance/watch.rs"]
mod watch;
#[path = "../../netgraph/tests/conformance/world.rs"]
mod world;

/// Child processes, of which a program here has none.
mod inside {
    pub(crate) fn steps_in(_: &jailrs::Host, _: jailrs::Jid, _: &str) -> serde_json::Value {
        serde_json::Value::Null
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut world = world::World::new(ground::Ground::simulated(false));
    let mut watch = watch::Watch::default();
    for step in program::of_bytes(bytes, program::Manners::Any) {
        world.step(&step);
        // An onlooker that stayed would have a number, and a program could shut it down.
        let onlooker = Socket::open(&*world.ground.kernel, None).expect("a socket");
        if let Err(what) = watch.check(&onlooker) {
            panic!("{what} after {step:?}");
        }
    }
});
