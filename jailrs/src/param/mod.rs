//! Jail parameters with their types, and the bytes that the kernel wants for them.

mod kind;
mod text;

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

pub use kind::{Access, Declared, Kind};
pub(crate) use kind::{module_of, nearest, text as text_of};

use crate::system::Opt;
use crate::{Error, Result};

/// How a jail has a subsystem of the host: not at all, one of its own, or its parent's (`jailsys` of jail(8)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(i32)]
pub enum JailSys {
    /// The jail is without it.
    #[doc(alias = "JAIL_SYS_DISABLE")]
    Disable = 0,
    /// The jail has its own.
    #[doc(alias = "JAIL_SYS_NEW")]
    New = 1,
    /// The jail shares its parent's.
    #[doc(alias = "JAIL_SYS_INHERIT")]
    Inherit = 2,
}

impl JailSys {
    /// The word of jail(8): `disable`, `new` or `inherit`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::New => "new",
            Self::Inherit => "inherit",
        }
    }

    /// The setting of a number that the kernel gave.
    #[must_use]
    pub const fn from_raw(raw: i32) -> Option<Self> {
        match raw {
            0 => Some(Self::Disable),
            1 => Some(Self::New),
            2 => Some(Self::Inherit),
            _ => None,
        }
    }
}

impl fmt::Display for JailSys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The value of a jail parameter.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// On or off. It has no bytes of its own: the kernel looks at the parameter's name alone.
    Bool(bool),
    /// A number of 32 bits.
    Int(i32),
    /// A number of the width of C's `unsigned long`, such as `host.hostid`.
    Ulong(u64),
    /// How the jail has a subsystem.
    JailSys(JailSys),
    /// Text, without a NUL.
    String(String),
    /// IPv4 addresses, the primary one first.
    Ip4(Vec<Ipv4Addr>),
    /// IPv6 addresses, the primary one first.
    Ip6(Vec<Ipv6Addr>),
    /// Nothing: takes one key of `meta` or `env` away.
    Unset,
    /// Bytes for a parameter whose type is not known here.
    Raw(Vec<u8>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Ulong(value) => write!(f, "{value}"),
            Self::JailSys(value) => write!(f, "{value}"),
            Self::String(value) => f.write_str(value),
            Self::Ip4(list) => join(f, list),
            Self::Ip6(list) => join(f, list),
            Self::Unset => Ok(()),
            Self::Raw(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
        }
    }
}

fn join<T: fmt::Display>(f: &mut fmt::Formatter<'_>, list: &[T]) -> fmt::Result {
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            f.write_str(",")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

/// A jail parameter: its name, without any `no`, and its value.
///
/// # Examples
/// ```
/// use jailrs::param::{Param, Value};
///
/// let param = Param::parse("allow.noraw_sockets")?;
/// assert_eq!(param, Param::new("allow.raw_sockets", Value::Bool(false)));
/// assert_eq!(param.to_string(), "allow.noraw_sockets");
/// assert!(Param::parse("allow.raw_socket").unwrap_err().to_string().contains("allow.raw_sockets"));
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// The name, such as `allow.raw_sockets`.
    pub name: String,
    /// The value.
    pub value: Value,
}

impl Param {
    /// The parameter of this name with this value.
    #[must_use]
    pub fn new(name: impl Into<String>, value: Value) -> Self {
        Self { name: name.into(), value }
    }

    /// What the kernel is given for it.
    ///
    /// A boolean is a name without a value: the kernel ignores the value, so that `allow.raw_sockets` with the value 0
    /// *allows*. False is therefore the name with `no` before its last part.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a text or the name has a NUL in it, and for bytes that are no UTF-8 where a text should be: it would
    /// be read back as another one.
    pub fn to_opt(&self) -> Result<Opt> {
        let (name, value) = match &self.value {
            Value::Bool(false) => (no_name(&self.name), Vec::new()),
            Value::Bool(true) | Value::Unset => (self.name.clone(), Vec::new()),
            Value::Int(value) => (self.name.clone(), value.to_ne_bytes().to_vec()),
            Value::Ulong(value) => {
                let value = std::ffi::c_ulong::try_from(*value).map_err(|_| {
                    Error::invalid(
                        format!("jail parameter {}", self.name),
                        value.to_string(),
                        "it is too large here",
                    )
                })?;
                (self.name.clone(), value.to_ne_bytes().to_vec())
            }
            Value::JailSys(value) => (self.name.clone(), (*value as i32).to_ne_bytes().to_vec()),
            Value::String(text) => (self.name.clone(), nul_terminated(&self.name, text)?),
            Value::Ip4(list) => (self.name.clone(), list.iter().flat_map(Ipv4Addr::octets).collect()),
            Value::Ip6(list) => (self.name.clone(), list.iter().flat_map(Ipv6Addr::octets).collect()),
            Value::Raw(bytes) => (self.name.clone(), raw(&self.name, bytes)?),
        };
        if name.contains('\0') || name.is_empty() {
            return Err(Error::invalid(
                "jail parameter name",
                name,
                "it must not be empty nor contain a NUL",
            ));
        }
        Ok(Opt { name, value })
    }
}

/// The name that says no: `no` before the last part.
pub(crate) fn no_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((path, last)) => format!("{path}.no{last}"),
        None => format!("no{name}"),
    }
}

fn raw(name: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    if matches!(Kind::of(name), Some(Kind::String(_))) && std::str::from_utf8(bytes).is_err() {
        let what = format!("jail parameter {name}");
        return Err(Error::invalid(what, String::from_utf8_lossy(bytes), "it is no UTF-8"));
    }
    Ok(bytes.to_vec())
}

fn nul_terminated(name: &str, text: &str) -> Result<Vec<u8>> {
    if text.contains('\0') {
        return Err(Error::invalid(format!("jail parameter {name}"), text, "it contains a NUL"));
    }
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(0);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opt(param: &Param) -> Opt {
        param.to_opt().expect("a proper parameter")
    }

    // A 15.1 kernel allows raw sockets when told `allow.raw_sockets` with the value 0: golden/jail-params-host.jsonl.
    #[test]
    fn a_boolean_is_a_name_and_never_a_value() {
        let yes = opt(&Param::new("allow.raw_sockets", Value::Bool(true)));
        assert_eq!((yes.name.as_str(), yes.value.as_slice()), ("allow.raw_sockets", &[][..]));
        let no = opt(&Param::new("allow.raw_sockets", Value::Bool(false)));
        assert_eq!((no.name.as_str(), no.value.as_slice()), ("allow.noraw_sockets", &[][..]));
        let top = opt(&Param::new("persist", Value::Bool(false)));
        assert_eq!((top.name.as_str(), top.value.as_slice()), ("nopersist", &[][..]));
        let deep = opt(&Param::new("allow.mount.devfs", Value::Bool(false)));
        assert_eq!(deep.name, "allow.mount.nodevfs");
        assert_eq!(opt(&Param::new("ip4.saddrsel", Value::Bool(false))).name, "ip4.nosaddrsel");
    }

    #[test]
    fn values_are_the_bytes_that_the_kernel_reads() {
        assert_eq!(opt(&Param::new("vnet", Value::JailSys(JailSys::New))).value, 1i32.to_ne_bytes());
        assert_eq!(opt(&Param::new("securelevel", Value::Int(-1))).value, (-1i32).to_ne_bytes());
        assert_eq!(opt(&Param::new("path", Value::String("/j".into()))).value, b"/j\0");
        let addresses = Value::Ip4(vec![Ipv4Addr::new(192, 168, 1, 1), Ipv4Addr::LOCALHOST]);
        assert_eq!(opt(&Param::new("ip4.addr", addresses)).value, [192, 168, 1, 1, 127, 0, 0, 1]);
        assert_eq!(opt(&Param::new("meta.x", Value::Unset)).value, b"");
    }

    #[test]
    fn a_nul_is_refused_before_the_kernel_sees_it() {
        assert!(Param::new("path", Value::String("/j\0k".into())).to_opt().is_err());
        assert!(Param::new("pa\0th", Value::Bool(true)).to_opt().is_err());
        assert!(Param::new("", Value::Bool(true)).to_opt().is_err());
    }
}
