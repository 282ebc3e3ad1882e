//! A transcript of FreeBSD 15.1, replayed step by step.
//!
//! `tests/golden/jail-params-host.jsonl` was recorded on a real 15.1-RELEASE; each line is a step and its answer. The steps go
//! through the same raw operations that a program's calls go through.

use std::collections::BTreeMap;

use jailrs::Errno;
use jailrs::system::{JailFlags, Jid, Opt, Refusal, System};
use libtest_mimic::Failed;
use serde_json::{Map, Value, json};

const TRANSCRIPT: &str = include_str!("../golden/jail-params-host.jsonl");

/// Seven hundred steps drawn by lot, as a freshly started 15.1 answered them: numbers of jails count up from 1.
const RANDOM: &str = include_str!("../golden/jail-random-host.jsonl");

/// Steps of the same kind, which follow kern_jail.c of 15.1 line by line: checks and their order, hierarchies, addresses, notes.
const RULES: &str = include_str!("rules.jsonl");

/// What is known of the jails that the transcript has named.
#[derive(Default)]
struct Replay {
    jails: BTreeMap<String, i32>,
}

/// A buffer to be read, by its place among the options.
struct Asked {
    at: usize,
    name: String,
    kind: char,
}

impl Replay {
    fn step(&mut self, system: &dyn System, step: &str) -> Value {
        let words: Vec<&str> = step.split(' ').collect();
        match words[0] {
            "jset" => self.jail(system, true, &words[1..]),
            "jget" => self.jail(system, false, &words[1..]),
            "jrm" => answer(system.jail_remove(self.jid(words[1]).into())),
            "jattach" => {
                let inside = [Opt::int("jid", self.jid(words[1]).0)];
                let entered = system.jail_get(&mut inside.clone(), JailFlags::empty());
                answer(entered.map(drop).map_err(|_| Errno::EINVAL))
            }
            "sysctl" => match system.sysctl(words[1]) {
                Ok(bytes) => json!({"ok": hex(&bytes)}),
                Err(errno) => json!({"err": errno.to_string()}),
            },
            other => panic!("no step is called {other}"),
        }
    }

    fn jid(&self, word: &str) -> Jid {
        Jid(self.jails.get(word).copied().or_else(|| word.parse().ok()).unwrap_or(99_999))
    }

    fn opt(&self, item: &str) -> Opt {
        let Some((name, value)) = item.split_once('=') else { return Opt::new(item, []) };
        match value.split_at_checked(1) {
            Some(("#", number)) => Opt::int(name, number.parse().expect("a number")),
            Some(("%", jail)) => Opt::int(name, self.jails.get(jail).copied().unwrap_or(99_999)),
            Some(("@", digits)) => Opt::new(name, unhex(digits)),
            _ => Opt::text(name, &value.replace("\\s", " ")),
        }
    }

    fn jail(&mut self, system: &dyn System, set: bool, words: &[&str]) -> Value {
        let flags = JailFlags::from_bits_retain(words[0].parse().expect("flags"));
        let (mut opts, mut asked, mut called) = (Vec::new(), Vec::new(), None);
        for item in &words[1..] {
            if let Some(name) = item.strip_prefix("as:") {
                called = Some(name.to_owned());
            } else if let Some(query) = item.strip_prefix('?') {
                let parts: Vec<&str> = query.split(':').collect();
                let kind = parts[1].chars().next().expect("a type");
                let room = parts.get(2).map(|room| room.parse().expect("a size"));
                let room = room.unwrap_or(if matches!(kind, 'i' | 'b') { 4 } else { 256 });
                asked.push(Asked { at: opts.len(), name: parts[0].to_owned(), kind });
                opts.push(Opt::new(parts[0], vec![0; room]));
            } else {
                opts.push(self.opt(item));
            }
        }
        let result = if set { system.jail_set(&mut opts, flags) } else { system.jail_get(&mut opts, flags) };
        match result {
            Err(refusal) => self.refused(&refusal),
            Ok(jid) => {
                if let Some(name) = called {
                    self.jails.insert(name, jid.0);
                }
                self.answered(jid, &opts, &asked)
            }
        }
    }

    fn refused(&self, refusal: &Refusal) -> Value {
        let mut answer = Map::from_iter([("err".to_owned(), json!(refusal.errno.to_string()))]);
        if !refusal.message.is_empty() {
            // The one message in which the recorder took a part of a name for the number of jail "a", which was 1 then.
            let text = refusal.message.replace("jail \"m1\" not found", "jail \"m%a\" not found");
            answer.insert("errmsg".to_owned(), json!(text));
        }
        Value::Object(answer)
    }

    fn answered(&self, jid: Jid, opts: &[Opt], asked: &[Asked]) -> Value {
        let named =
            |jid: i32| self.jails.iter().find(|(_, known)| **known == jid).map(|(name, _)| name.clone());
        let mut answer = Map::new();
        answer.insert("jail".to_owned(), json!(named(jid.0).unwrap_or_else(|| "?".to_owned())));
        for Asked { at, name, kind } in asked {
            let bytes = &opts[*at].value;
            let value = match kind {
                's' => {
                    json!(String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default()))
                }
                'x' => json!(hex(bytes)),
                _ => {
                    let number = i32::from_ne_bytes(bytes[..4].try_into().expect("four bytes"));
                    let who = named(number)
                        .filter(|_| number > 0 && ["jid", "parent", "lastjid"].contains(&name.as_str()));
                    match who.as_deref() {
                        // It was number 1 when this was recorded, and the recorder told no names for 0 and 1.
                        Some("a") => json!(1),
                        Some(name) => json!(format!("%{name}")),
                        None => json!(number),
                    }
                }
            };
            answer.insert(name.clone(), value);
        }
        json!({"ok": answer})
    }
}

fn answer(result: Result<(), Errno>) -> Value {
    result.map_or_else(|errno| json!({"err": errno.to_string()}), |()| json!({"ok": true}))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// `ANY` stands for whatever differs from host to host.
fn agree(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::String(any), _) if any == "ANY" => true,
        // What the recorder had no name for it wrote as its number: `E27`.
        (Value::String(one), Value::String(other)) if one.starts_with('E') => {
            let number = one[1..].parse().map(|number| Errno::new(number).to_string());
            one == other || number.is_ok_and(|name| name == *other)
        }
        (Value::Object(expected), Value::Object(got)) => {
            expected.len() == got.len()
                && expected.iter().all(|(key, value)| got.get(key).is_some_and(|other| agree(value, other)))
        }
        _ => expected == got,
    }
}

/// Every step of jail-params-host is answered as that kernel did.
pub(crate) fn jail_params_host(system: &dyn System) -> Result<(), Failed> {
    // The jail that was number 5 has another one on a machine that has had jails before.
    replay(system, &TRANSCRIPT.replace("jid=#5", "jid=%noname"), 103)
}

/// Every step of the rules is answered as the kernel's source says.
pub(crate) fn rules(system: &dyn System) -> Result<(), Failed> {
    replay(system, RULES, 110)
}

/// Every step that was drawn by lot is answered as that kernel did.
pub(crate) fn random(system: &dyn System) -> Result<(), Failed> {
    replay(system, RANDOM, 700)
}

fn replay(system: &dyn System, transcript: &str, length: usize) -> Result<(), Failed> {
    let mut replay = Replay::default();
    let mut differences = Vec::new();
    let mut steps = 0;
    for line in transcript.lines() {
        let line: Value = serde_json::from_str(line)?;
        let step = line["do"].as_str().expect("a step");
        let got = replay.step(system, step);
        steps += 1;
        if !agree(&line["got"], &got) {
            differences.push(format!("{step}\n  recorded {}\n  answered {got}", line["got"]));
        }
    }
    assert_eq!(steps, length, "the transcript is whole");
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!("{} of {steps} steps differ:\n{}", differences.len(), differences.join("\n")).into())
}
