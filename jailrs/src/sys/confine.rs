//! What a jail may do with the host's files that it is given.

use std::fs::File;
use std::mem;
use std::os::fd::AsRawFd;

use super::checked;
use crate::Errno;

/// How a file may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It may be read.
    Read,
    /// It may be written.
    Write,
}

/// Leaves a descriptor the right to be read, or to be written, whoever has it: root in a jail could else change mode, owner and
/// length of the host's file, and no longer append to it but write anywhere.
///
/// The rights are the descriptor's own, and go with it wherever it is copied or sent (cap_rights_limit(2)). Beside the one they
/// are what the programs of FreeBSD that give up rights themselves want to keep of their standard streams, or end: see
/// capsicum_helpers(3), and tail(1) for `CAP_MMAP` and `CAP_FSTATFS`. `CAP_LOOKUP` would be the right to open the file again.
pub(crate) fn confine(file: &File, to: Use) -> Result<(), Errno> {
    let access = match to {
        Use::Read => libc::CAP_READ | libc::CAP_MMAP,
        Use::Write => libc::CAP_WRITE,
    };
    let about = libc::CAP_SEEK | libc::CAP_FSTAT | libc::CAP_FSTATFS | libc::CAP_FPATHCONF | libc::CAP_FCNTL;
    // SAFETY: a struct of zeros is one without rights; the list of rights ends with 0, and all of them are of 64 bits.
    checked(unsafe {
        let mut rights: libc::cap_rights_t = mem::zeroed();
        let further = libc::CAP_IOCTL | libc::CAP_EVENT;
        libc::__cap_rights_init(libc::CAP_RIGHTS_VERSION, &mut rights, access | about, further, 0_u64);
        libc::cap_rights_limit(file.as_raw_fd(), &rights)
    })?;
    // SAFETY: takes numbers and touches no memory.
    checked(unsafe { libc::cap_fcntls_limit(file.as_raw_fd(), libc::CAP_FCNTL_GETFL) }).map(drop)
}
