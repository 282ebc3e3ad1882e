//! Tables that the kernel gives as bytes: processes, mounts, the types of parameters.

use std::ffi::c_int;
use std::mem::offset_of;

use libc::{kinfo_proc, statfs};

use crate::Errno;
use crate::mount::Mounted;
use crate::param::{Kind, text_of};
use crate::sys;
use crate::system::{Fsid, Jid, Process};

const MNT_RDONLY: u64 = 1;

fn int(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..at + 4)?.try_into().ok().map(i32::from_ne_bytes)
}

fn text(bytes: &[u8], at: usize, size: usize) -> Option<String> {
    bytes.get(at..at + size).map(text_of)
}

/// All processes; each entry begins with its own size.
pub(super) fn processes() -> Result<Vec<Process>, Errno> {
    let bytes = sys::sysctl(&[libc::CTL_KERN, libc::KERN_PROC, libc::KERN_PROC_PROC])?;
    let size = int(&bytes, 0).and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
    let entries = bytes.chunks_exact(size.unwrap_or(size_of::<kinfo_proc>()));
    entries.map(process).collect::<Option<_>>().ok_or(Errno::EBADMSG)
}

fn process(entry: &[u8]) -> Option<Process> {
    const COMMLEN: usize = 19;
    Some(Process {
        pid: int(entry, offset_of!(kinfo_proc, ki_pid))?,
        parent: int(entry, offset_of!(kinfo_proc, ki_ppid))?,
        jid: Jid(int(entry, offset_of!(kinfo_proc, ki_jid))?),
        command: text(entry, offset_of!(kinfo_proc, ki_comm), COMMLEN + 1)?,
    })
}

/// All mounted file systems.
pub(super) fn mounts() -> Result<Vec<Mounted>, Errno> {
    let bytes = sys::getfsstat()?;
    bytes.chunks_exact(size_of::<statfs>()).map(mounted).collect::<Option<_>>().ok_or(Errno::EBADMSG)
}

fn mounted(entry: &[u8]) -> Option<Mounted> {
    // MFSNAMELEN and MNAMELEN of sys/mount.h
    const TYPE: usize = 16;
    const PATH: usize = 1024;
    let fsid = offset_of!(statfs, f_fsid);
    let flags = offset_of!(statfs, f_flags);
    let mut mounted = Mounted::new(
        text(entry, offset_of!(statfs, f_fstypename), TYPE)?,
        text(entry, offset_of!(statfs, f_mntfromname), PATH)?,
        text(entry, offset_of!(statfs, f_mntonname), PATH)?,
        Fsid(int(entry, fsid)?, int(entry, fsid + 4)?),
    );
    let flags = u64::from_ne_bytes(entry.get(flags..flags + 8)?.try_into().ok()?);
    mounted.read_only = flags & MNT_RDONLY != 0;
    Some(mounted)
}

/// The type of a parameter, as the kernel declares it below `security.jail.param`.
pub(super) fn param_kind(name: &str) -> Result<Kind, Errno> {
    // CTLTYPE_* of sys/sysctl.h
    const MASK: i32 = 0xf;
    const NODE: i32 = 1;
    const INT: i32 = 2;
    const STRING: i32 = 3;
    const ULONG: i32 = 8;
    const OIDFMT: [c_int; 2] = [0, 4];
    let mib = sys::sysctl_mib(&format!("security.jail.param.{name}"))?;
    let declared = sys::sysctl(&[&OIDFMT, mib.as_slice()].concat())?;
    let kind = int(&declared, 0).ok_or(Errno::EBADMSG)? & MASK;
    let format = declared.get(4..).map(text_of).unwrap_or_default();
    match (kind, format.as_str()) {
        // What a node is itself is told by its child without a name.
        (NODE, _) if !name.ends_with('.') => param_kind(&format!("{name}.")),
        (_, "B") => Ok(Kind::Bool),
        (_, "E,jailsys") => Ok(Kind::JailSys { disable: true }),
        (_, "S,in_addr,a") => Ok(Kind::Ip4),
        (_, "S,in6_addr,a") => Ok(Kind::Ip6),
        (_, "A,keyvalue") => Ok(Kind::KeyValue),
        (INT, _) => Ok(Kind::Int),
        (ULONG, _) => Ok(Kind::Ulong),
        (STRING, _) => {
            // The value of a text parameter is the room that it needs.
            let room = sys::sysctl(&mib).ok().and_then(|room| text_of(&room).parse().ok());
            Ok(Kind::String(room.unwrap_or(1024)))
        }
        _ => Err(Errno::EOPNOTSUPP),
    }
}
