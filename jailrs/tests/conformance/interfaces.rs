//! Interfaces: into a jail, changed there, and home again.

use std::time::Duration;

use jailrs::{Errno, Error, IfCaps, IfFlags, Jail, Jid, Mac, Param, Signal};
use libtest_mimic::Failed;

use crate::trials::{BOUND, end, ensure, errno, start};
use crate::{Rig, Run};

pub(crate) const BOTH: &[(&str, Run)] = &[
    ("two_interfaces_come_home_under_one_name", twins),
    ("an_interface_moves_in_changes_and_comes_back", moves),
    ("an_interface_that_would_clash_at_home_is_not_reclaimed", clash),
    ("interfaces_come_home_when_their_jail_is_removed", homecoming),
    ("the_host_changes_its_interfaces_through_a_jail_that_shares_them", shared),
];

pub(crate) const KERNEL: &[(&str, Run)] =
    &[("a_jail_that_dies_with_an_interface_inside_gives_it_back", dying)];

fn twins(rig: &mut Rig) -> Result<(), Failed> {
    let twins = || -> jailrs::Result<usize> {
        Ok(rig.host.interfaces().list()?.iter().filter(|one| one.name == "twin1").count())
    };
    for count in 1..=2 {
        let tap = rig.host.interfaces().create("tap")?;
        let jail = Jail::builder(rig.name("twin")).vnet().create(&rig.host)?;
        rig.host.move_in(&tap, jail.jid())?;
        jail.interfaces().rename(&tap, "twin1")?;
        end(&jail)?;
        while twins()? < count {
            rig.host.system().pause(Duration::from_millis(50));
        }
    }
    rig.host.interfaces().destroy("twin1")?;
    Ok(rig.host.interfaces().destroy("twin1")?)
}

/// What acts in the jail's VNET has the privilege of its caller on the host.
fn shared(rig: &mut Rig) -> Result<(), Failed> {
    let tap = rig.host.interfaces().create("tap")?;
    let jail = Jail::builder(rig.name("shared")).create(&rig.host)?;
    let inside = jail.interfaces();
    ensure(inside.find(&tap)?.is_some(), "it is not seen")?;
    inside.rename(&tap, "lent0")?;
    inside.set_up("lent0", true)?;
    ensure(rig.host.interfaces().find("lent0")?.is_some_and(|found| found.is_up()), "it is not up")?;
    assert_eq!(errno(inside.set_up("nosuch0", true)), Some(Errno::ENXIO));
    let second = inside.create("tap")?;
    rig.host.interfaces().destroy(&second)?;
    inside.destroy("lent0")?;
    end(&jail)
}

pub(crate) fn moves(rig: &mut Rig) -> Result<(), Failed> {
    let tap = rig.host.interfaces().create("tap")?;
    let jail = Jail::builder(rig.name("move")).vnet().create(&rig.host)?;
    let mac = Mac([2, 0, 0, 1, 2, 3]);
    rig.host.interfaces().set_mac(&tap, mac)?;
    rig.host.interfaces().set_description(&tap, "lent by a trial")?;
    rig.host.move_in(&tap, jail.jid())?;
    ensure(rig.host.interfaces().find(&tap)?.is_none(), "it is still on the host")?;
    let inside = jail.interfaces();
    assert_eq!(inside.list()?.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["lo0", tap.as_str()]);
    inside.rename(&tap, "eth0")?;
    inside.set_mtu("eth0", 1400)?;
    inside.set_up("eth0", true)?;
    let eth0 = inside.find("eth0")?.ok_or("it is not there")?;
    assert_eq!((eth0.mac, eth0.mtu, eth0.is_up()), (Some(mac), 1400, true));
    assert_eq!(eth0.description, "lent by a trial");
    assert_eq!(errno(inside.rename("eth0", "lo0")), Some(Errno::EEXIST));
    assert_eq!(errno(inside.rename("eth0", "sixteen_letters_")), Some(Errno::ENAMETOOLONG));
    assert_eq!(errno(inside.set_up("nosuch0", true)), Some(Errno::ENXIO));
    inside.set_description("eth0", "")?;
    assert_eq!(
        (eth0.driver.as_str(), eth0.groups.as_slice()),
        (tap.as_str(), &["all".to_owned(), "tap".to_owned()][..])
    );
    inside.add_group("eth0", "lent")?;
    assert_eq!(errno(inside.add_group("eth0", "lent")), Some(Errno::EEXIST));
    assert_eq!(errno(inside.add_group("eth0", "lent0")), Some(Errno::EINVAL));
    assert_eq!(errno(inside.add_group("eth0", "sixteen_letters_")), Some(Errno::EINVAL));
    inside.set_promiscuous("eth0", true)?;
    inside.set_fib("eth0", 0)?;
    assert_eq!(errno(inside.set_fib("eth0", 60_000)), Some(Errno::EINVAL));
    let eth0 = inside.find("eth0")?.ok_or("it is not there")?;
    assert_eq!(eth0.groups, ["all", "tap", "lent"]);
    ensure(eth0.flags.contains(IfFlags::PPROMISC), "it takes its own packets alone")?;
    inside.set_promiscuous("eth0", false)?;
    inside.set_capabilities("eth0", eth0.enabled)?;
    assert_eq!(errno(inside.set_capabilities("eth0", IfCaps::all() - eth0.capable)), Some(Errno::EINVAL));
    inside.remove_group("eth0", "lent")?;
    assert_eq!(errno(inside.remove_group("eth0", "lent")), Some(Errno::ENOENT));
    let vnets = rig.host.vnets()?;
    let of_jail = vnets.iter().find(|vnet| vnet.jail.as_ref().is_some_and(|info| info.jid == jail.jid()));
    assert_eq!(of_jail.map(|vnet| vnet.interfaces.len()), Some(2));
    inside.rename("eth0", &tap)?;
    rig.host.reclaim(&tap, jail.jid())?;
    let home = rig.host.interfaces().find(&tap)?.ok_or("it did not come back")?;
    assert_eq!((home.mac, home.is_up(), home.description.as_str()), (Some(mac), false, ""));
    assert_eq!(errno(rig.host.reclaim(&tap, Jid(999_998))), Some(Errno::EEXIST));
    rig.host.interfaces().destroy(&tap)?;
    assert_eq!(errno(rig.host.interfaces().destroy(&tap)), Some(Errno::ENXIO));
    end(&jail)
}

fn clash(rig: &mut Rig) -> Result<(), Failed> {
    let tap = rig.host.interfaces().create("tap")?;
    let jail = Jail::builder(rig.name("clash")).vnet().create(&rig.host)?;
    rig.host.move_in(&tap, jail.jid())?;
    let other = rig.host.interfaces().create("tap")?;
    jail.interfaces().rename(&tap, "twin0")?;
    rig.host.interfaces().rename(&other, "twin0")?;
    assert_eq!(jail.clashes()?, ["twin0"]);
    let refusal = rig.host.reclaim("twin0", jail.jid());
    ensure(matches!(refusal, Err(Error::Clash { .. })), "it was reclaimed")?;
    let refusal = rig.host.move_in("twin0", jail.jid());
    ensure(matches!(refusal, Err(Error::Clash { .. })), "it was moved in")?;
    rig.host.interfaces().destroy("twin0")?;
    rig.host.reclaim("twin0", jail.jid())?;
    rig.host.interfaces().destroy("twin0")?;
    end(&jail)
}

fn homecoming(rig: &mut Rig) -> Result<(), Failed> {
    let tap = rig.host.interfaces().create("tap")?;
    let jail = Jail::builder(rig.name("home")).vnet().create(&rig.host)?;
    rig.host.move_in(&tap, jail.jid())?;
    end(&jail)?;
    rig.host.wait_home(&[&tap], BOUND)?;
    assert_eq!(errno(rig.host.wait_home(&["nosuch0"], Duration::ZERO)), Some(Errno::ETIMEDOUT));
    Ok(rig.host.interfaces().destroy(&tap)?)
}

fn dying(rig: &mut Rig) -> Result<(), Failed> {
    let tap = rig.host.interfaces().create("tap")?;
    let name = rig.name("die");
    let jail = Jail::builder(&name).vnet().create(&rig.host)?;
    rig.host.move_in(&tap, jail.jid())?;
    start(&jail, "sleep 600 &")?;
    // The last process takes a jail with it that does not persist.
    jail.set(&[Param::parse("nopersist")?])?;
    jail.kill_all(Signal::KILL)?;
    jail.wait_gone(BOUND)?;
    rig.host.interfaces().wait_for(&tap, BOUND)?;
    Ok(rig.host.interfaces().destroy(&tap)?)
}
