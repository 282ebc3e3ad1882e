//! Parameters as jail(8) writes them: `name`, `noname`, `name=value`.

use std::fmt;
use std::str::FromStr;

use super::{JailSys, Kind, Param, Value, kind, no_name};
use crate::{Error, Result};

impl Param {
    /// Reads `name`, `noname` or `name=value`, as in jail.conf(5); the value may stand in double quotes.
    ///
    /// A name alone is true for a boolean and `new` for a subsystem such as `vnet`; a `no` before the last part is false, or
    /// `disable`. `meta.KEY` and `env.KEY` take any text, and lose the key when given none.
    ///
    /// # Errors
    /// [`Error::UnknownParameter`] with the nearest known name; [`Error::Invalid`] for a value that does not fit.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.trim(), Some(unquoted(value.trim()))),
            None => (text.trim(), None),
        };
        if let Some(kind) = Kind::of(name) {
            return Ok(Self::new(name, typed(name, kind, value)?));
        }
        match yes_name(name).and_then(|yes| Some((Kind::of(&yes)?, yes))) {
            Some((Kind::Bool, yes)) if value.is_none() => Ok(Self::new(yes, Value::Bool(false))),
            Some((Kind::JailSys { disable: true }, yes)) if value.is_none() => {
                Ok(Self::new(yes, Value::JailSys(JailSys::Disable)))
            }
            Some((Kind::Bool | Kind::JailSys { .. }, _)) => {
                Err(bad(name, text, "a `no` name takes no value"))
            }
            _ => Err(Error::UnknownParameter { name: name.to_owned(), nearest: kind::nearest(name) }),
        }
    }
}

impl FromStr for Param {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Bool(true) | Value::Unset => f.write_str(&self.name),
            Value::Bool(false) => f.write_str(&no_name(&self.name)),
            Value::String(text) if text.trim() != text || unquoted(text) != text => {
                write!(f, "{}=\"{text}\"", self.name)
            }
            value => write!(f, "{}={value}", self.name),
        }
    }
}

/// The name without the `no` before its last part.
fn yes_name(name: &str) -> Option<String> {
    match name.rsplit_once('.') {
        Some((path, last)) => last.strip_prefix("no").map(|last| format!("{path}.{last}")),
        None => name.strip_prefix("no").map(str::to_owned),
    }
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

fn bad(name: &str, value: &str, reason: &str) -> Error {
    Error::invalid(format!("jail parameter {name}"), value, reason)
}

fn typed(name: &str, kind: Kind, value: Option<&str>) -> Result<Value> {
    let Some(text) = value else {
        return match kind {
            Kind::Bool => Ok(Value::Bool(true)),
            Kind::JailSys { .. } => Ok(Value::JailSys(JailSys::New)),
            Kind::KeyValue => Ok(Value::Unset),
            _ => Err(bad(name, "", "it needs a value")),
        };
    };
    match kind {
        Kind::Bool => {
            boolean(text).map(Value::Bool).ok_or_else(|| bad(name, text, "it is neither true nor false"))
        }
        Kind::Int => {
            text.parse().map(Value::Int).map_err(|_| bad(name, text, "it is not a number of 32 bits"))
        }
        Kind::Ulong => text.parse().map(Value::Ulong).map_err(|_| bad(name, text, "it is not a number")),
        Kind::JailSys { disable } => match text {
            "new" | "1" => Ok(Value::JailSys(JailSys::New)),
            "inherit" | "2" => Ok(Value::JailSys(JailSys::Inherit)),
            "disable" | "0" if disable => Ok(Value::JailSys(JailSys::Disable)),
            _ if disable => Err(bad(name, text, "it is none of new, inherit, disable")),
            _ => Err(bad(name, text, "it is neither new nor inherit")),
        },
        Kind::String(max) if text.len() < max => Ok(Value::String(text.to_owned())),
        Kind::String(max) => Err(bad(name, text, &format!("it is longer than {} bytes", max - 1))),
        Kind::KeyValue => Ok(Value::String(text.to_owned())),
        Kind::Ip4 => list(name, text).map(Value::Ip4),
        Kind::Ip6 => list(name, text).map(Value::Ip6),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn list<T: FromStr>(name: &str, text: &str) -> Result<Vec<T>> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(|item| item.parse().map_err(|_| bad(name, item, "it is not an address"))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_false_value_is_false_and_not_merely_a_value() {
        for text in ["allow.raw_sockets=0", "allow.raw_sockets=false", "allow.noraw_sockets"] {
            let param = Param::parse(text).unwrap();
            assert_eq!(param.value, Value::Bool(false), "{text}");
            assert_eq!(param.to_opt().unwrap().name, "allow.noraw_sockets");
        }
    }

    #[test]
    fn names_that_begin_with_no_are_not_taken_apart() {
        assert_eq!(
            Param::parse("novnet").unwrap_err().to_string().split(':').next(),
            Some("jail parameter novnet \"novnet\"")
        );
        assert_eq!(Param::parse("noip4").unwrap().value, Value::JailSys(JailSys::Disable));
        assert_eq!(Param::parse("vnet").unwrap().value, Value::JailSys(JailSys::New));
        assert_eq!(Param::parse("vnet=inherit").unwrap().value, Value::JailSys(JailSys::Inherit));
    }

    #[test]
    fn what_cannot_be_right_is_refused_with_its_reason() {
        let refused = |text: &str| Param::parse(text).unwrap_err().to_string();
        assert_eq!(refused("securelevel"), "jail parameter securelevel \"\": it needs a value");
        assert_eq!(
            refused("securelevel=x"),
            "jail parameter securelevel \"x\": it is not a number of 32 bits"
        );
        assert_eq!(refused("vnet=disable"), "jail parameter vnet \"disable\": it is neither new nor inherit");
        assert_eq!(
            refused("hostname=x"),
            "unknown jail parameter \"hostname\"; the nearest known one is \"host.hostname\""
        );
    }

    #[test]
    fn a_text_that_would_be_taken_for_another_is_written_in_quotes() {
        let written = |text: &str| Param::new("meta.note", Value::String(text.to_owned())).to_string();
        assert_eq!(written("a \"b\" c"), "meta.note=a \"b\" c");
        assert_eq!(written(" x "), "meta.note=\" x \"");
        assert_eq!(written("\"x\""), "meta.note=\"\"x\"\"");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,40}") {
            let _ = Param::parse(&text);
        }

        #[test]
        fn what_is_written_reads_back(
            param in prop_oneof![
                any::<bool>().prop_map(|on| Param::new("allow.mount.devfs", Value::Bool(on))),
                any::<i32>().prop_map(|number| Param::new("securelevel", Value::Int(number))),
                any::<u64>().prop_map(|number| Param::new("host.hostid", Value::Ulong(number))),
                proptest::collection::vec(any::<u32>().prop_map(Into::into), 1..4)
                    .prop_map(|list| Param::new("ip4.addr", Value::Ip4(list))),
                "[a-c=/., \"'\\\\\t\n\u{a0}]{0,9}".prop_map(|text| Param::new("meta.note", Value::String(text))),
            ]
        ) {
            prop_assert_eq!(Param::parse(&param.to_string()).unwrap(), param);
        }
    }
}
