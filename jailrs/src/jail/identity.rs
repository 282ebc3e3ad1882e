//! What a jail is known by: its descriptor on FreeBSD 15.0 and later, its number before.

use std::ops::Deref;
use std::sync::Arc;

use super::Jail;
use crate::param::{Param, text_of};
use crate::system::{JailFlags, Jid, Opt, Refusal, Target};
use crate::{Errno, Error, Host, Result};

/// A jail descriptor, closed when the last that uses it is dropped.
pub(super) struct Desc {
    host: Host,
    number: i32,
}

impl Drop for Desc {
    fn drop(&mut self) {
        self.host.system().close_desc(self.number);
    }
}

/// A jail that is removed when this value is dropped.
///
/// On FreeBSD 15.0 and later it is also removed when the program ends in whatever way, because the kernel closes the descriptor
/// that owns it.
///
/// # Examples
/// ```
/// use jailrs::{Jail, sim::SimHost};
///
/// let host = SimHost::new().host();
/// {
///     let jail = Jail::builder("scratch").create_owned(&host)?;
///     assert_eq!(Jail::find(&host, "scratch")?.jid(), jail.jid());
/// }
/// assert!(Jail::find(&host, "scratch").is_err());
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the jail is removed when this is dropped"]
pub struct OwnedJail(Jail);

impl Deref for OwnedJail {
    type Target = Jail;

    fn deref(&self) -> &Jail {
        &self.0
    }
}

impl Drop for OwnedJail {
    fn drop(&mut self) {
        // It may be gone already, and there is nobody to tell.
        let _ = self.0.remove();
    }
}

/// An answer of jail_set(2) or jail_get(2), with the jail's descriptor where the kernel has such.
struct Answer {
    jid: Jid,
    opts: Vec<Opt>,
    desc: Option<Arc<Desc>>,
}

/// Asks with a descriptor to be given back, and again without where the kernel knows none.
///
/// A kernel before 15.0 refuses the flag with `EINVAL` and no word.
fn with_desc(
    host: &Host,
    opts: &[Opt],
    flag: JailFlags,
    ask: impl Fn(&mut [Opt], JailFlags) -> Result<Jid, Refusal>,
) -> Result<Answer, Refusal> {
    let mut with = opts.to_vec();
    with.push(Opt::int("desc", -1));
    match ask(&mut with, flag) {
        Ok(jid) => {
            let number = with.pop().and_then(|desc| desc.value.try_into().ok()).map(i32::from_ne_bytes);
            let desc = number.map(|number| Arc::new(Desc { host: host.clone(), number }));
            Ok(Answer { jid, opts: with, desc })
        }
        Err(Refusal { errno: Errno::EINVAL, message }) if message.is_empty() => {
            let mut without = opts.to_vec();
            let jid = ask(&mut without, JailFlags::empty())?;
            Ok(Answer { jid, opts: without, desc: None })
        }
        Err(refusal) => Err(refusal),
    }
}

/// The live jail that is named by its number or its name.
pub(super) fn find(host: &Host, key: Opt, subject: &str) -> Result<Jail> {
    // A parameter cannot be both the key and asked for.
    let by_name = key.name == "name";
    let name = if by_name { text_of(&key.value) } else { String::new() };
    let mut opts = vec![key];
    opts.extend((!by_name).then(|| Opt::new("name", vec![0; 256])));
    let found =
        with_desc(host, &opts, JailFlags::GET_DESC, |opts, flags| host.system().jail_get(opts, flags));
    let Answer { jid, opts, desc } = found.map_err(|refusal| Error::refused("jail_get", subject, refusal))?;
    let name = if by_name { name } else { opts.get(1).map(|opt| text_of(&opt.value)).unwrap_or_default() };
    Jail::of(host, jid, name, desc)
}

/// Creates a jail, owned by its descriptor or not.
pub(super) fn create(host: &Host, params: &[Param], name: &str, owned: bool) -> Result<Jail> {
    let opts = params.iter().map(Param::to_opt).collect::<Result<Vec<_>>>()?;
    let flag = if owned { JailFlags::OWN_DESC } else { JailFlags::GET_DESC };
    let made =
        with_desc(host, &opts, flag, |opts, flags| host.system().jail_set(opts, flags | JailFlags::CREATE));
    let Answer { jid, desc, .. } =
        made.map_err(|refusal| Error::refused("jail_set", format!("jail {name:?}"), refusal))?;
    Jail::of(host, jid, name.to_owned(), desc)
}

/// As [`create`], of a jail that goes when the value does.
pub(super) fn create_owned(host: &Host, params: &[Param], name: &str) -> Result<OwnedJail> {
    create(host, params, name, true).map(OwnedJail)
}

/// What tells a jail from another one of its number where there are no descriptors. None of it changes, but for the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    path: String,
    cpuset: i32,
}

impl Mark {
    /// The mark of a jail, and its name.
    fn read(host: &Host, jid: Jid, subject: &str) -> Result<(Self, String)> {
        let names = ["name", "path", "cpuset.id"];
        let (_, read) =
            super::read::read(host, &Opt::int("jid", jid.0), &names, JailFlags::empty(), subject)?;
        let text = |name| read.text(name).unwrap_or_default().to_owned();
        Ok((Self { path: text("path"), cpuset: read.int("cpuset.id").unwrap_or_default() }, text("name")))
    }
}

impl Jail {
    /// The jail of an answer, marked if it has no descriptor.
    fn of(host: &Host, jid: Jid, name: String, desc: Option<Arc<Desc>>) -> Result<Self> {
        let mark = match desc {
            Some(_) => None,
            None => Some(Mark::read(host, jid, &format!("jail {name:?}"))?.0),
        };
        Ok(Self { host: host.clone(), jid, name, desc, mark })
    }

    /// Who is meant by an operation on this jail. Without a descriptor it looks whether the number still has the same jail.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` if it has another one, or none that is alive.
    pub(crate) fn target(&self) -> Result<Target> {
        if let Some(mark) = &self.mark {
            let (now, name) = Mark::read(&self.host, self.jid, &self.subject())?;
            if (&now, &name) != (mark, &self.name) {
                let message = format!("jail {} is another one now", self.jid);
                let refusal = Refusal { errno: Errno::ENOENT, message };
                return Err(Error::refused("jail_get", self.subject(), refusal));
            }
        }
        Ok(Target { jid: self.jid, desc: self.desc.as_ref().map(|desc| desc.number) })
    }

    /// The option that names the jail, and the flag that says how.
    ///
    /// # Errors
    /// As [`target`](Self::target).
    pub(super) fn key(&self) -> Result<(Opt, JailFlags)> {
        Ok(match self.target()?.desc {
            Some(desc) => (Opt::int("desc", desc), JailFlags::USE_DESC),
            None => (Opt::int("jid", self.jid.0), JailFlags::empty()),
        })
    }
}
