//! Tables that the kernel gives as bytes: processes, mounts, the types of parameters.

use std::ffi::c_int;
use std::mem::offset_of;

use libc::{kinfo_proc, statfs};

use crate::Errno;
use crate::mount::Mounted;
use crate::param::{Access, Declared, Kind, text_of};
use crate::sys;
use crate::system::{Fsid, Jid, Process};

const MNT_RDONLY: u64 = 1;

fn int(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..at + 4)?.try_into().ok().map(i32::from_ne_bytes)
}

fn text(bytes: &[u8], at: usize, size: usize) -> Option<String> {
    bytes.get(at..at + size).map(text_of)
}

/// All processes; each entry begins with its own size. One that has ended and that its parent has not asked for is none.
pub(super) fn processes() -> Result<Vec<Process>, Errno> {
    listed(&[libc::CTL_KERN, libc::KERN_PROC, libc::KERN_PROC_PROC])
}

/// The process of this number as it is now, if there is one.
pub(super) fn process_now(pid: i32) -> Result<Option<Process>, Errno> {
    match listed(&[libc::CTL_KERN, libc::KERN_PROC, libc::KERN_PROC_PID, pid]) {
        Err(Errno::ESRCH) => Ok(None),
        listed => Ok(listed?.pop()),
    }
}

fn listed(mib: &[i32]) -> Result<Vec<Process>, Errno> {
    // SZOMB of sys/proc.h
    const ENDED: u8 = 5;
    let bytes = sys::sysctl(mib)?;
    let size = int(&bytes, 0).and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
    let entries = bytes.chunks_exact(size.unwrap_or(size_of::<kinfo_proc>()));
    let running = entries.filter(|entry| entry.get(offset_of!(kinfo_proc, ki_stat)) != Some(&ENDED));
    running.map(process).collect::<Option<_>>().ok_or(Errno::EBADMSG)
}

fn process(entry: &[u8]) -> Option<Process> {
    const COMMLEN: usize = 19;
    Some(Process::new(
        int(entry, offset_of!(kinfo_proc, ki_pid))?,
        int(entry, offset_of!(kinfo_proc, ki_ppid))?,
        Jid(int(entry, offset_of!(kinfo_proc, ki_jid))?),
        text(entry, offset_of!(kinfo_proc, ki_comm), COMMLEN + 1)?,
    ))
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
    let mib = sys::sysctl_mib(&format!("{PARAMS}.{name}"))?;
    if let Some((kind, _)) = declared(&mib)? {
        return Ok(kind);
    }
    // What a node is itself is told by its child without a name, which is found by going through all.
    params()?.into_iter().find(|param| param.name == name).map(|param| param.kind).ok_or(Errno::ENOENT)
}

const PARAMS: &str = "security.jail.param";

/// All parameters that the kernel declares.
pub(super) fn params() -> Result<Vec<Declared>, Errno> {
    // CTL_SYSCTL_NAME and CTL_SYSCTL_NEXT of sys/sysctl.h
    const NAME: [c_int; 2] = [0, 1];
    const NEXT: [c_int; 2] = [0, 2];
    let top = sys::sysctl_mib(PARAMS)?;
    let mut list = Vec::new();
    let mut at = top.clone();
    loop {
        at = match sys::sysctl(&[&NEXT, at.as_slice()].concat()) {
            Ok(bytes) => bytes.chunks_exact(size_of::<c_int>()).filter_map(|chunk| int(chunk, 0)).collect(),
            Err(Errno::ENOENT) => return Ok(list),
            Err(errno) => return Err(errno),
        };
        if !at.starts_with(&top) {
            return Ok(list);
        }
        let name = text_of(&sys::sysctl(&[&NAME, at.as_slice()].concat())?);
        let name = name.strip_prefix(PARAMS).and_then(|name| name.strip_prefix('.')).unwrap_or(&name);
        // A parameter of a type that nobody knows cannot be read either.
        if let Ok(Some((kind, access))) = declared(&at) {
            list.push(Declared::new(name.trim_end_matches('.'), kind, access));
        }
    }
}

/// Type and access of a parameter; none for a node, which is no parameter itself.
fn declared(mib: &[c_int]) -> Result<Option<(Kind, Access)>, Errno> {
    // CTLTYPE_* and CTLFLAG_* of sys/sysctl.h
    const MASK: u32 = 0xf;
    const NODE: u32 = 1;
    const INT: u32 = 2;
    const STRING: u32 = 3;
    const UINT: u32 = 6;
    const LONG: u32 = 7;
    const ULONG: u32 = 8;
    const S64: u32 = 4;
    const U64: u32 = 9;
    const WRITABLE: u32 = 0x4000_0000;
    const TUNABLE: u32 = 0x0008_0000;
    const OIDFMT: [c_int; 2] = [0, 4];
    let told = sys::sysctl(&[&OIDFMT, mib].concat())?;
    let bits = int(&told, 0).ok_or(Errno::EBADMSG)? as u32;
    let format = told.get(4..).map(text_of).unwrap_or_default();
    let kind = match (bits & MASK, format.as_str()) {
        (NODE, _) => return Ok(None),
        (_, "B") => Kind::Bool,
        (_, "E,jailsys") => Kind::JailSys { disable: true },
        (_, "S,in_addr,a") => Kind::Ip4,
        (_, "S,in6_addr,a") => Kind::Ip6,
        (_, "A,keyvalue") => Kind::KeyValue,
        (INT | UINT, _) => Kind::Int,
        (LONG | ULONG | S64 | U64, _) => Kind::Ulong,
        (STRING, _) => {
            // The value of a text parameter is the room that it needs.
            let room = sys::sysctl(mib).ok().and_then(|room| text_of(&room).parse().ok());
            Kind::String(room.unwrap_or(1024))
        }
        _ => return Err(Errno::EOPNOTSUPP),
    };
    let access = match (bits & WRITABLE != 0, bits & TUNABLE != 0) {
        (true, _) => Access::Changed,
        (false, true) => Access::Created,
        (false, false) => Access::Told,
    };
    Ok(Some((kind, access)))
}
