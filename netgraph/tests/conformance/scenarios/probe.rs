//! A socket with many hooks that counts what comes in on each.

use std::collections::BTreeMap;
use std::time::Duration;

use libtest_mimic::Failed;
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{Errno, HookName, Path, Socket};

use crate::ground::Ground;

/// How long nothing comes before it is taken that nothing will.
const QUIET: Duration = Duration::from_millis(50);

/// How many packets are taken in before a storm is left to itself.
const STORM: usize = 1000;

pub(super) struct Probe<'g> {
    pub(super) socket: Socket,
    ground: &'g Ground,
}

/// A hook's name.
pub(super) fn hook(name: &str) -> HookName {
    name.parse().expect("a hook name")
}

/// A path.
pub(super) fn at(path: &str) -> Path {
    path.parse().expect("a path")
}

/// The errno of what had to be refused.
pub(super) fn refusal<T: std::fmt::Debug>(result: netgraph::Result<T>) -> Option<Errno> {
    result.expect_err("a refusal").errno()
}

impl<'g> Probe<'g> {
    pub(super) fn new(ground: &'g Ground) -> Result<Self, Failed> {
        Ok(Self { socket: Socket::open(&*ground.kernel, None)?, ground })
    }

    /// Makes a node at one's own hook and names it.
    pub(super) fn make(&self, own: &str, kind: &str, peer: &str, name: &str) -> Result<(), Failed> {
        self.socket.make_peer_of(&Path::own(), kind.parse()?, hook(own), hook(peer))?;
        self.socket.name(&Path::own_hook(hook(own)), name.parse()?)?;
        Ok(())
    }

    /// Connects one's own hook to another node's.
    pub(super) fn connect(&self, own: &str, path: &str, peer: &str) -> netgraph::Result<()> {
        self.socket.connect(&Path::own(), &at(path), hook(own), hook(peer))
    }

    pub(super) fn disconnect(&self, own: &str) -> netgraph::Result<()> {
        self.socket.remove_hook(&Path::own(), hook(own))
    }

    pub(super) fn send(&self, own: &str, packet: &[u8]) -> netgraph::Result<()> {
        self.socket.send(hook(own), packet)
    }

    /// Sends a packet, and returns the hooks that got it, each with how often.
    pub(super) fn spread(&self, own: &str, packet: &[u8]) -> Result<BTreeMap<String, usize>, Failed> {
        self.send(own, packet)?;
        self.received()
    }

    /// Sends a packet, and returns the one that comes of it.
    pub(super) fn pass(&self, own: &str, packet: &[u8]) -> Result<Vec<u8>, Failed> {
        self.send(own, packet)?;
        let mut batch = RecvBatch::new(2, 256);
        self.socket.receive(&mut batch, self.ground.patience(QUIET))?;
        let mut came = batch.iter().map(|(_, bytes)| bytes.to_vec());
        came.next().ok_or_else(|| "nothing came".into())
    }

    /// Takes in what is there, and returns how much came in on each hook.
    pub(super) fn received(&self) -> Result<BTreeMap<String, usize>, Failed> {
        self.received_of(usize::MAX)
    }

    /// As [`received`](Self::received), where so many packets are expected: once they are there, it is not waited for more.
    pub(super) fn received_of(&self, expected: usize) -> Result<BTreeMap<String, usize>, Failed> {
        let mut batch = RecvBatch::new(16, 256);
        let mut counts = BTreeMap::new();
        let mut all = 0;
        while all < STORM {
            let wait = if all < expected { self.ground.patience(QUIET) } else { Wait::No };
            let came = self.socket.receive(&mut batch, wait)?;
            if came == 0 {
                break;
            }
            all += came;
            for (hook, _) in batch.iter() {
                *counts.entry(hook.to_string()).or_default() += 1;
            }
        }
        Ok(counts)
    }

    /// Waits until a node that lost its last hook, or was shut down, is gone.
    pub(super) fn gone(&self, name: &str) -> Result<(), Failed> {
        let left = self.socket.nodes()?.iter().find(|node| node.name == name).map(|node| node.id);
        match left {
            Some(id) if !self.socket.wait_gone(id, Duration::from_secs(5))? => {
                Err("it is still there".into())
            }
            _ => Ok(()),
        }
    }
}

/// Each of these hooks once.
pub(super) fn once(hooks: &[&str]) -> BTreeMap<String, usize> {
    hooks.iter().map(|hook| ((*hook).to_owned(), 1)).collect()
}
