//! What is encoded decodes to the same, and no bytes make a decoder panic.
#![allow(clippy::unwrap_used, reason = "tests")]

use netgraph::message::{Command, Frame, Payload, Reply, write_frame};
use netgraph::nodes::bridge::{HostMove, LinkStats, Port, SetConfig, Table};
use netgraph::nodes::eiface::SockAddrs;
use netgraph::nodes::generic::{Hooks, NodeInfo, Nodes, Status, Types};
use netgraph::nodes::{EtherAddr, InterfaceName};
use netgraph::{HookName, NodeId, NodeName, Path, TypeName};
use proptest::prelude::*;

/// How long anything random may be, which Miri makes slowly.
const MOST: usize = if cfg!(miri) { 100 } else { 2000 };

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..most.min(MOST))
}

/// A text of characters of a class, as a regular expression writes it. Made here, it is read once and not for each case.
fn text(class: &str, most: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("{class}{{0,{}}}", most.min(MOST))).unwrap()
}

/// A reply that claims more or less than it holds.
fn reply() -> impl Strategy<Value = Vec<u8>> {
    bytes(600)
}

proptest! {
    #[test]
    fn a_frame_comes_back_as_it_was_written(
        (cookie, cmd, token, flags) in any::<(u32, u32, u32, u32)>(),
        args in bytes(2000),
    ) {
        let mut bytes = vec![1, 2, 3];
        write_frame(&mut bytes, Command::unnamed(cookie, cmd), token, flags, &args);
        let frame = Frame::parse(&bytes).unwrap();
        prop_assert_eq!((frame.header.typecookie, frame.header.cmd), (cookie, cmd));
        prop_assert_eq!((frame.header.token, frame.header.flags), (token, flags));
        prop_assert_eq!(frame.header.arglen as usize, args.len());
        prop_assert_eq!(frame.args, &args[..]);
        for offset in 1..4 {
            let moved = [&vec![0; offset][..], &bytes].concat();
            prop_assert_eq!(Frame::parse(&moved[offset..]).unwrap().header, frame.header);
        }
    }

    #[test]
    fn no_bytes_make_a_frame_panic(bytes in reply()) {
        let _ = Frame::parse(&bytes);
    }

    #[test]
    fn no_reply_makes_its_decoder_panic(bytes in reply()) {
        let mut walked = 0;
        walked += Hooks::decode(&bytes).map_or(0, |hooks| hooks.iter().count());
        walked += Nodes::decode(&bytes).map_or(0, |nodes| nodes.iter().count());
        walked += Types::decode(&bytes).map_or(0, |types| types.iter().count());
        walked += Table::decode(&bytes).map_or(0, |table| table.iter().count());
        walked += SockAddrs::read(&mut bytes.clone()).map_or(0, |addresses| addresses.iter().count());
        let _ = (NodeInfo::decode(&bytes), LinkStats::decode(&bytes));
        let _ = (HostMove::decode(&bytes), Port::decode(&bytes));
        let _ = (Status::decode(&bytes), InterfaceName::decode(&bytes));
        // There cannot be more entries than bytes.
        prop_assert!(walked <= 5 * bytes.len());
    }

    #[test]
    fn information_about_a_node_comes_back(name in text("[a-z]", 31), kind in "[a-z]{1,31}", id: u32, hooks: u32) {
        let info = NodeInfo {
            name: NodeName::from_field(name.as_bytes()),
            type_name: TypeName::from_field(kind.as_bytes()),
            id: NodeId(id),
            hooks,
        };
        let mut args = Vec::new();
        info.encode(&mut args);
        prop_assert_eq!(NodeInfo::decode(&args).unwrap(), info);
        prop_assert_eq!(info.to_string().parse::<NodeInfo>().unwrap(), info);
    }

    #[test]
    fn a_configuration_comes_back_from_its_text(level: u8, times: (u32, u32, u32)) {
        let text = format!("{{ debugLevel={level} loopTimeout={} maxStaleness={} minStableAge={} }}", times.0, times.1, times.2);
        let message: SetConfig = text.parse().unwrap();
        prop_assert_eq!(message.0.maxStaleness, times.1);
        prop_assert_eq!(message.to_string().parse::<SetConfig>().unwrap(), message);
    }

    #[test]
    fn an_address_comes_back_from_its_text(bytes: [u8; 6]) {
        prop_assert_eq!(EtherAddr(bytes).to_string().parse::<EtherAddr>().unwrap(), EtherAddr(bytes));
    }

    #[test]
    fn a_name_is_refused_or_comes_back(text in text(".", 40)) {
        if let Ok(name) = text.parse::<NodeName>() {
            prop_assert_eq!(name.to_string(), text.clone());
            prop_assert_eq!(NodeName::from_field(&name.to_field()), name);
        }
        if let Ok(hook) = text.parse::<HookName>() {
            prop_assert_eq!(hook.to_string(), text);
        }
    }

    #[test]
    fn a_path_is_refused_or_comes_back(text in text("[a-z.:\\[\\]0-9]", 600)) {
        if let Ok(path) = text.parse::<Path>() {
            prop_assert_eq!(path.to_string(), text);
            prop_assert!(path.split().is_ok());
        }
    }

    #[test]
    fn no_text_makes_a_message_panic(text in text(".", 200)) {
        let _ = (text.parse::<SetConfig>(), text.parse::<HostMove>(), text.parse::<NodeInfo>());
    }

    #[test]
    fn a_port_is_its_hook(number in 1..=i32::MAX as u32) {
        use netgraph::nodes::bridge::{link, uplink};
        prop_assert_eq!(Port::of_hook(link(number)), Some(Port::Link(number)));
        prop_assert_eq!(Port::of_hook(uplink(number)), Some(Port::Uplink(number)));
        let mut args = Vec::new();
        Port::Uplink(number).encode(&mut args);
        prop_assert_eq!(Port::decode(&args).unwrap(), Port::Uplink(number));
    }
}
