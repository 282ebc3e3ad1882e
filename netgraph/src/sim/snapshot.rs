//! A simulated machine as a file: plain data, in a stable order, with one version number.
//!
//! Programs and what is theirs are no part of it: sockets are left out as the end of their processes would, with
//! everything that follows from it in the graph. Packets on their way are left out, too.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ifnet::Link;
use super::net::Address;
use crate::nodes::EtherAddr;

/// What a file says it is.
pub const FORMAT: &str = "netgraph-machine";

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// A machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineSnapshot {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// What only ever grows.
    pub counters: MachineCounters,
    /// The VNETs by their numbers; 0 is the host's.
    pub vnets: BTreeMap<u32, VnetSnapshot>,
}

/// What only ever grows in a machine: apart, so that two machines can be compared without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineCounters {
    /// The time since the machine was made, in nanoseconds.
    pub clock: u64,
    /// The number of the next VNET.
    pub next_vnet: u32,
    /// The number of the PPPoE session that was begun last.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub pppoe_session: u16,
}

/// Whether no PPPoE session has begun.
fn is_none_yet(session: &u16) -> bool {
    *session == 0
}

/// A VNET.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VnetSnapshot {
    /// What only ever grows.
    pub counters: VnetCounters,
    /// The interfaces, in their order.
    pub interfaces: Vec<InterfaceSnapshot>,
    /// The nodes by their numbers.
    pub nodes: BTreeMap<u32, NodeSnapshot>,
}

/// What only ever grows in a VNET.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VnetCounters {
    /// The number of the next node.
    pub next_node: u32,
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterfaceSnapshot {
    /// Its name.
    pub name: String,
    /// Its index, unique in the machine.
    pub index: u32,
    /// What it is.
    pub driver: Driver,
    /// The VNET to which it returns.
    pub home: u32,
    /// Its flags, as `IFF_` bits.
    pub flags: u32,
    /// How many want it to be promiscuous.
    pub promiscuous: u32,
    /// Its Ethernet address.
    pub mac: Option<EtherAddr>,
    /// Its MTU, in bytes.
    pub mtu: u32,
    /// Its description.
    pub description: String,
    /// The groups that it has joined.
    pub groups: Vec<EtherAddr>,
    /// The addresses that it was given, such as `10.0.0.1/24`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) addresses: Vec<Address>,
    /// Its link: `unknown`, `down` or `up`.
    pub(super) link: Link,
}

/// What an interface is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Driver {
    /// A loopback interface.
    Loopback,
    /// A network card.
    Nic,
    /// A tap(4).
    Tap {
        /// Its unit.
        unit: u32,
    },
    /// One end of an epair(4).
    Epair {
        /// The unit of both ends.
        unit: u32,
        /// The index of the other end.
        other: u32,
    },
    /// The interface of an eiface node, which knows it by its index.
    Eiface,
    /// The interface of an iface node, which knows it by its index.
    Iface,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeSnapshot {
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its name; empty if it has none. Bytes that are no text are written `\xff`, and `\` as `\\`.
    pub name: String,
    /// Its hooks, the newest first.
    pub hooks: Vec<HookSnapshot>,
    /// Its timers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timers: Vec<TimerSnapshot>,
    /// What its type keeps about it.
    pub state: Value,
}

/// A hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HookSnapshot {
    /// Its name, written as that of a node.
    pub name: String,
    /// The hook at the other end.
    pub peer: PeerSnapshot,
}

/// The other end of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerSnapshot {
    /// The node's number.
    pub node: u32,
    /// The hook's place in the node's list, counted from 0.
    pub hook: usize,
}

/// A timer of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimerSnapshot {
    /// When it is due, in nanoseconds from now.
    pub due_in: u64,
    /// What the node knows it by.
    pub token: u32,
}

/// Reads what a node's type has saved.
pub(super) fn state<T: DeserializeOwned>(saved: &Value) -> Result<T, String> {
    T::deserialize(saved).map_err(|error| error.to_string())
}

/// Writes the bytes of a name as text that [`bytes_of`] reads.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// Reads the bytes of a name; `None` where it is not what [`text_of`] writes, or too long for a name.
pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match (first, after) {
            (b'\\', [b'\\', after @ ..]) => (b'\\', after),
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digit = |d: &u8| char::from(*d).to_digit(16);
                ((digit(high)? * 16 + digit(low)?) as u8, after)
            }
            (b'\\' | 0, _) => return None,
            (byte, after) => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    (bytes.len() <= crate::name::NAME_MAX).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_name_survives_as_text(name in prop::collection::vec(1u8.., 0..=31)) {
            prop_assert_eq!(bytes_of(&text_of(&name)), Some(name));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".*") {
            let _ = bytes_of(&text);
        }
    }
}
