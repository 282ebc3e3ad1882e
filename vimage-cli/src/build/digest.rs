//! Checksums: the SHA-256 of today's `MANIFEST`, and the cksum(1) of the `.inf` files of old releases.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::release::Set;
use super::{Progress, Watch};
use crate::error::{Error, Result};

/// How much is read at once, in bytes.
pub(super) const CHUNK: usize = 256 << 10;

/// What a file must come out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digest {
    /// The SHA-256 of its bytes.
    Sha256([u8; 32]),
    /// The CRC and the length that cksum(1) prints.
    Cksum(u32, u64),
}

impl Digest {
    /// Reads a SHA-256 of 64 hexadecimal digits.
    pub(super) fn sha256(hex: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if hex.len() != 64 {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        hex.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(Self::Sha256(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(bytes) => {
                f.write_str("SHA-256 ")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::Cksum(crc, length) => write!(f, "cksum {crc} {length}"),
        }
    }
}

/// Makes a digest of bytes as they come by.
pub(super) enum Digester {
    Sha256(Box<Sha256>),
    Cksum(u32, u64),
}

impl Digester {
    /// Begins a digest of the kind that `wanted` is.
    pub(super) fn like(wanted: &Digest) -> Self {
        match wanted {
            Digest::Sha256(_) => Self::Sha256(Box::default()),
            Digest::Cksum(..) => Self::Cksum(0, 0),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Cksum(crc, length) => {
                *crc = bytes.iter().fold(*crc, |crc, byte| step(crc, *byte));
                *length += bytes.len() as u64;
            }
        }
    }

    pub(super) fn finish(self) -> Digest {
        match self {
            Self::Sha256(hash) => Digest::Sha256(hash.finalize().into()),
            Self::Cksum(mut crc, length) => {
                // The length goes in after the bytes, the low byte first and without its leading zeros.
                let mut rest = length;
                while rest > 0 {
                    crc = step(crc, rest as u8);
                    rest >>= 8;
                }
                Digest::Cksum(!crc, length)
            }
        }
    }
}

/// The polynomial of cksum(1), the highest bit first.
const POLYNOMIAL: u32 = 0x04c1_1db7;

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc >> 31 == 1 { crc << 1 ^ POLYNOMIAL } else { crc << 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

fn step(crc: u32, byte: u8) -> u32 {
    // A byte is always within the table.
    crc << 8 ^ TABLE[usize::from((crc >> 24) as u8 ^ byte)]
}

/// Opens a piece, with a message that says which it was.
pub(super) fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|e| Error::unavailable(format!("reading {}: {e}", path.display())))
}

/// Checks every piece of a set against its checksum.
///
/// # Errors
/// The first piece that is not what it must be, or cannot be read; that somebody asked to stop.
pub(crate) fn verify(set: &Set, watch: &Watch, progress: &Progress) -> Result<()> {
    let mut buffer = vec![0; CHUNK];
    for piece in &set.pieces {
        let Some(wanted) = &piece.digest else { continue };
        let mut file = open(&piece.path)?;
        let mut digester = Digester::like(wanted);
        loop {
            watch.check()?;
            let read = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(Error::unavailable(format!("reading {}: {e}", piece.path.display()))),
            };
            digester.update(buffer.get(..read).unwrap_or_default());
            progress.advance(read);
        }
        compare(&piece.path, wanted, &digester.finish())?;
    }
    Ok(())
}

/// Compares what a piece is with what it must be.
pub(super) fn compare(path: &Path, wanted: &Digest, found: &Digest) -> Result<()> {
    if wanted == found {
        return Ok(());
    }
    let message = format!("{} is damaged: it must have {wanted} and has {found}", path.display());
    Err(Error::unavailable(message).hint("fetch it again"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cksum(bytes: &[u8]) -> Digest {
        let mut digester = Digester::Cksum(0, 0);
        digester.update(bytes);
        digester.finish()
    }

    #[test]
    fn cksum_is_that_of_cksum_1() {
        // As printed by cksum(1).
        assert_eq!(cksum(b""), Digest::Cksum(4_294_967_295, 0));
        assert_eq!(cksum(b"vimage\n"), Digest::Cksum(215_795_470, 7));
        assert_eq!(cksum(&[b'x'; 1000]), Digest::Cksum(3_999_126_958, 1000));
    }

    #[test]
    fn a_sha256_is_64_digits_and_nothing_else() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let mut digester = Digester::like(&Digest::Sha256([0; 32]));
        digester.update(b"");
        assert_eq!(Digest::sha256(hex), Some(digester.finish()));
        assert_eq!(Digest::sha256(&hex.replace('e', "+")), None);
        assert_eq!(Digest::sha256(&hex[1..]), None);
        assert_eq!(Digest::sha256(&"é".repeat(32)), None);
    }

    proptest! {
        #[test]
        fn a_digest_does_not_depend_on_how_the_bytes_come(
            bytes in prop::collection::vec(any::<u8>(), 0..600),
            cut in 0_usize..600,
        ) {
            let (first, second) = bytes.split_at(cut.min(bytes.len()));
            let mut parts = Digester::Cksum(0, 0);
            parts.update(first);
            parts.update(second);
            prop_assert_eq!(parts.finish(), cksum(&bytes));
        }
    }
}
