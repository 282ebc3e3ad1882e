//! The flows that a node remembers, in the lists over which the kernel spreads them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::packet::Record;

const FIN: u16 = 0x01;
const RST: u16 = 0x04;

const TCP: u8 = 6;
const UDP: u8 = 17;

/// Up to so many packets a flow is a small one, which is forgotten sooner.
const SMALL: u64 = 4;

/// What makes a flow; ports in host order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    pub(super) sport: u16,
    pub(super) dport: u16,
    pub(super) protocol: u8,
    pub(super) tos: u8,
    /// The index of the interface that it came in by.
    pub(super) input: u16,
}

/// A flow; times in seconds since the machine was booted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flow {
    pub(super) key: Key,
    pub(super) packets: u64,
    pub(super) bytes: u64,
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) tcp_flags: u16,
}

/// How long flows are remembered, in seconds, and the present moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) now: u64,
    pub(super) inactive: u64,
    pub(super) active: u64,
}

impl Flow {
    fn is_inactive(&self, times: Times) -> bool {
        times.now - self.last.min(times.now) > times.inactive
    }

    fn is_aged(&self, times: Times) -> bool {
        times.now - self.first.min(times.now) > times.active
    }

    fn is_over(&self, times: Times) -> bool {
        (self.is_inactive(times) && self.packets <= SMALL) || self.is_aged(times)
    }
}

/// The flows of one version of IP.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Cache {
    lists: BTreeMap<u16, Vec<Flow>>,
}

impl Key {
    /// Which list a flow is in, as the kernel computes it on a little-endian machine.
    fn list(&self) -> u16 {
        let low = |ip: IpAddr| match ip {
            IpAddr::V4(ip) => u32::from_le_bytes(ip.octets()),
            IpAddr::V6(ip) => (u128::from_le_bytes(ip.octets()) >> 96) as u32,
        };
        let folded = |ip: u32| (ip ^ (ip >> 16)) as u16;
        let addresses = folded(low(self.src)) ^ folded(low(self.dst)).swap_bytes();
        match self.protocol {
            TCP | UDP => addresses ^ self.sport.swap_bytes() ^ self.dport,
            _ => addresses,
        }
    }
}

impl Cache {
    pub(super) fn len(&self) -> usize {
        self.lists.values().map(Vec::len).sum()
    }

    /// Adds a packet to its flow, and returns the flows that are over now.
    pub(super) fn add(&mut self, record: Record, times: Times) -> Vec<Flow> {
        let Record { key, bytes, tcp_flags } = record;
        let list = self.lists.entry(key.list()).or_default();
        let mut over = Vec::new();
        // The newest first: most packets belong to it.
        let mut at = list.len();
        let found = loop {
            let Some(before) = at.checked_sub(1) else { break None };
            at = before;
            match list.get(at) {
                Some(flow) if flow.key == key => break Some(list.remove(at)),
                Some(flow) if flow.is_over(times) => over.push(list.remove(at)),
                _ => {}
            }
        };
        let new = found.is_none();
        let mut flow = found.unwrap_or(Flow {
            key,
            packets: 0,
            bytes: 0,
            first: times.now,
            last: times.now,
            tcp_flags: 0,
        });
        flow.bytes += bytes;
        flow.packets += 1;
        flow.tcp_flags |= tcp_flags;
        flow.last = times.now;
        // The end of a connection is the end of its flow, unless that has just begun.
        if !new && (tcp_flags & (FIN | RST) != 0 || flow.is_aged(times)) {
            over.push(flow);
        } else {
            list.push(flow);
        }
        self.lists.retain(|_, list| !list.is_empty());
        over
    }

    /// Takes out the flows that are over. A list whose oldest flow is still active is not looked at any further.
    pub(super) fn expire(&mut self, times: Times) -> Vec<Flow> {
        let mut over = Vec::new();
        for list in self.lists.values_mut() {
            let active = list.iter().position(|flow| !flow.is_inactive(times)).unwrap_or(list.len());
            let rest = list.split_off(active);
            let (ended, kept): (Vec<_>, Vec<_>) = list.drain(..).partition(|flow| flow.is_over(times));
            over.extend(ended);
            *list = kept;
            list.extend(rest);
        }
        self.lists.retain(|_, list| !list.is_empty());
        over
    }

    /// Takes all flows out.
    pub(super) fn take(&mut self) -> Vec<Flow> {
        std::mem::take(&mut self.lists).into_values().flatten().collect()
    }

    /// Returns up to `max` flows from a place in the lists on, and the place where to go on: 0 and 0 at the end. In a
    /// list, flows are counted from 1. Like the kernel's, the place behind the end of a list leads past all lists that
    /// are as short.
    pub(super) fn show(&self, list: u32, mut from: u32, max: usize) -> (Vec<&Flow>, u32, u32) {
        let mut shown = Vec::new();
        let Ok(first) = u16::try_from(list) else { return (shown, 0, 0) };
        for (number, list) in self.lists.range(first..) {
            for (flow, place) in list.iter().zip(1..) {
                if place < from {
                    continue;
                }
                from = 0;
                shown.push(flow);
                if shown.len() == max {
                    return (shown, u32::from(*number), place + 1);
                }
            }
        }
        (shown, 0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(port: u16, flags: u16) -> Record {
        let key = Key {
            src: [10, 0, 0, 1].into(),
            dst: [10, 0, 0, 2].into(),
            sport: port,
            dport: 80,
            protocol: TCP,
            tos: 0,
            input: 0,
        };
        Record { key, bytes: 40, tcp_flags: flags }
    }

    fn at(now: u64) -> Times {
        Times { now, inactive: 15, active: 1800 }
    }

    #[test]
    fn packets_of_one_flow_are_counted_together_until_it_ends() {
        let mut cache = Cache::default();
        assert!(cache.add(record(1, 2), at(1)).is_empty());
        assert!(cache.add(record(2, 2), at(1)).is_empty());
        assert!(cache.add(record(1, 16), at(5)).is_empty());
        assert_eq!(cache.len(), 2);
        let over = cache.add(record(1, FIN), at(6));
        assert_eq!(
            over.iter().map(|flow| (flow.packets, flow.first, flow.last)).collect::<Vec<_>>(),
            [(3, 1, 6)]
        );
        assert_eq!((cache.len(), over[0].tcp_flags), (1, 19));
        assert_eq!(cache.expire(at(16)), []);
        assert_eq!(cache.expire(at(17)).len(), 1);
    }

    #[test]
    fn large_flows_wait_until_they_are_old() {
        let mut cache = Cache::default();
        for _ in 0..5 {
            cache.add(record(1, 2), at(1));
        }
        assert_eq!(cache.expire(at(1801)), []);
        assert_eq!(cache.expire(at(1802)).len(), 1);
    }

    #[test]
    fn all_flows_are_shown_a_few_at_a_time() {
        let mut cache = Cache::default();
        for tos in 0..100 {
            let mut record = record(1, 0);
            record.key = Key { tos, protocol: 1, ..record.key };
            cache.add(record, at(1));
        }
        let (mut list, mut place, mut all) = (0, 0, 0);
        loop {
            let (some, next, at) = cache.show(list, place, 7);
            all += some.len();
            (list, place) = (next, at);
            if (list, place) == (0, 0) {
                break;
            }
        }
        assert_eq!(all, 100);
    }
}
