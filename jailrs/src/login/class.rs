//! What a login class gives its users: limits, priority, umask and environment.

use super::User;
use super::conf::Record;
use crate::{Error, Result};

/// A login class's settings for one user, ready to be taken on.
///
/// # Examples
/// ```
/// use jailrs::login::Class;
/// use jailrs::{Jail, sim::SimHost};
///
/// let machine = SimHost::new();
/// machine.add_root("/jails/web");
/// machine.write_file("/jails/web/etc/master.passwd", "www:*:80:80:web:0:0::/home/www:/bin/sh\n");
/// machine.write_file("/jails/web/etc/login.conf", "web:openfiles=512:umask=027:setenv=STAGE=live:tc=default:\ndefault:\n");
///
/// let jail = Jail::builder("web").path("/jails/web").create(&machine.host())?;
/// let class = jail.class(&jail.user("www")?)?;
/// assert_eq!((class.name.as_str(), class.umask), ("web", Some(0o027)));
/// assert_eq!(class.env, [("STAGE".to_owned(), "live".to_owned())]);
/// # Ok::<(), jailrs::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Class {
    /// Its name, which rctl(8) goes by.
    pub name: String,
    /// The priority, -20 to 20.
    pub priority: Option<i32>,
    /// The file mode creation mask.
    pub umask: Option<u16>,
    /// The limits.
    pub limits: Vec<Limit>,
    /// The search path for commands.
    pub path: Option<String>,
    /// Further variables of the environment.
    pub env: Vec<(String, String)>,
}

/// A limit of a resource; a side that is not said stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The resource: `RLIMIT_NOFILE` and so on, by FreeBSD's numbers.
    pub resource: i32,
    /// The soft limit, in the resource's own unit; [`Limit::INFINITY`] for none.
    pub soft: Option<i64>,
    /// The hard limit.
    pub hard: Option<i64>,
}

impl Limit {
    /// No limit.
    #[doc(alias = "RLIM_INFINITY")]
    pub const INFINITY: i64 = i64::MAX;
}

#[derive(Clone, Copy)]
enum Unit {
    Number,
    Bytes,
    Seconds,
}

/// The limits that login.conf(5) knows, with the numbers of sys/resource.h.
const RESOURCES: &[(&str, Unit, i32)] = &[
    ("cputime", Unit::Seconds, 0),
    ("filesize", Unit::Bytes, 1),
    ("datasize", Unit::Bytes, 2),
    ("stacksize", Unit::Bytes, 3),
    ("coredumpsize", Unit::Bytes, 4),
    ("memoryuse", Unit::Bytes, 5),
    ("memorylocked", Unit::Bytes, 6),
    ("maxproc", Unit::Number, 7),
    ("openfiles", Unit::Number, 8),
    ("sbsize", Unit::Bytes, 9),
    ("vmemoryuse", Unit::Bytes, 10),
    ("pseudoterminals", Unit::Number, 11),
    ("swapuse", Unit::Bytes, 12),
    ("kqueues", Unit::Bytes, 13),
    ("umtxp", Unit::Number, 14),
    ("pipebuf", Unit::Number, 15),
];

/// Variables that have a capability of their own.
const VARIABLES: &[(&str, &str)] = &[
    ("cdpath", "CDPATH"),
    ("manpath", "MANPATH"),
    ("lang", "LANG"),
    ("charset", "MM_CHARSET"),
    ("mail", "MAIL"),
    ("timezone", "TZ"),
];

impl Class {
    /// The class of a user by the text of a login.conf(5); one that has none, or one that is not there, has `default`.
    pub(super) fn of(text: &str, user: &User) -> Result<Self> {
        let wanted = match (user.class.as_str(), user.uid) {
            ("", 0) => "root",
            ("", _) => "default",
            (class, _) => class,
        };
        let found = Record::find(text, wanted).map(|record| (wanted, record));
        let found = found.or_else(|| Record::find(text, "default").map(|record| ("default", record)));
        let Some((name, record)) = found else {
            return Ok(Self { name: "default".to_owned(), ..Self::default() });
        };
        Self::read(name, &record, user)
    }

    fn read(name: &str, record: &Record, user: &User) -> Result<Self> {
        let number = |capability: &str, unit: Unit| match record.get(capability) {
            None => Ok(None),
            Some(text) => quantity(text, unit).map(Some).ok_or_else(|| {
                Error::invalid(format!("{capability} of login class {name}"), text, "it is no quantity")
            }),
        };
        let inherits = |capability: &str| {
            record.get(capability).is_some_and(|value| value.eq_ignore_ascii_case("inherit"))
        };
        let mut limits = Vec::new();
        for (capability, unit, resource) in RESOURCES {
            let both = number(capability, *unit)?;
            let soft = number(&format!("{capability}-cur"), *unit)?.or(both);
            let hard = number(&format!("{capability}-max"), *unit)?.or(both);
            limits.extend((soft.or(hard).is_some()).then_some(Limit { resource: *resource, soft, hard }));
        }
        let priority =
            if inherits("priority") { None } else { number("priority", Unit::Number)?.or(Some(0)) };
        let umask = if inherits("umask") { None } else { number("umask", Unit::Number)? };
        let out_of_range = |capability: &str| {
            Error::invalid(
                format!("{capability} of login class {name}"),
                record.get(capability).unwrap_or_default(),
                "it is out of range",
            )
        };
        Ok(Self {
            name: name.to_owned(),
            // Beyond these bounds login.conf(5) means idle and real time priorities, which a jail cannot have.
            priority: priority.map(|priority| i32::try_from(priority.clamp(-20, 20)).unwrap_or(0)),
            umask: umask.map(|umask| u16::try_from(umask).map_err(|_| out_of_range("umask"))).transpose()?,
            limits,
            path: record.get("path").map(|path| substituted(path, user).replace([' ', '\t', ','], ":")),
            env: environment(record, user),
        })
    }
}

fn environment(record: &Record, user: &User) -> Vec<(String, String)> {
    let fixed = VARIABLES.iter().filter_map(|(capability, variable)| {
        let value = substituted(record.get(capability)?, user);
        let is_path = capability.ends_with("path");
        let value = if is_path { value.replace([' ', '\t', ','], ":") } else { value };
        Some(((*variable).to_owned(), value))
    });
    let list = record.get("setenv").unwrap_or_default().split(',');
    let further = list.filter_map(|pair| {
        let (name, value) = pair.split_once('=').filter(|(name, _)| !name.trim().is_empty())?;
        Some((name.trim_start().to_owned(), substituted(value, user)))
    });
    fixed.chain(further).collect()
}

/// A `~` stands for the home directory and a `$` for the name, unless a backslash is before it.
fn substituted(value: &str, user: &User) -> String {
    let home = user.home.to_string_lossy();
    let mut text = String::new();
    let mut rest = value.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' if matches!(rest.peek(), Some('~' | '$')) => text.extend(rest.next()),
            '~' => {
                text.push_str(&home);
                if !home.ends_with('/') && rest.peek() != Some(&'/') {
                    text.push('/');
                }
            }
            '$' => text.push_str(&user.name),
            c => text.push(c),
        }
    }
    text
}

/// A number with a unit, such as `64`, `0x40`, `022`, `64k`, `1h30m`, `unlimited`.
fn quantity(text: &str, unit: Unit) -> Option<i64> {
    let infinite = ["infinity", "inf", "unlimited", "unlimit", "-1"];
    if infinite.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Some(Limit::INFINITY);
    }
    let mut total = 0_i64;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = leading_number(rest)?;
        let suffix = after.chars().next();
        let factor = match (unit, suffix.map(|c| c.to_ascii_lowercase())) {
            (_, None) => 1,
            (Unit::Bytes, Some('b')) => 512,
            (Unit::Bytes, Some('k')) => 1 << 10,
            (Unit::Bytes, Some('m')) => 1 << 20,
            (Unit::Bytes, Some('g')) => 1 << 30,
            (Unit::Bytes, Some('t')) => 1 << 40,
            (Unit::Seconds, Some('s')) => 1,
            (Unit::Seconds, Some('m')) => 60,
            (Unit::Seconds, Some('h')) => 3600,
            (Unit::Seconds, Some('d')) => 86_400,
            (Unit::Seconds, Some('w')) => 604_800,
            (Unit::Seconds, Some('y')) => 31_536_000,
            _ => return None,
        };
        total = total.saturating_add(number.saturating_mul(factor));
        rest = after.get(suffix.map_or(0, char::len_utf8)..).unwrap_or_default();
    }
    (!text.is_empty()).then_some(total)
}

/// The number that a text begins with, in C's notation, and what follows.
fn leading_number(text: &str) -> Option<(i64, &str)> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (radix, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None if digits.starts_with('0') => (8, digits),
        None => (10, digits),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let (number, rest) = digits.split_at_checked(end)?;
    Some((sign * i64::from_str_radix(number, radix).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn user(name: &str, uid: u32, class: &str) -> User {
        User {
            name: name.to_owned(),
            uid,
            gid: uid,
            groups: vec![uid],
            class: class.to_owned(),
            home: format!("/home/{name}").into(),
            shell: "/bin/sh".into(),
        }
    }

    const TEXT: &str = "default:path=/sbin /bin ~/bin:umask=022:setenv=MAIL=/var/mail/$,BLOCKSIZE=K:\\\n:cputime=1h30m:datasize=64m:openfiles-cur=64:openfiles-max=inf:priority=inherit:\nroot:ignorenologin:priority=-5:tc=default:\n";

    #[test]
    fn a_class_gives_limits_and_an_environment() {
        let class = Class::of(TEXT, &user("alice", 1001, "")).unwrap();
        assert_eq!((class.name.as_str(), class.umask, class.priority), ("default", Some(0o022), None));
        assert_eq!(class.path.as_deref(), Some("/sbin:/bin:/home/alice/bin"));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(class.env, [pair("MAIL", "/var/mail/alice"), pair("BLOCKSIZE", "K")]);
        let limit = |resource, soft, hard| Limit { resource, soft: Some(soft), hard: Some(hard) };
        assert_eq!(
            class.limits,
            [limit(0, 5400, 5400), limit(2, 64 << 20, 64 << 20), limit(8, 64, Limit::INFINITY)]
        );
    }

    #[test]
    fn who_has_no_class_has_the_default_one_and_root_its_own() {
        let root = Class::of(TEXT, &user("root", 0, "")).unwrap();
        assert_eq!((root.name.as_str(), root.priority, root.umask), ("root", Some(-5), Some(0o022)));
        assert_eq!(Class::of(TEXT, &user("bob", 7, "nosuch")).unwrap().name, "default");
        let none = Class::of("", &user("bob", 7, "staff")).unwrap();
        assert_eq!(none, Class { name: "default".to_owned(), ..Class::default() });
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let refused = |text: &str| Class::of(text, &user("bob", 7, "")).unwrap_err().to_string();
        assert_eq!(
            refused("default:openfiles=many:"),
            "openfiles of login class default \"many\": it is no quantity"
        );
        assert_eq!(refused("default:umask=-5:"), "umask of login class default \"-5\": it is out of range");
    }

    proptest! {
        #[test]
        fn any_quantity_is_read_or_refused_without_panic(text in "[-0-9xa-fkmgths]{0,30}") {
            let _ = quantity(&text, Unit::Bytes);
            let _ = quantity(&text, Unit::Seconds);
        }
    }
}
