//! PPP over Ethernet: clients and servers on a wire. What is expected here is what ng_pppoe.c does.

use std::time::Duration;

use super::*;
use crate::nodes::pppoe::*;
use crate::sys::*;

/// A socket with a `pppoe` node of this name behind its hook `wire` and two hubs, and hooks to the sessions.
fn party(machine: &SimMachine, name: &str, sessions: &[&str]) -> Socket {
    let socket = Socket::open(&SimKernel::on(machine, 0), None).unwrap();
    socket.make_peer_of(&at("."), "hub".parse().unwrap(), hook("wire"), hook("a")).unwrap();
    socket.make_peer_of(&at(".:wire"), "pppoe".parse().unwrap(), hook("b"), ETHERNET).unwrap();
    let path = at(".:wire.b");
    socket.name(&path, name.parse().unwrap()).unwrap();
    for session in sessions {
        socket.connect(&at("."), &path, hook(session), hook(session)).unwrap();
    }
    socket
}

/// A client and a server whose hubs are connected.
fn both(machine: &SimMachine) -> (Socket, Socket) {
    let (home, isp) = (party(machine, "home", &["mine"]), party(machine, "isp", &["listener", "client"]));
    isp.connect(&at(".:wire"), &at("home:ethernet"), hook("c"), hook("c")).unwrap();
    isp.call(&at("isp:"), &SetEnAddr(mac(1))).unwrap();
    home.call(&at("home:"), &SetEnAddr(mac(2))).unwrap();
    (home, isp)
}

fn told(socket: &Socket) -> Vec<Event> {
    std::iter::from_fn(|| socket.next_event(Wait::No).unwrap()).map(|event| event.read().unwrap()).collect()
}

/// The packets that came by this hook.
fn came(socket: &Socket, by: &str) -> Vec<Vec<u8>> {
    received(socket).into_iter().filter(|(hook, _)| hook == by).map(|(_, packet)| packet).collect()
}

fn session(name: &str, data: &str) -> Session {
    Session::new(hook(name), data)
}

/// Takes the first packet of a client, and makes an offer.
fn serve(isp: &Socket) {
    isp.call(&at("isp:"), &Offer(session("client", "the ISP"))).unwrap();
    let requests = came(isp, "listener");
    isp.send(hook("client"), &requests[0]).unwrap();
}

fn connected(machine: &SimMachine, request: &str) -> (Socket, Socket) {
    let (home, isp) = both(machine);
    isp.call(&at("isp:"), &Listen(session("listener", "*"))).unwrap();
    home.call(&at("home:"), &Connect(session("mine", request))).unwrap();
    serve(&isp);
    (home, isp)
}

#[test]
fn a_session_is_negotiated_and_both_ends_are_told() {
    let machine = SimMachine::new();
    let (home, isp) = connected(&machine, "mail");
    let home_told = told(&home);
    assert!(matches!(&home_told[0], Event::AcName(name) if name.name() == "the ISP"), "{home_told:?}");
    assert!(matches!(home_told[1], Event::SessionId(1)));
    assert!(matches!(&home_told[2], Event::Success(there) if there.hook() == hook("mine")));
    let isp_told = told(&isp);
    assert!(
        matches!(&isp_told[..], [Event::SessionId(_), Event::Success(there)] if there.hook() == hook("client"))
    );
    received(&home);
    // The address and control fields of PPP are left out.
    home.send(hook("mine"), b"\xff\x03\xc0\x21hello").unwrap();
    assert_eq!(came(&isp, "client"), [b"\xc0\x21hello"]);
    let frame = &came(&home, "wire")[0];
    assert_eq!(frame[..20], [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0x64, 0x11, 0, 0, 1, 0, 7]);
    isp.send(hook("client"), b"\xc0\x21you").unwrap();
    assert_eq!(came(&home, "mine"), [b"\xc0\x21you"]);
    let status = home.call(&at("home:"), &GetStatus).unwrap().0;
    assert_eq!((status.packets_in, status.packets_out), (3, 1));
    machine.check();
}

#[test]
fn the_packets_have_the_tags_of_the_kernel_in_its_order() {
    let machine = SimMachine::new();
    let (home, isp) = both(&machine);
    isp.call(&at("isp:"), &Listen(session("listener", "mail"))).unwrap();
    isp.call(&at("isp:"), &Offer(session("client", "AC"))).unwrap();
    isp.call(&at("isp:"), &Service(session("client", "extra"))).unwrap();
    home.call(&at("home:"), &SetMaxPayload(1500)).unwrap();
    home.call(&at("home:"), &Connect(session("mine", "AC\\0x0aff|mail"))).unwrap();
    let frames = came(&home, "wire");
    let padi = b"\x01\x03\0\x02\x0a\xff\x01\x01\0\x04mail\x01\x20\0\x02\x05\xdc";
    assert_eq!(frames[0][20..], padi[..]);
    assert_eq!(
        frames[0][..20],
        [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 2, 0x88, 0x63, 0x11, 9, 0, 0, 0, 20]
    );
    let requests = came(&isp, "listener");
    isp.send(hook("client"), &requests[0]).unwrap();
    // The wire carries an answer before this end of it has seen the question.
    let frames: Vec<_> = came(&home, "wire").into_iter().rev().collect();
    let codes: Vec<_> = frames.iter().map(|frame| frame[15]).collect();
    assert_eq!(codes, [PADO_CODE, PADR_CODE, PADS_CODE]);
    // A service was asked for: the one that is advertised besides is not named.
    assert_eq!(frames[0][20..42], *b"\x01\x02\0\x02AC\x01\x01\0\x04mail\x01\x03\0\x02\x0a\xff\x01\x04");
    assert_eq!(frames[0][42..44], [0, 8]);
    let cookie = &frames[0][44..52];
    let padr = [&b"\x01\x03\0\x02\x0a\xff\x01\x04\0\x08"[..], cookie, b"\x01\x02\0\x02AC\x01\x01\0\x04mail"]
        .concat();
    assert_eq!(frames[1][20..], padr);
    let pads =
        [&b"\x01\x02\0\x02AC\x01\x01\0\x04mail\x01\x03\0\x02\x0a\xff\x01\x04\0\x08"[..], cookie].concat();
    assert_eq!(frames[2][20..], pads);
    assert_eq!(frames[2][16..18], [0, 1]);
}

#[test]
fn the_end_of_a_session_takes_the_peers_hook_with_it() {
    let machine = SimMachine::new();
    let (home, isp) = connected(&machine, "");
    told(&home);
    told(&isp);
    received(&home);
    home.remove_hook(&at("."), hook("mine")).unwrap();
    let closed =
        |events: &[Event], name: &str| matches!(events, [Event::Close(there)] if there.hook() == hook(name));
    assert!(closed(&told(&home), "mine"));
    let frames = came(&home, "wire");
    assert_eq!(frames[0][15..], *b"\xa7\0\x01\0\x12\x02\x03\0\x0esession closed");
    assert!(closed(&told(&isp), "client"));
    let hooks = isp.hooks(&at("isp:")).unwrap();
    assert!(hooks.iter().all(|link| link.hook != hook("client")));
    machine.check();
}

#[test]
fn a_client_tries_again_ever_more_slowly_and_from_the_beginning() {
    let machine = SimMachine::new();
    let home = party(&machine, "home", &["mine"]);
    home.call(&at("home:"), &Connect(session("mine", "x|"))).unwrap();
    let mut sent = Vec::new();
    for second in 0..200 {
        sent.extend(came(&home, "wire").iter().map(|_| second));
        machine.advance(Duration::from_secs(1));
    }
    assert_eq!(sent, [0, 2, 6, 14, 30, 62, 126, 190]);
    // A server that makes an offer and is silent then.
    home.send(hook("wire"), &[&[0; 12][..], b"\x88\x63\x11\x07\0\0\0\x05\x01\x03\0\x01x"].concat()).unwrap();
    let mut sent = Vec::new();
    for second in 0..130 {
        sent.extend(came(&home, "wire").iter().map(|frame| (second, frame[15])));
        machine.advance(Duration::from_secs(1));
    }
    let again = [0, 2, 6, 14, 30, 62].map(|second| (second, PADR_CODE));
    assert_eq!(sent[..6], again);
    // The last attempt and the first one of the new beginning.
    assert_eq!(sent[6..8], [(62, PADI_CODE), (64, PADI_CODE)]);
}

#[test]
fn an_offer_that_nobody_takes_ends_with_its_hook() {
    let machine = SimMachine::new();
    let isp = party(&machine, "isp", &["listener", "client"]);
    isp.call(&at("isp:"), &Offer(session("client", "AC"))).unwrap();
    assert_eq!(errno(isp.send(hook("client"), &[0; 20])), Some(Errno::EINVAL));
    let padi = [&[0; 12][..], b"\x88\x63\x11\x09\0\0\0\0"].concat();
    isp.send(hook("client"), &padi).unwrap();
    machine.advance(Duration::from_secs(15));
    assert_eq!(told(&isp).len(), 0);
    machine.advance(Duration::from_secs(1));
    assert!(matches!(&told(&isp)[..], [Event::Close(_)]));
    assert_eq!(isp.hooks(&at("isp:")).unwrap().iter().count(), 2);
}

#[test]
fn a_server_speaks_to_its_clients_by_padm() {
    let machine = SimMachine::new();
    let (home, isp) = connected(&machine, "");
    told(&home);
    isp.call(&at("isp:"), &SendHurl(session("client", "http://isp/"))).unwrap();
    isp.call(&at("isp:"), &SendMotm(session("client", "hello"))).unwrap();
    let said = told(&home);
    assert!(matches!(&said[0], Event::Hurl(text) if text.text() == "http://isp/"));
    assert!(matches!(&said[1], Event::Motm(text) if text.text() == "hello"));
    assert_eq!(errno(isp.call(&at("isp:"), &SendMotm(session("listener", "x")))), Some(Errno::EISCONN));
}

#[test]
fn the_node_at_the_ethernet_hook_is_asked_for_its_address() {
    let machine = SimMachine::new();
    machine.add_nic("em0", mac(9)).unwrap();
    let socket = socket(&machine, 0);
    socket.make_peer_of(&at("em0:"), "pppoe".parse().unwrap(), hook("orphans"), ETHERNET).unwrap();
    socket.connect(&at("."), &at("em0:orphans"), hook("mine"), hook("mine")).unwrap();
    machine.set_up(0, "em0", true).unwrap();
    socket.call(&at("em0:orphans"), &Connect(session("mine", ""))).unwrap();
    assert_eq!(machine.take_wire(0, "em0").unwrap()[0][6..12], mac(9).0);
    // A program is asked, too, and need not answer.
    socket.make_peer_of(&at("."), "pppoe".parse().unwrap(), hook("e"), ETHERNET).unwrap();
    let event = socket.next_event(Wait::No).unwrap().unwrap();
    let header = event.frame().unwrap();
    assert_eq!(header.command().cookie, NGM_ETHER_COOKIE);
    // A node that is free refuses, and with it the connection.
    let refused = socket.make_peer_of(&at(".:e"), "tee".parse().unwrap(), hook("ethernet2"), hook("left"));
    refused.unwrap();
    socket.make_peer_of(&at("."), "pppoe".parse().unwrap(), hook("f"), hook("s")).unwrap();
    let refused = socket.make_peer_of(&at(".:f"), "tee".parse().unwrap(), ETHERNET, hook("left"));
    assert_eq!(errno(refused), Some(Errno::EINVAL));
    // It has lost that hook, and gone with it.
    assert_eq!(errno(socket.info(&at(".:f"))), Some(Errno::ENOENT));
    socket.make_peer_of(&at("."), "pppoe".parse().unwrap(), hook("f"), hook("s")).unwrap();
    let silent = "frame_relay".parse().unwrap();
    socket.make_peer_of(&at(".:f"), silent, ETHERNET, hook("downstream")).unwrap();
    machine.check();
}

#[test]
fn a_session_comes_back_from_the_file() {
    let machine = SimMachine::new();
    let (home, isp) = both(&machine);
    isp.call(&at("isp:"), &Listen(session("listener", "mail"))).unwrap();
    home.call(&at("home:"), &Connect(session("mine", "mail"))).unwrap();
    let running = machine.0.lock().capture();
    let again = Machine::restore(&running, true).unwrap();
    assert_eq!(again.capture(), running);
}

#[test]
fn sessions_end_in_the_file_as_they_do_when_their_programs_end() {
    let machine = SimMachine::new();
    let (home, isp) = connected(&machine, "mail");
    let saved = machine.save().unwrap();
    assert_eq!(saved.counters.pppoe_session, 1);
    drop((home, isp));
    assert_eq!(machine.save().unwrap(), saved);
    let json = machine.to_json().unwrap();
    let again = SimMachine::from_json(&json).unwrap();
    assert_eq!(again.save().unwrap(), saved);
}
