//! `tag`: parts packets by their mbuf tags, and sets those; see ng_tag(4).
//!
//! ```
//! use netgraph::nodes::tag::{self, HookIn, HookOut, MbufTag};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [a, b] = [HookName::constant("a"), HookName::constant("b")];
//! let node = socket.make_peer::<tag::Tag>(a, a)?;
//! socket.connect(&Path::own(), node.path(), b, b)?;
//! // All packets from a go to b, and get a tag there.
//! let any = MbufTag { cookie: 0, id: 0, data: Vec::new() };
//! let ours = MbufTag { cookie: 1148380143, id: 1, data: vec![0, 42] };
//! node.call(tag::SetHookIn(HookIn { hook: a, if_match: b, if_not_match: b, strip: false, tag: any }))?;
//! node.call(tag::SetHookOut(HookOut { hook: b, tag: ours.clone() }))?;
//! assert_eq!(node.call(tag::GetHookOut(b))?.tag, ours);
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::ascii::{Before, NAME, Type, UINT8, UINT16, UINT32, fields};
use crate::error::DecodeError;
use crate::message::{Payload, append_struct, read_struct};
use crate::name::HookName;
use crate::{node_type, payload_text, sys};

node_type! {
    /// Parts the packets that come in at a hook by whether they carry a tag, and puts a tag on those that leave at a
    /// hook. Any hook names will do; it dies with its last hook. See [ng_tag(4)](https://man.freebsd.org/ng_tag/4).
    pub Tag: "tag", cookie = sys::NGM_TAG_COOKIE;
    /// Sets what happens to packets that come in at a hook.
    #[doc(alias = "NGM_TAG_SET_HOOKIN")]
    SetHookIn(HookIn) "sethookin" = sys::NGM_TAG_SET_HOOKIN;
    /// Reads what happens to packets that come in at a hook.
    #[doc(alias = "NGM_TAG_GET_HOOKIN")]
    GetHookIn(HookName) "gethookin" = sys::NGM_TAG_GET_HOOKIN => HookIn, repeatable;
    /// Sets what happens to packets that leave at a hook.
    #[doc(alias = "NGM_TAG_SET_HOOKOUT")]
    SetHookOut(HookOut) "sethookout" = sys::NGM_TAG_SET_HOOKOUT;
    /// Reads what happens to packets that leave at a hook.
    #[doc(alias = "NGM_TAG_GET_HOOKOUT")]
    GetHookOut(HookName) "gethookout" = sys::NGM_TAG_GET_HOOKOUT => HookOut, repeatable;
}

fn data_len(before: Before<'_>) -> Option<usize> {
    before.u16_back(0).map(usize::from)
}

static HOOK_IN: Type = fields![
    "thisHook": NAME,
    "ifMatch": NAME,
    "ifNotMatch": NAME,
    "strip": UINT8,
    "tag_cookie": UINT32,
    "tag_id": UINT16,
    "tag_len": UINT16,
    "tag_data": Type::Bytes(data_len),
];

static HOOK_OUT: Type = fields![
    "thisHook": NAME,
    "tag_cookie": UINT32,
    "tag_id": UINT16,
    "tag_len": UINT16,
    "tag_data": Type::Bytes(data_len),
];

/// A tag: what mtag(9) finds and makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MbufTag {
    /// Whose tag it is.
    pub cookie: u32,
    /// Which one.
    pub id: u16,
    /// What it holds: up to 65535 bytes.
    pub data: Vec<u8>,
}

impl MbufTag {
    fn data(&self) -> &[u8] {
        self.data.get(..usize::from(u16::MAX)).unwrap_or(&self.data)
    }
}

/// Returns the data behind the struct of `offset` bytes.
fn data(args: &[u8], offset: usize, len: u16) -> Vec<u8> {
    let data = args.get(offset..).unwrap_or_default();
    data.get(..usize::from(len)).unwrap_or(data).to_vec()
}

/// What happens to packets that come in at a hook.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HookIn {
    /// The hook.
    pub hook: HookName,
    /// Where packets go that carry the tag; empty: nowhere.
    pub if_match: HookName,
    /// Where packets go that do not; empty: nowhere.
    pub if_not_match: HookName,
    /// Whether the tag is taken off.
    pub strip: bool,
    /// The tag; one of cookie 0 matches every packet.
    pub tag: MbufTag,
}

impl Payload for HookIn {
    const TEXT: Option<&'static Type> = Some(&HOOK_IN);
    fn encode(&self, args: &mut Vec<u8>) {
        let data = self.tag.data();
        let head = sys::ng_tag_hookin {
            thisHook: self.hook.to_field(),
            ifMatch: self.if_match.to_field(),
            ifNotMatch: self.if_not_match.to_field(),
            strip: self.strip.into(),
            tag_cookie: self.tag.cookie,
            tag_id: self.tag.id,
            tag_len: data.len() as u16,
            ..Default::default()
        };
        append_struct(&head, args);
        args.extend_from_slice(data);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        let head: sys::ng_tag_hookin = read_struct(args, "the input of a hook")?;
        let data = data(args, size_of::<sys::ng_tag_hookin>(), head.tag_len);
        Ok(Self {
            hook: HookName::from_field(&head.thisHook),
            if_match: HookName::from_field(&head.ifMatch),
            if_not_match: HookName::from_field(&head.ifNotMatch),
            strip: head.strip != 0,
            tag: MbufTag { cookie: head.tag_cookie, id: head.tag_id, data },
        })
    }
}

payload_text!(HookIn);

/// What happens to packets that leave at a hook: they get a tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HookOut {
    /// The hook.
    pub hook: HookName,
    /// The tag; one of cookie 0 is none.
    pub tag: MbufTag,
}

impl Payload for HookOut {
    const TEXT: Option<&'static Type> = Some(&HOOK_OUT);
    fn encode(&self, args: &mut Vec<u8>) {
        let data = self.tag.data();
        let head = sys::ng_tag_hookout {
            thisHook: self.hook.to_field(),
            tag_cookie: self.tag.cookie,
            tag_id: self.tag.id,
            tag_len: data.len() as u16,
            ..Default::default()
        };
        append_struct(&head, args);
        args.extend_from_slice(data);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        let head: sys::ng_tag_hookout = read_struct(args, "the output of a hook")?;
        let data = data(args, size_of::<sys::ng_tag_hookout>(), head.tag_len);
        let tag = MbufTag { cookie: head.tag_cookie, id: head.tag_id, data };
        Ok(Self { hook: HookName::from_field(&head.thisHook), tag })
    }
}

payload_text!(HookOut);
