//! What was kept of a machine, held against what can be.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::jails::{JAIL_MAX, PID_MAX};
use super::state::{Counters, Prison};
use super::target::NAME_ROOM;

/// How many jails one can be below: each has its part in the name.
const DEPTH_MAX: usize = NAME_ROOM;

/// Reads jails: their numbers are numbers of jails, each is below the host in the end, and no two have one VNET.
pub(super) fn jails<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<i32, Prison>, D::Error> {
    let jails: BTreeMap<i32, Prison> = BTreeMap::deserialize(deserializer)?;
    let mut vnets = BTreeSet::from([0]);
    for (jid, prison) in &jails {
        let is_shared = prison.vnet.is_some_and(|vnet| !vnets.insert(vnet));
        let checked = match jid {
            1..=JAIL_MAX if is_shared => Err("its VNET is the host's, or another jail's".to_owned()),
            1..=JAIL_MAX => check_above(&jails, prison),
            _ => Err(format!("no jail has a number that is not from 1 to {JAIL_MAX}")),
        };
        checked.map_err(|what| D::Error::custom(format_args!("jail {jid} ({:?}): {what}", prison.name)))?;
    }
    Ok(jails)
}

fn check_above(jails: &BTreeMap<i32, Prison>, prison: &Prison) -> Result<(), String> {
    let mut above = prison.parent.0;
    for _ in 0..DEPTH_MAX {
        if above == 0 {
            return Ok(());
        }
        above =
            jails.get(&above).ok_or_else(|| format!("it is below jail {above}, which is missing"))?.parent.0;
    }
    Err(format!("it is below itself, or below more than {DEPTH_MAX} jails"))
}

/// Reads what a machine has counted: numbers that can have been given out.
pub(super) fn counters<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Counters, D::Error> {
    let counters = Counters::deserialize(deserializer)?;
    let bounds = [
        ("last_jid", counters.last_jid, JAIL_MAX),
        ("last_dead_jid", counters.last_dead_jid, JAIL_MAX),
        ("last_pid", counters.last_pid, PID_MAX),
        ("last_cpuset", counters.last_cpuset, i32::MAX),
        ("last_fsid", counters.last_fsid, i32::MAX),
    ];
    match bounds.into_iter().find(|(_, last, most)| !(0..=*most).contains(last)) {
        Some((name, last, most)) => {
            Err(D::Error::custom(format_args!("counters: {name} is {last}, not from 0 to {most}")))
        }
        None => Ok(counters),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::mount::Mount;
    use crate::sim::{Manner, PlainVnets, SimHost, SimState};
    use crate::{Host, Jail, Jid};

    /// A machine with something of everything.
    fn full() -> SimHost {
        let machine = SimHost::new();
        machine.add_root("/jails/web");
        machine.add_link("/jails/link", "web/tmp");
        let host = machine.host();
        let web = Jail::builder("web").path("/jails/web").vnet().persist();
        let web = web.children_max(9).create(&host).unwrap();
        for (name, further) in [("web.a", 3), ("web.b", 0), ("web.a.c", 0)] {
            Jail::builder(name).children_max(further).persist().create(&host).unwrap();
        }
        machine.keep_dying("gone", 9);
        Jail::builder("gone").vnet().create(&host).unwrap().remove().unwrap();
        machine.start_process(web.jid(), "sshd", Manner::Stubborn);
        host.mount(&Mount::devfs(None), Path::new("/jails/web"), Path::new("/dev")).unwrap();
        machine.delay_homecoming(3);
        Jail::builder("lost").vnet().create(&host).unwrap().remove().unwrap();
        machine
    }

    /// Does what goes along all that is kept.
    fn use_all(host: &Host) {
        for info in Jail::list(host, true).unwrap() {
            let Ok(mut jail) = Jail::from_jid(host, info.jid) else { continue };
            let _ = jail.set_cpus(&jail.cpus().unwrap_or_default());
            let _ = (jail.interfaces().list(), jail.processes(), jail.tcp_connections());
            let _ = jail.command("/bin/true").output();
            let _ = Jail::builder(format!("{}.new", info.name)).create(host);
            let _ = jail.rename("other");
        }
        let _ = Jail::builder("next").create(host);
        let _ = host.mount(&Mount::tmpfs(None), Path::new("/jails/link"), Path::new("/"));
        let _ = host.interfaces().list();
        for info in Jail::list(host, true).unwrap() {
            let _ =
                Jail::from_jid(host, info.jid).map(|jail| (jail.remove(), jail.wait_gone(Duration::ZERO)));
        }
    }

    fn refusal(place: &[&str], to: Value) -> String {
        let mut value = serde_json::to_value(full().state()).unwrap();
        let at = place.iter().fold(&mut value, |at, step| &mut at[*step]);
        *at = to;
        serde_json::from_value::<SimState>(value).unwrap_err().to_string()
    }

    #[test]
    fn a_machine_that_cannot_be_is_refused_with_what_is_wrong_and_where() {
        assert_eq!(
            refusal(&["jails", "1", "parent"], json!(1)),
            "jail 1 (\"web\"): it is below itself, or below more than 256 jails"
        );
        assert_eq!(
            refusal(&["jails", "2", "parent"], json!(7)),
            "jail 2 (\"web.a\"): it is below jail 7, which is missing"
        );
        assert_eq!(
            refusal(&["jails", "2", "vnet"], json!(0)),
            "jail 2 (\"web.a\"): its VNET is the host's, or another jail's"
        );
        assert_eq!(
            refusal(&["counters", "last_jid"], json!(-1)),
            "counters: last_jid is -1, not from 0 to 999999"
        );
        assert!(refusal(&["counters", "last_pid"], json!(i32::MAX)).contains("last_pid is 2147483647"));
        let web = &serde_json::to_value(full().state()).unwrap()["jails"]["1"];
        for number in ["0", "-1", "1000000"] {
            assert!(refusal(&["jails"], json!({ number: web })).contains("no jail has a number"));
        }
    }

    #[test]
    fn a_chain_of_jails_that_is_too_long_is_refused() {
        let state = full().state();
        let web = &serde_json::to_value(&state).unwrap()["jails"]["1"];
        let chain = (1..=1000).map(|jid: i32| {
            let mut jail = web.clone();
            (jail["parent"], jail["vnet"]) = (json!(jid - 1), Value::Null);
            (jid.to_string(), jail)
        });
        assert!(refusal(&["jails"], Value::Object(chain.collect())).starts_with("jail 257 "));
    }

    #[test]
    fn numbers_are_given_out_anew_after_the_last() {
        let machine = full();
        let mut state = machine.state();
        state.counters.last_pid = 99_999;
        (state.counters.last_jid, state.counters.last_dead_jid) = (999_999, 999_999);
        (state.counters.last_cpuset, state.counters.last_fsid) = (i32::MAX, i32::MAX);
        let machine = SimHost::from_state(state, PlainVnets::new());
        assert_eq!(machine.start_process(Jid::HOST, "a", Manner::Polite), 100);
        let host = machine.host();
        let next = Jail::builder("next").create(&host).unwrap();
        // 1 to 6 are taken but for the one of the jail that is gone.
        assert_eq!(next.jid(), Jid(6));
        assert_eq!(next.get(&["cpuset.id"]).unwrap().int("cpuset.id"), Some(7));
        let mounted = host.mount(&Mount::tmpfs(None), Path::new("/jails/web"), Path::new("/tmp")).unwrap();
        assert_eq!(mounted.fsid.0, 2);
    }

    fn change(value: &mut Value, way: &[u16], to: &Value) {
        let Some((step, rest)) = way.split_first() else {
            *value = to.clone();
            return;
        };
        let step = usize::from(*step);
        match value {
            Value::Array(items) if !items.is_empty() => {
                let count = items.len();
                change(&mut items[step % count], rest, to);
            }
            Value::Object(fields) if !fields.is_empty() => {
                let count = fields.len();
                change(fields.values_mut().nth(step % count).unwrap(), rest, to);
            }
            other => *other = to.clone(),
        }
    }

    fn scalar() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(|b| json!(b)),
            (-2..9).prop_map(|n| json!(n)),
            any::<i64>().prop_map(|n| json!(n)),
            prop::sample::select(vec![i32::MIN, i32::MAX, 99_999, 999_999]).prop_map(|n| json!(n)),
            "[a-c./]{0,9}".prop_map(|text| json!(text)),
            Just(json!({})),
        ]
    }

    proptest! {
        #[test]
        fn a_machine_that_was_tampered_with_is_refused_or_works(
            changes in prop::collection::vec((prop::collection::vec(any::<u16>(), 1..5), scalar()), 1..4)
        ) {
            let mut value = serde_json::to_value(full().state()).unwrap();
            for (way, to) in changes {
                change(&mut value, &way, &to);
            }
            match serde_json::from_value::<SimState>(value) {
                Err(error) => prop_assert!(!error.to_string().is_empty()),
                Ok(state) => use_all(&SimHost::from_state(state, PlainVnets::new()).host()),
            }
        }

        #[test]
        fn jails_that_were_put_elsewhere_are_refused_or_work(
            parents in prop::collection::vec((1..9_i32, 0..9_i32), 1..5),
            last in prop::sample::select(vec![0, 1, 5, 99_998, 99_999, 999_998, 999_999, i32::MAX]),
        ) {
            let mut value = serde_json::to_value(full().state()).unwrap();
            for (jid, parent) in parents {
                if let Some(jail) = value["jails"].get_mut(jid.to_string()) {
                    jail["parent"] = json!(parent);
                }
            }
            for counter in value["counters"].as_object_mut().unwrap().values_mut() {
                *counter = json!(last);
            }
            if let Ok(state) = serde_json::from_value::<SimState>(value) {
                use_all(&SimHost::from_state(state, PlainVnets::new()).host());
            }
        }
    }
}
