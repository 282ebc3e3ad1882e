//! The version of a release, held against that of a kernel.

use std::fmt;

/// A version of FreeBSD, as `uname -r` begins: `15.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// Reads the version that a text such as `15.1-RELEASE-p2`, or the name of a directory such as
    /// `FreeBSD-15.1-RELEASE`, has in it: the first numbers with a dot between them.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let mut words = name.split(|c: char| !c.is_ascii_digit() && c != '.');
        words.find_map(|word| {
            let (major, minor) = word.split_once('.')?;
            let minor = minor.split('.').next()?;
            Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
        })
    }

    /// Reads `__FreeBSD_version`: 1501000 is 15.1, and 803000 is 8.3.
    pub(crate) fn of_osreldate(number: i32) -> Option<Self> {
        let number = u32::try_from(number).ok()?;
        Some(Self { major: number / 100_000, minor: number / 1_000 % 100 })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Option<String> {
        Version::of_name(name).map(|version| version.to_string())
    }

    #[test]
    fn a_version_is_read_from_names_as_releases_have_them() {
        assert_eq!(named("15.1-RELEASE").as_deref(), Some("15.1"));
        assert_eq!(named("FreeBSD-8.3-RELEASE").as_deref(), Some("8.3"));
        assert_eq!(named("16.0-CURRENT").as_deref(), Some("16.0"));
        assert_eq!(named("2.2.8-RELEASE").as_deref(), Some("2.2"));
        assert_eq!(named("custom-RELEASE"), None);
        assert_eq!(named("15-STABLE"), None);
    }

    #[test]
    fn versions_are_ordered_by_their_numbers_and_not_by_their_text() {
        assert!(Version::of_name("8.4-RELEASE") < Version::of_name("15.1-RELEASE"));
        assert!(Version::of_osreldate(1_501_000) < Version::of_name("16.0-CURRENT"));
        assert_eq!(Version::of_osreldate(803_000), Version::of_name("8.3"));
        assert_eq!(Version::of_osreldate(1_501_000), Version::of_name("15.1-RELEASE-p3"));
        assert_eq!(Version::of_osreldate(-1), None);
    }
}
