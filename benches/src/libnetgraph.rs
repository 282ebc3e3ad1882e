//! libnetgraph's way of doing what is measured, as a C program would do it.
#![allow(unsafe_code, reason = "libnetgraph is what the crate is compared with")]

use std::ffi::{CStr, CString, c_int};
use std::hint::black_box;
use std::io;
use std::ptr;

use netgraph_sys::libnetgraph::{
    NgAllocRecvMsg, NgMkSockNode, NgRecvAsciiMsg, NgRecvData, NgSendAsciiMsg, NgSendData, NgSendMsg,
};
use netgraph_sys::{NG_HOOKSIZ, NG_PATHSIZ, ng_mesg};

/// A control and a data socket.
#[derive(Debug)]
pub struct Socket {
    control: c_int,
    data: c_int,
}

fn check(result: c_int) -> io::Result<c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

impl Socket {
    /// Makes a node with a name.
    ///
    /// # Errors
    /// What NgMkSockNode(3) gives.
    pub fn open(name: &str) -> io::Result<Self> {
        let name = CString::new(name)?;
        let (mut control, mut data) = (-1, -1);
        // SAFETY: the name ends in a NUL, and both results are places of this function.
        check(unsafe { NgMkSockNode(name.as_ptr(), &raw mut control, &raw mut data) })?;
        Ok(Self { control, data })
    }

    /// Sends a message.
    ///
    /// # Errors
    /// What NgSendMsg(3) gives.
    pub fn send(&self, path: &CStr, cookie: u32, cmd: u32, args: &[u8]) -> io::Result<()> {
        // SAFETY: the path ends in a NUL, and the arguments are as long as it is told.
        check(unsafe {
            NgSendMsg(
                self.control,
                path.as_ptr(),
                cookie as c_int,
                cmd as c_int,
                args.as_ptr().cast(),
                args.len(),
            )
        })?;
        Ok(())
    }

    /// Receives a message into memory that the library allocates, and returns its length.
    ///
    /// # Errors
    /// What NgAllocRecvMsg(3) gives.
    pub fn receive(&self) -> io::Result<usize> {
        let mut message: *mut ng_mesg = ptr::null_mut();
        // SAFETY: the result is a place of this function; a null path is allowed.
        let length = check(unsafe { NgAllocRecvMsg(self.control, &raw mut message, ptr::null_mut()) })?;
        // SAFETY: the library allocated it with malloc(3), and nobody else has it.
        unsafe { libc::free(message.cast()) };
        Ok(length as usize)
    }

    /// Sends a message given as text.
    ///
    /// # Errors
    /// What NgSendAsciiMsg(3) gives.
    pub fn send_text(&self, path: &CStr, text: &CStr) -> io::Result<()> {
        // SAFETY: both end in a NUL, and the format takes just the one text.
        check(unsafe { NgSendAsciiMsg(self.control, path.as_ptr(), c"%s".as_ptr(), text.as_ptr()) })?;
        Ok(())
    }

    /// Receives a message as text into `room`.
    ///
    /// # Errors
    /// What NgRecvAsciiMsg(3) gives.
    pub fn receive_text(&self, room: &mut [u64]) -> io::Result<()> {
        let mut path = [0; NG_PATHSIZ];
        // SAFETY: the room is aligned for the header and as long as it is told, and the path has NG_PATHSIZ bytes.
        check(unsafe {
            NgRecvAsciiMsg(self.control, room.as_mut_ptr().cast(), size_of_val(room), path.as_mut_ptr())
        })?;
        Ok(())
    }

    /// Sends a packet out of a hook.
    ///
    /// # Errors
    /// What NgSendData(3) gives.
    pub fn send_data(&self, hook: &CStr, packet: &[u8]) -> io::Result<()> {
        // SAFETY: the hook ends in a NUL, and the packet is as long as it is told.
        check(unsafe { NgSendData(self.data, hook.as_ptr(), packet.as_ptr(), packet.len()) })?;
        Ok(())
    }

    /// Receives a packet into `room`, with the hook that it came in on, and returns its length.
    ///
    /// # Errors
    /// What NgRecvData(3) gives.
    pub fn receive_data(&self, room: &mut [u8]) -> io::Result<usize> {
        let mut hook = [0; NG_HOOKSIZ];
        // SAFETY: the room is as long as it is told, and the hook has NG_HOOKSIZ bytes.
        let length =
            check(unsafe { NgRecvData(self.data, room.as_mut_ptr(), room.len(), hook.as_mut_ptr()) })?;
        black_box(hook);
        Ok(length as usize)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        for descriptor in [self.control, self.data] {
            // SAFETY: the descriptors are this value's, and nobody uses them after it.
            unsafe { libc::close(descriptor) };
        }
    }
}
