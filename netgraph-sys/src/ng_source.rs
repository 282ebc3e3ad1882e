//! `netgraph/ng_source.h`: sends packets over and over; see ng_source(4).

use crate::timeval;

crate::abi::abi! {
    "netgraph/ng_source.h";

    /// The name of the node type.
    pub const NG_SOURCE_NODE_TYPE: &str = "source";
    /// The cookie of the type's messages.
    pub const NGM_SOURCE_COOKIE: u32 = 1110646684;

    /// The hook that takes the packets to send.
    pub const NG_SOURCE_HOOK_INPUT: &str = "input";
    /// The hook that they are sent by.
    pub const NG_SOURCE_HOOK_OUTPUT: &str = "output";

    /// The state of a node.
    pub struct ng_source_stats {
        /// Bytes sent.
        pub outOctets: u64,
        /// Packets sent.
        pub outFrames: u64,
        /// Bytes to send.
        pub queueOctets: u32,
        /// Packets to send.
        pub queueFrames: u32,
        /// The most packets to send in a second; 0 is no limit.
        pub maxPps: u32,
        /// Padding, on 64-bit architectures.
        pub _pad0: [u8; 4],
        /// When sending began.
        pub startTime: timeval,
        /// When sending ended.
        pub endTime: timeval,
        /// How long it lasted, or has lasted.
        pub elapsedTime: timeval,
        /// When packets were sent last.
        pub lastTime: timeval,
    }

    /// The place for a time, a [`timeval`], in the packets.
    pub struct ng_source_embed_info {
        /// Where in the packet, in bytes.
        pub offset: u16,
        /// [`NGM_SOURCE_EMBED_ENABLE`] or nothing.
        pub flags: u8,
        /// Unused.
        pub spare: u8,
    }

    /// Writes it into the packets.
    pub const NGM_SOURCE_EMBED_ENABLE: u8 = 0x01;
    /// Counts once for all packets of the queue instead of for each.
    pub const NGM_SOURCE_INC_CNT_PER_LIST: u8 = 0x02;

    /// The number of counters.
    pub const NG_SOURCE_COUNTERS: usize = 4;

    /// The place for a counter in the packets.
    pub struct ng_source_embed_cnt_info {
        /// Where in the packet, in bytes.
        pub offset: u16,
        /// [`NGM_SOURCE_EMBED_ENABLE`] and [`NGM_SOURCE_INC_CNT_PER_LIST`].
        pub flags: u8,
        /// How many bytes: 1, 2 or 4.
        pub width: u8,
        /// The next value.
        pub next_val: u32,
        /// The smallest value.
        pub min_val: u32,
        /// The largest value.
        pub max_val: u32,
        /// What is added each time.
        pub increment: i32,
        /// Which counter, 0 to 3.
        pub index: u8,
        /// Padding.
        pub _pad0: [u8; 3],
    }

    /// Reads the state: the reply is an [`ng_source_stats`].
    pub const NGM_SOURCE_GET_STATS: u32 = 1;
    /// Zeroes the counters.
    pub const NGM_SOURCE_CLR_STATS: u32 = 2;
    /// Reads the state and zeroes the counters at once: the reply is an [`ng_source_stats`].
    pub const NGM_SOURCE_GETCLR_STATS: u32 = 3;
    /// Begins to send: the argument is the number of packets as a `u64`.
    pub const NGM_SOURCE_START: u32 = 4;
    /// Stops sending.
    pub const NGM_SOURCE_STOP: u32 = 5;
    /// Forgets the packets.
    pub const NGM_SOURCE_CLR_DATA: u32 = 6;
    /// Says through which interface the packets leave: the argument is its name, a string.
    pub const NGM_SOURCE_SETIFACE: u32 = 7;
    /// Limits the packets in a second: the argument is a `u32`.
    pub const NGM_SOURCE_SETPPS: u32 = 8;
    /// Puts the time into the packets: the argument is an [`ng_source_embed_info`].
    pub const NGM_SOURCE_SET_TIMESTAMP: u32 = 9;
    /// Reads where the time is put: the reply is an [`ng_source_embed_info`].
    pub const NGM_SOURCE_GET_TIMESTAMP: u32 = 10;
    /// Puts a counter into the packets: the argument is an [`ng_source_embed_cnt_info`].
    pub const NGM_SOURCE_SET_COUNTER: u32 = 11;
    /// Reads where a counter is put: the argument is its number as a `u8`, the reply an
    /// [`ng_source_embed_cnt_info`].
    pub const NGM_SOURCE_GET_COUNTER: u32 = 12;
}
