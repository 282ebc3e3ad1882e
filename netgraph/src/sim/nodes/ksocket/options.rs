//! The options of a socket: those of the level SOL_SOCKET, and a few of the protocols'.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::protocol::{IP_LEVEL, Rule, TCP_LEVEL, is_taken_by_tcp, rule};
use crate::error::Errno;
use crate::sim::net::{DGRAM, End, INET, LOCAL, RAW, STREAM, State};

/// The level SOL_SOCKET.
const SOCKET_LEVEL: i32 = 0xffff;

/// The options that are on or off: debug, reuseaddr, keepalive, dontroute, broadcast, useloopback, oobinline,
/// reuseport, timestamp, nosigpipe, bintime, no_offload, no_ddp, reuseport_lb and rerror.
const SWITCHES: i32 = 0x1
    | REUSE_ADDRESS
    | 0x8
    | 0x10
    | 0x20
    | 0x40
    | 0x100
    | REUSE_PORT
    | 0x400
    | 0x800
    | 0x2000
    | 0x4000
    | 0x8000
    | REUSE_PORT_BALANCED
    | 0x2_0000;
const REUSE_ADDRESS: i32 = 0x4;
const REUSE_PORT: i32 = 0x200;
const REUSE_PORT_BALANCED: i32 = 0x1_0000;

const ACCEPTS: i32 = 0x2;
const LINGER: i32 = 0x80;
const SEND_BUFFER: i32 = 0x1001;
const RECEIVE_BUFFER: i32 = 0x1002;
const SEND_LOW: i32 = 0x1003;
const RECEIVE_LOW: i32 = 0x1004;
const SEND_TIMEOUT: i32 = 0x1005;
const RECEIVE_TIMEOUT: i32 = 0x1006;
const ERROR: i32 = 0x1007;
const TYPE: i32 = 0x1008;
const SET_FIB: i32 = 0x1014;
const USER_COOKIE: i32 = 0x1015;
const PROTOCOL: i32 = 0x1016;
const DOMAIN: i32 = 0x1019;

/// What has been set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Options {
    switches: i32,
    linger: i32,
    low: [i32; 2],
    timeouts: [[i64; 2]; 2],
    /// IP_TTL and IP_TOS.
    ttl: i32,
    tos: i32,
    /// TCP_NODELAY.
    no_delay: i32,
    /// The protocols' other options that were set, by level and number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    others: BTreeMap<i32, BTreeMap<i32, i32>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            switches: 0,
            linger: 0,
            low: [2048, 1],
            timeouts: [[0; 2]; 2],
            ttl: 64,
            tos: 0,
            no_delay: 0,
            others: BTreeMap::new(),
        }
    }
}

/// Reads an int; EINVAL where the value is shorter.
fn int(value: &[u8]) -> Result<i32, Errno> {
    value.first_chunk().map(|value| i32::from_ne_bytes(*value)).ok_or(Errno::EINVAL)
}

/// Tells which of two options that come in pairs one is: of sending, or of receiving.
fn side(option: i32) -> usize {
    usize::from(matches!(option, RECEIVE_LOW | RECEIVE_TIMEOUT))
}

impl Options {
    /// Returns the value of an option.
    pub(super) fn get(&self, end: &End, level: i32, option: i32) -> Result<Vec<u8>, Errno> {
        if level != SOCKET_LEVEL {
            return self.get_of_protocol(end, level, option).map(|value| value.to_ne_bytes().to_vec());
        }
        let listens = end.state == State::Listening;
        let value = match option {
            switch if switch & SWITCHES != 0 && switch & !SWITCHES == 0 && switch.count_ones() == 1 => {
                self.switches & switch
            }
            ACCEPTS => i32::from(listens) * ACCEPTS,
            LINGER => return Ok([self.switches & LINGER, self.linger].as_bytes().to_vec()),
            SEND_TIMEOUT | RECEIVE_TIMEOUT => {
                let timeout = self.timeouts.get(side(option));
                return Ok(timeout.map(|time| time.as_bytes().to_vec()).unwrap_or_default());
            }
            SEND_BUFFER => end.send_max as i32,
            RECEIVE_BUFFER => end.receive_max as i32,
            SEND_LOW | RECEIVE_LOW => self.low.get(side(option)).copied().unwrap_or_default(),
            ERROR => 0,
            TYPE => end.kind,
            PROTOCOL if end.family != LOCAL => match (end.kind, end.protocol) {
                (STREAM, 0) => 6,
                (DGRAM, 0) => 17,
                // All raw sockets are of one protocol to this.
                (RAW, _) => 255,
                (_, protocol) => protocol,
            },
            PROTOCOL => 0,
            DOMAIN => end.family,
            _ => return Err(Errno::ENOPROTOOPT),
        };
        Ok(value.to_ne_bytes().to_vec())
    }

    fn get_of_protocol(&self, end: &End, level: i32, option: i32) -> Result<i32, Errno> {
        let first = match rule(end, level, option) {
            Rule::Switch { on, first } => on * i32::from(first),
            Rule::Byte { first } | Rule::Number { first, .. } | Rule::Exactly { first, .. } => first,
            Rule::ExactSwitch { first } => i32::from(first),
            Rule::Interface => 0,
            Rule::Fixed { value, .. } => value,
            Rule::Taken => return Err(Errno::ENOPROTOOPT),
            Rule::Refused { get, .. } => return Err(get),
        };
        Ok(match (end.family, level, option) {
            (INET, IP_LEVEL, 3) => self.tos,
            (INET, IP_LEVEL, 4) => self.ttl,
            (_, TCP_LEVEL, 1) => self.no_delay,
            _ => self.others.get(&level).and_then(|set| set.get(&option)).copied().unwrap_or(first),
        })
    }

    /// Sets an option.
    pub(super) fn set(&mut self, end: &mut End, level: i32, option: i32, value: &[u8]) -> Result<(), Errno> {
        if level != SOCKET_LEVEL {
            return self.set_of_protocol(end, level, option, value);
        }
        match option {
            switch if switch & SWITCHES != 0 && switch & !SWITCHES == 0 && switch.count_ones() == 1 => {
                self.set_switch(switch, int(value)? != 0);
                end.shares = self.switches & (REUSE_ADDRESS | REUSE_PORT | REUSE_PORT_BALANCED) != 0;
            }
            LINGER => {
                let (on, seconds) = (int(value)?, int(value.get(4..).unwrap_or_default())?);
                if !(0..=0xffff).contains(&seconds) {
                    return Err(Errno::EDOM);
                }
                self.linger = seconds;
                self.set_switch(LINGER, on != 0);
            }
            SEND_BUFFER | RECEIVE_BUFFER | SEND_LOW | RECEIVE_LOW => {
                let bytes = int(value)?;
                if bytes < 1 {
                    return Err(Errno::EINVAL);
                }
                self.set_size(end, option, bytes)?;
            }
            SEND_TIMEOUT | RECEIVE_TIMEOUT => {
                let half = |at: usize| {
                    value.get(at..).and_then(<[u8]>::first_chunk).map(|half| i64::from_ne_bytes(*half))
                };
                let time = [half(0).ok_or(Errno::EINVAL)?, half(8).ok_or(Errno::EINVAL)?];
                if time[0] < 0 || !(0..1_000_000).contains(&time[1]) {
                    return Err(Errno::EDOM);
                }
                if let Some(timeout) = self.timeouts.get_mut(side(option)) {
                    *timeout = time;
                }
            }
            SET_FIB => match int(value)? {
                0 => {}
                _ => return Err(Errno::EINVAL),
            },
            USER_COOKIE => drop(int(value)?),
            _ => return Err(Errno::ENOPROTOOPT),
        }
        Ok(())
    }

    fn set_switch(&mut self, switch: i32, on: bool) {
        self.switches = if on { self.switches | switch } else { self.switches & !switch };
    }

    fn set_size(&mut self, end: &mut End, option: i32, bytes: i32) -> Result<(), Errno> {
        /// kern.ipc.maxsockbuf times 2048 / 2304.
        const MOST: i32 = 7_456_540;
        match option {
            SEND_BUFFER | RECEIVE_BUFFER if bytes > MOST => return Err(Errno::ENOBUFS),
            SEND_BUFFER => end.send_max = bytes as usize,
            RECEIVE_BUFFER => end.receive_max = bytes as usize,
            _ => {}
        }
        let most = [end.send_max as i32, end.receive_max as i32];
        for (side, (low, most)) in self.low.iter_mut().zip(most).enumerate() {
            if matches!((option, side), (SEND_LOW, 0) | (RECEIVE_LOW, 1)) {
                *low = bytes;
            }
            *low = (*low).min(most);
        }
        Ok(())
    }

    fn set_of_protocol(&mut self, end: &End, level: i32, option: i32, value: &[u8]) -> Result<(), Errno> {
        match self.take_of_protocol(end, level, option, value) {
            Err(_) if is_taken_by_tcp(end, level, option) => Ok(()),
            result => result,
        }
    }

    fn take_of_protocol(&mut self, end: &End, level: i32, option: i32, value: &[u8]) -> Result<(), Errno> {
        let rule = rule(end, level, option);
        let exactly = match rule {
            Rule::Exactly { .. } | Rule::ExactSwitch { .. } => true,
            Rule::Interface => level != IP_LEVEL,
            _ => false,
        };
        let number = match rule {
            Rule::Refused { set, .. } | Rule::Fixed { set, .. } => return Err(set),
            Rule::Taken => return Ok(()),
            _ if exactly && value.len() != size_of::<i32>() => return Err(Errno::EINVAL),
            // The options of groups were a char once.
            Rule::Switch { first: true, .. } | Rule::Number { first: 1, .. } if value.len() == 1 => {
                i32::from(value.first().copied().unwrap_or_default())
            }
            _ => int(value)?,
        };
        let kept = match rule {
            Rule::Switch { on, .. } => on * i32::from(number != 0),
            Rule::ExactSwitch { .. } => i32::from(number != 0),
            Rule::Byte { .. } => number & 0xff,
            Rule::Exactly { least: -1, first, .. } if number == -1 => first,
            // TCP takes 0 for its default.
            Rule::Number { first, .. } if level == TCP_LEVEL && number == 0 && option != 2 => first,
            Rule::Number { least, most, .. } | Rule::Exactly { least, most, .. }
                if (least..=most).contains(&number) =>
            {
                number
            }
            Rule::Interface if number == 0 => number,
            Rule::Interface => return Err(Errno::EADDRNOTAVAIL),
            _ => return Err(Errno::EINVAL),
        };
        // LOCAL_CREDS and LOCAL_CREDS_PERSISTENT exclude each other.
        let on = |option| self.others.get(&level).and_then(|set| set.get(&option)).is_some_and(|on| *on != 0);
        if end.family == LOCAL && kept != 0 && on(5 - option) {
            return Err(Errno::EINVAL);
        }
        match (end.family, level, option) {
            // TCP keeps the bits of congestion for itself.
            (INET, IP_LEVEL, 3) if end.kind == STREAM => self.tos = kept & !3,
            (INET, IP_LEVEL, 3) => self.tos = kept,
            (INET, IP_LEVEL, 4) => self.ttl = kept,
            (_, TCP_LEVEL, 1) => self.no_delay = kept,
            _ => drop(self.others.entry(level).or_default().insert(option, kept)),
        }
        Ok(())
    }
}
