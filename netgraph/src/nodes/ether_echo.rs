//! `ether_echo`: sends Ethernet frames back to where they came from; see ng_ether_echo(4).

use crate::{node_type, sys};

node_type! {
    /// Sends each Ethernet frame back on the hook it came in on, source and destination exchanged. Any hook name will
    /// do; it dies with its last hook. See [ng_ether_echo(4)](https://man.freebsd.org/ng_ether_echo/4).
    pub EtherEcho: "ether_echo", cookie = sys::NGM_ETHER_ECHO_COOKIE;
}
