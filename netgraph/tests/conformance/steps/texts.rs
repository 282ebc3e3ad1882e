//! Steps in which a node turns messages into text and back, and those that send any bytes.

use netgraph::message::{Command, HEADER_LEN};
use netgraph::sys;
use serde_json::{Map, Value, json};

use super::{IDLE, NO_REPLY, REPLY, number, unhex, word};
use crate::world::{World, hex, name_of, refused, text, u32_at};

/// A message that is the argument of another: a header with these fields, and what follows.
fn inner(cookie: u32, cmd: u32, flags: u32, name: &str, args: &[u8]) -> Vec<u8> {
    let mut message = vec![0; HEADER_LEN];
    message[0] = sys::NG_VERSION;
    message[4..8].copy_from_slice(&(args.len() as u32).to_ne_bytes());
    message[8..12].copy_from_slice(&cmd.to_ne_bytes());
    message[12..16].copy_from_slice(&flags.to_ne_bytes());
    message[20..24].copy_from_slice(&cookie.to_ne_bytes());
    let len = name.len().min(31);
    message[24..24 + len].copy_from_slice(&name.as_bytes()[..len]);
    message.extend_from_slice(args);
    message
}

/// The text of a command as the argument of NGM_ASCII2BINARY.
fn inner_text(name: &str, args: &str) -> Vec<u8> {
    inner(0, 0, 0, name, &[args.as_bytes(), &[0]].concat())
}

impl World {
    pub(super) fn text_step(&mut self, line: &str, words: &[&str]) -> Value {
        let at = |n: usize| words.get(n).copied().unwrap_or_else(|| panic!("{line:?} is too short"));
        // The text of a command goes on to the end of the line.
        let rest = || line.splitn(5, char::is_whitespace).nth(4).unwrap_or_default().trim();
        match at(0) {
            "msg" => {
                let args = self.expand(rest());
                self.text_message(at(1), &word(at(2)), at(3), &args)
            }
            "convert" => self.convert(at(1), &word(at(2)), at(3), rest()),
            "roundtrip" => {
                let args = unhex(words.get(5).unwrap_or(&"-"));
                self.round_trip(at(1), &word(at(2)), inner(number(at(3)), number(at(4)), 0, "", &args))
            }
            "b2a" => {
                let args = unhex(words.get(6).unwrap_or(&"-"));
                let message = inner(number(at(3)), number(at(4)), number(at(5)), "", &args);
                self.show_text(at(1), &word(at(2)), &message)
            }
            _ => {
                let header = words.get(6).map(|version| (number(version), number(at(7))));
                let command = Command::unnamed(number(at(3)), number(at(4)));
                let args = unhex(words.get(5).unwrap_or(&"-"));
                self.raw(at(1), &word(at(2)), command, &args, header)
            }
        }
    }

    /// As `ngctl msg`: text to bytes at the node, the message itself, and the reply's bytes to text.
    fn text_message(&mut self, key: &str, path: &str, name: &str, args: &str) -> Value {
        let binary = match self.ask(key, path, sys::NGM_ASCII2BINARY, &inner_text(name, args)) {
            Ok((_, frame)) => frame[HEADER_LEN..].to_vec(),
            Err(answer) => return json!({"ascii2binary": answer}),
        };
        let command = Command::unnamed(u32_at(&binary, 20), u32_at(&binary, 8));
        let args = &binary[HEADER_LEN..];
        let mut answer = Map::new();
        let sent = json!({"typecookie": command.cookie, "cmd": command.cmd, "args": hex(args)});
        answer.insert("binary".into(), sent);
        match self.send(key, path, command, args, None) {
            Err(errno) => drop(answer.insert("err".into(), json!(name_of(errno)))),
            Ok(token) => {
                let time = if command.cmd & sys::NGM_HASREPLY != 0 { REPLY } else { NO_REPLY };
                match self.reply(key, token, time) {
                    None => drop(answer.insert("ok".into(), json!(true))),
                    Some((_, mut frame)) => {
                        answer.insert("reply".into(), self.message(&frame));
                        frame[12..16].copy_from_slice(&sys::NGF_RESP.to_ne_bytes());
                        match self.ask(key, path, sys::NGM_BINARY2ASCII, &frame) {
                            Ok((_, text_frame)) => {
                                let reply = text(&text_frame[2 * HEADER_LEN..]);
                                answer.insert("text".into(), json!(reply));
                            }
                            Err(error) => drop(answer.insert("binary2ascii".into(), error)),
                        }
                    }
                }
            }
        }
        Value::Object(answer)
    }

    fn convert(&mut self, key: &str, path: &str, name: &str, args: &str) -> Value {
        let binary = match self.ask(key, path, sys::NGM_ASCII2BINARY, &inner_text(name, args)) {
            Ok((_, frame)) => frame[HEADER_LEN..].to_vec(),
            Err(answer) => return answer,
        };
        let mut answer = json!({
            "typecookie": u32_at(&binary, 20),
            "cmd": u32_at(&binary, 8),
            "args": hex(&binary[HEADER_LEN..]),
        });
        match self.ask(key, path, sys::NGM_BINARY2ASCII, &binary) {
            Ok((_, frame)) => {
                answer["text"] = json!(text(&frame[2 * HEADER_LEN..]));
                answer["text_cmd"] = json!(text(&frame[HEADER_LEN + 24..2 * HEADER_LEN]));
            }
            Err(error) => answer["binary2ascii"] = error,
        }
        json!({"ok": answer})
    }

    fn round_trip(&mut self, key: &str, path: &str, message: Vec<u8>) -> Value {
        let as_text = match self.ask(key, path, sys::NGM_BINARY2ASCII, &message) {
            Ok((_, frame)) => frame[HEADER_LEN..].to_vec(),
            Err(answer) => return json!({"binary2ascii": answer}),
        };
        let mut answer = json!({"cmd": text(&as_text[24..56]), "text": text(&as_text[HEADER_LEN..])});
        match self.ask(key, path, sys::NGM_ASCII2BINARY, &as_text) {
            Ok((_, frame)) => answer["args"] = json!(hex(&frame[2 * HEADER_LEN..])),
            Err(error) => answer["ascii2binary"] = error,
        }
        answer
    }

    fn show_text(&mut self, key: &str, path: &str, message: &[u8]) -> Value {
        match self.ask(key, path, sys::NGM_BINARY2ASCII, message) {
            Ok((_, frame)) => {
                let (cmd, text) = (text(&frame[HEADER_LEN + 24..112]), text(&frame[2 * HEADER_LEN..]));
                json!({"ok": {"cmd": cmd, "text": text}})
            }
            Err(answer) => json!({"binary2ascii": answer}),
        }
    }

    fn raw(
        &mut self,
        key: &str,
        path: &str,
        command: Command,
        args: &[u8],
        header: Option<(u8, u32)>,
    ) -> Value {
        match self.send(key, path, command, args, header) {
            Err(errno) => refused(errno),
            Ok(token) => match self.reply(key, token, IDLE) {
                Some((_, frame)) => json!({"reply": self.message(&frame)}),
                None => json!({"ok": true}),
            },
        }
    }
}
