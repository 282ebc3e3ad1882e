//! The options of the protocols below a socket: which there are, and what they can be.

use crate::error::Errno;
use crate::sim::net::{End, INET, INET6, LOCAL, RAW, STREAM, State};

pub(super) const IP_LEVEL: i32 = 0;
pub(super) const TCP_LEVEL: i32 = 6;
const UDP_LEVEL: i32 = 17;
const IP6_LEVEL: i32 = 41;

/// What the kernel makes of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// On or off; what it is read as when it is on, and whether it is at first.
    Switch { on: i32, first: bool },
    /// A number of which the kernel keeps a byte, and what it is at first.
    Byte { first: i32 },
    /// A number in a range, and what it is at first.
    Number { least: i32, most: i32, first: i32 },
    /// A number in a range, as an int and nothing else; -1, if it may be, stands for what it is at first.
    Exactly { least: i32, most: i32, first: i32 },
    /// On or off, as an int and nothing else, and whether it is on at first.
    ExactSwitch { first: bool },
    /// Taken without a look at the value, and never read.
    Taken,
    /// What stands for an interface, none at first: no other can be set.
    Interface,
    /// A number that stays as it is, and what setting it is refused with.
    Fixed { set: Errno, value: i32 },
    /// What setting it, and reading it, are refused with.
    Refused { set: Errno, get: Errno },
}

const fn refused(set: Errno, get: Errno) -> Rule {
    Rule::Refused { set, get }
}

const fn switch(on: i32) -> Rule {
    Rule::Switch { on, first: false }
}

const UNKNOWN: Rule = refused(Errno::ENOPROTOOPT, Errno::ENOPROTOOPT);

/// Returns what the kernel makes of an option of this level.
pub(super) fn rule(end: &End, level: i32, option: i32) -> Rule {
    let stream = end.kind == STREAM;
    match (end.family, level) {
        (LOCAL, 0) => match option {
            1 => refused(Errno::ENOPROTOOPT, if stream { Errno::ENOTCONN } else { Errno::EINVAL }),
            2 | 3 => switch(1),
            _ => refused(Errno::ENOPROTOOPT, Errno::EOPNOTSUPP),
        },
        (INET, IP_LEVEL) => of_ip(end.kind, option),
        (INET6, IP6_LEVEL) => of_ip6(end.kind, option),
        (INET | INET6, TCP_LEVEL) if stream => of_tcp(end, option),
        (INET | INET6, UDP_LEVEL) if !stream && end.kind != RAW => UNKNOWN,
        // A level that is none of the socket's.
        _ => refused(Errno::EINVAL, Errno::EINVAL),
    }
}

/// Tells whether TCP takes an option for its own, and says that it is set, after IP has refused the value.
pub(super) fn is_taken_by_tcp(end: &End, level: i32, option: i32) -> bool {
    end.kind == STREAM
        && match (end.family, level) {
            (INET | INET6, IP_LEVEL) => matches!(option, 3 | 4),
            (INET6, IP6_LEVEL) => matches!(option, 42 | 61),
            _ => false,
        }
}

/// ip_ctloutput(), with rip_ctloutput() before it and inp_setmoptions() behind.
fn of_ip(kind: i32, option: i32) -> Rule {
    let groups = matches!(option, 9..=14 | 70..=74 | 80..=85);
    match option {
        3 => Rule::Byte { first: 0 },
        4 => Rule::Byte { first: 64 },
        5..=7 | 20 | 23 | 24 | 27 | 65 | 67 | 68 | 93 => switch(1),
        19 => Rule::Number { least: 0, most: 2, first: 0 },
        66 => Rule::Number { least: 0, most: 255, first: 0 },
        75 => Rule::Number { least: -1, most: 7, first: -1 },
        _ if groups && kind == STREAM => {
            let read = matches!(option, 9..=11 | 14 | 74);
            refused(Errno::EOPNOTSUPP, if read { Errno::EOPNOTSUPP } else { Errno::ENOPROTOOPT })
        }
        9 => Rule::Interface,
        10 => Rule::Number { least: 0, most: 255, first: 1 },
        11 => Rule::Switch { on: 1, first: true },
        14 => Rule::Fixed { set: Errno::EOPNOTSUPP, value: -1 },
        74 => refused(Errno::EINVAL, Errno::EADDRNOTAVAIL),
        _ if groups => refused(Errno::EINVAL, Errno::ENOPROTOOPT),
        2 if kind == RAW => switch(8),
        16 if kind == RAW => Rule::Taken,
        15 | 17 | 18 if kind == RAW => refused(Errno::EOPNOTSUPP, Errno::ENOPROTOOPT),
        _ => UNKNOWN,
    }
}

/// ip6_ctloutput(), with ip6_setmoptions() behind: its numbers must be ints exactly.
fn of_ip6(kind: i32, option: i32) -> Rule {
    let groups = matches!(option, 9..=13 | 74 | 80..=85);
    match option {
        12 | 13 | 80..=85 if kind == STREAM => refused(Errno::EOPNOTSUPP, Errno::ENOPROTOOPT),
        _ if groups && kind == STREAM => refused(Errno::EOPNOTSUPP, Errno::EOPNOTSUPP),
        4 => Rule::Exactly { least: -1, most: 255, first: -1 },
        9 => Rule::Interface,
        10 => Rule::Exactly { least: -1, most: 255, first: 1 },
        11 => Rule::Exactly { least: 0, most: 1, first: 1 },
        14 => Rule::Number { least: 0, most: 2, first: 0 },
        27 => Rule::ExactSwitch { first: true },
        36..=40 | 43 | 57 | 62 => Rule::ExactSwitch { first: false },
        42 => Rule::Exactly { least: -1, most: 1, first: -1 },
        61 => Rule::Exactly { least: -1, most: 255, first: 0 },
        12 | 13 | 80..=85 => refused(Errno::EINVAL, Errno::ENOPROTOOPT),
        48 => refused(Errno::EAFNOSUPPORT, Errno::ENOPROTOOPT),
        26 if kind == RAW => refused(Errno::EINVAL, Errno::EINVAL),
        // Structs, that nothing here fits.
        19 | 20 | 22..=25 | 35 | 41 | 46 | 47 | 49..=51 | 59 | 63 | 64 | 70 | 72 | 74 | 75 => {
            refused(Errno::EINVAL, Errno::EINVAL)
        }
        _ => UNKNOWN,
    }
}

/// tcp_default_ctloutput().
fn of_tcp(end: &End, option: i32) -> Rule {
    /// The most that a u_int of seconds can be, at 1000 ticks each.
    const SECONDS_MAX: i32 = 4_294_967;
    let seconds = |first| Rule::Number { least: 0, most: SECONDS_MAX, first };
    match option {
        // TF_NODELAY, TF_NOPUSH and TF_NOOPT.
        1 => switch(0x4),
        4 => switch(0x1000),
        8 => switch(0x8),
        2 => {
            // At the least net.inet.tcp.minmss with 40 bytes of headers; at the most what it is already.
            let most = if end.family == INET6 { 1220 } else { 536 };
            Rule::Number { least: 176, most, first: most }
        }
        0x80 | 0x200 => seconds(75),
        0x100 => seconds(7200),
        0x400 => Rule::Number { least: i32::MIN, most: i32::MAX, first: 8 },
        33 => refused(Errno::EOPNOTSUPP, Errno::EOPNOTSUPP),
        64 => refused(Errno::ESRCH, Errno::EINVAL),
        // TF_FASTOPEN. Servers may not, unless net.inet.tcp.fastopen.server_enable says so.
        1025 => match end.state {
            State::Idle => switch(i32::MIN),
            State::Listening => Rule::Fixed { set: Errno::EPERM, value: 0 },
            _ => Rule::Fixed { set: Errno::EINVAL, value: 0 },
        },
        32 | 1026 => refused(Errno::EINVAL, Errno::ENOPROTOOPT),
        _ => UNKNOWN,
    }
}
