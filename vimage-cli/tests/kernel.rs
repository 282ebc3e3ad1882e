//! The program on FreeBSD's own kernel, with an epair as the parent. The trials run as root on FreeBSD with
//! NETGRAPH_TEST_KERNEL=1, one after the other, and are listed as ignored anywhere else.
#![allow(clippy::unwrap_used, reason = "tests")]

#[cfg(target_os = "freebsd")]
mod on_freebsd;
mod support;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

type Body = fn() -> Result<(), Failed>;

/// A trial by its name, which is an error anywhere else.
macro_rules! trial {
    ($name:literal, $body:ident) => {{
        #[cfg(target_os = "freebsd")]
        const BODY: Body = on_freebsd::$body;
        #[cfg(not(target_os = "freebsd"))]
        const BODY: Body = elsewhere;
        ($name, BODY)
    }};
}

const TRIALS: [(&str, Body); 10] = [
    trial!("two_vimages_ping_each_other", two_vimages_ping_each_other),
    trial!("a_whole_interface_comes_home_under_its_own_name", a_whole_interface_comes_home),
    trial!("an_up_that_is_killed_anywhere_is_undone_by_down", kill_sweep),
    trial!("twenty_rounds_under_traffic_leave_nothing", rounds_under_traffic),
    trial!("a_jail_that_was_removed_by_hand_is_cleared_away", a_jail_removed_by_hand),
    trial!("a_dying_jail_gives_its_interfaces_back", a_dying_jail_gives_its_interfaces_back),
    trial!("nodes_that_are_left_in_a_vimage_do_no_harm", nodes_left_inside),
    trial!("interfaces_of_any_name_are_shown_and_come_home", names_of_any_bytes),
    trial!("an_up_that_is_killed_at_any_moment_is_undone_by_down", killed_at_any_moment),
    trial!("ten_processes_at_once_get_what_they_ask_for", ten_at_once),
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
