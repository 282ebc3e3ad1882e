//! Each jail's interfaces, and where they came from: the name that the driver gave, whatever they are called now.
//!
//! On FreeBSD it shows those of the machine (as root, since a jail's are told only inside), elsewhere those of a simulated one.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use jailrs::sim::{PlainVnets, SimHost};
use jailrs::{Host, Interface, Jail};

fn main() -> ExitCode {
    match program() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jail_interfaces: {error}");
            ExitCode::FAILURE
        }
    }
}

fn program() -> Result<(), Box<dyn Error>> {
    let host = Host::kernel().or_else(|_| demo())?;
    run(&host, &mut io::stdout())
}

/// A simulated machine with a jail that has a network card and one end of a pair.
pub(crate) fn demo() -> jailrs::Result<Host> {
    let vnets = PlainVnets::new();
    vnets.add_nic("igb0", "00:0c:29:aa:bb:cc".parse()?);
    vnets.add_nic("igb1", "00:0c:29:aa:bb:cd".parse()?);
    let host = SimHost::with_vnets(vnets).host();
    let web = Jail::builder("web").vnet().create(&host)?;
    host.interfaces().create("epair0")?;
    for (name, new) in [("igb1", "wan0"), ("epair0b", "lan0")] {
        host.move_in(name, web.jid())?;
        web.interfaces().rename(name, new)?;
        web.interfaces().set_up(new, true)?;
    }
    web.interfaces().set_description("wan0", "uplink")?;
    Jail::builder("plain").create(&host)?;
    Ok(host)
}

/// What the program prints.
pub(crate) fn run(host: &Host, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    for vnet in host.vnets()? {
        match &vnet.jail {
            None => writeln!(out, "host")?,
            Some(jail) => writeln!(out, "{} (jail {})", jail.name, jail.jid)?,
        }
        for interface in &vnet.interfaces {
            writeln!(out, "  {}", line(interface))?;
        }
    }
    Ok(())
}

fn line(interface: &Interface) -> String {
    let mut words = vec![format!("{:<12}", interface.name)];
    words.push(if interface.is_up() { "up  " } else { "down" }.to_owned());
    words.push(interface.mac.map_or("-".to_owned(), |mac| mac.to_string()));
    words.push(format!("mtu {}", interface.mtu));
    words.extend((interface.driver != interface.name).then(|| format!("from {}", interface.driver)));
    words.extend(interface.addresses.iter().map(ToString::to_string));
    words.extend((!interface.description.is_empty()).then(|| format!("({})", interface.description)));
    words.join(" ")
}
