//! The VNETs of a machine, and the way of an interface from one to another and home again.

use std::time::Duration;

use crate::ifnet::{IfFlags, Interface};
use crate::system::Jid;
use crate::{Errno, Error, Host, Jail, JailInfo, Result};

/// The interfaces of one VNET, and whose it is.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VnetInterfaces {
    /// The jail that has it; none for the host.
    pub jail: Option<JailInfo>,
    /// Its interfaces, in the kernel's order.
    pub interfaces: Vec<Interface>,
}

impl Host {
    /// The interfaces of every VNET: the host's own first, then those of the jails that have one.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, sim::SimHost};
    ///
    /// let host = SimHost::new().host();
    /// let tap = host.interfaces().create("tap")?;
    /// let jail = Jail::builder("web").vnet().create(&host)?;
    /// host.move_in(&tap, jail.jid())?;
    /// jail.interfaces().rename(&tap, "eth0")?;
    ///
    /// let vnets = host.vnets()?;
    /// let eth0 = &vnets[1].interfaces[1];
    /// assert_eq!((eth0.name.as_str(), eth0.driver.as_str()), ("eth0", tap.as_str()));
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Jail::list`] and [`Interfaces::list`](crate::Interfaces::list). A jail that goes away meanwhile is left out.
    pub fn vnets(&self) -> Result<Vec<VnetInterfaces>> {
        let mut vnets = vec![VnetInterfaces { jail: None, interfaces: self.interfaces().list()? }];
        for info in Jail::list(self, false)?.into_iter().filter(|info| info.vnet) {
            let listed = Jail::from_jid(self, info.jid).and_then(|jail| jail.interfaces().list());
            match listed {
                Ok(interfaces) => vnets.push(VnetInterfaces { jail: Some(info), interfaces }),
                Err(error) if matches!(error.errno(), Some(Errno::ENOENT | Errno::EINVAL)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(vnets)
    }

    /// Waits until all these interfaces are on the host, such as those of a jail that was removed. The kernel has no event for it.
    ///
    /// # Errors
    /// [`Error::TimedOut`] with the names of those that are missing; as [`Interfaces::list`](crate::Interfaces::list).
    pub fn wait_home(&self, names: &[&str], bound: Duration) -> Result<()> {
        let mut missing = Vec::new();
        let home = self.wait_until(bound, || {
            let list = self.interfaces().list()?;
            missing =
                names.iter().filter(|name| !list.iter().any(|one| one.name == **name)).copied().collect();
            Ok(missing.is_empty())
        })?;
        let subject = || format!("interfaces {} on the host", missing.join(", "));
        if home { Ok(()) } else { Err(Error::TimedOut { what: "arrival", subject: subject(), bound }) }
    }
}

impl Jail {
    /// The names of its interfaces that the host has too. The kernel does not look when it gives interfaces back: the host would
    /// have two of one name. [`Interfaces::rename`](crate::Interfaces::rename) gives them others first. A loopback stays in its VNET and is none of them.
    ///
    /// # Errors
    /// As [`Interfaces::list`](crate::Interfaces::list).
    pub fn clashes(&self) -> Result<Vec<String>> {
        let home = self.host().interfaces().list()?;
        let inside = self.interfaces().list()?.into_iter();
        let leaving = inside.filter(|one| !one.flags.contains(IfFlags::LOOPBACK));
        Ok(leaving.map(|one| one.name).filter(|name| home.iter().any(|other| other.name == *name)).collect())
    }
}

/// Moves an interface of the host into a jail's VNET.
pub(crate) fn move_in(host: &Host, name: &str, jid: Jid) -> Result<()> {
    match host.system().interface_move(name, jid) {
        Err(Errno::EEXIST) => Err(Error::Clash { name: name.to_owned(), target: format!("jail {jid}") }),
        Err(errno) => Err(Error::rejected("SIOCSIFVNET", format!("interface {name} into jail {jid}"), errno)),
        Ok(()) => Ok(()),
    }
}

/// Takes an interface back, unless one of its name is here already.
pub(crate) fn reclaim(host: &Host, name: &str, jid: Jid) -> Result<()> {
    if host.interfaces().find(name)?.is_some() {
        return Err(Error::Clash { name: name.to_owned(), target: "the host".to_owned() });
    }
    let reclaimed = host.system().interface_reclaim(name, jid);
    reclaimed
        .map_err(|errno| Error::rejected("SIOCSIFRVNET", format!("interface {name} from jail {jid}"), errno))
}
