//! Every conversion between text and bytes that a kernel was seen to do, done again.
#![allow(clippy::unwrap_used, reason = "a transcript that cannot be read is a failure")]

#[path = "conversions/catalogue.rs"]
mod catalogue;
#[path = "conversions/kernel.rs"]
mod kernel;
#[path = "conversions/properties.rs"]
mod properties;
#[path = "conversions/transcript.rs"]
mod transcript;
#[path = "conversions/typed.rs"]
mod typed;

use netgraph::ascii::CommandText;
use netgraph::sys::Errno;
use serde_json::{Value, json};

use transcript::{Step, Types, steps};

macro_rules! transcripts {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("golden/", $name, ".jsonl")))),*]
    };
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn refused(errno: Errno) -> Value {
    json!({ "err": errno.name() })
}

/// What the node would have answered to a `convert` step.
fn convert(own: &'static [CommandText], step: &Step) -> Value {
    match kernel::to_binary(own, step.word(3), false, &step.text) {
        Err(errno) => refused(errno),
        Ok(binary) => {
            let (cookie, cmd) = (binary.command.cookie, binary.command.cmd);
            let mut answer = json!({ "typecookie": cookie, "cmd": cmd, "args": hex(&binary.result) });
            match kernel::to_text(own, cookie, cmd, false, &binary.result) {
                Err(errno) => answer["binary2ascii"] = refused(errno),
                Ok(text) => {
                    answer["text"] = text.result.into();
                    answer["text_cmd"] = text.command.name.into();
                }
            }
            json!({ "ok": answer })
        }
    }
}

/// What the node would have answered to a `roundtrip` step.
fn roundtrip(own: &'static [CommandText], step: &Step) -> Value {
    let (cookie, cmd) = (step.word(3).parse().unwrap(), step.word(4).parse().unwrap());
    match kernel::to_text(own, cookie, cmd, false, &unhex(step.word(5))) {
        Err(errno) => json!({ "binary2ascii": refused(errno) }),
        Ok(text) => {
            let name = text.command.name;
            let mut answer = json!({ "cmd": name, "text": text.result });
            match kernel::to_binary(own, name, false, &text.result) {
                Err(errno) => answer["ascii2binary"] = refused(errno),
                Ok(binary) => answer["args"] = hex(&binary.result).into(),
            }
            answer
        }
    }
}

/// What the node would have answered to a `b2a` step.
fn to_text(own: &'static [CommandText], step: &Step) -> Value {
    let (cookie, cmd) = (step.word(3).parse().unwrap(), step.word(4).parse().unwrap());
    match kernel::to_text(own, cookie, cmd, step.word(5) == "1", &unhex(step.word(6))) {
        Err(errno) => json!({ "binary2ascii": refused(errno) }),
        Ok(text) => json!({ "ok": { "cmd": text.command.name, "text": text.result } }),
    }
}

/// The conversions that a `msg` step is made of; the bytes of the reply itself are taken from the transcript.
fn message(own: &'static [CommandText], step: &Step) -> Value {
    let mut answer = step.got.clone();
    match kernel::to_binary(own, step.word(3), false, &step.text) {
        Err(errno) => return json!({ "ascii2binary": refused(errno) }),
        Ok(binary) => {
            let (cookie, cmd) = (binary.command.cookie, binary.command.cmd);
            answer["binary"] = json!({ "typecookie": cookie, "cmd": cmd, "args": hex(&binary.result) });
        }
    }
    let reply = &step.got["reply"];
    if let Some(args) = reply["args"].as_str().filter(|args| !args.contains("ANY")) {
        let number = |key: &str| reply[key].as_u64().unwrap() as u32;
        answer["text"] = match kernel::to_text(own, number("typecookie"), number("cmd"), true, &unhex(args)) {
            Ok(text) => text.result.into(),
            Err(errno) => refused(errno),
        };
    }
    answer
}

/// Tells whether an answer to a `roundtrip` step is right apart from what the kernel read behind the message: a string
/// without a NUL that fills its field to the end of the message goes on with whatever lies there.
fn differs_behind_the_end_only(own: &'static [CommandText], step: &Step, mine: &Value) -> bool {
    const BEHIND: &str = "(behind the end)";
    let (cookie, cmd) = (step.word(3).parse().unwrap(), step.word(4).parse().unwrap());
    let args = unhex(step.word(5));
    let memory = [&args, BEHIND.as_bytes()].concat();
    let Ok(text) = kernel::to_text_in(own, cookie, cmd, false, &memory, args.len()) else { return false };
    let mut pieces = text.result.split(BEHIND);
    let Some(mut rest) = step.got["text"].as_str().and_then(|got| got.strip_prefix(pieces.next()?)) else {
        return false;
    };
    let mut ends_open = false;
    for piece in pieces {
        let Some(at) = rest.rfind(piece).filter(|_| piece.starts_with('"')) else { return false };
        rest = &rest[at + piece.len()..];
        ends_open = true;
    }
    ends_open
        && rest.is_empty()
        && mine["cmd"] == step.got["cmd"]
        && mine["ascii2binary"] == step.got["ascii2binary"]
}

#[test]
fn every_conversion_of_the_transcripts_comes_out_the_same() {
    let transcripts = transcripts![
        "bridge",
        "connect-rmhook-shutdown",
        "conversions",
        "data-hub-tee-echo",
        "eiface-ether",
        "filters",
        "generators",
        "messages",
        "mkpeer",
        "more-bridge",
        "more-changing",
        "more-conversions-1",
        "more-conversions-2",
        "more-hub-tee-echo",
        "more-interfaces",
        "more-messages",
        "more-names-paths",
        "more-one2many",
        "more-pipe-source-UI",
        "more-protocols",
        "more-sorting",
        "more-vlan",
        "more-vnet-moves",
        "one2many-split-vlan-pipe",
        "vimage-flow",
    ];
    // The forms that few types have, asked of a FreeBSD 15.1 in the same way.
    let special = ("special-forms", include_str!("conversions/special-forms.jsonl"));
    let (mut done, mut failures) = (0, Vec::new());
    for (file, content) in transcripts.into_iter().chain([special]) {
        let mut types = Types::default();
        for step in steps(file, content) {
            let answer: fn(&'static [CommandText], &Step) -> Value = match step.word(0) {
                "convert" => convert,
                "roundtrip" => roundtrip,
                "b2a" => to_text,
                "msg" => message,
                _ => {
                    types.learn(&step);
                    continue;
                }
            };
            let Some(own) = types.commands(&step) else {
                // There is no node at the address: nothing was converted.
                if step.got["ascii2binary"]["err"] == "ENOENT" {
                    continue;
                }
                failures.push(format!(
                    "{file}:{}: {}: of what type is the node?",
                    step.line,
                    step.words.join(" ")
                ));
                continue;
            };
            types.learn(&step);
            let mine = answer(own, &step);
            done += 1;
            let garbage = || step.word(0) == "roundtrip" && differs_behind_the_end_only(own, &step, &mine);
            if mine != step.got && !garbage() {
                let (step_text, got) = (step.words.join(" "), &step.got);
                failures.push(format!(
                    "{}:{}: {step_text}\n  kernel {got}\n  here   {mine}",
                    step.file, step.line
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {done} failed:\n{}", failures.len(), failures.join("\n"));
    assert!(done > 1000, "only {done} conversions found");
}
