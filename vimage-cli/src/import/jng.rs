//! Knows the commands of FreeBSD's examples `jng` and `jib`, which make interfaces for jails.

use super::lines::Written;
use super::parse::Place;

/// A command that is about the interfaces of a jail.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// `jng bridge`: makes them, behind these parents, as words of `_bridges`.
    Bridge { name: String, words: Vec<String>, made: Vec<String> },
    /// `jib addm`: makes them with if_bridge(4) and epair(4).
    Epair { words: Vec<String>, made: Vec<String> },
    /// `jng shutdown` or `jib destroy`: takes them away.
    Remove,
}

/// Reads a command line; `None` where it is about something else, or is more than one plain command.
pub(super) fn read(line: &str) -> Option<Command> {
    if line.contains(['"', '\'', '\\', '$', '`', '|', '&', ';', '<', '>', '(', '#', '*', '?']) {
        return None;
    }
    let mut words = line.split_ascii_whitespace();
    let program = words.next()?;
    let program = program.rsplit('/').next()?;
    let verb = words.next()?;
    match (program, verb) {
        ("jng", "bridge") => {
            let (bridge, name, parents) = arguments(words)?;
            // The bridge of -b is a second one, behind that of the parent.
            let word = |parent: &String| match &bridge {
                Some(bridge) => format!("{parent}@{bridge}"),
                None => parent.clone(),
            };
            let made = (0..parents.len()).map(|number| truncated(&format!("ng{number}_{name}"))).collect();
            Some(Command::Bridge { words: parents.iter().map(word).collect(), name, made })
        }
        ("jib", "addm") => {
            let (_, name, parents) = arguments(words)?;
            let made = (0..parents.len()).map(|number| truncated(&format!("e{number}b_{name}"))).collect();
            Some(Command::Epair { words: parents, made })
        }
        ("jng", "shutdown") | ("jib", "destroy") => Some(Command::Remove),
        _ => None,
    }
}

/// The bridge of `-b`, the jail's name, and the parents.
fn arguments<'w>(mut words: impl Iterator<Item = &'w str>) -> Option<(Option<String>, String, Vec<String>)> {
    let mut bridge = None;
    let mut first = words.next()?;
    while let Some(option) = first.strip_prefix('-') {
        let attached = option.strip_prefix('b')?;
        bridge = Some(if attached.is_empty() { words.next()? } else { attached }.to_string());
        first = words.next()?;
    }
    let parents: Vec<String> = words.map(str::to_string).collect();
    (!parents.is_empty()).then(|| (bridge, first.to_string(), parents))
}

/// A name as both scripts cut it.
fn truncated(name: &str) -> String {
    name.chars().take(15).collect()
}

/// Says of a vimage what a host's command says, or hands the command on as one of these.
pub(super) fn host_command(
    vimage: &mut Written,
    made: &mut Vec<String>,
    variable: &'static str,
    line: &str,
    place: &Place,
) {
    match read(line) {
        None => vimage.push(variable, line),
        Some(Command::Remove) => {}
        Some(Command::Bridge { name, words, made: names }) => {
            vimage.jng = true;
            add(vimage, &words);
            made.extend(names);
            if name != vimage.name {
                let text = format!(
                    "jng made its interfaces for {name}: they keep their names, and have other addresses from now on"
                );
                vimage.note(place, text);
                vimage.set("ifname", name);
            }
            // What is known of the interfaces to others, such as a DHCP server, stays as it was.
            vimage.set("mac", "jng");
        }
        Some(Command::Epair { words, made: names }) => {
            add(vimage, &words);
            for (number, name) in names.iter().enumerate() {
                let text = format!(
                    "its interface {name} is ng{number}_{} from now on, with another address",
                    vimage.name
                );
                vimage.note(place, text);
            }
            made.extend(names);
        }
    }
}

fn add(vimage: &mut Written, words: &[String]) {
    let before = vimage.find("bridges").map(|before| format!("{before} ")).unwrap_or_default();
    vimage.set("bridges", format!("{before}{}", words.join(" ")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_of_the_examples_are_understood() {
        let words = |line: &str| match read(line) {
            Some(Command::Bridge { words, .. } | Command::Epair { words, .. }) => words.join(" "),
            other => format!("{other:?}"),
        };
        assert_eq!(words("jng bridge vj1 em0 em0"), "em0 em0");
        assert_eq!(words("/usr/local/sbin/jng bridge -b lan vj1 =em0 !em1"), "=em0@lan !em1@lan");
        assert_eq!(words("jng bridge -blan vj1 em0"), "em0@lan");
        assert_eq!(words("jib addm vj1 em0"), "em0");
        assert_eq!(read("jng shutdown vj1"), Some(Command::Remove));
    }

    #[test]
    fn what_is_more_than_one_plain_command_is_left_as_it_is() {
        for line in [
            "",
            "jng",
            "jng bridge vj1",
            "jng bridge vj1 em0; reboot",
            "echo jng bridge vj1 em0",
            "jng stats vj1",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
