//! A jail's description, read off it, to make it anew.

use super::{Builder, Jail, Params};
use crate::param::{Access, Declared, JailSys, Param, Value};
use crate::{Host, Result};

impl Jail {
    /// Describes the jail as it is, so that one like it can be made after it is gone, with another number.
    ///
    /// All parameters that can be set are in it; what is off is said to be off. What the jail shares with the one above, and the
    /// version of FreeBSD where it is the host's, is left to be shared again.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use jailrs::{Jail, sim::SimHost};
    ///
    /// let host = SimHost::new().host();
    /// let jail = Jail::builder("web").allow("set_hostname", false).meta("owner", "me").create(&host)?;
    /// let like_it = jail.describe()?;
    /// jail.remove()?;
    /// jail.wait_gone(Duration::from_secs(10))?;
    ///
    /// let again = like_it.create(&host)?;
    /// assert_eq!(again.get(&["allow.set_hostname"])?.bool("allow.set_hostname"), Some(false));
    /// assert_eq!(again.meta("owner")?.as_deref(), Some("me"));
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`get_all`](Self::get_all).
    pub fn describe(&self) -> Result<Builder> {
        let declared = self.host().parameters()?;
        let params = self.get_all()?;
        let kept = params.0.iter().filter(|param| is_own(self.host(), &declared, &params, param));
        Ok(kept.cloned().fold(Self::builder(self.name()), Builder::parameter))
    }
}

/// Whether a parameter is the jail's own and can be given to a new one.
fn is_own(host: &Host, declared: &[Declared], all: &Params, param: &Param) -> bool {
    let access = declared.iter().find(|declared| declared.name == param.name).map(|declared| declared.access);
    if access.is_none_or(|access| access == Access::Told) {
        return false;
    }
    let has_vnet = all.jailsys("vnet") == Some(JailSys::New);
    let same_as_host = |name: &str| match &param.value {
        Value::Int(number) => host.sysctl_int(name).is_ok_and(|hosts| hosts == *number),
        value => host.sysctl_text(name).is_ok_and(|hosts| hosts == value.to_string()),
    };
    match (param.name.as_str(), &param.value) {
        ("jid", _) => false,
        // To say that it is shared is to say something of it, which goes with no list of addresses.
        ("vnet", _) => has_vnet,
        ("osreldate", _) => !same_as_host("kern.osreldate"),
        ("osrelease", _) => !same_as_host("kern.osrelease"),
        // A VNET has all addresses. Elsewhere the list says it, or that the list is the one above's.
        ("ip4" | "ip6", value) => !has_vnet && *value == Value::JailSys(JailSys::Inherit),
        ("ip4.addr", _) => !has_vnet && all.jailsys("ip4") != Some(JailSys::Inherit),
        ("ip6.addr", _) => !has_vnet && all.jailsys("ip6") != Some(JailSys::Inherit),
        ("ip4.saddrsel" | "ip6.saddrsel", _) => true,
        ("meta" | "env", Value::String(text)) => !text.is_empty(),
        (name, _) => {
            let above = name.rsplit_once('.').and_then(|(above, _)| all.jailsys(above));
            above.is_none_or(|above| above == JailSys::New)
        }
    }
}
