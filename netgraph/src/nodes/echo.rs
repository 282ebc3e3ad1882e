//! `echo`: sends everything back; see ng_echo(4).

use crate::{node_type, sys};

node_type! {
    /// Sends each packet back on the hook it came in on, and each message back to its sender, marked as a reply. Any
    /// hook name will do; it dies with its last hook. See [ng_echo(4)](https://man.freebsd.org/ng_echo/4).
    pub Echo: "echo", cookie = sys::NGM_ECHO_COOKIE;
}
