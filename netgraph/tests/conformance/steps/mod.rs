//! The steps of transcripts; what each does is said in `golden/README.md`.

mod host;
mod texts;

use std::io::IoSlice;
use std::time::Duration;

use netgraph::message::{Command, HEADER_LEN};
use netgraph::sys::{self, NGM_GENERIC_COOKIE, NGM_SOCKET_COOKIE};
use netgraph::{HookName, Path};
use serde_json::{Value, json};

use crate::ground::Opened;
use crate::world::{World, done, hex, name_of, refused, text, u32_at};

/// The steps that are known.
pub(crate) const KNOWN: &[&str] = &[
    "socket",
    "close",
    "closectl",
    "closedata",
    "mkpeer",
    "connect",
    "name",
    "rmhook",
    "shutdown",
    "nodeinfo",
    "listhooks",
    "listnodes",
    "listnames",
    "listtypes",
    "status",
    "nolinger",
    "linger",
    "msg",
    "convert",
    "roundtrip",
    "b2a",
    "raw",
    "short",
    "events",
    "send",
    "recv",
    "sockname",
    "ifs",
    "ifinfo",
    "ifname",
    "iflladdr",
    "ifup",
    "ifdown",
    "ifmtu",
    "ifcreate",
    "ifdestroy",
    "jail",
    "unjail",
    "ifvnet",
    "ifrvnet",
    "in",
    "sleep",
    "sysctl",
];

/// How long the recorder waited for what need not come.
const IDLE: Duration = Duration::from_millis(80);
const NO_REPLY: Duration = Duration::from_millis(60);
const REPLY: Duration = Duration::from_millis(1500);

fn unhex(digits: &str) -> Vec<u8> {
    let digits = if digits == "-" { "" } else { digits };
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// A word of a step: `""` is empty, `\s` a space.
fn word(word: &str) -> String {
    if word == "\"\"" { String::new() } else { word.replace("\\s", " ") }
}

fn number<T: std::str::FromStr>(word: &str) -> T {
    word.parse().unwrap_or_else(|_| panic!("{word} is no number"))
}

/// The arguments of a generic message, each cut or filled up to the length of its field.
fn fields(words: &[String], lengths: &[usize]) -> Vec<u8> {
    let mut args = Vec::new();
    for (word, length) in words.iter().zip(lengths) {
        let mut field = word.as_bytes().to_vec();
        field.resize(*length, 0);
        args.extend(field);
    }
    args
}

impl World {
    /// Does one step, and returns its answer.
    pub(crate) fn step(&mut self, line: &str) -> Value {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = |n: usize| words.get(n).copied().unwrap_or_else(|| panic!("{line:?} is too short"));
        match at(0) {
            "socket" => self.open(at(1), words.get(2).copied()),
            "close" => {
                self.close(at(1));
                json!({"ok": true})
            }
            "closectl" | "closedata" => self.close_one(at(0), at(1)),
            verb @ ("mkpeer" | "connect" | "name" | "rmhook" | "shutdown") => {
                let rest: Vec<_> = words[3..].iter().map(|w| self.expand(&word(w))).collect();
                self.generic(verb, at(1), &word(at(2)), &rest)
            }
            verb @ ("nolinger" | "linger") => {
                let cmd =
                    if verb == "linger" { sys::NGM_SOCK_CMD_LINGER } else { sys::NGM_SOCK_CMD_NOLINGER };
                done(self.send(at(1), ".", Command::unnamed(NGM_SOCKET_COOKIE, cmd), &[], None).map(drop))
            }
            "nodeinfo" => self.show_node(at(1), &word(at(2))),
            "listhooks" => self.list_hooks(at(1), &word(at(2))),
            "listnodes" => self.list_nodes(at(1), words.get(2).unwrap_or(&"."), sys::NGM_LISTNODES),
            "listnames" => self.list_nodes(at(1), words.get(2).unwrap_or(&"."), sys::NGM_LISTNAMES),
            "listtypes" => self.list_types(at(1), words.get(2).unwrap_or(&".")),
            "status" => match self.ask(at(1), &word(at(2)), sys::NGM_TEXT_STATUS, &[]) {
                Ok((_, frame)) => json!({"ok": text(&frame[HEADER_LEN..])}),
                Err(answer) => answer,
            },
            "short" => {
                let mut frame = vec![0; number(at(3))];
                frame.iter_mut().take(1).for_each(|version| *version = sys::NG_VERSION);
                let path = Path::raw(self.expand(&word(at(2))).as_bytes());
                done(self.socket(at(1)).send_msg(&path, &frame))
            }
            "events" => self.events(at(1)),
            "send" => self.send_data(at(1), &word(at(2)), &unhex(at(3))),
            "recv" => self.receive_all(at(1)),
            "sockname" => match self.socket(at(1)).socket_name() {
                Ok(name) => {
                    let name = self.name_address(&name.to_string());
                    json!({"ok": name, "len": size_of::<sys::sockaddr_ng>()})
                }
                Err(errno) => refused(errno),
            },
            "msg" | "convert" | "roundtrip" | "b2a" | "raw" => self.text_step(line, &words),
            _ => self.host_step(line, &words),
        }
    }

    fn close_one(&mut self, verb: &str, key: &str) -> Value {
        match self.socket(key) {
            Opened::Sim(socket) if verb == "closectl" => socket.close_control(),
            Opened::Sim(socket) => socket.close_data(),
            Opened::Kernel(_) => panic!("the library closes both sockets at once"),
        }
        json!({"ok": true})
    }

    fn generic(&mut self, verb: &str, key: &str, path: &str, words: &[String]) -> Value {
        let (cmd, args) = match verb {
            "shutdown" => (sys::NGM_SHUTDOWN, Vec::new()),
            "mkpeer" => (sys::NGM_MKPEER, fields(words, &[32, 32, 32])),
            "connect" => (sys::NGM_CONNECT, fields(words, &[512, 32, 32])),
            "name" => (sys::NGM_NAME, fields(words, &[32])),
            _ => (sys::NGM_RMHOOK, fields(words, &[32])),
        };
        done(self.send(key, path, Command::unnamed(NGM_GENERIC_COOKIE, cmd), &args, None).map(drop))
    }

    fn show_node(&mut self, key: &str, path: &str) -> Value {
        match self.ask(key, path, sys::NGM_NODEINFO, &[]) {
            Ok((from, frame)) => {
                let mut node = self.node_info(&frame[HEADER_LEN..]);
                node["from"] = json!(self.name_address(&from));
                json!({"ok": node})
            }
            Err(answer) => answer,
        }
    }

    fn list_hooks(&mut self, key: &str, path: &str) -> Value {
        let frame = match self.ask(key, path, sys::NGM_LISTHOOKS, &[]) {
            Ok((_, frame)) => frame,
            Err(answer) => return answer,
        };
        let args = &frame[HEADER_LEN..];
        let node = self.node_info(args);
        let hooks: Vec<_> = args[72..]
            .chunks(136)
            .take(u32_at(args, 68) as usize)
            .map(|link| {
                let peer = self.node_info(&link[64..]);
                json!({"ourhook": text(&link[..32]), "peerhook": text(&link[32..64]), "peer": peer})
            })
            .collect();
        json!({"ok": {"node": node, "hooks": hooks}})
    }

    fn list_nodes(&mut self, key: &str, path: &str, cmd: u32) -> Value {
        let frame = match self.ask(key, path, cmd, &[]) {
            Ok((_, frame)) => frame,
            Err(answer) => return answer,
        };
        let args = &frame[HEADER_LEN..];
        let mut nodes: Vec<_> = args[4..].chunks(72).take(u32_at(args, 0) as usize).collect();
        nodes.sort_by_key(|node| (text(&node[32..64]), text(&node[..32]), u32_at(node, 64)));
        let nodes: Vec<_> = nodes.into_iter().map(|node| self.node_info(node)).collect();
        json!({"ok": nodes})
    }

    fn list_types(&mut self, key: &str, path: &str) -> Value {
        match self.ask(key, path, sys::NGM_LISTTYPES, &[]) {
            Ok((_, frame)) => {
                let args = &frame[HEADER_LEN..];
                let types = args[4..].chunks(36).take(u32_at(args, 0) as usize);
                let mut types: Vec<_> = types.map(|one| (text(&one[..32]), u32_at(one, 32))).collect();
                types.sort();
                json!({"ok": types})
            }
            Err(answer) => answer,
        }
    }

    fn events(&mut self, key: &str) -> Value {
        let mut events = Vec::new();
        while let Some(event) = self.receive(key, IDLE) {
            match event {
                Ok((from, frame)) => {
                    let mut message = self.message(&frame);
                    message["from"] = json!(self.name_address(&from));
                    events.push(message);
                }
                Err(errno) => {
                    events.push(json!({"err": format!("recv:{}", name_of(errno))}));
                    break;
                }
            }
        }
        json!({"ok": events})
    }

    fn send_data(&mut self, key: &str, hook: &str, packet: &[u8]) -> Value {
        let batch = [(HookName::from_field(hook.as_bytes()), IoSlice::new(packet))];
        match self.socket(key).send_data(&batch) {
            Ok(_) => json!({"ok": packet.len()}),
            Err(errno) => refused(errno),
        }
    }

    fn receive_all(&mut self, key: &str) -> Value {
        let mut packets = Vec::new();
        while let Some(packet) = self.receive_data(key, IDLE) {
            match packet {
                Ok((hook, bytes)) => packets.push(json!({"hook": hook.to_string(), "data": hex(&bytes)})),
                Err(errno) => {
                    packets.push(refused(errno));
                    break;
                }
            }
        }
        json!({"ok": packets})
    }
}
