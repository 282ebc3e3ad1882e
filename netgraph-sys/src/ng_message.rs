//! `netgraph/ng_message.h`: the header of every message, and the messages that all nodes understand; see
//! netgraph(4).

use core::ffi::c_ulong;

crate::abi::abi! {
    "netgraph/ng_message.h";

    /// The size of a buffer that holds the name of a node type, the NUL included.
    pub const NG_TYPESIZ: usize = 32;
    /// The size of a buffer that holds a hook name, the NUL included.
    pub const NG_HOOKSIZ: usize = 32;
    /// The size of a buffer that holds a node name, the NUL included.
    pub const NG_NODESIZ: usize = 32;
    /// The size of a buffer that holds a path, the NUL included.
    pub const NG_PATHSIZ: usize = 512;
    /// The size of a buffer that holds the name of a command, the NUL included.
    pub const NG_CMDSTRSIZ: usize = 32;
    /// The longest text in a reply to [`NGM_TEXT_STATUS`], in bytes, the NUL included.
    pub const NG_TEXTRESPONSE: usize = 1024;

    /// The header of a message, all in the byte order of the host.
    pub struct ng_msghdr {
        /// The version of this layout, [`NG_VERSION`].
        pub version: u8,
        /// Unused.
        pub spare: u8,
        /// Unused.
        pub spare2: u16,
        /// The length of the arguments that follow the header, in bytes.
        pub arglen: u32,
        /// The command, with [`NGM_READONLY`] and [`NGM_HASREPLY`] where they apply.
        pub cmd: u32,
        /// [`NGF_ORIG`] or [`NGF_RESP`].
        pub flags: u32,
        /// The number by which a reply is matched to its request; 0 in messages that nobody asked for.
        pub token: u32,
        /// The cookie that says whose command this is.
        pub typecookie: u32,
        /// The name of the command, for people and for the textual conversion.
        pub cmdstr: [u8; NG_CMDSTRSIZ],
    }

    /// The head of a message.
    pub struct ng_mesg {
        /// The header.
        pub header: ng_msghdr,
        /// The arguments.
        pub data: [u8; 0],
    }

    /// Marks a command that changes nothing; part of the command's number.
    pub const NGM_READONLY: u32 = 0x1000_0000;
    /// Marks a command that is always replied to; part of the command's number.
    pub const NGM_HASREPLY: u32 = 0x2000_0000;

    /// The version of the message layout.
    pub const NG_VERSION: u8 = 8;

    /// Marks a request: no flag at all.
    pub const NGF_ORIG: u32 = 0;
    /// Marks a reply.
    pub const NGF_RESP: u32 = 1;

    /// The cookie of the messages that every node understands.
    pub const NGM_GENERIC_COOKIE: u32 = 1137070366;

    /// Shuts the node down; no argument, no reply.
    pub const NGM_SHUTDOWN: u32 = 1;
    /// Makes a node and connects it to this one: the argument is an [`ngm_mkpeer`].
    pub const NGM_MKPEER: u32 = 2;
    /// Connects two nodes: the argument is an [`ngm_connect`].
    pub const NGM_CONNECT: u32 = 3;
    /// Names the node: the argument is an [`ngm_name`].
    pub const NGM_NAME: u32 = 4;
    /// Breaks a connection: the argument is an [`ngm_rmhook`].
    pub const NGM_RMHOOK: u32 = 5;
    /// Describes the node: the reply is a [`nodeinfo`].
    pub const NGM_NODEINFO: u32 = 6 | NGM_READONLY | NGM_HASREPLY;
    /// Describes the node and its hooks: the reply is a [`hooklist`].
    pub const NGM_LISTHOOKS: u32 = 7 | NGM_READONLY | NGM_HASREPLY;
    /// Lists the named nodes: the reply is a [`namelist`].
    pub const NGM_LISTNAMES: u32 = 8 | NGM_READONLY | NGM_HASREPLY;
    /// Lists all nodes: the reply is a [`namelist`].
    pub const NGM_LISTNODES: u32 = 9 | NGM_READONLY | NGM_HASREPLY;
    /// Lists the node types present: the reply is a [`typelist`].
    pub const NGM_LISTTYPES: u32 = 10 | NGM_READONLY | NGM_HASREPLY;
    /// Asks for the node's status as text, which few node types have: the reply is a string.
    pub const NGM_TEXT_STATUS: u32 = 11 | NGM_READONLY | NGM_HASREPLY;
    /// Turns the arguments of a message into text: argument and reply are a [`ng_mesg`].
    pub const NGM_BINARY2ASCII: u32 = 12 | NGM_READONLY | NGM_HASREPLY;
    /// Turns text into the arguments of a message: argument and reply are a [`ng_mesg`].
    pub const NGM_ASCII2BINARY: u32 = 13 | NGM_READONLY | NGM_HASREPLY;
    /// Reads or writes the node's configuration as text; no node type of FreeBSD has it.
    pub const NGM_TEXT_CONFIG: u32 = 14;

    /// The cookie of the messages about flow control and links.
    pub const NGM_FLOW_COOKIE: u32 = 851672669;

    /// Tells that the link came up; no argument.
    pub const NGM_LINK_IS_UP: u32 = 32;
    /// Tells that the link went down; no argument.
    pub const NGM_LINK_IS_DOWN: u32 = 33;
    /// Tells that a queue has filled: the argument is an [`ngm_queue_state`].
    pub const NGM_HIGH_WATER_PASSED: u32 = 34;
    /// Tells that a queue has drained: the argument is an [`ngm_queue_state`].
    pub const NGM_LOW_WATER_PASSED: u32 = 35;
    /// Tells the state of a queue after each packet: the argument is an [`ngm_queue_state`].
    pub const NGM_SYNC_QUEUE_STATE: u32 = 36;

    /// Asks to drop the link and stay in the graph.
    pub const NGM_DROP_LINK: u32 = 41;
    /// Asks to raise the link that was dropped.
    pub const NGM_RAISE_LINK: u32 = 42;
    /// Asks to empty the queue.
    pub const NGM_FLUSH_QUEUE: u32 = 43;
    /// Asks for the bandwidth: the reply is an [`ngm_bandwidth`].
    pub const NGM_GET_BANDWIDTH: u32 = 44 | NGM_READONLY;
    /// Sets the limits of the queue: the argument is an [`ngm_queue_state`].
    pub const NGM_SET_XMIT_Q_LIMITS: u32 = 45;
    /// Asks for the limits of the queue: the reply is an [`ngm_queue_state`].
    pub const NGM_GET_XMIT_Q_LIMITS: u32 = 46 | NGM_READONLY;
    /// Asks for an [`NGM_SYNC_QUEUE_STATE`] after each packet.
    pub const NGM_MICROMANAGE: u32 = 47;
    /// Says whom to send flow control to: the argument is a [`flow_manager`].
    pub const NGM_SET_FLOW_MANAGER: u32 = 48;

    /// The argument of [`NGM_MKPEER`].
    #[derive(zerocopy::Unaligned)]
    pub struct ngm_mkpeer {
        /// The type of the new node.
        pub r#type: [u8; NG_TYPESIZ],
        /// The hook of the node that gets the message.
        pub ourhook: [u8; NG_HOOKSIZ],
        /// The hook of the new node.
        pub peerhook: [u8; NG_HOOKSIZ],
    }

    /// The argument of [`NGM_CONNECT`].
    #[derive(zerocopy::Unaligned)]
    pub struct ngm_connect {
        /// The other node, seen from the one that gets the message.
        pub path: [u8; NG_PATHSIZ],
        /// The hook of the node that gets the message.
        pub ourhook: [u8; NG_HOOKSIZ],
        /// The hook of the other node.
        pub peerhook: [u8; NG_HOOKSIZ],
    }

    /// The argument of [`NGM_NAME`].
    #[derive(zerocopy::Unaligned)]
    pub struct ngm_name {
        /// The new name.
        pub name: [u8; NG_NODESIZ],
    }

    /// The argument of [`NGM_RMHOOK`].
    #[derive(zerocopy::Unaligned)]
    pub struct ngm_rmhook {
        /// The hook to break; it is no error if there is none of that name.
        pub ourhook: [u8; NG_HOOKSIZ],
    }

    /// The description of a node.
    pub struct nodeinfo {
        /// Its name, empty if it has none.
        pub name: [u8; NG_NODESIZ],
        /// Its type.
        pub r#type: [u8; NG_TYPESIZ],
        /// Its number, unique in its VNET.
        pub id: u32,
        /// How many hooks it has.
        pub hooks: u32,
    }

    /// The description of a hook.
    pub struct linkinfo {
        /// Its name.
        pub ourhook: [u8; NG_HOOKSIZ],
        /// The name of the hook at the other end.
        pub peerhook: [u8; NG_HOOKSIZ],
        /// The node at the other end.
        pub nodeinfo: nodeinfo,
    }

    /// The head of the reply to [`NGM_LISTHOOKS`]; `nodeinfo.hooks` says how many hooks follow.
    pub struct hooklist {
        /// The node asked.
        pub nodeinfo: nodeinfo,
        /// Its hooks, the newest first.
        pub link: [linkinfo; 0],
    }

    /// The head of the reply to [`NGM_LISTNAMES`] and [`NGM_LISTNODES`].
    pub struct namelist {
        /// How many nodes follow.
        pub numnames: u32,
        /// The nodes, in no order.
        pub nodeinfo: [nodeinfo; 0],
    }

    /// The description of a node type.
    pub struct typeinfo {
        /// Its name.
        pub type_name: [u8; NG_TYPESIZ],
        /// How many nodes of it there are, in all VNETs together.
        pub numnodes: u32,
    }

    /// The head of the reply to [`NGM_LISTTYPES`].
    pub struct typelist {
        /// How many types follow.
        pub numtypes: u32,
        /// The types.
        pub typeinfo: [typeinfo; 0],
    }

    /// The reply to [`NGM_GET_BANDWIDTH`].
    pub struct ngm_bandwidth {
        /// The bandwidth inwards as announced.
        pub nominal_in: u64,
        /// The bandwidth inwards as measured.
        pub seen_in: u64,
        /// The bandwidth outwards as announced.
        pub nominal_out: u64,
        /// The bandwidth outwards as measured.
        pub seen_out: u64,
    }

    /// The state of a queue within a node.
    pub struct ngm_queue_state {
        /// The priority that this is about; all ones for all of them.
        pub queue_priority: u32,
        /// The most that the queue holds, in bytes.
        pub max_queuelen_bytes: u32,
        /// The most that the queue holds, in packets.
        pub max_queuelen_packets: u32,
        /// The length below which the queue counts as drained.
        pub low_watermark: u32,
        /// The length above which the queue counts as full.
        pub high_watermark: u32,
        /// The length now.
        pub current: u32,
    }

    /// The argument of [`NGM_SET_FLOW_MANAGER`].
    pub struct flow_manager {
        /// The number of the node to tell.
        pub id: u32,
    }

    /// Describes the node behind a device file, by ioctl(2): a [`nodeinfo`].
    pub const NGIOCGINFO: c_ulong = 0x4048_4e28;
    /// Names the node behind a device file, by ioctl(2): an [`ngm_name`].
    pub const NGIOCSETNAME: c_ulong = 0x8020_4e29;
}
