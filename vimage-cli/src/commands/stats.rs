//! `vimage stats`: what the bridges have counted on the links of the vimages.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use netgraph::graph::visible;
use netgraph::nodes::{bridge, eiface};
use netgraph::{NodeId, Path, Socket};
use serde::Serialize;
use terminal_size::{Height, Width, terminal_size};

use super::{Context, harmless, json_text, print, print_while_read, say};
use crate::error::{Error, Result};
use crate::host::{Machine, interface_name};
use crate::state::Record;
use crate::wanted::WantedInterface;

/// The version of the JSON form.
const VERSION: u32 = 1;

// How counters are watched. No documentation: clap would say it instead of what the command does.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Watching {
    /// Show rates, again every SECONDS [default: 1]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    watch: Option<u64>,
    /// With --watch: end after so many tables
    #[arg(long, value_name = "NUMBER", requires = "watch")]
    count: Option<u64>,
}

/// Packets and octets: what was counted, or of one second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Traffic {
    in_packets: u64,
    in_octets: u64,
    out_packets: u64,
    out_octets: u64,
    /// What did not come through: loops, too little memory, frames that cannot be.
    drops: u64,
}

/// One interface, as its bridge sees it; `in` is what comes into the vimage.
#[derive(Debug, Clone, Serialize)]
struct Row {
    vimage: String,
    interface: String,
    parent: String,
    bridge: String,
    link: String,
    counted: Traffic,
    per_second: Option<Traffic>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    interfaces: &'a [Row],
}

/// Shows the counters of vimages, of all if none is named; with `--watch` their rates, again and again.
pub(crate) fn stats(context: &mut Context, names: &[String], watching: Watching) -> Result<ExitCode> {
    let (mut before, not_up) = look(context, names)?;
    let Some(seconds) = watching.watch else {
        show(context, &before, false)?;
        return not_up.map_or(Ok(ExitCode::SUCCESS), Err);
    };
    match not_up {
        // There is nothing to watch.
        Some(error) if before.is_empty() => return Err(error),
        Some(error) => say(&error.message),
        None => {}
    }
    let redraws = std::io::stdout().is_terminal() && !context.global.json && moves_its_cursor();
    let mut since = Instant::now();
    let mut left = watching.count.unwrap_or(u64::MAX);
    while left > 0 {
        std::thread::sleep(Duration::from_secs(seconds));
        // A simulated machine is opened anew each time: meanwhile it is others'.
        let (mut now, _) = look(context, names)?;
        rate(&mut now, &before, since.elapsed());
        since = Instant::now();
        let read = if redraws {
            let window = terminal_size().map(|(Width(width), Height(height))| (width.into(), height.into()));
            print_while_read(&format!("\x1b[H\x1b[2J{}", clipped(&harmless(&table(&now, true)), window)))
        } else {
            show(context, &now, true)
        };
        if !read? {
            // Whoever read it went away.
            break;
        }
        left -= 1;
        if !redraws && left > 0 && !context.global.json {
            print("\n")?;
        }
        before = now;
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the counters, and says which of the vimages that are named is not up.
fn look(context: &mut Context, names: &[String]) -> Result<(Vec<Row>, Option<Error>)> {
    let machine = context.machine()?;
    let recorded = Record::names(&*machine.store)?;
    super::check_known(context.config().as_ref(), &recorded, names)?;
    let mut seen_names = BTreeSet::new();
    let chosen = if names.is_empty() { &recorded } else { names };
    let chosen = chosen.iter().filter(|name| seen_names.insert(*name));
    let socket = context.socket(&machine)?;
    let boot = machine.boot()?;
    let (mut rows, mut seen) = (Vec::new(), false);
    let (mut failed, mut not_up) = (Vec::new(), Vec::new());
    for name in chosen {
        match of_vimage(&machine, &socket, &boot, name) {
            Err(error) => failed.push(error.context(name)),
            Ok(Some(found)) => {
                seen = true;
                rows.extend(found);
            }
            Ok(None) if names.is_empty() => {}
            Ok(None) => not_up.push(super::not_up(context, &machine, name)?),
        }
    }
    // What is wrong with some that were not asked for by name is in nobody's way.
    if names.is_empty() && seen {
        failed.drain(..).for_each(|error: Error| say(&error.message));
    }
    match failed.into_iter().reduce(Error::and) {
        Some(error) => Err(error),
        None => Ok((rows, not_up.into_iter().reduce(Error::and))),
    }
}

/// Reads the counters of a vimage's interfaces; there are none of one that is not up.
fn of_vimage(machine: &Machine, socket: &Socket, boot: &str, name: &str) -> Result<Option<Vec<Row>>> {
    let Some(record) = Record::load(&*machine.store, name)?.filter(|record| record.boot == boot) else {
        return Ok(None);
    };
    let mut rows = Vec::new();
    for wanted in &record.wanted.interfaces {
        let id = record.interfaces.get(&wanted.node).copied().map(NodeId);
        rows.extend(id.map(|id| of_interface(socket, name, wanted, id)).transpose()?.flatten());
    }
    Ok(Some(rows))
}

/// Reads the counters of an interface's link, if it is on a bridge.
fn of_interface(socket: &Socket, vimage: &str, wanted: &WantedInterface, id: NodeId) -> Result<Option<Row>> {
    let Some(found) = socket.find(&id.into())?.filter(|found| found.type_name == "eiface") else {
        return Ok(None);
    };
    let node = socket.node::<eiface::Eiface>(&found.path())?;
    let interface = interface_name(&node)?;
    let hooks = node.hooks()?;
    let Some(link) = hooks.iter().find(|link| link.hook == eiface::ETHER) else { return Ok(None) };
    let Some(port) = bridge::Port::of_hook(link.peer_hook).filter(|_| link.peer.type_name == "bridge") else {
        return Ok(None);
    };
    let counted = socket.node::<bridge::Bridge>(&Path::from(link.peer.id))?.call(bridge::GetStats(port))?;
    // What a bridge sends on a link is what comes in at its other end.
    let counted = Traffic {
        in_packets: counted.xmitPackets,
        in_octets: counted.xmitOctets,
        out_packets: counted.recvPackets,
        out_octets: counted.recvOctets,
        drops: counted.loopDrops + counted.memoryFailures + counted.recvInvalid + counted.recvRunts,
    };
    Ok(Some(Row {
        vimage: vimage.into(),
        interface,
        parent: wanted.parent.clone(),
        bridge: link.peer.name.to_string(),
        link: link.peer_hook.to_string(),
        counted,
        per_second: None,
    }))
}

/// Works out what a second has brought since `before`, and puts the busiest first.
fn rate(now: &mut [Row], before: &[Row], span: Duration) {
    let key = |row: &Row| (row.vimage.clone(), row.bridge.clone(), row.link.clone());
    let before: BTreeMap<_, Traffic> = before.iter().map(|row| (key(row), row.counted)).collect();
    let milliseconds = span.as_millis().max(1);
    let of = |now: u64, before: u64| {
        // Where the counters were set to 0, there is no telling.
        let grown = u128::from(now.saturating_sub(before));
        u64::try_from(grown * 1000 / milliseconds).unwrap_or(u64::MAX)
    };
    for row in now.iter_mut() {
        let was = before.get(&key(row)).copied().unwrap_or(row.counted);
        let is = row.counted;
        row.per_second = Some(Traffic {
            in_packets: of(is.in_packets, was.in_packets),
            in_octets: of(is.in_octets, was.in_octets),
            out_packets: of(is.out_packets, was.out_packets),
            out_octets: of(is.out_octets, was.out_octets),
            drops: of(is.drops, was.drops),
        });
    }
    let busy = |row: &Row| row.per_second.map_or(0, |rate| rate.in_octets.saturating_add(rate.out_octets));
    now.sort_by(|a, b| busy(b).cmp(&busy(a)).then_with(|| key(a).cmp(&key(b))));
}

/// Shows rows, and tells whether anybody reads it any more.
fn show(context: &Context, rows: &[Row], rates: bool) -> Result<bool> {
    if context.global.json {
        return print_while_read(&json_text(&Document { version: VERSION, interfaces: rows })?);
    }
    print_while_read(&harmless(&table(rows, rates)))
}

/// Whether a terminal of this environment can be drawn on again.
fn moves_its_cursor() -> bool {
    std::env::var_os("TERM").is_some_and(|terminal| terminal != "dumb")
}

/// As much of a table as a window of so many columns and lines shows: its beginning.
fn clipped(table: &str, window: Option<(usize, usize)>) -> String {
    let Some((width, height)) = window else { return table.into() };
    let lines = table.lines().count();
    // The cursor has the last line.
    let shown = if lines < height { lines } else { height.saturating_sub(2).max(1) };
    let mut text: String =
        table.lines().take(shown).map(|line| line.chars().take(width).collect::<String>() + "\n").collect();
    if shown < lines {
        let _ = writeln!(text, "... and {} more", lines - shown);
    }
    text
}

/// Writes a table: texts to the left, numbers to the right.
fn table(rows: &[Row], rates: bool) -> String {
    let unit = if rates { "/s" } else { "" };
    let head =
        ["in packets", "in bytes", "out packets", "out bytes", "drops"].map(|what| format!("{what}{unit}"));
    let mut lines: Vec<Vec<String>> =
        vec![["vimage", "interface", "on"].map(String::from).into_iter().chain(head).collect()];
    for row in rows {
        let shown = row.per_second.filter(|_| rates).unwrap_or(row.counted);
        let numbers = [shown.in_packets, shown.in_octets, shown.out_packets, shown.out_octets, shown.drops];
        let texts = [row.vimage.clone(), visible(&row.interface), format!("{}:{}", row.bridge, row.link)];
        lines.push(texts.into_iter().chain(numbers.map(|number| number.to_string())).collect());
    }
    let widths: Vec<usize> = (0..8)
        .map(|column| lines.iter().filter_map(|line| line.get(column)).map(String::len).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for line in lines {
        let mut written = String::new();
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            // Writing to a String cannot fail.
            let _ = match column {
                0..=2 => write!(written, "{cell:<width$}  "),
                _ => write!(written, "{cell:>width$}  "),
            };
        }
        let _ = writeln!(text, "{}", written.trim_end());
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn row(link: &str, in_octets: u64, out_octets: u64) -> Row {
        Row {
            vimage: "vj1".into(),
            interface: "ng0_vj1".into(),
            parent: "igb0".into(),
            bridge: "igb0bridge".into(),
            link: link.into(),
            counted: Traffic { in_octets, out_octets, ..Traffic::default() },
            per_second: None,
        }
    }

    #[test]
    fn rates_are_of_a_second_and_the_busiest_comes_first() {
        let before = [row("link2", 1000, 0), row("link3", 0, 500)];
        let mut now = [row("link2", 1100, 0), row("link3", 0, 2500), row("link4", 9, 9)];
        rate(&mut now, &before, Duration::from_secs(2));
        let seen: Vec<_> = now
            .iter()
            .map(|row| {
                (row.link.as_str(), row.per_second.unwrap().in_octets, row.per_second.unwrap().out_octets)
            })
            .collect();
        assert_eq!(seen, [("link3", 0, 1000), ("link2", 50, 0), ("link4", 0, 0)]);
    }

    #[test]
    fn a_table_that_is_drawn_again_fits_its_window() {
        let table = "vimage  interface\nvj1     ng0_vj1\nvj2     ng0_vj2\nvj3     ng0_vj3\n";
        assert_eq!(clipped(table, None), table);
        assert_eq!(clipped(table, Some((80, 5))), table);
        assert_eq!(clipped(table, Some((8, 4))), "vimage  \nvj1     \n... and 2 more\n");
        assert_eq!(clipped(table, Some((0, 0))).lines().count(), 2);
    }

    #[test]
    fn counters_that_were_set_to_zero_are_no_rate() {
        let mut now = [row("link2", 5, 5)];
        rate(&mut now, &[row("link2", 1000, 1000)], Duration::ZERO);
        assert_eq!(now[0].per_second, Some(Traffic::default()));
    }
}
