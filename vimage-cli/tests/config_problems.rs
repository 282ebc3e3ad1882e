//! What can be wrong with the variables, in which words, and where: all of it at once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test, and so are its helpers")]

use vimage::config::Config;
use vimage::config::shell::Reader;

/// Everything that is said of a text, a line each, without the name of the file.
fn problems(text: &str) -> String {
    let mut reader = Reader::new("/");
    reader.read_bytes("rc.conf", text.as_bytes()).unwrap();
    let problems = match Config::resolve(reader.variables()) {
        Ok(config) => config.warnings,
        Err(problems) => problems,
    };
    problems.to_string().lines().map(|line| format!("{}\n", line.trim_start_matches("rc.conf:"))).collect()
}

/// The same for a vimage `a` of which the lines, from the second, say more than that it has a root and a host name.
fn of_a(lines: &str) -> String {
    problems(&format!("vimage_a_rootdir=/a vimage_a_hostname=a\n{lines}\n"))
}

#[test]
fn everything_that_is_wrong_is_reported_sorted_by_line() {
    assert_eq!(
        problems(
            r"vimage_list='vj1 vj2'
vimage_vj1_rotdir=/x
vimage_vj1_hostname=x
vimage_vj2_rootdir=x
vimage_vj2_hostname=a..b
vimage_enabel=YES
vimage_colour=red
vimage_v1j_devfs_enable=YES
vimage_other_bridges=igb0
jail_list=x"
        ),
        r#"1: vj1 has no root directory (set vimage_vj1_rootdir)
2: unknown variable vimage_vj1_rotdir (did you mean vimage_vj1_rootdir?)
4: vimage_vj2_rootdir: "x" is not an absolute path (begin it with /)
5: vimage_vj2_hostname: "a..b" has a label that is empty, or begins or ends with a hyphen (a host name has labels of letters, digits, hyphens and underscores, joined by dots)
6: unknown variable vimage_enabel (did you mean vimage_enable?)
7: unknown variable vimage_colour (vimage(8) lists the variables)
8: vimage_v1j_devfs_enable: there is no vimage v1j (did you mean vj1?)
9: vimage_other_bridges: there is no vimage other (add it to vimage_list, or set vimage_other_rootdir)
"#
    );
}

#[test]
fn names_are_checked_wherever_they_stand() {
    assert_eq!(
        problems(
            r"vimage_list='a a b-c 12 é'
vimage_1_rootdir=/x
vimage_rootdir=/x
vimage_a_hostname=a vimage_a_rootdir="
        ),
        r#"1: vimage_list: "12": a name cannot be a number: that is a jid (put a letter before it)
1: vimage_list: "b-c": a name cannot have '-' in it (use letters, digits and underscores, as in web_1)
1: vimage_list: "é": a name cannot have 'é' in it (use letters, digits and underscores, as in web_1)
1: vimage_list: a is named twice (name it once)
2: vimage_1_rootdir: "1": a name cannot be a number: that is a jid (put a letter before it)
3: vimage_rootdir is no default for all vimages (set vimage_NAME_rootdir for each)
4: a has no root directory (set vimage_a_rootdir)
"#
    );
}

#[test]
fn yes_or_no_is_nothing_else() {
    assert_eq!(
        problems(
            r"vimage_enable=maybe
vimage_parallel_start=
vimage_reverse_stop=2"
        ),
        r#"1: vimage_enable: "maybe" is neither YES nor NO (write YES or NO)
3: vimage_reverse_stop: "2" is neither YES nor NO (write YES or NO)
"#
    );
}

#[test]
fn interfaces_of_the_same_cut_name_are_refused() {
    assert_eq!(
        problems(
            r"vimage_abcdefghijklm_rootdir=/ vimage_abcdefghijklm_hostname=a
vimage_abcdefghijklm_bridges='igb0 igb0'
vimage_abcdefghijkln_rootdir=/ vimage_abcdefghijkln_hostname=a
vimage_abcdefghijkln_bridges='igb0 igb0'
vimage_c_ifname=a vimage_a_bridges=igb0
vimage_a_rootdir=/ vimage_a_hostname=a vimage_c_rootdir=/ vimage_c_hostname=c
vimage_c_bridges='ng0_a igb0'"
        ),
        r"4: interface 0 of abcdefghijkln, cut to 15 characters, would be named ng0_abcdefghijk like one of abcdefghijklm (set vimage_abcdefghijkln_ifname to a short name of its own)
5: interface 0 of c would be named ng0_a like one of a (set vimage_c_ifname to a short name of its own)
7: ng0_a is the name of the interface that is made for a (name an interface of the host)
"
    );
}

#[test]
fn nodes_of_different_purpose_and_the_same_name_are_refused() {
    assert_eq!(
        problems(
            r"vimage_a_rootdir=/ vimage_a_hostname=a vimage_a_bridges='em0.1 em0_1'
vimage_b_rootdir=/ vimage_b_hostname=b vimage_b_bridges='igb@0bridge igb0'
vimage_x1_rootdir=/ vimage_x1_hostname=b vimage_x1_bridges='ng0_x@1'"
        ),
        r"1: the netgraph node em0_1 would be both that of the interface em0.1 and that of the interface em0_1 (use another interface, or another name after the @)
2: the netgraph node igb0bridge would be both the bridge igb@0bridge and the bridge of igb0 (use another interface, or another name after the @)
3: the netgraph node ng0_x1 would be both that of interface 0 of x1 and the bridge ng0_x@1 (use another interface, or another name after the @)
"
    );
}

#[test]
fn an_interface_is_moved_once_and_not_bridged_as_well() {
    assert_eq!(
        problems(
            r"vimage_a_rootdir=/ vimage_a_hostname=a vimage_a_vnets='igb0 igb1 igb1'
vimage_b_rootdir=/ vimage_b_hostname=b vimage_b_vnets=igb0
vimage_b_bridges=igb1"
        ),
        r"1: igb1 is moved into a twice (name it once, or bridge it with _bridges)
2: igb0 cannot be moved into both a and b (name it once, or bridge it with _bridges)
3: igb1 cannot be bridged for b: it is moved into a (bridge it for a too, or use another interface)
"
    );
}

#[test]
fn an_address_is_given_once() {
    assert_eq!(
        problems(
            r"vimage_a_rootdir=/ vimage_a_hostname=a vimage_a_bridges='igb0 =igb1 =igb1'
vimage_b_rootdir=/ vimage_b_hostname=b vimage_b_bridges='igb0 igb1'
vimage_b_mac='2:0:0:0:0:1 2:0:0:0:0:1'
vimage_c_rootdir=/ vimage_c_hostname=b vimage_c_bridges='igb0'
vimage_c_mac='02:0:0:0:0:01'"
        ),
        r"1: interface 2 of a would have the address of interface 1 of a: that of igb1 (write = before that parent once, if at all)
3: interface 1 of b would have the address of interface 0 of b: 02:00:00:00:00:01 (give each its own)
5: interface 0 of c would have the address of interface 0 of b: 02:00:00:00:00:01 (give each its own)
"
    );
}

#[test]
fn jng_addresses_that_come_out_the_same_are_refused() {
    assert_eq!(
        problems(
            r"vimage_mac=jng
vimage_web12_rootdir=/ vimage_web12_hostname=a vimage_web12_bridges=igb0
vimage_web31_rootdir=/ vimage_web31_hostname=a vimage_web31_bridges='igb1 igb0'"
        ),
        r"1: interface 1 of web31 would have the address of interface 0 of web12: jng's number 0 for the sum 4215 behind igb0 (use stable)
"
    );
}

#[test]
fn dependencies_are_vimages_and_go_nowhere_in_circles() {
    assert_eq!(
        problems(
            r"vimage_a_rootdir=/ vimage_a_hostname=a vimage_a_depend='b d a1'
vimage_b_rootdir=/ vimage_b_hostname=a vimage_b_depend=c
vimage_c_rootdir=/ vimage_c_hostname=a vimage_c_depend=a
vimage_d_rootdir=/ vimage_d_hostname=a vimage_d_depend='d zebra'"
        ),
        r"1: a depends on a1, which is no vimage (set vimage_a1_rootdir)
1: these depend on one another: a -> b -> c -> a (remove one of these dependencies)
4: d depends on zebra, which is no vimage (set vimage_zebra_rootdir)
4: these depend on one another: d -> d (remove one of these dependencies)
"
    );
}

#[test]
fn words_that_are_no_interfaces_are_refused() {
    assert_eq!(
        of_a(
            r"vimage_a_bridges='igb0,igb1 0a igb/0 abcdefghijklmnop = igb0@ igb0@bridge igb0@l-n igb0@abcdefghijklmnopqrstuvwxyz012345'"
        ),
        r#"2: vimage_a_bridges: "0a": the name of an interface begins with a letter, not with '0' (name an interface of the host, as ifconfig(8) shows it)
2: vimage_a_bridges: "=": the name of an interface cannot be empty (name an interface of the host, as ifconfig(8) shows it)
2: vimage_a_bridges: "abcdefghijklmnop": the name of an interface has at most 15 characters, this one has 16 (name an interface of the host, as ifconfig(8) shows it)
2: vimage_a_bridges: "igb/0": the name of an interface cannot have '/' in it (name an interface of the host, as ifconfig(8) shows it)
2: vimage_a_bridges: "igb0,igb1": the name of an interface cannot have ',' in it (separate interfaces by blanks)
2: vimage_a_bridges: "igb0@" names no second bridge (write igb0@lan, or leave out the @)
2: vimage_a_bridges: "igb0@abcdefghijklmnopqrstuvwxyz012345": the name of the second bridge is longer than 31 characters (shorten what follows the @)
2: vimage_a_bridges: "igb0@bridge": igb0bridge is the bridge of igb0 itself (write igb0 alone, or another name after the @)
2: vimage_a_bridges: "igb0@l-n": "l-n" cannot be part of a node's name (use letters, digits and underscores)
"#
    );
    assert_eq!(
        of_a(r"vimage_a_vnets='=igb0'"),
        r#"2: vimage_a_vnets: "=igb0": the name of an interface begins with a letter, not with '=' (name an interface of the host, as ifconfig(8) shows it)
"#
    );
}

#[test]
fn an_address_is_six_octets_of_one_interface() {
    assert_eq!(
        of_a(r"vimage_a_mac=stabel"),
        r#"2: vimage_a_mac: "stabel" is no Ethernet address (did you mean stable?)
"#
    );
    assert_eq!(
        of_a(r"vimage_a_mac='01:00:5e:00:00:01 0:0:0:0:0:0 2:0:0:0:0 2:0:0:0:0:1:2 +2:0:0:0:0:1' "),
        r#"2: vimage_a_mac: "+2:0:0:0:0:1" is no Ethernet address (write stable, jng or kernel, or one address like 02:00:00:00:00:01 for each interface)
2: vimage_a_mac: "2:0:0:0:0" is no Ethernet address (write stable, jng or kernel, or one address like 02:00:00:00:00:01 for each interface)
2: vimage_a_mac: "2:0:0:0:0:1:2" is no Ethernet address (write stable, jng or kernel, or one address like 02:00:00:00:00:01 for each interface)
2: vimage_a_mac: 00:00:00:00:00:00 is no interface's address (begin it with 02)
2: vimage_a_mac: 01:00:5e:00:00:01 is the address of a group (make its first octet even, as in 02)
"#
    );
}

#[test]
fn addresses_match_the_interfaces() {
    assert_eq!(
        of_a(r"vimage_a_mac='2:0:0:0:0:1' vimage_a_bridges='igb0 igb0'"),
        r"2: vimage_a_mac: 1 address for 2 interfaces (give one for each word of _bridges)
"
    );
    assert_eq!(
        of_a(r"vimage_a_mac='2:0:0:0:0:1' vimage_a_bridges='=igb0'"),
        r"2: vimage_a_mac gives an address to =igb0, which says itself where it comes from (write the parent without = or !)
"
    );
    assert_eq!(
        of_a(r"vimage_mac='2:0:0:0:0:1' vimage_a_bridges=igb0"),
        r"2: vimage_mac: addresses cannot be the default of all vimages (set the _mac of each, or write stable, jng or kernel)
"
    );
}

#[test]
fn short_names_numbers_and_services_are_checked() {
    assert_eq!(
        of_a(r"vimage_a_ifname=a.b"),
        r#"2: vimage_a_ifname: "a.b" cannot be part of an interface's name (use letters, digits and underscores)
"#
    );
    assert_eq!(
        of_a(r"vimage_a_devfs_ruleset=x-y vimage_a_securelevel=9 vimage_a_stop_timeout=-1"),
        r#"2: vimage_a_devfs_ruleset: "x-y" is neither the number nor the name of a ruleset (write a number from 0 to 65535, or a name of devfs.rules(5))
2: vimage_a_securelevel: "9" is no securelevel (write a number from -1 to 3)
2: vimage_a_stop_timeout: "-1" is no number of seconds (write a number from 0 to 86400)
"#
    );
    assert_eq!(
        of_a(r"vimage_a_afterstart_services='sshd /bin/x'"),
        r#"2: vimage_a_afterstart_services: "/bin/x" is no rc.d(8) script (write the name of a script in its /etc/rc.d or /usr/local/etc/rc.d)
"#
    );
}

#[test]
fn parameters_that_vimage_sets_itself_are_refused() {
    assert_eq!(
        of_a(
            r"vimage_a_parameters='allow.raw_sockets; path=/x exec.clean ip4.addr=1.2.3.4 mount.devfs a/b persist'"
        ),
        r#"2: vimage_a_parameters: "a/b" is no parameter of a jail (write NAME or NAME=VALUE, as in jail(8))
2: vimage_a_parameters: the parameter exec.clean is not for _parameters to set (set _exec_start and the like)
2: vimage_a_parameters: the parameter ip4.addr is not for _parameters to set (set the addresses in the rc.conf of its root)
2: vimage_a_parameters: the parameter mount.devfs is not for _parameters to set (set _devfs_enable, _fdescfs_enable, _procfs_enable, or _mount_enable and _fstab)
2: vimage_a_parameters: the parameter path is not for _parameters to set (set _rootdir)
2: vimage_a_parameters: the parameter persist is not for _parameters to set (remove it)
"#
    );
}

#[test]
fn paths_are_absolute_and_host_names_are_names() {
    assert_eq!(
        of_a(r"vimage_a_fstab=fstab vimage_a_consolelog=log"),
        r#"2: vimage_a_consolelog: "log" is not an absolute path (begin it with /)
2: vimage_a_fstab: "fstab" is not an absolute path (begin it with /)
"#
    );
    assert_eq!(
        of_a(
            r"vimage_a_hostname=-x
vimage_a_rootdir='/x
y'"
        ),
        r#"2: vimage_a_hostname: "-x" has a label that is empty, or begins or ends with a hyphen (a host name has labels of letters, digits, hyphens and underscores, joined by dots)
3: vimage_a_rootdir: the path has '\n' in it (remove it)
"#
    );
}

#[test]
fn a_gap_in_numbered_commands_is_refused() {
    assert_eq!(
        of_a(
            r"vimage_a_exec_prestart0=a vimage_a_exec_prestart2=b
vimage_exec_poststop3=x"
        ),
        r"2: vimage_a_exec_prestart2 is never reached: vimage_a_exec_prestart1 is not set (number them from 0 without a gap)
3: vimage_exec_poststop3 is never reached: vimage_exec_poststop0 is not set (number them from 0 without a gap)
"
    );
}

#[test]
fn a_command_that_needs_a_shell_is_refused_with_its_remedy() {
    assert_eq!(
        of_a(
            r#"vimage_a_exec_start='a && b' vimage_a_exec_stop=' '
vimage_exec_prestart0='x > y' vimage_a_exec_poststop0="it's""#
        ),
        r#"2: vimage_a_exec_start: the command "a && b": '&' belongs to the shell's language, and no shell runs this (put it into a script and name that, or write /bin/sh -c '...')
2: vimage_a_exec_stop: the command " ": the command is empty (put it into a script and name that, or write /bin/sh -c '...')
3: vimage_a_exec_poststop0: the command "it's": a quote ' is not closed (put it into a script and name that, or write /bin/sh -c '...')
3: vimage_exec_prestart0: the command "x > y": '>' belongs to the shell's language, and no shell runs this (put it into a script and name that, or write /bin/sh -c '...')
"#
    );
}

#[test]
fn what_a_vnet_jail_has_no_use_for_is_explained() {
    assert_eq!(
        of_a(
            r"vimage_a_ip=1.2.3.4
vimage_a_ip_multi0=x vimage_interface=em0 vimage_a_flags=-l vimage_a_exec=/x"
        ),
        r"2: warning: vimage_a_ip has no effect: a vimage has a network stack of its own and sets its addresses itself (set ifconfig_ng0_NAME in the rc.conf of its root)
3: warning: vimage_a_exec has no effect: it is the old form of _exec_start (use _exec_start)
3: warning: vimage_a_flags has no effect: vimage does not go through jail(8) (use _parameters)
3: warning: vimage_a_ip_multi0 has no effect: a vimage has a network stack of its own and sets its addresses itself (set ifconfig_ng0_NAME in the rc.conf of its root)
3: warning: vimage_interface has no effect: a vimage has a network stack of its own and sets its addresses itself (use _bridges or _vnets for its interfaces)
"
    );
}

#[test]
fn a_reference_to_what_is_not_set_is_pointed_out() {
    assert_eq!(
        of_a(
            r"vimage_a_rootdir=/$b
vimage_c=$d"
        ),
        r"2: warning: vimage_a_rootdir refers to $b, which is not set before this line (assign b first; nothing stands in its place now)
3: unknown variable vimage_c (vimage(8) lists the variables)
3: warning: vimage_c refers to $d, which is not set before this line (assign d first; nothing stands in its place now)
"
    );
}

#[test]
fn text_that_is_not_utf_8_is_refused_only_where_it_is_used() {
    let mut reader = Reader::new("/");
    reader
        .read_bytes("rc.conf", b"motd='caf\xe9'\nvimage_a_rootdir=/caf\xe9\nvimage_a_hostname=a\n")
        .unwrap();
    let problems = Config::resolve(reader.variables()).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "rc.conf:2: vimage_a_rootdir: the value is not UTF-8 (write it in UTF-8)"
    );
}

#[test]
fn what_rc_subr_reads_and_what_is_for_jails_is_left_alone() {
    assert_eq!(of_a("vimage_svcj=NO vimage_oomprotect=YES jail_list=x jail_x_rootdir=relative"), "");
}
