//! What the variables of rc.conf(5) mean, value by value.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test, and so are its helpers")]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use vimage::config::shell::{Reader, quote};
use vimage::config::{
    BridgeMac, Config, MacPolicy, Name, Origin, PlannedMac, Problems, Ruleset, Start, Stop, Vimage,
};

fn resolve(text: &str) -> Result<Config, Problems> {
    let mut reader = Reader::new("/");
    reader.read_bytes("rc.conf", text.as_bytes()).unwrap();
    Config::resolve(reader.variables())
}

/// The configuration of a text in which nothing is wrong.
fn config(text: &str) -> Config {
    resolve(text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The vimage `a` of which the lines say more than that it has a root and a host name.
fn vimage(lines: &str) -> Vimage {
    let mut config = config(&format!("vimage_a_rootdir=/a vimage_a_hostname=a\n{lines}\n"));
    config.vimages.remove("a").unwrap()
}

fn interfaces(vimage: &Vimage) -> Vec<(String, String, String)> {
    let names =
        vimage.interfaces().map(|interface| (interface.ifname, interface.node, interface.bridge_node));
    names.collect()
}

const ARTICLE: &str = r#"
vimage_enable="YES" # Set to NO to disable starting of any vimages
vimage_list="vj1 vj2" # Space separated list of names of vimages
vimage_afterstart_services="sshd" # set new default for all vimages

vimage_vj1_rootdir="/usr/jail/vj1" # vimage's root directory
vimage_vj1_hostname="vj1" # vimage's hostname
vimage_vj1_devfs_enable="YES" # mount devfs in the vimage
vimage_vj1_bridges="igb0 igb0" # list of interfaces to bridge

vimage_vj2_rootdir=${vimage_vj1_rootdir}
vimage_vj2_hostname="vj2"
vimage_vj2_vnets="igb1"
vimage_vj2_afterstart_services=
"#;

#[test]
fn the_configuration_of_the_article_is_shown_with_the_origin_of_every_value() {
    let config = config(ARTICLE);
    assert_eq!(config.warnings.to_string(), "");
    assert_eq!(
        config.to_string(),
        r#"vimage_enable="YES"  # rc.conf:2
vimage_list="vj1 vj2"  # rc.conf:3
vimage_parallel_start="NO"  # default
vimage_reverse_stop="YES"  # default

vimage_vj1_rootdir="/usr/jail/vj1"  # rc.conf:6
vimage_vj1_hostname="vj1"  # rc.conf:7
vimage_vj1_bridges="igb0 igb0"  # rc.conf:9
vimage_vj1_vnets=""  # default
vimage_vj1_mac="stable"  # default
vimage_vj1_ifname="vj1"  # default
vimage_vj1_devfs_enable="YES"  # rc.conf:8
vimage_vj1_devfs_ruleset=""  # default: devfsrules_jail_vnet, or devfsrules_jail
vimage_vj1_fdescfs_enable="NO"  # default
vimage_vj1_procfs_enable="NO"  # default
vimage_vj1_mount_enable="NO"  # default
vimage_vj1_fstab="/etc/fstab.vj1"  # default
vimage_vj1_exec_start=""  # default: its network alone
vimage_vj1_exec_stop=""  # default: its services are stopped
vimage_vj1_afterstart_services="sshd"  # rc.conf:4
vimage_vj1_consolelog="/var/log/vimage_vj1_console.log"  # default
vimage_vj1_securelevel=""  # default: as the host
vimage_vj1_parameters=""  # default
vimage_vj1_depend=""  # default
vimage_vj1_stop_timeout="10"  # default

vimage_vj2_rootdir="/usr/jail/vj1"  # rc.conf:11
vimage_vj2_hostname="vj2"  # rc.conf:12
vimage_vj2_bridges=""  # default
vimage_vj2_vnets="igb1"  # rc.conf:13
vimage_vj2_mac="stable"  # default
vimage_vj2_ifname="vj2"  # default
vimage_vj2_devfs_enable="NO"  # default
vimage_vj2_devfs_ruleset=""  # default: devfsrules_jail_vnet, or devfsrules_jail
vimage_vj2_fdescfs_enable="NO"  # default
vimage_vj2_procfs_enable="NO"  # default
vimage_vj2_mount_enable="NO"  # default
vimage_vj2_fstab="/etc/fstab.vj2"  # default
vimage_vj2_exec_start=""  # default: its network alone
vimage_vj2_exec_stop=""  # default: its services are stopped
vimage_vj2_afterstart_services=""  # default
vimage_vj2_consolelog="/var/log/vimage_vj2_console.log"  # default
vimage_vj2_securelevel=""  # default: as the host
vimage_vj2_parameters=""  # default
vimage_vj2_depend=""  # default
vimage_vj2_stop_timeout="10"  # default
"#
    );
}

#[test]
fn what_is_shown_can_be_read_again() {
    let config = config(&format!(
        "{ARTICLE}
        vimage_vj1_exec_prestart='/bin/sh -c '\\''echo \"$HOME\" `date` \\\\'\\'' it\\'\\''s'
        vimage_vj1_exec_prestart0='two\nlines'
        vimage_vj1_exec_stop='/bin/sh /etc/rc.shutdown'
        vimage_vj1_mac='2:0:0:0:0:1 02:00:00:00:00:02'
        vimage_vj1_securelevel=-1 vimage_vj1_devfs_ruleset=11
        vimage_vj1_parameters='allow.raw_sockets children.max=3'
        vimage_vj2_depend=vj1 vimage_vj2_bridges='=igb0 !em0.10@lan'"
    ));
    let again = self::config(&config.to_string());
    let values = |config: &Config| {
        let text = config.to_string();
        text.lines().map(|line| line.split("  # ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(values(&again), values(&config));
}

#[test]
fn the_configuration_has_a_json_form_in_which_every_value_has_its_origin() {
    let json = serde_json::to_value(config(
        "vimage_list=a vimage_a_rootdir=/a vimage_a_hostname=a\nvimage_a_bridges='igb0 =igb0@lan'
        vimage_a_exec_prestart0=true vimage_a_parameters='allow.raw_sockets a=b'",
    ))
    .unwrap();
    let at = |line: u32| serde_json::json!({"file": "rc.conf", "line": line});
    assert_eq!(json["list"], serde_json::json!({"value": ["a"], "origin": at(1)}));
    assert_eq!(json["enable"], serde_json::json!({"value": false, "origin": "default"}));
    assert_eq!(json["warnings"], serde_json::json!([]));
    let vimage = &json["vimages"]["a"];
    assert_eq!(
        vimage["bridges"],
        serde_json::json!({"origin": at(2), "value": [
            {"parent": "igb0", "mac": "policy", "segment": null},
            {"parent": "igb0", "mac": "parent", "segment": "lan"},
        ]})
    );
    assert_eq!(vimage["mac"]["value"], "stable");
    assert_eq!(vimage["devfs_ruleset"]["value"], serde_json::Value::Null);
    assert_eq!(vimage["exec_start"]["value"], serde_json::Value::Null);
    assert_eq!(vimage["exec_prestart"], serde_json::json!([{"value": "true", "origin": at(3)}]));
    assert_eq!(vimage["parameters"]["value"], serde_json::json!(["allow.raw_sockets", "a=b"]));
    assert_eq!(vimage["stop_timeout"]["value"], 10);
}

#[test]
fn yes_and_no_are_what_rc_subr_takes_for_them() {
    for yes in ["YES", "yes", "True", "oN", "1"] {
        assert!(vimage(&format!("vimage_a_devfs_enable={yes}")).devfs_enable.value, "{yes}");
    }
    for no in ["NO", "no", "False", "oFF", "0"] {
        assert!(
            !vimage(&format!("vimage_devfs_enable=yes\nvimage_a_devfs_enable={no}")).devfs_enable.value,
            "{no}"
        );
    }
}

#[test]
fn a_vimages_own_value_counts_before_the_default_even_if_it_is_empty() {
    let default = vimage("vimage_afterstart_services='sshd cron'").afterstart_services;
    assert_eq!(default.value, ["sshd", "cron"]);
    assert_eq!(default.origin.to_string(), "rc.conf:2");
    let own =
        vimage("vimage_afterstart_services=sshd\nvimage_a_afterstart_services=cron").afterstart_services;
    assert_eq!(own.value, ["cron"]);
    assert_eq!(own.origin.to_string(), "rc.conf:3");
    let none = vimage("vimage_afterstart_services=sshd\nvimage_a_afterstart_services=").afterstart_services;
    assert_eq!((none.value.len(), none.origin), (0, Origin::Default));
    let network = vimage("vimage_exec_start='/bin/sh /etc/rc'\nvimage_a_exec_start=").exec_start;
    assert_eq!(network.value, Start::Network);
}

#[test]
fn a_vimage_is_what_is_listed_or_has_a_root() {
    let config = config(
        "vimage_list=b
        vimage_a_rootdir=/a vimage_a_hostname=a
        vimage_b_rootdir=/b vimage_b_hostname=b
        vimage_devfs_rootdir=/d vimage_devfs_hostname=d vimage_devfs_devfs_enable=yes
        vimage_web_1_rootdir=/w vimage_web_1_hostname=w",
    );
    assert_eq!(config.vimages.keys().map(Name::as_str).collect::<Vec<_>>(), ["a", "b", "devfs", "web_1"]);
    assert_eq!(config.list.value.iter().map(Name::as_str).collect::<Vec<_>>(), ["b"]);
    assert!(config.vimages["devfs"].devfs_enable.value);
    assert!(!config.vimages["a"].devfs_enable.value);
}

#[test]
fn a_bridge_word_names_the_parent_and_what_is_particular() {
    let vimage = vimage("vimage_a_bridges='igb0 =igb1 !em0.10@lan\tigb0'");
    let bridges = &vimage.bridges.value;
    assert_eq!(
        bridges.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["igb0", "=igb1", "!em0.10@lan", "igb0"]
    );
    assert_eq!(
        bridges.iter().map(|bridge| bridge.mac).collect::<Vec<_>>(),
        [BridgeMac::Policy, BridgeMac::Parent, BridgeMac::Kernel, BridgeMac::Policy]
    );
    let planned: Vec<_> = vimage.interfaces().collect();
    assert_eq!(planned[2].parent_node, "em0_10");
    assert_eq!(planned[2].bridge_node, "em0_10bridge");
    assert_eq!(planned[2].segment_node.as_deref(), Some("em0_10lan"));
    assert_eq!(planned[2].segment, Some("lan"));
    assert_eq!(
        planned.iter().map(|interface| interface.mac).collect::<Vec<_>>(),
        [PlannedMac::Stable, PlannedMac::Parent, PlannedMac::Kernel, PlannedMac::Stable]
    );
}

#[test]
fn interface_names_are_cut_to_15_characters_and_node_names_to_31() {
    let mut config = config(
        "vimage_a_name_of_26_characters_x_rootdir=/a\nvimage_a_name_of_26_characters_x_hostname=a\nvimage_a_name_of_26_characters_x_bridges='igb0 igb1'",
    );
    let long = config.vimages.remove("a_name_of_26_characters_x").unwrap();
    assert_eq!(
        interfaces(&long),
        [
            ("ng0_a_name_of_2".into(), "ng0_a_name_of_26_characters_x".into(), "igb0bridge".into()),
            ("ng1_a_name_of_2".into(), "ng1_a_name_of_26_characters_x".into(), "igb1bridge".into()),
        ]
    );
    let short = vimage("vimage_a_ifname=abcdefghijklmnopqrstuvwxyz01234567 vimage_a_bridges=igb0");
    let planned = short.interfaces().next().unwrap();
    assert_eq!(
        (planned.ifname.as_str(), planned.node.as_str()),
        ("ng0_abcdefghijk", "ng0_abcdefghijklmnopqrstuvwxyz0")
    );
}

#[test]
fn addresses_come_from_the_policy_the_word_or_the_list() {
    let macs = |lines: &str| vimage(lines).interfaces().map(|interface| interface.mac).collect::<Vec<_>>();
    assert_eq!(macs("vimage_mac=kernel vimage_a_bridges=igb0"), [PlannedMac::Kernel]);
    assert_eq!(macs("vimage_mac=kernel vimage_a_mac=stable vimage_a_bridges=igb0"), [PlannedMac::Stable]);
    let jng = |counter| PlannedMac::Jng { counter };
    assert_eq!(
        macs("vimage_a_mac=jng vimage_a_bridges='igb0 =igb0 igb1 !igb0 igb0'"),
        [jng(0), PlannedMac::Parent, jng(0), PlannedMac::Kernel, jng(1)]
    );
    let list = macs("vimage_a_mac='2:0:0:0:0:a 02:00:00:00:00:0B' vimage_a_bridges='igb0 igb0'");
    assert_eq!(
        list,
        [
            PlannedMac::Address("02:00:00:00:00:0a".parse().unwrap()),
            PlannedMac::Address("02:00:00:00:00:0b".parse().unwrap()),
        ]
    );
    assert!(matches!(vimage("vimage_a_mac=jng").mac.value, MacPolicy::Jng));
}

#[test]
fn commands_are_the_unnumbered_one_and_those_from_0_or_1_up() {
    let prestart = |lines: &str| {
        let commands = vimage(lines).exec_prestart;
        commands.into_iter().map(|command| command.value).collect::<Vec<_>>()
    };
    assert_eq!(prestart("vimage_a_exec_prestart=x"), ["x"]);
    assert_eq!(
        prestart("vimage_a_exec_prestart1=c vimage_a_exec_prestart0=b vimage_a_exec_prestart=a"),
        ["a", "b", "c"]
    );
    assert_eq!(prestart("vimage_a_exec_prestart1=b vimage_a_exec_prestart2=c"), ["b", "c"]);
    assert_eq!(
        prestart("vimage_exec_prestart0=x vimage_exec_prestart1=y vimage_a_exec_prestart1=b"),
        ["x", "b"]
    );
    assert_eq!(prestart("vimage_exec_prestart0=x vimage_exec_prestart1=y vimage_a_exec_prestart0="), ["y"]);
    let twelve: String = (0..12).map(|number| format!("vimage_a_exec_prestart{number}={number}\n")).collect();
    assert_eq!(prestart(&twelve).len(), 12);
}

#[test]
fn what_stops_a_vimage_follows_from_what_started_it() {
    assert_eq!(vimage("").exec_start.value, Start::Network);
    assert_eq!(vimage("").exec_stop.value, Stop::Services);
    let rc = vimage("vimage_exec_start='/bin/sh /etc/rc'");
    assert_eq!(rc.exec_start.value, Start::Command("/bin/sh /etc/rc".into()));
    assert_eq!(rc.exec_stop.value, Stop::Command("/bin/sh /etc/rc.shutdown jail".into()));
    assert_eq!(vimage("vimage_a_exec_start=/sbin/other").exec_stop.value, Stop::Services);
    let own = vimage("vimage_exec_start='/bin/sh /etc/rc' vimage_a_exec_stop=/bin/stop").exec_stop;
    assert_eq!(own.value, Stop::Command("/bin/stop".into()));
    let none = vimage("vimage_exec_start='/bin/sh /etc/rc'\nvimage_a_exec_start=none");
    assert_eq!((none.exec_start.value, none.exec_stop.value), (Start::Nothing, Stop::Services));
    assert_eq!(vimage("vimage_exec_stop=NONE").exec_stop.value, Stop::Nothing);
}

#[test]
fn rulesets_levels_and_times_are_numbers() {
    assert_eq!(vimage("vimage_devfs_ruleset=5").devfs_ruleset.value, Ruleset::Number(5));
    assert_eq!(
        vimage("vimage_devfs_ruleset=my_rules").devfs_ruleset.value,
        Ruleset::Named("my_rules".into())
    );
    assert_eq!(vimage("vimage_a_securelevel=-1").securelevel.value, Some(-1));
    assert_eq!(vimage("vimage_stop_timeout=0").stop_timeout.value, 0);
}

#[test]
fn vimages_start_after_what_they_depend_on() {
    let config = config(
        "vimage_list='web app db'
        vimage_web_rootdir=/ vimage_web_hostname=web vimage_web_depend='app log'
        vimage_app_rootdir=/ vimage_app_hostname=app vimage_app_depend=db
        vimage_db_rootdir=/ vimage_db_hostname=db
        vimage_log_rootdir=/ vimage_log_hostname=log",
    );
    let order = config.start_order(&config.list.value);
    assert_eq!(
        order.iter().map(|vimage| vimage.name.as_str()).collect::<Vec<_>>(),
        ["db", "app", "log", "web"]
    );
    let stranger = "stranger".parse::<Name>().unwrap();
    assert!(config.start_order([&stranger]).is_empty());
}

#[test]
fn vimages_stop_before_what_they_depend_on() {
    for (reverse, expected) in [("YES", ["far", "db", "web", "app"]), ("NO", ["web", "app", "db", "far"])] {
        let config = config(&format!(
            "vimage_list='app web db far' vimage_reverse_stop={reverse}
            vimage_app_rootdir=/ vimage_app_hostname=app
            vimage_web_rootdir=/ vimage_web_hostname=web vimage_web_depend=app
            vimage_db_rootdir=/ vimage_db_hostname=db
            vimage_far_rootdir=/ vimage_far_hostname=far"
        ));
        let order: Vec<&str> = config.stop_order().iter().map(|vimage| vimage.name.as_str()).collect();
        assert_eq!(order, expected, "{reverse}");
    }
}

#[test]
fn a_long_chain_of_dependencies_is_no_deeper_than_a_short_one() {
    let text: String = (0..20_000)
        .map(|number| {
            format!(
                "vimage_v{number}_rootdir=/\nvimage_v{number}_hostname=v\nvimage_v{}_depend=v{number}\n",
                number + 1
            )
        })
        .collect();
    let config = config(&format!("{text}vimage_v20000_rootdir=/\nvimage_v20000_hostname=v"));
    let last = "v20000".parse::<Name>().unwrap();
    assert_eq!(config.start_order([&last]).first().unwrap().name.as_str(), "v0");
}

/// Assignments of `vimage_*` variables, right ones and wrong ones.
fn assignments() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        4 => select(vec!["vimage_a_", "vimage_b_", "vimage_", "vimage_a_b_", "vimage_1_"]).prop_flat_map(|prefix| {
            select(vec![
                "rootdir", "hostname", "bridges", "vnets", "mac", "ifname", "devfs_enable", "devfs_ruleset", "fstab",
                "exec_prestart", "exec_prestart0", "exec_prestart1", "exec_prestart3", "exec_start", "exec_stop",
                "afterstart_services", "consolelog", "securelevel", "parameters", "depend", "stop_timeout", "list", "ip",
                "enable", "colour",
            ])
            .prop_map(move |variable| format!("{prefix}{variable}"))
        }),
        1 => "vimage_[a-z_0-9]{0,12}",
    ];
    let value = prop_oneof![
        6 => select(vec![
            "a", "b", "a b", "/a", "a.b", "igb0", "igb0 igb0", "=igb0 !igb0@lan igb1", "stable", "jng", "kernel",
            "02:00:00:00:00:01", "02:00:00:00:00:01 02:00:00:00:00:01", "01:00:00:00:00:00", "YES", "no", "4", "-1", "",
            "allow.raw_sockets path=/", "sshd",
        ])
        .prop_map(str::to_owned),
        1 => "[^\0\r]{0,8}",
    ];
    vec((name, value), 0..12).prop_map(|assignments| {
        let lines = assignments.into_iter().map(|(name, value)| format!("{name}={}\n", quote(&value)));
        lines.collect()
    })
}

proptest! {
    #[test]
    fn any_assignments_give_a_configuration_or_problems_of_one_line_each(text in assignments()) {
        match resolve(&text) {
            Ok(config) => {
                prop_assert!(!config.warnings.has_errors());
                let again = resolve(&config.to_string());
                prop_assert!(again.is_ok(), "{}\n{}", config, again.unwrap_err());
            }
            Err(problems) => {
                prop_assert!(problems.has_errors());
                prop_assert_eq!(problems.to_string().lines().count(), problems.len());
            }
        }
    }
}
