//! Every message, to be checked as a type.

use std::fmt::Display;
use std::str::FromStr;

use netgraph::ascii::{self, TextError};
use netgraph::message::{HEADER_LEN, Message, Payload, Reply};
use netgraph::nodes;
use netgraph::sys::Errno;

/// A message as a type, and what can be checked of it for any bytes.
pub(crate) struct Typed {
    pub(crate) name: &'static str,
    pub(crate) cookie: u32,
    pub(crate) cmd: u32,
    pub(crate) text: &'static str,
    pub(crate) check: fn(&[u8]) -> Result<(), String>,
}

/// Decodes arguments, encodes what came out, and does so again: both times the same must come out.
fn check<M: Message + Display + FromStr<Err = TextError>>(bytes: &[u8]) -> Result<(), String> {
    let encoded = |args: &[u8]| {
        let mut out = Vec::new();
        M::Args::decode(args).ok()?.encode(&mut out);
        Some(out)
    };
    if let Some(once) = encoded(bytes) {
        match encoded(&once) {
            Some(twice) if twice == once => {}
            twice => return Err(format!("{once:x?} became {twice:x?}")),
        }
    }
    written_and_read::<M>(bytes)?;
    // What a reply's bytes are is up to its type; reading them must not fail in any other way than by an error.
    let _ = M::Reply::read(&mut [&[0; HEADER_LEN], bytes].concat());
    Ok(())
}

/// A message writes itself as its form writes its bytes, and reads itself from text as its form does.
fn written_and_read<M: Message + Display + FromStr<Err = TextError>>(bytes: &[u8]) -> Result<(), String> {
    let Ok(message) = M::Args::decode(bytes).map(M::from_args) else { return Ok(()) };
    let mut args = Vec::new();
    message.args().encode(&mut args);
    let text = message.to_string();
    let Some(form) = M::ARGS_TEXT else {
        return if text.is_empty() { Ok(()) } else { Err(format!("{text:?} without a form")) };
    };
    if ascii::unparse(form, &args).is_ok_and(|written| written != text) {
        return Err(format!("{args:x?} became {text:?}"));
    }
    match (ascii::parse(form, &text), text.parse::<M>()) {
        (Err(expected), Err(found)) if expected == found => Ok(()),
        // As short as its form: the struct is longer.
        (Ok(_), Err(found)) if found.errno == Errno::EINVAL && found.at == text.len() => Ok(()),
        (Ok(expected), Ok(found)) => {
            let mut again = Vec::new();
            found.args().encode(&mut again);
            match M::Args::decode(&expected) {
                Ok(decoded) => {
                    let mut expected = Vec::new();
                    decoded.encode(&mut expected);
                    if again == expected { Ok(()) } else { Err(format!("{text:?} became {again:x?}")) }
                }
                Err(why) => Err(format!("{text:?}: {why}")),
            }
        }
        (expected, found) => Err(format!("{text:?}: {expected:?}, but {:?}", found.err())),
    }
}

macro_rules! messages {
    ($($module:ident: $($Message:ident)*;)*) => {
        /// Every message of every node type, those about flow included.
        pub(crate) static MESSAGES: &[Typed] = &[$($(Typed {
            name: concat!(stringify!($module), "::", stringify!($Message)),
            cookie: <nodes::$module::$Message as Message>::COMMAND.cookie,
            cmd: <nodes::$module::$Message as Message>::COMMAND.cmd,
            text: <nodes::$module::$Message as Message>::COMMAND.name,
            check: check::<nodes::$module::$Message>,
        },)*)*];
    };
}

messages! {
    async_: SetConfig GetConfig GetStats ClearStats;
    bpf: SetProgram GetProgram GetStats ClearStats GetClearStats;
    bridge: SetConfig GetConfig Reset GetStats ClearStats GetClearStats GetTable SetPersistent MoveHost;
    car: GetStats ClearStats GetClearStats GetConfig SetConfig;
    checksum: GetDlt SetDlt GetConfig SetConfig GetStats ClearStats GetClearStats;
    cisco: SetIpAddr GetIpAddr GetStats;
    deflate: SetConfig ResetRequest GetStats ClearStats GetClearStats;
    device: GetDevName EtherAlign;
    eiface: GetIfName Set GetIfAddrs;
    etf: GetStatus SetFlag SetFilter;
    ether: GetIfName GetIfIndex GetEnAddr SetEnAddr GetPromisc SetPromisc GetAutoSrc SetAutoSrc AddMulti
        DelMulti Detach;
    flow: LinkIsUp LinkIsDown HighWaterPassed LowWaterPassed SyncQueueState DropLink RaiseLink FlushQueue
        GetBandwidth SetXmitQueueLimits GetXmitQueueLimits Micromanage SetFlowManager;
    gif: GetIfName GetIfIndex;
    hci: GetState Init GetDebug SetDebug GetBuffer GetBdAddr GetFeatures GetStats ResetStats FlushNeighbors
        GetLinkPolicyMask SetLinkPolicyMask GetPacketMask SetPacketMask GetRoleSwitch SetRoleSwitch
        GetNeighbors GetConnections;
    hole: GetStats ClearStats GetClearStats;
    hub: SetPersistent;
    iface: GetIfName PointToPoint Broadcast GetIfIndex;
    ksocket: Bind Listen Accept Connect GetName GetPeerName SetOpt GetOpt Incoming Connected;
    l2cap: GetFlags GetDebug SetDebug GetAutoDisconnectTimeout SetAutoDisconnectTimeout GetConnections
        GetChannels;
    l2tp: SetConfig GetConfig SetSessionConfig GetSessionConfig GetStats ClearStats GetClearStats
        GetSessionStats ClearSessionStats GetClearSessionStats AckFailure SetSequence;
    lmi: GetStatus;
    macfilter: Reset Direct DirectToId GetMacs GetClearMacs ClearMacs GetHooks;
    mppc: ConfigComp ConfigDecomp ResetRequest;
    nat: SetAliasAddr SetMode SetTarget RedirectPort RedirectAddr RedirectProto RedirectDynamic
        RedirectDelete AddServer ListRedirects ProxyRule LibaliasInfo SetDlt GetDlt;
    netflow: GetInfo GetIfInfo Show SetDlt SetIfIndex SetTimeouts SetConfig SetTemplate SetMtu GetV9Info;
    one2many: SetConfig GetConfig GetStats ClearStats GetClearStats;
    patch: GetDlt SetDlt GetConfig SetConfig GetStats ClearStats GetClearStats;
    pipe: GetStats ClearStats GetClearStats GetRun GetConfig SetConfig;
    ppp: SetConfig GetConfig GetMpState GetStats ClearStats GetClearStats GetStats64 GetClearStats64;
    pppoe: Connect Listen Offer Service Success Fail Close SetMode GetMode SetEnAddr SetMaxPayload SendHurl
        SendMotm GetStatus AcName SessionId MaxPayload Hurl Motm;
    pptpgre: SetConfig GetConfig GetStats ClearStats GetClearStats;
    pred1: SetConfig ResetRequest GetStats ClearStats GetClearStats;
    rfc1490: SetEncap GetEncap;
    socket: NoLinger Linger;
    source: GetStats ClearStats GetClearStats Start Stop ClearData SetIface SetPps SetTimestamp GetTimestamp
        SetCounter GetCounter;
    tag: SetHookIn GetHookIn SetHookOut GetHookOut;
    tcpmss: GetStats ClearStats GetClearStats SetConfig;
    tee: GetStats ClearStats GetClearStats;
    tty: GetHotChar SetHotChar SetTty;
    ubt: SetDebug GetDebug SetQueueLen GetQueueLen GetStats ResetStats;
    udbp: GetStatus SetFlag;
    vjc: SetConfig GetConfig GetState ClearStats RecvError;
    vlan: AddFilter DelFilter GetTable DelVidFilter GetDecap SetDecap GetEncap SetEncap GetEncapProto
        SetEncapProto;
    vlan_rotate: GetConfig SetConfig GetStats ClearStats GetClearStats;
}
