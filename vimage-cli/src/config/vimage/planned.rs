//! The interfaces that a vimage asks for, and their names.
use netgraph::nodes::EtherAddr;
use serde::{Serialize, Serializer};

use super::{Bridge, BridgeMac, MacPolicy, Vimage};
use crate::config::name::Ifname;

/// An interface that a vimage asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlannedInterface<'a> {
    /// Its place in `_bridges`, from 0.
    pub index: u32,
    /// Its name: `ng0_vj1`, at most 15 characters.
    pub ifname: String,
    /// The name of its ng_eiface(4) node: the same, but at most 31 characters.
    pub node: String,
    /// The interface that is bridged.
    pub parent: &'a Ifname,
    /// The name of the parent's ng_ether(4) node.
    pub parent_node: String,
    /// The name of the parent's ng_bridge(4) node: `igb0bridge`.
    pub bridge_node: String,
    /// The second bridge behind that one, if the interface is on one.
    pub segment: Option<&'a str>,
    /// The name of the second bridge's node: `igb0lan`.
    pub segment_node: Option<String>,
    /// Where its address comes from.
    pub mac: PlannedMac,
}

/// Where the address of an interface comes from, all that the configuration says about it considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlannedMac {
    /// [`mac::stable`](crate::config::mac::stable) of host, name and index.
    Stable,
    /// [`mac::jng`](crate::config::mac::jng) of parent, name and this counter.
    Jng {
        /// How many addresses jng would have derived from the parent before this one.
        counter: u32,
    },
    /// The kernel's choice stays.
    Kernel,
    /// It is the parent's.
    Parent,
    /// It is this one.
    Address(EtherAddr),
}

/// The longest name of a netgraph node, in bytes (`NG_NODESIZ` is 32, with the terminating NUL).
const NODE_MAX: usize = netgraph::name::NAME_MAX;

impl Vimage {
    /// The interfaces that are made for it, in the order of `_bridges`.
    ///
    /// # Examples
    /// ```
    /// use vimage::config::{Config, shell::Reader};
    ///
    /// let mut reader = Reader::new("/");
    /// reader.read_bytes("rc.conf", b"
    ///     vimage_vj1_rootdir=/usr/jail/vj1
    ///     vimage_vj1_hostname=vj1
    ///     vimage_vj1_bridges='igb0 em0.10@lan'
    /// ")?;
    /// let config = Config::resolve(reader.variables())?;
    /// let names: Vec<_> = config.vimages["vj1"]
    ///     .interfaces()
    ///     .map(|interface| (interface.ifname, interface.bridge_node, interface.segment_node))
    ///     .collect();
    /// assert_eq!(names[0], ("ng0_vj1".into(), "igb0bridge".into(), None));
    /// assert_eq!(names[1], ("ng1_vj1".into(), "em0_10bridge".into(), Some("em0_10lan".into())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn interfaces(&self) -> impl Iterator<Item = PlannedInterface<'_>> {
        let bridges = &self.bridges.value;
        (0_u32..).zip(bridges).enumerate().map(move |(place, (index, bridge))| {
            let full = format!("ng{index}_{}", self.ifname.value);
            PlannedInterface {
                index,
                ifname: cut(&full, Ifname::MAX),
                node: cut(&full, NODE_MAX),
                parent: &bridge.parent,
                parent_node: bridge.parent.node(),
                bridge_node: bridge.bridge_node(),
                segment: bridge.segment.as_deref(),
                segment_node: bridge.segment_node(),
                mac: self.planned_mac(bridge, bridges.get(..place).unwrap_or_default()),
            }
        })
    }

    /// Where the address of the interface comes from that follows the ones of `earlier`.
    fn planned_mac(&self, bridge: &Bridge, earlier: &[Bridge]) -> PlannedMac {
        match (bridge.mac, &self.mac.value) {
            (BridgeMac::Parent, _) => PlannedMac::Parent,
            (BridgeMac::Kernel, _) | (BridgeMac::Policy, MacPolicy::Kernel) => PlannedMac::Kernel,
            (BridgeMac::Policy, MacPolicy::Stable) => PlannedMac::Stable,
            (BridgeMac::Policy, MacPolicy::Jng) => {
                let derived = earlier
                    .iter()
                    .filter(|other| other.parent == bridge.parent && other.mac == BridgeMac::Policy);
                PlannedMac::Jng { counter: u32::try_from(derived.count()).unwrap_or(u32::MAX) }
            }
            // There are as many as there are words, or the configuration would have been refused.
            (BridgeMac::Policy, MacPolicy::Addresses(addresses)) => addresses
                .get(earlier.len())
                .map_or(PlannedMac::Stable, |address| PlannedMac::Address(*address)),
        }
    }
}

/// The first bytes of a name, which is ASCII.
fn cut(name: &str, most: usize) -> String {
    name.get(..most).unwrap_or(name).to_owned()
}

impl Serialize for PlannedMac {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Stable => serializer.serialize_str("stable"),
            Self::Jng { .. } => serializer.serialize_str("jng"),
            Self::Kernel => serializer.serialize_str("kernel"),
            Self::Parent => serializer.serialize_str("parent"),
            Self::Address(address) => serializer.collect_str(address),
        }
    }
}
