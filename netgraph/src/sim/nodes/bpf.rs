//! `bpf`: sorts packets by programs.

mod machine;

use serde::{Deserialize, Serialize};
use zerocopy::{FromBytes, IntoBytes};

use super::by_hook::{ByHook, Name, name_in};
use super::*;
use crate::nodes::bpf::Bpf as Type;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Bpf>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bpf {
    hooks: ByHook<Filter>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// A struct ng_bpf_hookprog, with the instructions behind it.
    #[serde(with = "crate::sim::hex")]
    program: Vec<u8>,
    /// Where packets go that the program takes, and the others, if there is such a hook.
    matching: Option<Name>,
    others: Option<Name>,
    #[serde(with = "super::counters")]
    stats: ng_bpf_hookstat,
}

impl Filter {
    /// A filter that takes nothing.
    fn new(name: HookName) -> Self {
        let head = ng_bpf_hookprog { thisHook: name.to_field(), bpf_prog_len: 1, ..Default::default() };
        let refuse = bpf_insn { code: machine::RETURN, ..Default::default() };
        let program = [head.as_bytes(), refuse.as_bytes()].concat();
        Self { program, matching: None, others: None, stats: ng_bpf_hookstat::default() }
    }

    fn head(&self) -> ng_bpf_hookprog {
        ng_bpf_hookprog::read_from_prefix(&self.program).map(|(head, _)| head).unwrap_or_default()
    }

    fn instructions(&self) -> &[u8] {
        self.program.get(size_of::<ng_bpf_hookprog>()..).unwrap_or_default()
    }
}

impl Bpf {
    fn set_program(&mut self, context: &Context<'_>, message: &Message) -> Result<(), Errno> {
        let head: ng_bpf_hookprog = message.at_least().ok_or(Errno::EINVAL)?;
        // The kernel computes the size of a negative length, too, which then is not that of the message.
        let len = usize::try_from(head.bpf_prog_len).map_err(|_| Errno::EINVAL)?;
        let size = len.saturating_mul(size_of::<bpf_insn>()).saturating_add(size_of::<ng_bpf_hookprog>());
        if message.header.arglen as usize != size {
            return Err(Errno::EINVAL);
        }
        let program = message.args.get(..size).ok_or(Errno::EINVAL)?;
        let filter = self.hooks.named(context, &head.thisHook)?;
        let instructions = program.get(size_of::<ng_bpf_hookprog>()..).unwrap_or_default();
        if len > BPF_MAXINSNS || !machine::is_valid(instructions) {
            return Err(Errno::EINVAL);
        }
        let there = |name| Some(HookName::from_field(name)).filter(|name| context.find(*name).is_some());
        filter.matching = there(&head.ifMatch).map(Name);
        filter.others = there(&head.ifNotMatch).map(Name);
        filter.program = program.to_vec();
        Ok(())
    }
}

impl Behaviour for Bpf {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        for filter in self.hooks.values_mut() {
            let head = filter.head();
            if HookName::from_field(&head.ifMatch) == name {
                filter.matching = Some(Name(name));
            }
            if HookName::from_field(&head.ifNotMatch) == name {
                filter.others = Some(Name(name));
            }
        }
        self.hooks.insert(name, Filter::new(name));
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        self.hooks.remove(context, hook);
        let gone = context.name(hook).map(Name);
        for filter in self.hooks.values_mut() {
            filter.matching = filter.matching.filter(|name| Some(*name) != gone);
            filter.others = filter.others.filter(|name| Some(*name) != gone);
        }
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let (NGM_BPF_COOKIE, cmd) = message.command() else { return Err(Errno::EINVAL) };
        match cmd {
            NGM_BPF_SET_PROGRAM => self.set_program(context, &message).map(|()| None),
            NGM_BPF_GET_PROGRAM => Ok(Some(self.hooks.named(context, &name_in(&message)?)?.program.clone())),
            NGM_BPF_GET_STATS | NGM_BPF_CLR_STATS | NGM_BPF_GETCLR_STATS => {
                let stats = &mut self.hooks.named(context, &name_in(&message)?)?.stats;
                Ok(counters::answer(stats, cmd, NGM_BPF_GET_STATS, NGM_BPF_CLR_STATS))
            }
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        mut packet: Packet,
    ) -> Result<(), Errno> {
        let len = packet.len();
        let filter = self.hooks.of(context, hook).ok_or(Errno::EINVAL)?;
        filter.stats.recvFrames += 1;
        filter.stats.recvOctets += len as u64;
        // Programs are not asked about packets without bytes.
        let taken = if len == 0 { 0 } else { machine::run(filter.instructions(), packet.bytes()) as usize };
        let to = if taken > 0 {
            filter.stats.recvMatchFrames += 1;
            filter.stats.recvMatchOctets += len as u64;
            packet.splice(taken, len, &[]);
            filter.matching
        } else {
            filter.others
        };
        let Some(Name(to)) = to else { return Ok(()) };
        if let Some(filter) = self.hooks.get_mut(to) {
            filter.stats.xmitFrames += 1;
            filter.stats.xmitOctets += packet.len() as u64;
        }
        context.send_by(to, packet, 0)
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
