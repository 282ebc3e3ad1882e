//! `netgraph/ng_tty.h`: the bytes of a terminal; see ng_tty(4).

crate::abi::abi! {
    "netgraph/ng_tty.h";

    /// The name of the node type.
    pub const NG_TTY_NODE_TYPE: &str = "tty";
    /// The cookie of the type's messages.
    pub const NGM_TTY_COOKIE: u32 = 1226109660;

    /// The hot character of a new node: the flag that ends a PPP frame.
    pub const NG_TTY_DFL_HOTCHAR: i32 = 0x7e;

    /// The only hook.
    pub const NG_TTY_HOOK: &str = "hook";

    /// Reads the character that makes the node pass on what it has: the reply is an `i32`, -1 for none.
    pub const NGM_TTY_GET_HOTCHAR: u32 = 1;
    /// Sets the hot character: the argument is an `i32`, -1 to 255.
    pub const NGM_TTY_SET_HOTCHAR: u32 = 2;
    /// Takes over a terminal: the argument is two `i32`, a process and its descriptor of the terminal.
    pub const NGM_TTY_SET_TTY: u32 = 3;
}
