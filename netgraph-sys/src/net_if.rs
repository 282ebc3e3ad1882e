//! `net/if.h`: the length of an interface name.

crate::abi::abi! {
    "net/if.h";

    /// The size of a buffer that holds an interface name, the NUL included: names have at most 15 bytes.
    pub const IFNAMSIZ: usize = 16;
}
