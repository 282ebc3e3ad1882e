//! What this crate claims of the C headers: every constant, size and offset, for comparison with a C
//! compiler.
//!
//! The items of a header module are declared through the macro `abi!`, which declares them and enters them
//! here, so that nothing is declared without being claimed. `abi/check` compiles the same names with
//! FreeBSD's own headers into a table for each architecture; the tests of this crate compare those tables
//! with [`HEADERS`].

/// The claims that one module makes of one C header.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// The path of the module, such as `netgraph_sys::ng_message`.
    pub module: &'static str,
    /// The header as C includes it, such as `netgraph/ng_message.h`.
    pub path: &'static str,
    /// What the module declares, in its order.
    pub claims: &'static [Claim],
}

/// The claim made by one declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// An integer constant.
    Const {
        /// Its name in C.
        name: &'static str,
        /// Its value.
        value: i64,
    },
    /// A string constant, without its terminating NUL.
    Str {
        /// Its name in C.
        name: &'static str,
        /// Its text.
        value: &'static str,
    },
    /// A structure.
    Struct {
        /// Its tag or type name in C.
        name: &'static str,
        /// Its size in bytes.
        size: usize,
        /// Its alignment in bytes.
        align: usize,
        /// Its members in order; those that C has no name for begin with `_`.
        fields: &'static [Field],
    },
}

/// The claim made by one member of a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in C.
    pub name: &'static str,
    /// Where it begins, in bytes.
    pub offset: usize,
    /// Its size in bytes; 0 for a flexible array.
    pub size: usize,
}

/// Every header that this crate mirrors.
pub const HEADERS: &[Header] = &[
    crate::errno::ABI,
    crate::net_bpf::ABI,
    crate::net_ethernet::ABI,
    crate::net_if::ABI,
    crate::net_slcompress::ABI,
    crate::netinet_in::ABI,
    crate::ng_UI::ABI,
    crate::ng_async::ABI,
    crate::ng_bpf::ABI,
    crate::ng_bridge::ABI,
    crate::ng_btsocket::ABI,
    crate::ng_car::ABI,
    crate::ng_checksum::ABI,
    crate::ng_cisco::ABI,
    crate::ng_deflate::ABI,
    crate::ng_device::ABI,
    crate::ng_echo::ABI,
    crate::ng_eiface::ABI,
    crate::ng_etf::ABI,
    crate::ng_ether::ABI,
    crate::ng_ether_echo::ABI,
    crate::ng_frame_relay::ABI,
    crate::ng_gif::ABI,
    crate::ng_gif_demux::ABI,
    crate::ng_hci::ABI,
    crate::ng_hole::ABI,
    crate::ng_hub::ABI,
    crate::ng_iface::ABI,
    crate::ng_ip_input::ABI,
    crate::ng_ipfw::ABI,
    crate::ng_ksocket::ABI,
    crate::ng_l2cap::ABI,
    crate::ng_l2tp::ABI,
    crate::ng_lmi::ABI,
    crate::ng_macfilter::ABI,
    crate::ng_message::ABI,
    crate::ng_mppc::ABI,
    crate::ng_nat::ABI,
    crate::ng_netflow::ABI,
    crate::ng_one2many::ABI,
    crate::ng_patch::ABI,
    crate::ng_pipe::ABI,
    crate::ng_ppp::ABI,
    crate::ng_pppoe::ABI,
    crate::ng_pptpgre::ABI,
    crate::ng_pred1::ABI,
    crate::ng_rfc1490::ABI,
    crate::ng_socket::ABI,
    crate::ng_source::ABI,
    crate::ng_split::ABI,
    crate::ng_tag::ABI,
    crate::ng_tcpmss::ABI,
    crate::ng_tee::ABI,
    crate::ng_tty::ABI,
    crate::ng_ubt::ABI,
    crate::ng_vjc::ABI,
    crate::ng_vlan::ABI,
    crate::ng_vlan_rotate::ABI,
    crate::sys_mbuf::ABI,
    crate::sys_socket::ABI,
    crate::sys_time::ABI,
    crate::sys_un::ABI,
    crate::udbp::ABI,
];

/// Declares the constants and structures of a C header, and their [`Header`] of claims under the name `ABI`.
///
/// The declarations are written as in plain Rust. A structure gets `#[repr(C)]`, the derives for zerocopy and
/// comparison, and a `Default` of all zeroes; what C has no name for, such as padding, is spelled out in
/// members whose name begins with `_`.
macro_rules! abi {
    ($path:literal; $(
        $(#[$meta:meta])*
        pub $kind:ident $name:ident
        $(: $type:ident = $value:expr;)?
        $(: &str = $text:expr;)?
        $({ $($(#[$field_meta:meta])* pub $field:ident: $field_type:ty),* $(,)? })?
    )*) => {
        $($crate::abi::declare! {
            $(#[$meta])*
            pub $kind $name
            $(: $type = $value;)?
            $(: &'static str = $text;)?
            $({ $($(#[$field_meta])* pub $field: $field_type),* })?
        })*

        pub(crate) const ABI: $crate::abi::Header = $crate::abi::Header {
            module: module_path!(),
            path: $path,
            claims: &[$(
                $($crate::abi::Claim::Const { name: stringify!($name), value: $value as $type as i64 })?
                $($crate::abi::Claim::Str { name: stringify!($name), value: $text })?
                $($crate::abi::Claim::Struct {
                    name: stringify!($name),
                    size: size_of::<$name>(),
                    align: align_of::<$name>(),
                    fields: &[$($crate::abi::Field {
                        name: stringify!($field),
                        offset: core::mem::offset_of!($name, $field),
                        size: size_of::<$field_type>(),
                    }),*],
                })?
            ),*],
        };
    };
}
pub(crate) use abi;

/// Writes out one declaration of [`abi!`].
macro_rules! declare {
    ($(#[$meta:meta])* pub const $name:ident: $type:ty = $value:expr;) => {
        $(#[$meta])*
        pub const $name: $type = $value;
    };
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq,
            zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::KnownLayout, zerocopy::Immutable,
        )]
        #[repr(C)]
        pub struct $name { $($fields)* }

        impl Default for $name {
            fn default() -> Self {
                zerocopy::FromZeros::new_zeroed()
            }
        }
    };
}
pub(crate) use declare;
