//! `vimage import` on the configurations of others, whole output compared; and what it prints is read back.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;
use support::{Lab, program, stderr};

/// A jail.conf(5) as jng's own header has it, with most of what else there is.
const JAIL_CONF: &str = r#"# All jails
$jails = "/usr/jail";
path = "$jails/$name";
host.hostname = "${name}.example.org";
mount.devfs;
exec.clean;
exec.start = "/bin/sh /etc/rc";
exec.stop = "/bin/sh /etc/rc.shutdown jail";
exec.consolelog = "/var/log/jail_${name}_console.log";

web* {
	allow.raw_sockets;
	allow.noset_hostname;
	children.max = 2;
	depend = db;
}

web1 {
	vnet;
	vnet.interface = ng0_web1, ng1_web1, igb7;
	exec.prestart += "jng bridge web1 em0 =em1";
	exec.prestart += "/bin/echo \"up\" $name";
	exec.poststop += "jng shutdown web1";
	exec.start += "/usr/sbin/service sshd onestart";
	devfs_ruleset = 11;
	mount.fstab = "/etc/fstab.web1";
	mount = "/data /usr/jail/web1/data nullfs rw 0 0";
	exec.timeout = 90;
	stop.timeout = 30;
	securelevel = 2;
}

/* An old one. */
db {
	jid = 7;
	path = /usr/jail/db;
	mount.nodevfs;
	ip4.addr = "em0|10.0.0.7/24";
	exec.prestart = "sh -c 'logger \$PPID'";
	persist = 1;
	zfs.dataset = zroot/db;
}

a-b { vnet = new; host.hostname = "a
b"; }
"#;

/// What it says, for vimages.
const VIMAGES: &str = r#"# What FILE says, for vimage(8).
vimage_list="web1 db a_b"

# web1 (FILE:18)
vimage_web1_rootdir="/usr/jail/web1"
vimage_web1_hostname="web1.example.org"
vimage_web1_bridges="em0 =em1"
vimage_web1_mac="jng"
vimage_web1_exec_prestart0="/bin/echo \"up\" web1"
vimage_web1_devfs_enable="YES"
vimage_web1_exec_start="/bin/sh /etc/rc"
vimage_web1_exec_afterstart0="/usr/sbin/service sshd onestart"
vimage_web1_exec_stop="/bin/sh /etc/rc.shutdown jail"
vimage_web1_consolelog="/var/log/jail_web1_console.log"
vimage_web1_parameters="allow.raw_sockets allow.noset_hostname children.max=2"
vimage_web1_depend="db"
vimage_web1_vnets="igb7"
vimage_web1_devfs_ruleset="11"
vimage_web1_mount_enable="YES"
vimage_web1_fstab="/etc/fstab.web1"
vimage_web1_stop_timeout="30"
vimage_web1_securelevel="2"
# FILE:27: mount: put this line into its fstab, and set its mount_enable: /data /usr/jail/web1/data nullfs rw 0 0
# FILE:28: exec.timeout has no counterpart: its commands may take as long as they do; see vimage_web1_stop_timeout for the end

# db (FILE:34)
vimage_db_rootdir="/usr/jail/db"
vimage_db_hostname="db.example.org"
vimage_db_exec_prestart0="sh -c 'logger \$PPID'"
vimage_db_devfs_enable="NO"
vimage_db_exec_start="/bin/sh /etc/rc"
vimage_db_exec_stop="/bin/sh /etc/rc.shutdown jail"
vimage_db_consolelog="/var/log/jail_db_console.log"
vimage_db_exec_poststart0="/sbin/zfs jail db zroot/db"
# FILE:35: jid has no counterpart: the kernel numbers vimages
# FILE:38: ip4.addr has no counterpart: a vimage has a network stack of its own: set ifconfig_ng0_db in the rc.conf of its root
# FILE:34: it shares the host's network stack, and a vimage does not

# a_b (FILE:44)
vimage_a_b_rootdir="/usr/jail/a-b"
vimage_a_b_devfs_enable="YES"
vimage_a_b_exec_start="/bin/sh /etc/rc"
vimage_a_b_exec_stop="/bin/sh /etc/rc.shutdown jail"
vimage_a_b_consolelog="/var/log/jail_a-b_console.log"
# FILE:44: the jail a-b is the vimage a_b: a name has letters, digits and _
# FILE:44: vimage_a_b_hostname would have a control character in it, which rc.conf cannot have: "a\nb"
"#;

fn import(args: &[&str], folder: &Path) -> (String, String, Option<i32>) {
    let output = program().arg("import").args(args).output().unwrap();
    let shown = |text: &[u8]| String::from_utf8_lossy(text).replace(&format!("{}/", folder.display()), "");
    (shown(&output.stdout), shown(&output.stderr), output.status.code())
}

/// Imports a text from a file that is called `FILE` in what is shown.
fn imported(text: &str, more: &[&str]) -> (String, String, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("FILE");
    fs::write(&file, text).unwrap();
    import(&[&[file.to_str().unwrap()], more].concat(), folder.path())
}

fn jail_conf_is_said_in_the_variables_of_vimages() {
    let (shown, told, code) = imported(JAIL_CONF, &[]);
    assert_eq!((told.as_str(), code), ("", Some(0)));
    assert_eq!(shown, VIMAGES);
}

fn what_runs_nothing_stays_so_and_interfaces_keep_their_names() {
    let (shown, _, _) = imported(
        "web { vnet; path = /j; host.hostname = web; persist; exec.prestart = \"jng bridge foo em0\"; vnet.interface = ng0_foo; }\n\
         db { vnet; path = /j; host.hostname = db; exec.start = \"/bin/sh /etc/rc\"; exec.stop = \"\"; }\n",
        &[],
    );
    for line in [
        "vimage_web_exec_start=\"NONE\"",
        "vimage_web_ifname=\"foo\"",
        "jng made its interfaces for foo: they keep their names, and have other addresses from now on",
        "vimage_db_exec_start=\"/bin/sh /etc/rc\"",
        "vimage_db_exec_stop=\"NONE\"",
    ] {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
    assert!(!shown.contains("vimage_web_vnets"), "{shown}");
}

fn what_is_shown_is_a_configuration() {
    let (shown, _, _) = imported(JAIL_CONF, &[]);
    let lab = Lab::new();
    // Whose host name went over two lines, and was left out.
    lab.write("rc.conf", &format!("{shown}vimage_a_b_hostname=ab\n"));
    assert_eq!(lab.ok(&["list"]), "web1\ndb\na_b\n");
    let config = lab.ok(&["config", "web1"]);
    for line in [
        r#"vimage_web1_exec_prestart0="/bin/echo \"up\" web1""#,
        r#"vimage_web1_parameters="allow.raw_sockets allow.noset_hostname children.max=2""#,
        r#"vimage_web1_bridges="em0 =em1""#,
    ] {
        assert!(config.contains(line), "{line} is not in {config}");
    }
}

fn the_jails_of_rc_conf_are_said_too() {
    let (shown, told, code) = imported(
        r#"hostname="host"
jail_enable="YES"
jail_list="v1 v2"
jail_devfs_enable="YES"
jail_sysvipc_allow="YES"
jail_v1_hostname="v1.example.org"
jail_v1_rootdir="/vm/v1"
jail_v1_vnet_interfaces="ng0_v1 ng1_v1 igb3"
jail_v1_vnet_interface="igb2"
jail_v1_exec_prestart0="jng bridge -b lan v1 em0 !em1"
jail_v1_exec_poststop0="jng shutdown v1"
jail_v1_exec_afterstart1="/bin/first"
jail_v1_exec_afterstart2="/bin/second"
jail_v2_hostname="v2"
jail_v2_rootdir="/vm/v2"
jail_v2_ip="10.0.0.2"
jail_v2_exec_start="/bin/sh /etc/rc"
"#,
        &[],
    );
    assert_eq!((told.as_str(), code), ("", Some(0)));
    assert_eq!(
        shown,
        r#"# What FILE says, for vimage(8).
vimage_enable="YES"
vimage_list="v1 v2"

# v1 (FILE:6)
vimage_v1_rootdir="/vm/v1"
vimage_v1_hostname="v1.example.org"
vimage_v1_devfs_enable="YES"
vimage_v1_bridges="em0@lan !em1@lan"
vimage_v1_mac="jng"
vimage_v1_exec_afterstart0="/bin/first"
vimage_v1_exec_afterstart1="/bin/second"
vimage_v1_vnets="igb2 igb3"
vimage_v1_exec_start="/bin/sh /etc/rc"
# FILE:5: jail_sysvipc_allow has no counterpart: it is a parameter (use _parameters="allow.sysvipc")

# v2 (FILE:14)
vimage_v2_rootdir="/vm/v2"
vimage_v2_hostname="v2"
vimage_v2_devfs_enable="YES"
vimage_v2_exec_start="/bin/sh /etc/rc"
# FILE:16: jail_ip has no counterpart: a vimage has a network stack of its own and sets its addresses itself (set ifconfig_ng0_NAME in the rc.conf of its root)
# FILE:5: jail_sysvipc_allow has no counterpart: it is a parameter (use _parameters="allow.sysvipc")
"#
    );
}

fn the_word_jng_stands_for_the_jails_of_this_system_that_jng_serves() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    let etc = folder.path().join("etc");
    fs::create_dir_all(etc.join("jail.conf.d")).unwrap();
    let (_, told, code) = import(&["jng", "--root", root], folder.path());
    assert_eq!(code, Some(65));
    assert!(told.starts_with("vimage: etc/rc.conf: the file cannot be read: "), "{told}");
    fs::write(etc.join("jail.conf"), "path = /j/$name;\nold { ip4.addr = 10.0.0.1; }\n").unwrap();
    let (_, told, code) = import(&["jng", "--root", root], folder.path());
    assert_eq!(code, Some(65));
    assert_eq!(
        told,
        "vimage: etc/jail.conf: no jail in it has `jng bridge` in its prestart (name the file)\n"
    );
    fs::write(etc.join("jail.conf.d/new.conf"), "new { vnet; exec.prestart = \"jng bridge new em0\"; }\n")
        .unwrap();
    let (shown, told, code) = import(&["jng", "--root", root], folder.path());
    assert_eq!((told.as_str(), code), ("", Some(0)));
    assert!(
        shown.contains("vimage_list=\"new\"\n") && shown.contains("vimage_new_bridges=\"em0\"\n"),
        "{shown}"
    );
    assert!(shown.contains("vimage_new_rootdir=\"/j/new\"\n"), "{shown}");
}

fn a_command_that_needs_a_shell_is_given_to_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jail.conf");
    let text = r#"a {
        path = /a; vnet; host.hostname = a;
        exec.start = "/bin/sh /etc/rc";
        exec.stop = "one", "echo 'two'";
        exec.prestart = "test -d /x || mkdir /x";
    }"#;
    fs::write(&file, text).unwrap();
    let (shown, told, code) = import(&[file.to_str().unwrap()], folder.path());
    assert_eq!((told.as_str(), code), ("", Some(0)));
    // What is imported can be used.
    let rc_conf = folder.path().join("rc.conf");
    fs::write(&rc_conf, shown).unwrap();
    let output = program().args(["-c", rc_conf.to_str().unwrap(), "config", "a", "--json"]).output().unwrap();
    let config: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |setting: &Value| vimage::config::words(setting["value"].as_str().unwrap()).unwrap();
    let vimage = &config["vimage"];
    assert_eq!(of(&vimage["exec_start"]), ["/bin/sh", "/etc/rc"]);
    assert_eq!(of(&vimage["exec_stop"]), ["/bin/sh", "-c", "one && echo 'two'"]);
    assert_eq!(of(&vimage["exec_prestart"][0]), ["/bin/sh", "-c", "test -d /x || mkdir /x"]);
}

fn files_that_are_included_are_read_within_limits() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("jail.conf", ".include \"all.inc\";\n.include \"none*.conf\";\n.include \"v*.conf\";\n");
    write("all.inc", "path = /j/$name;\n");
    write("v1.conf", "v1 { vnet; host.hostname = one; }\n");
    write("v2.conf", "v2 { vnet; host.hostname = two; }\n");
    let file = folder.path().join("jail.conf");
    let (shown, told, code) = import(&[file.to_str().unwrap()], folder.path());
    assert_eq!((told.as_str(), code), ("", Some(0)));
    assert!(
        shown.contains("vimage_list=\"v1 v2\"\n") && shown.contains("vimage_v2_rootdir=\"/j/v2\"\n"),
        "{shown}"
    );
    assert!(shown.contains("# v2 (v2.conf:1)\n"), "{shown}");
    write("jail.conf", "\n.include \"missing.conf\";\n");
    let (_, told, code) = import(&[file.to_str().unwrap()], folder.path());
    assert_eq!(code, Some(65));
    assert!(told.starts_with("vimage: missing.conf: the file cannot be read: No such file"), "{told}");
}

fn mistakes_are_told_with_file_and_line() {
    for (text, wanted) in [
        (
            "v {\n\tpath = $nothing;\n}\n",
            "vimage: FILE:2: the variable $nothing is not set (set it, or write its value)\n",
        ),
        ("v {\n\tpath /x\n\tvnet;\n}\n", "vimage: FILE:3: \"vnet\" after a value (a ; is missing)\n"),
        (
            "jail_list=$(ls)\n",
            "vimage: FILE:1:11: a command substitution would have to be executed (write its result instead)\n",
        ),
    ] {
        let (shown, told, code) = imported(text, &[]);
        assert_eq!((shown.as_str(), told.as_str(), code), ("", wanted, Some(65)));
    }
}

fn nothing_in_a_comment_can_end_it() {
    let (shown, _, code) = imported("v { path = /j; mount = \"a\nreboot\\n\"; exec.created = x; }\n", &[]);
    assert_eq!(code, Some(0));
    assert!(shown.contains(r"its mount_enable: a\nreboot\n"), "{shown}");
    assert!(!shown.lines().any(|line| line.starts_with("reboot")), "{shown}");
}

fn json_is_for_machines() {
    let (shown, _, _) = imported(JAIL_CONF, &["--json"]);
    let json: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(json["version"], 1);
    let web = &json["vimages"][0];
    assert_eq!((&web["name"], &web["line"]), (&"web1".into(), &18.into()));
    assert_eq!(
        web["lines"][0],
        serde_json::json!({"variable": "vimage_web1_rootdir", "value": "/usr/jail/web1"})
    );
    assert_eq!(web["notes"][1]["line"], 28);
}

fn nothing_is_executed_and_no_machine_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("marker");
    let text = format!(
        "v {{ path = /j; vnet; exec.prestart = \"touch {0}\", \"`touch {0}`\"; }}\n",
        marker.display()
    );
    let file = folder.path().join("FILE");
    fs::write(&file, text).unwrap();
    let output = program().args(["--host", "sim:/nowhere", "import"]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!marker.exists());
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let trials = support::trials![
        jail_conf_is_said_in_the_variables_of_vimages,
        what_runs_nothing_stays_so_and_interfaces_keep_their_names,
        what_is_shown_is_a_configuration,
        the_jails_of_rc_conf_are_said_too,
        the_word_jng_stands_for_the_jails_of_this_system_that_jng_serves,
        a_command_that_needs_a_shell_is_given_to_one,
        files_that_are_included_are_read_within_limits,
        mistakes_are_told_with_file_and_line,
        nothing_in_a_comment_can_end_it,
        json_is_for_machines,
        nothing_is_executed_and_no_machine_is_needed,
    ];
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
