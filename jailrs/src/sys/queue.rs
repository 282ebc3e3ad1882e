//! Kernel queues, which tell what becomes of jails and processes.

use std::ffi::c_int;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;

use super::{checked, set_cloexec};
use crate::Errno;

/// A kernel queue, closed on exec.
pub(crate) fn kqueue() -> Result<OwnedFd, Errno> {
    // SAFETY: touches no memory.
    let queue = checked(unsafe { libc::kqueue() })?;
    // SAFETY: the descriptor was just made and has no other owner.
    let queue = unsafe { OwnedFd::from_raw_fd(queue) };
    set_cloexec(queue.as_raw_fd())?;
    Ok(queue)
}

/// An event of a kernel queue whose identity and tag are numbers.
fn kevent(filter: i16, ident: c_int, flags: u16, notes: u32, tag: c_int) -> Result<libc::kevent, Errno> {
    let ident = usize::try_from(ident).map_err(|_| Errno::ENOENT)?;
    let tag = usize::try_from(tag).map_err(|_| Errno::ENOENT)?;
    let udata = ptr::without_provenance_mut(tag);
    Ok(libc::kevent { ident, filter, flags, fflags: notes, data: 0, udata, ext: [0; 4] })
}

fn kevent_change(queue: &OwnedFd, change: &libc::kevent) -> Result<(), Errno> {
    // SAFETY: the list has one change, and there is no room for events.
    let changed = unsafe { libc::kevent(queue.as_raw_fd(), change, 1, ptr::null_mut(), 0, ptr::null()) };
    checked(changed).map(drop)
}

/// Makes a queue watch something for these notes, each told once.
pub(crate) fn kevent_add(
    queue: &OwnedFd,
    filter: i16,
    ident: c_int,
    notes: u32,
    tag: c_int,
) -> Result<(), Errno> {
    kevent_change(queue, &kevent(filter, ident, libc::EV_ADD | libc::EV_CLEAR, notes, tag)?)
}

/// Makes a queue watch something no more.
pub(crate) fn kevent_delete(queue: &OwnedFd, filter: i16, ident: c_int) -> Result<(), Errno> {
    kevent_change(queue, &kevent(filter, ident, libc::EV_DELETE, 0, 0)?)
}

/// The next event of a queue, if one comes in time: its tag, its notes and its data.
pub(crate) fn kevent_next(
    queue: &OwnedFd,
    patience: std::time::Duration,
) -> Result<Option<(c_int, u32, i64)>, Errno> {
    let mut event = kevent(0, 0, 0, 0, 0)?;
    let mut timeout: libc::timespec = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    timeout.tv_sec = patience.as_secs().try_into().unwrap_or(libc::time_t::from(i32::MAX));
    timeout.tv_nsec = patience.subsec_nanos().into();
    // SAFETY: there is no change, and room for one event.
    let come = checked(unsafe { libc::kevent(queue.as_raw_fd(), ptr::null(), 0, &mut event, 1, &timeout) });
    match come {
        Ok(0) | Err(Errno::EINTR) => Ok(None),
        Ok(_) => Ok(Some((event.udata.addr() as c_int, event.fflags, event.data))),
        Err(errno) => Err(errno),
    }
}
