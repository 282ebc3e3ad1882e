//! `ip_input`: hands packets to the host's IPv4 input; see ng_ip_input(4).

use crate::{node_type, sys};

node_type! {
    /// Hands each packet to the host's IPv4 input, as if an interface had received it. Any hook name will do; it dies
    /// with its last hook. See [ng_ip_input(4)](https://man.freebsd.org/ng_ip_input/4).
    pub IpInput: "ip_input", cookie = sys::NGM_IP_INPUT_COOKIE;
}
