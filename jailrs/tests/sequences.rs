//! Whatever is done to a simulated machine, and in whatever order, some things stay true.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::time::Duration;

use jailrs::sim::{Manner, Op, PlainVnets, SimHost, SimState};
use jailrs::{Errno, Host, Jail, JailInfo, Jid, Param};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Action {
    Create { name: usize, vnet: bool },
    CreateBelow { jail: usize, name: usize },
    Remove(usize),
    Set { jail: usize, param: usize },
    Rename { jail: usize, name: usize },
    CreateTap,
    DestroyTap(usize),
    MoveIn { tap: usize, jail: usize },
    Reclaim { jail: usize, interface: usize },
    RenameInside { jail: usize, interface: usize, name: usize },
    Start { jail: usize, manner: usize },
    Kill(usize),
    Stop(usize),
    Fail { op: usize, nth: u32 },
}

const NAMES: [&str; 5] = ["a", "b", "web", "db", "17"];
const PARAMS: [&str; 6] =
    ["persist", "nopersist", "allow.raw_sockets", "securelevel=1", "host.hostname=x", "meta.note=text"];
const INSIDE: [&str; 3] = ["eth0", "eth1", "tap0"];
const MANNERS: [Manner; 2] = [Manner::Polite, Manner::Stubborn];
const OPS: [Op; 4] = [Op::JailSet, Op::JailRemove, Op::InterfaceMove, Op::InterfaceReclaim];

fn action() -> impl Strategy<Value = Action> {
    let n = 0..8_usize;
    prop_oneof![
        3 => (n.clone(), any::<bool>()).prop_map(|(name, vnet)| Action::Create { name, vnet }),
        1 => (n.clone(), n.clone()).prop_map(|(jail, name)| Action::CreateBelow { jail, name }),
        2 => n.clone().prop_map(Action::Remove),
        1 => (n.clone(), n.clone()).prop_map(|(jail, param)| Action::Set { jail, param }),
        1 => (n.clone(), n.clone()).prop_map(|(jail, name)| Action::Rename { jail, name }),
        2 => Just(Action::CreateTap),
        1 => n.clone().prop_map(Action::DestroyTap),
        3 => (n.clone(), n.clone()).prop_map(|(tap, jail)| Action::MoveIn { tap, jail }),
        1 => (n.clone(), n.clone()).prop_map(|(jail, interface)| Action::Reclaim { jail, interface }),
        1 => (n.clone(), n.clone(), n.clone())
            .prop_map(|(jail, interface, name)| Action::RenameInside { jail, interface, name }),
        1 => (n.clone(), n.clone()).prop_map(|(jail, manner)| Action::Start { jail, manner }),
        1 => n.clone().prop_map(Action::Kill),
        1 => n.clone().prop_map(Action::Stop),
        1 => (n, 1..4_u32).prop_map(|(op, nth)| Action::Fail { op, nth }),
    ]
}

fn pick<T: Clone>(list: &[T], index: usize) -> Option<T> {
    (!list.is_empty()).then(|| list[index % list.len()].clone())
}

struct World {
    machine: SimHost,
    vnets: PlainVnets,
    host: Host,
    taps: usize,
}

impl World {
    fn new() -> Self {
        let vnets = PlainVnets::new();
        let machine = SimHost::with_vnets(vnets.clone());
        let host = machine.host();
        Self { machine, vnets, host, taps: 0 }
    }

    fn jails(&self) -> Vec<Jail> {
        let list = Jail::list(&self.host, false).expect("a list");
        list.iter().map(|info| Jail::from_jid(&self.host, info.jid).expect("a jail")).collect()
    }

    fn names(list: jailrs::Result<Vec<jailrs::Interface>>) -> Vec<String> {
        let list = list.expect("interfaces").into_iter().map(|interface| interface.name);
        list.filter(|name| name != "lo0").collect()
    }

    /// Does something; that it is refused is fine.
    fn act(&mut self, action: Action) -> Option<()> {
        let jails = self.jails();
        match action {
            Action::Create { name, vnet } => {
                let builder = Jail::builder(pick(&NAMES, name)?).children_max(3);
                if vnet { builder.vnet() } else { builder }.create(&self.host).ok()?;
            }
            Action::CreateBelow { jail, name } => {
                let above = pick(&jails, jail)?;
                Jail::builder(format!("{}.{}", above.name(), pick(&NAMES, name)?)).create(&self.host).ok()?;
            }
            Action::Remove(jail) => pick(&jails, jail)?.remove().ok()?,
            Action::Set { jail, param } => {
                pick(&jails, jail)?.set(&[Param::parse(pick(&PARAMS, param)?).ok()?]).ok()?;
            }
            Action::Rename { jail, name } => {
                pick(&jails, jail)?.rename(pick(&NAMES, name)?).ok()?;
            }
            Action::CreateTap => {
                self.host.interfaces().create("tap").expect("a tap");
                self.taps += 1;
            }
            Action::DestroyTap(tap) => {
                let name = pick(&Self::names(self.host.interfaces().list()), tap)?;
                self.host.interfaces().destroy(&name).expect("it was there");
                self.taps -= 1;
            }
            Action::MoveIn { tap, jail } => {
                let name = pick(&Self::names(self.host.interfaces().list()), tap)?;
                self.host.move_in(&name, pick(&jails, jail)?.jid()).ok()?;
            }
            Action::Reclaim { jail, interface } => {
                let jail = pick(&jails, jail)?;
                let name = pick(&Self::names(jail.interfaces().list()), interface)?;
                self.host.reclaim(&name, jail.jid()).ok()?;
            }
            Action::RenameInside { jail, interface, name } => {
                let inside = pick(&jails, jail)?.interfaces();
                let old = pick(&Self::names(inside.list()), interface)?;
                inside.rename(&old, pick(&INSIDE, name)?).ok()?;
            }
            Action::Start { jail, manner } => {
                self.machine.start_process(pick(&jails, jail)?.jid(), "process", pick(&MANNERS, manner)?);
            }
            Action::Kill(jail) => pick(&jails, jail)?.kill_all(jailrs::Signal::KILL).ok()?,
            Action::Stop(jail) => drop(pick(&jails, jail)?.stop_processes(Duration::from_secs(1)).ok()?),
            Action::Fail { op, nth } => self.machine.fail(pick(&OPS, op)?, nth, Errno::EPERM),
        }
        Some(())
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let list = Jail::list(&self.host, true).expect("a list");
        let jids: Vec<Jid> = list.iter().map(|info| info.jid).collect();
        prop_assert!(jids.is_sorted_by(|one, other| one < other), "numbers are unique and sorted");
        let names: BTreeSet<&str> = list.iter().map(|info| info.name.as_str()).collect();
        prop_assert_eq!(names.len(), list.len(), "names are unique");
        for info in &list {
            prop_assert!(!info.dying, "nothing holds a dying jail here");
            if info.parent != Jid::HOST {
                let above = list.iter().find(|above| above.jid == info.parent);
                let above = above.expect("a jail's parent is there");
                prop_assert!(info.name.starts_with(&format!("{}.", above.name)), "a name tells the parent");
            }
        }
        for process in self.host.processes().expect("processes") {
            prop_assert!(jids.contains(&process.jid), "a process is in a jail that is there");
        }
        let inside =
            |info: &JailInfo| Jail::from_jid(&self.host, info.jid).expect("a jail").interfaces().list();
        let lent: usize =
            list.iter().filter(|info| info.vnet).map(|info| Self::names(inside(info)).len()).sum();
        let home = Self::names(self.host.interfaces().list()).len();
        prop_assert_eq!(home + lent, self.taps, "no interface is lost, and none comes from nowhere");
        Ok(())
    }

    /// The machine and its VNETs, written down and read again.
    fn kept(&self) -> Self {
        let state = serde_json::to_string(&self.machine.state()).expect("JSON");
        let vnets = serde_json::to_string(&self.vnets.state()).expect("JSON");
        let state: SimState = serde_json::from_str(&state).expect("a machine");
        let vnets = PlainVnets::from_state(serde_json::from_str(&vnets).expect("VNETs"));
        let machine = SimHost::from_state(state, vnets.clone());
        Self { host: machine.host(), machine, vnets, taps: self.taps }
    }
}

proptest! {
    #[test]
    fn any_sequence_of_actions_keeps_what_must_be_true(actions in proptest::collection::vec(action(), 0..40)) {
        let mut world = World::new();
        for action in actions {
            world.act(action);
            world.check()?;
        }
        let kept = world.kept();
        kept.check()?;
        prop_assert_eq!(kept.machine.state(), world.machine.state());
        prop_assert_eq!(kept.vnets.state(), world.vnets.state());
        for jail in world.jails() {
            let _ = jail.remove();
        }
    }

    #[test]
    fn removing_every_jail_brings_everything_home(actions in proptest::collection::vec(action(), 0..30)) {
        let mut world = World::new();
        for action in actions.into_iter().filter(|action| !matches!(action, Action::Fail { .. })) {
            world.act(action);
        }
        while let Some(jail) = world.jails().first() {
            jail.remove().expect("it was there");
        }
        world.check()?;
        prop_assert_eq!(World::names(world.host.interfaces().list()).len(), world.taps);
        prop_assert!(world.host.processes().expect("processes").is_empty());
    }
}
