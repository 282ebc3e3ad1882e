//! What can have become of a vimage behind the program's back, and that `down` and `up` make good of it: each test
//! compares the machine before and after. `recovery_a` to `recovery_m` are the conditions that are sure to come; those of
//! whole processes (`recovery_h`, `recovery_l`, `recovery_m`) are in `program.rs`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod mortal;

use jailrs::sim::{Manner, Outcome as Ends};
use jailrs::{IfFlags, Jail, Mac};
use mortal::{Fate, Lab, RC_CONF, told};
use netgraph::nodes::hub::Hub;
use netgraph::nodes::{EtherAddr, eiface};
use netgraph::{Path, Socket};
use vimage::state::Store;

fn socket(lab: &Lab) -> Socket {
    lab.machine().socket(None).unwrap()
}

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

/// Brings `name` up on a new machine, lets `meddle` do its worst, takes it down, and compares.
fn survives(name: &str, meddle: impl FnOnce(&Lab)) -> mortal::Outcome {
    let lab = Lab::new(RC_CONF);
    let before = lab.look();
    lab.up(name).result.unwrap();
    meddle(&lab);
    let outcome = lab.prune(name);
    if let Err(error) = &outcome.result {
        panic!("{}", told(error));
    }
    assert_eq!(lab.look(), before);
    outcome
}

#[test]
fn recovery_a_an_intent_without_anything_else_is_cleared_away() {
    let lab = Lab::new(RC_CONF);
    let before = lab.look();
    let written = |number: &u64| {
        let died = lab.up_with("vj1", Fate::Dies(*number));
        died.struck.as_deref() == Some("writing vj1.json")
    };
    assert!((1..50).any(|number| written(&number)));
    assert_ne!(lab.look(), before);
    lab.down("vj1").result.unwrap();
    assert_eq!(lab.look(), before);
}

#[test]
fn recovery_b_a_jail_whose_interfaces_are_gone_goes_down() {
    survives("vj1", |lab| {
        let socket = socket(lab);
        for node in ["ng0_vj1:", "ng1_vj1:"] {
            socket.shutdown(&path(node)).unwrap();
        }
    });
}

#[test]
fn recovery_c_an_interface_that_was_taken_off_its_bridge_goes_too() {
    survives("vj1", |lab| socket(lab).remove_hook(&path("ng0_vj1:"), eiface::ETHER).unwrap());
}

#[test]
fn recovery_d_an_interface_without_a_name_that_vimage_did_not_make_stays() {
    let lab = Lab::new(RC_CONF);
    let socket = socket(&lab);
    let own = socket.make_peer::<eiface::Eiface>("mine".parse().unwrap(), eiface::ETHER).unwrap();
    let before = lab.interfaces();
    assert!(before.contains(&"ngeth0".to_string()));
    for number in (1..80).step_by(3) {
        lab.up_with("vj1", Fate::Dies(number));
        lab.down("vj1").result.unwrap();
        assert_eq!(lab.interfaces(), before, "dead after {number}");
    }
    drop(own);
}

#[test]
fn recovery_e_interfaces_in_a_jail_that_is_dying_are_taken_out_of_it() {
    for name in ["vj1", "vj3"] {
        let lab = Lab::new(RC_CONF);
        let before = lab.interfaces();
        lab.up(name).result.unwrap();
        lab.sim.jails.keep_dying(name, u32::MAX);
        lab.remove_by_hand(name);
        assert!(!lab.interfaces().contains(&"igb2".to_string()) || name == "vj1");
        lab.prune(name).result.unwrap();
        assert_eq!(lab.interfaces(), before, "{name}");
        assert!(lab.record(name).is_none());
    }
}

#[test]
fn recovery_e_an_interface_that_a_dying_jail_has_renamed_is_waited_for() {
    let lab = Lab::new(RC_CONF);
    let before = lab.interfaces();
    lab.up("vj3").result.unwrap();
    lab.jail("vj3").interfaces().rename("igb2", "eth0").unwrap();
    lab.sim.jails.keep_dying("vj3", 50);
    lab.remove_by_hand("vj3");
    let error = lab.down("vj3").result.unwrap_err();
    assert!(error.message.contains("igb2") && error.hint.contains("`vimage down vj3` again"), "{error}");
    assert!(lab.record("vj3").is_some());
    // Each look at it is one nearer to its end.
    assert!((0..100).any(|_| lab.prune("vj3").result.is_ok()));
    assert_eq!(lab.interfaces(), before);
}

#[test]
fn recovery_f_a_jail_that_was_removed_by_hand_is_cleared_away() {
    for name in ["vj1", "vj2", "vj3"] {
        survives(name, |lab| {
            lab.sim.jails.delay_homecoming(4);
            lab.remove_by_hand(name);
            lab.sim.jails.delay_homecoming(0);
        });
    }
}

#[test]
fn nothing_is_destroyed_while_its_vnet_may_still_be_going_away() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj1").result.unwrap();
    lab.sim.jails.delay_homecoming(u32::MAX);
    lab.remove_by_hand("vj1");
    let error = lab.down("vj1").result.unwrap_err();
    assert!(error.message.contains("has not come back"), "{error}");
    assert!(socket(&lab).find(&path("ng0_vj1:")).unwrap().is_some());
    assert!(lab.record("vj1").is_some());
}

#[test]
fn recovery_f_a_whole_interface_comes_home_under_its_own_name_after_its_jail_died() {
    survives("vj3", |lab| {
        lab.jail("vj3").interfaces().rename("igb2", "eth0").unwrap();
        lab.remove_by_hand("vj3");
    });
}

#[test]
fn a_whole_interface_gets_back_what_the_vimage_has_changed_of_it() {
    let lab = Lab::new(RC_CONF);
    let host = lab.machine().jails.interfaces();
    host.set_up("igb2", true).unwrap();
    host.set_mtu("igb2", 1400).unwrap();
    host.set_description("igb2", "to the cellar").unwrap();
    host.set_promiscuous("igb3", true).unwrap();
    let before = lab.look();
    lab.up("vj3").result.unwrap();
    let jail = lab.jail("vj3");
    let inside = jail.interfaces();
    inside.set_mac("igb2", Mac([2, 0, 0, 0, 0, 9])).unwrap();
    inside.set_mtu("igb2", 1200).unwrap();
    inside.set_description("igb2", "mine").unwrap();
    inside.set_flags("igb2", IfFlags::PPROMISC | IfFlags::MONITOR | IfFlags::NOARP, true).unwrap();
    inside.set_promiscuous("igb3", false).unwrap();
    lab.prune("vj3").result.unwrap();
    assert_eq!(lab.look(), before);
}

#[test]
fn a_whole_interface_whose_name_another_has_taken_inside_comes_home() {
    survives("vj3", |lab| {
        let jail = lab.jail("vj3");
        let inside = jail.interfaces();
        inside.rename("igb2", "x").unwrap();
        let squatter = inside.create("epair").unwrap();
        inside.rename(&squatter, "igb2").unwrap();
    });
}

#[test]
fn names_that_were_changed_for_those_of_the_host_do_no_harm() {
    survives("vj1", |lab| lab.jail("vj1").interfaces().rename("ng0_vj1", "igb0").unwrap());
    survives("vj3", |lab| lab.jail("vj3").interfaces().rename("igb2", "igb0").unwrap());
    // The jail is gone, and the host has two interfaces of that name.
    survives("vj1", |lab| {
        lab.jail("vj1").interfaces().rename("ng0_vj1", "igb0").unwrap();
        lab.remove_by_hand("vj1");
    });
}

#[test]
fn an_interface_that_took_the_hosts_name_is_waited_for_and_not_mistaken_for_the_hosts() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj1").result.unwrap();
    lab.jail("vj1").interfaces().rename("ng0_vj1", "igb0").unwrap();
    lab.sim.jails.delay_homecoming(20);
    lab.remove_by_hand("vj1");
    let outcome = lab.down("vj1");
    outcome.result.unwrap();
    // It was there only after so many looks.
    assert_eq!(lab.interfaces(), ["igb0", "igb1", "igb2", "igb3", "lo0"]);
}

#[test]
fn a_whole_interface_that_comes_home_as_a_second_igb0_is_not_renamed_blindly() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj3").result.unwrap();
    let mac = |name| lab.machine().jails.interfaces().find(name).unwrap().unwrap().mac;
    let igb0 = mac("igb0");
    lab.jail("vj3").interfaces().rename("igb2", "igb0").unwrap();
    lab.remove_by_hand("vj3");
    let error = lab.down("vj3").result.unwrap_err();
    assert!(error.message.contains("igb2 came home as a second igb0"), "{error}");
    assert_eq!(mac("igb0"), igb0);
}

#[test]
fn an_interface_that_is_nowhere_does_not_keep_a_vimage_from_going_down() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj3").result.unwrap();
    let host = lab.machine().jails;
    let other = Jail::builder("other").vnet().persist().create(&host).unwrap();
    host.reclaim("igb2", lab.jail("vj3").jid()).unwrap();
    host.move_in("igb2", other.jid()).unwrap();
    let outcome = lab.down("vj3");
    outcome.result.unwrap();
    assert!(
        outcome.notes.warnings.iter().any(|w| w.contains("igb2 has not come home")),
        "{:?}",
        outcome.notes
    );
    assert!(lab.record("vj3").is_none());
}

#[test]
fn recovery_g_a_jail_of_the_same_name_that_is_somebody_elses_is_left_alone() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj1").result.unwrap();
    lab.remove_by_hand("vj1");
    Jail::builder("vj1").path("/usr/jail/vj1").create(&lab.machine().jails).unwrap();
    let outcome = lab.down("vj1");
    outcome.result.unwrap();
    assert!(outcome.notes.warnings.iter().any(|w| w.contains("left alone")), "{:?}", outcome.notes);
    assert!(Jail::find(&lab.machine().jails, "vj1").is_ok());
    assert_eq!(lab.interfaces(), ["igb0", "igb1", "igb2", "igb3", "lo0"]);
}

#[test]
fn a_jail_that_was_given_another_name_goes_down() {
    survives("vj1", |lab| {
        let jail = lab.jail("vj1");
        jail.set(&[jailrs::Param::new("name", jailrs::Value::String("other".into()))]).unwrap();
    });
}

#[test]
fn recovery_i_mounts_without_a_jail_are_taken_away() {
    survives("vj3", |lab| lab.remove_by_hand("vj3"));
}

#[test]
fn a_mount_that_the_vimage_has_covered_is_not_forgotten() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj1").result.unwrap();
    let jails = lab.machine().jails;
    let root = std::path::Path::new("/usr/jail/vj1");
    let cover = jails.mount(&jailrs::mount::Mount::tmpfs(None), root, "/dev".as_ref()).unwrap();
    let error = lab.down("vj1").result.unwrap_err();
    assert!(error.message.contains("EBUSY") && error.hint.contains("fstat"), "{error}");
    jails.unmount(&cover).unwrap();
    lab.down("vj1").result.unwrap();
    assert_eq!(jails.mounts().unwrap(), []);
}

#[test]
fn a_neighbour_whose_record_is_damaged_keeps_nobody_from_going_down() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj1").result.unwrap();
    lab.up("vj2").result.unwrap();
    lab.sim.store.write("vj2.json", b"{").unwrap();
    let outcome = lab.down("vj1");
    outcome.result.unwrap();
    assert!(lab.record("vj1").is_none());
    // It may share the root: its devfs stays.
    assert_eq!(lab.machine().jails.mounts().unwrap().len(), 1);
    assert!(outcome.notes.warnings.iter().any(|w| w.contains("vj2.json is damaged")), "{:?}", outcome.notes);
}

#[test]
fn recovery_j_a_bridge_that_lost_a_hook_is_mended_by_the_next_up() {
    for hook in ["lower", "upper"] {
        let lab = Lab::new(RC_CONF);
        lab.up("vj1").result.unwrap();
        let whole = lab.look();
        lab.up("vj2").result.unwrap();
        lab.prune("vj2").result.unwrap();
        assert_eq!(lab.look(), whole);
        socket(&lab).remove_hook(&path("igb0:"), hook.parse().unwrap()).unwrap();
        assert_ne!(lab.look(), whole);
        lab.up("vj2").result.unwrap();
        lab.prune("vj2").result.unwrap();
        let hooks = socket(&lab).hooks(&path("igb0bridge:")).unwrap();
        assert!(hooks.iter().any(|link| link.peer_hook == hook), "{hook}");
    }
}

#[test]
fn a_bridge_behind_a_bridge_that_was_cut_off_is_connected_again() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj2").result.unwrap();
    lab.down("vj2").result.unwrap();
    let socket = socket(&lab);
    lab.up("vj2").result.unwrap();
    socket.remove_hook(&path("igb1lan:"), "link1".parse().unwrap()).unwrap();
    lab.down("vj2").result.unwrap_or_else(|error| panic!("{}", told(&error)));
    lab.up("vj2").result.unwrap();
    assert!(socket.hooks(&path("igb1lan:")).unwrap().iter().count() >= 2);
}

#[test]
fn a_bridge_that_a_crash_left_without_a_name_is_taken_up_by_the_next_vimage() {
    for number in 1..70 {
        let lab = Lab::new(RC_CONF);
        let before = lab.look();
        lab.up_with("vj2", Fate::Dies(number));
        // It is on the same wire, and `down vj2` has not been thought of.
        lab.up("vj1").result.unwrap_or_else(|error| panic!("dead after {number}: {}", told(&error)));
        lab.down("vj2").result.unwrap();
        lab.prune("vj1").result.unwrap();
        assert_eq!(lab.look(), before, "dead after {number}");
    }
}

#[test]
fn recovery_k_a_parent_that_was_renamed_while_bridged_does_no_harm() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj1").result.unwrap();
    lab.machine().jails.interfaces().rename("igb0", "wan0").unwrap();
    lab.prune("vj1").result.unwrap();
    assert!(lab.record("vj1").is_none());
    assert!(lab.interfaces().contains(&"wan0".to_string()));
}

#[test]
fn a_parent_that_somebody_else_uses_by_now_stays_up() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj1").result.unwrap();
    let socket = socket(&lab);
    socket.shutdown(&path("igb0bridge:")).unwrap();
    socket
        .make_peer_of(&path("igb0:"), "hub".parse().unwrap(), "lower".parse().unwrap(), "a".parse().unwrap())
        .unwrap();
    lab.prune("vj1").result.unwrap();
    assert!(lab.machine().jails.interfaces().find("igb0").unwrap().unwrap().is_up());
}

#[test]
fn processes_that_do_not_end_keep_the_interfaces_where_they_are() {
    let lab = Lab::new(RC_CONF);
    lab.sim.jails.script("sshd onestart", Ends::exit(0).leaving("sshd"));
    lab.up("vj2").result.unwrap();
    let jid = jailrs::Jid(lab.record("vj2").unwrap().jid.unwrap());
    let stuck = lab.sim.jails.start_process(jid, "stuck", Manner::Immortal);
    let error = lab.down("vj2").result.unwrap_err();
    assert!(error.message.contains("stuck"), "{error}");
    assert_eq!(lab.jail("vj2").interfaces().list().unwrap().len(), 3);
    lab.sim.jails.end_process(stuck);
    lab.down("vj2").result.unwrap();
    assert_eq!(lab.interfaces(), ["igb0", "igb1", "igb2", "igb3", "lo0"]);
}

#[test]
fn poststop_is_run_whatever_other_hooks_there_are() {
    let only = |hook: &str| {
        let conf = format!(
            "vimage_list=a\nvimage_a_rootdir=/usr/jail/vj1\nvimage_a_hostname=a\nvimage_a_exec_{hook}0='/usr/bin/true {hook}'\n"
        );
        let lab = Lab::new(&conf);
        lab.up("a").result.unwrap();
        lab.down("a").result.unwrap();
        lab.sim.jails.commands().iter().filter(|command| command.line.contains(hook)).count()
    };
    for hook in ["prestart", "poststart", "prestop", "poststop"] {
        assert_eq!(only(hook), 1, "{hook}");
    }
}

#[test]
fn poststop_is_run_when_a_prestart_fails() {
    let lab = Lab::new(RC_CONF);
    let before = lab.look();
    lab.sim.jails.script("before", Ends::exit(1));
    lab.up("vj3").result.unwrap_err();
    assert_eq!(lab.look(), before);
    let lines: Vec<String> = lab.sim.jails.commands().into_iter().map(|command| command.line).collect();
    assert_eq!(lines, ["/usr/bin/true before", "/usr/bin/true after"]);
}

#[test]
fn a_hostile_root_is_refused_before_anything_is_changed() {
    for place in ["/usr/jail/evil/dev", "/usr/jail/evil/proc"] {
        let lab = Lab::new(
            "vimage_list=e\nvimage_e_rootdir=/usr/jail/evil\nvimage_e_hostname=e\nvimage_e_bridges=igb0\n\
             vimage_e_devfs_enable=YES\nvimage_e_procfs_enable=YES\n",
        );
        for dir in ["dev", "proc"].map(|dir| format!("/usr/jail/evil/{dir}")) {
            if dir != place {
                lab.sim.jails.add_dir(dir);
            }
        }
        lab.sim.jails.add_dir("/usr/jail/evil");
        lab.sim.jails.add_link(place, "/etc");
        let before = lab.look();
        let error = lab.up("e").result.unwrap_err();
        assert!(error.message.contains("cannot be mounted"), "{error}");
        assert_eq!(lab.look(), before);
    }
}

#[test]
fn addresses_of_other_makers_stay() {
    // The kernel's choice, and the parent's own.
    let lab = Lab::new(
        "vimage_list=a\nvimage_a_rootdir=/usr/jail/vj1\nvimage_a_hostname=a\nvimage_a_bridges='=igb0 !igb0'\n",
    );
    let before = lab.look();
    lab.up("a").result.unwrap();
    let mac = lab.jail("a").interfaces().mac("ng0_a").unwrap();
    assert_eq!(EtherAddr(mac.0), "00:00:5e:00:53:01".parse().unwrap());
    // With the parent's name and address nothing tells it from the parent, but that there are two.
    lab.jail("a").interfaces().rename("ng0_a", "igb0").unwrap();
    lab.sim.jails.delay_homecoming(5);
    lab.remove_by_hand("a");
    lab.sim.jails.delay_homecoming(0);
    lab.prune("a").result.unwrap();
    assert_eq!(lab.look(), before);
}

#[test]
fn a_record_that_is_cut_off_anywhere_is_told_of_and_changes_nothing() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj3").result.unwrap();
    let whole = lab.sim.store.read("vj3.json").unwrap().unwrap();
    for length in 0..whole.len() {
        lab.sim.store.write("vj3.json", whole.get(..length).unwrap()).unwrap();
        let before = lab.look();
        let error = lab.down("vj3").result.unwrap_err();
        assert!(error.message.contains("vj3.json is damaged") && !error.hint.is_empty(), "{length}: {error}");
        assert_eq!(lab.look(), before, "{length}");
    }
    lab.sim.store.write("vj3.json", &whole).unwrap();
    lab.prune("vj3").result.unwrap();
}

#[test]
fn a_list_of_bridges_that_is_cut_off_anywhere_keeps_bridges_where_they_are() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj1").result.unwrap();
    let whole = lab.sim.store.read("bridges").unwrap().unwrap();
    for length in 0..whole.len() {
        lab.sim.store.write("bridges", whole.get(..length).unwrap()).unwrap();
        let error = lab.prune("vj1").result.unwrap_err();
        assert!(error.message.contains("bridges is damaged") && !error.hint.is_empty(), "{length}: {error}");
        assert!(socket(&lab).find(&path("igb0bridge:")).unwrap().is_some());
        assert!(lab.record("vj1").is_some());
    }
    lab.sim.store.write("bridges", &whole).unwrap();
    lab.prune("vj1").result.unwrap();
}

#[test]
fn a_record_of_a_later_version_is_left_alone() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj1").result.unwrap();
    let record = String::from_utf8(lab.sim.store.read("vj1.json").unwrap().unwrap()).unwrap();
    lab.sim.store.write("vj1.json", record.replace("\"version\": 1", "\"version\": 2").as_bytes()).unwrap();
    let before = lab.look();
    let error = lab.down("vj1").result.unwrap_err();
    assert!(error.message.contains("has version 2, this vimage knows 1"), "{error}");
    assert_eq!(error.hint, "use the vimage that wrote it");
    assert_eq!(lab.look(), before);
}

#[test]
fn an_fstab_is_read_as_fstab_5_says() {
    let folder = tempfile::tempdir().unwrap();
    let fstab = folder.path().join("fstab");
    let text = "# what is shared\n/my\\040src /usr/jail/vj1/my\\040src nullfs ro,late,auto 0 0\n\n\
                swap none swap sw 0 0\ntmpfs /usr/jail/vj1/tmp tmpfs rw,mode=1777\n";
    std::fs::write(&fstab, text).unwrap();
    let lab = Lab::new(&format!(
        "vimage_list=e\nvimage_e_rootdir=/usr/jail/vj1\nvimage_e_hostname=e\n\
         vimage_e_mount_enable=YES\nvimage_e_fstab={}\n",
        fstab.display()
    ));
    for dir in ["/my src", "/usr/jail/vj1/my src", "/usr/jail/vj1/tmp"] {
        lab.sim.jails.add_dir(dir);
    }
    lab.up("e").result.unwrap();
    let mounts = lab.sim.jails.host().mounts().unwrap();
    let mounts: Vec<_> =
        mounts.iter().map(|m| (m.fstype.as_str(), m.from.as_str(), m.point.to_str().unwrap())).collect();
    assert_eq!(
        mounts,
        [("nullfs", "/my src", "/usr/jail/vj1/my src"), ("tmpfs", "tmpfs", "/usr/jail/vj1/tmp")]
    );
    lab.down("e").result.unwrap();
    std::fs::write(&fstab, "\n/a /usr/jail/vj1/b\n").unwrap();
    let error = lab.up("e").result.unwrap_err();
    assert!(error.message.contains("fstab: fstab line 2 \"/a /usr/jail/vj1/b\": it has no type"), "{error}");
}

#[test]
fn a_point_of_an_fstab_that_leads_out_of_the_root_is_refused_before_anything_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let fstab = folder.path().join("fstab");
    std::fs::write(&fstab, "/usr/src /usr/jail/vj1/mnt nullfs ro 0 0\n").unwrap();
    let lab = Lab::new(&format!(
        "vimage_list=e\nvimage_e_rootdir=/usr/jail/vj1\nvimage_e_hostname=e\nvimage_e_bridges=igb0\n\
         vimage_e_mount_enable=YES\nvimage_e_fstab={}\n",
        fstab.display()
    ));
    lab.sim.jails.add_dir("/usr/src");
    lab.sim.jails.add_link("/usr/jail/vj1/mnt", "/etc");
    let before = lab.look();
    let error = lab.up("e").result.unwrap_err();
    assert!(error.message.contains("nullfs cannot be mounted") && error.message.contains("ELOOP"), "{error}");
    assert_eq!(lab.look(), before);
    // One that names a place outside of the root, too.
    std::fs::write(&fstab, "/usr/src /usr/jail/vj1/../../etc nullfs ro 0 0\n").unwrap();
    lab.up("e").result.unwrap_err();
    std::fs::write(&fstab, "/usr/src /etc nullfs ro 0 0\n").unwrap();
    assert!(lab.up("e").result.unwrap_err().message.contains("is not below /usr/jail/vj1"));
    assert_eq!(lab.look(), before);
}

#[test]
fn names_that_would_do_something_to_a_terminal_come_home_too() {
    for name in ["\u{1b}[31mx", "a\nb", "\u{9b}", "x\u{10ffff}", "\u{202e}"] {
        survives("vj3", |lab| {
            let jail = lab.jail("vj3");
            let inside = jail.interfaces();
            // The simulated graph has no names but text, and of that all.
            let name = jailrs::ifnet::name_of_bytes(name.as_bytes());
            inside.rename("igb2", &name).unwrap();
            inside.rename("ng0_vj3", &format!("y{name}")).unwrap();
        });
    }
}

#[test]
fn whole_interfaces_are_known_by_what_nobody_inside_can_change() {
    let exchanged = |lab: &Lab| {
        let inside = lab.jail("vj3").interfaces();
        let list = inside.list().unwrap();
        let mac = |name: &str| list.iter().find(|interface| interface.name == name).unwrap().mac.unwrap();
        inside.set_mac("igb2", mac("igb3")).unwrap();
        inside.set_mac("igb3", mac("igb2")).unwrap();
        for (name, new) in [("igb2", "x"), ("igb3", "igb2"), ("x", "igb3")] {
            inside.rename(name, new).unwrap();
        }
    };
    survives("vj3", exchanged);
    // Their jail may be gone when they are looked for.
    survives("vj3", |lab| {
        exchanged(lab);
        lab.remove_by_hand("vj3");
    });
    // Another interface may look as one of them did, and that one as another of the host.
    survives("vj3", |lab| {
        let inside = lab.jail("vj3").interfaces();
        let mac = inside.mac("igb2").unwrap();
        inside.set_mac("igb2", Mac([2, 0, 0, 0, 0, 9])).unwrap();
        inside.rename("igb2", "igb0").unwrap();
        let decoy = inside.create("epair").unwrap();
        inside.rename(&decoy, "igb2").unwrap();
        inside.set_mac("igb2", mac).unwrap();
    });
}

#[test]
fn interfaces_on_a_parent_of_long_frames_take_what_they_can() {
    let lab = Lab::new(RC_CONF);
    lab.machine().jails.interfaces().set_mtu("igb0", 9216).unwrap();
    lab.up("vj1").result.unwrap();
    assert_eq!(lab.jail("vj1").interfaces().find("ng0_vj1").unwrap().unwrap().mtu, 9018);
}

#[test]
fn a_parent_that_carries_others_by_now_stays_up() {
    let lab = Lab::new(RC_CONF);
    lab.up("vj1").result.unwrap();
    let host = lab.machine().jails.interfaces();
    let vlan = host.create("epair").unwrap();
    host.set_mac(&vlan, host.mac("igb0").unwrap()).unwrap();
    lab.prune("vj1").result.unwrap();
    assert!(host.find("igb0").unwrap().unwrap().is_up());
}

#[test]
fn a_stop_command_that_never_ends_does_not_keep_a_vimage_up() {
    let outcome = survives("vj2", |lab| lab.sim.jails.script("sshd onestop", Ends::endless()));
    let warning =
        "vj2: run /usr/sbin/service sshd onestop in vj2: it did not end in its time, and was killed";
    assert!(outcome.notes.warnings.iter().any(|told| told.contains(warning)), "{:?}", outcome.notes.warnings);
}

#[test]
fn what_forks_and_ends_again_and_again_is_stopped_too() {
    survives("vj1", |lab| {
        lab.sim.jails.start_process(lab.jail("vj1").jid(), "hop", Manner::Fleeting);
    });
}

/// Leaves nodes in a jail: three hubs in a row, none of which stays without the others, and an interface.
fn leave_nodes(lab: &Lab, jail: &Jail) {
    let inside = lab.machine().socket_in(jail.jid()).unwrap();
    let (out, back) = ("out".parse().unwrap(), "back".parse().unwrap());
    inside.make_peer::<eiface::Eiface>("eiface".parse().unwrap(), eiface::ETHER).unwrap();
    inside.make_peer::<Hub>("hub".parse().unwrap(), back).unwrap();
    for at in [".:hub", ".:hub.out"] {
        inside.make_peer_of(&path(at), "hub".parse().unwrap(), out, back).unwrap();
    }
}

#[test]
fn nodes_that_are_left_in_a_vimage_are_shut_down_before_its_jail_is_removed() {
    let outcome = survives("vj1", |lab| leave_nodes(lab, &lab.jail("vj1")));
    let step = |what: &str| outcome.notes.steps.iter().position(|step| step == what);
    let nodes = step("- vj1: netgraph nodes left in vj1: 4 of type eiface, hub");
    let interface = step("- vj1: interface ng0_vj1");
    assert!(
        nodes.is_some() && nodes < interface && interface < step("- vj1: jail vj1"),
        "{:#?}",
        outcome.notes
    );
    assert!(outcome.notes.warnings.is_empty(), "{:#?}", outcome.notes.warnings);
}

#[test]
fn a_jail_whose_netgraph_could_not_go_stays() {
    let lab = Lab::new(RC_CONF);
    let before = lab.look();
    lab.up("vj3").result.unwrap();
    let error = lab.down_with("vj3", Fate::Ghosts).result.unwrap_err();
    assert!(error.message.contains("netgraph in vj3 has nodes that can never go"), "{error}");
    assert!(error.hint.contains("until the machine is restarted"), "{error}");
    // With nothing in it.
    let left = lab.jail("vj3").interfaces().list().unwrap();
    assert_eq!(left.iter().map(|interface| interface.name.as_str()).collect::<Vec<_>>(), ["lo0"]);
    assert!(lab.interfaces().contains(&"igb2".into()));
    assert!(lab.up("vj3").result.is_err(), "its jail is there");
    lab.prune("vj3").result.unwrap();
    assert_eq!(lab.look(), before);
}

#[test]
fn nodes_in_a_jail_within_a_vimage_are_shut_down_too() {
    let lab = Lab::new(&format!("{RC_CONF}vimage_vj1_parameters=children.max=2\n"));
    let before = lab.look();
    lab.up("vj1").result.unwrap();
    let host = lab.sim.jails.host();
    let inner = Jail::builder("vj1.inner").vnet().create(&host).unwrap();
    leave_nodes(&lab, &inner);
    let notes = lab.prune("vj1").notes;
    let nodes = "- vj1: netgraph nodes left in vj1.inner: 4 of type eiface, hub";
    assert!(notes.steps.iter().any(|step| step == nodes), "{notes:#?}");
    assert_eq!(lab.look(), before);
}

#[test]
fn a_down_that_dies_or_fails_while_nodes_are_left_can_be_done_again() {
    for fate in [Fate::Dies, Fate::Fails, Fate::FailsAfter] {
        for number in 1.. {
            let lab = Lab::new(RC_CONF);
            let before = lab.look();
            lab.up("vj1").result.unwrap();
            leave_nodes(&lab, &lab.jail("vj1"));
            let Some(struck) = lab.down_with("vj1", fate(number)).struck else { break };
            lab.down("vj1").result.unwrap();
            lab.up("vj1").result.unwrap();
            lab.prune("vj1").result.unwrap();
            assert_eq!(lab.look(), before, "{:?}, {struck}", fate(number));
        }
    }
}
