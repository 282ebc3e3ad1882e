//! `plan` and dry runs: what is shown is what is done, and nothing is done.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::process::{ExitCode, Output};

use jailrs::Jail;
use netgraph::graph::Graph;
use netgraph::nodes::hub::Hub;
use serde_json::Value;
use support::{Lab, RC_CONF, stderr};
use vimage::host::Machine;

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn bytes(lab: &Lab) -> String {
    std::fs::read_to_string(lab.path("m.json")).unwrap()
}

/// Runs a command that must not change the machine, and end with this code; returns what it prints.
fn tries(lab: &Lab, args: &[&str], code: i32) -> String {
    let before = bytes(lab);
    let output = lab.run(args);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
    assert_eq!(bytes(lab), before, "{args:?}");
    stdout(&output)
}

/// The steps among the lines of an output.
fn steps(text: &str) -> Vec<&str> {
    text.lines().filter(|line| ["+ ", "- ", "* "].iter().any(|sign| line.starts_with(sign))).collect()
}

/// Checks that a command does what it shows when it is only tried.
fn does_what_it_shows(lab: &Lab, args: &[&str]) {
    let shown = tries(lab, &[&["-n"], args].concat(), 0);
    let done = lab.run(&[&["-v"], args].concat());
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(steps(&shown), steps(&stderr(&done)), "{args:?}");
    assert!(!steps(&shown).is_empty(), "{args:?}");
}

fn a_plan_shows_the_steps_and_why_and_changes_nothing() {
    let lab = Lab::new();
    let expected = "\
+ vj1: bridge igb0bridge on igb0 (igb0 is on no bridge)
* vj1: interface igb0 up (what is down carries nothing)
+ vj1: upper of igb0 on igb0bridge (the host itself)
* vj1: igb0 hears all that is on its wire (frames of the vimages have addresses of their own)
+ vj1: interface ng0_vj1 on igb0bridge (its address is 02:fc:06:30:77:2a)
+ vj1: interface ng1_vj1 on igb0bridge (its address is ce:ee:06:6e:27:16)
+ vj1: mount devfs on /usr/jail/vj1/dev (ruleset=5)
+ vj1: jail vj1 at /usr/jail/vj1 (its host name is vj1)
+ vj1: interface ng0_vj1 into vj1
+ vj1: interface ng1_vj1 into vj1
* vj1: run /etc/rc.d/netif start in vj1
* vj1: run /etc/rc.d/routing start in vj1
* vj1: vj1 is up
+ vj3: mount devfs on /usr/jail/vj2/dev (ruleset=5)
+ vj3: mount fdescfs on /usr/jail/vj2/dev/fd
* vj3: run /usr/bin/true before
+ vj3: jail vj3 at /usr/jail/vj2 (its host name is vj3)
+ vj3: interface igb2 into vj3, whole (the host does without it until the vimage is down)
* vj3: run /etc/rc.d/netif start in vj3
* vj3: run /etc/rc.d/routing start in vj3
* vj3: vj3 is up
12 to add (+), 0 to take away (-), 9 to change or run (*); nothing is done yet: `vimage up vj1 vj3` does it
";
    assert_eq!(tries(&lab, &["plan", "vj1", "vj3"], 2), expected);
}

fn what_is_planned_is_what_is_done() {
    let lab = Lab::new();
    let shown = tries(&lab, &["plan"], 2);
    let done = lab.run(&["-v", "up"]);
    assert_eq!(steps(&shown), steps(&stderr(&done)));
    for args in [&["restart"][..], &["down", "vj2"], &["up"], &["down", "--prune"], &["up", "vj3"]] {
        does_what_it_shows(&lab, args);
    }
}

fn what_is_left_inside_is_shown_before_it_is_taken_away() {
    let lab = Lab::new();
    for command in ["down", "restart"] {
        lab.ok(&["up", "vj1"]);
        meddle(&lab, |machine| {
            let jail = Jail::find(&machine.jails, "vj1").unwrap();
            let inside = machine.socket_in(jail.jid()).unwrap();
            inside.make_peer::<Hub>("a".parse().unwrap(), "a".parse().unwrap()).unwrap();
            let [b, link0] = ["b", "link0"].map(|hook| hook.parse().unwrap());
            inside.make_peer_of(&".:a".parse().unwrap(), "bridge".parse().unwrap(), b, link0).unwrap();
        });
        let shown = tries(&lab, &["down", "-n", "vj1"], 0);
        assert!(shown.contains("- vj1: netgraph nodes left in vj1: 2 of type bridge, hub\n"), "{shown}");
        does_what_it_shows(&lab, &[command, "vj1"]);
    }
}

fn where_everything_is_up_there_is_nothing_to_do() {
    let lab = Lab::new();
    lab.ok(&["up"]);
    assert_eq!(tries(&lab, &["plan"], 0), "nothing to do\n");
    assert_eq!(tries(&lab, &["up", "-n"], 0), "nothing to do\n");
    lab.ok(&["down"]);
    assert_eq!(tries(&lab, &["down", "-n"], 0), "nothing to do\n");
}

fn a_plan_mends_what_is_broken() {
    for broken in ["igb0:upper", "ng0_vj2:"] {
        let lab = Lab::new();
        lab.ok(&["up"]);
        meddle(&lab, |machine| {
            let socket = machine.socket(None).unwrap();
            match broken.split_once(':').unwrap() {
                (node, "") => socket.shutdown(&format!("{node}:").parse().unwrap()).unwrap(),
                (node, hook) => {
                    socket.remove_hook(&format!("{node}:").parse().unwrap(), hook.parse().unwrap()).unwrap();
                }
            }
        });
        does_what_it_shows(&lab, &["up"]);
        lab.ok(&["status"]);
    }
}

fn an_up_that_was_killed_is_planned_anew() {
    for step in [3, 9, 15, 25] {
        let lab = Lab::new();
        let killed = lab.command(&["up", "vj2"]).env("VIMAGE_STOP_AFTER", step.to_string()).output().unwrap();
        assert_eq!(killed.status.code(), Some(137));
        does_what_it_shows(&lab, &["down", "vj2"]);
        does_what_it_shows(&lab, &["up", "vj2"]);
    }
}

fn the_number_of_saved_states_says_nothing_about_a_plan() {
    let lab = Lab::new();
    let planned = lab.command(&["plan"]).env("VIMAGE_STOP_AFTER", "2").output().unwrap();
    assert_eq!(planned.status.code(), Some(2));
}

fn what_stands_in_the_way_is_told_as_up_would() {
    let lab = Lab::new();
    lab.write("rc.conf", &RC_CONF.replace("\"igb0 igb0\"", "\"igb7\""));
    let tried = lab.run(&["plan"]);
    let done = lab.run(&["up"]);
    assert_eq!((tried.status.code(), done.status.code()), (Some(69), Some(69)));
    assert_eq!(stderr(&tried), stderr(&done));
    // The others are planned all the same.
    assert!(stdout(&tried).contains("+ vj2: jail vj2"), "{}", stdout(&tried));
}

fn a_plan_for_machines_has_the_same_steps() {
    let lab = Lab::new();
    let json: Value = serde_json::from_str(&tries(&lab, &["plan", "--json", "vj3"], 2)).unwrap();
    assert_eq!(
        (&json["version"], &json["dry_run"], &json["failure"]),
        (&1.into(), &true.into(), &Value::Null)
    );
    let text = tries(&lab, &["plan", "vj3"], 2);
    let told: Vec<&str> =
        json["steps"].as_array().unwrap().iter().map(|s| s["what"].as_str().unwrap()).collect();
    assert_eq!(told.len(), steps(&text).len());
    for (what, step) in told.iter().zip(steps(&text)) {
        assert!(step.contains(what), "{step}");
    }
}

fn nothing_is_taken_down_for_a_restart_that_would_not_come_up_again() {
    let lab = Lab::new();
    lab.ok(&["up"]);
    lab.write("rc.conf", &RC_CONF.replace("\"igb0 igb1@lan\"", "\"igb0 igb9\""));
    let before = bytes(&lab);
    assert_eq!(tries(&lab, &["restart", "-n"], 69), "");
    let error = lab.fails(&["restart"], 69).replace(&lab.path("rc.conf").display().to_string(), "rc.conf");
    assert_eq!(bytes(&lab), before);
    assert_eq!(
        error,
        "vimage: nothing was taken down, because of what would not work: rc.conf:9: there is no interface igb9 (there are igb0 igb1 igb2)"
    );
}

/// Does something to the machine behind the program's back.
fn meddle(lab: &Lab, with: impl FnOnce(&Machine)) {
    let machine = Machine::file(&lab.path("m.json")).unwrap();
    with(&machine);
    machine.sync().unwrap();
}

/// All that can be seen of a machine.
fn seen(machine: &Machine) -> String {
    let socket = machine.socket(None).unwrap();
    let own = socket.info(&netgraph::Path::own()).unwrap().id;
    let graph = Graph::snapshot(&socket).unwrap().filtered(|node| node.id != own);
    let jails = Jail::list(&machine.jails, true).unwrap();
    let shown = |list: Vec<jailrs::Interface>| -> Vec<_> {
        list.into_iter()
            .map(|i| (i.name, i.index, i.driver, i.flags, i.mac, i.mtu, i.description, i.addresses))
            .collect()
    };
    let inside: Vec<_> = jails
        .iter()
        .filter_map(|info| Jail::from_jid(&machine.jails, info.jid).ok())
        .map(|jail| (jail.meta("vimage").unwrap(), shown(jail.interfaces().list().unwrap())))
        .collect();
    let host = shown(machine.jails.interfaces().list().unwrap());
    let (boot, uuid, mounts) =
        (machine.boot().unwrap(), machine.uuid().unwrap(), machine.jails.mounts().unwrap());
    let files: Vec<_> = machine
        .store
        .list()
        .unwrap()
        .into_iter()
        .map(|key| (machine.store.read(&key).unwrap(), key))
        .collect();
    format!("{graph:#?}\n{jails:#?}\n{inside:#?}\n{host:#?}\n{boot}\n{uuid:?}\n{mounts:#?}\n{files:#?}")
}

fn a_copy_looks_as_the_machine_does() {
    let lab = Lab::new();
    for args in [&["list"][..], &["up", "vj1"], &["up"], &["down", "vj1"]] {
        lab.ok(args);
        meddle(&lab, |machine| {
            let copy = machine.copy().unwrap();
            assert!(copy.is_copy());
            assert_eq!(seen(&copy), seen(machine), "after {args:?}");
            assert_eq!(seen(&copy.copy().unwrap()), seen(machine), "a copy of the copy, after {args:?}");
        });
    }
}

fn what_is_done_to_a_copy_is_not_done_to_the_machine() {
    let lab = Lab::new();
    lab.ok(&["up"]);
    meddle(&lab, |machine| {
        let before = seen(machine);
        let copy = machine.copy().unwrap();
        Jail::find(&copy.jails, "vj1").unwrap().remove().unwrap();
        copy.jails.interfaces().rename("igb0", "wan0").unwrap();
        copy.store.remove("vj1.json").unwrap();
        copy.sync().unwrap();
        assert_ne!(seen(&copy), before);
        assert_eq!(seen(machine), before);
    });
}

fn vimages_that_start_together_do_as_one_after_the_other() {
    let lab = Lab::new();
    let depend = "vimage_vj1_depend=\"vj2 vj3\"\n";
    lab.write("rc.conf", &format!("{RC_CONF}vimage_parallel_start=YES\n{depend}"));
    let started = lab.run(&["-v", "up"]);
    assert!(started.status.success(), "{}", stderr(&started));
    let told = stderr(&started);
    let names: Vec<&str> = steps(&told).iter().map(|step| step.get(2..5).unwrap()).collect();
    let mut blocks = names.clone();
    blocks.dedup();
    // What each prints is in one piece, and vj1 waits for both.
    assert_eq!((blocks.len(), blocks.last()), (3, Some(&"vj1")), "{told}");
    lab.ok(&["status"]);
    let in_turn = Lab::new();
    in_turn.write("rc.conf", &format!("{RC_CONF}{depend}"));
    assert_eq!(names.len(), steps(&stderr(&in_turn.run(&["-v", "up"]))).len());
}

fn one_that_fails_to_start_together_takes_those_along_that_depend_on_it() {
    let lab = Lab::new();
    let rc_conf = RC_CONF.replace("\"igb0 igb1@lan\"", "\"igb0 igb9\"");
    lab.write("rc.conf", &format!("{rc_conf}vimage_parallel_start=YES\nvimage_vj3_depend=vj2\n"));
    let error = lab.fails(&["up"], 69);
    assert!(error.ends_with("vimage: vj3: vj2, which it depends on, is not up"), "{error}");
    lab.ok(&["status", "vj1"]);
    lab.fails(&["status", "vj3"], 3);
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let trials = support::trials![
        a_plan_shows_the_steps_and_why_and_changes_nothing,
        what_is_planned_is_what_is_done,
        what_is_left_inside_is_shown_before_it_is_taken_away,
        where_everything_is_up_there_is_nothing_to_do,
        a_plan_mends_what_is_broken,
        an_up_that_was_killed_is_planned_anew,
        the_number_of_saved_states_says_nothing_about_a_plan,
        what_stands_in_the_way_is_told_as_up_would,
        a_plan_for_machines_has_the_same_steps,
        nothing_is_taken_down_for_a_restart_that_would_not_come_up_again,
        a_copy_looks_as_the_machine_does,
        what_is_done_to_a_copy_is_not_done_to_the_machine,
        vimages_that_start_together_do_as_one_after_the_other,
        one_that_fails_to_start_together_takes_those_along_that_depend_on_it,
    ];
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
