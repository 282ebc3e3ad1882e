//! `netgraph.h`: the functions of the C library; see netgraph(3).
//!
//! They are declared on every system with the feature `libnetgraph`, and can be linked on FreeBSD. Except
//! where it says otherwise they return -1 and set `errno` when they fail.
//!
//! # Safety
//!
//! Pointers must be valid for the time of the call, and buffers as long as their length says. Strings end in
//! a NUL. A `path` that is written to has [`NG_PATHSIZ`](crate::NG_PATHSIZ) bytes, a `hook`
//! [`NG_HOOKSIZ`](crate::NG_HOOKSIZ); either may be null if it is not wanted, except for the functions with
//! `Ascii` in their name. The arguments of a format must be what the format says. What a function allocates
//! is freed by free(3). The settings of [`NgSetDebug`] and [`NgSetErrLog`] are shared by all threads without
//! a lock.
#![allow(unsafe_code, reason = "the functions of a C library are what this module is about")]

use core::ffi::{c_char, c_int, c_void};

use crate::ng_mesg;

/// A function that takes a format for printf(3) and its arguments.
pub type NgLog = unsafe extern "C" fn(*const c_char, ...);

#[cfg_attr(target_os = "freebsd", link(name = "netgraph"))]
unsafe extern "C" {
    /// Makes a socket node, with a name unless it is null, and stores its control and data socket where asked
    /// to.
    pub fn NgMkSockNode(name: *const c_char, csp: *mut c_int, dsp: *mut c_int) -> c_int;
    /// Names the node at a path.
    pub fn NgNameNode(cs: c_int, path: *const c_char, fmt: *const c_char, ...) -> c_int;
    /// Sends a message to the node at a path and returns its token, from 0 on.
    pub fn NgSendMsg(
        cs: c_int,
        path: *const c_char,
        cookie: c_int,
        cmd: c_int,
        arg: *const c_void,
        arglen: usize,
    ) -> c_int;
    /// Sends a message given as text to the node at a path, which is asked first what it means; returns its
    /// token.
    pub fn NgSendAsciiMsg(cs: c_int, path: *const c_char, fmt: *const c_char, ...) -> c_int;
    /// Sends the reply to a message to the node at a path.
    pub fn NgSendReplyMsg(
        cs: c_int,
        path: *const c_char,
        msg: *const ng_mesg,
        arg: *const c_void,
        arglen: usize,
    ) -> c_int;
    /// Receives a message and the path of its sender; returns its length, cut to the room there is.
    pub fn NgRecvMsg(cs: c_int, rep: *mut ng_mesg, replen: usize, path: *mut c_char) -> c_int;
    /// Receives a message into memory that it allocates, and the path of its sender; returns its length.
    pub fn NgAllocRecvMsg(cs: c_int, rep: *mut *mut ng_mesg, path: *mut c_char) -> c_int;
    /// Receives a message, with its arguments as the text that its sender makes of them when asked, and the
    /// path of the sender; returns 0, not the length.
    pub fn NgRecvAsciiMsg(cs: c_int, rep: *mut ng_mesg, replen: usize, path: *mut c_char) -> c_int;
    /// Receives a message as [`NgRecvAsciiMsg`] does, into memory that it allocates.
    pub fn NgAllocRecvAsciiMsg(cs: c_int, rep: *mut *mut ng_mesg, path: *mut c_char) -> c_int;
    /// Sends a packet out of a hook.
    pub fn NgSendData(ds: c_int, hook: *const c_char, buf: *const u8, len: usize) -> c_int;
    /// Receives a packet and the hook that it came in by; returns its length, cut to the room there is.
    pub fn NgRecvData(ds: c_int, buf: *mut u8, len: usize, hook: *mut c_char) -> c_int;
    /// Receives a packet into memory that it allocates, and the hook that it came in by; returns its length.
    pub fn NgAllocRecvData(ds: c_int, buf: *mut *mut u8, hook: *mut c_char) -> c_int;
    /// Sets how much the library logs unless the level is negative, and returns what it was.
    pub fn NgSetDebug(level: c_int) -> c_int;
    /// Sets the functions that log with and without the text of `errno`; first are those of warn(3).
    pub fn NgSetErrLog(log: NgLog, logx: NgLog);
}
