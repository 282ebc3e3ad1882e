//! Names of nodes, hooks and types, and the numbers of nodes.

use std::fmt;
use std::str::FromStr;

use text::Text;

mod text;

/// The longest name of a node, hook or type, in bytes: `NG_NODESIZ`, `NG_HOOKSIZ` and `NG_TYPESIZ` are 32, with
/// the terminating NUL.
pub const NAME_MAX: usize = 31;

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The name has no bytes.
    #[error("a {0} cannot be empty")]
    Empty(&'static str),
    /// The name is longer than [`NAME_MAX`] bytes.
    #[error("a {kind} has at most {NAME_MAX} bytes, this one has {len}")]
    TooLong {
        /// What was to be named.
        kind: &'static str,
        /// How long the refused name is, in bytes.
        len: usize,
    },
    /// The name holds a byte that cannot be in it.
    #[error("a {kind} cannot contain {byte:?}", byte = char::from(*.byte))]
    Byte {
        /// What was to be named.
        kind: &'static str,
        /// The offending byte.
        byte: u8,
    },
    /// The name reads as a node number (`[1f]`), which the kernel refuses.
    #[error("a node name cannot have the form of a node number ([hex])")]
    LooksLikeId,
}

fn check(kind: &'static str, name: &[u8], forbidden: &[u8]) -> Result<Text, NameError> {
    if name.is_empty() {
        return Err(NameError::Empty(kind));
    }
    if let Some(&byte) = name.iter().find(|b| **b == 0 || forbidden.contains(b)) {
        return Err(NameError::Byte { kind, byte });
    }
    Text::new(name).ok_or(NameError::TooLong { kind, len: name.len() })
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Text);

        impl $name {
            /// Takes the text of a fixed 32-byte field that the kernel filled in, up to its NUL, as it is.
            ///
            /// The kernel holds names that [`FromStr`] refuses (an unnamed node is `""`); what it reports must
            /// be readable all the same.
            #[must_use]
            #[inline]
            pub fn from_field(field: &[u8]) -> Self {
                Self(Text::from_field(field))
            }

            /// Returns the name's bytes.
            #[must_use]
            #[inline]
            pub fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }

            /// Returns the name as the kernel's fixed field: 32 bytes, padded with NULs.
            #[must_use]
            #[inline]
            pub fn to_field(&self) -> [u8; NAME_MAX + 1] {
                self.0.field()
            }

            /// Tells whether there is no name.
            #[must_use]
            #[inline]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&String::from_utf8_lossy(self.as_bytes()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&String::from_utf8_lossy(self.as_bytes()), f)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = NameError;
            fn try_from(name: &str) -> Result<Self, NameError> {
                name.parse()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    };
}

name! {
    /// The name of a node: 1 to 31 bytes, without `.` or `:`, and not of the form `[hex]`.
    ///
    /// ```
    /// use netgraph::NodeName;
    /// assert_eq!("igb0bridge".parse::<NodeName>()?, "igb0bridge");
    /// assert!("em0.10".parse::<NodeName>().is_err());
    /// assert!("[1f]".parse::<NodeName>().is_err());
    /// # Ok::<(), netgraph::NameError>(())
    /// ```
    NodeName, "node name"
}

name! {
    /// The name of a hook: 1 to 31 bytes, without `.` or `:`.
    ///
    /// The kernel accepts other names and then cannot reach such hooks by path; this type refuses them.
    ///
    /// ```
    /// use netgraph::HookName;
    /// assert_eq!("link0".parse::<HookName>()?.as_bytes(), b"link0");
    /// assert!("a.b".parse::<HookName>().is_err());
    /// # Ok::<(), netgraph::NameError>(())
    /// ```
    HookName, "hook name"
}

name! {
    /// The name of a node type: 1 to 31 bytes, such as `bridge`.
    TypeName, "type name"
}

impl FromStr for NodeName {
    type Err = NameError;
    fn from_str(name: &str) -> Result<Self, NameError> {
        let text = check("node name", name.as_bytes(), b".:")?;
        if NodeId::parse(name.as_bytes()).is_some() {
            return Err(NameError::LooksLikeId);
        }
        Ok(Self(text))
    }
}

impl FromStr for HookName {
    type Err = NameError;
    fn from_str(name: &str) -> Result<Self, NameError> {
        check("hook name", name.as_bytes(), b".:").map(Self)
    }
}

impl FromStr for TypeName {
    type Err = NameError;
    fn from_str(name: &str) -> Result<Self, NameError> {
        check("type name", name.as_bytes(), b"").map(Self)
    }
}

impl HookName {
    /// Makes a hook name at compile time.
    ///
    /// # Panics
    /// Where `name` is empty, longer than 31 bytes, or holds `.`, `:` or NUL: in a constant, that is an error of
    /// compilation.
    #[must_use]
    pub const fn constant(name: &str) -> Self {
        let bytes = name.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            assert!(bytes[i] != b'.' && bytes[i] != b':' && bytes[i] != 0, "not a hook name");
            i += 1;
        }
        assert!(!bytes.is_empty(), "a hook name cannot be empty");
        match Text::new(bytes) {
            Some(text) => Self(text),
            None => panic_too_long(),
        }
    }

    /// Makes `prefix` followed by a number, such as `link3`.
    pub(crate) fn numbered(prefix: &'static str, number: u32) -> Self {
        let mut digits = [0; 10];
        let mut at = digits.len();
        let mut rest = number;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let mut bytes = [0; NAME_MAX];
        let kept = prefix.len().min(NAME_MAX - 10);
        bytes[..kept].copy_from_slice(&prefix.as_bytes()[..kept]);
        let len = kept + digits.len() - at;
        bytes[kept..len].copy_from_slice(&digits[at..]);
        Self(Text::from_field(&bytes[..len]))
    }
}

#[expect(
    clippy::panic,
    reason = "reached in the evaluation of a constant only, where it is an error of compilation"
)]
const fn panic_too_long() -> ! {
    panic!("a hook name has at most 31 bytes")
}

/// The number of a node, unique in its VNET and never reused while the machine runs: a safe handle.
///
/// Written `[1f]:` in a path.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[doc(alias = "ng_ID_t")]
#[serde(transparent)]
pub struct NodeId(pub u32);

impl NodeId {
    /// Reads `[hex]` as the kernel does (with strtoul(3) in base 16, so `[0x1f]` works too); `[0]` and numbers
    /// whose low 32 bits are 0 are not node numbers.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let digits = text.strip_prefix(b"[")?.strip_suffix(b"]")?;
        let digits = match digits {
            [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => rest,
            digits => digits,
        };
        if digits.is_empty() {
            return None;
        }
        let value = digits.iter().try_fold(0u64, |value, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            value.checked_mul(16)?.checked_add(u64::from(digit))
        })?;
        match value as u32 {
            0 => None,
            _ if value == u64::MAX => None,
            id => Some(Self(id)),
        }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{:x}]", self.0)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_kernel_refuses_are_refused() {
        for bad in ["", "a.b", "a:b", "[1]", "[ff]", "a\0", &"x".repeat(32)] {
            assert!(bad.parse::<NodeName>().is_err(), "{bad:?}");
        }
        for good in ["a", "[zz]", "[0]", "with space", &"x".repeat(31)] {
            assert_eq!(good.parse::<NodeName>().unwrap().to_string(), good);
        }
    }

    #[test]
    fn node_numbers_read_as_the_kernel_reads_them() {
        for (text, id) in [
            ("[1]", Some(1)),
            ("[0x1f]", Some(31)),
            ("[0001F]", Some(31)),
            ("[0]", None),
            ("[0x]", None),
            ("[]", None),
            ("[ 1]", None),
            ("[100000000]", None),
            ("[100000002]", Some(2)),
            ("[ffffffffffffffff]", None),
            ("[1ffffffffffffffff]", None),
        ] {
            assert_eq!(NodeId::parse(text.as_bytes()), id.map(NodeId), "{text}");
        }
    }

    #[test]
    fn numbered_hooks_are_prefix_and_number() {
        assert_eq!(HookName::numbered("link", 0), "link0");
        assert_eq!(HookName::numbered("uplink", u32::MAX), "uplink4294967295");
    }

    #[test]
    fn a_field_ends_at_its_first_nul() {
        for len in 0..=40 {
            for size in 0..=40 {
                let mut field = vec![0xff; size];
                if let Some(byte) = field.get_mut(len) {
                    *byte = 0;
                }
                let name = NodeName::from_field(&field);
                assert_eq!(name.as_bytes(), vec![0xff; len.min(size).min(31)]);
                assert_eq!(name, NodeName::from_field(name.as_bytes()));
            }
        }
        assert_eq!(NodeName::from_field(b"\x01\0\x01\x80\0").as_bytes(), b"\x01");
    }

    #[test]
    fn what_is_behind_the_nul_makes_no_difference() {
        use std::collections::{BTreeSet, HashSet};
        let fields: [&[u8]; 3] = [b"ab", b"ab\0cd", &[&b"ab\0"[..], &[0xff; 40]].concat()];
        let names = fields.map(NodeName::from_field);
        assert_eq!(HashSet::from(names).len(), 1);
        assert_eq!(BTreeSet::from(names).len(), 1);
        assert!(names.iter().all(|name| name.to_field() == names[0].to_field()));
        assert!(NodeName::from_field(b"\0ab").is_empty());
        assert!(NodeName::from_field(b"ab\0z") < NodeName::from_field(b"abc"));
    }

    #[test]
    fn a_field_without_nul_is_cut() {
        assert_eq!(HookName::from_field(&[b'x'; 40]).as_bytes().len(), 31);
        assert_eq!(HookName::from_field(b"ab\0cd"), "ab");
    }
}
