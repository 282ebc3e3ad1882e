//! Every single operation of `up` and of `down` fails once, or is the last before the program dies: what is left is
//! undone at once, or by the next `down`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod mortal;

use mortal::{Fate, Lab, RC_CONF, told};

/// Does `up NAME` again and again, each time with another operation that meets its fate, until it is met by none.
/// `check` looks at the machine of each run but the last. Returns how many operations there were.
fn sweep(
    name: &str,
    beside: &[&str],
    fate: fn(u64) -> Fate,
    check: impl Fn(&Lab, &str, mortal::Outcome, String),
) {
    let mut complaints = Vec::new();
    for number in 1.. {
        let lab = Lab::new(RC_CONF);
        for other in beside {
            lab.up(other).result.unwrap();
        }
        let before = lab.look();
        let outcome = lab.up_with(name, fate(number));
        let Some(struck) = outcome.struck.clone() else {
            assert!(number > 60, "only {number} operations");
            break;
        };
        let what = format!("{name}, operation {number}, {struck}");
        let checked =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&lab, &what, outcome, before)));
        if checked.is_err() {
            complaints.push(what);
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Checks that an `up` with a fault either came to its end all the same, or left nothing.
fn undone(lab: &Lab, what: &str, outcome: mortal::Outcome, before: String) {
    match outcome.result {
        Ok(()) => {
            lab.prune(what.split(',').next().unwrap()).result.unwrap();
            same(&before, &lab.look(), what);
        }
        Err(error) => {
            assert!(lab.record(what.split(',').next().unwrap()).is_none(), "{what}: {}", told(&error));
            same(&before, &lab.look(), &format!("{what}: {}", told(&error)));
        }
    }
}

/// Checks that `down` does away with what a dead `up` has left.
fn cleared_away(lab: &Lab, what: &str, _: mortal::Outcome, before: String) {
    let name = what.split(',').next().unwrap();
    if lab.record(name).is_some_and(|record| record.phase == vimage::state::Phase::Running) {
        lab.prune(name).result.unwrap();
    } else {
        lab.down(name).result.unwrap_or_else(|error| panic!("{what}: {}", told(&error)));
    }
    same(&before, &lab.look(), what);
}

fn same(before: &str, after: &str, what: &str) {
    if before == after {
        return;
    }
    let gone: Vec<&str> = before.lines().filter(|line| !after.contains(line)).collect();
    let new: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    panic!("{what}\ngone: {}\nnew: {}", gone.join("\n"), new.join("\n"));
}

#[test]
fn an_up_of_which_any_operation_fails_is_undone() {
    for name in ["vj1", "vj2", "vj3"] {
        sweep(name, &[], Fate::Fails, undone);
    }
}

#[test]
fn an_up_of_which_any_operation_is_done_and_answers_an_error_is_undone() {
    for name in ["vj1", "vj2", "vj3"] {
        sweep(name, &[], Fate::FailsAfter, undone);
    }
}

#[test]
fn an_up_beside_others_of_which_any_operation_fails_leaves_them_alone() {
    sweep("vj1", &["vj2"], Fate::Fails, undone);
    sweep("vj3", &["vj1"], Fate::Fails, undone);
}

#[test]
fn an_up_that_dies_after_any_operation_is_cleared_away() {
    for name in ["vj1", "vj2", "vj3"] {
        sweep(name, &[], Fate::Dies, cleared_away);
    }
}

#[test]
fn an_up_beside_others_that_dies_after_any_operation_is_cleared_away() {
    sweep("vj1", &["vj2"], Fate::Dies, cleared_away);
    sweep("vj2", &["vj1"], Fate::Dies, cleared_away);
}

/// Before FreeBSD 15 a jail carries no tag: it is known by its name and number.
#[test]
fn an_up_on_freebsd_14_that_dies_after_any_operation_is_cleared_away() {
    for number in 1.. {
        let lab = Lab::new(RC_CONF);
        lab.sim.jails.set_osreldate(1_403_000);
        let before = lab.look();
        let outcome = lab.up_with("vj1", Fate::Dies(number));
        let Some(what) = outcome.struck.clone() else { break };
        cleared_away(&lab, &format!("vj1, operation {number}, {what}"), outcome, before);
        assert_eq!(jailrs::Jail::list(&lab.machine().jails, true).unwrap(), []);
    }
}

#[test]
fn an_up_on_a_disk_that_is_full_from_any_operation_on_is_undone() {
    for name in ["vj1", "vj2", "vj3"] {
        sweep(name, &[], Fate::FullDisk, undone);
    }
}

/// Does `down NAME` with each operation meeting its fate; a second `down` must finish what is left.
fn down_sweep(name: &str, fate: fn(u64) -> Fate) {
    let clean = Lab::new(RC_CONF);
    clean.up(name).result.unwrap();
    clean.down(name).result.unwrap();
    let wanted = clean.look();
    let mut complaints = Vec::new();
    for number in 1.. {
        let lab = Lab::new(RC_CONF);
        lab.up(name).result.unwrap();
        let outcome = lab.down_with(name, fate(number));
        let Some(struck) = outcome.struck else {
            assert!(number > 20, "only {number} operations");
            break;
        };
        let what = format!("down {name}, operation {number}, {struck}");
        if let Err(error) = lab.down(name).result {
            complaints.push(format!("{what}: {}", told(&error)));
        } else if lab.look() != wanted {
            complaints.push(what);
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_down_of_which_any_operation_fails_is_finished_by_the_next() {
    for name in ["vj1", "vj2", "vj3"] {
        down_sweep(name, Fate::Fails);
        down_sweep(name, Fate::FailsAfter);
    }
}

#[test]
fn a_down_that_dies_after_any_operation_is_finished_by_the_next() {
    for name in ["vj1", "vj2", "vj3"] {
        down_sweep(name, Fate::Dies);
    }
}

#[test]
fn a_down_on_a_full_disk_takes_everything_down() {
    for name in ["vj1", "vj2", "vj3"] {
        let lab = Lab::new(RC_CONF);
        lab.up(name).result.unwrap();
        lab.down(name).result.unwrap();
        let wanted = lab.look();
        let lab = Lab::new(RC_CONF);
        lab.up(name).result.unwrap();
        lab.down_with(name, Fate::FullDisk(1)).result.unwrap();
        same(&wanted, &lab.look(), name);
    }
}
