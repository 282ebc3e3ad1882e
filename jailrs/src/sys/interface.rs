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

/// `_IOW('i', number, size)` of sys/ioccom.h.
const fn write(number: u8, size: usize) -> c_ulong {
    0x8000_0000 | (size as c_ulong & 0x1fff) << 16 | (b'i' as c_ulong) << 8 | number as c_ulong
}

/// `_IOWR('i', number, size)` of sys/ioccom.h.
const fn both(number: u8, size: usize) -> c_ulong {
    0x4000_0000 | write(number, size)
}

const IFREQ: usize = size_of::<Ifreq>();

// The numbers of what follows are those of sys/sockio.h of FreeBSD 15.1.

/// A request whose argument is a `struct ifreq` without pointers in it.
#[derive(Clone, Copy)]
pub(crate) struct IfCall(c_ulong);

impl IfCall {
    pub(crate) const SIOCSIFFLAGS: Self = Self(write(16, IFREQ));
    pub(crate) const SIOCGIFFLAGS: Self = Self(both(17, IFREQ));
    pub(crate) const SIOCSIFCAP: Self = Self(write(30, IFREQ));
    pub(crate) const SIOCGIFCAP: Self = Self(both(31, IFREQ));
    pub(crate) const SIOCGIFMTU: Self = Self(both(51, IFREQ));
    pub(crate) const SIOCSIFMTU: Self = Self(write(52, IFREQ));
    pub(crate) const SIOCSIFLLADDR: Self = Self(write(60, IFREQ));
    pub(crate) const SIOCSIFVNET: Self = Self(both(90, IFREQ));
    pub(crate) const SIOCSIFRVNET: Self = Self(both(91, IFREQ));
    pub(crate) const SIOCGIFFIB: Self = Self(both(92, IFREQ));
    pub(crate) const SIOCSIFFIB: Self = Self(write(93, IFREQ));
    pub(crate) const SIOCIFDESTROY: Self = Self(write(121, IFREQ));
}

const _: () = assert!(IfCall::SIOCSIFVNET.0 == 0xc020_695a || cfg!(not(target_pointer_width = "64")));

/// An ioctl whose argument is a `struct ifreq` without pointers in it.
pub(crate) fn ifioctl(socket: &OwnedFd, call: IfCall, ifreq: &mut Ifreq) -> Result<(), Errno> {
    // SAFETY: every such request reads and writes these 32 bytes alone.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), call.0, ptr::from_mut(ifreq)) }).map(drop)
}

/// SIOCIFCREATE2: creates an interface from a cloner's name, and tells its name.
pub(crate) fn ifcreate(socket: &OwnedFd, name: &[u8; 16]) -> Result<[u8; 16], Errno> {
    const SIOCIFCREATE2: c_ulong = both(124, IFREQ);
    let mut ifreq = Ifreq { name: *name, data: [0; 16] };
    // SAFETY: the request reads and writes these 32 bytes, and nothing else where the pointer in them is none.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), SIOCIFCREATE2, ptr::from_mut(&mut ifreq)) })?;
    Ok(ifreq.name)
}

/// A request whose `struct ifreq` points to a buffer.
#[derive(Clone, Copy)]
pub(crate) struct BufferCall {
    request: c_ulong,
    /// `ifr_buffer`, which has its length before the pointer; without it `ifr_data`, which points to a name.
    with_length: bool,
}

impl BufferCall {
    pub(crate) const SIOCSIFNAME: Self = Self { request: write(40, IFREQ), with_length: false };
    pub(crate) const SIOCSIFDESCR: Self = Self { request: write(41, IFREQ), with_length: true };
    pub(crate) const SIOCGIFDESCR: Self = Self { request: both(42, IFREQ), with_length: true };
}

/// An ioctl whose `struct ifreq` points to a buffer. What it tells of its length is told.
pub(crate) fn ifioctl_buffer(
    socket: &OwnedFd,
    call: BufferCall,
    ifreq: &mut Ifreq,
    buffer: &mut [u8],
) -> Result<usize, Errno> {
    const WORD: usize = size_of::<usize>();
    let pointer = if buffer.is_empty() { 0 } else { buffer.as_mut_ptr().expose_provenance() };
    // Of a name the kernel reads up to its NUL, IFNAMSIZ bytes at most.
    if !call.with_length && !buffer.contains(&0) && buffer.len() < ifreq.name.len() {
        return Err(Errno::EINVAL);
    }
    let words = if call.with_length { [buffer.len(), pointer] } else { [pointer, 0] };
    for (place, word) in ifreq.data.chunks_exact_mut(WORD).zip(words) {
        place.copy_from_slice(&word.to_ne_bytes());
    }
    // SAFETY: the request reads and writes these 32 bytes and the buffer that they point to, of the length that is told or,
    // for a name, as far as was just looked.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), call.request, ptr::from_mut(ifreq)) })?;
    let mut length = [0; WORD];
    length.copy_from_slice(&ifreq.data[..WORD]);
    Ok(usize::from_ne_bytes(length))
}

/// SIOCGIFCONF: every address of every interface; what fits.
pub(crate) fn ifconf(socket: &OwnedFd, room: usize) -> Result<Vec<u8>, Errno> {
    const SIOCGIFCONF: c_ulong = both(36, size_of::<Ifconf>());
    let mut bytes = vec![0_u8; room];
    let len = c_int::try_from(room).map_err(|_| Errno::ENOMEM)?;
    let mut ifconf = Ifconf { len, buf: bytes.as_mut_ptr().cast() };
    // SAFETY: the request writes at most `len` bytes to the buffer, and the length that it wrote.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), SIOCGIFCONF, ptr::from_mut(&mut ifconf)) })?;
    bytes.truncate(usize::try_from(ifconf.len).unwrap_or(0));
    Ok(bytes)
}

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

const IFGROUPREQ_SIZE: usize = size_of::<Ifgroupreq>();

const _: () = assert!(IFGROUPREQ_SIZE == 40 || cfg!(not(target_pointer_width = "64")));

/// A request about an interface and one group.
#[derive(Clone, Copy)]
pub(crate) struct GroupCall(c_ulong);

impl GroupCall {
    pub(crate) const SIOCAIFGROUP: Self = Self(write(135, IFGROUPREQ_SIZE));
    pub(crate) const SIOCDIFGROUP: Self = Self(write(137, IFGROUPREQ_SIZE));
}

/// Puts an interface into a group, or takes it out.
pub(crate) fn ifgroup(
    socket: &OwnedFd,
    call: GroupCall,
    name: &[u8; 16],
    group: &[u8; 16],
) -> Result<(), Errno> {
    let mut argument = Ifgroupreq { name: *name, len: 0, group: IfgroupreqGroup { name: *group } };
    // SAFETY: both requests read this struct alone.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), call.0, ptr::from_mut(&mut argument)) }).map(drop)
}

/// SIOCGIFGROUP: the groups of an interface. `EINVAL` if there are more of them than a moment ago.
pub(crate) fn ifgroups(socket: &OwnedFd, name: &[u8; 16]) -> Result<Vec<String>, Errno> {
    const SIOCGIFGROUP: c_ulong = both(136, IFGROUPREQ_SIZE);
    let mut argument = Ifgroupreq { name: *name, len: 0, group: IfgroupreqGroup { list: ptr::null_mut() } };
    // SAFETY: with a length of 0 the request writes the length alone.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), SIOCGIFGROUP, ptr::from_mut(&mut argument)) })?;
    let mut names = vec![0_u8; argument.len as usize];
    if names.is_empty() {
        return Ok(Vec::new());
    }
    argument.group.list = names.as_mut_ptr().cast();
    // SAFETY: the request writes to the buffer as many bytes at most as are told, whole names of 16 bytes.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), SIOCGIFGROUP, ptr::from_mut(&mut argument)) })?;
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
