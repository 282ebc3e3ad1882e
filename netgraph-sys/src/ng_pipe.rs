//! `netgraph/ng_pipe.h`: a link with limited bandwidth, delay, errors and queues; see ng_pipe(4).
//!
//! Downstream is from `upper` to `lower`, upstream the other way. When a configuration is set, 0 keeps a
//! value and all ones set it to 0.

crate::abi::abi! {
    "netgraph/ng_pipe.h";

    /// The name of the node type.
    pub const NG_PIPE_NODE_TYPE: &str = "pipe";
    /// The cookie of the type's messages.
    pub const NGM_PIPE_COOKIE: u32 = 200708191;

    /// The hook towards the protocols.
    pub const NG_PIPE_HOOK_UPPER: &str = "upper";
    /// The hook towards the wire.
    pub const NG_PIPE_HOOK_LOWER: &str = "lower";

    /// The longest frame that bit errors are computed for, in bytes.
    pub const MAX_FSIZE: usize = 65536;
    /// The largest overhead of the link layer, in bytes.
    pub const MAX_OHSIZE: usize = 256;

    /// The counters of one direction.
    pub struct ng_pipe_hookstat {
        /// Bytes passed on.
        pub fwd_octets: u64,
        /// Packets passed on.
        pub fwd_frames: u64,
        /// Bytes dropped before the queue.
        pub in_disc_octets: u64,
        /// Packets dropped before the queue.
        pub in_disc_frames: u64,
        /// Bytes dropped behind the queue.
        pub out_disc_octets: u64,
        /// Packets dropped behind the queue.
        pub out_disc_frames: u64,
    }

    /// The counters of a node.
    pub struct ng_pipe_stats {
        /// From `upper` to `lower`.
        pub downstream: ng_pipe_hookstat,
        /// From `lower` to `upper`.
        pub upstream: ng_pipe_hookstat,
    }

    /// The queues of one direction at this moment.
    pub struct ng_pipe_hookrun {
        /// Queues in use.
        pub fifo_queues: u32,
        /// Bytes waiting for bandwidth.
        pub qin_octets: u32,
        /// Packets waiting for bandwidth.
        pub qin_frames: u32,
        /// Bytes being delayed.
        pub qout_octets: u32,
        /// Packets being delayed.
        pub qout_frames: u32,
    }

    /// The queues of a node at this moment.
    pub struct ng_pipe_run {
        /// From `upper` to `lower`.
        pub downstream: ng_pipe_hookrun,
        /// From `lower` to `upper`.
        pub upstream: ng_pipe_hookrun,
    }

    /// The configuration of one direction.
    pub struct ng_pipe_hookcfg {
        /// The bandwidth, in bits per second; 0 is no limit.
        pub bandwidth: u64,
        /// One bit in so many is wrong, up to 10¹²; 0 is none, 1 takes the link down.
        pub ber: u64,
        /// The most packets that wait for bandwidth; at least 5.
        pub qin_size_limit: u32,
        /// The most packets that are delayed; at least 5.
        pub qout_size_limit: u32,
        /// How many packets in a hundred are sent twice, up to 50.
        pub duplicate: u32,
        /// Queues packets as they come: 1 or 0.
        pub fifo: u32,
        /// Queues packets by deficit round robin with so many bytes at a time; less than 32 means 2048.
        pub drr: u32,
        /// Queues packets by weighted fair queueing: 1 or 0.
        pub wfq: u32,
        /// Drops the newest packet when a queue is full: 1 or 0.
        pub droptail: u32,
        /// Drops the oldest packet when a queue is full: 1 or 0.
        pub drophead: u32,
    }

    /// The configuration of a node.
    pub struct ng_pipe_cfg {
        /// The bandwidth of both directions, in bits per second, 100 to 10⁹; it also sets the overhead.
        pub bandwidth: u64,
        /// The delay of each packet, in microseconds, less than 10⁷.
        pub delay: u64,
        /// Where the IP header begins, in bytes, less than 64.
        pub header_offset: u32,
        /// What the link layer adds to each packet, in bytes.
        pub overhead: u32,
        /// From `upper` to `lower`.
        pub downstream: ng_pipe_hookcfg,
        /// From `lower` to `upper`.
        pub upstream: ng_pipe_hookcfg,
    }

    /// Reads the counters: the reply is an [`ng_pipe_stats`].
    pub const NGM_PIPE_GET_STATS: u32 = 1;
    /// Zeroes the counters.
    pub const NGM_PIPE_CLR_STATS: u32 = 2;
    /// Reads and zeroes the counters at once: the reply is an [`ng_pipe_stats`].
    pub const NGM_PIPE_GETCLR_STATS: u32 = 3;
    /// Reads the state of the queues: the reply is an [`ng_pipe_run`].
    pub const NGM_PIPE_GET_RUN: u32 = 4;
    /// Reads the configuration: the reply is an [`ng_pipe_cfg`].
    pub const NGM_PIPE_GET_CFG: u32 = 5;
    /// Changes the configuration: the argument is an [`ng_pipe_cfg`].
    pub const NGM_PIPE_SET_CFG: u32 = 6;
}
