//! `pipe`: a link with bandwidth, delay and losses; see ng_pipe(4).
//!
//! ```
//! use std::time::Duration;
//!
//! use netgraph::nodes::pipe::{self, Config, Direction};
//! use netgraph::sim::{SimKernel, SimMachine};
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Path, Socket};
//!
//! let machine = SimMachine::new();
//! let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
//! let [up, down] = [HookName::constant("up"), HookName::constant("down")];
//! let link = socket.make_peer::<pipe::Pipe>(up, pipe::UPPER)?;
//! socket.connect(&Path::own(), link.path(), down, pipe::LOWER)?;
//! // A satellite: half a second, 2 Mbit/s, and a short queue on the way down.
//! let config = Config::default()
//!     .with_delay(Duration::from_millis(500))
//!     .with_bandwidth(2_000_000)
//!     .with_downstream(Direction::default().with_queue(20));
//! link.call(pipe::SetConfig(config))?;
//!
//! socket.send(up, &[0; 1000])?;
//! let mut batch = RecvBatch::new(1, 2048);
//! assert_eq!(socket.receive(&mut batch, Wait::No)?, 0);
//! machine.advance(Duration::from_secs(1));
//! assert_eq!(socket.receive(&mut batch, Wait::No)?, 1);
//! assert_eq!(link.call(pipe::GetStats)?.downstream.fwd_octets, 1000);
//! # Ok::<(), netgraph::Error>(())
//! ```

use std::time::Duration;

use crate::ascii::{Type, UINT32, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The end towards the protocols: what comes in here goes downstream.
pub const UPPER: HookName = HookName::constant(sys::NG_PIPE_HOOK_UPPER);
/// The end towards the wire: what comes in here goes upstream.
pub const LOWER: HookName = HookName::constant(sys::NG_PIPE_HOOK_LOWER);

node_type! {
    /// A link between [`UPPER`] and [`LOWER`] with bandwidth, delay, queues and losses. Where it is configured to lose
    /// every bit (`ber` 1), or no longer, it tells whatever is at its ends, with
    /// [`LinkIsDown`](super::flow::LinkIsDown) and [`LinkIsUp`](super::flow::LinkIsUp). It dies with its last hook; see
    /// [ng_pipe(4)](https://man.freebsd.org/ng_pipe/4).
    pub Pipe: "pipe", cookie = sys::NGM_PIPE_COOKIE;
    /// Reads the counters.
    #[doc(alias = "NGM_PIPE_GET_STATS")]
    GetStats "getstats" = sys::NGM_PIPE_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_PIPE_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_PIPE_CLR_STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_PIPE_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_PIPE_GETCLR_STATS => Stats;
    /// Reads what is in the queues at this moment.
    #[doc(alias = "NGM_PIPE_GET_RUN")]
    GetRun "getrun" = sys::NGM_PIPE_GET_RUN => Run, repeatable;
    /// Reads the configuration.
    #[doc(alias = "NGM_PIPE_GET_CFG")]
    GetConfig "getcfg" = sys::NGM_PIPE_GET_CFG => Config, repeatable;
    /// Changes the configuration: what is 0 stays as it is, what is all ones (-1) goes back to its default.
    #[doc(alias = "NGM_PIPE_SET_CFG")]
    SetConfig(Config) "setcfg" = sys::NGM_PIPE_SET_CFG;
}

static HOOK_STATS: Type = fields![
    "FwdOctets": UINT64,
    "FwdFrames": UINT64,
    "queueDropOctets": UINT64,
    "queueDropFrames": UINT64,
    "delayDropOctets": UINT64,
    "delayDropFrames": UINT64,
];

static STATS: Type = fields!["downstream": HOOK_STATS, "upstream": HOOK_STATS];

static HOOK_RUN: Type = fields![
    "queues": UINT32,
    "queuedOctets": UINT32,
    "queuedFrames": UINT32,
    "delayedOctets": UINT32,
    "delayedFrames": UINT32,
];

static RUN: Type = fields!["downstream": HOOK_RUN, "upstream": HOOK_RUN];

static HOOK_CONFIG: Type = fields![
    "bandwidth": UINT64,
    "BER": UINT64,
    "queuelen": UINT32,
    "delaylen": UINT32,
    "duplicate": UINT32,
    "fifo": UINT32,
    "drr": UINT32,
    "wfq": UINT32,
    "droptail": UINT32,
    "drophead": UINT32,
];

static CONFIG: Type = fields![
    "bandwidth": UINT64,
    "delay": UINT64,
    "header_offset": UINT32,
    "overhead": UINT32,
    "downstream": HOOK_CONFIG,
    "upstream": HOOK_CONFIG,
];

payload! {
    /// The configuration: bandwidths are in bits per second, the delay in microseconds.
    pub Config(sys::ng_pipe_cfg) = CONFIG;
    /// The counters of both directions.
    pub Stats(sys::ng_pipe_stats) = STATS;
    /// What is in the queues of both directions.
    pub Run(sys::ng_pipe_run) = RUN;
}

/// The configuration of one direction; as in [`SetConfig`], what is 0 stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Direction(pub sys::ng_pipe_hookcfg);

impl Direction {
    /// Loses every bit: the link is down.
    #[must_use]
    pub fn broken() -> Self {
        Self::default().with_errors(1)
    }

    /// Sets the bandwidth, in bits per second: 100 to 1,000,000,000.
    #[must_use]
    pub fn with_bandwidth(mut self, bandwidth: u64) -> Self {
        self.0.bandwidth = bandwidth;
        self
    }

    /// Breaks one bit in so many (up to 10^12), and loses the packet that it is in.
    #[must_use]
    pub fn with_errors(mut self, one_bit_in: u64) -> Self {
        self.0.ber = one_bit_in;
        self
    }

    /// Lets so many packets wait for the line, at least 5.
    #[must_use]
    pub fn with_queue(mut self, packets: u32) -> Self {
        self.0.qin_size_limit = packets;
        self
    }

    /// Lets so many packets be on the line, at least 5.
    #[must_use]
    pub fn with_delayed(mut self, packets: u32) -> Self {
        self.0.qout_size_limit = packets;
        self
    }

    /// Doubles packets: so many of a hundred, up to 50.
    #[must_use]
    pub fn with_duplicates(mut self, percent: u32) -> Self {
        self.0.duplicate = percent;
        self
    }

    /// Lets the packets of all flows wait in one queue, as at first.
    #[must_use]
    pub fn with_fifo(mut self) -> Self {
        self.0.fifo = 1;
        self
    }

    /// Takes the packets of flows in turns of so many bytes (deficit round robin); 1 for the usual 2048.
    #[must_use]
    pub fn with_round_robin(mut self, bytes: u32) -> Self {
        self.0.drr = bytes;
        self
    }

    /// Takes the packets of flows by weight (weighted fair queueing).
    #[must_use]
    pub fn with_fair_queueing(mut self) -> Self {
        self.0.wfq = 1;
        self
    }

    /// Drops the packet that came first where the queue is full, and not the last as at first.
    #[must_use]
    pub fn with_drop_head(mut self) -> Self {
        self.0.drophead = 1;
        self
    }
}

impl Config {
    /// Returns the delay.
    #[must_use]
    pub fn delay(&self) -> Duration {
        Duration::from_micros(self.0.delay)
    }

    /// Sets the delay, in whole microseconds; the kernel takes less than 10 seconds.
    ///
    /// ```
    /// use netgraph::nodes::pipe::Config;
    /// use std::time::Duration;
    /// let config = Config::default().with_delay(Duration::from_millis(20));
    /// assert_eq!(config.to_string(), "{ delay=20000 }");
    /// ```
    #[must_use]
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.0.delay = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        self
    }

    /// Sets the bandwidth of both directions, in bits per second: 100 to 1,000,000,000.
    #[must_use]
    pub fn with_bandwidth(mut self, bandwidth: u64) -> Self {
        self.0.bandwidth = bandwidth;
        self
    }

    /// Changes what goes from [`UPPER`] to [`LOWER`].
    #[must_use]
    pub fn with_downstream(mut self, direction: Direction) -> Self {
        self.0.downstream = direction.0;
        self
    }

    /// Changes what goes from [`LOWER`] to [`UPPER`].
    #[must_use]
    pub fn with_upstream(mut self, direction: Direction) -> Self {
        self.0.upstream = direction.0;
        self
    }

    /// Returns what goes from [`UPPER`] to [`LOWER`].
    #[must_use]
    pub fn downstream(&self) -> Direction {
        Direction(self.0.downstream)
    }

    /// Returns what goes from [`LOWER`] to [`UPPER`].
    #[must_use]
    pub fn upstream(&self) -> Direction {
        Direction(self.0.upstream)
    }
}
