//! Addresses of nodes: `[1f]:`, `igb0bridge:link2`, `.:hook.next`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::name::{HookName, NodeId, NodeName};

/// The longest path that `sendto` takes, in bytes: a sockaddr_ng holds 32 with the NUL, and the kernel refuses a
/// full one (golden transcript `names-and-paths`). Only the path inside NGM_CONNECT may be longer.
pub const ADDRESS_MAX: usize = 31;

/// The longest path there is, in bytes (`NG_PATHSIZ` is 512, with the NUL).
pub const PATH_MAX: usize = 511;

const INLINE: usize = 62;

/// What is wrong with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// The path is longer than [`PATH_MAX`] bytes.
    #[error("a path has at most {PATH_MAX} bytes, this one has {0}")]
    TooLong(usize),
    /// There is nothing before the colon.
    #[error("the node before the colon is missing (write `.:` for one's own node)")]
    NoNode,
    /// The node name holds a dot.
    #[error("a node name cannot contain '.' (an interface `em0.10` is the node `em0_10`)")]
    DotInNode,
    /// A colon stands where a hook was expected.
    #[error("a path has at most one ':'")]
    Colon,
    /// Two dots follow each other.
    #[error("a path cannot contain '..'")]
    EmptyHook,
    /// The path holds a NUL.
    #[error("a path cannot contain NUL")]
    Nul,
}

/// The address of a node: `[node ":"] [hook {"." hook}]`.
///
/// Without a node the path starts at the sender; `.:` is the sender itself. Short paths are held in place.
///
/// ```
/// use netgraph::{NodeId, Path};
/// let path: Path = "igb0bridge:link2".parse()?;
/// assert_eq!(path.to_string(), "igb0bridge:link2");
/// assert_eq!(Path::from(NodeId(0x1f)).to_string(), "[1f]:");
/// assert!("a:b:c".parse::<Path>().is_err());
/// # Ok::<(), netgraph::PathError>(())
/// ```
#[derive(Clone)]
pub struct Path(Repr);

#[derive(Clone)]
enum Repr {
    Inline { bytes: [u8; INLINE], len: u8 },
    Heap(Box<[u8]>),
}

impl Path {
    /// The sender's own node, `.:`.
    #[must_use]
    pub fn own() -> Self {
        Self::from_bytes(b".:")
    }

    /// The node at the other end of one's own hook, `.:hook`.
    #[must_use]
    pub fn own_hook(hook: HookName) -> Self {
        Self::own().hook(hook)
    }

    /// The path that goes on from here through `hook`. One that becomes longer than [`PATH_MAX`] is refused where it is
    /// used.
    #[must_use]
    pub fn hook(&self, hook: HookName) -> Self {
        let mut bytes = self.as_bytes().to_vec();
        // A dot at the end, which the kernel passes over, is the one that is needed.
        if !matches!(bytes.last(), None | Some(b':' | b'.')) {
            bytes.push(b'.');
        }
        bytes.extend_from_slice(hook.as_bytes());
        Self::from_bytes(&bytes)
    }

    /// Takes any bytes as a path, without a check: what the kernel makes of them is the kernel's business.
    ///
    /// For tools that test the kernel. A NUL ends the path, as it does for the kernel.
    #[must_use]
    pub fn raw(bytes: &[u8]) -> Self {
        let len = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        Self::from_bytes(bytes.get(..len).unwrap_or_default())
    }

    fn from_bytes(text: &[u8]) -> Self {
        if text.len() > INLINE {
            return Self(Repr::Heap(text.into()));
        }
        let mut bytes = [0; INLINE];
        bytes[..text.len()].copy_from_slice(text);
        Self(Repr::Inline { bytes, len: text.len() as u8 })
    }

    /// Returns the path's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { bytes, len } => &bytes[..usize::from(*len)],
            Repr::Heap(bytes) => bytes,
        }
    }

    /// Tells whether `sendto` takes the path; a longer one has to be walked to a node number first.
    #[must_use]
    pub fn fits_address(&self) -> bool {
        self.as_bytes().len() <= ADDRESS_MAX
    }

    /// The path as an address holds it, with NULs behind; `None` if it does not fit.
    #[cfg(target_os = "freebsd")]
    pub(crate) fn to_field(&self) -> Option<[u8; ADDRESS_MAX + 1]> {
        match &self.0 {
            Repr::Inline { bytes, .. } if self.fits_address() => bytes.first_chunk().copied(),
            _ => None,
        }
    }

    /// Returns the node number if the path is `[hex]:` and no more.
    #[must_use]
    pub fn node_id(&self) -> Option<NodeId> {
        NodeId::parse(self.as_bytes().strip_suffix(b":")?)
    }

    /// Refuses a path of which the kernel would take the beginning for the whole.
    pub(crate) fn check_length(&self) -> Result<(), PathError> {
        let len = self.as_bytes().len();
        if len > PATH_MAX { Err(PathError::TooLong(len)) } else { Ok(()) }
    }

    /// Splits the path into its node (`None`: the sender) and its hooks, as the kernel does: what is beyond [`PATH_MAX`]
    /// bytes it does not see.
    ///
    /// # Errors
    /// Where the kernel answers EINVAL.
    pub fn split(&self) -> Result<(Option<&[u8]>, impl Iterator<Item = &[u8]>), PathError> {
        let bytes = self.as_bytes();
        let bytes = bytes.get(..PATH_MAX).unwrap_or(bytes);
        let (node, rest) = match bytes.iter().position(|&b| b == b':') {
            Some(0) => return Err(PathError::NoNode),
            Some(at) => (Some(&bytes[..at]), &bytes[at + 1..]),
            None => (None, bytes),
        };
        if node.is_some_and(|node| node != b"." && node.contains(&b'.')) {
            return Err(PathError::DotInNode);
        }
        if rest.contains(&b':') {
            return Err(PathError::Colon);
        }
        if rest.windows(2).any(|pair| pair == b"..") {
            return Err(PathError::EmptyHook);
        }
        let rest = rest.strip_prefix(b".").unwrap_or(rest);
        let rest = rest.strip_suffix(b".").unwrap_or(rest);
        let hooks = (!rest.is_empty()).then(|| rest.split(|&b| b == b'.'));
        Ok((node, hooks.into_iter().flatten()))
    }
}

impl FromStr for Path {
    type Err = PathError;
    fn from_str(text: &str) -> Result<Self, PathError> {
        if text.as_bytes().contains(&0) {
            return Err(PathError::Nul);
        }
        let path = Self::from_bytes(text.as_bytes());
        path.check_length()?;
        path.split().map(|_| ())?;
        Ok(path)
    }
}

impl From<NodeId> for Path {
    fn from(id: NodeId) -> Self {
        // Each message that comes in brings one: this is `format!("{id}:")`, in place.
        let digits = (8 - id.0.leading_zeros() as usize / 4).max(1);
        let mut bytes = [0; INLINE];
        bytes[0] = b'[';
        for (n, place) in bytes[1..=digits].iter_mut().rev().enumerate() {
            *place = b"0123456789abcdef"[(id.0 >> (4 * n)) as usize & 0xf];
        }
        bytes[digits + 1..digits + 3].copy_from_slice(b"]:");
        Self(Repr::Inline { bytes, len: digits as u8 + 3 })
    }
}

impl From<NodeName> for Path {
    fn from(name: NodeName) -> Self {
        let mut bytes = [0; INLINE];
        let len = name.as_bytes().len();
        bytes[..len].copy_from_slice(name.as_bytes());
        bytes[len] = b':';
        Self(Repr::Inline { bytes, len: len as u8 + 1 })
    }
}

impl TryFrom<&str> for Path {
    type Error = PathError;
    fn try_from(text: &str) -> Result<Self, PathError> {
        text.parse()
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Path {}

impl Hash for Path {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl Ord for Path {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from_utf8_lossy(self.as_bytes()))
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(self.as_bytes()), f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    fn parts(path: &str) -> Result<(Option<String>, Vec<String>), PathError> {
        let path = Path::raw(path.as_bytes());
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let (node, hooks) = path.split()?;
        Ok((node.map(text), hooks.map(text).collect()))
    }

    #[test]
    fn paths_split_as_the_kernel_splits_them() {
        let node =
            |n: &str, hooks: &[&str]| Ok((Some(n.into()), hooks.iter().map(|h| (*h).into()).collect()));
        assert_eq!(parts("a:"), node("a", &[]));
        assert_eq!(parts(".:h0.two"), node(".", &["h0", "two"]));
        assert_eq!(parts("hub2:.x"), node("hub2", &["x"]));
        assert_eq!(parts("hub2:x."), node("hub2", &["x"]));
        assert_eq!(parts(""), Ok((None, vec![])));
        assert_eq!(parts("."), Ok((None, vec![])));
        assert_eq!(parts("h0"), Ok((None, vec!["h0".into()])));
        assert_eq!(parts(":"), Err(PathError::NoNode));
        assert_eq!(parts("hub2:x..h0"), Err(PathError::EmptyHook));
        assert_eq!(parts("a:b:c"), Err(PathError::Colon));
        assert_eq!(parts("a.b:c"), Err(PathError::DotInNode));
    }

    #[test]
    fn the_path_of_a_number_is_its_text_and_a_colon() {
        for id in [0, 1, 0xf, 0x10, 0xabc, 0x1000_0000, u32::MAX].map(NodeId) {
            let path = Path::from(id);
            assert_eq!(path.to_string(), format!("{id}:"));
            assert_eq!(path.node_id(), Some(id).filter(|id| id.0 != 0));
        }
    }

    #[test]
    fn a_path_that_goes_on_leads_through_one_more_hook() {
        let hook = HookName::constant("h");
        for (path, on) in [
            ("", "h"),
            (".", ".h"),
            (".:", ".:h"),
            ("x", "x.h"),
            ("x.", "x.h"),
            ("hub2:", "hub2:h"),
            ("hub2:.", "hub2:.h"),
            ("hub2:x.", "hub2:x.h"),
        ] {
            assert_eq!(Path::raw(path.as_bytes()).hook(hook).to_string(), on);
            let (node, mut hooks) = parts(path).unwrap();
            hooks.push("h".into());
            assert_eq!(parts(on), Ok((node, hooks)));
        }
    }

    #[test]
    fn paths_are_keys_by_their_bytes() {
        let long = "h".repeat(INLINE + 1);
        let paths = ["b:", ".:x", "a:x", "a:", &long].map(|path| Path::raw(path.as_bytes()));
        let sorted: Vec<_> = BTreeSet::from(paths.clone()).iter().map(ToString::to_string).collect();
        assert_eq!(sorted, [".:x", "a:", "a:x", "b:", &long]);
        assert!(paths.iter().all(|path| HashSet::from(paths.clone()).contains(path)));
    }

    #[test]
    fn long_paths_survive() {
        let text = format!("{}:{}", "n".repeat(31), "h".repeat(200));
        assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        assert!(!text.parse::<Path>().unwrap().fits_address());
    }
}
