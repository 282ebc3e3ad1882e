//! The datagrams in which flows are exported.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::flows::Flow;
use crate::sim::clock::Time;
use crate::sys::ng_netflow_v9info;

/// How many flows a datagram of version 5 holds.
const FLOWS_MAX: usize = 30;

/// The lengths of headers: of a datagram of version 9, and of a set in it.
const HEADER9: usize = 20;
const SET_HEADER: usize = 4;

/// The longest record of version 9.
const RECORD_MAX: usize = 93;

/// The fields of a record of version 9, by number, and their lengths: those between the addresses and the end are the
/// same for both versions of IP.
const FIELDS: [(u16, u16); 17] = [
    (10, 2),
    (14, 2),
    (2, 4),
    (1, 4),
    (24, 4),
    (23, 4),
    (22, 4),
    (21, 4),
    (7, 2),
    (11, 2),
    (6, 1),
    (4, 1),
    (5, 1),
    (16, 4),
    (17, 4),
    (9, 1),
    (13, 1),
];

/// The types of flows, which give the sets their numbers.
const FOUR: u16 = 1;
const SIX: u16 = 4;

/// A second of the machine as the kernel tells it in milliseconds.
fn milliseconds(seconds: u64) -> [u8; 4] {
    (seconds.wrapping_mul(1000) as u32).to_be_bytes()
}

/// The moment, in both forms of a header: since boot and since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) uptime: u64,
    pub(super) clock: Duration,
}

impl Moment {
    fn unix(self) -> ([u8; 4], [u8; 4]) {
        let (seconds, microseconds) = Time::of(self.clock).parts();
        ((seconds as u32).to_be_bytes(), (microseconds as u32 * 1000).to_be_bytes())
    }
}

/// Flows on their way out in version 5.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Export5 {
    flows: Vec<Flow>,
    sequence: u32,
}

impl Export5 {
    /// Adds a flow of IPv4, and returns the datagram if it is full then.
    pub(super) fn add(&mut self, flow: &Flow, moment: Moment) -> Option<Vec<u8>> {
        self.flows.push(flow.clone());
        if self.flows.len() == FLOWS_MAX { self.flush(moment) } else { None }
    }

    /// Returns what has been added, if anything has.
    pub(super) fn flush(&mut self, moment: Moment) -> Option<Vec<u8>> {
        let flows = std::mem::take(&mut self.flows);
        let count = Some(flows.len() as u16).filter(|count| *count > 0)?;
        let (seconds, nanoseconds) = moment.unix();
        let mut datagram = [5_u16.to_be_bytes(), count.to_be_bytes()].concat();
        datagram.extend(
            [milliseconds(moment.uptime), seconds, nanoseconds, self.sequence.to_be_bytes()].concat(),
        );
        datagram.extend([0; 4]);
        self.sequence = self.sequence.wrapping_add(count.into());
        for flow in &flows {
            append(&mut datagram, flow);
        }
        Some(datagram)
    }
}

/// Appends a flow as a record of version 5.
fn append(datagram: &mut Vec<u8>, flow: &Flow) {
    for ip in [flow.key.src, flow.key.dst] {
        match ip {
            IpAddr::V4(ip) => datagram.extend(ip.octets()),
            IpAddr::V6(_) => datagram.extend([0; 4]),
        }
    }
    // The next hop, which nobody knows, and the interfaces.
    datagram.extend([0; 4]);
    datagram.extend(flow.key.input.to_be_bytes());
    datagram.extend([0; 2]);
    datagram.extend((flow.packets as u32).to_be_bytes());
    datagram.extend((flow.bytes as u32).to_be_bytes());
    datagram.extend(milliseconds(flow.first));
    datagram.extend(milliseconds(flow.last));
    datagram.extend(flow.key.sport.to_be_bytes());
    datagram.extend(flow.key.dport.to_be_bytes());
    datagram.extend([0, flow.tcp_flags as u8, flow.key.protocol, flow.key.tos]);
    // Autonomous systems and masks.
    datagram.extend([0; 8]);
}

/// Flows on their way out in version 9.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Export9 {
    /// The datagram behind its header; empty where there is none.
    #[serde(with = "crate::sim::hex")]
    body: Vec<u8>,
    /// How many records it has, and what they are at most.
    count: u16,
    mtu: u16,
    /// Where the last set begins, and of which type of flow it is.
    set: usize,
    kind: u16,
    open: bool,
    sequence: u32,
    /// How many datagrams have been sent, and when the templates were: at which of them, and at which second.
    sent: u64,
    told_packets: u64,
    told_time: u64,
}

impl Export9 {
    /// Adds a flow, and returns the datagram if it is full then.
    pub(super) fn add(&mut self, flow: &Flow, config: &ng_netflow_v9info, moment: Moment) -> Option<Vec<u8>> {
        if !self.open {
            self.begin(config, moment);
        }
        let kind = if flow.key.src.is_ipv4() { FOUR } else { SIX };
        if kind != self.kind {
            self.close_set();
            self.kind = kind;
            self.set = self.body.len();
            self.body.extend((0xff + kind).to_be_bytes());
            self.body.extend([0; 2]);
        }
        self.append(flow);
        self.count += 1;
        let room = usize::from(self.mtu).saturating_sub(40 + 8 + 16);
        let full = HEADER9 + self.body.len() + RECORD_MAX + SET_HEADER >= room;
        full.then(|| self.flush(moment)).flatten()
    }

    /// Begins a datagram, with the templates if it is time to tell them.
    fn begin(&mut self, config: &ng_netflow_v9info, moment: Moment) {
        self.open = true;
        (self.count, self.kind, self.set) = (0, 0, 0);
        self.mtu = config.mtu;
        let late = moment.uptime >= u64::from(config.templ_time) + self.told_time;
        if late || self.sent >= u64::from(config.templ_packets) + self.told_packets {
            (self.told_time, self.told_packets) = (moment.uptime, self.sent);
            self.body = templates();
            self.set = self.body.len();
            self.count = 2;
        }
    }

    fn append(&mut self, flow: &Flow) {
        for ip in [flow.key.src, flow.key.dst] {
            match ip {
                IpAddr::V4(ip) => self.body.extend(ip.octets()),
                IpAddr::V6(ip) => self.body.extend(ip.octets()),
            }
        }
        let next_hop = if flow.key.src.is_ipv4() { 4 } else { 16 };
        self.body.extend(std::iter::repeat_n(0, next_hop));
        self.body.extend(flow.key.input.to_be_bytes());
        self.body.extend([0; 2]);
        self.body.extend((flow.packets as u32).to_be_bytes());
        self.body.extend((flow.bytes as u32).to_be_bytes());
        self.body.extend([0; 8]);
        self.body.extend(milliseconds(flow.first));
        self.body.extend(milliseconds(flow.last));
        self.body.extend(flow.key.sport.to_be_bytes());
        self.body.extend(flow.key.dport.to_be_bytes());
        self.body.extend([flow.tcp_flags as u8, flow.key.protocol, flow.key.tos]);
        self.body.extend([0; 10]);
    }

    /// Fills the last set up to whole words, and writes its length.
    fn close_set(&mut self) {
        if self.kind == 0 {
            return;
        }
        self.body.resize(self.body.len().next_multiple_of(4), 0);
        let len = (self.body.len() - self.set) as u16;
        if let Some(place) = self.body.get_mut(self.set + 2..self.set + 4) {
            place.copy_from_slice(&len.to_be_bytes());
        }
    }

    /// Returns what has been added, if a datagram was begun.
    pub(super) fn flush(&mut self, moment: Moment) -> Option<Vec<u8>> {
        if !std::mem::take(&mut self.open) {
            return None;
        }
        self.close_set();
        let (seconds, _) = moment.unix();
        let mut datagram = [9_u16.to_be_bytes(), self.count.to_be_bytes()].concat();
        datagram.extend([milliseconds(moment.uptime), seconds, self.sequence.to_be_bytes(), [0; 4]].concat());
        datagram.append(&mut self.body);
        self.sequence = self.sequence.wrapping_add(1);
        self.sent += 1;
        Some(datagram)
    }
}

/// The set that says what records of version 9 consist of.
fn templates() -> Vec<u8> {
    let mut set = Vec::new();
    for (kind, addresses) in [(FOUR, [(8, 4), (12, 4), (15, 4)]), (SIX, [(27, 16), (28, 16), (62, 16)])] {
        set.extend((0xff + kind).to_be_bytes());
        set.extend(((addresses.len() + FIELDS.len()) as u16).to_be_bytes());
        for (field, len) in addresses.into_iter().chain(FIELDS) {
            set.extend([u16::to_be_bytes(field), u16::to_be_bytes(len)].concat());
        }
    }
    let len = (set.len() + SET_HEADER) as u16;
    [&[0, 0], &len.to_be_bytes()[..], &set].concat()
}
