//! The program on FreeBSD's own kernel, with an epair as the parent. The trials run as root on FreeBSD with
//! NETGRAPH_TEST_KERNEL=1, one after the other, and are listed as ignored anywhere else.
#![allow(clippy::unwrap_used, reason = "tests")]

#[cfg(target_os = "freebsd")]
mod on_freebsd;
mod support;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

type Body = fn() -> Result<(), Failed>;

#[cfg(target_os = "freebsd")]
const TRIALS: [(&str, Body); 10] = [
    ("two_vimages_ping_each_other", on_freebsd::two_vimages_ping_each_other),
    ("a_whole_interface_comes_home_under_its_own_name", on_freebsd::a_whole_interface_comes_home),
    ("an_up_that_is_killed_anywhere_is_undone_by_down", on_freebsd::kill_sweep),
    ("twenty_rounds_under_traffic_leave_nothing", on_freebsd::rounds_under_traffic),
    ("a_jail_that_was_removed_by_hand_is_cleared_away", on_freebsd::a_jail_removed_by_hand),
    ("a_dying_jail_gives_its_interfaces_back", on_freebsd::a_dying_jail_gives_its_interfaces_back),
    ("nodes_that_are_left_in_a_vimage_do_no_harm", on_freebsd::nodes_left_inside),
    ("interfaces_of_any_name_are_shown_and_come_home", on_freebsd::names_of_any_bytes),
    ("an_up_that_is_killed_at_any_moment_is_undone_by_down", on_freebsd::killed_at_any_moment),
    ("ten_processes_at_once_get_what_they_ask_for", on_freebsd::ten_at_once),
];

#[cfg(not(target_os = "freebsd"))]
const TRIALS: [(&str, Body); 10] = [
    ("two_vimages_ping_each_other", elsewhere),
    ("a_whole_interface_comes_home_under_its_own_name", elsewhere),
    ("an_up_that_is_killed_anywhere_is_undone_by_down", elsewhere),
    ("twenty_rounds_under_traffic_leave_nothing", elsewhere),
    ("a_jail_that_was_removed_by_hand_is_cleared_away", elsewhere),
    ("a_dying_jail_gives_its_interfaces_back", elsewhere),
    ("nodes_that_are_left_in_a_vimage_do_no_harm", elsewhere),
    ("interfaces_of_any_name_are_shown_and_come_home", elsewhere),
    ("an_up_that_is_killed_at_any_moment_is_undone_by_down", elsewhere),
    ("ten_processes_at_once_get_what_they_ask_for", elsewhere),
];

#[cfg(not(target_os = "freebsd"))]
fn elsewhere() -> Result<(), Failed> {
    Err("only FreeBSD has netgraph".into())
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    // They share the machine's interfaces and jails.
    arguments.test_threads = Some(1);
    let may_run =
        cfg!(target_os = "freebsd") && std::env::var_os("NETGRAPH_TEST_KERNEL").is_some_and(|v| v == "1");
    let kind = if may_run { "kernel" } else { "kernel, needs FreeBSD and NETGRAPH_TEST_KERNEL=1" };
    let trials =
        TRIALS.map(|(name, body)| Trial::test(name, body).with_kind(kind).with_ignored_flag(!may_run));
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}
