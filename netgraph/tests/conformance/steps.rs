//! The steps of transcripts; what each does is said in `golden/README.md`.

use std::io::IoSlice;
use std::time::Duration;

use jailrs::Jid;
use jailrs::system::{IfChange, JailFlags, Opt, Vnet};
use netgraph::error::Errno;
use netgraph::message::{Command, HEADER_LEN};
use netgraph::sys::{self, NGM_GENERIC_COOKIE, NGM_SOCKET_COOKIE};
use netgraph::{HookName, Path};
use serde_json::{Map, Value, json};

use crate::ground::Opened;
use crate::inside;
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
        // The text of a command goes on to the end of the line.
        let rest = || line.splitn(5, char::is_whitespace).nth(4).unwrap_or_default().trim();
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
            "raw" => {
                let header = words.get(6).map(|version| (number(version), number(at(7))));
                let command = Command::unnamed(number(at(3)), number(at(4)));
                let args = unhex(words.get(5).unwrap_or(&"-"));
                self.raw(at(1), &word(at(2)), command, &args, header)
            }
            "short" => {
                let mut frame = vec![0; number(at(3))];
                frame.iter_mut().take(1).for_each(|version| *version = sys::NG_VERSION);
                let path = Path::raw(self.expand(&word(at(2))).as_bytes());
                done(self.socket(at(1)).send_msg(&path, &frame))
            }
            "events" => self.events(at(1)),
            "send" => self.send_data(at(1), &word(at(2)), &unhex(at(3))),
            "recv" => self.receive_all(at(1)),
            "sockname" => match self.socket(at(1)).address() {
                Ok(address) => {
                    let name = self.name_address(&address.to_string());
                    json!({"ok": name, "len": size_of::<sys::sockaddr_ng>()})
                }
                Err(errno) => refused(errno),
            },
            "sleep" => {
                let time = Duration::from_millis(number(at(1)));
                match self.ground.sim {
                    Some(_) => self.ground.waited(time),
                    None => std::thread::sleep(time),
                }
                json!({"ok": true})
            }
            verb if verb.starts_with("if") => self.interface(verb, &words[1..]),
            "jail" => self.jail(at(1), &words[2..]),
            "unjail" => {
                let jid = self.jails.get(at(1)).copied().unwrap_or(Jid(-1));
                jail_done(self.ground.host.system().jail_remove(jid.into()))
            }
            "in" => {
                let steps = line.splitn(3, char::is_whitespace).nth(2).expect("steps");
                self.inside(at(1), steps)
            }
            verb => panic!("no step is called {verb}"),
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

    fn interface(&mut self, verb: &str, words: &[&str]) -> Value {
        let system = self.ground.host.system();
        let at = |n: usize| words.get(n).copied().unwrap_or_default();
        let change = |change| jail_done(system.interface_change(Vnet::Host, at(0), &change));
        let jail = || self.jails.get(at(1)).copied().unwrap_or(Jid(-1));
        match verb {
            "ifs" => match system.interfaces(Vnet::Host) {
                Ok(all) => json!({"ok": all.into_iter().map(|one| one.name).collect::<Vec<_>>()}),
                Err(errno) => json!({"err": errno.to_string()}),
            },
            "ifinfo" => {
                let all = system.interfaces(Vnet::Host).unwrap_or_default();
                match all.into_iter().rfind(|one| one.name == at(0)) {
                    Some(one) => json!({"ok": {
                        "mac": one.mac.map(|mac| mac.to_string()).unwrap_or_default(),
                        "flags": format!("{:#x}", one.flags.bits()),
                        "mtu": one.mtu,
                    }}),
                    None => json!({"err": "ENXIO"}),
                }
            }
            "ifname" => change(IfChange::Rename(at(1).into())),
            "iflladdr" => change(IfChange::Mac(at(1).parse().expect("an address"))),
            "ifup" => change(IfChange::Up(true)),
            "ifdown" => change(IfChange::Up(false)),
            "ifmtu" => change(IfChange::Mtu(number(at(1)))),
            "ifcreate" => match system.interface_create(Vnet::Host, at(0)) {
                Ok(name) => json!({"ok": name}),
                Err(errno) => json!({"err": errno.to_string()}),
            },
            "ifdestroy" => jail_done(system.interface_destroy(Vnet::Host, at(0))),
            "ifvnet" => jail_done(system.interface_move(at(0), jail())),
            "ifrvnet" => jail_done(system.interface_reclaim(at(0), jail())),
            verb => panic!("no step is called {verb}"),
        }
    }

    fn jail(&mut self, name: &str, words: &[&str]) -> Value {
        let mut opts = vec![Opt::text("name", name)];
        for item in words {
            opts.push(match item.split_once('=') {
                None => Opt::new(*item, []),
                Some((key, value)) => match value.strip_prefix('#') {
                    Some(digits) => Opt::int(key, number(digits)),
                    None => Opt::text(key, value),
                },
            });
        }
        match self.ground.host.system().jail_set(&mut opts, JailFlags::CREATE) {
            Ok(jid) => {
                self.ground.jail_made(jid, words.contains(&"vnet=#1"));
                self.jails.insert(name.into(), jid);
                json!({"ok": true})
            }
            Err(refusal) => json!({"err": format!("{}: {}", refusal.errno, refusal.message)}),
        }
    }

    /// Does steps in a process that is attached to a jail; the last answer is the answer.
    fn inside(&mut self, jail: &str, steps: &str) -> Value {
        let jid = self.jails.get(jail).copied().unwrap_or(Jid(-1));
        match self.ground.inside(jid) {
            Some(ground) => {
                let mut world = Self::new(ground);
                steps.split(" ; ").map(|step| world.step(step)).last().unwrap_or_default()
            }
            None => inside::steps_in(&self.ground.host, jid, steps),
        }
    }

    /// Removes the jails that are left.
    pub(crate) fn clean_up(&mut self) {
        for jid in self.jails.values() {
            // Most are gone.
            let _ = self.ground.host.system().jail_remove((*jid).into());
        }
    }
}

fn jail_done(result: Result<(), jailrs::Errno>) -> Value {
    done(result.map_err(|errno| Errno::from_raw(errno.raw())))
}
