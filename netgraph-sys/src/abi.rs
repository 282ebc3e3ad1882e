//! What this crate claims of the C headers: every constant, size and offset, for comparison with a C compiler.
//!
//! The items of a header module are declared through the macro `abi!`, which declares them and enters them here, so
//! that nothing is declared without being claimed. `abi/check` compiles the same names with FreeBSD's own headers
//! into a table for each architecture; the tests of this crate compare those tables with [`HEADERS`].

/// The claims that one module makes of one C header.
#[derive(Clone, Copy, Debug)]
pub struct Header {
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
        /// Its members in order; the padding that Rust spells out is among them, as `_pad...`.
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
    crate::net_ethernet::ABI,
    crate::net_if::ABI,
    crate::ng_bridge::ABI,
    crate::ng_eiface::ABI,
    crate::ng_ether::ABI,
    crate::ng_hub::ABI,
    crate::ng_message::ABI,
    crate::ng_socket::ABI,
    crate::sys_socket::ABI,
];

/// Declares the constants and structures of a C header, and their [`Header`] of claims under the name `ABI`.
///
/// The declarations are written as in plain Rust. A structure gets `#[repr(C)]`, the derives for zerocopy and
/// comparison, and a `Default` of all zeroes; padding is spelled out in members named `_pad...`.
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
