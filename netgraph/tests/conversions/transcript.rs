//! Transcripts, and which type each address of them is.

use std::collections::HashMap;

use netgraph::ascii::CommandText;
use netgraph::nodes;
use netgraph::sys::NGM_GENERIC_COOKIE;
use serde_json::Value;

/// A step of a transcript and its answer.
pub(crate) struct Step {
    pub(crate) file: &'static str,
    pub(crate) line: usize,
    pub(crate) words: Vec<String>,
    /// What follows the command of `msg` and `convert`.
    pub(crate) text: String,
    pub(crate) got: Value,
}

pub(crate) fn steps(file: &'static str, content: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for (number, line) in content.lines().enumerate() {
        let value: Value = serde_json::from_str(line).unwrap();
        for step in value["do"].as_str().unwrap().split(" ; ").map(strip_jail) {
            let words = step.split_whitespace().map(str::to_owned).collect();
            let text = step.splitn(5, char::is_whitespace).nth(4).unwrap_or("").trim().to_owned();
            steps.push(Step { file, line: number + 1, words, text, got: value["got"].clone() });
        }
    }
    steps
}

/// Takes `in JAIL` off a step.
fn strip_jail(step: &str) -> &str {
    match step.strip_prefix("in ") {
        Some(rest) => rest.split_once(' ').map_or("", |(_, step)| step),
        None => step,
    }
}

impl Step {
    pub(crate) fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", String::as_str)
    }
}

/// The types of nodes by their addresses, as the steps tell them.
#[derive(Default)]
pub(crate) struct Types(HashMap<String, String>);

impl Types {
    /// Learns from a step and its answer.
    pub(crate) fn learn(&mut self, step: &Step) {
        let ok = step.got.get("err").is_none();
        match step.word(0) {
            "mkpeer" if ok => {
                let path = match step.word(2) {
                    "." => format!("{}.:{}", step.word(1), step.word(4)),
                    path if path.ends_with(':') => format!("{path}{}", step.word(4)),
                    path => format!("{path}.{}", step.word(4)),
                };
                self.0.insert(path, step.word(3).to_owned());
            }
            "socket" if ok => {
                self.0.insert(format!("{}.", step.word(1)), "socket".to_owned());
            }
            "connect" if ok && step.word(2) == "." => {
                if let Some(known) = self.0.get(step.word(3)).cloned() {
                    self.0.insert(format!("{}.:{}", step.word(1), step.word(4)), known);
                }
            }
            "name" if ok => self.rename(step, step.word(3)),
            "msg" if ok && step.word(3) == "name" => {
                self.rename(step, step.text.split('"').nth(1).unwrap_or_default());
            }
            _ => {}
        }
        self.learn_nodes(&step.got);
    }

    fn rename(&mut self, step: &Step, name: &str) {
        if let Some(known) = self.of(step).map(str::to_owned) {
            self.0.insert(format!("{name}:"), known);
        }
    }

    /// Learns from all descriptions of nodes in an answer.
    fn learn_nodes(&mut self, value: &Value) {
        if let (Some(name), Some(kind)) = (value["name"].as_str(), value["type"].as_str()) {
            self.0.insert(format!("{name}:"), kind.to_owned());
        }
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.learn_nodes(value)),
            Value::Object(values) => values.values().for_each(|value| self.learn_nodes(value)),
            _ => {}
        }
    }

    fn of(&self, step: &Step) -> Option<&str> {
        let path = step.word(2);
        let own = if path.starts_with('.') { format!("{}{path}", step.word(1)) } else { path.to_owned() };
        self.0.get(&own).map(String::as_str)
    }

    /// Returns the commands of the node that a step addresses: by the cookie of what it was asked, or else by its
    /// address. `None` where neither tells.
    pub(crate) fn commands(&self, step: &Step) -> Option<&'static [CommandText]> {
        let by_cookie = || {
            let cookie = step.got["binary"]["typecookie"].as_u64()?;
            let known = nodes::CATALOGUE.iter().find(|known| u64::from(known.cookie) == cookie)?;
            (known.cookie != NGM_GENERIC_COOKIE).then_some(known)
        };
        by_cookie().or_else(|| nodes::find(self.of(step)?)).map(|known| known.commands)
    }
}
