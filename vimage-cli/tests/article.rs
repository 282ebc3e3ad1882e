//! "VIMAGE Jails on FreeBSD-8", from top to bottom: each promise of the article that this program was born from, kept on
//! a simulated machine. Those that FreeBSD's own kernel has to keep are trials named `kernel::...`; they run as root on
//! FreeBSD with NETGRAPH_TEST_KERNEL=1.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

#[cfg(target_os = "freebsd")]
#[path = "article/on_freebsd.rs"]
mod on_freebsd;
mod releases;
mod support;
mod town;

use std::process::ExitCode;

use jailrs::{Jail, Mac};
use libtest_mimic::{Arguments, Failed, Trial};
use releases::Shelf;
use serde_json::Value;
use town::Town;

/// The article's rc.conf(5), with the second vimage that it speaks of, and the one that it has `/` for.
const RC_CONF: &str = r#"
vimage_enable="YES" # Set to NO to disable starting of any vimages
vimage_list="vj1" # Space separated list of names of vimages

vimage_vj1_rootdir="/usr/jail/vj1" # vimage's root directory
vimage_vj1_hostname="vj1" # vimage's hostname
vimage_vj1_devfs_enable="YES" # mount devfs in the vimage
vimage_vj1_bridges="igb0 igb0" # list of interfaces to bridge
"#;

/// The article's rc.conf(5) in the root, for both vimages.
const INSIDE: &str = r#"
ifconfig_ng0_vj1="inet 192.168.1.100 netmask 255.255.255.0"
ifconfig_ng1_vj1="inet 10.0.0.1 netmask 255.255.255.0"
defaultrouter="192.168.1.1"
ifconfig_ng0_vj2="inet 10.0.0.2 netmask 255.255.255.0"
"#;

/// The second vimage, pointed at the same root directory.
const SECOND: &str = r#"
vimage_list="vj1 vj2"
vimage_vj2_rootdir="/usr/jail/vj1"
vimage_vj2_hostname="vj2"
vimage_vj2_bridges="igb0"
"#;

/// A machine as the article has it before the first `service vimage start`.
fn prepared() -> Town {
    let town = Town::new();
    for line in [
        "mkdir -p /usr/repos/15.1-RELEASE /usr/local/etc/rc.d",
        "fetch -o /usr/repos/15.1-RELEASE https://download.freebsd.org/releases/amd64/15.1-RELEASE/MANIFEST",
        "fetch -o /usr/repos/15.1-RELEASE https://download.freebsd.org/releases/amd64/15.1-RELEASE/base.txz",
        "vimage build --release 15.1-RELEASE --sets base /usr/jail/vj1",
        "vimage rc-script > /usr/local/etc/rc.d/vimage",
    ] {
        town.does(line);
    }
    town.write("/etc/rc.conf", RC_CONF);
    town.write("/usr/jail/vj1/etc/rc.conf", INSIDE);
    town
}

/// What `vimage status --json` says of a vimage.
fn status(town: &Town, name: &str) -> Value {
    let (text, _) = town.run(&format!("vimage status --json {name}"));
    let status: Value = serde_json::from_str(&text).unwrap();
    status["vimages"][0].clone()
}

/// The interfaces in a jail, or on the host.
fn interfaces(town: &Town, jail: Option<&str>) -> Vec<String> {
    let machine = town.machine();
    let listed = match jail {
        Some(name) => Jail::find(&machine.jails, name).unwrap().interfaces().list().unwrap(),
        None => machine.jails.interfaces().list().unwrap(),
    };
    listed.into_iter().map(|interface| interface.name).collect()
}

/// "A VNET jail starts with an empty network stack." "When a network interface is moved into the view of a jail, it is no
/// longer visible to the host", and it can be recovered.
fn a_vnet_jail_begins_empty_and_interfaces_move_in_and_out() {
    let town = Town::new();
    {
        let machine = town.machine();
        let jail =
            Jail::builder("vj1").hostname("vj1").path("/").vnet().persist().create(&machine.jails).unwrap();
        machine.sync().unwrap();
        let inside: Vec<String> =
            jail.interfaces().list().unwrap().into_iter().map(|found| found.name).collect();
        assert_eq!(inside, ["lo0"]);
        machine.jails.move_in("igb1", jail.jid()).unwrap();
        machine.sync().unwrap();
    }
    assert!(interfaces(&town, Some("vj1")).contains(&"igb1".to_string()));
    assert!(!interfaces(&town, None).contains(&"igb1".to_string()));
    {
        let machine = town.machine();
        let jid = Jail::find(&machine.jails, "vj1").unwrap().jid();
        machine.jails.reclaim("igb1", jid).unwrap();
        machine.sync().unwrap();
    }
    assert!(interfaces(&town, None).contains(&"igb1".to_string()));
}

/// "jail_build will automatically probe for /usr/repos/*-{RELEASE,STABLE,CURRENT}", with the sets of 8.3 in their
/// directories; "you can certainly run older releases as a jail, but ... not newer releases than what your host is running".
fn releases_are_found_older_ones_are_built_and_newer_ones_refused() {
    let shelf = Shelf::new();
    shelf.old("8.3-RELEASE");
    shelf.modern("15.1-STABLE");
    shelf.modern("16.0-CURRENT");
    let listed = shelf.ok(&["--list"]);
    let names: Vec<&str> = listed.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(
        names,
        [
            "8.3-RELEASE  REPOS/8.3-RELEASE",
            "15.1-STABLE  REPOS/15.1-STABLE",
            "16.0-CURRENT  REPOS/16.0-CURRENT  newer than the kernel"
        ]
    );
    assert!(shelf.fails(&["--release", "16.0-CURRENT", "DIR"], 69).contains("running kernel is 15.1"));
    shelf.ok(&["--release", "8.3-RELEASE", "DIR"]);
    shelf.assert_root("8.3-RELEASE");
}

/// "vimage_enable: Set to NO to disable starting of any vimages."
fn nothing_starts_unless_vimages_are_enabled() {
    let town = prepared();
    town.write("/etc/rc.conf", &RC_CONF.replace("\"YES\" # Set", "\"NO\" # Set"));
    let (said, code) = town.run("service vimage start");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("Set vimage_enable to YES"), "{said}");
    town.does("vimage up --boot");
    assert_eq!(status(&town, "vj1")["state"], "down");
}

/// "This configures your basic vimage": root directory, host name, devfs.
fn a_basic_vimage_has_its_root_its_name_and_devfs() {
    let town = prepared();
    town.does("service vimage start");
    let machine = town.machine();
    let jail = Jail::find(&machine.jails, "vj1").unwrap();
    let info =
        Jail::list(&machine.jails, false).unwrap().into_iter().find(|info| info.jid == jail.jid()).unwrap();
    assert_eq!((info.hostname.as_str(), info.vnet), ("vj1", true));
    assert_eq!(info.path, town.inside("/usr/jail/vj1"));
    assert!(machine.jails.mounted_at(&town.inside("/usr/jail/vj1/dev")).unwrap().is_some());
}

/// "If you only want to move whole network interfaces into the vimage when it is started (and implied, automatically move
/// the interface back out when the vimage is stopped)": vimage_vj1_vnets.
fn whole_interfaces_move_in_at_the_start_and_back_at_the_stop() {
    let town = prepared();
    town.write(
        "/etc/rc.conf",
        &RC_CONF.replace("vimage_vj1_bridges=\"igb0 igb0\"", "vimage_vj1_vnets=\"igb0\""),
    );
    town.does("service vimage start vj1");
    assert!(interfaces(&town, Some("vj1")).contains(&"igb0".to_string()));
    assert!(!interfaces(&town, None).contains(&"igb0".to_string()));
    town.does("service vimage stop vj1");
    assert!(interfaces(&town, None).contains(&"igb0".to_string()));
}

/// "A single port ... is listed twice -- this will create two unique bridged interfaces from the same physical interface",
/// "leaving the original interface on the host unaffected"; they are named ng#_NAME from zero, "with unique MAC addresses".
fn the_same_interface_twice_gives_two_of_them_and_leaves_the_hosts_alone() {
    let town = prepared();
    let on_host = |town: &Town| town.machine().jails.interfaces().find("igb0").unwrap().unwrap();
    let before = on_host(&town);
    town.does("service vimage start");
    let status = status(&town, "vj1");
    let found = status["interfaces"].as_array().unwrap();
    let names: Vec<&str> = found.iter().map(|interface| interface["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ng0_vj1", "ng1_vj1"]);
    let macs: Vec<Mac> =
        found.iter().map(|interface| interface["mac"].as_str().unwrap().parse().unwrap()).collect();
    assert_ne!(macs[0], macs[1]);
    let after = on_host(&town);
    assert_eq!((before.mac, before.mtu), (after.mac, after.mtu));
    assert!(!macs.contains(&after.mac.unwrap()));
    for name in ["ng0_vj1", "ng1_vj1"] {
        assert!(
            !interfaces(&town, None).contains(&name.to_string()),
            "{name} is in the vimage, not on the host"
        );
    }
}

/// "For long vimage names, be aware that ng#_NAME will be truncated to be less than 16 characters if necessary."
fn names_of_interfaces_are_cut_to_fifteen_characters() {
    let town = prepared();
    town.write(
        "/etc/rc.conf",
        &RC_CONF.replace("vj1_", "workstation_").replace("\"vj1\" # Space", "\"workstation\" # Space"),
    );
    town.does("service vimage start");
    let inside = interfaces(&town, Some("workstation"));
    assert!(inside.contains(&"ng0_workstation".to_string()), "{inside:?}");
    town.does("service vimage stop");
    town.write(
        "/etc/rc.conf",
        &RC_CONF.replace("vj1_", "production_web_").replace("\"vj1\" # Space", "\"production_web\" # Space"),
    );
    town.does("service vimage start");
    let inside = interfaces(&town, Some("production_web"));
    assert!(inside.contains(&"ng0_production_".to_string()), "{inside:?}");
}

/// "A second vimage named vj2 pointed at the same root directory (and therefore the same /etc/rc.conf file) ... The vj1
/// vimage jail would ignore the vj2 entries and vice-versa."
fn two_vimages_share_a_root_and_take_from_its_rc_conf_what_is_theirs() {
    let town = prepared();
    town.append("/etc/rc.conf", SECOND);
    town.does("service vimage start");
    for (name, own) in [("vj1", &["ng0_vj1", "ng1_vj1"][..]), ("vj2", &["ng0_vj2"])] {
        let status = status(&town, name);
        let found = status["interfaces"].as_array().unwrap();
        let up: Vec<&str> = found
            .iter()
            .filter(|found| found["up"] == true)
            .map(|found| found["name"].as_str().unwrap())
            .collect();
        assert_eq!(up, own, "{status}");
        assert_eq!(status["rootdir"], "/usr/jail/vj1");
    }
    let macs: std::collections::BTreeSet<String> = ["vj1", "vj2"]
        .iter()
        .flat_map(|name| status(&town, name)["interfaces"].as_array().unwrap().clone())
        .map(|found| found["mac"].as_str().unwrap().to_string())
        .collect();
    assert_eq!(macs.len(), 3);
}

/// "You can actually get by in testing without building a discrete jail but instead use / as the jail root path."
fn the_root_of_the_host_is_a_root() {
    let town = prepared();
    town.write(
        "/etc/rc.conf",
        &RC_CONF.replace("/usr/jail/vj1", "/").replace("_devfs_enable=\"YES\"", "_devfs_enable=\"NO\""),
    );
    town.machine().as_simulated().unwrap().jails.add_root("/");
    town.does("service vimage start");
    assert_eq!(status(&town, "vj1")["rootdir"], "/");
}

/// "Stop, start, or restart all vimages ... versus ... just the vj1 vimage."
fn service_controls_all_vimages_or_one() {
    let town = prepared();
    town.append("/etc/rc.conf", SECOND);
    let states = || ["vj1", "vj2"].map(|name| status(&town, name)["state"].as_str().unwrap().to_string());
    for (line, wanted) in [
        ("service vimage start", ["up", "up"]),
        ("service vimage stop vj1", ["down", "up"]),
        ("service vimage start vj1", ["up", "up"]),
        ("service vimage restart vj1", ["up", "up"]),
        ("service vimage restart", ["up", "up"]),
        ("service vimage stop", ["down", "down"]),
    ] {
        town.does(line);
        assert_eq!(states(), wanted, "{line}");
    }
}

/// "The ng*_vj1 network interfaces will automatically be created ... and moved into the VNET jail before kickstarting the
/// FreeBSD boot process within the jail", and "only the network services required to get the vimage talking ... are
/// started".
fn interfaces_are_there_before_the_network_is_started_and_nothing_else_is() {
    let town = prepared();
    let (said, code) = town.run("vimage up -v vj1");
    assert_eq!(code, 0, "{said}");
    let place = |what: &str| said.find(what).unwrap_or_else(|| panic!("{what} is not in {said}"));
    assert!(place("interface ng1_vj1 into vj1") < place("run /etc/rc.d/netif start in vj1"));
    let (log, _) = town.run("vimage sim log");
    let inside: Vec<&str> = log.lines().filter(|line| line.starts_with("jexec ")).collect();
    assert_eq!(inside, ["jexec vj1 /etc/rc.d/netif start", "jexec vj1 /etc/rc.d/routing start"]);
}

/// "You can use jls(8) to see the running vimages and you can use jexec(8) to execute processes inside them."
fn a_vimage_is_a_jail_that_commands_can_be_run_in() {
    let town = prepared();
    town.does("service vimage start");
    let machine = town.machine();
    let jail = Jail::find(&machine.jails, "vj1").unwrap();
    assert!(jail.command("/bin/ps").args(["axopid,jid,command"]).status().unwrap().success());
    drop(machine);
    town.does("vimage exec vj1 tcsh -c true");
    assert!(town.run("vimage sim log").0.contains("jexec vj1 tcsh -c true\n"));
}

/// "vimage_afterstart_services="sshd" # set new default for all vimages", or for vj1 alone; the default is none.
fn services_are_started_where_they_are_asked_for() {
    for (line, wanted) in [
        ("", &[][..]),
        ("vimage_afterstart_services=\"sshd\"\n", &["vj1", "vj2"]),
        ("vimage_vj1_afterstart_services=\"sshd\"\n", &["vj1"]),
        ("vimage_afterstart_services=\"sshd\"\nvimage_vj2_afterstart_services=\"\"\n", &["vj1"]),
    ] {
        let town = prepared();
        town.append("/etc/rc.conf", SECOND);
        town.append("/etc/rc.conf", line);
        town.does("service vimage start");
        let (log, _) = town.run("vimage sim log");
        let started: Vec<&str> = log
            .lines()
            .filter_map(|line| line.strip_suffix(" /usr/sbin/service sshd onestart"))
            .filter_map(|line| line.strip_prefix("jexec "))
            .collect();
        assert_eq!(started, wanted, "{line}");
    }
}

/// "ngctl dot | dot -Tsvg": a graph of the topology, in which "if an interface is not bridged, it is shown in the
/// disconnected cluster".
fn the_picture_shows_what_is_bridged_and_what_is_not() {
    let town = prepared();
    town.append("/etc/rc.conf", SECOND);
    town.does("service vimage start");
    let (dot, code) = town.run("vimage graph -T dot");
    assert_eq!(code, 0);
    for name in ["igb0", "igb0bridge", "ng0_vj1", "ng1_vj1", "ng0_vj2"] {
        assert!(dot.contains(&format!("{name}:")), "{name} is not in {dot}");
    }
    let line = dot.lines().find(|line| line.contains("{igb1:|")).unwrap();
    let id = line.trim().split(' ').next().unwrap();
    let disconnected =
        dot.split("subgraph cluster_disconnected {").nth(1).unwrap().split('}').next().unwrap();
    assert_eq!(disconnected.matches('"').count(), 2, "more than igb1 is disconnected: {dot}");
    assert!(disconnected.contains(&format!("{id};")), "{dot}");
}

/// What a trial does on FreeBSD's own kernel.
#[cfg(target_os = "freebsd")]
fn on_the_kernel() -> Result<(), Failed> {
    on_freebsd::from_top_to_bottom()
}

#[cfg(not(target_os = "freebsd"))]
fn on_the_kernel() -> Result<(), Failed> {
    Err("only FreeBSD has netgraph".into())
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let mut trials = support::trials![
        a_vnet_jail_begins_empty_and_interfaces_move_in_and_out,
        releases_are_found_older_ones_are_built_and_newer_ones_refused,
        nothing_starts_unless_vimages_are_enabled,
        a_basic_vimage_has_its_root_its_name_and_devfs,
        whole_interfaces_move_in_at_the_start_and_back_at_the_stop,
        the_same_interface_twice_gives_two_of_them_and_leaves_the_hosts_alone,
        names_of_interfaces_are_cut_to_fifteen_characters,
        two_vimages_share_a_root_and_take_from_its_rc_conf_what_is_theirs,
        the_root_of_the_host_is_a_root,
        service_controls_all_vimages_or_one,
        interfaces_are_there_before_the_network_is_started_and_nothing_else_is,
        a_vimage_is_a_jail_that_commands_can_be_run_in,
        services_are_started_where_they_are_asked_for,
        the_picture_shows_what_is_bridged_and_what_is_not,
    ];
    let may =
        cfg!(target_os = "freebsd") && std::env::var_os("NETGRAPH_TEST_KERNEL").is_some_and(|v| v == "1");
    let kernel = Trial::test("kernel::the_article_from_top_to_bottom", on_the_kernel);
    trials.push(kernel.with_ignored_flag(!may));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
