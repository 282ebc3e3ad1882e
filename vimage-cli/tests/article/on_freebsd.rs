//! The article on FreeBSD's own kernel, with an epair(4) in the place of the network card and `/` as the root, which it
//! says will do.

use std::process::{Command, Stdio};

use jailrs::{Host, Jail};
use libtest_mimic::Failed;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::program;

/// The host's interface, and a folder with the configuration.
struct Lab {
    host: Host,
    card: String,
    folder: TempDir,
}

impl Drop for Lab {
    fn drop(&mut self) {
        // A trial that failed must leave nothing behind.
        let _ = self.command(&["down", "--prune", "va1", "va2"]).output();
        let _ = self.host.interfaces().destroy(&self.card);
    }
}

impl Lab {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.arg("-c").arg(self.folder.path().join("rc.conf")).args(args).stdin(Stdio::null());
        command
    }

    fn ok(&self, args: &[&str]) -> Result<String, Failed> {
        let output = self.command(args).output()?;
        if !output.status.success() {
            return Err(format!("{args:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn configure(&self, text: &str) -> Result<(), Failed> {
        let text = text.replace("igb0", &self.card);
        Ok(std::fs::write(self.folder.path().join("rc.conf"), text)?)
    }

    fn interfaces(&self, name: &str) -> Result<Vec<Value>, Failed> {
        let status: Value = serde_json::from_str(&self.ok(&["status", "--json", name])?)?;
        Ok(status["vimages"][0]["interfaces"].as_array().cloned().unwrap_or_default())
    }

    fn host_interfaces(&self) -> Result<Vec<String>, Failed> {
        Ok(self.host.interfaces().list()?.into_iter().map(|interface| interface.name).collect())
    }
}

fn check(so: bool, what: &str) -> Result<(), Failed> {
    if so { Ok(()) } else { Err(what.into()) }
}

const TWO: &str = r#"
vimage_enable="YES"
vimage_list="va1 va2"
vimage_va1_rootdir="/"
vimage_va1_hostname="va1"
vimage_va1_bridges="igb0 igb0"
vimage_va2_rootdir="/"
vimage_va2_hostname="va2"
vimage_va2_bridges="igb0"
vimage_exec_start="/usr/bin/true"
vimage_consolelog="/dev/null"
"#;

pub(crate) fn from_top_to_bottom() -> Result<(), Failed> {
    let host = Host::kernel()?;
    for module in ["if_epair", "ng_socket", "ng_ether", "ng_bridge", "ng_eiface", "ng_hub"] {
        host.load_module(module)?;
    }
    let card = host.interfaces().create("epair")?;
    let lab = Lab { host, card, folder: tempfile::tempdir()? };
    let card = lab.host.interfaces().find(&lab.card)?.and_then(|interface| interface.mac);

    // Whole interfaces are moved in, and back out.
    let moved = TWO.replace("vimage_va1_bridges=\"igb0 igb0\"", "vimage_va1_vnets=\"igb0\"");
    lab.configure(&moved.replace("vimage_va2_bridges=\"igb0\"", ""))?;
    lab.ok(&["up", "va1"])?;
    check(!lab.host_interfaces()?.contains(&lab.card), "the card is still on the host")?;
    check(lab.ok(&["exec", "va1", "ifconfig", "-l"])?.contains(&lab.card), "the card is not in the vimage")?;
    lab.ok(&["down", "va1"])?;
    check(lab.host_interfaces()?.contains(&lab.card), "the card did not come home")?;

    // Two bridged interfaces of one card, with addresses of their own, and the card left alone.
    lab.configure(TWO)?;
    lab.ok(&["up"])?;
    let found = lab.interfaces("va1")?;
    let names: Vec<&str> = found.iter().filter_map(|interface| interface["name"].as_str()).collect();
    check(names == ["ng0_va1", "ng1_va1"], "the interfaces have other names")?;
    check(found[0]["mac"] != found[1]["mac"], "both have the same address")?;
    let now = lab.host.interfaces().find(&lab.card)?.and_then(|interface| interface.mac);
    check(now == card, "the card has another address")?;

    // Each sees its own interfaces alone, and they talk.
    let seen = lab.ok(&["exec", "va2", "ifconfig", "-l"])?;
    check(seen.contains("ng0_va2") && !seen.contains("va1"), "a vimage sees the other's interfaces")?;
    for (name, interface, address) in [("va1", "ng1_va1", "10.98.0.1/24"), ("va2", "ng0_va2", "10.98.0.2/24")]
    {
        lab.ok(&["exec", name, "ifconfig", interface, "inet", address, "up"])?;
    }
    lab.ok(&["exec", "va2", "ping", "-c", "2", "-t", "5", "10.98.0.1"])?;

    // jls shows them; the picture has everything in it.
    let jls = Command::new("jls").arg("name").output()?;
    check(String::from_utf8_lossy(&jls.stdout).lines().any(|line| line == "va1"), "jls does not show va1")?;
    let dot = lab.ok(&["graph", "-T", "dot"])?;
    for name in ["ng0_va1", "ng1_va1", "ng0_va2"] {
        check(dot.contains(&format!("{name}:")), "an interface is not in the picture")?;
    }

    // One is restarted without the other, and all are stopped.
    let before = Jail::find(&lab.host, "va2")?.jid();
    lab.ok(&["restart", "va1"])?;
    check(Jail::find(&lab.host, "va2")?.jid() == before, "the other vimage was restarted too")?;
    lab.ok(&["down", "--prune"])?;
    check(Jail::find(&lab.host, "va1").is_err() && Jail::find(&lab.host, "va2").is_err(), "a jail is left")
}
