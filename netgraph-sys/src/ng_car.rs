//! `netgraph/ng_car.h`: traffic shaping and rate limiting; see ng_car(4).
//!
//! Downstream is from `upper` to `lower`, upstream the other way.

crate::abi::abi! {
    "netgraph/ng_car.h";

    /// The name of the node type.
    pub const NG_CAR_NODE_TYPE: &str = "car";
    /// The cookie of the type's messages.
    pub const NGM_CAR_COOKIE: u32 = 1173648034;

    /// The hook towards the protocols.
    pub const NG_CAR_HOOK_UPPER: &str = "upper";
    /// The hook towards the wire.
    pub const NG_CAR_HOOK_LOWER: &str = "lower";

    /// The counters of one direction.
    pub struct ng_car_hookstats {
        /// Packets passed on.
        pub passed_pkts: u64,
        /// Packets dropped.
        pub dropped_pkts: u64,
        /// Packets within the committed burst.
        pub green_pkts: u64,
        /// Packets beyond it, within the exceeded or peak burst.
        pub yellow_pkts: u64,
        /// Packets beyond all bursts.
        pub red_pkts: u64,
        /// Packets that could not be handled.
        pub errors: u64,
    }

    /// The counters of a node.
    pub struct ng_car_bulkstats {
        /// From `lower` to `upper`.
        pub upstream: ng_car_hookstats,
        /// From `upper` to `lower`.
        pub downstream: ng_car_hookstats,
    }

    /// The configuration of one direction. With [`NG_CAR_COUNT_PACKETS`] rates are in packets per second and
    /// bursts in packets, instead of bits per second and bytes.
    pub struct ng_car_hookconf {
        /// The committed burst, in bytes.
        pub cbs: u64,
        /// The exceeded or peak burst, in bytes.
        pub ebs: u64,
        /// The committed rate, in bits per second.
        pub cir: u64,
        /// The peak rate, in bits per second.
        pub pir: u64,
        /// What happens to green packets, one of `NG_CAR_ACTION_*`.
        pub green_action: u8,
        /// What happens to yellow packets.
        pub yellow_action: u8,
        /// What happens to red packets.
        pub red_action: u8,
        /// How packets are coloured: [`NG_CAR_SINGLE_RATE`] and those after it.
        pub mode: u8,
        /// [`NG_CAR_COLOR_AWARE`] and [`NG_CAR_COUNT_PACKETS`].
        pub opt: u8,
        /// Padding.
        pub _pad0: [u8; 3],
    }

    /// The smallest committed burst, in bytes.
    pub const NG_CAR_CBS_MIN: u64 = 8192;
    /// The smallest exceeded burst, in bytes.
    pub const NG_CAR_EBS_MIN: u64 = 8192;
    /// The committed rate of a new node, in bits per second.
    pub const NG_CAR_CIR_DFLT: u64 = 10240;

    /// Passes the packet on.
    pub const NG_CAR_ACTION_FORWARD: u8 = 1;
    /// Drops the packet.
    pub const NG_CAR_ACTION_DROP: u8 = 2;
    /// Marks the packet with its colour and passes it on.
    pub const NG_CAR_ACTION_MARK: u8 = 3;

    /// The single rate marker of RFC 2697.
    pub const NG_CAR_SINGLE_RATE: u8 = 0;
    /// The two rate marker of RFC 2698.
    pub const NG_CAR_DOUBLE_RATE: u8 = 1;
    /// Packets become red at random, the likelier the more of the exceeded burst is used.
    pub const NG_CAR_RED: u8 = 2;
    /// Packets beyond the burst wait in a queue.
    pub const NG_CAR_SHAPE: u8 = 3;

    /// Takes the colour into account that a packet was marked with before.
    pub const NG_CAR_COLOR_AWARE: u8 = 1;
    /// Counts packets instead of bytes.
    pub const NG_CAR_COUNT_PACKETS: u8 = 2;

    /// The configuration of a node.
    pub struct ng_car_bulkconf {
        /// From `lower` to `upper`.
        pub upstream: ng_car_hookconf,
        /// From `upper` to `lower`.
        pub downstream: ng_car_hookconf,
    }

    /// Reads the counters: the reply is an [`ng_car_bulkstats`].
    pub const NGM_CAR_GET_STATS: u32 = 1;
    /// Zeroes the counters.
    pub const NGM_CAR_CLR_STATS: u32 = 2;
    /// Reads and zeroes the counters at once: the reply is an [`ng_car_bulkstats`].
    pub const NGM_CAR_GETCLR_STATS: u32 = 3;
    /// Reads the configuration: the reply is an [`ng_car_bulkconf`].
    pub const NGM_CAR_GET_CONF: u32 = 4;
    /// Replaces the configuration: the argument is an [`ng_car_bulkconf`].
    pub const NGM_CAR_SET_CONF: u32 = 5;
}
