//! Numbers: as C reads them, and as they are given out.

use std::ops::RangeInclusive;

use super::jails::{JAIL_MAX, Machine, PID_MAX};

/// The number of `range` that is given out after `last`: the next one that is free; after the largest one it begins anew.
fn next(last: i32, range: RangeInclusive<i32>, is_free: impl Fn(&i32) -> bool) -> Option<i32> {
    let (least, most) = range.into_inner();
    let passed = least..=last.min(most);
    let ahead = last.saturating_add(1).max(least)..=most;
    // Nothing is ahead of the largest number there is.
    ahead.filter(|number| *number > last).chain(passed).find(is_free)
}

impl Machine {
    /// The next free number of a jail, if there is one.
    pub(super) fn next_jid(&mut self) -> Option<i32> {
        let is_free = |jid: &i32| !self.state.jails.contains_key(jid);
        let jid = next(self.state.counters.last_jid, 1..=JAIL_MAX, is_free)?;
        self.state.counters.last_jid = jid;
        Some(jid)
    }

    /// The next number of a process. From the beginning it is 100 again, as in kern_fork.c.
    pub(super) fn next_pid(&mut self) -> i32 {
        let is_free = |pid: &i32| !self.state.processes.contains_key(pid);
        let pid = next(self.state.counters.last_pid, 100..=PID_MAX, is_free).unwrap_or(PID_MAX);
        self.state.counters.last_pid = pid;
        pid
    }

    /// Counts a set of CPUs: 1 is the host's.
    pub(super) fn count_cpuset(&mut self) {
        let is_free = |id: &i32| self.state.jails.values().all(|prison| prison.cpuset != *id);
        let id = next(self.state.counters.last_cpuset, 2..=i32::MAX, is_free);
        self.state.counters.last_cpuset = id.unwrap_or(i32::MAX);
    }

    /// The next number of a file system.
    pub(super) fn next_fsid(&mut self) -> i32 {
        let is_free = |id: &i32| self.state.mounts.iter().all(|mounted| mounted.fsid.0 != *id);
        let id = next(self.state.counters.last_fsid, 1..=i32::MAX, is_free).unwrap_or(i32::MAX);
        self.state.counters.last_fsid = id;
        id
    }
}

/// The number that C's strtoul(3) makes of the beginning of a text in base 10, and what is left of the text.
///
/// What is too large for it is the largest there is; a minus sign makes a large number of a small one.
pub(super) fn strtoul(text: &str) -> (u64, &str) {
    let digits = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let Some((number, rest)) = digits.split_at_checked(end).filter(|(number, _)| !number.is_empty()) else {
        return (0, text);
    };
    match number.parse::<u64>() {
        Err(_) => (u64::MAX, rest),
        Ok(number) if negative => (number.wrapping_neg(), rest),
        Ok(number) => (number, rest),
    }
}

/// The number of a jail that a name is taken for: all of it must be a number; 0 otherwise. An empty name is one.
pub(super) fn jid_of_name(name: &str) -> i32 {
    match strtoul(name) {
        // The kernel keeps the lower half.
        (number, "") => number as i32,
        _ => 0,
    }
}

/// Whether a jail of this number may not have this name: a number that is not its own, in its plain form.
pub(super) fn is_other_number(name: &str, jid: i32) -> bool {
    let (number, rest) = strtoul(name);
    let is_own =
        i64::try_from(number) == Ok(i64::from(jid)) && name.starts_with(|c| ('1'..='9').contains(&c));
    rest.is_empty() && !is_own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_c_reads_it() {
        assert_eq!(strtoul("12ab"), (12, "ab"));
        assert_eq!(strtoul(" +7"), (7, ""));
        assert_eq!(strtoul("-1"), (u64::MAX, ""));
        assert_eq!(strtoul("99999999999999999999"), (u64::MAX, ""));
        assert_eq!(strtoul("web"), (0, "web"));
        assert_eq!(strtoul("- 1"), (0, "- 1"));
        assert_eq!(strtoul(""), (0, ""));
    }

    #[test]
    fn a_name_may_be_the_jails_own_number_and_no_other() {
        assert_eq!(
            [jid_of_name("7"), jid_of_name("7a"), jid_of_name("-5"), jid_of_name("4294967303")],
            [7, 0, -5, 7]
        );
        assert!(!is_other_number("7", 7) && !is_other_number("web", 7) && !is_other_number("7a", 7));
        assert!(is_other_number("8", 7) && is_other_number("07", 7) && is_other_number("+7", 7));
    }
}
