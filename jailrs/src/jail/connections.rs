//! The TCP connections of a jail, and their end.

use super::Jail;
use crate::system::Vnet;
use crate::tcp::TcpConnection;
use crate::{Error, Result};

impl Jail {
    /// The TCP connections of the jail and of the jails below it that are in the same VNET; not what only listens.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` if the jail is gone or dying, before FreeBSD 15 with `EINVAL` if it goes meanwhile.
    #[doc(alias = "net.inet.tcp.pcblist")]
    pub fn tcp_connections(&self) -> Result<Vec<TcpConnection>> {
        let listed = self.host.system().tcp_connections(Vnet::Jail(self.target()?));
        listed.map_err(|errno| {
            Error::rejected("sysctl", format!("net.inet.tcp.pcblist in {}", self.subject()), errno)
        })
    }

    /// Ends the TCP connections of a jail that has a VNET of its own, as `tcpdrop -a` does, and tells how many there were.
    ///
    /// A connection outlives its process until the other side has acknowledged its end; where that cannot be reached any more, it
    /// keeps the jail dying for many minutes. Once the jail is dying nobody can enter it to do this.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, TcpConnection, TcpState, sim::SimHost};
    ///
    /// let machine = SimHost::new();
    /// let jail = Jail::builder("web").vnet().create(&machine.host())?;
    /// machine.add_connection(jail.jid(), TcpConnection {
    ///     local: "192.0.2.1:22".parse()?,
    ///     foreign: "198.51.100.7:50012".parse()?,
    ///     state: TcpState::FIN_WAIT_1,
    /// });
    /// assert_eq!(jail.drop_tcp_connections()?, 1);
    /// assert!(jail.tcp_connections()?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`tcp_connections`](Self::tcp_connections); [`Error::Rejected`] with `EPERM` if it shares another's VNET.
    #[doc(alias = "net.inet.tcp.drop")]
    pub fn drop_tcp_connections(&self) -> Result<usize> {
        let all = self.tcp_connections()?;
        if all.is_empty() {
            return Ok(0);
        }
        let dropped = self.host.system().tcp_drop(Vnet::Jail(self.target()?), &all);
        dropped.map_err(|errno| {
            Error::rejected("sysctl", format!("net.inet.tcp.drop in {}", self.subject()), errno)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::sim::SimHost;
    use crate::tcp::tests::connection;
    use crate::{Errno, Jail};

    #[test]
    fn a_jail_dies_only_once_its_connections_are_gone() {
        let machine = SimHost::new();
        let host = machine.host();
        for (name, drop_first) in [("web", false), ("mail", true)] {
            let jail = Jail::builder(name).vnet().create(&host).unwrap();
            machine.add_connection(jail.jid(), connection(9));
            if drop_first {
                assert_eq!(jail.drop_tcp_connections().unwrap(), 1);
            }
            jail.remove().unwrap();
            assert_eq!(jail.wait_gone(Duration::from_secs(60)).is_ok(), drop_first);
            assert_eq!(jail.tcp_connections().unwrap_err().errno(), Some(Errno::ENOENT));
        }
    }

    #[test]
    fn connections_below_count_unless_they_have_a_network_of_their_own() {
        let machine = SimHost::new();
        let host = machine.host();
        let web = Jail::builder("web")
            .vnet()
            .parameter(crate::Param::parse("children.max=9").unwrap())
            .create(&host)
            .unwrap();
        let shared = Jail::builder("web.shared").create(&host).unwrap();
        let own = Jail::builder("web.own").vnet().create(&host).unwrap();
        for (jail, port) in [(&web, 1), (&shared, 2), (&own, 3)] {
            machine.add_connection(jail.jid(), connection(port));
        }
        let ports = |jail: &Jail| {
            let all = jail.tcp_connections().unwrap();
            all.iter().map(|one| one.foreign.port()).collect::<Vec<_>>()
        };
        assert_eq!([ports(&web), ports(&shared), ports(&own)], [vec![1, 2], vec![2], vec![3]]);
        assert_eq!(shared.drop_tcp_connections().unwrap_err().errno(), Some(Errno::EPERM));
        assert_eq!(web.drop_tcp_connections().unwrap(), 2);
        assert_eq!(ports(&own), [3]);
    }
}
