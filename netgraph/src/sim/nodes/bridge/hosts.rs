//! The hosts that a bridge has learned, in a table with the kernel's order.

/// A host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) addr: [u8; 6],
    /// The link where it is.
    pub(super) link: u32,
    /// How long it has been there, in seconds.
    pub(super) age: u16,
    /// How long ago it was heard, in seconds.
    pub(super) staleness: u16,
}

/// The least and the most chains that the table has.
const CHAINS: std::ops::RangeInclusive<usize> = 32..=1 << 14;

/// Chains of hosts, by their addresses; the newest host of a chain is its last.
#[derive(Debug)]
pub(super) struct Hosts {
    chains: Vec<Vec<Host>>,
    count: usize,
}

impl Default for Hosts {
    fn default() -> Self {
        Self { chains: vec![Vec::new(); *CHAINS.start()], count: 0 }
    }
}

/// The number of an address's chain: its three words, as amd64 has them, folded into one.
fn chain(addr: [u8; 6], chains: usize) -> usize {
    let [a, b, c, d, e, f] = addr;
    let word = u16::from_le_bytes([a, b]) ^ u16::from_le_bytes([c, d]) ^ u16::from_le_bytes([e, f]);
    usize::from(word) & (chains - 1)
}

impl Hosts {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn get(&self, addr: [u8; 6]) -> Option<&Host> {
        self.chains.get(chain(addr, self.chains.len()))?.iter().find(|host| host.addr == addr)
    }

    pub(super) fn get_mut(&mut self, addr: [u8; 6]) -> Option<&mut Host> {
        let chain = chain(addr, self.chains.len());
        self.chains.get_mut(chain)?.iter_mut().find(|host| host.addr == addr)
    }

    /// Adds a host that is not there yet.
    pub(super) fn insert(&mut self, host: Host) {
        let chain = chain(host.addr, self.chains.len());
        if let Some(chain) = self.chains.get_mut(chain) {
            chain.push(host);
            self.count += 1;
        }
        self.resize();
    }

    /// Keeps the hosts that `keep` says, which may change them.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut Host) -> bool) {
        for chain in &mut self.chains {
            let before = chain.len();
            chain.retain_mut(&mut keep);
            self.count -= before - chain.len();
        }
    }

    /// Returns the hosts: chain by chain, the newest of each first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Host> {
        self.chains.iter().flat_map(|chain| chain.iter().rev())
    }

    /// Doubles the chains where there are more hosts than chains, and quarters them where there are too few hosts.
    pub(super) fn resize(&mut self) {
        let chains = self.chains.len();
        let wanted = if self.count > chains && chains * 2 <= *CHAINS.end() {
            chains * 2
        } else if self.count < chains / 4 && chains / 4 >= *CHAINS.start() {
            chains / 4
        } else {
            return;
        };
        let hosts: Vec<_> = self.iter().copied().collect();
        self.chains = vec![Vec::new(); wanted];
        for host in hosts {
            if let Some(chain) = self.chains.get_mut(chain(host.addr, wanted)) {
                chain.push(host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(last: u16) -> Host {
        let [high, low] = last.to_be_bytes();
        Host { addr: [2, 0, 0, 0, high, low], link: 0, age: 0, staleness: 0 }
    }

    #[test]
    fn of_one_chain_the_newest_comes_first() {
        let mut hosts = Hosts::default();
        hosts.insert(host(1));
        hosts.insert(host(2));
        assert_eq!(hosts.iter().map(|host| host.addr[5]).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn the_table_grows_and_shrinks_without_losing_a_host() {
        let mut hosts = Hosts::default();
        for n in 0..5000 {
            hosts.insert(host(n));
        }
        assert_eq!((hosts.len(), hosts.iter().count()), (5000, 5000));
        assert!((0..5000).all(|n| hosts.get(host(n).addr).is_some()));
        hosts.retain(|host| host.addr[4] == 0);
        hosts.resize();
        assert_eq!((hosts.len(), hosts.iter().count()), (256, 256));
        assert!((0..256).all(|n| hosts.get_mut(host(n).addr).is_some()));
    }
}
