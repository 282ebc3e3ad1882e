//! TCP connections that outlive what ran in a vimage: they would keep its jail dying, and its interfaces with it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![allow(dead_code, reason = "the laboratory has more than is used here")]

mod mortal;

use jailrs::sim::{Manner, Op};
use jailrs::{Errno, Jail, TcpConnection, TcpState};
use mortal::{Fate, Lab, RC_CONF, told};

fn connection(port: u16) -> TcpConnection {
    TcpConnection {
        local: "192.0.2.1:22".parse().unwrap(),
        foreign: ([198, 51, 100, 7], port).into(),
        state: TcpState::FIN_WAIT_1,
    }
}

/// A machine on which vj3 runs a daemon whose clients are connected.
fn busy(clients: u16) -> Lab {
    let lab = Lab::new(RC_CONF);
    lab.up("vj3").result.unwrap();
    let jid = lab.jail("vj3").jid();
    lab.sim.jails.start_process(jid, "sshd", Manner::Polite);
    (1..=clients).for_each(|port| lab.sim.jails.add_connection(jid, connection(port)));
    lab
}

fn place(steps: &[String], part: &str) -> usize {
    steps.iter().position(|step| step.contains(part)).unwrap_or_else(|| panic!("{part}: {steps:#?}"))
}

#[test]
fn connections_are_dropped_once_nothing_runs_and_before_an_interface_is_taken_out() {
    for (clients, what) in [
        (1, "- vj3: TCP connection 192.0.2.1:22 to 198.51.100.7:1 (FIN_WAIT_1)"),
        (3, "- vj3: 3 TCP connections that outlived what ran in it"),
    ] {
        let lab = busy(clients);
        let down = lab.down("vj3");
        down.result.unwrap();
        assert_eq!(down.notes.warnings, Vec::<String>::new());
        let steps = &down.notes.steps;
        let dropped = place(steps, what);
        assert!(place(steps, "stop what runs in vj3") < dropped);
        assert!(dropped < place(steps, "interface ng0_vj3") && dropped < place(steps, "interface igb2"));
        assert_eq!(Jail::list(&lab.machine().jails, true).unwrap(), []);
    }
}

#[test]
fn where_there_is_no_connection_there_is_no_step() {
    let steps = busy(0).down("vj3").notes.steps;
    assert!(!steps.iter().any(|step| step.contains("TCP")), "{steps:#?}");
}

#[test]
fn connections_that_cannot_be_dropped_leave_the_jail_dying_without_interfaces() {
    let lab = busy(2);
    lab.sim.jails.fail(Op::TcpDrop, 1, Errno::EPERM);
    let down = lab.down("vj3");
    down.result.unwrap();
    assert_eq!(down.notes.warnings.len(), 2, "{:#?}", down.notes.warnings);
    assert!(down.notes.warnings[0].contains("net.inet.tcp.drop"), "{:#?}", down.notes.warnings);
    assert!(down.notes.warnings[0].contains("keep the jail dying"), "{:#?}", down.notes.warnings);
    assert!(down.notes.warnings[1].contains("the jail is still dying"), "{:#?}", down.notes.warnings);
    assert!(lab.interfaces().contains(&"igb2".to_owned()));
    assert!(Jail::list(&lab.machine().jails, true).unwrap().iter().all(|jail| jail.dying));
    // Nothing of it is in the way of the next start.
    lab.up("vj3").result.unwrap();
    lab.down("vj3").result.unwrap();
}

#[test]
fn whatever_fails_while_connections_are_there_the_next_down_leaves_nothing() {
    for fate in [Fate::Fails, Fate::Dies] {
        for number in 1.. {
            let lab = busy(2);
            let struck = lab.down_with("vj3", fate(number)).struck;
            let Some(what) = struck else { break };
            // A drop that fails is forgiven, and the connections outlive the jail.
            let lost = matches!(fate(number), Fate::Fails(_))
                && ["listing connections", "dropping connections"].contains(&what.as_str());
            let again = lab.prune("vj3");
            if let Err(error) = &again.result {
                panic!("{number}, {what}: {}", told(error));
            }
            assert_eq!(lab.interfaces(), ["igb0", "igb1", "igb2", "igb3", "lo0"], "{number}, {what}");
            assert!(lab.record("vj3").is_none(), "{number}, {what}");
            assert!(lab.sim.jails.host().mounts().unwrap().is_empty(), "{number}, {what}");
            let jails = Jail::list(&lab.machine().jails, true).unwrap();
            assert!(jails.iter().all(|jail| jail.dying), "{number}, {what}: {jails:?}");
            assert_eq!(!jails.is_empty(), lost, "{number}, {what}: {jails:?}");
        }
    }
}
