//! A simulated machine whose every operation is counted, so that any one of them can fail, or be the last before the
//! program dies.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod seams;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use vimage::config::shell::Reader;
use vimage::config::{Config, Vimage};
use vimage::error::{Error, Result};
use vimage::host::{Machine, NewMachine, Simulated};
use vimage::resolve::{Found, resolve};
use vimage::state::{Phase, Record};
use vimage::teardown::{Mode, teardown};
use vimage::work::{Report, Step, Work};

/// Two vimages with bridges that share a root, and a third with whole interfaces, mounts and hooks.
pub(crate) const RC_CONF: &str = r#"
vimage_list="vj1 vj2 vj3"
vimage_devfs_enable="YES"
vimage_vj1_rootdir="/usr/jail/vj1"
vimage_vj1_hostname="vj1"
vimage_vj1_bridges="igb0 igb0"
vimage_vj2_rootdir="/usr/jail/vj1"
vimage_vj2_hostname="vj2"
vimage_vj2_bridges="igb0 igb1@lan"
vimage_vj2_afterstart_services="sshd"
vimage_vj3_rootdir="/usr/jail/vj2"
vimage_vj3_hostname="vj3"
vimage_vj3_vnets="igb2 igb3"
vimage_vj3_bridges="igb0"
vimage_vj3_fdescfs_enable="YES"
vimage_vj3_exec_prestart0="/usr/bin/true before"
vimage_vj3_exec_poststart0="/usr/bin/true started"
vimage_vj3_exec_poststop0="/usr/bin/true after"
"#;

/// What becomes of the operations, counted from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    /// They do what they do.
    #[default]
    Kind,
    /// This one fails, and does nothing.
    Fails(u64),
    /// This one is done, and answers an error if it is one that can.
    FailsAfter(u64),
    /// This one is the last: the program is dead after it.
    Dies(u64),
    /// From this one on nothing can be written to the disk.
    FullDisk(u64),
    /// They do what they do, and each jail has a node that is neither alive nor gone.
    Ghosts,
}

/// What is asked of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something of netgraph, of jails or interfaces.
    Other,
    /// A record or a list of bridges is written.
    Write,
}

/// Counts operations, and says which go wrong.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    fate: Fate,
    count: AtomicU64,
    /// What met its fate.
    struck: Mutex<Option<String>>,
}

/// When an operation goes wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fine,
    Before,
    After,
}

impl Plan {
    fn judge(&self, kind: Kind, what: impl FnOnce() -> String) -> Verdict {
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let verdict = match self.fate {
            Fate::Fails(at) if number == at => Verdict::Before,
            Fate::FailsAfter(at) if number == at => Verdict::After,
            Fate::Dies(at) if number > at => Verdict::Before,
            Fate::FullDisk(at) if number >= at && kind == Kind::Write => Verdict::Before,
            _ => Verdict::Fine,
        };
        let last = matches!(self.fate, Fate::Dies(at) if number == at);
        if last || verdict != Verdict::Fine {
            self.struck.lock().unwrap().get_or_insert_with(what);
        }
        verdict
    }
}

/// Keeps what it is told.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) steps: Vec<String>,
    pub(crate) warnings: Vec<String>,
}

impl Report for Notes {
    fn step(&mut self, step: Step<'_>) {
        self.steps.push(step.to_string());
    }

    fn warning(&mut self, vimage: &str, what: &str) {
        self.warnings.push(format!("{vimage}: {what}"));
    }
}

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) result: Result<()>,
    pub(crate) notes: Notes,
    /// The operation that met its fate; none if the command came to its end before.
    pub(crate) struck: Option<String>,
}

/// A simulated machine and the configuration of its vimages.
pub(crate) struct Lab {
    pub(crate) sim: Simulated,
    config: Config,
}

impl Lab {
    /// A machine with igb0 to igb3, and the roots of two vimages.
    pub(crate) fn new(rc_conf: &str) -> Self {
        let new = NewMachine {
            nics: ["igb0", "igb1", "igb2", "igb3"].map(String::from).into(),
            ..NewMachine::default()
        };
        let mut reader = Reader::new("/");
        reader.read_bytes("rc.conf", rc_conf.as_bytes()).unwrap();
        let config = Config::resolve(reader.variables()).unwrap_or_else(|problems| panic!("{problems}"));
        Self { sim: new.build().unwrap(), config }
    }

    /// The machine, for what is done to it behind the program's back.
    pub(crate) fn machine(&self) -> Machine {
        Machine::simulated(self.sim.clone())
    }

    fn vimage(&self, name: &str) -> &Vimage {
        self.config.vimages.get(name).unwrap()
    }

    pub(crate) fn up(&self, name: &str) -> Outcome {
        self.up_with(name, Fate::Kind)
    }

    pub(crate) fn down(&self, name: &str) -> Outcome {
        self.down_with(name, Fate::Kind)
    }

    /// Brings a vimage up that is not up.
    pub(crate) fn up_with(&self, name: &str, fate: Fate) -> Outcome {
        let vimage = self.vimage(name);
        self.run(fate, |machine, notes| {
            let socket = machine.socket(None)?;
            let found = Found::read(machine)?;
            let wanted = resolve(machine, &socket, &found, vimage)?;
            let record = Record::new(machine.boot()?, format!("{name}-tag"), wanted);
            vimage::apply::up(&mut Work::new(machine, &socket, record, notes))
        })
    }

    /// Brings all vimages up in one process; returns how many operations each took.
    pub(crate) fn operations_of_up(&self) -> Vec<u64> {
        self.counting(|machine, count| {
            let socket = machine.socket(None).unwrap();
            let mut found = Found::read(machine).unwrap();
            let one = |vimage: &Vimage| {
                let before = count();
                let wanted = resolve(machine, &socket, &found, vimage).unwrap();
                let tag = format!("{}-tag", vimage.name);
                let record = Record::new(machine.boot().unwrap(), tag, wanted);
                let mut notes = Notes::default();
                let mut work = Work::new(machine, &socket, record, &mut notes);
                vimage::apply::up(&mut work).unwrap();
                found.add(&work.record.wanted);
                count() - before
            };
            self.config.list.value.iter().map(|name| self.vimage(name.as_str())).map(one).collect()
        })
    }

    /// Takes all vimages down in one process, and their bridges with them; returns how many operations each took.
    pub(crate) fn operations_of_prune(&self) -> Vec<u64> {
        self.counting(|machine, count| {
            let socket = machine.socket(None).unwrap();
            let one = |name: &str| {
                let before = count();
                let record = Record::load(&*machine.store, name).unwrap().unwrap();
                let mut notes = Notes::default();
                teardown(&mut Work::new(machine, &socket, record, &mut notes), Mode::Prune).unwrap();
                count() - before
            };
            self.config.list.value.iter().map(|name| one(name.as_str())).collect()
        })
    }

    /// Copies the machine; returns how many operations that took.
    pub(crate) fn operations_of_copy(&self) -> u64 {
        self.counting(|machine, count| {
            machine.copy().unwrap();
            count()
        })
    }

    fn counting<T>(&self, act: impl FnOnce(&Machine, &dyn Fn() -> u64) -> T) -> T {
        let plan = Arc::new(Plan::default());
        let machine = seams::machine(&self.sim, &plan);
        act(&machine, &|| plan.count.load(Ordering::Relaxed))
    }

    /// Takes a vimage down, as `vimage down` does.
    pub(crate) fn down_with(&self, name: &str, fate: Fate) -> Outcome {
        self.take_down(name, fate, Mode::Down)
    }

    pub(crate) fn prune(&self, name: &str) -> Outcome {
        self.take_down(name, Fate::Kind, Mode::Prune)
    }

    fn take_down(&self, name: &str, fate: Fate, mode: Mode) -> Outcome {
        self.run(fate, |machine, notes| {
            let Some(record) = Record::load(&*machine.store, name)? else { return Ok(()) };
            let mode = if record.phase == Phase::Starting { Mode::Undo } else { mode };
            let socket = machine.socket(None)?;
            teardown(&mut Work::new(machine, &socket, record, notes), mode)
        })
    }

    fn run(&self, fate: Fate, act: impl FnOnce(&Machine, &mut Notes) -> Result<()>) -> Outcome {
        let plan = Arc::new(Plan { fate, ..Plan::default() });
        let machine = seams::machine(&self.sim, &plan);
        let mut notes = Notes::default();
        let result = act(&machine, &mut notes);
        drop(machine);
        let struck = plan.struck.lock().unwrap().take();
        Outcome { result, notes, struck }
    }

    /// The record of a vimage.
    pub(crate) fn record(&self, name: &str) -> Option<Record> {
        Record::load(&*self.machine().store, name).unwrap()
    }

    /// The machine, as it is compared: all of it but what only counts, and the numbers of nodes and interfaces, which
    /// are others when one was away.
    pub(crate) fn look(&self) -> String {
        let mut graph = serde_json::to_value(self.sim.graph.save().unwrap()).unwrap();
        let mut jails = serde_json::to_value(self.sim.jails.state()).unwrap();
        forget(&mut graph);
        forget(&mut jails);
        format!("{graph:#}\n{jails:#}\n{:#?}", self.sim.store.files())
    }

    /// The names of the host's interfaces, in order.
    pub(crate) fn interfaces(&self) -> Vec<String> {
        let list = self.machine().jails.interfaces().list().unwrap();
        let mut names: Vec<String> = list.into_iter().map(|interface| interface.name).collect();
        names.sort();
        names
    }

    /// A vimage's jail, as it is found by name.
    pub(crate) fn jail(&self, name: &str) -> jailrs::Jail {
        jailrs::Jail::find(&self.machine().jails, name).unwrap()
    }

    /// Removes a jail, as `jail -r` does.
    pub(crate) fn remove_by_hand(&self, name: &str) {
        self.jail(name).remove().unwrap();
    }
}

fn forget(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("counters");
            fields.remove("index");
            if let Some(Value::Object(nodes)) = fields.get("nodes") {
                let mut nodes: Vec<Value> = nodes.values().cloned().collect();
                nodes.sort_by_key(ToString::to_string);
                fields.insert("nodes".into(), Value::Array(nodes));
            }
            fields.values_mut().for_each(forget);
        }
        Value::Array(values) => {
            values.iter_mut().for_each(forget);
            values.sort_by_key(|value| value["name"].to_string());
        }
        _ => {}
    }
}

/// Says what was done before it came to this.
pub(crate) fn told(error: &Error) -> String {
    format!("{} ({:?})", error.message, error.exit)
}
