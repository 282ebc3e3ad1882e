//! The names of vimages and of interfaces, as the configuration gives them.
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The name of a vimage.
///
/// It is at once the name of a jail, part of the names of its interfaces and nodes, and part of the names of the
/// variables that describe it: 1 to 236 letters, digits and underscores, not digits alone, which jail(8) would take for
/// a jid. Any word may be a name, those of the program's commands too: a command always stands before the names.
///
/// # Examples
/// ```
/// use vimage::config::Name;
///
/// assert_eq!("web_1".parse::<Name>()?.as_str(), "web_1");
/// assert_eq!("web-1".parse::<Name>().unwrap_err().to_string(), "a name cannot have '-' in it");
/// # Ok::<(), vimage::config::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// The longest name, in bytes: `vimage_NAME_console.log` is the name of a file, and those end at 255 (`NAME_MAX`).
    pub const MAX: usize = 236;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a word cannot be the name of a vimage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is no word.
    #[error("a name cannot be empty")]
    Empty,
    /// It is too long.
    #[error("a name has at most {max} characters, this one has {0}", max = Name::MAX)]
    TooLong(usize),
    /// It cannot be part of a variable's name.
    #[error("a name cannot have {0:?} in it")]
    Character(char),
    /// It would be taken for a jid.
    #[error("a name cannot be a number: that is a jid")]
    Number,
}

impl NameError {
    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Empty => "name it",
            Self::TooLong(_) => "shorten it",
            Self::Character(_) => "use letters, digits and underscores, as in web_1",
            Self::Number => "put a letter before it",
        }
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(word: &str) -> Result<Self, NameError> {
        if word.is_empty() {
            return Err(NameError::Empty);
        }
        if let Some(character) =
            word.chars().find(|&character| character != '_' && !character.is_ascii_alphanumeric())
        {
            return Err(NameError::Character(character));
        }
        if word.len() > Self::MAX {
            return Err(NameError::TooLong(word.len()));
        }
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NameError::Number);
        }
        Ok(Self(word.to_owned()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The name of a host's interface, as it stands in `_bridges` and `_vnets`.
///
/// 1 to 15 letters, digits, `_`, `.`, `:` and `-`, beginning with a letter (`IFNAMSIZ` is 16, with the terminating NUL).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ifname(String);

impl Ifname {
    /// The longest name, in bytes.
    pub const MAX: usize = 15;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of its ng_ether(4) node, in which `.` and `:` have become `_`.
    pub fn node(&self) -> String {
        self.0.replace(['.', ':'], "_")
    }
}

/// Why a word cannot be the name of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IfnameError {
    /// There is no word.
    #[error("the name of an interface cannot be empty")]
    Empty,
    /// It is too long.
    #[error("the name of an interface has at most {max} characters, this one has {0}", max = Ifname::MAX)]
    TooLong(usize),
    /// It does not begin with a letter.
    #[error("the name of an interface begins with a letter, not with {0:?}")]
    Beginning(char),
    /// It has a character that no interface's name has.
    #[error("the name of an interface cannot have {0:?} in it")]
    Character(char),
}

impl FromStr for Ifname {
    type Err = IfnameError;

    fn from_str(word: &str) -> Result<Self, IfnameError> {
        let first = word.chars().next().ok_or(IfnameError::Empty)?;
        if !first.is_ascii_alphabetic() {
            return Err(IfnameError::Beginning(first));
        }
        let belongs = |character: char| character.is_ascii_alphanumeric() || "_.:-".contains(character);
        if let Some(character) = word.chars().find(|&character| !belongs(character)) {
            return Err(IfnameError::Character(character));
        }
        if word.len() > Self::MAX {
            return Err(IfnameError::TooLong(word.len()));
        }
        Ok(Self(word.to_owned()))
    }
}

impl fmt::Display for Ifname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Ifname {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_a_variable_and_a_jail_can_carry() {
        for name in ["vj1", "_", "1a", "Web_1", "up", &"a".repeat(236)] {
            assert_eq!(name.parse::<Name>().unwrap().as_str(), name);
        }
        assert_eq!("".parse::<Name>(), Err(NameError::Empty));
        assert_eq!("1".parse::<Name>(), Err(NameError::Number));
        assert_eq!("a.b".parse::<Name>(), Err(NameError::Character('.')));
        assert_eq!("é".parse::<Name>(), Err(NameError::Character('é')));
        assert_eq!("a".repeat(237).parse::<Name>(), Err(NameError::TooLong(237)));
    }

    #[test]
    fn an_interface_name_fits_into_the_kernels_field() {
        for name in ["igb0", "em0.10", "a:b", "ng0_vj1", "abcdefghijklmno"] {
            assert_eq!(name.parse::<Ifname>().unwrap().as_str(), name);
        }
        assert_eq!("".parse::<Ifname>(), Err(IfnameError::Empty));
        assert_eq!("0igb".parse::<Ifname>(), Err(IfnameError::Beginning('0')));
        assert_eq!("igb/0".parse::<Ifname>(), Err(IfnameError::Character('/')));
        assert_eq!("abcdefghijklmnop".parse::<Ifname>(), Err(IfnameError::TooLong(16)));
        assert_eq!("em0.10:1".parse::<Ifname>().unwrap().node(), "em0_10_1");
    }
}
