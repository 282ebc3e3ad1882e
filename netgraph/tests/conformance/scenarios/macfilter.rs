//! What tests/sys/netgraph/ng_macfilter_test.sh holds, without the network card that it wants.

use std::collections::BTreeMap;

use libtest_mimic::Failed;
use netgraph::nodes::EtherAddr;
use netgraph::nodes::macfilter::{Assignment, Direct, GetHooks, Reset};
use netgraph::nodes::one2many;
use netgraph::{Errno, Path};

use super::probe::{Probe, at, hook, refusal};
use crate::ground::Ground;

/// The hooks `out1`, `out2` and so on.
const OUTS: usize = 3;
const ITERATIONS: u8 = 7;
const HOSTS: u8 = 72;

/// A host of one of the iterations.
fn host(number: u8, iteration: u8) -> EtherAddr {
    EtherAddr([0, 0, 0, 0, number, iteration])
}

/// A macfilter MF whose hooks lead to a one2many O2M.
struct Filter<'g> {
    probe: Probe<'g>,
}

impl<'g> Filter<'g> {
    fn new(ground: &'g Ground) -> Result<Self, Failed> {
        let probe = Probe::new(ground)?;
        probe.make("lower", "macfilter", "ether", "MF")?;
        probe.make("upper", "one2many", "one", "O2M")?;
        let config = "{ xmitAlg=3 failAlg=1 enabledLinks=[ 1 1 ] }".parse()?;
        probe.socket.call(&at("O2M:"), &one2many::SetConfig(config))?;
        let filter = Self { probe };
        filter.connect("default", 0)?;
        for number in 1..=OUTS {
            filter.connect(&format!("out{number}"), number)?;
        }
        Ok(filter)
    }

    fn connect(&self, name: &str, many: usize) -> netgraph::Result<()> {
        self.probe.socket.connect(&at("MF:"), &at("O2M:"), hook(name), hook(&format!("many{many}")))
    }

    fn direct(&self, host: EtherAddr, name: &str) -> netgraph::Result<()> {
        self.probe.socket.call(&at("MF:"), &Direct(Assignment::new(host, hook(name))))
    }

    /// The hooks, each with the number of its hosts.
    fn hooks(&self) -> Result<BTreeMap<String, u32>, Failed> {
        let hooks = self.probe.socket.call(&at("MF:"), &GetHooks)?;
        Ok(hooks.iter().map(|there| (there.hook.to_string(), there.hosts)).collect())
    }

    fn names(&self) -> Result<Vec<String>, Failed> {
        Ok(self.hooks()?.into_keys().collect())
    }

    /// How many hosts `out1`, `out2` and `out3` have.
    fn hosts(&self) -> Result<[u32; OUTS], Failed> {
        let hooks = self.hooks()?;
        Ok(std::array::from_fn(|at| hooks.get(&format!("out{}", at + 1)).copied().unwrap_or_default()))
    }

    fn end(self) -> Result<(), Failed> {
        self.probe.socket.shutdown(&at("MF:"))?;
        self.probe.socket.shutdown(&at("O2M:"))?;
        self.probe.gone("MF")?;
        self.probe.gone("O2M")
    }
}

pub(super) fn hooks(ground: &Ground) -> Result<(), Failed> {
    let filter = Filter::new(ground)?;
    let created = filter.names()?;
    assert_eq!(created, ["default", "out1", "out2", "out3"]);
    assert_eq!(refusal(filter.connect("default", 99)), Some(Errno::EEXIST));
    for number in 1..=3 {
        filter.connect(&format!("xxx{number}"), OUTS + number)?;
    }
    assert_eq!(filter.names()?, ["default", "out1", "out2", "out3", "xxx1", "xxx2", "xxx3"]);
    let more = [10, 20, 30, 42].map(|number| format!("xxx{number}"));
    for (place, name) in more.iter().enumerate() {
        filter.connect(name, OUTS + 4 + place)?;
    }
    assert_eq!(filter.names()?.len(), created.len() + 3 + more.len());
    let path: Path = at("MF:");
    for name in ["xxx1", "xxx2", "xxx3"].into_iter().chain(more.iter().map(String::as_str)) {
        filter.probe.socket.remove_hook(&path, hook(name))?;
        assert!(!filter.names()?.iter().any(|there| there == name));
    }
    assert_eq!(filter.names()?, created);
    filter.end()
}

pub(super) fn hosts(ground: &Ground) -> Result<(), Failed> {
    let filter = Filter::new(ground)?;
    let all = || (1..=ITERATIONS).flat_map(|iteration| (0..HOSTS).map(move |number| (number, iteration)));
    for (number, iteration) in all() {
        filter.direct(host(number, iteration), if iteration == 2 { "out2" } else { "out1" })?;
    }
    let (iterations, hosts) = (u32::from(ITERATIONS), u32::from(HOSTS));
    assert_eq!(filter.hosts()?, [(iterations - 1) * hosts, hosts, 0]);
    // One of each iteration moves.
    for iteration in 1..=ITERATIONS {
        filter.direct(host(0, iteration), "out3")?;
    }
    assert_eq!(filter.hosts()?, [(iterations - 1) * (hosts - 1), hosts - 1, iterations]);
    // The kernel takes a hook that is not there for the default one.
    filter.direct(host(0, 1), "nosuch")?;
    assert_eq!(filter.hosts()?, [(iterations - 1) * (hosts - 1), hosts - 1, iterations - 1]);
    for (number, iteration) in all() {
        filter.direct(host(number, iteration), "default")?;
    }
    assert_eq!(filter.hosts()?, [0; OUTS]);
    filter.end()
}

pub(super) fn changes(ground: &Ground) -> Result<(), Failed> {
    let filter = Filter::new(ground)?;
    for round in 0..3 {
        let mut counts = [0; OUTS];
        for (number, iteration) in (1..=ITERATIONS).flat_map(|i| (0..HOSTS).map(move |n| (n, i))) {
            // As good as any choice, and another one in each round.
            let choice =
                (usize::from(number) * 3 + usize::from(iteration) * (round + 1) + round) % (OUTS + 1);
            match choice.checked_sub(1) {
                None => filter.direct(host(number, iteration), "default")?,
                Some(out) => {
                    filter.direct(host(number, iteration), &format!("out{choice}"))?;
                    counts[out] += 1;
                }
            }
        }
        assert_eq!(filter.hosts()?, counts);
    }
    filter.probe.socket.call(&at("MF:"), &Reset)?;
    assert_eq!(filter.hosts()?, [0; OUTS]);
    filter.end()
}
