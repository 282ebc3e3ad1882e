//! `netgraph/netflow/ng_netflow.h`: counts traffic by flows and exports it as NetFlow; see ng_netflow(4).
//!
//! The records that [`NGM_NETFLOW_SHOW`] returns contain C longs: they differ on 32-bit architectures.

use crate::{NGM_HASREPLY, NGM_READONLY, in_addr, in6_addr, ng_mesg};

crate::abi::abi! {
    "netgraph/netflow/ng_netflow.h";

    /// The name of the node type.
    pub const NG_NETFLOW_NODE_TYPE: &str = "netflow";
    /// The cookie of the type's messages.
    pub const NGM_NETFLOW_COOKIE: u32 = 1365756954;
    /// A cookie of old; no message carries it.
    pub const NGM_NETFLOW_V9_COOKIE: u32 = 1349865386;

    /// How many interfaces there can be; their numbers are less than this.
    pub const NG_NETFLOW_MAXIFACES: u16 = u16::MAX;

    /// What the hook of an interface begins with; its number follows.
    pub const NG_NETFLOW_HOOK_DATA: &str = "iface";
    /// What the hook that an interface's packets leave by begins with; its number follows.
    pub const NG_NETFLOW_HOOK_OUT: &str = "out";
    /// The hook of NetFlow version 5.
    pub const NG_NETFLOW_HOOK_EXPORT: &str = "export";
    /// The hook of NetFlow version 9.
    pub const NG_NETFLOW_HOOK_EXPORT9: &str = "export9";

    /// Reads the counters and timeouts: the reply is an [`ng_netflow_info`].
    pub const NGM_NETFLOW_INFO: u32 = 1 | NGM_READONLY | NGM_HASREPLY;
    /// Describes an interface: the argument is its number as a `u16`, the reply an [`ng_netflow_ifinfo`].
    pub const NGM_NETFLOW_IFINFO: u32 = 2 | NGM_READONLY | NGM_HASREPLY;
    /// Reads the flows, a part at a time: argument and reply begin with an [`ngnf_show_header`].
    pub const NGM_NETFLOW_SHOW: u32 = 3 | NGM_READONLY | NGM_HASREPLY;
    /// Sets the data link type of an interface: the argument is an [`ng_netflow_setdlt`].
    pub const NGM_NETFLOW_SETDLT: u32 = 4;
    /// Sets the index of an interface: the argument is an [`ng_netflow_setifindex`].
    pub const NGM_NETFLOW_SETIFINDEX: u32 = 5;
    /// Sets the timeouts: the argument is an [`ng_netflow_settimeouts`].
    pub const NGM_NETFLOW_SETTIMEOUTS: u32 = 6;
    /// Says what is counted on an interface: the argument is an [`ng_netflow_setconfig`].
    pub const NGM_NETFLOW_SETCONFIG: u32 = 7;
    /// Says how often templates of version 9 are sent: the argument is an [`ng_netflow_settemplate`].
    pub const NGM_NETFLOW_SETTEMPLATE: u32 = 8;
    /// Sets the size of the packets of version 9: the argument is an [`ng_netflow_setmtu`].
    pub const NGM_NETFLOW_SETMTU: u32 = 9;
    /// Reads the settings of version 9: the reply is an [`ng_netflow_v9info`].
    pub const NGM_NETFLOW_V9INFO: u32 = 10 | NGM_READONLY | NGM_HASREPLY;

    /// The counters and timeouts of a node.
    pub struct ng_netflow_info {
        /// Bytes of IPv4 counted.
        pub nfinfo_bytes: u64,
        /// Packets of IPv4 counted.
        pub nfinfo_packets: u64,
        /// Bytes of IPv6 counted.
        pub nfinfo_bytes6: u64,
        /// Packets of IPv6 counted.
        pub nfinfo_packets6: u64,
        /// Bytes of IPv4 skipped.
        pub nfinfo_sbytes: u64,
        /// Packets of IPv4 skipped.
        pub nfinfo_spackets: u64,
        /// Bytes of IPv6 skipped.
        pub nfinfo_sbytes6: u64,
        /// Packets of IPv6 skipped.
        pub nfinfo_spackets6: u64,
        /// Flows exported because they had lasted long enough.
        pub nfinfo_act_exp: u64,
        /// Flows exported because they had been silent long enough.
        pub nfinfo_inact_exp: u64,
        /// Flows of IPv4 at this moment.
        pub nfinfo_used: u32,
        /// Flows of IPv6 at this moment.
        pub nfinfo_used6: u32,
        /// Times that no memory was to be had.
        pub nfinfo_alloc_failed: u32,
        /// Packets of version 5 that could not be sent.
        pub nfinfo_export_failed: u32,
        /// Packets of version 9 that could not be sent.
        pub nfinfo_export9_failed: u32,
        /// Packets that had to be copied to be read.
        pub nfinfo_realloc_mbuf: u32,
        /// Routing tables in use.
        pub nfinfo_alloc_fibs: u32,
        /// The silence after which a flow is exported, in seconds.
        pub nfinfo_inact_t: u32,
        /// The age at which a flow is exported, in seconds.
        pub nfinfo_act_t: u32,
        /// Padding, on 64-bit architectures.
        pub _pad0: [u8; 4],
    }

    /// The description of an interface.
    pub struct ng_netflow_ifinfo {
        /// Packets received.
        pub ifinfo_packets: u32,
        /// The data link type, [`DLT_RAW`](crate::DLT_RAW) or [`DLT_EN10MB`](crate::DLT_EN10MB).
        pub ifinfo_dlt: u8,
        /// Padding.
        pub _pad0: u8,
        /// The interface index.
        pub ifinfo_index: u16,
        /// What is counted, of `NG_NETFLOW_CONF_*`.
        pub conf: u32,
    }

    /// The longest name of a data link type, the NUL included.
    pub const MAXDLTNAMELEN: usize = 20;

    /// The argument of [`NGM_NETFLOW_SETDLT`].
    pub struct ng_netflow_setdlt {
        /// The number of the interface.
        pub iface: u16,
        /// The data link type, [`DLT_RAW`](crate::DLT_RAW) or [`DLT_EN10MB`](crate::DLT_EN10MB).
        pub dlt: u8,
        /// Padding.
        pub _pad0: u8,
    }

    /// The argument of [`NGM_NETFLOW_SETIFINDEX`].
    pub struct ng_netflow_setifindex {
        /// The number of the interface.
        pub iface: u16,
        /// Its index.
        pub index: u16,
    }

    /// The argument of [`NGM_NETFLOW_SETTIMEOUTS`].
    pub struct ng_netflow_settimeouts {
        /// The silence after which a flow is exported, in seconds.
        pub inactive_timeout: u32,
        /// The age at which a flow is exported, in seconds.
        pub active_timeout: u32,
    }

    /// Counts what the interface's hook receives.
    pub const NG_NETFLOW_CONF_INGRESS: u32 = 0x01;
    /// Counts what the `out` hook receives.
    pub const NG_NETFLOW_CONF_EGRESS: u32 = 0x02;
    /// Counts a packet once, however many such nodes it passes.
    pub const NG_NETFLOW_CONF_ONCE: u32 = 0x04;
    /// Counts a packet once, however often it passes this node.
    pub const NG_NETFLOW_CONF_THISONCE: u32 = 0x08;
    /// Does not look up the route to the source.
    pub const NG_NETFLOW_CONF_NOSRCLOOKUP: u32 = 0x10;
    /// Does not look up the route to the destination.
    pub const NG_NETFLOW_CONF_NODSTLOOKUP: u32 = 0x20;
    /// Marks a fragment, within the kernel.
    pub const NG_NETFLOW_IS_FRAG: u32 = 0x01;
    /// The flags about routes.
    pub const NG_NETFLOW_FLOW_FLAGS: u32 = NG_NETFLOW_CONF_NOSRCLOOKUP | NG_NETFLOW_CONF_NODSTLOOKUP;

    /// The argument of [`NGM_NETFLOW_SETCONFIG`].
    pub struct ng_netflow_setconfig {
        /// The number of the interface.
        pub iface: u16,
        /// Padding.
        pub _pad0: [u8; 2],
        /// What to count, of `NG_NETFLOW_CONF_*`.
        pub conf: u32,
    }

    /// The argument of [`NGM_NETFLOW_SETTEMPLATE`].
    pub struct ng_netflow_settemplate {
        /// The longest time between templates, in seconds.
        pub time: u16,
        /// The most packets between templates.
        pub packets: u16,
    }

    /// The argument of [`NGM_NETFLOW_SETMTU`].
    pub struct ng_netflow_setmtu {
        /// The size of packets, in bytes.
        pub mtu: u16,
    }

    /// The head of a part of the flows. As an argument it says where to go on: zeroes to begin, afterwards
    /// what the last reply said; zeroes in a reply mean that it is the last.
    pub struct ngnf_show_header {
        /// The version of IP, 4 or 6.
        pub version: u8,
        /// Padding.
        pub _pad0: [u8; 3],
        /// The hash to go on with.
        pub hash_id: u32,
        /// The place in its list to go on with.
        pub list_id: u32,
        /// How many records follow, of [`flow_entry_data`] or [`flow6_entry_data`].
        pub nentries: u32,
    }

    /// The settings of NetFlow version 9.
    pub struct ng_netflow_v9info {
        /// The most packets between templates.
        pub templ_packets: u16,
        /// The longest time between templates, in seconds.
        pub templ_time: u16,
        /// The size of packets, in bytes.
        pub mtu: u16,
    }

    /// What makes a flow of IPv4. Its last members are reached in C by these names, through unions.
    pub struct flow_rec {
        /// The kind of flow, within the kernel.
        pub flow_type: u16,
        /// The routing table.
        pub fib: u16,
        /// The source.
        pub r_src: in_addr,
        /// The destination.
        pub r_dst: in_addr,
        /// The port of the source, in network byte order.
        pub r_sport: u16,
        /// The port of the destination, in network byte order.
        pub r_dport: u16,
        /// The protocol.
        pub r_ip_p: u8,
        /// The type of service.
        pub r_tos: u8,
        /// The index of the interface that it came in by.
        pub r_i_ifx: u16,
    }

    /// What makes a flow of IPv6. Its last members are reached in C by these names, through unions.
    pub struct flow6_rec {
        /// The kind of flow, within the kernel.
        pub flow_type: u16,
        /// The routing table.
        pub fib: u16,
        /// The source; in C a union with an IPv4 address.
        pub src: in6_addr,
        /// The destination; in C a union with an IPv4 address.
        pub dst: in6_addr,
        /// The port of the source, in network byte order.
        pub r_sport: u16,
        /// The port of the destination, in network byte order.
        pub r_dport: u16,
        /// The protocol.
        pub r_ip_p: u8,
        /// The type of service.
        pub r_tos: u8,
        /// The index of the interface that it came in by.
        pub r_i_ifx: u16,
    }

    /// A flow of IPv4.
    pub struct flow_entry_data {
        /// The version of IP.
        pub version: u16,
        /// Padding.
        pub _pad0: [u8; 2],
        /// What makes the flow.
        pub r: flow_rec,
        /// The next hop.
        pub next_hop: in_addr,
        /// The index of the interface that it went out by.
        pub fle_o_ifx: u16,
        /// The length of the prefix of the route to the destination, in bits.
        pub dst_mask: u8,
        /// The length of the prefix of the route to the source, in bits.
        pub src_mask: u8,
        /// Packets.
        pub packets: u64,
        /// Bytes.
        pub bytes: u64,
        /// When the first packet came, in seconds since boot.
        pub first: i64,
        /// When the last packet came, in seconds since boot.
        pub last: i64,
        /// The flags of TCP seen.
        pub tcp_flags: u16,
        /// Padding.
        pub _pad1: [u8; 6],
    }

    /// A flow of IPv6.
    pub struct flow6_entry_data {
        /// The version of IP.
        pub version: u16,
        /// Padding.
        pub _pad0: [u8; 2],
        /// What makes the flow.
        pub r: flow6_rec,
        /// The next hop; in C a union with an IPv4 address.
        pub n: in6_addr,
        /// The index of the interface that it went out by.
        pub fle_o_ifx: u16,
        /// The length of the prefix of the route to the destination, in bits.
        pub dst_mask: u8,
        /// The length of the prefix of the route to the source, in bits.
        pub src_mask: u8,
        /// Padding.
        pub _pad1: [u8; 4],
        /// Packets.
        pub packets: u64,
        /// Bytes.
        pub bytes: u64,
        /// When the first packet came, in seconds since boot.
        pub first: i64,
        /// When the last packet came, in seconds since boot.
        pub last: i64,
        /// The flags of TCP seen.
        pub tcp_flags: u16,
        /// Padding.
        pub _pad2: [u8; 6],
    }

    /// The most records of IPv4 in a reply.
    pub const NREC_AT_ONCE: usize = 1000;
    /// The most records of IPv6 in a reply.
    pub const NREC6_AT_ONCE: usize = NREC_AT_ONCE * size_of::<flow_entry_data>() / size_of::<flow6_entry_data>();
    /// The longest reply, in bytes, without the message header.
    pub const NGRESP_SIZE: usize = size_of::<ngnf_show_header>() + NREC_AT_ONCE * size_of::<flow_entry_data>();
    /// The receive buffer that takes the longest reply, in bytes.
    pub const SORCVBUF_SIZE: usize = NGRESP_SIZE + 2 * size_of::<ng_mesg>();
}
