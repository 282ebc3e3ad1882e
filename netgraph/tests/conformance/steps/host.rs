//! Steps on jails and network interfaces, and the passing of time.

use std::time::Duration;

use jailrs::Jid;
use jailrs::system::{IfChange, JailFlags, Opt, Vnet};
use netgraph::error::Errno;
use serde_json::{Value, json};

use super::number;
use crate::inside;
use crate::world::{World, done, hex};

impl World {
    pub(super) fn host_step(&mut self, line: &str, words: &[&str]) -> Value {
        let at = |n: usize| words.get(n).copied().unwrap_or_else(|| panic!("{line:?} is too short"));
        match at(0) {
            "sleep" => {
                let time = Duration::from_millis(number(at(1)));
                match self.ground.sim {
                    Some(_) => self.ground.waited(time),
                    None => std::thread::sleep(time),
                }
                json!({"ok": true})
            }
            verb if verb.starts_with("if") => self.interface(verb, &words[1..]),
            "jail" => self.jail(at(1), &words[2..]),
            "unjail" => {
                let jid = self.jails.get(at(1)).copied().unwrap_or(Jid(-1));
                jail_done(self.ground.host.system().jail_remove(jid.into()))
            }
            "sysctl" => match self.ground.host.system().sysctl(at(1)) {
                Ok(bytes) => json!({"ok": hex(&bytes)}),
                Err(errno) => json!({"err": errno.to_string()}),
            },
            "in" => {
                let steps = line.splitn(3, char::is_whitespace).nth(2).expect("steps");
                self.inside(at(1), steps)
            }
            verb => panic!("no step is called {verb}"),
        }
    }

    fn interface(&mut self, verb: &str, words: &[&str]) -> Value {
        let system = self.ground.host.system();
        let at = |n: usize| words.get(n).copied().unwrap_or_default();
        let change = |change| jail_done(system.interface_change(Vnet::Host, at(0), &change));
        let jail = || self.jails.get(at(1)).copied().unwrap_or(Jid(-1));
        match verb {
            "ifs" => match system.interfaces(Vnet::Host) {
                Ok(all) => json!({"ok": all.into_iter().map(|one| one.name).collect::<Vec<_>>()}),
                Err(errno) => json!({"err": errno.to_string()}),
            },
            "ifinfo" => {
                let all = system.interfaces(Vnet::Host).unwrap_or_default();
                match all.into_iter().rfind(|one| one.name == at(0)) {
                    Some(one) => json!({"ok": {
                        "mac": one.mac.map(|mac| mac.to_string()).unwrap_or_default(),
                        "flags": format!("{:#x}", one.flags.bits()),
                        "mtu": one.mtu,
                    }}),
                    None => json!({"err": "ENXIO"}),
                }
            }
            "ifname" => change(IfChange::Rename(at(1).into())),
            "iflladdr" => change(IfChange::Mac(at(1).parse().expect("an address"))),
            "ifup" => change(IfChange::Up(true)),
            "ifdown" => change(IfChange::Up(false)),
            "ifmtu" => change(IfChange::Mtu(number::<i32>(at(1)) as u32)),
            "ifcreate" => match system.interface_create(Vnet::Host, at(0)) {
                Ok(name) => json!({"ok": name}),
                Err(errno) => json!({"err": errno.to_string()}),
            },
            "ifdestroy" => jail_done(system.interface_destroy(Vnet::Host, at(0))),
            "ifvnet" => jail_done(system.interface_move(at(0), jail())),
            "ifrvnet" => jail_done(system.interface_reclaim(at(0), jail())),
            verb => panic!("no step is called {verb}"),
        }
    }

    fn jail(&mut self, name: &str, words: &[&str]) -> Value {
        if self.ground.childless {
            return json!({"err": "EPERM: "});
        }
        let mut opts = vec![Opt::text("name", name)];
        for item in words {
            opts.push(match item.split_once('=') {
                None => Opt::new(*item, []),
                Some((key, value)) => match value.strip_prefix('#') {
                    Some(digits) => Opt::int(key, number(digits)),
                    None => Opt::text(key, value),
                },
            });
        }
        match self.ground.host.system().jail_set(&mut opts, JailFlags::CREATE) {
            Ok(jid) => {
                self.ground.jail_made(jid, words.contains(&"vnet=#1"));
                self.jails.insert(name.into(), jid);
                json!({"ok": true})
            }
            Err(refusal) => json!({"err": format!("{}: {}", refusal.errno, refusal.message)}),
        }
    }

    /// Does steps in a process that is attached to a jail; the last answer is the answer.
    fn inside(&mut self, jail: &str, steps: &str) -> Value {
        let jid = self.jails.get(jail).copied().unwrap_or(Jid(-1));
        match self.ground.inside(jid) {
            Some(_) if !self.ground.can_attach(jid) => json!({"err": "EINVAL", "at": "jail_attach"}),
            Some(ground) => {
                let mut world = Self::new(ground);
                steps.split(" ; ").map(|step| world.step(step)).last().unwrap_or_default()
            }
            None => inside::steps_in(&self.ground.host, jid, steps),
        }
    }

    /// Removes the jails that are left.
    pub(crate) fn clean_up(&mut self) {
        for jid in self.jails.values() {
            // Most are gone.
            let _ = self.ground.host.system().jail_remove((*jid).into());
        }
    }
}

fn jail_done(result: Result<(), jailrs::Errno>) -> Value {
    done(result.map_err(|errno| Errno::from_raw(errno.raw())))
}
