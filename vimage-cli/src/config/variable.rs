//! The variables that there are, and what a variable's name means.

/// What all of them begin with.
pub(super) const PREFIX: &str = "vimage_";

/// Whom a variable is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The program: `vimage_X`.
    Program,
    /// One vimage: `vimage_NAME_X`.
    Vimage,
    /// One vimage, or all that do not say otherwise: `vimage_NAME_X` and `vimage_X`.
    Both,
}

/// A variable that is understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// Its name, without `vimage_` and the vimage's.
    pub(super) name: &'static str,
    pub(super) scope: Scope,
    /// Whether it is followed by a number: `exec_prestart0`.
    pub(super) numbered: bool,
}

const fn known(name: &'static str, scope: Scope) -> Known {
    Known { name, scope, numbered: false }
}

const fn numbered(name: &'static str) -> Known {
    Known { name, scope: Scope::Both, numbered: true }
}

/// Every variable, in the order in which they are documented and shown.
pub(super) const KNOWN: [Known; 29] = [
    known("enable", Scope::Program),
    known("list", Scope::Program),
    known("parallel_start", Scope::Program),
    known("reverse_stop", Scope::Program),
    known("rootdir", Scope::Vimage),
    known("hostname", Scope::Vimage),
    known("bridges", Scope::Vimage),
    known("vnets", Scope::Vimage),
    known("mac", Scope::Both),
    known("ifname", Scope::Vimage),
    known("devfs_enable", Scope::Both),
    known("devfs_ruleset", Scope::Both),
    known("fdescfs_enable", Scope::Both),
    known("procfs_enable", Scope::Both),
    known("mount_enable", Scope::Both),
    known("fstab", Scope::Vimage),
    numbered("exec_prestart"),
    known("exec_start", Scope::Both),
    numbered("exec_afterstart"),
    numbered("exec_poststart"),
    numbered("exec_prestop"),
    known("exec_stop", Scope::Both),
    numbered("exec_poststop"),
    known("afterstart_services", Scope::Both),
    known("consolelog", Scope::Both),
    known("securelevel", Scope::Vimage),
    known("parameters", Scope::Vimage),
    known("depend", Scope::Vimage),
    known("stop_timeout", Scope::Both),
];

/// A variable of rc.d/jail that says nothing here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// Its name, without `vimage_` and the vimage's.
    pub(super) name: &'static str,
    pub(super) numbered: bool,
    /// Why it says nothing.
    pub(super) reason: &'static str,
    /// What to use instead.
    pub(super) remedy: &'static str,
}

const fn foreign(name: &'static str, reason: &'static str, remedy: &'static str) -> Foreign {
    Foreign { name, numbered: false, reason, remedy }
}

const OWN_STACK: &str = "a vimage has a network stack of its own and sets its addresses itself";
const IN_ITS_RC_CONF: &str = "set ifconfig_ng0_NAME in the rc.conf of its root";
const NO_JAIL8: &str = "vimage does not go through jail(8)";

/// The variables that rc.d/jail has, or had, and that are meaningless for a VNET jail or for this program.
pub(super) const FOREIGN: [Foreign; 20] = [
    foreign("ip", OWN_STACK, IN_ITS_RC_CONF),
    Foreign { name: "ip_multi", numbered: true, reason: OWN_STACK, remedy: IN_ITS_RC_CONF },
    foreign("interface", OWN_STACK, "use _bridges or _vnets for its interfaces"),
    foreign(
        "vnet_interface",
        "interfaces are named where they are bridged or moved",
        "use _bridges or _vnets",
    ),
    foreign("fib", OWN_STACK, "use setfib(1) in it"),
    foreign("exec", "it is the old form of _exec_start", "use _exec_start"),
    foreign("flags", NO_JAIL8, "use _parameters"),
    foreign("conf", NO_JAIL8, "use the variables of vimage(8)"),
    foreign("confwarn", NO_JAIL8, "remove it"),
    foreign("program", NO_JAIL8, "remove it"),
    foreign("consolecmd", NO_JAIL8, "use `vimage console` or `vimage exec`"),
    foreign("jexec", NO_JAIL8, "remove it"),
    foreign("jls", NO_JAIL8, "remove it"),
    foreign("zfs_dataset", NO_JAIL8, "use _exec_poststart0=\"zfs jail NAME DATASET\""),
    foreign("enforce_statfs", "it is a parameter", "use _parameters=\"enforce_statfs=N\""),
    foreign("osrelease", "it is a parameter", "use _parameters=\"osrelease=X\""),
    foreign("osreldate", "it is a parameter", "use _parameters=\"osreldate=N\""),
    foreign("set_hostname_allow", "it is a parameter", "use _parameters=\"allow.set_hostname\""),
    foreign("sysvipc_allow", "it is a parameter", "use _parameters=\"allow.sysvipc\""),
    foreign("socket_unixiproute_only", OWN_STACK, "use _parameters=\"allow.raw_sockets\""),
];

/// Why a variable of rc.d/jail, by its name without `jail_NAME_`, says nothing for a vimage, and what to use instead.
pub(crate) fn why_foreign(name: &str) -> Option<String> {
    let (stem, _) = split_number(name);
    let found = FOREIGN.iter().find(|foreign| foreign.name == if foreign.numbered { stem } else { name })?;
    Some(format!("{} ({})", found.reason, found.remedy))
}

/// What rc.subr(8) itself reads for the service that is called vimage; it is no business of the program's.
const RC_SUBR: [&str; 17] = [
    "chdir",
    "chroot",
    "cpuset",
    "env",
    "env_file",
    "group",
    "groups",
    "limits",
    "login_class",
    "nice",
    "oomprotect",
    "prepend",
    "setup",
    "svcj",
    "svcj_options",
    "umask",
    "user",
];

/// What a variable's name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning<'a> {
    /// It is about the program, or the default of all vimages.
    General(&'static Known, Option<u32>),
    /// It is about the vimage of that name.
    Vimage(&'a str, &'static Known, Option<u32>),
    /// It would be about a vimage, but names none.
    Nameless(&'static Known),
    /// rc.d/jail knows it.
    Foreign(&'static Foreign),
    /// rc.subr(8) reads it.
    RcSubr,
    /// It is none of this program's variables.
    Unknown,
}

/// What the name of a variable means, `vimage_` included.
///
/// A vimage's name may have underscores in it, so the longest variable that the name can end with is the one meant. No
/// vimage can be named so that one of its variables is taken for a default: no default ends like a vimage's variable
/// (a test below holds that fast).
pub(super) fn meaning(variable: &str) -> Meaning<'_> {
    let Some(key) = variable.strip_prefix(PREFIX) else { return Meaning::Unknown };
    if RC_SUBR.contains(&key) {
        return Meaning::RcSubr;
    }
    let (stem, number) = split_number(key);
    for known in &KNOWN {
        let (name, number) = if known.numbered { (stem, number) } else { (key, None) };
        if name == known.name {
            return if known.scope == Scope::Vimage {
                Meaning::Nameless(known)
            } else {
                Meaning::General(known, number)
            };
        }
    }
    let mine = KNOWN.iter().filter(|known| known.scope != Scope::Program).filter_map(|known| {
        let (key, number) = if known.numbered { (stem, number) } else { (key, None) };
        owner(key, known.name).map(|vimage| (known.name.len(), Meaning::Vimage(vimage, known, number)))
    });
    let foreign = FOREIGN.iter().filter_map(|foreign| {
        let key = if foreign.numbered { stem } else { key };
        let ends = key == foreign.name || owner(key, foreign.name).is_some();
        ends.then_some((foreign.name.len(), Meaning::Foreign(foreign)))
    });
    mine.chain(foreign).max_by_key(|(length, _)| *length).map_or(Meaning::Unknown, |(_, meaning)| meaning)
}

/// The vimage's name in `NAME_suffix`.
fn owner<'a>(key: &'a str, suffix: &str) -> Option<&'a str> {
    key.strip_suffix(suffix)?.strip_suffix('_').filter(|name| !name.is_empty())
}

/// Takes the number off the end, if it is written as one counts: without leading zeros, and not above 9999.
fn split_number(key: &str) -> (&str, Option<u32>) {
    let stem = key.trim_end_matches(|character: char| character.is_ascii_digit());
    let digits = key.get(stem.len()..).unwrap_or_default();
    let counts = digits.len() <= 4 && (digits == "0" || !digits.starts_with('0'));
    match digits.parse() {
        Ok(number) if counts => (stem, Some(number)),
        _ => (key, None),
    }
}

/// The known name that is most like `variable`, if one is like it, for the vimages of those names.
pub(super) fn nearest<'a>(variable: &str, vimages: impl Iterator<Item = &'a str>) -> Option<String> {
    let general = KNOWN
        .iter()
        .filter(|known| known.scope != Scope::Vimage)
        .map(|known| format!("{PREFIX}{}", known.name));
    let own = vimages.flat_map(|vimage| {
        let of_vimage = KNOWN.iter().filter(|known| known.scope != Scope::Program);
        of_vimage.map(move |known| format!("{PREFIX}{vimage}_{}", known.name))
    });
    most_like(variable, general.chain(own))
}

/// The candidate that is most like `word`, if one differs in few enough characters to be what was meant. Small and capital
/// letters are alike; where nothing but characters are missing, some more may be.
pub(crate) fn most_like(word: &str, candidates: impl Iterator<Item = String>) -> Option<String> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    let own_length = word.strip_prefix(PREFIX).unwrap_or(&word).chars().count();
    let most = (own_length / 3).clamp(1, 3);
    let may_lack = if own_length < 6 { most } else { 2 * most };
    let is_like = |distance: usize, candidate: &str| {
        distance <= most || distance <= may_lack && length + distance == candidate.chars().count()
    };
    candidates
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| is_like(*distance, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many characters must be added, dropped, changed, or swapped with their neighbour to get from one to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, character) in from.chars().enumerate() {
        let mut next = vec![row + 1];
        for (column, &other) in to.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let change = at(&last, column) + usize::from(character != other);
            let mut least = change.min(at(&last, column + 1) + 1).min(at(&next, column) + 1);
            let left = column.checked_sub(1).and_then(|left| to.get(left));
            if column > 0 && left == Some(&character) && previous == Some(other) {
                least = least.min(at(&before_last, column - 1) + 1);
            }
            next.push(least);
        }
        before_last = std::mem::replace(&mut last, next);
        previous = Some(character);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> &'static Known {
        KNOWN.iter().find(|known| known.name == name).unwrap()
    }

    #[test]
    fn the_longest_variable_that_a_name_ends_with_is_meant() {
        assert_eq!(meaning("vimage_web_1_rootdir"), Meaning::Vimage("web_1", named("rootdir"), None));
        assert_eq!(meaning("vimage_a_devfs_enable"), Meaning::Vimage("a", named("devfs_enable"), None));
        assert_eq!(
            meaning("vimage_a_exec_prestart12"),
            Meaning::Vimage("a", named("exec_prestart"), Some(12))
        );
        assert_eq!(meaning("vimage_a_exec_prestart"), Meaning::Vimage("a", named("exec_prestart"), None));
        assert_eq!(meaning("vimage_devfs_enable"), Meaning::General(named("devfs_enable"), None));
        assert_eq!(meaning("vimage_exec_prestart0"), Meaning::General(named("exec_prestart"), Some(0)));
        assert_eq!(meaning("vimage_devfs_rootdir"), Meaning::Vimage("devfs", named("rootdir"), None));
        assert_eq!(meaning("vimage_rootdir"), Meaning::Nameless(named("rootdir")));
        assert!(
            matches!(meaning("vimage_a_vnet_interface"), Meaning::Foreign(it) if it.name == "vnet_interface")
        );
        assert!(matches!(meaning("vimage_a_ip_multi3"), Meaning::Foreign(it) if it.name == "ip_multi"));
    }

    #[test]
    fn what_is_no_variable_means_nothing() {
        for name in
            ["vimage_", "vimage__rootdir", "vimage_a", "vimage_a_list", "vimage_exec_prestart00", "jail_list"]
        {
            assert_eq!(meaning(name), Meaning::Unknown, "{name}");
        }
    }

    #[test]
    fn no_default_can_be_taken_for_the_variable_of_a_vimage() {
        for general in KNOWN.iter().filter(|known| known.scope != Scope::Vimage) {
            for own in KNOWN.iter().filter(|known| known.scope != Scope::Program) {
                assert_eq!(owner(general.name, own.name), None, "{} and {}", general.name, own.name);
            }
        }
    }

    #[test]
    fn a_distance_counts_single_mistakes() {
        assert_eq!(distance("rootdir", "rootdir"), 0);
        assert_eq!(distance("rootdri", "rootdir"), 1);
        assert_eq!(distance("rotdir", "rootdir"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn the_nearest_name_is_one_that_could_have_been_meant() {
        let nearest = |name| nearest(name, ["vj1"].into_iter());
        assert_eq!(nearest("vimage_vj1_rootdri").as_deref(), Some("vimage_vj1_rootdir"));
        assert_eq!(nearest("vimage_enabel").as_deref(), Some("vimage_enable"));
        assert_eq!(nearest("vimage_after_services").as_deref(), Some("vimage_afterstart_services"));
        assert_eq!(nearest("vimage_vj1_BRIDGES").as_deref(), Some("vimage_vj1_bridges"));
        assert_eq!(nearest("vimage_vj1_colour"), None);
    }
}
