//! Every message, to be checked as a type.

use netgraph::message::{HEADER_LEN, Message, Payload, Reply};
use netgraph::nodes;

/// A message as a type, and what can be checked of it for any bytes.
pub(crate) struct Typed {
    pub(crate) name: &'static str,
    pub(crate) cookie: u32,
    pub(crate) cmd: u32,
    pub(crate) text: &'static str,
    pub(crate) check: fn(&[u8]) -> Result<(), String>,
}

/// Decodes arguments, encodes what came out, and does so again: both times the same must come out.
fn check<M: Message>(bytes: &[u8]) -> Result<(), String> {
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
    // What a reply's bytes are is up to its type; reading them must not fail in any other way than by an error.
    let _ = M::Reply::read(&mut [&[0; HEADER_LEN], bytes].concat());
    Ok(())
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
