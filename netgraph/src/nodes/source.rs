//! `source`: sends packets as fast as it is told; see ng_source(4).
//!
//! ```
//! use std::time::Duration;
//!
//! use netgraph::nodes::source::{self, Counter};
//! use netgraph::sim::{SimKernel, SimMachine};
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Path, Socket};
//!
//! let machine = SimMachine::new();
//! let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
//! let [input, output] = [HookName::constant("in"), HookName::constant("out")];
//! let source = socket.make_peer::<source::Source>(output, source::OUTPUT)?;
//! socket.connect(&Path::own(), source.path(), input, source::INPUT)?;
//! socket.send(input, b"packet number ??")?;
//! source.call(source::SetCounter(Counter::at(0, 14, 2)))?;
//! source.call(source::SetPps(1000))?;
//! source.call(source::Start(3))?;
//! machine.advance(Duration::from_secs(1));
//! let mut batch = RecvBatch::new(3, 64);
//! socket.receive(&mut batch, Wait::No)?;
//! assert!(batch.iter().map(|(_, packet)| &packet[14..]).eq([[0, 0], [0, 1], [0, 2]]));
//! # Ok::<(), netgraph::Error>(())
//! ```

use std::time::Duration;

use super::Text;
use super::numbers::flags;
use crate::ascii::{HINT8, HINT16, INT32, INT64, Type, UINT8, UINT32, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// What comes in here is what will be sent.
pub const INPUT: HookName = HookName::constant(sys::NG_SOURCE_HOOK_INPUT);
/// Where it is sent.
pub const OUTPUT: HookName = HookName::constant(sys::NG_SOURCE_HOOK_OUTPUT);

node_type! {
    /// Keeps the packets that come in at [`INPUT`], and sends them again and again at [`OUTPUT`]. It dies with
    /// [`OUTPUT`]; see [ng_source(4)](https://man.freebsd.org/ng_source/4).
    pub Source: "source", cookie = sys::NGM_SOURCE_COOKIE;
    /// Reads the counters.
    #[doc(alias = "NGM_SOURCE_GET_STATS")]
    GetStats "getstats" = sys::NGM_SOURCE_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_SOURCE_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_SOURCE_CLR_STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_SOURCE_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_SOURCE_GETCLR_STATS => Stats;
    /// Sends this many packets.
    #[doc(alias = "NGM_SOURCE_START")]
    Start(u64) "start" = sys::NGM_SOURCE_START;
    /// Stops sending.
    #[doc(alias = "NGM_SOURCE_STOP")]
    Stop "stop" = sys::NGM_SOURCE_STOP;
    /// Forgets the packets.
    #[doc(alias = "NGM_SOURCE_CLR_DATA")]
    ClearData "clrdata" = sys::NGM_SOURCE_CLR_DATA;
    /// Names the interface whose queue is to be filled.
    #[doc(alias = "NGM_SOURCE_SETIFACE")]
    SetIface(Text) "setiface" = sys::NGM_SOURCE_SETIFACE;
    /// Limits the packets per second.
    #[doc(alias = "NGM_SOURCE_SETPPS")]
    SetPps(u32) "setpps" = sys::NGM_SOURCE_SETPPS;
    /// Writes the time into each packet.
    #[doc(alias = "NGM_SOURCE_SET_TIMESTAMP")]
    SetTimestamp(Timestamp) "settimestamp" = sys::NGM_SOURCE_SET_TIMESTAMP;
    /// Reads where the time is written.
    #[doc(alias = "NGM_SOURCE_GET_TIMESTAMP")]
    GetTimestamp "gettimestamp" = sys::NGM_SOURCE_GET_TIMESTAMP => Timestamp, repeatable;
    /// Writes a counter into each packet.
    #[doc(alias = "NGM_SOURCE_SET_COUNTER")]
    SetCounter(Counter) "setcounter" = sys::NGM_SOURCE_SET_COUNTER;
    /// Reads where a counter is written, by its number, 0 to 3.
    #[doc(alias = "NGM_SOURCE_GET_COUNTER")]
    GetCounter(u8) "getcounter" = sys::NGM_SOURCE_GET_COUNTER => Counter, repeatable;
}

static TIME: Type = fields!["tv_sec": INT64, "tv_usec": INT64];

static STATS: Type = fields![
    "outOctets": UINT64,
    "outFrames": UINT64,
    "queueOctets": UINT32,
    "queueFrames": UINT32,
    "maxPps": UINT32,
    "startTime": TIME,
    "endTime": TIME,
    "elapsedTime": TIME,
    "lastTime": TIME,
];

static TIMESTAMP: Type = fields!["offset": HINT16, "flags": HINT8];

static COUNTER: Type = fields![
    "offset": HINT16,
    "flags": HINT8,
    "width": UINT8,
    "next_val": UINT32,
    "min_val": UINT32,
    "max_val": UINT32,
    "increment": INT32,
    "index": UINT8,
];

payload! {
    /// The counters.
    pub Stats(sys::ng_source_stats) = STATS;
    /// Where the time is written into a packet.
    pub Timestamp(sys::ng_source_embed_info) = TIMESTAMP;
    /// Where a counter is written into a packet, and how it counts.
    pub Counter(sys::ng_source_embed_cnt_info) = COUNTER;
}

/// A time as a duration; one before the beginning is 0.
fn duration(time: &sys::timeval) -> Duration {
    let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0));
    seconds.saturating_add(Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0)))
}

impl Stats {
    /// Returns how long the node has been sending.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        duration(&self.elapsedTime)
    }

    /// Returns when sending began, as the time since 1970.
    #[must_use]
    pub fn started(&self) -> Duration {
        duration(&self.startTime)
    }

    /// Returns when sending ended, as the time since 1970.
    #[must_use]
    pub fn ended(&self) -> Duration {
        duration(&self.endTime)
    }
}

flags! {
    /// What is done with a time or a counter.
    pub struct Embed: u8 {
        /// It is written into the packets.
        #[doc(alias = "NGM_SOURCE_EMBED_ENABLE")]
        ENABLE = sys::NGM_SOURCE_EMBED_ENABLE,
        /// A counter counts once for all the packets that are kept, instead of for each.
        #[doc(alias = "NGM_SOURCE_INC_CNT_PER_LIST")]
        PER_LIST = sys::NGM_SOURCE_INC_CNT_PER_LIST,
    }
}

impl Timestamp {
    /// Writes the time `offset` bytes into each packet: 8 bytes, seconds and microseconds in network byte order.
    #[must_use]
    pub fn at(offset: u16) -> Self {
        Self(sys::ng_source_embed_info { offset, flags: Embed::ENABLE.bits(), ..Default::default() })
    }

    /// Writes no time.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }
}

impl Counter {
    /// Writes counter `index` (0 to 3) `offset` bytes into each packet, in `width` bytes (1, 2 or 4) in network byte
    /// order; it counts from 0 up by 1 to the largest number that fits.
    #[must_use]
    pub fn at(index: u8, offset: u16, width: u8) -> Self {
        let max_val = u32::MAX.checked_shr(32u32.saturating_sub(8 * u32::from(width))).unwrap_or(0);
        let flags = Embed::ENABLE.bits();
        Self(sys::ng_source_embed_cnt_info {
            offset,
            flags,
            width,
            max_val,
            increment: 1,
            index,
            ..Default::default()
        })
    }

    /// Counts between two numbers, from the first on, by so much.
    #[must_use]
    pub fn counting(mut self, from: u32, to: u32, by: i32) -> Self {
        (self.0.next_val, self.0.min_val, self.0.max_val, self.0.increment) =
            (from, from.min(to), from.max(to), by);
        self
    }

    /// Returns what is done with it.
    #[must_use]
    pub fn embed(&self) -> Embed {
        Embed::from_bits_retain(self.flags)
    }
}
