//! `source`: sends the packets that it has been given, again and again.

mod embed;

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use embed::Embedded;

use super::quiet::raw;
use super::*;
use crate::nodes::source::{INPUT, OUTPUT, Source as Type};
use crate::sim::clock::Time;
use crate::sim::context::Post;
use crate::sim::ifnet::IfKey;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind =
    Kind { make: |_, _| Ok(Box::new(Source::default())), ..plain::<Type, Source>() };

/// How many packets it keeps.
const QUEUE_MAX: usize = 2048;

/// The queue of the interface that it fills, in packets: NG_SOURCE_DRIVER_IFQ_MAXLEN.
const DRIVER_QUEUE: u64 = 4096;

/// How often it sends: a tick of the kernel's clock, of which a second has 100 on a virtual machine (kern.hz).
const TICK: Duration = Duration::from_millis(10);

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    queue: VecDeque<Packet>,
    /// Where in the queue the packet is that came in last.
    last: usize,
    /// The interface whose queue it fills, by its index.
    interface: Option<u32>,
    active: bool,
    /// How many packets are to be sent, and how many of them at once.
    left: u64,
    burst: u64,
    /// Which of the timers that were set is the one to heed.
    timer: u32,
    #[serde(with = "raw")]
    stats: ng_source_stats,
    embedded: Embedded,
}

/// Reads the name that a message carries: up to its NUL.
fn name_in(message: &Message) -> Result<&[u8], Errno> {
    if message.header.arglen < 2 {
        return Err(Errno::EINVAL);
    }
    Ok(message.args.split(|byte| *byte == 0).next().unwrap_or_default())
}

impl Source {
    /// Notes which interface is to be filled. One that does not exist is only logged.
    fn use_interface(&mut self, context: &Context<'_>, name: &[u8]) -> bool {
        let here = |there: &crate::sim::ifnet::Interface| {
            there.vnet == context.core.vnet && there.name.as_bytes() == name
        };
        let found = context.interfaces.iter().find(|(_, there)| here(there));
        self.interface = found.map(|(_, there)| there.index).or(self.interface);
        found.is_some()
    }

    /// Tells whether the interface is there still.
    fn fills(&self, context: &Context<'_>) -> bool {
        let there = |(_, there): (IfKey, &crate::sim::ifnet::Interface)| Some(there.index) == self.interface;
        self.interface.is_some() && context.interfaces.iter().any(there)
    }

    fn start(&mut self, context: &mut Context<'_>, packets: u64) -> Result<(), Errno> {
        if self.interface.is_none() && self.stats.maxPps == 0 {
            return Err(Errno::ENXIO);
        }
        if self.active {
            return Err(Errno::EBUSY);
        }
        let now = Time::of(context.now);
        self.active = true;
        self.left = packets;
        self.burst = 0;
        self.stats.elapsedTime = timeval::default();
        self.stats.endTime = timeval::default();
        self.stats.startTime = now.into();
        self.stats.lastTime = now.into();
        self.wind(context, Duration::ZERO);
        Ok(())
    }

    fn stop(&mut self, context: &Context<'_>) {
        let now = Time::of(context.now);
        self.active = false;
        self.timer = self.timer.wrapping_add(1);
        self.stats.endTime = now.into();
        self.stats.elapsedTime = now.since(self.stats.startTime).into();
    }

    fn wind(&mut self, context: &mut Context<'_>, delay: Duration) {
        context.start(delay, &mut self.timer);
    }

    /// How many packets may be sent at this tick.
    fn allowance(&mut self, context: &Context<'_>) -> u64 {
        let room = if self.fills(context) { DRIVER_QUEUE } else { self.queue.len() as u64 };
        if self.stats.maxPps == 0 {
            return room;
        }
        let now = Time::of(context.now);
        let passed = now.since(self.stats.lastTime).microseconds();
        self.stats.lastTime = now.into();
        room.min(u64::from(self.stats.maxPps).saturating_mul(passed) / 1_000_000)
    }

    /// Sends one packet, and keeps it as the last in the row.
    fn send_one(&mut self, context: &mut Context<'_>) {
        let Some(packet) = self.queue.pop_front() else {
            self.burst = 0;
            return self.go_on(context);
        };
        let copy = self.embedded.in_copy_of(&packet, context.now, self.last == 0);
        self.queue.push_back(packet);
        self.last = self.last.checked_sub(1).unwrap_or(self.queue.len() - 1);
        self.stats.outFrames += 1;
        self.stats.outOctets += copy.len() as u64;
        if context.send_by(OUTPUT, copy, 0).is_err() {
            self.burst = 0;
            self.go_on(context);
        }
    }

    /// Sees to what is next: another packet at once, or at the next tick, or the end.
    fn go_on(&mut self, context: &mut Context<'_>) {
        match (self.active, self.left, self.burst) {
            (false, ..) => {}
            (true, 0, _) => self.stop(context),
            (true, _, 0) => self.wind(context, TICK),
            (true, ..) => self.wind(context, Duration::ZERO),
        }
    }

    fn stats(&mut self, context: &Context<'_>) -> Vec<u8> {
        self.stats.queueOctets = self.queue.iter().map(|packet| packet.len() as u32).sum();
        self.stats.queueFrames = self.queue.len() as u32;
        if self.active && Time::from(self.stats.endTime).is_zero() {
            self.stats.elapsedTime = Time::of(context.now).since(self.stats.startTime).into();
        }
        self.stats.as_bytes().to_vec()
    }

    fn message(&mut self, context: &mut Context<'_>, message: &Message) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.cmd {
            cmd @ (NGM_SOURCE_GET_STATS | NGM_SOURCE_CLR_STATS | NGM_SOURCE_GETCLR_STATS) => {
                let reply = (cmd != NGM_SOURCE_CLR_STATS).then(|| self.stats(context));
                if cmd != NGM_SOURCE_GET_STATS {
                    self.stats = ng_source_stats::default();
                }
                return Ok(reply);
            }
            NGM_SOURCE_START => self.start(context, message.exactly().ok_or(Errno::EINVAL)?)?,
            NGM_SOURCE_STOP => self.stop(context),
            NGM_SOURCE_CLR_DATA => self.queue.clear(),
            NGM_SOURCE_SETIFACE => {
                self.use_interface(context, name_in(message)?);
            }
            NGM_SOURCE_SETPPS => self.stats.maxPps = message.exactly().ok_or(Errno::EINVAL)?,
            NGM_SOURCE_SET_TIMESTAMP => self.embedded.time = message.exactly().ok_or(Errno::EINVAL)?,
            NGM_SOURCE_GET_TIMESTAMP => return Ok(Some(self.embedded.time.as_bytes().to_vec())),
            NGM_SOURCE_SET_COUNTER => self.embedded.set_counter(message.exactly().ok_or(Errno::EINVAL)?)?,
            NGM_SOURCE_GET_COUNTER => {
                // The kernel does not look at the length.
                let number = message.args.first().copied().unwrap_or_default();
                return Ok(Some(self.embedded.counter(number)?.as_bytes().to_vec()));
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    /// The answer of an ether node that was asked for the name of its interface.
    fn interface_told(
        &mut self,
        context: &mut Context<'_>,
        message: &Message,
    ) -> Result<Option<Vec<u8>>, Errno> {
        if message.header.flags & NGF_RESP == 0 || message.header.cmd != NGM_ETHER_GET_IFNAME {
            return Err(Errno::EINVAL);
        }
        if self.use_interface(context, name_in(message)?) {
            let order = Message::new(NGM_ETHER_COOKIE, NGM_ETHER_SET_AUTOSRC, &[0; 4], context.core.id)
                .called("NGM_ETHER_SET_AUTOSRC");
            // Nobody waits for the outcome.
            let _ = context.tell(OUTPUT, order);
        }
        Ok(None)
    }
}

impl Behaviour for Source {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        match name {
            INPUT => {}
            OUTPUT => {
                self.interface = None;
                self.stats = ng_source_stats::default();
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }

    /// Asks whatever is at the output for its interface; only an ether node knows.
    fn connect(&mut self, context: &mut Context<'_>, hook: HookKey, peer: NodeKey) -> Result<(), Errno> {
        if context.name(hook) == Some(OUTPUT) {
            let question = Message::new(NGM_ETHER_COOKIE, NGM_ETHER_GET_IFNAME, &[], context.core.id)
                .called("NGM_ETHER_GET_IFNAME");
            context.posts.push_back(Post::ToNode(peer, question));
        }
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        if context.core.hook_count == 0 || context.name(hook) == Some(OUTPUT) {
            context.shut_down();
        }
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.typecookie {
            NGM_SOURCE_COOKIE if message.header.flags & NGF_RESP == 0 => self.message(context, &message),
            NGM_ETHER_COOKIE => self.interface_told(context, &message),
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        if context.name(hook) == Some(OUTPUT) {
            return Ok(());
        }
        if self.queue.len() >= QUEUE_MAX {
            return Err(Errno::ENOBUFS);
        }
        self.queue.push_back(packet);
        self.last = self.queue.len() - 1;
        Ok(())
    }

    /// A packet has left. What is refused ends what may be sent at this tick, and counts as still to send.
    fn sent(&mut self, context: &mut Context<'_>, sent: Sent, _: Result<(), Errno>) -> Result<(), Errno> {
        match sent.result {
            Ok(()) => {
                self.left = self.left.saturating_sub(1);
                self.burst = self.burst.saturating_sub(1);
            }
            Err(_) => self.burst = 0,
        }
        self.go_on(context);
        sent.result
    }

    fn timer(&mut self, context: &mut Context<'_>, token: u32) {
        if !self.active || token != self.timer {
            return;
        }
        if self.burst == 0 {
            if self.left == 0 || context.find(OUTPUT).is_none() {
                return self.stop(context);
            }
            self.burst = self.allowance(context).min(self.left);
            if self.burst == 0 {
                return self.go_on(context);
            }
        }
        self.send_one(context);
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
