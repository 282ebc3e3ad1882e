//! Messages that go around in the graph for ever, or far.

use super::*;
use crate::message::Command;
use crate::nodes::{ppp, tee};
use crate::sys::*;

const UP: Command = Command::unnamed(NGM_FLOW_COOKIE, NGM_LINK_IS_UP);

#[test]
fn a_message_that_goes_around_for_ever_is_dropped_in_the_end() {
    let machine = SimMachine::new();
    machine.set_step_limit(1000);
    let socket = socket(&machine, 0);
    socket.make_peer::<tee::Tee>(hook("t"), hook("left2right")).unwrap();
    socket.name(&at(".:t"), "a".parse().unwrap()).unwrap();
    socket.make_peer_of(&at("a:"), "tee".parse().unwrap(), tee::RIGHT, tee::LEFT).unwrap();
    socket.connect(&at("a:"), &at("a:right"), tee::LEFT, tee::RIGHT).unwrap();
    socket.call_raw(&at("a:left"), UP, &[], false).unwrap();
    // A node that is its own compressor hands itself what is meant for that.
    socket.make_peer::<ppp::Ppp>(hook("p"), hook("bypass")).unwrap();
    socket.connect(&at(".:p"), &at("."), hook("vjc_ip"), hook("inet")).unwrap();
    let clear = Command::unnamed(NGM_VJC_COOKIE, NGM_VJC_CLR_STATS);
    socket.call_raw(&at(".:p"), clear, &[], false).unwrap();
    machine.check();
}

#[test]
fn a_message_passes_a_long_row_of_nodes() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    socket.make_peer::<tee::Tee>(hook("a"), tee::LEFT).unwrap();
    let mut last = socket.info(&at(".:a")).unwrap().id;
    for _ in 0..3000 {
        let path = at(&format!("[{:x}]:", last.0));
        socket.make_peer_of(&path, "tee".parse().unwrap(), tee::RIGHT, tee::LEFT).unwrap();
        last = socket.info(&at(&format!("[{:x}]:right", last.0))).unwrap().id;
    }
    socket.connect(&at("."), &at(&format!("[{:x}]:", last.0)), hook("z"), tee::RIGHT).unwrap();
    socket.call_raw(&at(".:a"), UP, &[], false).unwrap();
    let event = socket.next_event(Wait::No).unwrap().unwrap();
    assert_eq!(event.frame().unwrap().command().cookie, NGM_FLOW_COOKIE);
    machine.check();
}
