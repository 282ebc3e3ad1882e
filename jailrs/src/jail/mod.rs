//! Jails: made, found, read, changed, removed.

mod again;
mod builder;
mod connections;
mod identity;
mod processes;
mod read;
mod watch;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::iter::successors;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use builder::Builder;
pub use identity::OwnedJail;
pub use processes::{Signal, Stopped};
pub use read::Params;
pub use watch::{Event, JailEvent, Watcher};

use crate::command::Command;
use crate::ifnet::Interfaces;
use crate::param::{JailSys, Param, Value};
use crate::system::{JailFlags, Jid, Opt};
use crate::{Errno, Error, Host, Result};

/// A jail of a [`Host`].
///
/// On FreeBSD 15.0 and later it holds a jail descriptor, and can never come to mean another jail that was given the same number;
/// before, it goes by the number, and looks before each use whether name, root and CPU set are still the same. The jail itself does not go when this value is dropped; see [`OwnedJail`].
///
/// # Examples
/// ```
/// use jailrs::{Jail, param::{Param, Value}, sim::SimHost};
///
/// let host = SimHost::new().host();
/// let jail = Jail::builder("web").vnet().create(&host)?;
/// jail.set(&[Param::new("host.hostname", Value::String("web.example".into()))])?;
///
/// let all = Jail::list(&host, false)?;
/// assert_eq!(all[0].hostname, "web.example");
/// assert!(all[0].vnet);
///
/// jail.remove()?;
/// jail.wait_gone(std::time::Duration::from_secs(10))?;
/// assert!(Jail::list(&host, true)?.is_empty());
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Clone)]
pub struct Jail {
    host: Host,
    jid: Jid,
    name: String,
    desc: Option<Arc<identity::Desc>>,
    mark: Option<identity::Mark>,
}

impl fmt::Debug for Jail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jail").field("jid", &self.jid).field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a list tells of a jail.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JailInfo {
    /// Its number.
    pub jid: Jid,
    /// Its name; `a.b` is `b` in the jail `a`.
    pub name: String,
    /// Its root directory.
    pub path: PathBuf,
    /// Its host name.
    pub hostname: String,
    /// Whether it has a network stack of its own.
    pub vnet: bool,
    /// Whether it was removed and something still holds it.
    pub dying: bool,
    /// Whether it stays when no process is in it.
    pub persist: bool,
    /// The jail that it is in; 0 for the host.
    pub parent: Jid,
}

const LISTED: &[&str] = &["name", "path", "host.hostname", "vnet", "dying", "persist", "parent"];

impl Jail {
    /// Describes a jail to be created.
    pub fn builder(name: impl Into<String>) -> Builder {
        Builder::new(name)
    }

    /// The jail of this name that is alive. A number is taken as a name too, and as such it is a jid.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` if there is none, or it is dying.
    pub fn find(host: &Host, name: &str) -> Result<Self> {
        let key = Param::new("name", Value::String(name.to_owned())).to_opt()?;
        identity::find(host, key, &format!("jail {name:?}"))
    }

    /// The jail of this number that is alive.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` if there is none, or it is dying.
    pub fn from_jid(host: &Host, jid: Jid) -> Result<Self> {
        identity::find(host, Opt::int("jid", jid.0), &format!("jail {jid}"))
    }

    /// All jails by number, the dying ones too where asked for.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the kernel does not tell.
    pub fn list(host: &Host, dying: bool) -> Result<Vec<JailInfo>> {
        let all = read::read_all(host, LISTED, dying)?;
        Ok(all.iter().map(|(jid, params)| info(*jid, params)).collect())
    }

    /// The jails in this one that are alive, at any depth, by number.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, sim::SimHost};
    ///
    /// let host = SimHost::new().host();
    /// let web = Jail::builder("web").children_max(1).create(&host)?;
    /// Jail::builder("web.cache").create(&host)?;
    /// assert_eq!(web.children()?[0].name, "web.cache");
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rejected`] if the kernel does not tell.
    pub fn children(&self) -> Result<Vec<JailInfo>> {
        self.below(false)
    }

    fn below(&self, dying: bool) -> Result<Vec<JailInfo>> {
        // Most have none, and other jails need not be asked.
        let count = self.get(&["children.cur"]).ok().and_then(|params| params.int("children.cur"));
        if count == Some(0) {
            return Ok(Vec::new());
        }
        // By numbers: another program may have given this one another name.
        let all = Self::list(&self.host, dying)?;
        let parents: BTreeMap<Jid, Jid> = all.iter().map(|info| (info.jid, info.parent)).collect();
        let is_below = |info: &JailInfo| {
            let above = successors(Some(info.parent), |jid| parents.get(jid).copied());
            above.take(parents.len()).any(|jid| jid == self.jid)
        };
        Ok(all.iter().filter(|info| is_below(info)).cloned().collect())
    }

    /// Parameters of all jails by number, those of one jail all read at the same moment; the dying ones too where asked for.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, sim::SimHost};
    ///
    /// let host = SimHost::new().host();
    /// Jail::builder("web").hostname("web.example").create(&host)?;
    /// let all = Jail::read_all(&host, &["jid", "host.hostname"], false)?;
    /// assert_eq!(all[0].text("host.hostname"), Some("web.example"));
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownParameter`]; [`Error::Rejected`] if the kernel does not tell.
    #[doc(alias = "jls")]
    pub fn read_all(host: &Host, names: &[&str], dying: bool) -> Result<Vec<Params>> {
        Ok(read::read_all(host, names, dying)?.into_iter().map(|(_, params)| params).collect())
    }

    /// The jail's number.
    #[must_use]
    pub const fn jid(&self) -> Jid {
        self.jid
    }

    /// The jail's name, as it was when it was made or found.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The machine that the jail is on.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    fn subject(&self) -> String {
        format!("jail {:?} ({})", self.name, self.jid)
    }

    /// Reads parameters, all at the same moment.
    ///
    /// # Errors
    /// [`Error::UnknownParameter`]; [`Error::Rejected`] with `ENOENT` if the jail is gone or dying.
    pub fn get(&self, names: &[&str]) -> Result<Params> {
        let (key, flags) = self.key()?;
        Ok(read::read(&self.host, &key, names, flags, &self.subject())?.1)
    }

    /// Reads every parameter that the kernel has, all at the same moment.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, sim::SimHost};
    ///
    /// let jail = Jail::builder("web").meta("owner", "me").create(&SimHost::new().host())?;
    /// let all = jail.get_all()?;
    /// assert_eq!(all.text("meta"), Some("owner=me"));
    /// assert_eq!(all.bool("allow.mount"), Some(false));
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_all(&self) -> Result<Params> {
        let declared = self.host.parameters()?;
        let names: Vec<&str> = declared.iter().map(|param| param.name.as_str()).collect();
        self.get(&names)
    }

    /// Changes parameters; all are taken, or none.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EINVAL` for what cannot be changed (`vnet`, `path`, `ip4`, ...), `ENOENT` if the jail is gone,
    /// `EPERM`; [`Error::Invalid`] for another name of a jail that is in a jail: see [`rename`](Self::rename).
    pub fn set(&self, params: &[Param]) -> Result<()> {
        if let Some(name) = params.iter().find(|param| param.name == "name" && self.name.contains('.')) {
            let reason = "the kernel would forget what the jail above is called; Jail::rename knows how";
            return Err(Error::invalid("jail parameter name", name.value.to_string(), reason));
        }
        let (key, flags) = self.key()?;
        let mut opts = vec![key];
        for param in params {
            opts.push(param.to_opt()?);
        }
        let changed = self.host.system().jail_set(&mut opts, flags | JailFlags::UPDATE);
        changed.map(drop).map_err(|refusal| Error::refused("jail_set", self.subject(), refusal))
    }

    /// Gives the jail another name: of a jail in a jail the last part.
    ///
    /// The kernel takes the number or the descriptor of a jail as a word from the caller's own jail, and would give a jail further
    /// down a name without the names above it. What looks at it from the jail above then brings FreeBSD 15.1 down. So that one is
    /// renamed from the jail above, by its descriptor.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, sim::SimHost};
    ///
    /// let host = SimHost::new().host();
    /// Jail::builder("web").children_max(1).create(&host)?;
    /// let mut inner = Jail::builder("web.old").create(&host)?;
    /// inner.rename("new")?;
    /// assert_eq!(Jail::find(&host, "web.new")?.jid(), inner.jid());
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EEXIST` if the name is taken, `EINVAL` for another number than its own, `ENOENT` if the jail is
    /// gone; [`Error::Invalid`] for a dot in the name; [`Error::Unsupported`] for a jail in a jail before FreeBSD 15.0, or one that
    /// has jails in it itself.
    pub fn rename(&mut self, new: &str) -> Result<()> {
        if new.contains('.') {
            return Err(Error::invalid("jail name", new, "the last part of a name has no dot"));
        }
        let name = Param::new("name", Value::String(new.to_owned()));
        match self.name.rsplit_once('.').map(|(above, _)| above.to_owned()) {
            None => {
                self.set(&[name])?;
                new.clone_into(&mut self.name);
            }
            Some(above) => {
                self.rename_inside(&name)?;
                self.name = format!("{above}.{new}");
            }
        }
        Ok(())
    }

    fn rename_inside(&self, name: &Param) -> Result<()> {
        let unsupported = |hint: &str| Error::Unsupported {
            what: format!("renaming {}", self.subject()),
            hint: hint.to_owned(),
        };
        let read = self.get(&["parent", "children.cur"])?;
        if read.int("children.cur") != Some(0) {
            return Err(unsupported(
                "the kernel would mangle the names of the jails in it; remove them first",
            ));
        }
        let above = Self::from_jid(&self.host, Jid(read.int("parent").unwrap_or_default()))?;
        let Some(desc) = above.target()?.desc else {
            return Err(unsupported("jails in jails can be renamed from FreeBSD 15.0 on; make it anew"));
        };
        let mut opts = [Opt::int("desc", desc), Opt::int("jid", self.jid.0), name.to_opt()?];
        let renamed = self.host.system().jail_set(&mut opts, JailFlags::UPDATE | JailFlags::AT_DESC);
        renamed.map(drop).map_err(|refusal| Error::refused("jail_set", self.subject(), refusal))
    }

    /// Removes the jail: every process in it is killed. It may be dying for a while; see [`wait_gone`](Self::wait_gone).
    ///
    /// Its VNET goes with it. FreeBSD 15.1 panics (`ng node won't die`) if netgraph nodes are in it of which one ends when it
    /// loses the other, such as two bridges or hubs that are connected: shut down what is in it first.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` if it is gone, `EPERM`.
    #[doc(alias = "jail_remove")]
    pub fn remove(&self) -> Result<()> {
        let removed = self.host.system().jail_remove(self.target()?);
        removed.map_err(|errno| {
            // The kernel says so of a number that no jail has, and ENOENT of a descriptor.
            let errno = if errno == Errno::EINVAL { Errno::ENOENT } else { errno };
            Error::rejected("jail_remove", self.subject(), errno)
        })
    }

    /// The note of this key (`meta.KEY`); `None` if there is none, or the kernel has no notes.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` if the jail is gone.
    pub fn meta(&self, key: &str) -> Result<Option<String>> {
        if !self.host.supports_meta() {
            return Ok(None);
        }
        let name = format!("meta.{key}");
        Ok(self.get(&[&name])?.text(&name).map(str::to_owned))
    }

    /// Writes, or with `None` takes away, the note of this key.
    ///
    /// # Errors
    /// [`Error::Unsupported`] before FreeBSD 15.0; [`Error::Rejected`] with `EFBIG` if the notes become too long together.
    pub fn set_meta(&self, key: &str, text: Option<&str>) -> Result<()> {
        if !self.host.supports_meta() {
            let hint = "jails have notes from FreeBSD 15.0 on; keep it elsewhere".to_owned();
            return Err(Error::Unsupported { what: format!("meta.{key}"), hint });
        }
        let value = text.map_or(Value::Unset, |text| Value::String(text.to_owned()));
        self.set(&[Param::new(format!("meta.{key}"), value)])
    }

    /// Waits until nothing is left of the jail, not even a dying one.
    ///
    /// Its interfaces come home a moment later still: see [`Interfaces::wait_for`].
    ///
    /// # Errors
    /// [`Error::TimedOut`]; [`Error::Rejected`] if the kernel does not tell.
    pub fn wait_gone(&self, bound: Duration) -> Result<()> {
        // A dying jail may be given another number when a new one takes its own, so the name tells more.
        let gone = self.host.wait_until(bound, || self.is_gone())?;
        if gone { Ok(()) } else { Err(Error::TimedOut { what: "end", subject: self.subject(), bound }) }
    }

    /// Tells whether nothing is left of the jail: one question, unless a jail of its name was made since, which hides it.
    fn is_gone(&self) -> Result<bool> {
        let key = Param::new("name", Value::String(self.name.clone())).to_opt()?;
        match read::read(&self.host, &key, &["dying"], JailFlags::DYING, &self.subject()) {
            Err(error) if error.errno() == Some(Errno::ENOENT) => return Ok(true),
            Ok((jid, found)) if jid == self.jid || found.bool("dying") == Some(true) => return Ok(false),
            found => drop(found?),
        }
        let list = Self::list(&self.host, true)?;
        Ok(!list.iter().any(|info| info.name == self.name && (info.dying || info.jid == self.jid)))
    }

    /// The CPUs that the jail may use, by number.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, sim::SimHost};
    ///
    /// let jail = Jail::builder("web").create(&SimHost::new().host())?;
    /// jail.set_cpus(&[0, 2])?;
    /// assert_eq!(jail.cpus()?, [0, 2]);
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ESRCH` or `ENOENT` if the jail is gone.
    #[doc(alias = "cpuset_getaffinity")]
    pub fn cpus(&self) -> Result<Vec<u16>> {
        let cpus = self.host.system().jail_cpus(self.target()?);
        cpus.map_err(|errno| Error::rejected("cpuset_getaffinity", self.subject(), errno))
    }

    /// Sets the CPUs that the jail, and every jail in it, may use.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EDEADLK` for none, `EINVAL` for one that the jail above may not use, `ESRCH` or `ENOENT` if the
    /// jail is gone.
    #[doc(alias = "cpuset_setaffinity")]
    pub fn set_cpus(&self, cpus: &[u16]) -> Result<()> {
        let set = self.host.system().set_jail_cpus(self.target()?, cpus);
        set.map_err(|errno| Error::rejected("cpuset_setaffinity", self.subject(), errno))
    }

    /// A command to be run in the jail.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        Command::new(&self.host, Some(self.clone()), program)
    }

    /// The interfaces of the jail's VNET, which is its parent's if it has none of its own.
    #[must_use]
    pub fn interfaces(&self) -> Interfaces {
        Interfaces::new(&self.host, Some(self.clone()), format!("in jail {:?}", self.name))
    }
}

fn info(jid: Jid, params: &Params) -> JailInfo {
    JailInfo {
        jid,
        name: params.text("name").unwrap_or_default().to_owned(),
        path: params.text("path").unwrap_or_default().into(),
        hostname: params.text("host.hostname").unwrap_or_default().to_owned(),
        vnet: params.jailsys("vnet") == Some(JailSys::New),
        dying: params.bool("dying").unwrap_or_default(),
        persist: params.bool("persist").unwrap_or_default(),
        parent: Jid(params.int("parent").unwrap_or_default()),
    }
}
