//! Describing a jail before it is there.

use std::path::Path;

use super::{OwnedJail, identity};
use crate::param::{JailSys, Param, Value, module_of};
use crate::{Host, Jail, Result};

/// A jail to be created: its parameters.
///
/// Unless told otherwise it is persistent (the kernel insists on that, or on a process in it) and has the root `/`.
///
/// # Examples
/// ```
/// use jailrs::{Jail, sim::SimHost};
///
/// let machine = SimHost::new();
/// machine.add_root("/jails/web");
/// let jail = Jail::builder("web")
///     .path("/jails/web")
///     .hostname("web.example")
///     .vnet()
///     .allow("raw_sockets", true)
///     .devfs_ruleset(4)
///     .meta("owner", "vimage")
///     .create(&machine.host())?;
/// assert_eq!(jail.meta("owner")?.as_deref(), Some("vimage"));
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a jail is made by `create`"]
pub struct Builder {
    name: String,
    params: Vec<Param>,
    load_modules: bool,
}

impl Builder {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        let params = vec![
            Param::new("name", Value::String(name.clone())),
            Param::new("path", Value::String("/".to_owned())),
            Param::new("persist", Value::Bool(true)),
        ];
        Self { name, params, load_modules: false }
    }

    /// Sets a parameter, in place of what was said about it before.
    pub fn parameter(mut self, param: Param) -> Self {
        match self.params.iter_mut().find(|known| known.name == param.name) {
            Some(known) => *known = param,
            None => self.params.push(param),
        }
        self
    }

    fn string(self, name: &str, text: impl Into<String>) -> Self {
        self.parameter(Param::new(name, Value::String(text.into())))
    }

    fn int(self, name: &str, number: i32) -> Self {
        self.parameter(Param::new(name, Value::Int(number)))
    }

    /// The root directory. One whose path is no text is refused when the jail is to be made.
    pub fn path(self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().as_os_str();
        match path.to_str() {
            Some(text) => self.string("path", text),
            None => self.parameter(Param::new("path", Value::Raw(path.as_encoded_bytes().to_vec()))),
        }
    }

    /// The host name.
    pub fn hostname(self, name: impl Into<String>) -> Self {
        self.string("host.hostname", name)
    }

    /// Gives the jail a network stack of its own.
    pub fn vnet(self) -> Self {
        self.parameter(Param::new("vnet", Value::JailSys(JailSys::New)))
    }

    /// Lets the jail stay when no process is in it. It is so already.
    pub fn persist(self) -> Self {
        self.parameter(Param::new("persist", Value::Bool(true)))
    }

    /// Allows or forbids something: `allow.WHAT`.
    pub fn allow(self, what: &str, allowed: bool) -> Self {
        self.parameter(Param::new(format!("allow.{what}"), Value::Bool(allowed)))
    }

    /// A note that the jail itself cannot see: `meta.KEY`. Where the kernel has none it is left out; see
    /// [`Host::supports_meta`].
    pub fn meta(self, key: &str, text: impl Into<String>) -> Self {
        self.string(&format!("meta.{key}"), text)
    }

    /// The ruleset of devfs mounts in the jail.
    pub fn devfs_ruleset(self, number: i32) -> Self {
        self.int("devfs_ruleset", number)
    }

    /// The securelevel, -1 to 3.
    pub fn securelevel(self, level: i32) -> Self {
        self.int("securelevel", level)
    }

    /// How many jails it may have below it.
    pub fn children_max(self, number: i32) -> Self {
        self.int("children.max", number)
    }

    /// Lets [`create`](Self::create) load the kernel modules that its parameters need, such as `nullfs` for
    /// `allow.mount.nullfs`. Without it the kernel refuses such a parameter.
    pub fn load_modules(mut self) -> Self {
        self.load_modules = true;
        self
    }

    /// The parameters as they stand.
    #[must_use]
    pub fn parameters(&self) -> &[Param] {
        &self.params
    }

    /// Creates the jail.
    ///
    /// # Errors
    /// [`Error::Rejected`](crate::Error::Rejected) with `EEXIST` if there is one of that name, `ENOENT` or `ENOTDIR` for the root
    /// directory, `EPERM`, `EINVAL` with the kernel's words; [`Error::Invalid`](crate::Error::Invalid) for a text with a NUL or a
    /// path that is no text.
    pub fn create(self, host: &Host) -> Result<Jail> {
        self.load(host)?;
        identity::create(host, &self.understood(host), &self.name, false)
    }

    /// Creates a jail that is removed when the value is dropped.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    #[doc(alias = "JAIL_OWN_DESC")]
    pub fn create_owned(self, host: &Host) -> Result<OwnedJail> {
        self.load(host)?;
        identity::create_owned(host, &self.understood(host), &self.name)
    }

    fn load(&self, host: &Host) -> Result<()> {
        let mut needing =
            self.params.iter().filter(|param| self.load_modules && module_of(&param.name).is_some());
        needing.try_for_each(|param| host.load_module_for(&param.name).map(drop))
    }

    /// The parameters that this version of the kernel understands.
    fn understood(&self, host: &Host) -> Vec<Param> {
        let is_meta = |param: &Param| matches!(param.name.split('.').next(), Some("meta" | "env"));
        let notes = host.supports_meta();
        self.params.iter().filter(|param| notes || !is_meta(param)).cloned().collect()
    }
}
