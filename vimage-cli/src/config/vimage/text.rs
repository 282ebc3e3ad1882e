//! The values of a vimage as text, which can be read back, and for JSON.
use std::fmt;

use netgraph::nodes::EtherAddr;
use serde::{Serialize, Serializer};

use super::{Bridge, BridgeMac, MacPolicy, NONE, Parameter, Ruleset, Start, Stop};

impl fmt::Display for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.mac {
            BridgeMac::Policy => "",
            BridgeMac::Parent => "=",
            BridgeMac::Kernel => "!",
        })?;
        write!(f, "{}", self.parent)?;
        self.segment.as_ref().map_or(Ok(()), |segment| write!(f, "@{segment}"))
    }
}

impl fmt::Display for MacPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stable => f.write_str("stable"),
            Self::Jng => f.write_str("jng"),
            Self::Kernel => f.write_str("kernel"),
            Self::Addresses(addresses) => {
                let words: Vec<String> = addresses.iter().map(EtherAddr::to_string).collect();
                f.write_str(&words.join(" "))
            }
        }
    }
}

impl fmt::Display for Ruleset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => Ok(()),
            Self::Number(number) => number.fmt(f),
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.value.as_ref().map_or(Ok(()), |value| write!(f, "={value}"))
    }
}

impl Serialize for MacPolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Addresses(addresses) => serializer.collect_seq(addresses.iter().map(EtherAddr::to_string)),
            policy => serializer.collect_str(policy),
        }
    }
}

impl Serialize for Ruleset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Default => serializer.serialize_none(),
            Self::Number(number) => serializer.serialize_u16(*number),
            Self::Named(name) => serializer.serialize_str(name),
        }
    }
}

impl Serialize for Start {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Network => serializer.serialize_none(),
            Self::Nothing => serializer.serialize_str(NONE),
            Self::Command(command) => serializer.serialize_str(command),
        }
    }
}

impl Serialize for Stop {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Services => serializer.serialize_none(),
            Self::Nothing => serializer.serialize_str(NONE),
            Self::Command(command) => serializer.serialize_str(command),
        }
    }
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
