//! Filters put together of conditions, and the programs for them.

use std::net::Ipv4Addr;
use std::ops::{BitAnd, BitOr, Not};

use super::check::{Flaw, ProgramError, check};
use crate::nodes::{EtherAddr, LinkLayer};
use crate::sys::*;

/// The length of an Ethernet header without tags, in bytes.
const ETHERNET: u32 = 14;
const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;

/// A condition on packets, or several put together with `&`, `|` and `!`.
///
/// Conditions on addresses, protocols and ports are about IPv4, and never hold for other packets; frames with a VLAN tag
/// are packets of another kind, too.
///
/// ```
/// use netgraph::nodes::LinkLayer;
/// use netgraph::nodes::bpf::Filter;
/// let web = Filter::tcp() & (Filter::port(80) | Filter::port(443));
/// let program = (web & !Filter::source([10, 0, 0, 0].into(), 8)).program(LinkLayer::Ethernet)?;
/// assert!(program.len() < 64);
/// # Ok::<(), netgraph::nodes::bpf::ProgramError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter(
    /// What is put together stands before what it is put together with: however deep, nothing is nested.
    Vec<Step>,
);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    /// The packet is of this Ethernet type.
    Type(u16),
    Test(Test),
    /// Both of the two before.
    And,
    /// One of the two before.
    Or,
    /// Not what is before.
    Not,
}

/// A number in a packet, compared with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Test {
    place: Place,
    /// `BPF_B`, `BPF_H` or `BPF_W`.
    size: u16,
    /// What of the number is looked at.
    mask: u32,
    /// `BPF_JEQ` or `BPF_JSET`.
    jump: u16,
    number: u32,
}

/// Where in a packet, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// From the start of the frame on; a packet without a link layer has nothing there.
    Link(u32),
    /// From the start of the IP header on.
    Network(u32),
    /// From behind the IPv4 header on.
    Transport(u32),
}

fn equals(place: Place, size: u16, number: u32) -> Filter {
    Filter::test(Test { place, size, mask: u32::MAX, jump: BPF_JEQ, number })
}

fn network(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0)
}

impl Filter {
    fn test(test: Test) -> Self {
        Self(vec![Step::Test(test)])
    }

    fn put(mut self, mut other: Self, how: Step) -> Self {
        self.0.append(&mut other.0);
        self.0.push(how);
        self
    }

    /// Packets of this Ethernet type, in the byte order of the host.
    #[must_use]
    pub fn ethertype(ethertype: u16) -> Self {
        Self(vec![Step::Type(ethertype)])
    }

    /// Packets of IPv4.
    #[must_use]
    pub fn ipv4() -> Self {
        Self::ethertype(IPV4)
    }

    /// Packets of IPv6.
    #[must_use]
    pub fn ipv6() -> Self {
        Self::ethertype(IPV6)
    }

    /// Frames from this Ethernet address.
    #[must_use]
    pub fn ether_source(address: EtherAddr) -> Self {
        Self::ether(6, address)
    }

    /// Frames to this Ethernet address.
    #[must_use]
    pub fn ether_destination(address: EtherAddr) -> Self {
        Self::ether(0, address)
    }

    fn ether(at: u32, address: EtherAddr) -> Self {
        let [a, b, c, d, e, f] = address.0;
        let first = equals(Place::Link(at), BPF_W, u32::from_be_bytes([a, b, c, d]));
        let last = equals(Place::Link(at + 4), BPF_H, u16::from_be_bytes([e, f]).into());
        first & last
    }

    /// Packets of this protocol over IPv4.
    #[must_use]
    pub fn protocol(protocol: u8) -> Self {
        Self::ipv4() & equals(Place::Network(9), BPF_B, protocol.into())
    }

    /// Packets of TCP.
    #[must_use]
    pub fn tcp() -> Self {
        Self::protocol(IPPROTO_TCP as u8)
    }

    /// Packets of UDP.
    #[must_use]
    pub fn udp() -> Self {
        Self::protocol(IPPROTO_UDP as u8)
    }

    /// Packets from a network: the addresses that begin with the first `prefix` bits of `address`.
    #[must_use]
    pub fn source(address: Ipv4Addr, prefix: u8) -> Self {
        Self::address(12, address, prefix)
    }

    /// Packets to a network.
    #[must_use]
    pub fn destination(address: Ipv4Addr, prefix: u8) -> Self {
        Self::address(16, address, prefix)
    }

    /// Packets from or to a host.
    #[must_use]
    pub fn host(address: Ipv4Addr) -> Self {
        Self::source(address, 32) | Self::destination(address, 32)
    }

    fn address(at: u32, address: Ipv4Addr, prefix: u8) -> Self {
        let mask = network(prefix);
        let number = u32::from(address) & mask;
        let place = Place::Network(at);
        Self::ipv4() & Self::test(Test { place, size: BPF_W, mask, jump: BPF_JEQ, number })
    }

    /// Packets of TCP or UDP from this port. Fragments other than the first have none.
    #[must_use]
    pub fn source_port(port: u16) -> Self {
        Self::ports(equals(Place::Transport(0), BPF_H, port.into()))
    }

    /// Packets of TCP or UDP to this port.
    #[must_use]
    pub fn destination_port(port: u16) -> Self {
        Self::ports(equals(Place::Transport(2), BPF_H, port.into()))
    }

    /// Packets of TCP or UDP from or to this port.
    #[must_use]
    pub fn port(port: u16) -> Self {
        let [source, destination] = [0, 2].map(|at| equals(Place::Transport(at), BPF_H, port.into()));
        Self::ports(source | destination)
    }

    /// A condition on the ports of packets that have some.
    fn ports(condition: Self) -> Self {
        let offset = Place::Network(6);
        let later = Test { place: offset, size: BPF_H, mask: u32::MAX, jump: BPF_JSET, number: 0x1fff };
        (Self::tcp() | Self::udp()) & !Self::test(later) & condition
    }

    /// Returns the program for packets that begin like this: it matches whole packets.
    ///
    /// # Errors
    /// [`Flaw::FarJump`] or [`Flaw::TooLong`] where there are too many conditions.
    pub fn program(&self, layer: LinkLayer) -> Result<Vec<bpf_insn>, ProgramError> {
        let ret = |k| bpf_insn { code: BPF_RET | BPF_K, jt: 0, jf: 0, k };
        // Written from its end on, as jumps lead there: no, and before it yes.
        let mut backwards = vec![ret(0), ret(u32::MAX)];
        let ethernet = layer == LinkLayer::Ethernet;
        self.write(&mut backwards, ethernet, 1, 0)?;
        backwards.reverse();
        check(&backwards)?;
        Ok(backwards)
    }

    /// Appends, backwards, what goes on at one of two instructions. Instructions are counted from the end of the program.
    fn write(
        &self,
        out: &mut Vec<bpf_insn>,
        ethernet: bool,
        yes: usize,
        no: usize,
    ) -> Result<(), ProgramError> {
        // Where each part that is still to be written goes on; `None` where the part written before it begins.
        let mut ahead = vec![(Some(yes), Some(no))];
        let mut begin = 0;
        for step in self.0.iter().rev() {
            let Some((yes, no)) = ahead.pop() else { break };
            let (yes, no) = (yes.unwrap_or(begin), no.unwrap_or(begin));
            match step {
                // Backwards, the second of the two comes first.
                Step::And => ahead.extend([(None, Some(no)), (Some(yes), Some(no))]),
                Step::Or => ahead.extend([(Some(yes), None), (Some(yes), Some(no))]),
                Step::Not => ahead.push((Some(no), Some(yes))),
                Step::Type(kind) => begin = write_test(kind_test(*kind, ethernet), out, ethernet, yes, no)?,
                Step::Test(test) => {
                    let there = ethernet || !matches!(test.place, Place::Link(_));
                    begin = write_test(there.then_some(*test), out, ethernet, yes, no)?;
                }
            }
        }
        Ok(())
    }
}

/// Appends a test, or what never holds, and returns where it begins.
fn write_test(
    test: Option<Test>,
    out: &mut Vec<bpf_insn>,
    ethernet: bool,
    yes: usize,
    no: usize,
) -> Result<usize, ProgramError> {
    match test {
        Some(test) => test.write(out, ethernet, yes, no),
        None => jump(out, BPF_JMP | BPF_JA, 0, no, no),
    }
}

/// The test for an Ethernet type; without a link layer that for a version of IP, or none.
fn kind_test(kind: u16, ethernet: bool) -> Option<Test> {
    let equal = |place, size, mask, number| Some(Test { place, size, mask, jump: BPF_JEQ, number });
    match kind {
        kind if ethernet => equal(Place::Link(12), BPF_H, u32::MAX, kind.into()),
        IPV4 => equal(Place::Network(0), BPF_B, 0xf0, 0x40),
        IPV6 => equal(Place::Network(0), BPF_B, 0xf0, 0x60),
        _ => None,
    }
}

/// Appends a jump to one of two instructions, and returns where it is.
fn jump(out: &mut Vec<bpf_insn>, code: u16, k: u32, yes: usize, no: usize) -> Result<usize, ProgramError> {
    let at = out.len();
    let too_far = ProgramError { at: 0, flaw: Flaw::FarJump };
    let distance = |to: usize| u8::try_from(at - 1 - to).map_err(|_| too_far);
    let (jt, jf) = (distance(yes)?, distance(no)?);
    let always = code == BPF_JMP | BPF_JA;
    out.push(if always {
        bpf_insn { code, jt: 0, jf: 0, k: jf.into() }
    } else {
        bpf_insn { code, jt, jf, k }
    });
    Ok(at)
}

impl Test {
    fn write(
        &self,
        out: &mut Vec<bpf_insn>,
        ethernet: bool,
        yes: usize,
        no: usize,
    ) -> Result<usize, ProgramError> {
        let plain = |code, k| bpf_insn { code, jt: 0, jf: 0, k };
        jump(out, BPF_JMP | self.jump | BPF_K, self.number, yes, no)?;
        if self.mask != u32::MAX {
            out.push(plain(BPF_ALU | BPF_AND | BPF_K, self.mask));
        }
        let network = if ethernet { ETHERNET } else { 0 };
        match self.place {
            Place::Link(at) => out.push(plain(BPF_LD | self.size | BPF_ABS, at)),
            Place::Network(at) => out.push(plain(BPF_LD | self.size | BPF_ABS, network + at)),
            Place::Transport(at) => {
                out.push(plain(BPF_LD | self.size | BPF_IND, network + at));
                out.push(plain(BPF_LDX | BPF_B | BPF_MSH, network));
            }
        }
        Ok(out.len() - 1)
    }
}

impl BitAnd for Filter {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        self.put(other, Step::And)
    }
}

impl BitOr for Filter {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.put(other, Step::Or)
    }
}

impl Not for Filter {
    type Output = Self;
    fn not(mut self) -> Self {
        match self.0.last() {
            Some(Step::Not) => drop(self.0.pop()),
            _ => self.0.push(Step::Not),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodes::bpf::{self, Bpf, Program};
    use crate::{HookName, Path, Socket, sim::SimKernel};

    /// Tells which of the packets match, by having a node sort them.
    fn matching(filter: &Filter, layer: LinkLayer, packets: &[Vec<u8>]) -> Vec<bool> {
        let socket = Socket::open(&SimKernel::new(), None).unwrap();
        let [wire, yes] = [HookName::constant("wire"), HookName::constant("yes")];
        let node = socket.make_peer::<Bpf>(wire, wire).unwrap();
        socket.connect(&Path::own(), node.path(), yes, yes).unwrap();
        let program = filter.program(layer).unwrap();
        node.call(bpf::SetProgram(Program::on(wire, yes, wire, &program))).unwrap();
        let matched = |packet: &Vec<u8>| {
            socket.send(wire, packet).unwrap();
            node.call(bpf::GetClearStats(wire)).unwrap().recvMatchFrames == 1
        };
        packets.iter().map(matched).collect()
    }

    /// An Ethernet frame with a packet of IPv4 from 10.0.0.1 to 10.0.0.2, between these ports.
    fn packet(protocol: u8, ports: [u16; 2], fragment: u16, options: usize) -> Vec<u8> {
        let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0];
        frame.extend([0x45 + options as u8, 0, 0, 40, 0, 0]);
        frame.extend(fragment.to_be_bytes());
        frame.extend([64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        frame.resize(frame.len() + 4 * options, 0);
        frame.extend(ports.map(u16::to_be_bytes).concat());
        frame.resize(frame.len() + 4, 0);
        frame
    }

    #[test]
    fn filters_match_what_they_say() {
        let ipv6 = [&packet(6, [1, 80], 0, 0)[..12], &[0x86, 0xdd, 0x60, 0, 0, 0]].concat();
        let packets = [
            packet(6, [1024, 80], 0, 0),
            packet(17, [53, 5353], 0, 3),
            packet(6, [1024, 80], 0x1fff, 0),
            ipv6,
        ];
        let host = |last| Ipv4Addr::new(10, 0, 0, last);
        let mac = |last| EtherAddr([2, 0, 0, 0, 0, last]);
        for (filter, expected) in [
            (Filter::ipv4(), [true, true, true, false]),
            (Filter::ipv6(), [false, false, false, true]),
            (!Filter::ipv4(), [false, false, false, true]),
            (Filter::tcp(), [true, false, true, false]),
            (Filter::udp() | Filter::ipv6(), [false, true, false, true]),
            (Filter::port(80), [true, false, false, false]),
            (Filter::source_port(53), [false, true, false, false]),
            (Filter::destination_port(53), [false; 4]),
            (Filter::host(host(2)), [true, true, true, false]),
            (Filter::source(host(2), 32), [false; 4]),
            (Filter::source(host(200), 24), [true, true, true, false]),
            (Filter::destination(host(9), 0), [true, true, true, false]),
            (Filter::ether_source(mac(1)), [true; 4]),
            (Filter::ether_destination(mac(1)), [false; 4]),
            (Filter::tcp() & !Filter::port(80), [false, false, true, false]),
        ] {
            assert_eq!(matching(&filter, LinkLayer::Ethernet, &packets), expected, "{filter:?}");
            let raw: Vec<_> = packets.iter().map(|frame| frame[14..].to_vec()).collect();
            let by_link = format!("{filter:?}").contains("Link");
            let expected = if by_link { [false; 4] } else { expected };
            assert_eq!(matching(&filter, LinkLayer::Raw, &raw), expected, "{filter:?}");
        }
    }

    #[test]
    fn no_depth_is_too_deep() {
        assert_eq!((0..1_000_000).fold(Filter::tcp(), |filter, _| !filter), Filter::tcp());
        let (deep, other) = ((0..5000).map(Filter::ethertype), Filter::tcp());
        let right = deep.clone().fold(other.clone(), |filter, kind| kind | !filter);
        let left = deep.fold(other, |filter, kind| !filter & kind);
        for filter in [left, right] {
            assert_eq!(filter.clone(), filter);
            assert!(filter.program(LinkLayer::Ethernet).is_err());
        }
    }

    #[test]
    fn too_many_conditions_are_told() {
        let many = (0..300).map(Filter::port).reduce(|any, port| any | port).unwrap();
        assert_eq!(many.program(LinkLayer::Ethernet).map_err(|error| error.flaw), Err(Flaw::FarJump));
    }
}
