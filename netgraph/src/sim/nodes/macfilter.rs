//! `macfilter`: sorts Ethernet frames by who sent them.

use serde::{Deserialize, Serialize};

use super::by_hook::Name;
use super::*;
use crate::nodes::EtherAddr;
use crate::nodes::macfilter::{DEFAULT, ETHER, Macfilter as Type};
use crate::sim::message::append;
use crate::sim::packet::ETHER_HEADER;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Macfilter>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Macfilter {
    ether: bool,
    /// The hooks above by their numbers; `default` has the first.
    upper: Vec<Option<Name>>,
    /// The table: as many hosts as are in use, in the order of their addresses, and then what others left behind. The
    /// kernel, too, does not clear the counters of a place that it uses again.
    hosts: Vec<Host>,
    used: usize,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    ether: EtherAddr,
    hook: u16,
    packets_in: u64,
    bytes_in: u64,
    packets_out: u64,
    bytes_out: u64,
}

impl Host {
    fn new(ether: EtherAddr, hook: u16) -> Self {
        Self { ether, hook, packets_in: 0, bytes_in: 0, packets_out: 0, bytes_out: 0 }
    }
}

impl Macfilter {
    fn hosts(&self) -> &[Host] {
        self.hosts.get(..self.used).unwrap_or(&self.hosts)
    }

    fn hosts_mut(&mut self) -> &mut [Host] {
        let used = self.used.min(self.hosts.len());
        self.hosts.get_mut(..used).unwrap_or_default()
    }

    fn hook(&self, number: u16) -> Option<HookName> {
        self.upper.get(usize::from(number)).copied().flatten().map(|Name(name)| name)
    }

    /// Sends what comes from a host to a hook from now on; the first one is where everything goes anyway.
    fn direct(&mut self, ether: [u8; 6], hook: u16) {
        let ether = EtherAddr(ether);
        let used = self.hosts().len();
        match self.hosts().binary_search_by_key(&ether, |host| host.ether) {
            Ok(at) if hook == NG_MACFILTER_HOOK_DEFAULT_ID => {
                self.hosts.copy_within(at + 1..used, at);
                self.used = used - 1;
            }
            Err(_) if hook == NG_MACFILTER_HOOK_DEFAULT_ID => {}
            Ok(at) => {
                if let Some(host) = self.hosts.get_mut(at) {
                    host.hook = hook;
                }
            }
            Err(at) => {
                if used == self.hosts.len() {
                    self.hosts.push(Host::new(ether, hook));
                }
                self.hosts.copy_within(at..used, at + 1);
                if let Some(host) = self.hosts.get_mut(at) {
                    (host.ether, host.hook) = (ether, hook);
                }
                self.used = used + 1;
            }
        }
    }

    /// Forgets the hosts of a hook.
    fn forget(&mut self, hook: u16) {
        let mut kept = 0;
        for at in 0..self.hosts().len() {
            if self.hosts.get(at).is_some_and(|host| host.hook != hook) {
                self.hosts.copy_within(at..=at, kept);
                kept += 1;
            }
        }
        self.used = kept;
    }

    fn table(&self) -> Vec<u8> {
        let mut reply = Vec::new();
        append(&mut reply, &ngm_macfilter_macs { n: self.hosts().len() as u32, ..Default::default() });
        for host in self.hosts() {
            let Host { ether, hook: hookid, packets_in, bytes_in, packets_out, bytes_out } = *host;
            let ether = ether.0;
            append(
                &mut reply,
                &ngm_macfilter_mac { ether, hookid, packets_in, bytes_in, packets_out, bytes_out },
            );
        }
        reply
    }

    fn hooks(&self) -> Vec<u8> {
        let hooks = (0..).zip(&self.upper).filter_map(|(number, hook)| Some((number, (*hook)?)));
        let hooks: Vec<(u16, Name)> = hooks.collect();
        let mut reply = Vec::new();
        append(&mut reply, &(hooks.len() as u32));
        for (hookid, Name(name)) in hooks {
            let maccnt = self.hosts().iter().filter(|host| host.hook == hookid).count() as u32;
            let hookname = name.to_field();
            append(&mut reply, &ngm_macfilter_hook { hookname, hookid, maccnt, ..Default::default() });
        }
        reply
    }

    fn clear_counters(&mut self) {
        for host in self.hosts_mut() {
            *host = Host::new(host.ether, host.hook);
        }
    }
}

/// Reads an address of a frame's header. What a frame is too short for reads as zeros, where the kernel reads
/// whatever memory holds.
fn address(frame: &[u8], at: usize) -> EtherAddr {
    let mut address = [0; 6];
    for (to, from) in address.iter_mut().zip(frame.get(at..).unwrap_or_default()) {
        *to = *from;
    }
    EtherAddr(address)
}

impl Behaviour for Macfilter {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        if name == ETHER {
            self.ether = true;
            return Ok(());
        }
        let number = if name == DEFAULT {
            0
        } else {
            let free = self.upper.iter().skip(1).position(Option::is_none);
            free.map_or(self.upper.len().max(1), |free| free + 1)
        };
        if number >= self.upper.len() {
            self.upper.resize(number + 1, None);
        }
        if let Some(hook) = self.upper.get_mut(number) {
            *hook = Some(Name(name));
        }
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        let name = context.name(hook);
        if name == Some(ETHER) {
            self.ether = false;
        } else if let Some(at) = self.upper.iter().position(|hook| hook.map(|Name(name)| name) == name) {
            if let Some(hook) = self.upper.get_mut(at) {
                *hook = None;
            }
            self.forget(at as u16);
            while self.upper.last().is_some_and(Option::is_none) {
                self.upper.pop();
            }
        }
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        _: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let (NGM_MACFILTER_COOKIE, cmd) = message.command() else { return Err(Errno::EINVAL) };
        match cmd {
            NGM_MACFILTER_RESET => self.used = 0,
            NGM_MACFILTER_DIRECT => {
                let direct: ngm_macfilter_direct = message.exactly().ok_or(Errno::EINVAL)?;
                let name = Some(Name(HookName::from_field(&direct.hookname)));
                // A name that no hook has means the first hook.
                let number = self.upper.iter().position(|hook| *hook == name).unwrap_or_default();
                self.direct(direct.ether, number as u16);
            }
            NGM_MACFILTER_DIRECT_HOOKID => {
                let direct: ngm_macfilter_direct_hookid = message.exactly().ok_or(Errno::EINVAL)?;
                self.hook(direct.hookid).ok_or(Errno::EINVAL)?;
                self.direct(direct.ether, direct.hookid);
            }
            NGM_MACFILTER_GET_MACS => return Ok(Some(self.table())),
            NGM_MACFILTER_GETCLR_MACS => {
                let table = self.table();
                self.clear_counters();
                return Ok(Some(table));
            }
            NGM_MACFILTER_CLR_MACS => self.clear_counters(),
            NGM_MACFILTER_GET_HOOKS => return Ok(Some(self.hooks())),
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        let up = context.name(hook) == Some(ETHER);
        if !up && !self.ether {
            return Ok(());
        }
        let host = address(packet.bytes(), if up { 6 } else { 0 });
        let bytes = packet.len().saturating_sub(ETHER_HEADER) as u64;
        let found = self.hosts().binary_search_by_key(&host, |host| host.ether).ok();
        let host = found.and_then(|at| self.hosts.get_mut(at));
        if !up {
            if let Some(host) = host {
                host.packets_out += 1;
                host.bytes_out += bytes;
            }
            return context.send_by(ETHER, packet, 0);
        }
        let number = host.map_or(NG_MACFILTER_HOOK_DEFAULT_ID, |host| {
            host.packets_in += 1;
            host.bytes_in += bytes;
            host.hook
        });
        match self.hook(number) {
            Some(name) => context.send_by(name, packet, 0),
            None => Ok(()),
        }
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
