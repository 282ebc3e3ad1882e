//! TCP connections, by the kernel variables that netstat(1) and tcpdrop(8) use.

use std::ffi::c_int;

use crate::Errno;
use crate::pcblist;
use crate::sys;
use crate::system::Vnet;
use crate::tcp::TcpConnection;

// TCPCTL_PCBLIST and TCPCTL_DROP of netinet/tcp_var.h
const PCBLIST: [c_int; 4] = [libc::CTL_NET, libc::PF_INET, libc::IPPROTO_TCP, 11];
const DROP: [c_int; 4] = [libc::CTL_NET, libc::PF_INET, libc::IPPROTO_TCP, 15];

/// The connections of a VNET.
pub(super) fn connections(vnet: Vnet) -> Result<Vec<TcpConnection>, Errno> {
    let bytes = match vnet {
        Vnet::Host => sys::sysctl(&PCBLIST),
        Vnet::Jail(jail) => sys::sysctl_inside(jail, &PCBLIST),
    };
    pcblist::connections(&bytes?)
}

/// Ends connections; how many there were.
pub(super) fn drop_all(vnet: Vnet, connections: &[TcpConnection]) -> Result<usize, Errno> {
    let jail = match vnet {
        Vnet::Host => None,
        Vnet::Jail(jail) => Some(jail),
    };
    let named: Vec<Vec<u8>> = connections.iter().map(pcblist::to_drop).collect();
    let told = sys::sysctl_set_inside(jail, &DROP, &named)?;
    // ESRCH: it has ended by itself meanwhile, or has not come about yet.
    match told
        .iter()
        .map(|errno| Errno::new(*errno))
        .find(|errno| ![Errno::new(0), Errno::ESRCH].contains(errno))
    {
        Some(errno) => Err(errno),
        None => Ok(told.iter().filter(|errno| **errno == 0).count()),
    }
}
