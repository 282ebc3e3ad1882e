//! Jail descriptors, by the raw calls: every flag, and what is refused with which words.

use std::os::fd::AsRawFd;

use jailrs::Errno;
use jailrs::system::{JailFlags, Jid, Opt, Refusal, System, Target};
use libtest_mimic::Failed;

use crate::trials::ensure;
use crate::{Rig, Run};

pub(crate) const BOTH: &[(&str, Run)] = &[
    ("a_descriptor_is_given_used_and_dies_with_its_jail", used),
    ("jails_are_made_and_found_below_a_descriptor", below),
    ("closing_the_owner_removes_the_jail", owned),
    ("only_a_descriptor_that_was_given_is_closed", foreign),
];

/// The number in the option of this name.
fn int(opts: &[Opt], name: &str) -> i32 {
    let found = opts.iter().find(|opt| opt.name == name).and_then(|opt| opt.value.as_slice().try_into().ok());
    found.map(i32::from_ne_bytes).expect("a number")
}

fn text(opts: &[Opt], name: &str) -> String {
    let found = opts.iter().find(|opt| opt.name == name).expect("a text");
    found.value.split(|byte| *byte == 0).next().map(String::from_utf8_lossy).unwrap_or_default().into_owned()
}

fn refused(result: Result<Jid, Refusal>) -> (Errno, String) {
    let refusal = result.expect_err("a refusal");
    (refusal.errno, refusal.message)
}

fn made(system: &dyn System, opts: &[Opt], flags: JailFlags) -> Result<(Jid, i32), Failed> {
    let mut opts = [opts, &[Opt::new("persist", []), Opt::int("desc", -1)]].concat();
    let jid =
        system.jail_set(&mut opts, flags | JailFlags::CREATE).map_err(|refusal| format!("{refusal:?}"))?;
    Ok((jid, int(&opts, "desc")))
}

fn used(rig: &mut Rig) -> Result<(), Failed> {
    let (name, system) = (rig.name("fd"), rig.host.system());
    let (jid, desc) = made(system, &[Opt::text("name", &name)], JailFlags::GET_DESC)?;
    let key = Opt::int("desc", desc);
    let mut opts = [key.clone(), Opt::int("jid", 0), Opt::new("name", vec![0; 256])];
    let read = system.jail_get(&mut opts, JailFlags::USE_DESC).map_err(|refusal| format!("{refusal:?}"))?;
    assert_eq!((read, int(&opts, "jid"), text(&opts, "name")), (jid, jid.0, name.clone()));
    let hostname = Opt::text("host.hostname", "fd.example");
    let set = |opts: &[Opt], flags| system.jail_set(&mut opts.to_vec(), flags);
    assert_eq!(set(&[key.clone(), hostname], JailFlags::UPDATE | JailFlags::USE_DESC), Ok(jid));
    let other = [key.clone(), Opt::int("jid", jid.0 + 1)];
    let change = refused(set(&other, JailFlags::UPDATE | JailFlags::USE_DESC));
    assert_eq!(change, (Errno::EINVAL, "cannot change jid".to_owned()));
    let create = [key.clone(), Opt::new("persist", [])];
    let create = refused(set(&create, JailFlags::CREATE | JailFlags::USE_DESC));
    assert_eq!(create, (Errno::EEXIST, format!("jail {} already exists", jid.0)));
    let both = refused(set(
        std::slice::from_ref(&key),
        JailFlags::UPDATE | JailFlags::USE_DESC | JailFlags::AT_DESC,
    ));
    assert_eq!(both, (Errno::EINVAL, String::new()));
    let target = Target { jid, desc: Some(desc) };
    assert_eq!(system.jail_remove(target), Ok(()));
    let dead = (Errno::ENOENT, "descriptor to dead jail".to_owned());
    assert_eq!(refused(system.jail_get(&mut [key.clone()], JailFlags::USE_DESC)), dead);
    assert_eq!(refused(system.jail_get(&mut [key.clone()], JailFlags::USE_DESC | JailFlags::DYING)), dead);
    assert_eq!(refused(set(std::slice::from_ref(&key), JailFlags::UPDATE | JailFlags::USE_DESC)), dead);
    assert_eq!(system.jail_remove(target), Err(Errno::ENOENT));
    system.close_desc(desc);
    let closed = refused(system.jail_get(&mut [key], JailFlags::USE_DESC));
    assert_eq!(closed, (Errno::EBADF, "not a jail descriptor".to_owned()));
    Ok(())
}

fn below(rig: &mut Rig) -> Result<(), Failed> {
    let (name, system) = (rig.name("at"), rig.host.system());
    let max = Opt::int("children.max", 1);
    let (jid, desc) = made(system, &[Opt::text("name", &name), max], JailFlags::GET_DESC)?;
    let at = |opts: &[Opt]| [opts, &[Opt::int("desc", desc)]].concat();
    let new = at(&[Opt::text("name", "in"), Opt::new("persist", [])]);
    let inner = system.jail_set(&mut new.clone(), JailFlags::CREATE | JailFlags::AT_DESC);
    let inner = inner.map_err(|refusal| format!("{refusal:?}"))?;
    let mut opts = at(&[Opt::text("name", "in"), Opt::int("parent", -1), Opt::int("jid", 0)]);
    assert_eq!(system.jail_get(&mut opts, JailFlags::AT_DESC), Ok(inner));
    // It is the child of who asks, who is number 0 to itself.
    assert_eq!(int(&opts, "parent"), 0);
    let mut opts = [Opt::int("jid", inner.0), Opt::new("name", vec![0; 256]), Opt::int("parent", -1)];
    assert_eq!(system.jail_get(&mut opts, JailFlags::empty()), Ok(inner));
    assert_eq!((text(&opts, "name"), int(&opts, "parent")), (format!("{name}.in"), jid.0));
    let taken = refused(system.jail_set(&mut new.clone(), JailFlags::CREATE | JailFlags::AT_DESC));
    assert_eq!(taken, (Errno::EEXIST, "jail \"in\" already exists".to_owned()));
    let mut second = at(&[Opt::text("name", "second"), Opt::new("persist", [])]);
    let full = refused(system.jail_set(&mut second, JailFlags::CREATE | JailFlags::AT_DESC));
    assert_eq!(full, (Errno::EPERM, "prison limit exceeded".to_owned()));
    let itself = refused(system.jail_get(&mut at(&[Opt::int("jid", jid.0)]), JailFlags::AT_DESC));
    assert_eq!(itself, (Errno::ENOENT, format!("jail {} not found", jid.0)));
    let mut next = at(&[Opt::int("lastjid", 0)]);
    assert_eq!(system.jail_get(&mut next, JailFlags::AT_DESC), Ok(inner));
    let limit = [Opt::int("jid", jid.0), Opt::int("children.max", 0)];
    assert_eq!(system.jail_set(&mut limit.clone(), JailFlags::UPDATE), Ok(jid));
    let none = refused(system.jail_set(&mut second, JailFlags::CREATE | JailFlags::AT_DESC));
    assert_eq!(none, (Errno::EPERM, String::new()));
    system.jail_remove(Target { jid, desc: Some(desc) }).map_err(|errno| errno.to_string())?;
    system.close_desc(desc);
    ensure(system.jail_get(&mut [Opt::int("jid", inner.0)], JailFlags::empty()).is_err(), "it is still there")
}

fn owned(rig: &mut Rig) -> Result<(), Failed> {
    let (name, system) = (rig.name("own"), rig.host.system());
    let (jid, owner) = made(system, &[Opt::text("name", &name)], JailFlags::OWN_DESC)?;
    let mut again = [Opt::int("jid", jid.0), Opt::int("desc", -1)];
    assert_eq!(system.jail_get(&mut again, JailFlags::GET_DESC), Ok(jid));
    let other = int(&again, "desc");
    system.close_desc(other);
    ensure(system.jail_get(&mut [Opt::int("jid", jid.0)], JailFlags::empty()).is_ok(), "it is gone")?;
    system.close_desc(owner);
    let gone = refused(system.jail_get(&mut [Opt::int("jid", jid.0)], JailFlags::empty()));
    assert_eq!(gone.0, Errno::ENOENT);
    Ok(())
}

fn foreign(rig: &mut Rig) -> Result<(), Failed> {
    let file = std::fs::File::open("/dev/null")?;
    rig.host.system().close_desc(file.as_raw_fd());
    file.metadata()?;
    let (name, system) = (rig.name("fd"), rig.host.system());
    let (jid, desc) = made(system, &[Opt::text("name", &name)], JailFlags::GET_DESC)?;
    let mut two = [Opt::int("jid", jid.0), Opt::int("desc", -1), Opt::int("desc", file.as_raw_fd())];
    let _ = system.jail_get(&mut two, JailFlags::GET_DESC);
    system.close_desc(file.as_raw_fd());
    file.metadata()?;
    system.close_desc(desc);
    system.close_desc(desc);
    system.jail_remove(jid.into()).map_err(|errno| errno.to_string().into())
}
