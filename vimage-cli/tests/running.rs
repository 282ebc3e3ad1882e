//! What is done to vimages that run: attach, detach, stats, exec, console; and gc, which leaves them alone.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::process::{ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

use jailrs::Jail;
use netgraph::nodes::eiface;
use serde_json::Value;
use support::{Lab, stderr};
use vimage::host::Machine;

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn bytes(lab: &Lab) -> String {
    std::fs::read_to_string(lab.path("m.json")).unwrap()
}

/// Does something to the machine behind the program's back.
fn meddle(lab: &Lab, with: impl FnOnce(&Machine)) {
    let machine = Machine::file(&lab.path("m.json")).unwrap();
    with(&machine);
    machine.sync().unwrap();
}

/// What a command that must succeed says it does.
fn steps(lab: &Lab, args: &[&str]) -> String {
    let output = lab.run(&[&["-v"], args].concat());
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    stderr(&output)
        .lines()
        .filter(|line| !line.starts_with("vimage: this is"))
        .map(|line| format!("{line}\n"))
        .collect()
}

fn interfaces(lab: &Lab, name: &str) -> Vec<String> {
    let status: Value = serde_json::from_str(&lab.ok(&["status", name, "--json"])).unwrap();
    let list = status["vimages"][0]["interfaces"].as_array().unwrap().clone();
    list.iter()
        .map(|interface| {
            format!("{} on {}", interface["name"].as_str().unwrap(), interface["bridge"].as_str().unwrap())
        })
        .collect()
}

fn an_interface_is_attached_and_detached_while_the_vimage_runs() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    let jid = |lab: &Lab| {
        let status: Value = serde_json::from_str(&lab.ok(&["status", "vj1", "--json"])).unwrap();
        status["vimages"][0]["jid"].clone()
    };
    let (before, was) = (lab.machine(), jid(&lab));
    assert_eq!(
        steps(&lab, &["attach", "vj1", "igb1@lan"]),
        "\
+ vj1: bridge igb1bridge on igb1 (igb1 is on no bridge)
* vj1: interface igb1 up (what is down carries nothing)
+ vj1: upper of igb1 on igb1bridge (the host itself)
* vj1: igb1 hears all that is on its wire (frames of the vimages have addresses of their own)
+ vj1: bridge igb1lan behind igb1bridge (there is no igb1lan)
+ vj1: interface ng2_vj1 on igb1lan (its address is 2a:40:6d:09:c6:a1)
+ vj1: interface ng2_vj1 into vj1
* vj1: run /etc/rc.d/netif start ng2_vj1 in vj1
"
    );
    assert_eq!(
        interfaces(&lab, "vj1"),
        ["ng0_vj1 on igb0bridge", "ng1_vj1 on igb0bridge", "ng2_vj1 on igb1lan"]
    );
    assert_eq!(
        steps(&lab, &["detach", "vj1", "ng2_vj1"]),
        "- vj1: interface ng2_vj1 (out of the jail first, which lives on)\n"
    );
    assert_eq!(jid(&lab), was);
    // The bridges stay, as they do when a vimage goes down, and gc takes them away.
    assert_eq!(
        steps(&lab, &["gc", "--yes"]),
        "- bridge igb1lan\n- bridge igb1bridge\n* interface igb1 down (as it was before it was bridged)\n"
    );
    assert_eq!(lab.machine(), before);
    lab.ok(&["down", "vj1", "--prune"]);
}

fn the_number_of_a_detached_interface_is_given_again_only_at_the_end() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    lab.ok(&["detach", "vj1", "ng0_vj1"]);
    lab.ok(&["attach", "vj1", "igb0"]);
    assert_eq!(interfaces(&lab, "vj1"), ["ng1_vj1 on igb0bridge", "ng2_vj1 on igb0bridge"]);
    lab.ok(&["down"]);
    lab.ok(&["up", "vj1"]);
    assert_eq!(interfaces(&lab, "vj1"), ["ng0_vj1 on igb0bridge", "ng1_vj1 on igb0bridge"]);
}

fn an_interface_is_detached_by_the_name_that_the_vimage_gave_it() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    meddle(&lab, |machine| {
        // The host has an interface of that name.
        Jail::find(&machine.jails, "vj1").unwrap().interfaces().rename("ng0_vj1", "igb0").unwrap();
    });
    lab.ok(&["detach", "vj1", "igb0"]);
    assert_eq!(interfaces(&lab, "vj1"), ["ng1_vj1 on igb0bridge"]);
    meddle(&lab, |machine| assert!(machine.jails.interfaces().find("igb0").unwrap().is_some()));
}

fn names_from_inside_do_nothing_to_a_terminal() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    meddle(&lab, |machine| {
        let jail = Jail::find(&machine.jails, "vj1").unwrap();
        jail.interfaces().rename("ng0_vj1", "\u{1b}[2J").unwrap();
        jail.interfaces().rename("ng1_vj1", "a\nvj9  up").unwrap();
    });
    for args in [&["status"][..], &["stats"], &["doctor"], &["graph"], &["-v", "down"]] {
        let output = lab.run(args);
        let shown = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!shown.contains(['\u{1b}', '\r']) && !shown.contains("\nvj9"), "{args:?}: {shown}");
        if args[0].starts_with("stat") {
            assert!(shown.contains("\\u{1b}[2J") && shown.contains("a\\u{a}vj9  up"), "{args:?}: {shown}");
        }
    }
}

fn a_whole_interface_is_detached_as_it_was() {
    let lab = Lab::new();
    let has = |lab: &Lab| {
        let mut there = false;
        meddle(lab, |machine| there = machine.jails.interfaces().find("igb2").unwrap().is_some());
        there
    };
    lab.ok(&["up", "vj3"]);
    assert!(!has(&lab));
    assert_eq!(steps(&lab, &["detach", "vj3", "igb2"]), "- vj3: interface igb2 out of vj3\n");
    assert!(has(&lab));
    lab.ok(&["status", "vj3"]);
    let error = lab.fails(&["detach", "vj3", "igb2"], 69);
    assert_eq!(error, "vimage: vj3 has no interface igb2 of vimage's making\n        it has none");
}

fn an_interface_gets_its_parents_address_where_others_were_detached() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    lab.ok(&["detach", "vj1", "ng0_vj1"]);
    lab.ok(&["attach", "vj1", "=igb1"]);
    assert_eq!(interfaces(&lab, "vj1").len(), 2);
}

fn what_cannot_be_attached_changes_nothing() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1", "vj3"]);
    let before = bytes(&lab);
    for (args, code, expected) in [
        (["attach", "vj1", "igb9"], 69, "vimage: there is no interface igb9 (there are igb0 igb1)"),
        (
            ["attach", "vj1", "igb2"],
            69,
            "vimage: there is no interface igb2 (it was moved into vj3; `vimage detach vj3 igb2` brings it back)",
        ),
        (
            ["attach", "vj1", "igb0;"],
            64,
            "vimage: \"igb0;\" is no parent\n        write it as in vimage_NAME_bridges: igb0",
        ),
        (["attach", "vj2", "igb0"], 69, "vimage: vj2 is not up\n        `vimage up vj2` starts it"),
        (
            ["detach", "vj1", "em0"],
            69,
            "vimage: vj1 has no interface em0 of vimage's making\n        it has ng0_vj1 ng1_vj1",
        ),
    ] {
        assert_eq!(lab.fails(&args, code), expected, "{args:?}");
        assert_eq!(bytes(&lab), before, "{args:?}");
    }
    assert!(lab.fails(&["attach", "vj1", "igb0@"], 64).contains("names no second bridge"));
}

fn attach_and_detach_are_tried_without_doing_them() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    let before = bytes(&lab);
    for args in
        [&["-n", "attach", "vj1", "igb0"][..], &["-n", "detach", "vj1", "ng1_vj1"], &["gc", "-n"], &["gc"]]
    {
        let shown = lab.ok(args);
        assert_eq!(bytes(&lab), before, "{args:?}");
        assert!(shown.ends_with("nothing to do\n") || shown.contains("nothing is done yet"), "{shown}");
    }
}

/// Kills a command after every saved state, lets `up` make good of it, and returns which interfaces were left each time.
fn killed_anywhere(args: &[&str]) -> Vec<Vec<String>> {
    let untouched = Lab::new().machine();
    let mut left = Vec::new();
    for step in 1.. {
        let lab = Lab::new();
        lab.ok(&["up", "vj1"]);
        let output = lab.command(args).env("VIMAGE_STOP_AFTER", step.to_string()).output().unwrap();
        if output.status.code() == Some(0) {
            break;
        }
        assert_eq!(output.status.code(), Some(137), "{}", stderr(&output));
        lab.ok(&["up", "vj1"]);
        lab.ok(&["status", "vj1"]);
        left.push(interfaces(&lab, "vj1"));
        lab.ok(&["down", "vj1", "--prune"]);
        lab.ok(&["gc", "--yes"]);
        assert_eq!(lab.machine(), untouched, "after {step}");
    }
    left
}

fn an_attach_that_is_killed_anywhere_is_undone_by_up() {
    let left = killed_anywhere(&["attach", "vj1", "igb1"]);
    assert!(left.len() > 12, "only {}", left.len());
    let both = ["ng0_vj1 on igb0bridge", "ng1_vj1 on igb0bridge"];
    // Only the last saved state says that it is done.
    let (last, before) = left.split_last().unwrap();
    assert_eq!(*last, [&both[..], &["ng2_vj1 on igb1bridge"]].concat());
    assert!(before.iter().all(|left| *left == both), "{left:?}");
}

fn a_detach_that_is_killed_anywhere_is_finished_by_up() {
    let left = killed_anywhere(&["detach", "vj1", "ng1_vj1"]);
    assert!(left.len() > 3, "only {}", left.len());
    assert!(left.iter().all(|left| *left == ["ng0_vj1 on igb0bridge"]), "{left:?}");
}

fn an_attach_that_is_killed_goes_down_with_its_vimage() {
    for step in 1..12 {
        let lab = Lab::new();
        let before = lab.machine();
        lab.ok(&["up", "vj1"]);
        let killed = lab
            .command(&["attach", "vj1", "igb0"])
            .env("VIMAGE_STOP_AFTER", step.to_string())
            .output()
            .unwrap();
        assert!(matches!(killed.status.code(), Some(0 | 137)));
        lab.ok(&["down", "vj1", "--prune"]);
        assert_eq!(lab.machine(), before, "after {step}");
    }
}

fn counters_are_shown_from_where_the_vimage_is() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1", "vj2"]);
    meddle(&lab, |machine| {
        let graph = &machine.as_simulated().unwrap().graph;
        for vnet in [1, 2] {
            for interface in graph.interfaces(vnet).unwrap().iter().filter(|i| i.name.starts_with("ng0")) {
                graph.set_up(vnet, &interface.name, true).unwrap();
            }
        }
        let frame = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 1], &[8, 0], &[0; 46]].concat();
        graph.transmit(1, "ng0_vj1", &frame).unwrap();
    });
    assert_eq!(
        lab.ok(&["stats", "vj2", "vj1"]),
        "\
vimage  interface  on                in packets  in bytes  out packets  out bytes  drops
vj2     ng0_vj2    igb0bridge:link4           1        60            0          0      0
vj2     ng1_vj2    igb1lan:link0              0         0            0          0      0
vj1     ng0_vj1    igb0bridge:link2           0         0            1         60      0
vj1     ng1_vj1    igb0bridge:link3           1        60            0          0      0
"
    );
    let json: Value = serde_json::from_str(&lab.ok(&["stats", "vj1", "--json"])).unwrap();
    assert_eq!(json["interfaces"][0]["counted"]["out_octets"], 60);
    assert_eq!(json["interfaces"][0]["per_second"], Value::Null);
}

fn rates_are_shown_in_successive_tables() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    let table = "\
vimage  interface  on                in packets/s  in bytes/s  out packets/s  out bytes/s  drops/s
vj1     ng0_vj1    igb0bridge:link2             0           0              0            0        0
vj1     ng1_vj1    igb0bridge:link3             0           0              0            0        0
";
    assert_eq!(lab.ok(&["stats", "--watch=0", "--count", "2"]), format!("{table}\n{table}"));
    assert!(lab.fails(&["stats", "vj9"], 65).contains("no vimage vj9 is configured or up"));
}

fn a_name_that_none_can_have_is_refused_though_the_configuration_cannot_be_read() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    lab.write("rc.conf", "if true; then\n");
    let broken =
        format!("vimage: {}:1:1: \"if\" belongs to a control structure", lab.path("rc.conf").display());
    for name in ["../vj1", "a b", "", "1"] {
        for args in [&["down", name][..], &["status", name], &["stats", name], &["exec", name, "true"]] {
            let error = lab.fails(args, 65);
            assert!(
                error.starts_with(&format!("vimage: no vimage {name} is configured or up")),
                "{args:?}: {error}"
            );
        }
    }
    // What is not recorded may be configured: that it cannot be known is told.
    assert!(lab.fails(&["status", "vj2"], 3).starts_with(&broken));
    assert_eq!(lab.fails(&["attach", "vj2", "igb0"], 69).matches(&broken).count(), 1);
    let output = lab.run(&["down", "vj2"]);
    assert!(output.status.success() && stderr(&output).contains(&broken), "{}", stderr(&output));
    lab.ok(&["status", "vj1"]);
    let output = lab.run(&["status"]);
    assert_eq!(output.status.code(), Some(65), "which ones there should be is not known");
    assert!(stdout(&output).contains("vj1") && stderr(&output).contains(&broken), "{output:?}");
    lab.ok(&["down", "vj1"]);
    lab.fails(&["status"], 65);
}

fn stats_say_which_of_those_that_are_named_is_not_up() {
    let lab = Lab::new();
    let not_up = "vimage: vj2 is not up\n        `vimage up vj2` starts it";
    assert_eq!(lab.fails(&["stats", "vj2"], 69), not_up);
    assert_eq!(lab.fails(&["stats", "--watch=0", "--count=1", "vj2"], 69), not_up);
    assert_eq!(lab.ok(&["stats"]).lines().count(), 1, "none was asked for");
    lab.ok(&["up", "vj1"]);
    let output = lab.run(&["stats", "vj2", "vj1"]);
    assert_eq!(output.status.code(), Some(69));
    assert!(String::from_utf8_lossy(&output.stdout).contains("\nvj1     ng0_vj1"), "the other one is shown");
    lab.ok(&["stats", "--watch=0", "--count=1", "vj2", "vj1"]);
}

fn stats_fail_where_no_vimage_can_be_read() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1", "vj2"]);
    let break_record = |name: &str| {
        meddle(&lab, |machine| machine.store.write(&format!("{name}.json"), b"{").unwrap());
    };
    break_record("vj1");
    let output = lab.run(&["stats"]);
    assert_eq!(output.status.code(), Some(0), "vj2 is in nobody's way: {}", stderr(&output));
    assert!(stderr(&output).contains("vimage: vj1: "), "{}", stderr(&output));
    break_record("vj2");
    let error = lab.fails(&["stats"], 69);
    assert!(error.contains("vimage: vj1: ") && error.contains("vimage: vj2: "), "{error}");
}

fn a_watch_ends_when_nobody_reads_it_any_more() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    for form in ["--json", "-v"] {
        let mut child = lab
            .command(&["stats", "--watch=0", form])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let end = Instant::now() + Duration::from_secs(60);
        let ended = loop {
            match child.try_wait().unwrap() {
                None if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
                ended => break ended,
            }
        };
        // What did not end would go on for ever.
        let _ = child.kill();
        assert!(ended.is_some_and(|status| status.success()), "{form}: {ended:?}");
    }
}

fn a_console_on_a_simulated_machine_says_what_it_would_do() {
    let lab = Lab::new();
    assert_eq!(
        lab.fails(&["console", "vj1"], 69),
        "vimage: vj1 is not up\n        `vimage up vj1` starts it"
    );
    lab.ok(&["up", "vj1"]);
    let output = lab.run(&["console", "vj1", "toor"]);
    assert!(output.status.success());
    assert!(stderr(&output).ends_with("vimage: noted, and not run: a login shell of toor in vj1\n"));
    assert!(lab.ok(&["sim", "log"]).contains("jexec vj1 /usr/bin/login -f toor"));
}

fn gc_takes_away_what_crashes_and_lost_records_have_left() {
    let lab = Lab::new();
    let before = lab.machine();
    for (name, step) in [("vj1", 12), ("vj2", 20), ("vj3", 5)] {
        let killed = lab.command(&["up", name]).env("VIMAGE_STOP_AFTER", step.to_string()).output().unwrap();
        assert_eq!(killed.status.code(), Some(137));
    }
    let shown = lab.run(&["gc"]);
    assert!(stdout(&shown).contains("nothing is done yet: `vimage gc --yes` does it"), "{}", stdout(&shown));
    lab.ok(&["gc", "--yes"]);
    assert_eq!(lab.machine(), before);
    assert_eq!(lab.ok(&["gc"]), "nothing to do\n");
}

fn gc_takes_interfaces_away_whose_record_is_lost_and_no_others() {
    let lab = Lab::new();
    let before = lab.machine();
    lab.ok(&["up", "vj1"]);
    meddle(&lab, |machine| {
        Jail::find(&machine.jails, "vj1").unwrap().remove().unwrap();
        machine.store.remove("vj1.json").unwrap();
        let socket = machine.socket(None).unwrap();
        let other = socket.make_peer::<eiface::Eiface>("x".parse().unwrap(), eiface::ETHER).unwrap();
        other.name("others".parse().unwrap()).unwrap();
    });
    let told = steps(&lab, &["gc", "--yes"]);
    assert_eq!(
        told,
        "\
- interface ng0_vj1 (made for vj1, of which there is no record)
- interface ng1_vj1 (made for vj1, of which there is no record)
- bridge igb0bridge
* interface igb0 down (as it was before it was bridged)
"
    );
    meddle(&lab, |machine| {
        let socket = machine.socket(None).unwrap();
        socket.shutdown(&"others:".parse().unwrap()).unwrap();
        for mounted in machine.jails.mounts().unwrap() {
            machine.jails.unmount(&mounted).unwrap();
        }
        let index: Vec<String> = machine.store.list().unwrap();
        index.iter().for_each(|key| machine.store.remove(key).unwrap());
    });
    assert_eq!(lab.machine(), before);
}

fn gc_leaves_the_interfaces_alone_whose_record_cannot_be_read() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    meddle(&lab, |machine| {
        Jail::find(&machine.jails, "vj1").unwrap().remove().unwrap();
        machine.store.write("vj1.json", b"{").unwrap();
    });
    let told = lab.ok(&["gc", "--yes"]);
    assert_eq!(told, "nothing to do\n");
    meddle(&lab, |machine| {
        assert!(machine.jails.interfaces().find("ng0_vj1").unwrap().is_some());
    });
}

fn gc_leaves_alone_what_is_in_use() {
    let lab = Lab::new();
    lab.ok(&["up"]);
    assert_eq!(lab.ok(&["gc"]), "nothing to do\n");
    lab.ok(&["down", "vj1"]);
    assert_eq!(lab.ok(&["gc"]), "nothing to do\n");
}

fn prune_takes_the_bridges_of_a_vimage_that_is_down_already() {
    let lab = Lab::new();
    let before = lab.machine();
    lab.ok(&["up", "vj2"]);
    lab.ok(&["down", "vj2"]);
    assert_eq!(
        steps(&lab, &["down", "vj2", "--prune"]),
        "\
- bridge igb1lan
- bridge igb1bridge
* interface igb1 down (as it was before it was bridged)
- bridge igb0bridge
* interface igb0 down (as it was before it was bridged)
"
    );
    assert_eq!(lab.machine(), before);
}

fn an_address_that_a_bridge_has_heard_is_refused() {
    let lab = Lab::new();
    let rc_conf = "vimage_list='a b'\n\
        vimage_a_rootdir=/usr/jail/vj1\nvimage_a_hostname=a\nvimage_a_bridges=igb0\n\
        vimage_b_rootdir=/usr/jail/vj2\nvimage_b_hostname=b\nvimage_b_bridges=igb0\nvimage_b_mac=02:00:00:00:00:07\n";
    lab.write("rc.conf", rc_conf);
    lab.ok(&["up", "a"]);
    meddle(&lab, |machine| {
        let frame = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 7], &[8, 0], &[0; 46]].concat();
        machine.as_simulated().unwrap().graph.wire_receive(0, "igb0", &frame).unwrap();
    });
    let error = lab.fails(&["up", "b"], 69).replace(&lab.path("rc.conf").display().to_string(), "rc.conf");
    assert_eq!(
        error,
        "vimage: rc.conf:8: ng0_b would have the address 02:00:00:00:00:07 of something that was heard on link0 of igb0bridge (set vimage_b_mac to other addresses)"
    );
}

fn a_name_that_nobody_knows_is_told_from_a_vimage_that_is_down() {
    let lab = Lab::new();
    for args in [
        &["exec", "vj9", "true"][..],
        &["console", "vj9"],
        &["attach", "vj9", "igb0"],
        &["detach", "vj9", "x"],
        &["graph", "vj9"],
    ] {
        assert_eq!(
            lab.fails(args, 65),
            "vimage: no vimage vj9 is configured or up\n        `vimage list` shows which are configured"
        );
    }
    assert_eq!(
        lab.fails(&["console", "vj1"], 69),
        "vimage: vj1 is not up\n        `vimage up vj1` starts it"
    );
}

fn what_is_only_to_be_tried_is_not_run() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    let (before, log) = (std::fs::read(lab.path("m.json")).unwrap(), lab.ok(&["sim", "log"]));
    assert_eq!(lab.ok(&["-n", "exec", "vj1", "rm", "-r", "/"]), "* vj1: run rm -r / in vj1\n");
    assert_eq!(lab.ok(&["-n", "exec", "vj1", "sh", "-c", "a b"]), "* vj1: run sh -c 'a b' in vj1\n");
    assert_eq!(lab.ok(&["-n", "console", "vj1"]), "* vj1: run a login shell of root in vj1\n");
    assert!(lab.ok(&["-n", "sim", "init", "--force"]).starts_with("+ the simulated machine "));
    assert!(lab.fails(&["-n", "sim", "init"], 1).contains("is there already"), "as without -n");
    let picture = lab.path("a.svg");
    let shown = lab.ok(&["-n", "graph", "-o", picture.to_str().unwrap()]);
    assert_eq!(shown, format!("+ {}\n", picture.display()));
    assert!(!picture.exists());
    assert!(lab.ok(&["-n", "man", lab.path("").to_str().unwrap()]).ends_with("vimage.conf.5\n"));
    assert!(!lab.path("vimage.8").exists());
    let nowhere = lab.path("nowhere");
    assert!(lab.fails(&["-n", "man", nowhere.to_str().unwrap()], 69).contains("is not a directory"));
    assert_eq!(std::fs::read(lab.path("m.json")).unwrap(), before);
    assert_eq!(lab.ok(&["sim", "log"]), log);
}

fn a_simulated_machine_takes_the_place_of_no_device_and_has_as_many_interfaces_as_one_likes() {
    let lab = Lab::new();
    let mut command = support::program();
    let output = command.args(["--host", "sim:/dev/null", "sim", "init", "--force"]).output().unwrap();
    assert_eq!(output.status.code(), Some(64), "{}", stderr(&output));
    assert!(stderr(&output).contains("/dev/null is no plain file"), "{}", stderr(&output));
    let nics: Vec<String> = (0..300).map(|n| format!("--nic=em{n}")).collect();
    let nics: Vec<&str> = nics.iter().map(String::as_str).collect();
    lab.ok(&[&["sim", "init", "--force"], &nics[..]].concat());
    let machine = Machine::file(&lab.path("m.json")).unwrap();
    let macs: std::collections::BTreeSet<_> = machine
        .jails
        .interfaces()
        .list()
        .unwrap()
        .iter()
        .filter_map(|i| i.mac.map(|mac| mac.to_string()))
        .collect();
    assert_eq!(macs.len(), 300);
}

fn up_says_so_where_no_vimage_is_listed() {
    let lab = Lab::new();
    lab.write("rc.conf", &support::RC_CONF.replace("vimage_list=", "others="));
    let output = lab.run(&["up"]);
    assert!(output.status.success());
    let told = stderr(&output);
    assert!(
        told.contains("vimage: vimage_list is empty, and none is named; configured are vj1 vj2 vj3\n"),
        "{told}"
    );
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let trials = support::trials![
        a_name_that_nobody_knows_is_told_from_a_vimage_that_is_down,
        a_name_that_none_can_have_is_refused_though_the_configuration_cannot_be_read,
        stats_say_which_of_those_that_are_named_is_not_up,
        stats_fail_where_no_vimage_can_be_read,
        a_watch_ends_when_nobody_reads_it_any_more,
        what_is_only_to_be_tried_is_not_run,
        a_simulated_machine_takes_the_place_of_no_device_and_has_as_many_interfaces_as_one_likes,
        up_says_so_where_no_vimage_is_listed,
        an_interface_is_attached_and_detached_while_the_vimage_runs,
        the_number_of_a_detached_interface_is_given_again_only_at_the_end,
        an_interface_is_detached_by_the_name_that_the_vimage_gave_it,
        names_from_inside_do_nothing_to_a_terminal,
        a_whole_interface_is_detached_as_it_was,
        an_interface_gets_its_parents_address_where_others_were_detached,
        what_cannot_be_attached_changes_nothing,
        attach_and_detach_are_tried_without_doing_them,
        an_attach_that_is_killed_anywhere_is_undone_by_up,
        a_detach_that_is_killed_anywhere_is_finished_by_up,
        an_attach_that_is_killed_goes_down_with_its_vimage,
        counters_are_shown_from_where_the_vimage_is,
        rates_are_shown_in_successive_tables,
        a_console_on_a_simulated_machine_says_what_it_would_do,
        gc_takes_away_what_crashes_and_lost_records_have_left,
        gc_takes_interfaces_away_whose_record_is_lost_and_no_others,
        gc_leaves_the_interfaces_alone_whose_record_cannot_be_read,
        gc_leaves_alone_what_is_in_use,
        prune_takes_the_bridges_of_a_vimage_that_is_down_already,
        an_address_that_a_bridge_has_heard_is_refused,
    ];
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
