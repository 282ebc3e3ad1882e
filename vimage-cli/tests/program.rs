//! The program as a person uses it, on a simulated machine: separate processes, whole output.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

use jailrs::Jail;
use serde_json::Value;
use support::{Lab, RC_CONF};
use vimage::host::Machine;

fn up_status_graph_and_down_work_as_separate_processes() {
    let lab = Lab::new();
    let before = lab.machine();
    lab.ok(&["up", "vj1"]);
    let status: Value = serde_json::from_str(&lab.ok(&["status", "vj1", "--json"])).unwrap();
    let vimage = &status["vimages"][0];
    assert_eq!((&vimage["name"], &vimage["state"]), (&"vj1".into(), &"up".into()));
    let interfaces = vimage["interfaces"].as_array().unwrap();
    assert_eq!(interfaces.len(), 2);
    assert_eq!((&interfaces[0]["name"], &interfaces[0]["link"]), (&"ng0_vj1".into(), &"link2".into()));
    assert_eq!((&interfaces[1]["name"], &interfaces[1]["bridge"]), (&"ng1_vj1".into(), &"igb0bridge".into()));
    assert_ne!(interfaces[0]["mac"], interfaces[1]["mac"]);
    let dot = lab.ok(&["graph", "-T", "dot"]);
    for wanted in ["igb0bridge:|{bridge|", "ng1_vj1:|{eiface|", "label = \"vimage vj1\"", "igb1:|{ether|"] {
        assert!(dot.contains(wanted), "{wanted} is not in {dot}");
    }
    lab.ok(&["down", "vj1", "--prune"]);
    assert_eq!(lab.machine(), before);
}

fn recovery_l_up_twice_and_down_twice_change_nothing_the_second_time() {
    let lab = Lab::new();
    let bytes = || std::fs::read_to_string(lab.path("m.json")).unwrap();
    lab.ok(&["up"]);
    let up = bytes();
    lab.ok(&["up"]);
    assert_eq!(bytes(), up);
    lab.ok(&["down"]);
    let down = bytes();
    lab.ok(&["down"]);
    lab.ok(&["down", "vj1"]);
    assert_eq!(bytes(), down);
}

fn a_bridge_stays_until_it_is_pruned() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1", "vj2"]);
    lab.ok(&["down", "vj1", "--prune"]);
    assert!(lab.ok(&["graph"]).contains("igb0bridge"), "vj2 still uses it");
    lab.ok(&["down", "vj2"]);
    assert!(lab.ok(&["graph"]).contains("igb0bridge"));
    lab.ok(&["up", "vj2"]);
    lab.ok(&["down", "vj2", "--prune"]);
    let graph = lab.ok(&["graph"]);
    assert!(!graph.contains("bridge"), "{graph}");
}

fn addresses_stay_the_same_from_one_start_to_the_next() {
    let lab = Lab::new();
    let macs = |name: &str| {
        let status: Value = serde_json::from_str(&lab.ok(&["status", name, "--json"])).unwrap();
        let interfaces = status["vimages"][0]["interfaces"].as_array().unwrap().clone();
        interfaces.iter().map(|interface| interface["mac"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    lab.ok(&["up", "vj1", "vj2"]);
    let (vj1, vj2) = (macs("vj1"), macs("vj2"));
    lab.ok(&["down"]);
    lab.ok(&["up", "vj2", "vj1"]);
    assert_eq!((macs("vj1"), macs("vj2")), (vj1, vj2));
}

fn commands_are_noted_and_never_run() {
    let lab = Lab::new();
    let marker = lab.path("marker");
    lab.write(
        "rc.conf",
        &format!("{RC_CONF}\nvimage_vj3_exec_poststart0=\"/usr/bin/touch {}\"\n", marker.display()),
    );
    lab.ok(&["up"]);
    lab.ok(&["exec", "vj1", "ifconfig", "-a"]);
    let mut odd = lab.command(&["exec", "vj1", "echo", "a b"]);
    assert!(odd.arg(OsStr::from_bytes(b"\xff")).status().unwrap().success());
    lab.ok(&["down"]);
    assert!(!marker.exists());
    let log = lab.ok(&["sim", "log"]);
    let lines: Vec<&str> = log.lines().collect();
    for wanted in [
        "jexec vj1 /etc/rc.d/netif start",
        "jexec vj1 /etc/rc.d/routing start",
        "jexec vj2 /usr/sbin/service sshd onestart",
        "/usr/bin/true before",
        "jexec vj1 ifconfig -a",
        "jexec vj1 echo 'a b' '\u{fffd}'",
        "jexec vj2 /usr/sbin/service sshd onestop",
        "/usr/bin/true after",
    ] {
        assert!(lines.contains(&wanted), "{wanted} is not in {log}");
    }
}

fn an_interface_that_cannot_be_moved_in_is_told_of_before_anything_is_done() {
    let lab = Lab::new();
    let before = std::fs::read(lab.path("m.json")).unwrap();
    lab.write("rc.conf", &RC_CONF.replace("vnets=\"igb2\"", "vnets=\"lo0\""));
    let error = lab.fails(&["up", "vj3"], 69);
    assert!(error.contains("lo0 cannot be moved into the vimage, which has one of its own"), "{error}");
    assert_eq!(std::fs::read(lab.path("m.json")).unwrap(), before);
    // One that a vimage is bridged to, also where no configuration says so.
    lab.write("rc.conf", RC_CONF);
    lab.ok(&["up", "vj1"]);
    lab.ok(&["attach", "vj1", "igb2"]);
    let error = lab.fails(&["up", "vj3"], 69);
    let told = "igb2 cannot be moved into the vimage: its lower is on the bridge igb2bridge";
    assert!(error.contains(told) && error.contains("`vimage down --prune vj1` lets go of it"), "{error}");
    lab.ok(&["status", "vj1"]);
    lab.ok(&["detach", "vj1", "ng2_vj1"]);
    let error = lab.fails(&["up", "vj3"], 69);
    assert!(error.contains("`vimage gc` takes a bridge away that nothing uses"), "{error}");
    lab.ok(&["gc", "--yes"]);
    lab.ok(&["up", "vj3"]);
}

fn what_depends_on_a_vimage_that_goes_down_is_told_of() {
    let lab = Lab::new();
    lab.write("rc.conf", &format!("{RC_CONF}vimage_vj1_depend=vj3\nvimage_reverse_stop=NO\n"));
    lab.ok(&["up"]);
    let warning = "vimage: vj3: vj1, which depends on it, stays up\n";
    assert!(support::stderr(&lab.run(&["down", "-n", "vj3"])).contains(warning));
    assert!(!support::stderr(&lab.run(&["restart", "vj3"])).contains("stays up"));
    let steps = support::stderr(&lab.run(&["-v", "down"]));
    assert!(!order(&steps, "is down") && !steps.contains("stays up"), "{steps}");
    assert!(steps.find("vj1 is down") < steps.find("vj2 is down"), "as they are listed: {steps}");
}

fn what_is_changed_is_told_to_syslog() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    lab.ok(&["up", "vj1"]);
    lab.ok(&["status", "vj1"]);
    lab.ok(&["attach", "vj1", "igb1"]);
    lab.ok(&["detach", "vj1", "ng0_vj1"]);
    lab.ok(&["-n", "detach", "vj1", "ng1_vj1"]);
    lab.ok(&["down", "vj1"]);
    lab.ok(&["gc", "--yes"]);
    let log = lab.ok(&["sim", "log"]);
    let told: Vec<&str> =
        log.lines().filter_map(|line| line.strip_prefix("syslog daemon.notice: ")).collect();
    assert_eq!(
        told,
        [
            "vj1 is up, jid 1",
            "vj1: ng2_vj1 is attached, on igb1",
            "vj1: ng0_vj1 is detached",
            "vj1 is down",
            "the bridge igb1bridge is taken away",
            "the bridge igb0bridge is taken away"
        ]
    );
}

fn exec_in_a_vimage_that_is_not_up_says_so() {
    let lab = Lab::new();
    let error = lab.fails(&["exec", "vj1", "true"], 69);
    assert_eq!(error, "vimage: vj1 is not up\n        `vimage up vj1` starts it");
}

fn status_tells_by_its_exit_code_whether_all_are_up() {
    let lab = Lab::new();
    lab.fails(&["status"], 3);
    lab.ok(&["up"]);
    lab.ok(&["status"]);
    lab.ok(&["down", "vj2"]);
    lab.fails(&["status"], 3);
    let shown = lab.ok(&["status", "vj1", "vj3", "vj1"]);
    assert_eq!(shown.lines().filter(|line| line.starts_with("vj1 ")).count(), 1, "{shown}");
}

/// Brings up a configuration that must be refused with `code`, and checks that nothing was changed.
fn refused(rc_conf: &str, code: i32) -> String {
    let lab = Lab::new();
    lab.write("rc.conf", rc_conf);
    let before = std::fs::read_to_string(lab.path("m.json")).unwrap();
    let error = lab.fails(&["up"], code).replace(&lab.path("rc.conf").display().to_string(), "rc.conf");
    let after = std::fs::read_to_string(lab.path("m.json")).unwrap();
    assert!(after == before, "something was changed: {error}");
    error
}

const VJ1: &str = "vimage_list=vj1\nvimage_vj1_rootdir=/usr/jail/vj1\nvimage_vj1_hostname=vj1\n";

fn a_typo_is_refused_with_the_nearest_name() {
    let error = refused(&format!("{VJ1}vimage_vj1_brigdes=igb0\n"), 65);
    assert_eq!(
        error,
        "vimage: rc.conf:4: unknown variable vimage_vj1_brigdes (did you mean vimage_vj1_bridges?)"
    );
}

fn a_command_substitution_is_refused() {
    let error = refused(&format!("{VJ1}vimage_vj1_bridges=\"$(ifconfig -l)\"\n"), 65);
    assert!(error.starts_with("vimage: rc.conf:4:"), "{error}");
}

fn a_missing_root_is_refused() {
    let error = refused(&VJ1.replace("/usr/jail/vj1", "/usr/jail/none"), 69);
    assert!(
        error.contains(
            "rc.conf:2: there is no root directory /usr/jail/none (`vimage build /usr/jail/none` makes one"
        ),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1, "{error}");
}

fn a_missing_parent_is_refused() {
    let error = refused(&format!("{VJ1}vimage_vj1_bridges='igb0 igb7'\n"), 69);
    assert_eq!(error, "vimage: rc.conf:4: there is no interface igb7 (there are igb0 igb1 igb2)");
}

fn recovery_m_names_that_come_out_the_same_are_refused() {
    let long = |name: &str| {
        format!("vimage_{name}_rootdir=/\nvimage_{name}_hostname=x\nvimage_{name}_bridges=igb0\n")
    };
    let error = refused(
        &format!(
            "vimage_list='production_web_a production_web_b'\n{}{}",
            long("production_web_a"),
            long("production_web_b")
        ),
        65,
    );
    assert!(error.contains("rc.conf:") && error.contains("_ifname"), "{error}");
}

fn an_address_given_twice_is_refused() {
    let error = refused(
        &format!(
            "{VJ1}vimage_vj1_bridges='igb0 igb1'\nvimage_vj1_mac='02:00:00:00:00:01 02:00:00:00:00:01'\n"
        ),
        65,
    );
    assert!(error.starts_with("vimage: rc.conf:5:"), "{error}");
}

fn an_address_in_use_is_refused() {
    let error = refused(&format!("{VJ1}vimage_vj1_bridges=igb0\nvimage_vj1_mac=00:00:5e:00:53:02\n"), 69);
    assert!(error.contains("rc.conf:5") && error.contains("igb1"), "{error}");
}

fn a_jail_of_the_same_name_is_not_touched() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    // Forget that it is ours.
    let text = std::fs::read_to_string(lab.path("m.json")).unwrap();
    let mut machine: Value = serde_json::from_str(&text).unwrap();
    machine["files"].as_object_mut().unwrap().remove("vj1.json");
    lab.write("m.json", &machine.to_string());
    let before = lab.machine();
    let error = lab.fails(&["up", "vj1"], 69);
    assert!(error.contains("there is a jail vj1 already"), "{error}");
    lab.ok(&["down", "vj1"]);
    assert_eq!(lab.machine(), before);
    let findings = lab.run(&["doctor"]);
    assert!(String::from_utf8_lossy(&findings.stdout).contains("the jail vj1 (jid 1) was made by vimage"));
}

fn a_damaged_machine_file_is_refused_and_left_alone() {
    let lab = Lab::new();
    for damage in ["", "{", "[]", "{\"simulated_machine\": 99}", "null", "{\"simulated_machine\": 1}"] {
        lab.write("m.json", damage);
        let error = lab.fails(&["up"], 69);
        assert!(error.contains("m.json is no simulated machine"), "{error}");
        assert_eq!(std::fs::read_to_string(lab.path("m.json")).unwrap(), damage);
    }
}

fn a_record_of_a_later_version_is_left_alone() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    let text = std::fs::read_to_string(lab.path("m.json")).unwrap();
    lab.write("m.json", &text.replace("\\\"version\\\": 1", "\\\"version\\\": 2"));
    let before = std::fs::read_to_string(lab.path("m.json")).unwrap();
    let error = lab.fails(&["down", "vj1"], 69);
    assert!(error.contains("has version 2"), "{error}");
    assert_eq!(std::fs::read_to_string(lab.path("m.json")).unwrap(), before);
}

fn the_demonstration_runs() {
    let lab = Lab::new();
    let shown = lab.ok(&["sim", "demo"]);
    assert!(shown.contains("vj1  up  jid 1") && shown.contains("`- link4 -- ether ng0_vj2"), "{shown}");
}

fn wrong_usage_is_told_apart() {
    let lab = Lab::new();
    assert!(lab.fails(&["sideways"], 64).contains("unrecognized subcommand"));
    assert!(lab.fails(&["up", "vj9"], 65).contains("no vimage vj9 is configured"));
    assert!(lab.fails(&["--host", "moon", "status"], 64).contains("cannot be used multiple times"));
}

/// Does something to the machine behind the program's back.
fn meddle(lab: &Lab, with: impl FnOnce(&Machine)) {
    let machine = Machine::file(&lab.path("m.json")).unwrap();
    with(&machine);
    machine.sync().unwrap();
}

fn a_bridge_that_lost_its_parent_is_shown_and_mended_with_the_vimage_up() {
    for (node, hook) in [("igb0:", "upper"), ("igb0:", "lower"), ("igb1lan:", "link1")] {
        let lab = Lab::new();
        lab.ok(&["up", "vj2"]);
        let jid = |status: &str| serde_json::from_str::<Value>(status).unwrap()["vimages"][0]["jid"].clone();
        let before = jid(&lab.ok(&["status", "vj2", "--json"]));
        meddle(&lab, |machine| {
            let socket = machine.socket(None).unwrap();
            socket.remove_hook(&node.parse().unwrap(), hook.parse().unwrap()).unwrap();
        });
        lab.fails(&["status", "vj2"], 3);
        lab.ok(&["up", "vj2"]);
        assert_eq!(jid(&lab.ok(&["status", "vj2", "--json"])), before, "{node}{hook}");
    }
}

fn a_whole_interface_that_is_not_there_any_more_is_missed() {
    let lab = Lab::new();
    lab.ok(&["up", "vj3"]);
    meddle(&lab, |machine| {
        let jail = Jail::find(&machine.jails, "vj3").unwrap();
        machine.jails.reclaim("igb2", jail.jid()).unwrap();
    });
    lab.fails(&["status", "vj3"], 3);
    lab.ok(&["up", "vj3"]);
    lab.ok(&["status", "vj3"]);
}

fn a_name_that_is_no_vimages_is_no_vimage_that_is_down() {
    let lab = Lab::new();
    let error = lab.fails(&["status", "vj9"], 65);
    assert_eq!(
        error,
        "vimage: no vimage vj9 is configured or up\n        `vimage list` shows which are configured"
    );
    lab.fails(&["down", "vj9"], 65);
}

fn a_damaged_record_is_told_of_and_hides_nothing_else() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1", "vj2"]);
    meddle(&lab, |machine| machine.store.write("vj1.json", b"{").unwrap());
    let status = lab.run(&["status"]);
    assert_eq!(status.status.code(), Some(3));
    let shown = String::from_utf8(status.stdout).unwrap();
    assert!(shown.contains("vj1  unknown\n  ! the simulated machine's vj1.json is damaged"), "{shown}");
    assert!(shown.contains("vj2  up"), "{shown}");
    assert!(lab.ok(&["graph"]).contains("ng0_vj2"));
    assert!(String::from_utf8(lab.run(&["doctor"]).stdout).unwrap().contains("vj1.json is damaged"));
    let errors = lab.fails(&["down"], 69);
    assert!(errors.contains("vj1: the simulated machine's vj1.json is damaged"), "{errors}");
    lab.fails(&["exec", "vj2", "true"], 69);
}

fn all_that_fails_to_go_down_is_told_of() {
    let lab = Lab::new();
    lab.ok(&["up"]);
    meddle(&lab, |machine| {
        for record in ["vj1.json", "vj3.json"] {
            machine.store.write(record, b"{").unwrap();
        }
    });
    let errors = lab.fails(&["down"], 69);
    assert!(errors.contains("vj1: ") && errors.contains("vj3: "), "{errors}");
}

fn recovery_h_what_is_left_of_a_boot_before_is_a_record_and_no_more() {
    let lab = Lab::new();
    let before = lab.machine();
    lab.ok(&["up", "vj1"]);
    let record = meddle_boot(&lab);
    lab.ok(&["down", "vj1", "--prune"]);
    assert_eq!(lab.machine(), before);
    // The same names after the boot: somebody else's jail, not to be entered and not to be shown as ours.
    meddle(&lab, |machine| {
        machine.store.write("vj1.json", record.as_bytes()).unwrap();
        Jail::builder("vj1").path("/usr/jail/vj1").create(&machine.jails).unwrap();
    });
    lab.fails(&["exec", "vj1", "true"], 69);
    lab.fails(&["status", "vj1"], 3);
    assert!(!lab.ok(&["graph"]).contains("vj1"));
    lab.ok(&["down", "vj1"]);
    meddle(&lab, |machine| assert!(Jail::find(&machine.jails, "vj1").is_ok()));
}

/// Returns vj1's record as of another boot.
fn meddle_boot(lab: &Lab) -> String {
    let machine = Machine::file(&lab.path("m.json")).unwrap();
    let record = String::from_utf8(machine.store.read("vj1.json").unwrap().unwrap()).unwrap();
    record.replace(&machine.boot().unwrap(), "another")
}

fn vimages_go_down_before_those_that_they_depend_on() {
    let lab = Lab::new();
    lab.write("rc.conf", &format!("{RC_CONF}vimage_vj1_depend=vj3\n"));
    let steps = lab.run(&["-v", "up", "vj1"]);
    assert!(order(&support::stderr(&steps), "is up"), "{}", support::stderr(&steps));
    let steps = lab.run(&["-v", "down"]);
    assert!(!order(&support::stderr(&steps), "is down"), "{}", support::stderr(&steps));
    lab.ok(&["up", "vj1"]);
    let steps = lab.run(&["-v", "down", "vj1", "vj3"]);
    assert!(!order(&support::stderr(&steps), "is down"), "{}", support::stderr(&steps));
}

/// Tells whether vj3's step came before vj1's.
fn order(steps: &str, what: &str) -> bool {
    let at = |name: &str| steps.find(&format!("{name}: {name} {what}")).unwrap();
    at("vj3") < at("vj1")
}

fn restart_brings_up_what_it_took_down_and_nothing_else() {
    let lab = Lab::new();
    lab.write("rc.conf", &RC_CONF.replace("\"vj1 vj2 vj3\"", "\"vj1 vj2\""));
    lab.ok(&["up"]);
    lab.ok(&["up", "vj3"]);
    let jid = |name| {
        let status: Value = serde_json::from_str(&lab.ok(&["status", name, "--json"])).unwrap();
        status["vimages"][0]["jid"].as_i64().unwrap()
    };
    let (vj1, vj3) = (jid("vj1"), jid("vj3"));
    lab.ok(&["restart"]);
    assert!(jid("vj1") > vj1 && jid("vj3") == vj3);
    // One that cannot go down does not keep the others down.
    meddle(&lab, |machine| machine.store.write("vj2.json", b"{").unwrap());
    lab.fails(&["restart", "vj1", "vj2"], 69);
    lab.ok(&["status", "vj1"]);
}

fn recovery_l_ten_processes_at_once_do_as_one_after_the_other() {
    let together = Lab::new();
    let run = |args: &[&str]| {
        let children: Vec<_> = (0..10)
            .map(|n| together.command(&[args[0], ["vj1", "vj2", "vj3"][n % 3]]).spawn().unwrap())
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
    };
    let before = together.machine();
    run(&["up"]);
    together.ok(&["status"]);
    run(&["down"]);
    together.ok(&["up"]);
    together.ok(&["down", "--prune"]);
    assert_eq!(together.machine(), before);
}

fn recovery_l_two_processes_at_once_bring_one_vimage_up_once() {
    let lab = Lab::new();
    let both: Vec<_> = (0..2).map(|_| lab.command(&["up", "vj2"]).spawn().unwrap()).collect();
    for mut child in both {
        assert!(child.wait().unwrap().success());
    }
    let status: Value = serde_json::from_str(&lab.ok(&["status", "vj2", "--json"])).unwrap();
    assert_eq!((&status["vimages"][0]["state"], &status["vimages"][0]["jid"]), (&"up".into(), &1.into()));
    // One that goes up while it goes down: one after the other, whichever comes first.
    let up = lab.command(&["up", "vj2"]).spawn().unwrap();
    let down = lab.command(&["down", "vj2"]).spawn().unwrap();
    for mut child in [up, down] {
        assert!(child.wait().unwrap().success());
    }
    lab.ok(&["up", "vj2"]);
    lab.ok(&["status", "vj2"]);
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let trials = support::trials![
        up_status_graph_and_down_work_as_separate_processes,
        recovery_l_up_twice_and_down_twice_change_nothing_the_second_time,
        a_bridge_stays_until_it_is_pruned,
        addresses_stay_the_same_from_one_start_to_the_next,
        commands_are_noted_and_never_run,
        an_interface_that_cannot_be_moved_in_is_told_of_before_anything_is_done,
        what_depends_on_a_vimage_that_goes_down_is_told_of,
        what_is_changed_is_told_to_syslog,
        exec_in_a_vimage_that_is_not_up_says_so,
        status_tells_by_its_exit_code_whether_all_are_up,
        a_typo_is_refused_with_the_nearest_name,
        a_command_substitution_is_refused,
        a_missing_root_is_refused,
        a_missing_parent_is_refused,
        recovery_m_names_that_come_out_the_same_are_refused,
        an_address_given_twice_is_refused,
        an_address_in_use_is_refused,
        a_jail_of_the_same_name_is_not_touched,
        a_damaged_machine_file_is_refused_and_left_alone,
        a_record_of_a_later_version_is_left_alone,
        the_demonstration_runs,
        wrong_usage_is_told_apart,
        a_bridge_that_lost_its_parent_is_shown_and_mended_with_the_vimage_up,
        a_whole_interface_that_is_not_there_any_more_is_missed,
        a_name_that_is_no_vimages_is_no_vimage_that_is_down,
        a_damaged_record_is_told_of_and_hides_nothing_else,
        all_that_fails_to_go_down_is_told_of,
        recovery_h_what_is_left_of_a_boot_before_is_a_record_and_no_more,
        vimages_go_down_before_those_that_they_depend_on,
        restart_brings_up_what_it_took_down_and_nothing_else,
        recovery_l_ten_processes_at_once_do_as_one_after_the_other,
        recovery_l_two_processes_at_once_bring_one_vimage_up_once,
    ];
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
