//! flowctl(8): shows the flows that a netflow node has counted.
//!
//! ```text
//! flowctl [--kernel] [--json] [-d level] path show [ipv4|ipv6] [human|verbose]
//! ```
//!
//! Without `--kernel` it works on a simulated machine, whose netflow nodes count nothing: it shows how the node is asked.
//! With `--json` each flow is one line of JSON.

use std::collections::HashMap;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;
use std::sync::Arc;

use netgraph::kernel::HostKernel;
use netgraph::nodes::netflow::{Flow, Flows, FlowsFrom, Show};
use netgraph::sim::SimKernel;
use netgraph::sys::{in_addr, in6_addr};
use netgraph::transport::Traced;
use netgraph::{Kernel, NodeName, Path, Socket};
use netgraph_examples::original::{getopt, why, why_io};
use netgraph_examples::sandbox;
use serde_json::json;

const USAGE: &str = "usage: flowctl [-d level] nodename command\n";

/// How a program ends early: its exit status, and what it says.
type End = (u8, String);

/// A machine's interfaces, by their indexes.
pub(crate) type Interfaces = HashMap<u16, String>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Human,
    Verbose,
    Json,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let real = words.iter().any(|word| word == "--kernel");
    let (status, complaint) = match ground(real) {
        Ok((kernel, interfaces)) => run(&words, &*kernel, &interfaces, &mut std::io::stdout()),
        Err(complaint) => (1, format!("flowctl: {complaint}\n")),
    };
    eprint!("{complaint}");
    ExitCode::from(status)
}

/// The kernel, and its interfaces.
fn ground(real: bool) -> Result<(Arc<dyn Kernel>, Interfaces), String> {
    if real {
        let host = jailrs::Host::kernel().map_err(|error| error.to_string())?;
        let all = host.interfaces().list().map_err(|error| error.to_string())?;
        Ok((Arc::new(HostKernel), all.into_iter().map(|one| (one.index as u16, one.name)).collect()))
    } else {
        let machine = sandbox::machine().map_err(|error| why(&error))?;
        let all = machine.interfaces(0).map_err(|errno| errno.to_string())?;
        let kernel = Arc::new(SimKernel::on(&machine, 0));
        Ok((kernel, all.into_iter().map(|one| (one.index as u16, one.name)).collect()))
    }
}

/// Runs the program, and returns its exit status and its complaint.
pub(crate) fn run(
    words: &[String],
    kernel: &dyn Kernel,
    interfaces: &Interfaces,
    out: &mut dyn Write,
) -> End {
    match start(words, kernel, interfaces, out) {
        Ok(()) => (0, String::new()),
        Err(end) => end,
    }
}

fn failed(what: &str) -> impl Fn(netgraph::Error) -> End {
    move |error| (1, format!("flowctl: {what}: {}\n", why(&error)))
}

fn start(
    words: &[String],
    kernel: &dyn Kernel,
    interfaces: &Interfaces,
    out: &mut dyn Write,
) -> Result<(), End> {
    let help = || (0, USAGE.to_owned());
    let (ours, words): (Vec<&str>, Vec<&str>) =
        words.iter().map(String::as_str).partition(|word| matches!(*word, "--json" | "--kernel"));
    let (options, words) =
        getopt(&words, "d:").map_err(|complaint| (0, format!("flowctl: {complaint}\n{USAGE}")))?;
    let [path, command, args @ ..] = words.as_slice() else { return Err(help()) };
    // As atoi(3): what is no number is 0.
    let debug = options.last().and_then(|(_, level)| level.parse::<i32>().ok()).unwrap_or(0);
    let name = NodeName::from_field(format!("flowctl{}", std::process::id()).as_bytes());
    let transport = kernel.open(Some(&name)).map_err(failed("NgMkSockNode"))?;
    let socket = Socket::on(Box::new(Traced::new(transport, move |line| {
        if debug >= 2 {
            eprintln!("flowctl: {line}");
        }
    })));
    if !"show".starts_with(command) {
        return Err((1, format!("flowctl: bad command: {command}\n")));
    }
    let (versions, rest): (&[FlowsFrom], _) = match args {
        [word, rest @ ..] if word.starts_with("ipv4") => (&[FlowsFrom::START], rest),
        [word, rest @ ..] if word.starts_with("ipv6") => (&[FlowsFrom::START6], rest),
        rest => (&[FlowsFrom::START, FlowsFrom::START6], rest),
    };
    let style = match rest.first() {
        _ if ours.contains(&"--json") => Style::Json,
        Some(word) if "verbose".starts_with(word) => Style::Verbose,
        Some(word) if "human".starts_with(word) => Style::Human,
        _ => Style::Plain,
    };
    for from in versions {
        let mut next = Some(*from);
        while let Some(from) = next {
            let flows = socket.call(&Path::raw(path.as_bytes()), &Show(from));
            let flows = flows.map_err(failed("NgSendMsg(NGM_NETFLOW_SHOW)"))?;
            let text = page(&flows, from.version == 6, style, interfaces);
            out.write_all(text.as_bytes())
                .map_err(|error| (1, format!("flowctl: stdout: {}\n", why_io(&error))))?;
            next = flows.next();
        }
    }
    Ok(())
}

/// A flow, whichever version it is of.
struct Seen {
    from: (String, IpAddr, u16, u8),
    to: (String, IpAddr, u16, u8),
    protocol: u8,
    tos: u8,
    tcp_flags: u16,
    next_hop: IpAddr,
    packets: u64,
    bytes: u64,
}

macro_rules! seen {
    ($flow:expr, $interfaces:expr, $src:expr, $dst:expr, $hop:expr) => {{
        let name = |index: u16| $interfaces.get(&index).cloned().unwrap_or_else(|| "(null)".into());
        let flow = $flow;
        Seen {
            from: (name(flow.r.r_i_ifx), $src, u16::from_be(flow.r.r_sport), flow.src_mask),
            to: (name(flow.fle_o_ifx), $dst, u16::from_be(flow.r.r_dport), flow.dst_mask),
            protocol: flow.r.r_ip_p,
            tos: flow.r.r_tos,
            tcp_flags: flow.tcp_flags,
            next_hop: $hop,
            packets: flow.packets,
            bytes: flow.bytes,
        }
    }};
}

impl Seen {
    fn of(flow: &Flow, interfaces: &Interfaces) -> Option<Self> {
        let v4 = |address: in_addr| IpAddr::from(Ipv4Addr::from(address.s_addr.to_ne_bytes()));
        let v6 = |address: in6_addr| IpAddr::from(Ipv6Addr::from(address.s6_addr));
        match flow {
            Flow::V4(flow) => {
                Some(seen!(flow, interfaces, v4(flow.r.r_src), v4(flow.r.r_dst), v4(flow.next_hop)))
            }
            Flow::V6(flow) => Some(seen!(flow, interfaces, v6(flow.r.src), v6(flow.r.dst), v6(flow.n))),
            _ => None,
        }
    }
}

/// What one reply is shown as: a heading, and the flows in columns that are wider for IPv6.
fn page(flows: &Flows, v6: bool, style: Style, interfaces: &Interfaces) -> String {
    let seen: Vec<_> = flows.iter().filter_map(|flow| Seen::of(&flow, interfaces)).collect();
    let rows: String = seen.iter().map(|flow| row(flow, v6, style)).collect();
    let (address, human, hop) = if v6 { (30, 36, 30) } else { (15, 15, 15) };
    let ends = |interface: usize, address: usize| {
        format!(
            "{:<interface$} {:<address$} {:<interface$} {:<address$} ",
            "SrcIf", "SrcIPaddress", "DstIf", "DstIPaddress"
        )
    };
    let heading = match style {
        Style::Plain if !seen.is_empty() => ends(13, address) + "Pr SrcP DstP  Pkts\n",
        Style::Human if !seen.is_empty() => ends(13, human) + "Proto  SrcPort  DstPort     Pkts\n",
        Style::Verbose => {
            let ports = "Port Msk AS                    Port Msk AS    ";
            ends(14, address)
                + "Pr TOS Flgs  Pkts\n"
                + ports
                + &format!("{:<hop$} B/Pk  Active\n", "NextHop", hop = hop + 5)
        }
        _ => String::new(),
    };
    heading + &rows
}

fn row(flow: &Seen, v6: bool, style: Style) -> String {
    let Seen { from, to, protocol, tos, tcp_flags, next_hop, packets, bytes } = flow;
    let width = match (v6, style) {
        (false, _) => 15,
        (true, Style::Human) => 36,
        (true, _) => 30,
    };
    let ends = |interface: usize| {
        let (source, destination) = (from.1.to_string(), to.1.to_string());
        format!("{:<interface$} {source:<width$} {:<interface$} {destination:<width$} ", from.0, to.0)
    };
    match style {
        Style::Plain => ends(13) + &format!("{protocol:>2} {:04x} {:04x} {packets:>6}\n", from.2, to.2),
        Style::Human => ends(13) + &format!("{protocol:>5} {:>8} {:>8} {packets:>8}\n", from.2, to.2),
        Style::Verbose => {
            let per_packet = bytes.checked_div(*packets).unwrap_or(0) as u32;
            let next_hop = next_hop.to_string();
            ends(14)
                + &format!("{protocol:>2} {tos:>3x} {tcp_flags:>4x} {packets:>6}\n")
                + &format!("{:04x} /{:<2} {:<5}                 ", from.2, from.3, 0)
                + &format!(
                    "{:04x} /{:<2} {:<5} {next_hop:<width$} {per_packet:>9} {:>8}\n\n",
                    to.2, to.3, 0, 0
                )
        }
        Style::Json => {
            let end = |(interface, address, port, mask): &(String, IpAddr, u16, u8)| json!({"interface": interface, "address": address, "port": port, "mask": mask});
            let counted = json!({
                "from": end(from), "to": end(to), "protocol": protocol, "tos": tos, "tcp_flags": tcp_flags,
                "next_hop": next_hop, "packets": packets, "bytes": bytes,
            });
            format!("{counted}\n")
        }
    }
}
