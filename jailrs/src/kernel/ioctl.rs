//! Interfaces by ioctl(2), in the VNET of a socket.

use std::os::fd::OwnedFd;

use crate::Errno;
use crate::ifnet::{IfCaps, IfFlags, Interface, NAME_MAX, name_of_bytes, name_to_bytes};
use crate::mac::Mac;
use crate::param::text_of;
use crate::sys::{self, BufferCall, GroupCall, IfCall, Ifreq};
use crate::system::{IfChange, Jid, Vnet};

const AF_LINK: u8 = 18;

/// The room for a description at first (`net.ifdescr_maxlen`).
const DESCRIPTION: usize = 1024;

/// A socket of a VNET. It holds the jail while it is open, so that none is kept.
pub(super) fn socket(vnet: Vnet) -> Result<OwnedFd, Errno> {
    match vnet {
        Vnet::Host => sys::socket(),
        Vnet::Jail(jail) => sys::socket_in_jail(jail),
    }
}

/// A request about the interface of this name. No interface has a name that does not fit.
fn request(name: &str) -> Result<Ifreq, Errno> {
    let mut ifreq = Ifreq::default();
    let name = name_to_bytes(name);
    if name.len() > NAME_MAX || name.contains(&0) {
        return Err(Errno::ENXIO);
    }
    for (place, byte) in ifreq.name.iter_mut().zip(name) {
        *place = byte;
    }
    Ok(ifreq)
}

/// Puts a number at the beginning of the request's data.
fn with_int(mut ifreq: Ifreq, number: i32) -> Ifreq {
    for (place, byte) in ifreq.data.iter_mut().zip(number.to_ne_bytes()) {
        *place = byte;
    }
    ifreq
}

fn int(ifreq: &Ifreq) -> i32 {
    let [a, b, c, d, ..] = ifreq.data;
    i32::from_ne_bytes([a, b, c, d])
}

/// `ifr_flags` and `ifr_flagshigh`, two shorts.
fn flags(ifreq: &Ifreq) -> u32 {
    let [a, b, c, d, ..] = ifreq.data;
    u32::from(u16::from_ne_bytes([a, b])) | u32::from(u16::from_ne_bytes([c, d])) << 16
}

fn with_flags(mut ifreq: Ifreq, flags: u32) -> Ifreq {
    let [_, _, _, _, rest @ ..] = ifreq.data;
    let ([a, b], [c, d]) = ((flags as u16).to_ne_bytes(), ((flags >> 16) as u16).to_ne_bytes());
    ifreq.data = [0; 16];
    for (place, byte) in ifreq.data.iter_mut().zip([a, b, c, d].into_iter().chain(rest)) {
        *place = byte;
    }
    ifreq
}

/// Those interfaces of a VNET that are asked for by name, number, or addresses: the rest is asked of each of them by itself.
pub(super) fn interfaces(vnet: Vnet, which: impl Fn(&Interface) -> bool) -> Result<Vec<Interface>, Errno> {
    let mut list = of_socket(&socket(vnet)?, which)?;
    let jail = match vnet {
        Vnet::Host => None,
        Vnet::Jail(jail) => Some(jail),
    };
    let indexes: Vec<u32> = list.iter().map(|interface| interface.index).collect();
    for (interface, driver) in list.iter_mut().zip(sys::driver_names(jail, &indexes)?) {
        interface.driver = driver;
    }
    Ok(list)
}

fn of_socket(socket: &OwnedFd, which: impl Fn(&Interface) -> bool) -> Result<Vec<Interface>, Errno> {
    let mut room = 1 << 16;
    let bytes = loop {
        let bytes = sys::ifconf(socket, room)?;
        // The kernel gives what fits and does not say that there is more.
        if bytes.len() + 512 < room {
            break bytes;
        }
        room *= 2;
    };
    let listed = crate::ifconf::interfaces(&bytes);
    // One that goes away meanwhile is not there.
    let described = listed.into_iter().filter(which).map(|interface| match describe(socket, interface) {
        Err(Errno::ENXIO) => Ok(None),
        described => described.map(Some),
    });
    described.filter_map(Result::transpose).collect()
}

fn describe(socket: &OwnedFd, mut interface: Interface) -> Result<Interface, Errno> {
    let mut ifreq = request(&interface.name)?;
    sys::ifioctl(socket, IfCall::SIOCGIFFLAGS, &mut ifreq)?;
    interface.flags = IfFlags::from_bits_retain(flags(&ifreq));
    let mut ifreq = request(&interface.name)?;
    sys::ifioctl(socket, IfCall::SIOCGIFMTU, &mut ifreq)?;
    interface.mtu = u32::try_from(int(&ifreq)).unwrap_or(0);
    interface.description = description(socket, &interface.name)?;
    interface.groups = groups(socket, &interface.name)?;
    let mut ifreq = request(&interface.name)?;
    sys::ifioctl(socket, IfCall::SIOCGIFFIB, &mut ifreq)?;
    interface.fib = u32::try_from(int(&ifreq)).unwrap_or(0);
    let mut ifreq = request(&interface.name)?;
    sys::ifioctl(socket, IfCall::SIOCGIFCAP, &mut ifreq)?;
    let [a, b, c, d, e, f, g, h, ..] = ifreq.data;
    interface.capable = IfCaps::from_bits_retain(u32::from_ne_bytes([a, b, c, d]));
    interface.enabled = IfCaps::from_bits_retain(u32::from_ne_bytes([e, f, g, h]));
    Ok(interface)
}

fn description(socket: &OwnedFd, name: &str) -> Result<String, Errno> {
    let mut buffer = vec![0; DESCRIPTION];
    loop {
        match sys::ifioctl_buffer(socket, BufferCall::SIOCGIFDESCR, &mut request(name)?, &mut buffer) {
            Err(Errno::ENOMSG) => return Ok(String::new()),
            Err(errno) => return Err(errno),
            Ok(length) if length > buffer.len() => buffer.resize(length, 0),
            Ok(_) => return Ok(text_of(&buffer)),
        }
    }
}

fn groups(socket: &OwnedFd, name: &str) -> Result<Vec<String>, Errno> {
    let name = request(name)?.name;
    sys::until_it_fits(|| match sys::ifgroups(socket, &name) {
        // There are more than when they were counted.
        Err(Errno::EINVAL) => Ok(None),
        groups => groups.map(Some),
    })
}

fn change_group(socket: &OwnedFd, call: GroupCall, name: &str, group: &str) -> Result<(), Errno> {
    let group = request(group).map_err(|_| Errno::EINVAL)?.name;
    sys::ifgroup(socket, call, &request(name)?.name, &group)
}

/// Changes an interface of the socket's VNET.
pub(super) fn change(socket: &OwnedFd, name: &str, change: &IfChange) -> Result<(), Errno> {
    let mut ifreq = request(name)?;
    match change {
        IfChange::Rename(new) => rename(socket, ifreq, new),
        IfChange::Up(up) => set_flag(socket, name, IfFlags::UP, *up),
        IfChange::Flags(flags, on) => set_flag(socket, name, *flags, *on),
        IfChange::AddGroup(group) => change_group(socket, GroupCall::SIOCAIFGROUP, name, group),
        IfChange::RemoveGroup(group) => change_group(socket, GroupCall::SIOCDIFGROUP, name, group),
        IfChange::Fib(fib) => {
            let fib = i32::try_from(*fib).map_err(|_| Errno::EINVAL)?;
            sys::ifioctl(socket, IfCall::SIOCSIFFIB, &mut with_int(ifreq, fib))
        }
        IfChange::Capabilities(caps) => {
            sys::ifioctl(socket, IfCall::SIOCSIFCAP, &mut with_int(ifreq, caps.bits() as i32))
        }
        IfChange::Mac(Mac(octets)) => {
            let address = [6, AF_LINK].iter().chain(octets);
            ifreq.data.iter_mut().zip(address).for_each(|(place, byte)| *place = *byte);
            sys::ifioctl(socket, IfCall::SIOCSIFLLADDR, &mut ifreq)
        }
        IfChange::Mtu(mtu) => {
            // Too large a one is for the kernel to refuse, which first looks for the interface.
            sys::ifioctl(socket, IfCall::SIOCSIFMTU, &mut with_int(ifreq, *mtu as i32))
        }
        IfChange::Description(text) => {
            // The kernel copies all but the last byte and closes the text itself; no bytes take it away.
            let mut bytes = text.as_bytes().to_vec();
            bytes.extend((!text.is_empty()).then_some(0));
            sys::ifioctl_buffer(socket, BufferCall::SIOCSIFDESCR, &mut ifreq, &mut bytes).map(drop)
        }
    }
}

fn set_flag(socket: &OwnedFd, name: &str, flag: IfFlags, on: bool) -> Result<(), Errno> {
    let mut ifreq = request(name)?;
    sys::ifioctl(socket, IfCall::SIOCGIFFLAGS, &mut ifreq)?;
    let mut wanted = IfFlags::from_bits_retain(flags(&ifreq));
    wanted.set(flag, on);
    sys::ifioctl(socket, IfCall::SIOCSIFFLAGS, &mut with_flags(request(name)?, wanted.bits()))
}

fn rename(socket: &OwnedFd, mut ifreq: Ifreq, new: &str) -> Result<(), Errno> {
    // The kernel reads IFNAMSIZ bytes at most, and says so if the NUL is not among them.
    let mut bytes = [0; NAME_MAX + 2];
    if new.contains('\0') {
        return Err(Errno::EINVAL);
    }
    bytes.iter_mut().zip(name_to_bytes(new)).for_each(|(place, byte)| *place = byte);
    sys::ifioctl_buffer(socket, BufferCall::SIOCSIFNAME, &mut ifreq, &mut bytes).map(drop)
}

/// Creates an interface in the socket's VNET.
pub(super) fn create(socket: &OwnedFd, name: &str) -> Result<String, Errno> {
    let wanted = request(name).map_err(|_| Errno::EINVAL)?.name;
    Ok(name_of_bytes(&sys::ifcreate(socket, &wanted)?))
}

/// Destroys an interface of the socket's VNET.
pub(super) fn destroy(socket: &OwnedFd, name: &str) -> Result<(), Errno> {
    sys::ifioctl(socket, IfCall::SIOCIFDESTROY, &mut request(name)?)
}

/// Moves an interface of the host into a jail.
pub(super) fn move_in(name: &str, to: Jid) -> Result<(), Errno> {
    sys::ifioctl(&sys::socket()?, IfCall::SIOCSIFVNET, &mut with_int(request(name)?, to.0))
}

/// Takes an interface back from a jail.
pub(super) fn reclaim(name: &str, from: Jid) -> Result<(), Errno> {
    sys::ifioctl(&sys::socket()?, IfCall::SIOCSIFRVNET, &mut with_int(request(name)?, from.0))
}
