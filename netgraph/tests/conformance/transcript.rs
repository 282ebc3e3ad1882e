//! Transcripts: which there are, what each needs, and how it is replayed.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use libtest_mimic::Failed;
use netgraph::Kernel;
use netgraph::sim::SimKernel;
use serde_json::Value;

use crate::ground::Ground;
use crate::judge::{agree, agree_elsewhere, agree_to_the_end};
use crate::steps::KNOWN;
use crate::world::World;

/// How much later than the waits of the recorder alone say a step may have been done: the machine was busy, too.
const LATER: Duration = Duration::from_secs(1);

/// In which steps that is looked for.
const MOMENT: Duration = Duration::from_millis(20);

/// The transcripts of `tests/golden`, which the test binary takes along wherever it runs.
const GOLDEN: &[(&str, &str)] = &[
    ("bridge", include_str!("../golden/bridge.jsonl")),
    ("connect-rmhook-shutdown", include_str!("../golden/connect-rmhook-shutdown.jsonl")),
    ("conversions", include_str!("../golden/conversions.jsonl")),
    ("data-hub-tee-echo", include_str!("../golden/data-hub-tee-echo.jsonl")),
    ("eiface-ether", include_str!("../golden/eiface-ether.jsonl")),
    ("filters", include_str!("../golden/filters.jsonl")),
    ("generators", include_str!("../golden/generators.jsonl")),
    ("jail-params-host", include_str!("../golden/jail-params-host.jsonl")),
    ("messages", include_str!("../golden/messages.jsonl")),
    ("mkpeer", include_str!("../golden/mkpeer.jsonl")),
    ("mkpeer-host", include_str!("../golden/mkpeer-host.jsonl")),
    ("more-bridge", include_str!("../golden/more-bridge.jsonl")),
    ("more-changing", include_str!("../golden/more-changing.jsonl")),
    ("more-conversions-1", include_str!("../golden/more-conversions-1.jsonl")),
    ("more-conversions-2", include_str!("../golden/more-conversions-2.jsonl")),
    ("more-hub-tee-echo", include_str!("../golden/more-hub-tee-echo.jsonl")),
    ("more-interfaces", include_str!("../golden/more-interfaces.jsonl")),
    ("more-l2cap", include_str!("../golden/more-l2cap.jsonl")),
    ("more-messages", include_str!("../golden/more-messages.jsonl")),
    ("more-names-paths", include_str!("../golden/more-names-paths.jsonl")),
    ("more-one2many", include_str!("../golden/more-one2many.jsonl")),
    ("more-pipe-source-UI", include_str!("../golden/more-pipe-source-UI.jsonl")),
    ("more-protocols", include_str!("../golden/more-protocols.jsonl")),
    ("more-socket-ends-host", include_str!("../golden/more-socket-ends-host.jsonl")),
    ("more-sorting", include_str!("../golden/more-sorting.jsonl")),
    ("more-vlan", include_str!("../golden/more-vlan.jsonl")),
    ("more-vnet-moves", include_str!("../golden/more-vnet-moves.jsonl")),
    ("names-and-paths", include_str!("../golden/names-and-paths.jsonl")),
    ("one2many-split-vlan-pipe", include_str!("../golden/one2many-split-vlan-pipe.jsonl")),
    ("probe-async", include_str!("../golden/probe-async.jsonl")),
    ("probe-bpf", include_str!("../golden/probe-bpf.jsonl")),
    ("probe-hci", include_str!("../golden/probe-hci.jsonl")),
    ("probe-inside-host", include_str!("../golden/probe-inside-host.jsonl")),
    ("probe-interfaces-1", include_str!("../golden/probe-interfaces-1.jsonl")),
    ("probe-interfaces-2", include_str!("../golden/probe-interfaces-2.jsonl")),
    ("probe-ksocket-options", include_str!("../golden/probe-ksocket-options.jsonl")),
    ("probe-lines", include_str!("../golden/probe-lines.jsonl")),
    ("probe-misc", include_str!("../golden/probe-misc.jsonl")),
    ("probe-netflow", include_str!("../golden/probe-netflow.jsonl")),
    ("probe-netflow-short", include_str!("../golden/probe-netflow-short.jsonl")),
    ("probe-notes", include_str!("../golden/probe-notes.jsonl")),
    ("probe-sorting", include_str!("../golden/probe-sorting.jsonl")),
    ("probe-source", include_str!("../golden/probe-source.jsonl")),
    ("probe-sums", include_str!("../golden/probe-sums.jsonl")),
    ("probe-tagged", include_str!("../golden/probe-tagged.jsonl")),
    ("probe-tcpmss", include_str!("../golden/probe-tcpmss.jsonl")),
    ("probe-together", include_str!("../golden/probe-together.jsonl")),
    ("probe-vimage-flow-1", include_str!("../golden/probe-vimage-flow-1.jsonl")),
    ("probe-vimage-flow-2", include_str!("../golden/probe-vimage-flow-2.jsonl")),
    ("protocol-l2tp", include_str!("../golden/protocol-l2tp.jsonl")),
    ("protocol-lmi", include_str!("../golden/protocol-lmi.jsonl")),
    ("protocol-nat", include_str!("../golden/protocol-nat.jsonl")),
    ("protocol-ppp-multilink", include_str!("../golden/protocol-ppp-multilink.jsonl")),
    ("protocol-pppoe", include_str!("../golden/protocol-pppoe.jsonl")),
    ("protocol-pptpgre", include_str!("../golden/protocol-pptpgre.jsonl")),
    ("protocol-vjc", include_str!("../golden/protocol-vjc.jsonl")),
    ("socket-ends-host", include_str!("../golden/socket-ends-host.jsonl")),
    ("vimage-flow", include_str!("../golden/vimage-flow.jsonl")),
    ("vnet-moves", include_str!("../golden/vnet-moves.jsonl")),
];

/// What FreeBSD answered, step by step.
pub(crate) struct Transcript {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    steps: Vec<(String, Value)>,
}

/// Transcripts of nodes that measure how long acknowledgements take.
const MEASURES_TIME: &[&str] = &["protocol-l2tp", "protocol-pptpgre"];

impl Transcript {
    /// The transcripts of `tests/golden`, or of the directory that `NETGRAPH_GOLDEN` names.
    pub(crate) fn all() -> Vec<Self> {
        let Some(dir) = std::env::var_os("NETGRAPH_GOLDEN").map(PathBuf::from) else {
            return GOLDEN.iter().map(|(name, text)| Self::parse(PathBuf::from(name), text)).collect();
        };
        let listed = std::fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        let mut paths: Vec<_> = listed
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
            .collect();
        assert!(!paths.is_empty(), "{} has no transcript", dir.display());
        paths.sort();
        paths.into_iter().map(Self::read).collect()
    }

    /// The transcript of a file, or the one of that name of [`GOLDEN`].
    pub(crate) fn read(path: PathBuf) -> Self {
        if let Some((_, text)) = GOLDEN.iter().find(|(name, _)| path.as_os_str() == *name) {
            return Self::parse(path, text);
        }
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::parse(path, &text)
    }

    /// The transcript of this text, which is that of a file.
    pub(crate) fn parse(path: PathBuf, text: &str) -> Self {
        let steps = text.lines().enumerate().map(|(number, line)| {
            let place = || format!("{}:{}", path.display(), number + 1);
            let mut line: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", place()));
            let step = line["do"].as_str().unwrap_or_else(|| panic!("{}: no step", place())).to_owned();
            (step, line["got"].take())
        });
        let steps = steps.collect();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let path = path.canonicalize().unwrap_or(path);
        Self { name, path, steps }
    }

    /// Whether what it was answered depends on the moment: a bridge looks at its hosts at each second of its own, and
    /// with a short memory forgets them all then.
    pub(crate) fn depends_on_the_moment(&self) -> bool {
        self.steps.iter().any(|(step, _)| step.ends_with(" gettable"))
    }

    /// Whether it ran in the host's own VNET.
    pub(crate) fn wants_host(&self) -> bool {
        self.name.ends_with("-host")
    }

    /// The node types that nodes of it have, or that it lists.
    pub(crate) fn types(&self) -> Vec<String> {
        let mut types = BTreeSet::new();
        for (step, got) in &self.steps {
            let words: Vec<_> = step.split_whitespace().collect();
            let made = got.get("ok").is_some() && words.first() == Some(&"mkpeer");
            types.extend(words.get(3).filter(|_| made).map(|name| (*name).to_owned()));
            if let (Some(&"listtypes"), Some(Value::Array(listed))) = (words.first(), got.get("ok")) {
                types.extend(listed.iter().filter_map(|one| one[0].as_str()).map(str::to_owned));
            }
            collect_types(got, &mut types);
        }
        types.into_iter().collect()
    }

    fn unknown_steps(&self) -> BTreeSet<&str> {
        let verbs = self.steps.iter().flat_map(|(step, _)| step.split(" ; "));
        verbs.filter_map(|step| step.split_whitespace().next()).filter(|verb| !KNOWN.contains(verb)).collect()
    }

    /// What the simulated kernel lacks for it.
    pub(crate) fn lacks(&self) -> Option<String> {
        let kernel = SimKernel::new();
        let missing: Vec<_> =
            self.types().into_iter().filter(|name| kernel.load_type(name).is_err()).collect();
        if !missing.is_empty() {
            return Some(format!("lacks {}", missing.join(" ")));
        }
        self.no_such_steps()
    }

    fn no_such_steps(&self) -> Option<String> {
        let unknown: Vec<_> = self.unknown_steps().into_iter().collect();
        (!unknown.is_empty()).then(|| format!("the steps {} are not for netgraph", unknown.join(" ")))
    }

    /// Why FreeBSD's kernel is not asked.
    pub(crate) fn refused_by_kernel(&self) -> Option<String> {
        let closes_one = |step: &str| step.starts_with("closectl ") || step.starts_with("closedata ");
        if self.steps.iter().any(|(step, _)| closes_one(step)) {
            return Some("the library closes both sockets at once".into());
        }
        if self.sends_into_a_split() {
            return Some("ng_split of FreeBSD 15.1 frees what comes in at its hook `out` twice".into());
        }
        if MEASURES_TIME.contains(&self.name.as_str()) {
            return Some("how much is sent again, or at once, depends on how fast the machine is".into());
        }
        let no_such_steps = self.no_such_steps();
        no_such_steps.or_else(|| self.wants_host().then(crate::inside::host_is_in_use).flatten())
    }

    /// Whether data is sent to the hook `out` of a `split` node: memory that other nodes use is damaged, and FreeBSD goes
    /// down sooner or later.
    fn sends_into_a_split(&self) -> bool {
        let words = |step: &'_ str| step.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let steps: Vec<_> = self.steps.iter().map(|(step, _)| words(step)).collect();
        let mut outs = BTreeSet::new();
        for step in &steps {
            match step.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["mkpeer" | "connect", socket, ".", _, own, "out"] => drop(outs.insert((socket, own))),
                ["send", socket, hook, ..] if outs.contains(&(socket, hook)) => {
                    return self.types().iter().any(|name| name == "split");
                }
                _ => {}
            }
        }
        false
    }

    /// Does every step, and compares every answer.
    pub(crate) fn replay(&self, ground: Ground) -> Result<(), Failed> {
        let mut world = World::new(ground);
        let mut differences = Vec::new();
        for (number, (step, expected)) in self.steps.iter().enumerate() {
            let mut got = world.step(step);
            if !agree(expected, &got)
                && (step.ends_with(" gettable") || world.ground.sim.is_none() && may_repeat(step, &got))
            {
                got = later(&mut world, step, expected, got);
            }
            let elsewhere = world.ground.sim.is_none() && agree_elsewhere(step, expected, &got);
            if !agree(expected, &got) && !elsewhere && !agree_to_the_end(step, expected, &got) {
                differences.push(format!("{}: {step}\n  recorded {expected}\n  answered {got}", number + 1));
            }
        }
        world.clean_up();
        if differences.is_empty() {
            return Ok(());
        }
        let (count, all) = (differences.len(), self.steps.len());
        Err(format!("{count} of {all} steps differ:\n{}", differences.join("\n")).into())
    }
}

/// Whether a step may be done again where a thread of the kernel's is not done yet: it only asks, or found no node. That of an
/// interface is away for a moment when it has lost its last hook.
fn may_repeat(step: &str, got: &Value) -> bool {
    let verb = step.split_whitespace().next().unwrap_or_default();
    ["nodeinfo", "listhooks", "listnodes", "listnames", "ifs", "ifinfo"].contains(&verb)
        || got["err"] == "ENOENT"
}

/// Asks again a little later, and later: a bridge forgets hosts as time goes by, and the recorder did not write down how
/// much of it did.
fn later(world: &mut World, step: &str, expected: &Value, mut got: Value) -> Value {
    let mut waited = Duration::ZERO;
    while waited < LATER && !agree(expected, &got) {
        match world.ground.sim {
            Some(_) => world.ground.waited(MOMENT),
            None => std::thread::sleep(MOMENT),
        }
        waited += MOMENT;
        got = world.step(step);
    }
    got
}

/// Collects what the nodes of an answer are.
fn collect_types(answer: &Value, types: &mut BTreeSet<String>) {
    match answer {
        Value::Object(fields) => {
            if let (Some(Value::String(kind)), Some(_)) = (fields.get("type"), fields.get("hooks")) {
                types.insert(kind.clone());
            }
            fields.values().for_each(|value| collect_types(value, types));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_types(value, types)),
        _ => {}
    }
}
