//! Reading parameters: one question, one consistent answer.

use serde::{Deserialize, Serialize};

use crate::param::{JailSys, Kind, Param, Value};
use crate::system::{JailFlags, Jid, Opt, Refusal};
use crate::{Errno, Error, Host, Result};

/// How often an array may grow between being sized and being read.
const TRIES: usize = 8;

/// Parameters of one jail, all read at the same moment.
///
/// # Examples
/// ```
/// use jailrs::{Jail, sim::SimHost};
///
/// let host = SimHost::new().host();
/// let jail = Jail::builder("web").allow("raw_sockets", false).create(&host)?;
/// let params = jail.get(&["path", "allow.raw_sockets", "securelevel"])?;
/// assert_eq!(params.text("path"), Some("/"));
/// assert_eq!(params.bool("allow.raw_sockets"), Some(false));
/// assert_eq!(params.int("securelevel"), Some(-1));
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(pub Vec<Param>);

impl Params {
    /// The value of this parameter, if it was asked for.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|param| param.name == name).map(|param| &param.value)
    }

    /// The value of a boolean.
    #[must_use]
    pub fn bool(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The value of a number.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i32> {
        match self.get(name)? {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The value of a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::String(value) => Some(value),
            _ => None,
        }
    }

    /// How the jail has a subsystem.
    #[must_use]
    pub fn jailsys(&self, name: &str) -> Option<JailSys> {
        match self.get(name)? {
            Value::JailSys(value) => Some(*value),
            _ => None,
        }
    }
}

/// Reads parameters of the jail that `key` names.
pub(crate) fn read(
    host: &Host,
    key: &Opt,
    names: &[&str],
    flags: JailFlags,
    subject: &str,
) -> Result<(Jid, Params)> {
    // Of two options of one name the kernel takes the last: what names the jail must not be asked for again. It is told anyway.
    if let Some(at) = names.iter().position(|name| *name == key.name && *name == "jid") {
        let others: Vec<&str> = names.iter().copied().filter(|name| *name != key.name).collect();
        let (jid, mut params) = read(host, key, &others, flags, subject)?;
        params.0.insert(at.min(params.0.len()), Param::new("jid", Value::Int(jid.0)));
        return Ok((jid, params));
    }
    let kinds = names.iter().map(|name| kind(host, name)).collect::<Result<Vec<_>>>()?;
    for _ in 0..TRIES {
        let sizes = sizes(host, key, names, &kinds, flags, subject)?;
        let mut opts = vec![key.clone()];
        opts.extend(names.iter().zip(&sizes).map(|(name, size)| Opt::new(*name, vec![0; *size])));
        match host.system().jail_get(&mut opts, flags) {
            Ok(jid) => return Ok((jid, decode(names, &kinds, opts.get(1..).unwrap_or_default(), subject)?)),
            // An array that has grown since it was sized: the kernel says no more than this.
            Err(Refusal { errno: Errno::EINVAL, message }) if message.is_empty() => {}
            Err(refusal) => return Err(Error::refused("jail_get", subject, refusal)),
        }
    }
    Err(Error::rejected("jail_get", subject, Errno::EINVAL))
}

/// Reads parameters of all jails by number.
pub(super) fn read_all(host: &Host, names: &[&str], dying: bool) -> Result<Vec<(Jid, Params)>> {
    let flags = if dying { JailFlags::DYING } else { JailFlags::empty() };
    let mut list = Vec::new();
    let mut last = Jid::HOST;
    loop {
        match read(host, &Opt::int("lastjid", last.0), names, flags, "all jails") {
            Ok((jid, params)) => {
                list.push((jid, params));
                last = jid;
            }
            Err(error) if error.errno() == Some(Errno::ENOENT) => return Ok(list),
            Err(error) => return Err(error),
        }
    }
}

fn kind(host: &Host, name: &str) -> Result<Kind> {
    // The kernel of 15.1 looks for the key of `meta.` for ever.
    let found = match Kind::of(name) {
        Some(kind) => Ok(kind),
        None if name.ends_with('.') => Err(Errno::ENOENT),
        None => host.system().param_kind(name),
    };
    found.map_err(|_| Error::UnknownParameter { name: name.to_owned(), nearest: crate::param::nearest(name) })
}

/// The size of each buffer; arrays are asked for theirs.
fn sizes(
    host: &Host,
    key: &Opt,
    names: &[&str],
    kinds: &[Kind],
    flags: JailFlags,
    subject: &str,
) -> Result<Vec<usize>> {
    let fixed = |kind: &Kind| match kind {
        Kind::Bool | Kind::Int | Kind::JailSys { .. } => Some(4),
        Kind::Ulong => Some(size_of::<std::ffi::c_ulong>()),
        Kind::String(max) => Some(*max),
        Kind::KeyValue => Some(meta_size(host)),
        Kind::Ip4 | Kind::Ip6 => None,
    };
    if let Some(sizes) = kinds.iter().map(fixed).collect::<Option<Vec<_>>>() {
        return Ok(sizes);
    }
    let mut opts = vec![key.clone()];
    let arrays = names.iter().zip(kinds).filter(|(_, kind)| fixed(kind).is_none());
    opts.extend(arrays.map(|(name, _)| Opt::new(*name, [])));
    host.system()
        .jail_get(&mut opts, flags)
        .map_err(|refusal| Error::refused("jail_get", subject, refusal))?;
    let grown = |name: &str| opts.iter().find(|opt| opt.name == name).map_or(0, |opt| opt.value.len() + 64);
    Ok(names.iter().zip(kinds).map(|(name, kind)| fixed(kind).unwrap_or_else(|| grown(name))).collect())
}

/// The kernel's bound for all of `meta`, which bounds each key of it.
fn meta_size(host: &Host) -> usize {
    let bound = host.sysctl_int("security.jail.meta_maxbufsize").ok();
    bound.and_then(|bound| usize::try_from(bound).ok()).unwrap_or(4096).max(1)
}

fn decode(names: &[&str], kinds: &[Kind], opts: &[Opt], subject: &str) -> Result<Params> {
    let one = |((name, kind), opt): ((&&str, &Kind), &Opt)| {
        // A key of meta or env that is not there has no bytes at all.
        if *kind == Kind::KeyValue && name.contains('.') && opt.value.is_empty() {
            return Ok(Param::new(*name, Value::Unset));
        }
        let value = kind.decode(&opt.value).ok_or_else(|| Error::Decode {
            call: "jail_get",
            subject: subject.to_owned(),
            reason: format!("{} bytes for {name}", opt.value.len()),
        })?;
        Ok(Param::new(*name, value))
    };
    names.iter().zip(kinds).zip(opts).map(one).collect::<Result<Vec<_>>>().map(Params)
}
