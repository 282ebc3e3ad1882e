//! `doctor` finds every condition that can be recovered from, and names the command that mends it; each test does what is
//! named, and finds the machine well.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::process::ExitCode;

use jailrs::Jail;
use netgraph::Socket;
use netgraph::nodes::{eiface, ether};
use support::{Lab, RC_CONF, stderr};
use vimage::host::Machine;
use vimage::state::{Phase, Record};

/// Does something to the machine behind the program's back.
fn meddle(lab: &Lab, with: impl FnOnce(&Machine, &Socket)) {
    let machine = Machine::file(&lab.path("m.json")).unwrap();
    let socket = machine.socket(None).unwrap();
    with(&machine, &socket);
    drop(socket);
    machine.sync().unwrap();
}

/// What doctor says that is not as it should be.
fn complaints(lab: &Lab) -> String {
    let output = lab.run(&["doctor"]);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let bad = text.contains("  BAD   ");
    assert_eq!(output.status.code(), Some(if bad { 69 } else { 0 }), "{text}{}", stderr(&output));
    let mut shown = String::new();
    let mut wanted = false;
    for line in text.lines().filter(|line| line.starts_with("  ")) {
        wanted = if line.starts_with("        ") { wanted } else { !line.starts_with("  ok  ") };
        if wanted {
            shown += &format!("{line}\n");
        }
    }
    shown.replace(&lab.path("rc.conf").display().to_string(), "rc.conf")
}

/// Checks what doctor complains of, does what it names, and checks that it is content.
fn mends(lab: &Lab, expected: &str, named: &[&str]) {
    assert_eq!(complaints(lab), expected);
    lab.ok(named);
    assert_eq!(complaints(lab), "", "after {named:?}");
}

fn dead_after(lab: &Lab, args: &[&str], step: u32) {
    let killed = lab.command(args).env("VIMAGE_STOP_AFTER", step.to_string()).output().unwrap();
    assert_eq!(killed.status.code(), Some(137), "{}", stderr(&killed));
}

fn what_depends_on_a_vimage_that_cannot_come_up_cannot_either() {
    let lab = Lab::new();
    let conf = RC_CONF.replace("\"igb0 igb1@lan\"", "\"igb9\"");
    lab.write("rc.conf", &format!("{conf}vimage_vj1_depend=vj2\n"));
    let told = complaints(&lab);
    assert!(told.contains("vj1 cannot come up:\n        vj2, which it depends on, cannot either"), "{told}");
    assert!(!told.contains("vj3"), "{told}");
}

fn a_machine_that_is_well_is_told_so() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    assert_eq!(
        lab.ok(&["doctor"]),
        "\
the machine
  ok    the kernel has VNETs (options VIMAGE)
  ok    ng_socket is loaded
  ok    ng_ether is loaded
  ok    ng_bridge is loaded
  ok    ng_eiface is loaded
  ok    ng_hub is loaded
  ok    the host has a UUID, of which stable addresses are made
  ok    netgraph answers
its vimages
  ok    vj1 is up
  ok    vj2 can come up
  ok    vj3 can come up
0 bad, 0 worth knowing, 11 as it should be
"
    );
}

fn before_the_modules_are_loaded_vimages_can_come_up() {
    let lab = Lab::new();
    // Without ng_ether no interface has a node.
    meddle(&lab, |machine, socket| {
        socket.node::<ether::Ether>(&"igb0:".parse().unwrap()).unwrap().call(ether::Detach).unwrap();
        machine.as_simulated().unwrap().jails.reboot(1_800_000_000);
    });
    let told = lab.ok(&["doctor"]);
    assert!(told.contains("  note  ng_ether is not loaded\n"), "{told}");
    assert!(told.contains("  ok    vj1 can come up\n"), "{told}");
}

fn condition_a_an_intent_without_a_jail() {
    let lab = Lab::new();
    dead_after(&lab, &["up", "vj1"], 1);
    mends(
        &lab,
        "  BAD   the start of vj1 was interrupted\n        -> `vimage down vj1` clears it away\n",
        &["down", "vj1"],
    );
}

fn condition_b_a_jail_without_its_interfaces() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    meddle(&lab, |_, socket| socket.shutdown(&"ng1_vj1:".parse().unwrap()).unwrap());
    mends(
        &lab,
        "  BAD   vj1 is not wholly up:\n        the node ng1_vj1 is not there\n        -> `vimage up vj1` mends it\n",
        &["up", "vj1"],
    );
}

fn condition_c_an_interface_that_is_on_no_bridge() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    meddle(&lab, |_, socket| socket.remove_hook(&"ng0_vj1:".parse().unwrap(), eiface::ETHER).unwrap());
    mends(
        &lab,
        "  BAD   vj1 is not wholly up:\n        ng0_vj1 is not on igb0bridge\n        -> `vimage up vj1` mends it\n",
        &["up", "vj1"],
    );
}

fn condition_d_an_interface_without_a_name() {
    let lab = Lab::new();
    meddle(&lab, |_, socket| {
        socket.make_peer::<eiface::Eiface>("x".parse().unwrap(), eiface::ETHER).unwrap();
    });
    let told = complaints(&lab);
    assert!(told.starts_with("  note  the interface ngeth0 (node ["), "{told}");
    assert!(
        told.contains(
            "is on nothing, and not of vimage's making\n        -> if nobody needs it: `ngctl shutdown ["
        ),
        "{told}"
    );
}

fn condition_d_a_new_interface_that_a_crash_has_left_on_the_cradle() {
    let lab = Lab::new();
    let found = (1..40).any(|step| {
        let lab = Lab::new();
        let killed = lab.command(&["up", "vj1"]).env("VIMAGE_STOP_AFTER", step.to_string()).output().unwrap();
        killed.status.code() == Some(137) && complaints(&lab).contains("vimage-new: is there")
    });
    assert!(found);
    assert_eq!(complaints(&lab), "");
}

fn condition_f_a_jail_that_died_by_itself() {
    let lab = Lab::new();
    lab.ok(&["up", "vj3"]);
    meddle(&lab, |machine, _| Jail::find(&machine.jails, "vj3").unwrap().remove().unwrap());
    mends(
        &lab,
        "  BAD   vj3 is not wholly up:\n        its jail is not there\n        igb2 is not in it\n        -> `vimage up vj3` mends it\n",
        &["up", "vj3"],
    );
}

fn condition_e_a_jail_that_is_dying_with_interfaces_in_it() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    meddle(&lab, |machine, _| {
        machine.as_simulated().unwrap().jails.keep_dying("vj1", 40);
        Jail::find(&machine.jails, "vj1").unwrap().remove().unwrap();
    });
    let told = complaints(&lab);
    assert!(
        told.ends_with(
            "(jid 1) is dying, and interfaces may be in it\n        -> `vimage down vj1` takes them out of it\n"
        ),
        "{told}"
    );
    lab.ok(&["down", "vj1"]);
    assert!(!complaints(&lab).contains("BAD"));
}

fn condition_e_what_holds_a_jail_that_is_dying_is_named() {
    let lab = Lab::new();
    meddle(&lab, |machine, _| {
        let sim = &machine.as_simulated().unwrap().jails;
        sim.add_root("/jails/other");
        let other = Jail::builder("other").persist().path("/jails/other").create(&machine.jails).unwrap();
        sim.keep_dying("other", 1000);
        other.remove().unwrap();
    });
    let told = complaints(&lab);
    assert!(
        told.starts_with(
            "  note  the jail other (jid 1) is dying\n        -> something still holds it, such as a TCP"
        ),
        "{told}"
    );
    meddle(&lab, |machine, _| {
        let devfs = jailrs::mount::Mount::devfs(None);
        machine.jails.mount(&devfs, "/jails/other".as_ref(), "/dev".as_ref()).unwrap();
    });
    let told = complaints(&lab);
    assert!(
        told.contains(
            "-> something still holds it: a TCP connection, or, if it was mounted from inside, /jails/other/dev\n"
        ),
        "{told}"
    );
    meddle(&lab, |machine, _| {
        let sim = &machine.as_simulated().unwrap().jails;
        sim.start_process(jailrs::Jid(1), "stuck", jailrs::sim::Manner::Immortal);
    });
    let told = complaints(&lab);
    assert!(told.contains("-> it is held by the process 1001 stuck\n"), "{told}");
}

fn connections_of_a_stop_that_was_interrupted_are_named() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    meddle(&lab, |machine, _| {
        let jid = Jail::find(&machine.jails, "vj1").unwrap().jid();
        for port in 1..=5 {
            let connection = jailrs::TcpConnection {
                local: "192.0.2.1:22".parse().unwrap(),
                foreign: ([198, 51, 100, 7], port).into(),
                state: jailrs::TcpState::FIN_WAIT_1,
            };
            machine.as_simulated().unwrap().jails.add_connection(jid, connection);
        }
        let mut record = Record::load(&*machine.store, "vj1").unwrap().unwrap();
        record.phase = Phase::Stopping;
        record.save(&*machine.store).unwrap();
    });
    let told = complaints(&lab);
    assert!(
        told.starts_with(
            "  BAD   the stop of vj1 was interrupted\n        TCP connection 192.0.2.1:22 to 198.51.100.7:1 (FIN_WAIT_1)\n"
        ),
        "{told}"
    );
    assert!(
        told.contains("198.51.100.7:3 (FIN_WAIT_1)\n        and 2 more\n        -> `vimage down vj1`"),
        "{told}"
    );
    lab.ok(&["down", "vj1"]);
    assert!(!complaints(&lab).contains("BAD"));
}

fn at_a_raised_securelevel_what_is_not_loaded_is_named_with_its_line() {
    let lab = Lab::new();
    meddle(&lab, |machine, _| {
        let sim = &machine.as_simulated().unwrap().jails;
        sim.reboot(1_800_000_000);
        machine.jails.load_module("ng_socket").unwrap();
        sim.set_securelevel(1);
    });
    let told = lab.fails(&["doctor"], 69);
    assert_eq!(told, "");
    let told = complaints(&lab);
    assert!(
        told.contains(
            "  BAD   ng_ether is not loaded, and at securelevel 1 it cannot be\n        \
             -> put ng_ether_load=\"YES\" into /boot/loader.conf, and restart the machine\n"
        ),
        "{told}"
    );
    assert_eq!(
        lab.fails(&["up", "vj1"], 69),
        "vimage: not loaded: ng_ether ng_bridge ng_eiface ng_hub; and at securelevel 1 no kernel module can be\n        \
         put these lines into /boot/loader.conf, and restart the machine:\n        \
         ng_ether_load=\"YES\"\n        ng_bridge_load=\"YES\"\n        ng_eiface_load=\"YES\"\n        ng_hub_load=\"YES\""
    );
    // Where all is loaded, the level is in nobody's way.
    meddle(&lab, |machine, _| {
        let sim = &machine.as_simulated().unwrap().jails;
        sim.set_securelevel(-1);
        ["ng_ether", "ng_bridge", "ng_eiface", "ng_hub"]
            .iter()
            .for_each(|m| machine.jails.load_module(m).unwrap());
        sim.set_securelevel(2);
    });
    lab.ok(&["up", "vj1"]);
}

fn condition_g_a_jail_of_the_same_name() {
    let lab = Lab::new();
    meddle(&lab, |machine, _| {
        Jail::builder("vj1").persist().path("/usr/jail/vj1").create(&machine.jails).unwrap();
    });
    assert_eq!(
        complaints(&lab),
        "  BAD   vj1 cannot come up:\n        rc.conf:4: there is a jail vj1 already, which vimage did not make (name the vimage otherwise, or remove that jail)\n"
    );
}

fn condition_h_a_record_of_an_earlier_boot() {
    let lab = Lab::new();
    lab.ok(&["up", "vj3"]);
    let mut record = String::new();
    meddle(&lab, |machine, _| {
        let bytes = machine.store.read("vj3.json").unwrap().unwrap();
        record = String::from_utf8(bytes).unwrap().replace(&machine.boot().unwrap(), "another");
    });
    lab.ok(&["down", "vj3"]);
    meddle(&lab, |machine, _| machine.store.write("vj3.json", record.as_bytes()).unwrap());
    mends(
        &lab,
        "  BAD   the record of vj3 is from before the last boot\n        -> `vimage down vj3` clears it away\n",
        &["down", "vj3"],
    );
}

fn condition_j_a_bridge_that_is_not_wholly_on_its_parent() {
    for hook in ["upper", "lower"] {
        let lab = Lab::new();
        lab.ok(&["up", "vj1"]);
        meddle(&lab, |_, socket| {
            socket.remove_hook(&"igb0:".parse().unwrap(), hook.parse().unwrap()).unwrap()
        });
        let expected = format!(
            "  BAD   vj1 is not wholly up:\n        {hook} of igb0 is not on igb0bridge\n        -> `vimage up vj1` mends it\n"
        );
        mends(&lab, &expected, &["up", "vj1"]);
    }
}

fn condition_k_a_parent_that_was_renamed() {
    let lab = Lab::new();
    meddle(&lab, |machine, _| machine.jails.interfaces().rename("igb1", "wan0").unwrap());
    assert_eq!(
        complaints(&lab),
        "  BAD   vj2 cannot come up:\n        rc.conf:9: there is no interface igb1 (there are igb0 igb2)\n"
    );
}

fn condition_l_a_start_that_is_going_on() {
    // Whoever has the machine's file is at work: doctor waits for it, and then finds it well.
    let lab = Lab::new();
    let mut up = lab.command(&["up"]).spawn().unwrap();
    complaints(&lab);
    assert!(up.wait().unwrap().success());
    assert_eq!(complaints(&lab), "");
}

fn condition_m_names_that_come_out_the_same() {
    let lab = Lab::new();
    let twin = |name: &str| {
        format!("vimage_{name}_rootdir=/\nvimage_{name}_hostname=x\nvimage_{name}_bridges=igb0\n")
    };
    lab.write("rc.conf", &format!("{RC_CONF}{}{}", twin("production_web_a"), twin("production_web_b")));
    let told = complaints(&lab);
    assert!(told.starts_with("  BAD   rc.conf:") && told.contains("_ifname"), "{told}");
}

fn a_stop_that_was_interrupted() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    dead_after(&lab, &["down", "vj1"], 2);
    mends(
        &lab,
        "  BAD   the stop of vj1 was interrupted\n        -> `vimage down vj1` clears it away\n",
        &["down", "vj1", "--prune"],
    );
}

fn an_attach_that_was_interrupted() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    dead_after(&lab, &["attach", "vj1", "igb0"], 1);
    let told = complaints(&lab);
    assert!(
        told.contains("the attaching or detaching of ng2_vj1 is going on, or was interrupted\n"),
        "{told}"
    );
    assert!(told.ends_with("-> `vimage up vj1` mends it\n"), "{told}");
    lab.ok(&["up", "vj1"]);
    assert_eq!(complaints(&lab), "");
}

fn a_bridge_that_nobody_uses() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    lab.ok(&["down", "vj1"]);
    mends(
        &lab,
        "  note  no vimage is on the bridge igb0bridge that vimage made\n        -> `vimage gc` shows and takes away what vimage made and nothing uses\n",
        &["gc", "--yes"],
    );
}

fn a_record_that_is_lost() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    meddle(&lab, |machine, _| machine.store.remove("vj1.json").unwrap());
    let told = complaints(&lab);
    let line = "  BAD   the jail vj1 (jid 1) was made by vimage (vj1-simulated), and there is no record of it\n        -> take its interfaces out (`ifconfig IF -vnet 1`), then `jail -r 1`, then `vimage gc`\n";
    assert!(told.contains(line), "{told}");
    meddle(&lab, |machine, _| Jail::find(&machine.jails, "vj1").unwrap().remove().unwrap());
    let told = complaints(&lab);
    let line = "  note  the interface ng0_vj1 was made for vj1, and there is no record of that\n        -> `vimage gc` shows and takes away what vimage made and nothing uses\n";
    assert!(told.contains(line), "{told}");
    lab.ok(&["gc", "--yes"]);
    assert_eq!(complaints(&lab), "");
}

fn a_record_that_cannot_be_read() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    meddle(&lab, |machine, _| machine.store.write("vj1.json", b"{").unwrap());
    let told = complaints(&lab);
    // Nothing else is said of it: what it has is in use, and of that there is a record.
    assert!(told.starts_with("  BAD   the simulated machine's vj1.json is damaged"), "{told}");
    assert_eq!(told.matches("  BAD  ").count(), 1, "{told}");
    assert!(!told.contains("igb0bridge"), "{told}");
    lab.ok(&["up", "vj2"]);
    let output = lab.run(&["stats"]);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("ng0_vj2"));
    assert!(stderr(&output).contains("vimage: vj1: the simulated machine's vj1.json is damaged"));
    lab.fails(&["stats", "vj1"], 69);
    meddle(&lab, |machine, _| Jail::find(&machine.jails, "vj1").unwrap().remove().unwrap());
    let told = complaints(&lab);
    assert!(!told.contains("ng0_vj1"), "gc leaves it alone: {told}");
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let trials = support::trials![
        what_depends_on_a_vimage_that_cannot_come_up_cannot_either,
        a_machine_that_is_well_is_told_so,
        before_the_modules_are_loaded_vimages_can_come_up,
        condition_a_an_intent_without_a_jail,
        condition_b_a_jail_without_its_interfaces,
        condition_c_an_interface_that_is_on_no_bridge,
        condition_d_an_interface_without_a_name,
        condition_d_a_new_interface_that_a_crash_has_left_on_the_cradle,
        condition_e_a_jail_that_is_dying_with_interfaces_in_it,
        condition_e_what_holds_a_jail_that_is_dying_is_named,
        connections_of_a_stop_that_was_interrupted_are_named,
        at_a_raised_securelevel_what_is_not_loaded_is_named_with_its_line,
        condition_f_a_jail_that_died_by_itself,
        condition_g_a_jail_of_the_same_name,
        condition_h_a_record_of_an_earlier_boot,
        condition_j_a_bridge_that_is_not_wholly_on_its_parent,
        condition_k_a_parent_that_was_renamed,
        condition_l_a_start_that_is_going_on,
        condition_m_names_that_come_out_the_same,
        a_stop_that_was_interrupted,
        an_attach_that_was_interrupted,
        a_bridge_that_nobody_uses,
        a_record_that_is_lost,
        a_record_that_cannot_be_read,
    ];
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
