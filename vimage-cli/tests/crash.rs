//! The program stops dead after each saved state of `up` and of `down`; `down` then leaves the machine as it was.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::process::ExitCode;

use support::{Lab, stderr};

/// Runs a command so that it stops dead after `step` saved states; tells whether it got that far.
fn stops_dead(lab: &Lab, args: &[&str], step: u32) -> bool {
    let output = lab.command(args).env("VIMAGE_STOP_AFTER", step.to_string()).output().unwrap();
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 137)), "{args:?} after {step}: {}", stderr(&output));
    code == Some(137)
}

/// Kills `up NAME` after every step, and compares what `down` leaves with what was there before.
fn up_sweep(prepare: &[&str], name: &str) -> u32 {
    let mut step = 0;
    loop {
        step += 1;
        let lab = Lab::new();
        if !prepare.is_empty() {
            lab.ok(&[&["up"], prepare].concat());
        }
        let before = lab.machine();
        if !stops_dead(&lab, &["up", name], step) {
            return step - 1;
        }
        let record = lab.path("m.json");
        let finished = std::fs::read_to_string(record).unwrap().contains("\\\"phase\\\": \\\"running\\\"");
        lab.ok(&["down", name]);
        // Once it is up, its bridges are there to stay.
        if !finished || !prepare.is_empty() {
            assert_eq!(lab.machine(), before, "up {name} killed after step {step}");
        }
        assert!(lab.ok(&["down", name]).is_empty());
    }
}

fn an_up_that_is_killed_anywhere_is_undone_by_down() {
    assert!(up_sweep(&[], "vj1") > 20);
}

fn an_up_with_second_bridges_and_services_is_undone_by_down() {
    assert!(up_sweep(&[], "vj2") > 20);
}

fn an_up_with_hooks_mounts_and_whole_interfaces_is_undone_by_down() {
    assert!(up_sweep(&[], "vj3") > 8);
}

fn an_up_beside_another_vimage_does_not_touch_it_when_undone() {
    // vj1 shares root, devfs, parent and bridge with vj2.
    let mut step = 0;
    loop {
        step += 1;
        let lab = Lab::new();
        lab.ok(&["up", "vj2"]);
        let before = lab.machine();
        if !stops_dead(&lab, &["up", "vj1"], step) {
            assert!(step > 15);
            break;
        }
        lab.ok(&["down", "vj1"]);
        assert_eq!(lab.machine(), before, "killed after step {step}");
        lab.ok(&["status", "vj2"]);
    }
}

fn an_up_after_a_killed_up_comes_up() {
    let mut step = 0;
    loop {
        step += 1;
        let lab = Lab::new();
        if !stops_dead(&lab, &["up", "vj1"], step) {
            break;
        }
        lab.ok(&["up", "vj1"]);
        lab.ok(&["status", "vj1"]);
    }
}

fn a_down_that_is_killed_anywhere_is_finished_by_down() {
    for name in ["vj1", "vj2", "vj3"] {
        let clean = Lab::new();
        clean.ok(&["up", name]);
        clean.ok(&["down", name]);
        let after = clean.machine();
        let mut step = 0;
        loop {
            step += 1;
            let lab = Lab::new();
            lab.ok(&["up", name]);
            if !stops_dead(&lab, &["down", name], step) {
                break;
            }
            lab.ok(&["down", name]);
            assert_eq!(lab.machine(), after, "down {name} killed after step {step}");
        }
    }
}

/// A machine that is so large that its file is not written at each step.
fn an_up_on_a_large_machine_is_written_whole_and_undone_by_down() {
    let lab = Lab::new();
    let vimages = (0..=12).map(|n| {
        format!(
            "vimage_v{n}_rootdir=/usr/jail/vj1\nvimage_v{n}_hostname=v{n}\nvimage_v{n}_bridges='igb0 igb1'\n"
        )
    });
    let list: String = (0..12).map(|n| format!("v{n} ")).collect();
    lab.write("rc.conf", &format!("vimage_list='{list}'\n{}", vimages.collect::<String>()));
    lab.ok(&["up"]);
    assert!(std::fs::metadata(lab.path("m.json")).unwrap().len() > 64 << 10);
    lab.ok(&["status"]);
    let before = lab.machine();
    let mut step = 1;
    while stops_dead(&lab, &["up", "v12"], step) {
        lab.ok(&["down", "v12"]);
        assert_eq!(lab.machine(), before, "up killed after step {step}");
        step += 1;
    }
    assert!(step > 8, "{step}");
    lab.ok(&["status", "v12"]);
    lab.ok(&["down"]);
    lab.fails(&["status", "v0"], 3);
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let trials = support::trials![
        an_up_that_is_killed_anywhere_is_undone_by_down,
        an_up_with_second_bridges_and_services_is_undone_by_down,
        an_up_with_hooks_mounts_and_whole_interfaces_is_undone_by_down,
        an_up_beside_another_vimage_does_not_touch_it_when_undone,
        an_up_after_a_killed_up_comes_up,
        a_down_that_is_killed_anywhere_is_finished_by_down,
        an_up_on_a_large_machine_is_written_whole_and_undone_by_down,
    ];
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
