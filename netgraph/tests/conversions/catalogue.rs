//! The catalogue, the table in the documentation and the typed messages say the same.

use netgraph::nodes::{CATALOGUE, Known};
use netgraph::sys::{self, abi::Claim};

use crate::typed::MESSAGES;

/// What the C headers say of names: the values of all `NG_..._NODE_TYPE`.
fn names_in_headers() -> Vec<&'static str> {
    let claims = sys::abi::HEADERS.iter().flat_map(|header| header.claims);
    let mut names: Vec<_> = claims
        .filter_map(|claim| match claim {
            Claim::Str { name, value } if name.ends_with("_NODE_TYPE") => Some(*value),
            _ => None,
        })
        .collect();
    names.sort_by_key(|name| name.to_lowercase());
    names
}

#[test]
fn every_node_type_of_the_headers_is_in_the_catalogue() {
    let catalogue: Vec<_> = CATALOGUE.iter().map(|known| known.name).collect();
    assert_eq!(catalogue, names_in_headers());
}

fn row(known: &Known) -> [String; 4] {
    let module = known.module;
    let cookie =
        if known.cookie == sys::NGM_GENERIC_COOKIE { "–".to_owned() } else { known.cookie.to_string() };
    [
        known.name.to_owned(),
        format!("`{module}`"),
        format!("[{module}(4)](https://man.freebsd.org/{module}/4)"),
        cookie,
    ]
}

#[test]
fn the_table_on_the_front_page_is_the_catalogue() {
    let source = include_str!("../../src/node-types.md");
    let rows = source.lines().filter_map(|line| line.strip_prefix("| [`")).map(|row| {
        let mut cells = row.split(" | ").map(|cell| cell.trim_end_matches(" |").to_owned());
        let name = cells.next().unwrap_or_default().split('`').next().unwrap_or_default().to_owned();
        [name].into_iter().chain(cells).collect::<Vec<_>>()
    });
    assert_eq!(
        rows.collect::<Vec<_>>(),
        CATALOGUE.iter().map(|known| row(known).to_vec()).collect::<Vec<_>>()
    );
}

#[test]
fn every_command_of_the_catalogue_is_a_message() {
    let mut commands: Vec<_> = CATALOGUE.iter().flat_map(|known| known.commands).collect();
    commands.sort_by_key(|command| (command.cookie, command.cmd, command.name));
    let mut messages: Vec<_> =
        MESSAGES.iter().filter(|message| message.cookie != sys::NGM_FLOW_COOKIE).collect();
    messages.sort_by_key(|message| (message.cookie, message.cmd, message.text));
    let commands: Vec<_> = commands.iter().map(|c| (c.cookie, c.cmd, c.name)).collect();
    let messages: Vec<_> = messages.iter().map(|m| (m.cookie, m.cmd, m.text)).collect();
    assert_eq!(commands, messages);
}

#[test]
fn no_type_has_two_commands_of_one_name() {
    for known in CATALOGUE {
        let mut names: Vec<_> =
            known.commands.iter().map(|c| c.name).filter(|name| !name.is_empty()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{}", known.name);
    }
}
