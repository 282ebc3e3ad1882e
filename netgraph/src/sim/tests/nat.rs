//! Translation of addresses. What is expected here is what the aliasing library does.

use super::*;
use crate::nodes::LinkLayer;
use crate::nodes::nat::*;
use crate::sys::*;

type End = ([u8; 4], u16);

const INSIDE: End = ([192, 168, 0, 2], 1000);
const OUTSIDE: End = ([8, 8, 8, 8], 53);
const ALIAS: [u8; 4] = [10, 0, 0, 1];
const UDP: u8 = 17;
const TCP: u8 = 6;
const ICMP: u8 = 1;

fn sum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let sum = words.sum::<u32>();
    let once = (sum >> 16) + (sum & 0xffff);
    ((once >> 16) + (once & 0xffff)) as u16
}

fn pseudo(ip: &[u8]) -> Vec<u8> {
    [&ip[12..20], &[0, ip[9]], &((ip.len() - 20) as u16).to_be_bytes(), &ip[20..]].concat()
}

/// An IP packet whose checksums are right.
fn ip(protocol: u8, from: [u8; 4], to: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let len = (20 + payload.len()) as u16;
    let mut ip =
        [&[0x45, 0][..], &len.to_be_bytes(), &[0, 9, 0, 0, 64, protocol, 0, 0], &from, &to, payload].concat();
    let header = !sum(&ip[..20]);
    ip[10..12].copy_from_slice(&header.to_be_bytes());
    let at = match protocol {
        UDP => 26,
        TCP => 36,
        ICMP => 22,
        _ => return ip,
    };
    let whole = if protocol == ICMP { sum(&ip[20..]) } else { sum(&pseudo(&ip)) };
    ip[at..at + 2].copy_from_slice(&(!whole).to_be_bytes());
    ip
}

fn ports(protocol: u8, from: End, to: End, tcp_flags: u8) -> Vec<u8> {
    let mut payload = [from.1.to_be_bytes(), to.1.to_be_bytes()].concat();
    match protocol {
        UDP => payload.extend([0, 11, 0, 0, b'a', b'b', b'c']),
        _ => payload.extend([0, 0, 0, 1, 0, 0, 0, 2, 0x50, tcp_flags, 1, 0, 0, 0, 0, 0, b'x']),
    }
    ip(protocol, from.0, to.0, &payload)
}

fn udp(from: End, to: End) -> Vec<u8> {
    ports(UDP, from, to, 0)
}

fn nat(machine: &SimMachine) -> (Socket, Path) {
    let socket = socket(machine, 0);
    socket.make_peer::<Nat>(hook("out"), OUT).unwrap();
    let path = at(".:out");
    socket.connect(&at("."), &path, hook("in"), IN).unwrap();
    socket.call(&path, &SetAliasAddr(ALIAS.into())).unwrap();
    (socket, path)
}

/// What comes out at the other hook.
fn through(socket: &Socket, by: &str, packet: &[u8]) -> Vec<u8> {
    socket.send(hook(by), packet).unwrap();
    let came = received(socket);
    let other = if by == "in" { "out" } else { "in" };
    assert!(came.len() == 1 && came[0].0 == other, "{came:?}");
    came[0].1.clone()
}

#[test]
fn packets_go_out_with_the_alias_and_answers_come_back() {
    let machine = SimMachine::new();
    let (socket, path) = nat(&machine);
    let alias = (ALIAS, INSIDE.1);
    // Everything is as if it had been sent by the alias, checksums too; the port is kept if it can be.
    for protocol in [UDP, TCP] {
        let out = ports(protocol, INSIDE, OUTSIDE, 2);
        assert_eq!(through(&socket, "out", &out), ports(protocol, alias, OUTSIDE, 2));
        assert_eq!(
            through(&socket, "in", &ports(protocol, OUTSIDE, alias, 18)),
            ports(protocol, OUTSIDE, INSIDE, 18)
        );
    }
    // A second host with the same port gets another one.
    let other = ([192, 168, 0, 3], INSIDE.1);
    let packet = through(&socket, "out", &udp(other, OUTSIDE));
    let port = u16::from_be_bytes([packet[20], packet[21]]);
    assert!(port >= 0x8000);
    assert_eq!(packet, udp((ALIAS, port), OUTSIDE));
    assert_eq!(through(&socket, "in", &udp(OUTSIDE, (ALIAS, port))), udp(OUTSIDE, other));
    // Others go by their addresses alone; what is sent to the alias without being asked for stays there.
    assert_eq!(through(&socket, "out", &ip(50, INSIDE.0, OUTSIDE.0, b"x")), ip(50, ALIAS, OUTSIDE.0, b"x"));
    assert_eq!(through(&socket, "in", &ip(50, OUTSIDE.0, ALIAS, b"y")), ip(50, OUTSIDE.0, INSIDE.0, b"y"));
    let unasked = udp(([1, 1, 1, 1], 5), (ALIAS, 99));
    assert_eq!(through(&socket, "in", &unasked), unasked);
    let info = socket.call(&path, &LibaliasInfo).unwrap().0;
    assert_eq!((info.udpLinkCount, info.tcpLinkCount, info.protoLinkCount, info.icmpLinkCount), (3, 1, 1, 0));
    // SCTP of no association is refused.
    assert_eq!(errno(socket.send(hook("out"), &ip(132, INSIDE.0, OUTSIDE.0, b"sctp"))), Some(Errno::EINVAL));
    // A protocol whose far end is known can be made to end like a connection.
    let far = ProtoRule::new(47, INSIDE.0.into(), ALIAS.into()).with_remote(OUTSIDE.0.into());
    let rule = socket.call(&path, &RedirectProto(far)).unwrap();
    socket.call(&path, &RedirectDynamic(rule)).unwrap();
    let near = ProtoRule::new(47, INSIDE.0.into(), ALIAS.into());
    let rule = socket.call(&path, &RedirectProto(near)).unwrap();
    assert_eq!(errno(socket.call(&path, &RedirectDynamic(rule))), Some(Errno::ENOTTY));
    socket.call(&path, &RedirectDelete(rule)).unwrap();
    // Another address forgets what is not meant to last.
    socket.call(&path, &SetAliasAddr([10, 0, 0, 9].into())).unwrap();
    assert_eq!(socket.call(&path, &LibaliasInfo).unwrap().0, ng_nat_libalias_info::default());
    machine.check();
}

#[test]
fn questions_of_icmp_and_errors_about_packets_are_translated() {
    let machine = SimMachine::new();
    let (socket, _) = nat(&machine);
    let echo = |from, to, kind: u8| ip(ICMP, from, to, &[kind, 0, 0, 0, 0x12, 0x34, 0, 1, b'p']);
    assert_eq!(through(&socket, "out", &echo(INSIDE.0, OUTSIDE.0, 8)), echo(ALIAS, OUTSIDE.0, 8));
    assert_eq!(through(&socket, "in", &echo(OUTSIDE.0, ALIAS, 0)), echo(OUTSIDE.0, INSIDE.0, 0));
    through(&socket, "out", &udp(INSIDE, OUTSIDE));
    // A router outside cannot reach the port that a packet was for.
    let error = |about: Vec<u8>, to| {
        ip(ICMP, [9, 9, 9, 9], to, &[&[3, 3, 0, 0, 0, 0, 0, 0][..], &about[..28]].concat())
    };
    let translated = through(&socket, "in", &error(udp((ALIAS, INSIDE.1), OUTSIDE), ALIAS));
    assert_eq!(translated[12..20], [[9, 9, 9, 9], INSIDE.0].concat());
    assert_eq!((translated[40..44].to_vec(), translated[48..50].to_vec()), (INSIDE.0.to_vec(), vec![3, 232]));
    assert_eq!((sum(&translated[..20]), sum(&translated[20..])), (0xffff, 0xffff));
    // One about nothing that is known passes as it is.
    let unknown = error(udp((ALIAS, 7), OUTSIDE), ALIAS);
    assert_eq!(through(&socket, "in", &unknown), unknown);
}

#[test]
fn redirections_lead_inside_and_modes_keep_out() {
    let machine = SimMachine::new();
    let (socket, path) = nat(&machine);
    let web = ng_nat_redirect_port {
        local_addr: in_addr { s_addr: u32::from_ne_bytes([192, 168, 0, 80]) },
        local_port: 80,
        alias_port: 8080,
        proto: TCP,
        ..Default::default()
    };
    let id = socket.call(&path, &RedirectPort(PortRule(web))).unwrap();
    let client = ([7, 7, 7, 7], 4000);
    let server = ([192, 168, 0, 80], 80);
    let request = |to| ports(TCP, client, to, 2);
    assert_eq!(through(&socket, "in", &request((ALIAS, 8080))), request(server));
    assert_eq!(
        through(&socket, "out", &ports(TCP, server, client, 18)),
        ports(TCP, (ALIAS, 8080), client, 18)
    );
    // Two servers take turns, the one that was added last first.
    for last in [1, 2] {
        let addr = in_addr { s_addr: u32::from_ne_bytes([192, 168, 0, last]) };
        socket
            .call(&path, &AddServer(Server(ng_nat_add_server { id, addr, port: 80, ..Default::default() })))
            .unwrap();
    }
    let turns =
        [1, 2, 3].map(|n| through(&socket, "in", &ports(TCP, ([7, 7, 7, 8], n), (ALIAS, 8080), 2))[19]);
    assert_eq!(turns, [2, 1, 2]);
    socket
        .call(&path, &SetMode(Mode(ng_nat_mode { flags: NG_NAT_DENY_INCOMING, mask: NG_NAT_DENY_INCOMING })))
        .unwrap();
    assert_eq!(errno(socket.send(hook("in"), &udp(client, (ALIAS, 1)))), Some(Errno::EINVAL));
    // What has been taken away leads nowhere.
    socket.call(&path, &RedirectDelete(id)).unwrap();
    let late = ports(TCP, ([7, 7, 7, 9], 1), (ALIAS, 8080), 2);
    assert_eq!(errno(socket.send(hook("in"), &late)), Some(Errno::EINVAL));
    let private = Mode(ng_nat_mode { flags: NG_NAT_UNREGISTERED_ONLY, mask: NG_NAT_UNREGISTERED_ONLY });
    socket.call(&path, &SetMode(private)).unwrap();
    let public = udp(([99, 0, 0, 1], 5), OUTSIDE);
    assert_eq!(through(&socket, "out", &public), public);
    let running = machine.0.lock().capture();
    assert_eq!(Machine::restore(&running, true).unwrap().capture(), running);
}

#[test]
fn fragments_follow_the_first_one() {
    let machine = SimMachine::new();
    let (socket, _) = nat(&machine);
    through(&socket, "out", &udp(INSIDE, OUTSIDE));
    let fragment = |mut packet: Vec<u8>, field: u16| {
        packet[6..8].copy_from_slice(&field.to_be_bytes());
        packet[10..12].copy_from_slice(&[0, 0]);
        let header = !sum(&packet[..20]);
        packet[10..12].copy_from_slice(&header.to_be_bytes());
        packet
    };
    // The rest of a packet has no checksum of its own.
    let piece = |from, to| {
        let mut piece = ip(250, from, to, b"the rest");
        piece[9] = UDP;
        fragment(piece, 2)
    };
    let rest = |to| piece(OUTSIDE.0, to);
    assert_eq!(errno(socket.send(hook("in"), &rest(ALIAS))), Some(Errno::EINVAL));
    let first = fragment(udp(OUTSIDE, (ALIAS, INSIDE.1)), 0x2000);
    assert_eq!(through(&socket, "in", &first), fragment(udp(OUTSIDE, INSIDE), 0x2000));
    assert_eq!(through(&socket, "in", &rest(ALIAS)), rest(INSIDE.0));
    let out = piece(INSIDE.0, OUTSIDE.0);
    assert_eq!(through(&socket, "out", &out), piece(ALIAS, OUTSIDE.0));
}

#[test]
fn what_is_no_packet_passes_and_padding_does_not() {
    let machine = SimMachine::new();
    let (socket, path) = nat(&machine);
    for odd in
        [&b"\x45"[..], &[0x60; 40], &[0x45, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]
    {
        assert_eq!(through(&socket, "out", odd), odd);
    }
    let padded = [&udp(INSIDE, OUTSIDE)[..], &[0; 9]].concat();
    assert_eq!(through(&socket, "out", &padded), udp((ALIAS, INSIDE.1), OUTSIDE));
    socket.call(&path, &SetDlt(LinkLayer::Ethernet)).unwrap();
    let frame = |packet: Vec<u8>| [&[2; 12][..], &[8, 0], &packet].concat();
    assert_eq!(through(&socket, "out", &frame(udp(INSIDE, OUTSIDE))), frame(udp((ALIAS, INSIDE.1), OUTSIDE)));
    assert_eq!(errno(socket.send(hook("out"), &[0; 13])), Some(Errno::ENXIO));
    let arp = [&[2; 12][..], &[8, 6], &[0x45; 28]].concat();
    assert_eq!(through(&socket, "out", &arp), arp);
}

#[test]
fn a_packet_that_bears_the_librarys_mark_loses_it_and_gets_a_new_checksum() {
    let machine = SimMachine::new();
    let (socket, _) = nat(&machine);
    let tcp = |reserved: u8, from| {
        let mut payload = [from, OUTSIDE].map(|(_, port): End| port.to_be_bytes()).concat();
        payload.extend([0, 0, 0, 1, 0, 0, 0, 2, 0x50 | reserved, 0x10, 1, 0, 0, 0, 0, 0]);
        ip(TCP, from.0, OUTSIDE.0, &payload)
    };
    // Other reserved bits, as that of accurate ECN, stay as they are.
    let ecn = tcp(0x01, INSIDE);
    assert_eq!(through(&socket, "out", &ecn), tcp(0x01, (ALIAS, INSIDE.1)));
    let mut marked = tcp(0x08, INSIDE);
    marked[36] ^= 0xff;
    assert_eq!(through(&socket, "out", &marked), tcp(0, (ALIAS, INSIDE.1)));
}
