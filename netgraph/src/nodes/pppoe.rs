//! `pppoe`: PPP over Ethernet, both ends; see ng_pppoe(4).
//!
//! ```
//! use netgraph::nodes::pppoe::{self, Session};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [wire, session] = [HookName::constant("wire"), HookName::constant("session")];
//! let pppoe = socket.make_peer::<pppoe::Pppoe>(wire, pppoe::ETHERNET)?;
//! socket.connect(&Path::own(), pppoe.path(), session, session)?;
//! pppoe.call(pppoe::SetMaxPayload(1500))?;
//! pppoe.call(pppoe::Connect(Session::new(session, "an ISP")))?;
//! for event in socket.events() {
//!     match event?.read::<pppoe::Event>() {
//!         Some(pppoe::Event::Success(session)) => println!("{} is there", session.hook()),
//!         Some(pppoe::Event::Fail(session)) => println!("{}: nobody answers", session.hook()),
//!         Some(pppoe::Event::AcName(server)) => println!("{} answers", server.name()),
//!         other => println!("{other:?}"),
//!     }
//! }
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::values::fixed_text;
use super::{EtherAddr, Text};
use crate::ascii::{NAME, Type, fields};
use crate::error::DecodeError;
use crate::message::{Payload, read_struct};
use crate::name::HookName;
use crate::{events, node_type, payload, payload_text, sys};

/// The Ethernet.
pub const ETHERNET: HookName = HookName::constant(sys::NG_PPPOE_HOOK_ETHERNET);
/// What the kernel speaks at first, for [`SetMode`].
pub const STANDARD: &str = sys::NG_PPPOE_STANDARD;
/// With the Ethernet types that 3Com used.
pub const THREE_COM: &str = sys::NG_PPPOE_3COM;
/// With the broken tags that D-Link's clients understand.
pub const D_LINK: &str = sys::NG_PPPOE_DLINK;

/// What the node has no use for.
pub const DEBUG: HookName = HookName::constant(sys::NG_PPPOE_HOOK_DEBUG);

node_type! {
    /// Both ends of PPP over Ethernet: [`ETHERNET`], and a hook of any other name for each session. It dies with
    /// [`ETHERNET`]. Events go to the node that sent [`Connect`], [`Listen`] or [`Offer`]. What is connected to
    /// [`ETHERNET`] is asked for its address, [`ether::GetEnAddr`](super::ether::GetEnAddr); if it refuses to answer it
    /// is not connected, so that two nodes of this type need something in between. See
    /// [ng_pppoe(4)](https://man.freebsd.org/ng_pppoe/4).
    ///
    /// ```
    /// use netgraph::HookName;
    /// use netgraph::nodes::pppoe::{Connect, Session};
    /// let connect = Connect(Session::new(HookName::constant("mine"), "an ISP"));
    /// assert_eq!(connect.to_string(), "{ hook=\"mine\" data=\"an ISP\" }");
    /// ```
    pub Pppoe: "pppoe", cookie = sys::NGM_PPPOE_COOKIE;
    /// Looks for a server, as a client: the data is the service wanted (empty for any), with the name of the server
    /// and a backslash before it where one is wanted.
    #[doc(alias = "NGM_PPPOE_CONNECT")]
    Connect(Session) "pppoe_connect" = sys::NGM_PPPOE_CONNECT;
    /// Waits for clients that look for a service: the data is its name, empty or `*` for any.
    #[doc(alias = "NGM_PPPOE_LISTEN")]
    Listen(Session) "pppoe_listen" = sys::NGM_PPPOE_LISTEN;
    /// Answers a client that was passed on by a listening hook: the data is this server's name.
    #[doc(alias = "NGM_PPPOE_OFFER")]
    Offer(Session) "pppoe_offer" = sys::NGM_PPPOE_OFFER;
    /// Adds a service that an offer names.
    #[doc(alias = "NGM_PPPOE_SERVICE")]
    Service(Session) "pppoe_service" = sys::NGM_PPPOE_SERVICE;
    /// The session is there.
    #[doc(alias = "NGM_PPPOE_SUCCESS")]
    Success(SessionHook) "pppoe_success" = sys::NGM_PPPOE_SUCCESS, event;
    /// The session could not be made.
    #[doc(alias = "NGM_PPPOE_FAIL")]
    Fail(SessionHook) "pppoe_fail" = sys::NGM_PPPOE_FAIL, event;
    /// The session has ended.
    #[doc(alias = "NGM_PPPOE_CLOSE")]
    Close(SessionHook) "pppoe_close" = sys::NGM_PPPOE_CLOSE, event;
    /// Sets which kind of PPPoE is spoken: [`STANDARD`], [`THREE_COM`] or [`D_LINK`].
    #[doc(alias = "NGM_PPPOE_SETMODE")]
    SetMode(Text) "pppoe_setmode" = sys::NGM_PPPOE_SETMODE;
    /// Reads which kind of PPPoE is spoken.
    #[doc(alias = "NGM_PPPOE_GETMODE")]
    GetMode "pppoe_getmode" = sys::NGM_PPPOE_GETMODE => Text, repeatable;
    /// Sets the Ethernet address that the node sends from.
    #[doc(alias = "NGM_PPPOE_SETENADDR")]
    SetEnAddr(EtherAddr) "setenaddr" = sys::NGM_PPPOE_SETENADDR;
    /// Sets the longest payload to negotiate, in bytes (RFC 4638).
    #[doc(alias = "NGM_PPPOE_SETMAXP")]
    SetMaxPayload(u16) "setmaxp" = sys::NGM_PPPOE_SETMAXP;
    /// Sends the client of a session a URL: the data.
    #[doc(alias = "NGM_PPPOE_SEND_HURL")]
    SendHurl(Session) "send_hurl" = sys::NGM_PPPOE_SEND_HURL;
    /// Sends the client of a session a text to show: the data.
    #[doc(alias = "NGM_PPPOE_SEND_MOTM")]
    SendMotm(Session) "send_motm" = sys::NGM_PPPOE_SEND_MOTM;
    /// Reads the counters.
    #[doc(alias = "NGM_PPPOE_GET_STATUS")]
    GetStatus = sys::NGM_PPPOE_GET_STATUS => Status, repeatable;
    /// The server that the session is being made with has this name.
    #[doc(alias = "NGM_PPPOE_ACNAME")]
    AcName(ServerName) = sys::NGM_PPPOE_ACNAME, event;
    /// The session has this number.
    #[doc(alias = "NGM_PPPOE_SESSIONID")]
    SessionId(u16) = sys::NGM_PPPOE_SESSIONID, event;
    /// The longest payload that was negotiated for a session.
    MaxPayload(SessionMaxPayload) = sys::NGM_PPPOE_SETMAXP, event;
    /// The server has sent a URL.
    #[doc(alias = "NGM_PPPOE_HURL")]
    Hurl(PadmText) = sys::NGM_PPPOE_HURL, event;
    /// The server has sent a text to show.
    #[doc(alias = "NGM_PPPOE_MOTM")]
    Motm(PadmText) = sys::NGM_PPPOE_MOTM, event;
}

static SESSION: Type = fields!["hook": NAME, "data": Type::SizedStr];

static SESSION_HOOK: Type = fields!["hook": NAME];

/// The hook of a session, and what the message is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Session {
    /// The hook.
    pub hook: HookName,
    /// What the message is about: up to 65535 bytes.
    pub data: Vec<u8>,
}

impl Session {
    /// Says `data` of the session at `hook`.
    #[must_use]
    pub fn new(hook: HookName, data: impl Into<Vec<u8>>) -> Self {
        Self { hook, data: data.into() }
    }
}

impl Payload for Session {
    const TEXT: Option<&'static Type> = Some(&SESSION);
    fn encode(&self, args: &mut Vec<u8>) {
        let data = self.data.get(..usize::from(u16::MAX)).unwrap_or(&self.data);
        args.extend_from_slice(&self.hook.to_field());
        args.extend_from_slice(&(data.len() as u16).to_ne_bytes());
        args.extend_from_slice(data);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        let head: sys::ngpppoe_init_data = read_struct(args, "a session of PPPoE")?;
        let data = args.get(size_of::<sys::ngpppoe_init_data>()..).unwrap_or_default();
        let data = data.get(..usize::from(head.data_len)).unwrap_or(data);
        Ok(Self { hook: HookName::from_field(&head.hook), data: data.to_vec() })
    }
}

payload_text!(Session);

payload! {
    /// The hook of a session.
    pub SessionHook(sys::ngpppoe_sts) = SESSION_HOOK;
    /// The name of a server, of which there is room for 31 bytes.
    pub ServerName(sys::ngpppoe_sts);
    /// The hook of a session, and the longest payload that was negotiated.
    pub SessionMaxPayload(sys::ngpppoe_maxp);
    /// A text that a server has sent, of which there is room for 127 bytes.
    pub PadmText(sys::ngpppoe_padm);
    /// The counters.
    pub Status(sys::ngpppoestat);
}

impl SessionHook {
    /// Returns the hook.
    #[must_use]
    pub fn hook(&self) -> HookName {
        HookName::from_field(&self.0.hook)
    }
}

impl ServerName {
    /// Returns the name; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn name(&self) -> String {
        fixed_text(&self.0.hook)
    }
}

impl SessionMaxPayload {
    /// Returns the hook.
    #[must_use]
    pub fn hook(&self) -> HookName {
        HookName::from_field(&self.0.hook)
    }

    /// Returns the longest payload, in bytes.
    #[must_use]
    pub fn max_payload(&self) -> u16 {
        self.0.data
    }
}

impl PadmText {
    /// Returns the text; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        fixed_text(&self.0.msg)
    }
}

events! {
    /// What a node tells whoever sent it [`Connect`], [`Listen`] or [`Offer`].
    pub enum Event {
        /// The session at this hook is there.
        Success(SessionHook),
        /// The session at this hook could not be made.
        Fail(SessionHook),
        /// The session at this hook has ended.
        Close(SessionHook),
        /// The server has this name.
        AcName(ServerName),
        /// The session has this number.
        SessionId(u16),
        /// The longest payload that was negotiated for a session.
        MaxPayload(SessionMaxPayload),
        /// The server has sent a URL.
        Hurl(PadmText),
        /// The server has sent a text to show.
        Motm(PadmText),
    }
}
