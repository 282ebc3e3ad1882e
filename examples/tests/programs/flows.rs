//! flowctl, against a program that answers as a netflow node does.

use std::time::{Duration, Instant};

use netgraph::message::Payload;
use netgraph::nodes::netflow::{Flows, Show};
use netgraph::sim::SimKernel;
use netgraph::socket::Served;
use netgraph::sys::{flow_entry_data, flow6_entry_data, in_addr, in6_addr, ngnf_show_header};
use netgraph::transport::Wait;
use netgraph::{Kernel, Socket};
use zerocopy::IntoBytes;

use crate::{Ran, flowctl, words};

fn v4(host: u8, packets: u64) -> flow_entry_data {
    let address = |last| in_addr { s_addr: u32::from_ne_bytes([192, 0, 2, last]) };
    let mut flow = flow_entry_data { version: 4, packets, bytes: packets * 60, ..Default::default() };
    (flow.r.r_src, flow.r.r_dst, flow.next_hop) = (address(host), address(200), address(254));
    (flow.r.r_sport, flow.r.r_dport) = (0xc001_u16.to_be(), 80_u16.to_be());
    (flow.r.r_ip_p, flow.r.r_tos, flow.tcp_flags) = (6, 0x10, 0x1b);
    (flow.r.r_i_ifx, flow.fle_o_ifx, flow.src_mask, flow.dst_mask) = (2, 9, 24, 0);
    flow
}

fn v6() -> flow6_entry_data {
    let mut flow = flow6_entry_data { version: 6, packets: 3, bytes: 250, ..Default::default() };
    let address = |last| in6_addr { s6_addr: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last] };
    (flow.r.src, flow.r.dst, flow.n) = (address(1), address(2), address(0xfe));
    (flow.r.r_sport, flow.r.r_dport, flow.r.r_ip_p) = (53_u16.to_be(), 5353_u16.to_be(), 17);
    (flow.r.r_i_ifx, flow.fle_o_ifx, flow.src_mask, flow.dst_mask) = (2, 3, 64, 48);
    flow
}

/// A part of the flows, and the hash to go on with.
fn part<T: IntoBytes + zerocopy::Immutable>(version: u8, flows: &[T], next: u32) -> Option<Flows> {
    let nentries = flows.len() as u32;
    let head = ngnf_show_header { version, hash_id: next, nentries, ..Default::default() };
    Flows::decode(&[head.as_bytes(), flows.as_bytes()].concat()).ok()
}

/// Runs flowctl, and answers it.
fn run(line: &str) -> Ran {
    let kernel = SimKernel::new();
    let node = Socket::open(&kernel, Some("flows".parse().unwrap())).unwrap();
    let all = words(line);
    let running = std::thread::spawn(move || {
        let interfaces = [(2, "em0".to_owned()), (3, "em1".to_owned())].into();
        let mut out = Vec::new();
        let (status, complaint) = flowctl::run(&all, &kernel as &dyn Kernel, &interfaces, &mut out);
        Ran(status, String::from_utf8(out).unwrap(), complaint)
    });
    let mut responder = node.responder().on(|Show(from), _| match (from.version, from.hash_id) {
        (4, 0) => part(4, &[v4(1, 10), v4(22, 123_456)], 77),
        (4, _) => part(4, &[v4(3, 0)], 0),
        _ => part(6, &[v6()], 0),
    });
    while !running.is_finished() {
        let served = responder.serve(Wait::Until(Instant::now() + Duration::from_millis(1))).unwrap();
        assert!(!matches!(served, Served::Other(_)), "{served:?}");
    }
    running.join().unwrap()
}

const HEADING: &str = "SrcIf         SrcIPaddress    DstIf         DstIPaddress    Pr SrcP DstP  Pkts\n";

#[test]
fn flows_are_shown_page_by_page() {
    let expected = format!(
        "{HEADING}\
em0           192.0.2.1       (null)        192.0.2.200      6 c001 0050     10
em0           192.0.2.22      (null)        192.0.2.200      6 c001 0050 123456
{HEADING}\
em0           192.0.2.3       (null)        192.0.2.200      6 c001 0050      0
"
    );
    assert_eq!(run("flows: show ipv4"), Ran::of(0, &expected, ""));
    let six = "SrcIf         SrcIPaddress                   DstIf         DstIPaddress                   \
               Pr SrcP DstP  Pkts\n\
               em0           2001:db8::1                    em1           2001:db8::2                    \
               17 0035 14e9      3\n";
    assert_eq!(run("flows: sh ipv6"), Ran::of(0, six, ""));
    assert_eq!(run("flows: show"), Ran::of(0, &(expected + six), ""));
}

#[test]
fn ports_and_protocols_are_for_people_too() {
    assert_eq!(
        run("flows: show ipv6 human"),
        Ran::of(
            0,
            "SrcIf         SrcIPaddress                         DstIf         \
             DstIPaddress                         Proto  SrcPort  DstPort     Pkts\n\
             em0           2001:db8::1                          em1           \
             2001:db8::2                             17       53     5353        3\n",
            ""
        )
    );
}

#[test]
fn everything_is_shown_of_each_flow() {
    let page = |rows: &str| {
        format!(
            "SrcIf          SrcIPaddress    DstIf          DstIPaddress    Pr TOS Flgs  Pkts
Port Msk AS                    Port Msk AS    NextHop              B/Pk  Active
{rows}"
        )
    };
    let row = |host: &str, packets: &str, each: &str| {
        format!(
            "em0            {host:<15} (null)         192.0.2.200      6  10   1b {packets:>6}
c001 /24 0                     0050 /0  0     192.0.2.254     {each:>9}        0

"
        )
    };
    let first = row("192.0.2.1", "10", "60") + &row("192.0.2.22", "123456", "60");
    let expected = page(&first) + &page(&row("192.0.2.3", "0", "0"));
    assert_eq!(run("flows: show ipv4 verbose"), Ran::of(0, &expected, ""));
}

#[test]
fn each_flow_is_a_line_of_json() {
    assert_eq!(
        run("--json flows: show ipv6"),
        Ran::of(
            0,
            "{\"bytes\":250,\"from\":{\"address\":\"2001:db8::1\",\"interface\":\"em0\",\"mask\":64,\"port\":53},\
             \"next_hop\":\"2001:db8::fe\",\"packets\":3,\"protocol\":17,\"tcp_flags\":0,\
             \"to\":{\"address\":\"2001:db8::2\",\"interface\":\"em1\",\"mask\":48,\"port\":5353},\"tos\":0}\n",
            ""
        )
    );
}

#[test]
fn what_cannot_be_is_told() {
    assert_eq!(run("flows:"), Ran::of(0, "", "usage: flowctl [-d level] nodename command\n"));
    assert_eq!(run("flows: dance"), Ran::of(1, "", "flowctl: bad command: dance\n"));
    assert_eq!(
        run("nobody: show"),
        Ran::of(1, "", "flowctl: NgSendMsg(NGM_NETFLOW_SHOW): No such file or directory\n")
    );
}
