//! The ioctls of network interfaces.

use std::ffi::{c_int, c_uint, c_ulong, c_void};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;

use super::checked;
use crate::Errno;

/// `struct ifreq` of net/if.h: a name and 16 bytes of whatever the request is about.
#[repr(C, align(8))]
#[derive(Clone, Copy, Default)]
pub(crate) struct Ifreq {
    pub(crate) name: [u8; 16],
    pub(crate) data: [u8; 16],
}

const _: () = assert!(size_of::<Ifreq>() == 32 || cfg!(not(target_pointer_width = "64")));

/// `struct ifconf` of net/if.h.
#[repr(C)]
struct Ifconf {
    len: c_int,
    buf: *mut c_void,
}

/// An ioctl whose argument is a `struct ifreq` without pointers in it.
pub(crate) fn ifioctl(socket: &OwnedFd, request: c_ulong, ifreq: &mut Ifreq) -> Result<(), Errno> {
    // SAFETY: the requests of `kernel::ioctl` that come here read and write these 32 bytes alone.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(ifreq)) }).map(drop)
}

/// An ioctl whose `struct ifreq` points to a buffer: `ifr_data`, or `ifr_buffer` with its length before the pointer.
pub(crate) fn ifioctl_buffer(
    socket: &OwnedFd,
    request: c_ulong,
    ifreq: &mut Ifreq,
    with_length: bool,
    buffer: &mut [u8],
) -> Result<usize, Errno> {
    const WORD: usize = size_of::<usize>();
    let pointer = if buffer.is_empty() { 0 } else { buffer.as_mut_ptr().expose_provenance() };
    let words = if with_length { [buffer.len(), pointer] } else { [pointer, 0] };
    for (place, word) in ifreq.data.chunks_exact_mut(WORD).zip(words) {
        place.copy_from_slice(&word.to_ne_bytes());
    }
    // SAFETY: the request reads and writes these 32 bytes and the buffer that they point to, of the length that is told or,
    // for a name, up to its closing NUL within IFNAMSIZ bytes, which the caller puts there.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(ifreq)) })?;
    let mut length = [0; WORD];
    length.copy_from_slice(&ifreq.data[..WORD]);
    Ok(usize::from_ne_bytes(length))
}

/// SIOCGIFCONF: every address of every interface; what fits.
pub(crate) fn ifconf(socket: &OwnedFd, request: c_ulong, room: usize) -> Result<Vec<u8>, Errno> {
    let mut bytes = vec![0_u8; room];
    let len = c_int::try_from(room).map_err(|_| Errno::ENOMEM)?;
    let mut ifconf = Ifconf { len, buf: bytes.as_mut_ptr().cast() };
    // SAFETY: the request writes at most `len` bytes to the buffer, and the length that it wrote.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(&mut ifconf)) })?;
    bytes.truncate(usize::try_from(ifconf.len).unwrap_or(0));
    Ok(bytes)
}

/// The size of the argument of SIOCGIFCONF.
pub(crate) const IFCONF_SIZE: usize = size_of::<Ifconf>();

/// `struct ifgroupreq` of net/if.h.
#[repr(C)]
struct Ifgroupreq {
    name: [u8; 16],
    len: c_uint,
    group: IfgroupreqGroup,
}

#[repr(C)]
union IfgroupreqGroup {
    name: [u8; 16],
    list: *mut c_void,
}

/// The size of the argument of SIOCGIFGROUP and its kin.
pub(crate) const IFGROUPREQ_SIZE: usize = size_of::<Ifgroupreq>();

const _: () = assert!(IFGROUPREQ_SIZE == 40 || cfg!(not(target_pointer_width = "64")));

/// SIOCAIFGROUP, SIOCDIFGROUP: an interface and one group.
pub(crate) fn ifgroup(
    socket: &OwnedFd,
    request: c_ulong,
    name: &[u8; 16],
    group: &[u8; 16],
) -> Result<(), Errno> {
    let mut argument = Ifgroupreq { name: *name, len: 0, group: IfgroupreqGroup { name: *group } };
    // SAFETY: the requests that come here read this struct alone.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(&mut argument)) }).map(drop)
}

/// SIOCGIFGROUP: the groups of an interface. `EINVAL` if there are more of them than a moment ago.
pub(crate) fn ifgroups(socket: &OwnedFd, request: c_ulong, name: &[u8; 16]) -> Result<Vec<String>, Errno> {
    let mut argument = Ifgroupreq { name: *name, len: 0, group: IfgroupreqGroup { list: ptr::null_mut() } };
    // SAFETY: with a length of 0 the request writes the length alone.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(&mut argument)) })?;
    let mut names = vec![0_u8; argument.len as usize];
    if names.is_empty() {
        return Ok(Vec::new());
    }
    argument.group.list = names.as_mut_ptr().cast();
    // SAFETY: the request writes to the buffer as many bytes at most as are told, whole names of 16 bytes.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), request, ptr::from_mut(&mut argument)) })?;
    // One that has left its last group meanwhile leaves zeros.
    Ok(names.chunks_exact(16).map(crate::param::text_of).filter(|name| !name.is_empty()).collect())
}

/// A socket of the caller's VNET, good for ioctls.
pub(crate) fn socket() -> Result<OwnedFd, Errno> {
    // SAFETY: takes numbers and touches no memory.
    let socket = checked(unsafe { libc::socket(libc::AF_LOCAL, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) })?;
    // SAFETY: the descriptor was just made and has no other owner.
    Ok(unsafe { OwnedFd::from_raw_fd(socket) })
}
