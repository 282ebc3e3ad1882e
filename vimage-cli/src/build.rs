//! Jail roots from releases: finding a release, checking its sets, unpacking them, and putting the whole in its place.
//!
//! A release is a directory with the distribution sets of FreeBSD in one of two forms: today's, an archive for each set
//! and a `MANIFEST` of their SHA-256; and that of FreeBSD 8 and older, a directory for each set with the archive cut into
//! pieces (`base/base.aa`, `base.ab` ...) and an `.inf` of their checksums. Nothing is unpacked before everything has been
//! checked, and the root is called `DIR.partial` until it is complete.

mod digest;
mod interrupt;
pub(crate) mod menu;
mod pieces;
mod progress;
pub(crate) mod release;
mod select;
mod target;
mod tree;
mod unpack;
mod version;

pub(crate) use digest::verify;
pub(crate) use interrupt::Watch;
pub(crate) use progress::Progress;
pub(crate) use release::{Release, Set};
pub(crate) use select::{Chosen, select};
pub(crate) use target::Target;
pub(crate) use tree::{finish, newer};
pub(crate) use unpack::unpack;
pub(crate) use version::Version;
