//! Derives the Ethernet addresses of new interfaces.
use netgraph::nodes::EtherAddr;
use sha2::{Digest, Sha256};

/// The address of interface `index` of the vimage `name` on the host of that UUID (`kern.hostuuid`).
///
/// A locally administered unicast address whose other 46 bits are the beginning of a SHA-256 of the three, so that it
/// changes with none but them. Two of them can be equal, though only by chance: among a thousand interfaces on one wire
/// with a probability of 7 in 10<sup>9</sup>.
///
/// # Examples
/// ```
/// use vimage::config::mac;
///
/// let uuid = "4c4c4544-0046-3510-8052-c4c04f563132";
/// assert_eq!(mac::stable(uuid, "vj1", 0).to_string(), "5a:c8:a6:d2:fc:17");
/// assert_ne!(mac::stable(uuid, "vj1", 0), mac::stable(uuid, "vj1", 1));
/// ```
pub fn stable(host_uuid: &str, name: &str, index: u32) -> EtherAddr {
    let mut hash = Sha256::new();
    // The lengths keep ("ab", "c") apart from ("a", "bc").
    for part in [host_uuid, name] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(index.to_be_bytes());
    let [first, b, c, d, e, f, ..] = <[u8; 32]>::from(hash.finalize());
    EtherAddr([first & !GROUP | LOCAL, b, c, d, e, f])
}

/// The address that jng gives to the vimage `name` behind `parent`.
///
/// `counter` counts the addresses derived from that parent in one run, from 0; only its low 4 bits matter. The sum of the
/// name has 16 bits and mixes badly, so that names which resemble one another often have the same address: this is for
/// those who must keep the addresses that jng gave them.
///
/// # Examples
/// ```
/// use vimage::config::mac;
///
/// let parent = "00:0c:29:aa:bb:cc".parse()?;
/// assert_eq!(mac::jng(parent, "vj1", 0).to_string(), "02:80:83:aa:bb:cc");
/// # Ok::<(), netgraph::ascii::TextError>(())
/// ```
pub fn jng(parent: EtherAddr, name: &str, counter: u32) -> EtherAddr {
    let EtherAddr([first, _, _, d, e, f]) = parent;
    let low = if first & 0x0f == 0x02 { 0x0a } else { 0x02 };
    let [high_sum, low_sum] = checksum(name).to_be_bytes();
    EtherAddr([((counter & 0x0f) as u8) << 4 | low, high_sum, low_sum, d, e, f])
}

/// The rotating checksum of sum(1): a rotation to the right by one bit, then the next byte, modulo 2<sup>16</sup>.
#[doc(alias = "cksum -o 1")]
pub(super) fn checksum(name: &str) -> u16 {
    name.bytes().fold(0, |sum: u16, byte| sum.rotate_right(1).wrapping_add(byte.into()))
}

/// The bit that makes an address one of a group.
const GROUP: u8 = 0x01;
/// The bit that makes it locally administered.
const LOCAL: u8 = 0x02;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PARENT: EtherAddr = EtherAddr([0x00, 0x0c, 0x29, 0xaa, 0xbb, 0xcc]);

    #[test]
    fn jng_addresses_are_those_of_jng() {
        for (name, counter, expected) in [
            ("vj1", 0, "02:80:83:aa:bb:cc"),
            ("vj2", 0, "02:80:84:aa:bb:cc"),
            ("web", 0, "02:40:b2:aa:bb:cc"),
            ("db", 0, "02:00:94:aa:bb:cc"),
            ("vj1", 1, "12:80:83:aa:bb:cc"),
            ("vj1", 16, "02:80:83:aa:bb:cc"),
        ] {
            assert_eq!(jng(PARENT, name, counter).to_string(), expected, "of {name}");
        }
    }

    #[test]
    fn jng_avoids_the_low_nibble_of_a_parent_that_is_itself_derived() {
        let parent = |first| EtherAddr([first, 0, 0, 1, 2, 3]);
        assert_eq!(jng(parent(0x02), "vj1", 0).0[0], 0x0a);
        assert_eq!(jng(parent(0x12), "vj1", 0).0[0], 0x0a);
        assert_eq!(jng(parent(0x0e), "vj1", 0).0[0], 0x02);
        assert_eq!(jng(parent(0x0a), "vj1", 0).0[0], 0x02);
    }

    #[test]
    fn names_that_sum_to_4215_do_so() {
        for name in ["web12", "web31", "web50"] {
            assert_eq!(checksum(name), 4215, "of {name}");
        }
    }

    proptest! {
        #[test]
        fn a_stable_address_is_local_and_unicast(uuid in ".*", name in ".*", index in any::<u32>()) {
            prop_assert_eq!(stable(&uuid, &name, index).0[0] & (GROUP | LOCAL), LOCAL);
        }

        #[test]
        fn a_stable_address_depends_on_each_part(name in "[a-z]{1,20}", index in 0_u32..100) {
            let address = stable("host", &name, index);
            prop_assert_eq!(address, stable("host", &name, index));
            prop_assert_ne!(address, stable("hos", &format!("t{name}"), index));
            prop_assert_ne!(address, stable("host", &name, index + 1));
            prop_assert_ne!(address, stable("other", &name, index));
        }
    }
}
