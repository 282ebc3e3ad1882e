//! What the commands print for machines is what docs/json.md says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod releases;
mod support;

use std::process::ExitCode;

use releases::Shelf;
use serde_json::Value;
use support::{Lab, stderr};

const PAGE: &str = include_str!("../../docs/json.md");

/// The forms under a heading that has this command in it, in order.
fn forms(command: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut here = false;
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            here = heading.contains(&format!("`{command}`"));
        } else if line == "```json" {
            let text: String = lines.by_ref().take_while(|line| *line != "```").collect();
            let form = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            if here {
                found.push(form);
            }
        }
    }
    assert!(!found.is_empty(), "the page has nothing on {command}");
    found
}

/// Says where a value is not of the form.
fn differ(value: &Value, form: &Value, at: &str) -> Vec<String> {
    match (value, form) {
        (Value::Object(fields), Value::Object(forms)) if forms.contains_key("NAME") => fields
            .iter()
            .flat_map(|(name, value)| differ(value, &forms["NAME"], &format!("{at}.{name}")))
            .collect(),
        (Value::Object(fields), Value::Object(forms)) => {
            let missing = forms.keys().filter(|name| !fields.contains_key(*name));
            let missing = missing.map(|name| format!("{at}.{name} is on the page only"));
            let found = fields.iter().flat_map(|(name, value)| match forms.get(name) {
                Some(form) => differ(value, form, &format!("{at}.{name}")),
                None => vec![format!("{at}.{name} is not on the page")],
            });
            missing.chain(found).collect()
        }
        (Value::Array(values), Value::Array(forms)) => values
            .iter()
            .enumerate()
            .flat_map(|(number, value)| differ(value, &forms[0], &format!("{at}[{number}]")))
            .collect(),
        (value, Value::String(kind)) if kind.split(" or ").any(|kind| is_of(value, kind)) => Vec::new(),
        (value, form) => vec![format!("{at} is {value}, not {form}")],
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "text" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "list" => value.is_array(),
        "failure" => differ(value, &forms("up")[1], "").is_empty(),
        "counted" => differ(value, &forms("stats")[0]["interfaces"][0]["counted"], "").is_empty(),
        "any" => true,
        "place" => differ(value, &forms("config")[3], "").is_empty(),
        "setting" => differ(value, &forms("config")[2], "").is_empty(),
        // As many fields as there are variables.
        "vimage" => value.as_object().unwrap().iter().all(|(name, value)| match (name.as_str(), value) {
            ("name", value) => value.is_string(),
            ("bridges", value) => {
                let words = value["value"].as_array().unwrap();
                words.iter().all(|word| differ(word, &forms("config")[4], "").is_empty())
            }
            (_, Value::Array(settings)) => settings.iter().all(|setting| is_of(setting, "setting")),
            (_, setting) => is_of(setting, "setting"),
        }),
        kind => panic!("the page has a kind {kind:?}"),
    }
}

/// Runs a command with `--json`, and holds what it prints against the page.
fn holds(lab: &Lab, args: &[&str], form: usize) -> Value {
    let output = lab.run(&[args, &["--json"]].concat());
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let value: Value =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}: {text} {}", stderr(&output)));
    let command = args.iter().find(|arg| !arg.starts_with('-')).unwrap();
    let differences = differ(&value, &forms(command)[form], "");
    assert!(differences.is_empty(), "{args:?}: {differences:#?}");
    assert_eq!(value["version"], 1, "{args:?}");
    value
}

fn every_command_prints_what_the_page_says() {
    let lab = Lab::new();
    for (args, form) in [
        (&["list"][..], 0),
        (&["config"], 0),
        (&["config", "vj2"], 1),
        (&["status"], 0),
        (&["doctor"], 0),
        (&["plan"], 0),
        (&["graph"], 0),
        (&["up"], 0),
        (&["graph"], 0),
        (&["status"], 0),
        (&["stats"], 0),
        (&["stats", "--watch=0", "--count=1"], 0),
        (&["attach", "vj1", "igb1"], 0),
        (&["detach", "vj1", "ng2_vj1"], 0),
        (&["restart", "vj1"], 0),
        (&["doctor"], 0),
        (&["down", "-n"], 0),
        (&["down"], 0),
        (&["gc", "--yes"], 0),
    ] {
        holds(&lab, args, form);
    }
}

fn releases_and_roots_are_told_as_the_page_says() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    shelf.old("8.3-RELEASE");
    for (args, form) in [
        (&["--list"][..], 1),
        (&["-n", "--release", "15.1-RELEASE", "DIR"], 0),
        (&["--release", "15.1-RELEASE", "DIR"], 0),
    ] {
        let value: Value = serde_json::from_str(&shelf.ok(&[args, &["--json"]].concat())).unwrap();
        assert_eq!(differ(&value, &forms("build")[form], ""), [""; 0], "{args:?}");
    }
}

fn what_is_imported_is_told_as_the_page_says() {
    let lab = Lab::new();
    let file = lab.path("jail.conf");
    lab.write("jail.conf", "exec.clean;\na { path = \"/a\"; host.hostname = a; vnet; exec.timeout = 9; }\n");
    let value = holds(&lab, &["import", file.to_str().unwrap()], 0);
    assert!(!value["vimages"][0]["lines"].as_array().unwrap().is_empty(), "{value}");
    assert!(!value["vimages"][0]["notes"].as_array().unwrap().is_empty(), "{value}");
}

fn a_failure_is_in_the_document_and_in_the_exit_code() {
    let lab = Lab::new();
    let rc_conf = std::fs::read_to_string(lab.path("rc.conf")).unwrap();
    lab.write("rc.conf", &rc_conf.replace("\"igb0 igb1@lan\"", "\"igb9\""));
    let value = holds(&lab, &["up", "vj2"], 0);
    assert_eq!(value["failure"]["code"], 69);
    assert!(value["failure"]["message"].as_str().unwrap().contains("there is no interface igb9"));
    assert_eq!(value["steps"], Value::Array(Vec::new()));
    assert_eq!(lab.run(&["up", "vj2", "--json"]).status.code(), Some(69));
}

fn differences_are_found() {
    let form = &forms("list")[0];
    for (wrong, expected) in [
        (r#"{"version":1}"#, ".vimages is on the page only"),
        (r#"{"version":"1","vimages":[]}"#, r#".version is "1", not "number""#),
        (r#"{"version":1,"vimages":[1]}"#, r#".vimages[0] is 1, not "text""#),
        (r#"{"version":1,"vimages":[],"more":1}"#, ".more is not on the page"),
    ] {
        assert_eq!(differ(&serde_json::from_str(wrong).unwrap(), form, ""), [expected]);
    }
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let trials = support::trials![
        every_command_prints_what_the_page_says,
        releases_and_roots_are_told_as_the_page_says,
        what_is_imported_is_told_as_the_page_says,
        a_failure_is_in_the_document_and_in_the_exit_code,
        differences_are_found,
    ];
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
