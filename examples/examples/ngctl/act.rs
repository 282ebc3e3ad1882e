//! The commands of ngctl, each as the original does it.

use std::fs::File;
use std::io::{BufReader, Write};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use netgraph::message::Command;
use netgraph::nodes::generic::{ListNames, TextStatus};
use netgraph::transport::Wait;
use netgraph::{Errno, Error, HookName, NodeName, Path, TypeName, sys};
use netgraph_examples::original::{dump, getopt, why, why_io};
use serde_json::json;

use super::packet::{PACKET_MAX, byte, read_packet};
use super::{Done, Ngctl, Stop, show};

/// What a refused message is told as.
fn unsent(error: Error) -> Stop {
    Stop::Failed(format!("send msg: {}", why(&error)))
}

// The kernel is to judge names and paths, as it is for the original: none is refused here.
fn hook(name: &str) -> HookName {
    HookName::from_field(name.as_bytes())
}

fn at(path: &str) -> Path {
    Path::raw(path.as_bytes())
}

impl Ngctl<'_> {
    fn options<'w>(&mut self, words: &[&'w str], known: &str) -> Result<(String, Vec<&'w str>), Stop> {
        match getopt(words.get(1..).unwrap_or_default(), known) {
            Ok((options, rest)) => Ok((options.iter().map(|(letter, _)| *letter).collect(), rest)),
            Err(complaint) => {
                self.warn(&complaint);
                Err(Stop::Usage)
            }
        }
    }

    /// Prints an answer, as text or as a line of JSON.
    fn answer(&mut self, json: impl FnOnce() -> serde_json::Value, text: impl FnOnce() -> String) -> Done {
        let answer = if self.json { format!("{}\n", json()) } else { text() };
        self.say(&answer)
    }

    pub(super) fn config(&mut self, words: &[&str]) -> Done {
        let [_, path, args @ ..] = words else { return Err(Stop::Usage) };
        let mut text = args.join(" ").into_bytes();
        if text.len() >= sys::NG_TEXTRESPONSE {
            return Err(Stop::Usage);
        }
        if !text.is_empty() {
            text.push(0);
        }
        let command = Command::unnamed(sys::NGM_GENERIC_COOKIE, sys::NGM_TEXT_CONFIG);
        let reply = self.socket.call_raw(&at(path), command, &text, true);
        let reply = reply.map(|args| args.map(|args| String::from_utf8_lossy(&args).into_owned()));
        self.text_of("config", "Config", path, reply)
    }

    pub(super) fn status(&mut self, words: &[&str]) -> Done {
        let [_, path] = words else { return Err(Stop::Usage) };
        let reply = self.socket.call(&at(path), &TextStatus).map(|status| Some(status.0));
        self.text_of("status", "Status", path, reply)
    }

    fn text_of(
        &mut self,
        what: &str,
        title: &str,
        path: &str,
        reply: netgraph::Result<Option<String>>,
    ) -> Done {
        let text = match reply {
            Err(Error::Rejected { errno: Errno::EINVAL, .. } | Error::TimedOut { .. }) => None,
            reply => reply.map_err(unsent)?,
        };
        let text = text.map(|text| text.trim_end_matches('\0').to_owned());
        let json = || json!({"path": path, what: text});
        self.answer(json, || match &text {
            Some(text) => format!("{title} for \"{path}\":\n{text}\n"),
            None => format!("No {what} available for \"{path}\"\n"),
        })
    }

    pub(super) fn connect(&mut self, words: &[&str]) -> Done {
        let (path, peer, own, other) = match words {
            [_, path, peer, own, other] => (*path, peer, own, other),
            [_, peer, own, other] => (".", peer, own, other),
            _ => return Err(Stop::Usage),
        };
        self.socket.connect(&at(path), &at(peer), hook(own), hook(other)).map_err(unsent)
    }

    pub(super) fn debug(&mut self, words: &[&str]) -> Done {
        let level = self.debug.load(Ordering::Relaxed);
        let to = match words {
            [_] => {
                return self
                    .answer(|| json!({"debug": level}), || format!("Current debug level is {level}\n"));
            }
            [_, "+"] => level + 1,
            [_, "-"] => level - 1,
            // As atoi(3): what is no number is 0.
            [_, word] => word.parse().unwrap_or(0),
            _ => return Err(Stop::Usage),
        };
        match words {
            [_, word] if *word != "-" && to < 0 => return Err(Stop::Usage),
            // A negative level is no level.
            _ if to >= 0 => self.debug.store(to, Ordering::Relaxed),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn dot(&mut self, words: &[&str]) -> Done {
        let (options, rest) = self.options(words, "c")?;
        let file = match rest.as_slice() {
            [] => None,
            [file] => Some((
                *file,
                File::create(file).map_err(|error| {
                    Stop::Failed(format!("Could not open {file} for writing: {}", why_io(&error)))
                })?,
            )),
            _ => return Err(Stop::Usage),
        };
        let drawing = self.draw(options.contains('c'))?;
        match file {
            None => self.say(&drawing),
            Some((name, mut file)) => file
                .write_all(drawing.as_bytes())
                .map_err(|error| Stop::Failed(format!("{name}: {}", why_io(&error)))),
        }
    }

    pub(super) fn list(&mut self, words: &[&str]) -> Done {
        let (options, rest) = self.options(words, "ln")?;
        let (long, named) = (options.contains('l'), options.contains('n'));
        if !rest.is_empty() {
            return Err(Stop::Usage);
        }
        let nodes = if named { self.socket.call(&Path::own(), &ListNames) } else { self.socket.nodes() };
        let nodes: Vec<_> = nodes.map_err(unsent)?.iter().collect();
        if self.json && !long {
            return self.answer(|| json!(nodes), String::new);
        }
        if !self.json {
            let named = if named { "named " } else { "" };
            self.say(&format!("There are {} total {named}nodes:\n", nodes.len()))?;
        }
        if !long {
            return self.say(&nodes.iter().map(show::line).collect::<String>());
        }
        for (number, node) in nodes.iter().enumerate() {
            if number > 0 && !self.json {
                self.say("\n")?;
            }
            self.show(&["show", &node.path().to_string()])?;
        }
        Ok(())
    }

    pub(super) fn show(&mut self, words: &[&str]) -> Done {
        let (options, rest) = self.options(words, "n")?;
        let [path] = rest.as_slice() else { return Err(Stop::Usage) };
        let hooks = self.socket.hooks(&at(path)).map_err(unsent)?;
        let with_hooks = options.is_empty();
        self.answer(|| show::json(&hooks, with_hooks), || show::table(&hooks, with_hooks))
    }

    pub(super) fn mkpeer(&mut self, words: &[&str]) -> Done {
        let (path, kind, own, other) = match words {
            [_, path, kind, own, other] => (*path, kind, own, other),
            [_, kind, own, other] => (".", kind, own, other),
            _ => return Err(Stop::Usage),
        };
        let kind = TypeName::from_field(kind.as_bytes());
        self.socket.make_peer_of(&at(path), kind, hook(own), hook(other)).map_err(unsent)
    }

    pub(super) fn msg(&mut self, words: &[&str]) -> Done {
        let [_, path, command, args @ ..] = words else { return Err(Stop::Usage) };
        let sent = self.socket.send_text(&at(path), command, &args.join(" ")).map_err(unsent)?;
        // A reply is there already, unless the command promises one.
        let promised = sent.cmd & sys::NGM_HASREPLY != 0;
        self.message(if promised { Wait::Until(Instant::now() + Duration::from_secs(5)) } else { Wait::No })
    }

    /// Shows the next message, if there is one.
    pub(super) fn message(&mut self, wait: Wait) -> Done {
        let failed = |error| Stop::Failed(format!("recv incoming message: {}", why(&error)));
        let Some(event) = self.socket.next_event(wait).map_err(failed)? else { return Ok(()) };
        let Ok(frame) = event.frame() else { return Ok(()) };
        let (from, is_reply) = (event.from.to_string(), frame.is_reply());
        let kind = if is_reply { "response" } else { "command" };
        let cmd = frame.header.cmd as i32;
        match self.socket.describe(&event) {
            Ok(text) => self.answer(
                || json!({"from": from, kind: text.name, "cmd": text.cmd, "args": text.args}),
                || {
                    let args = match text.args.as_str() {
                        "" => "No arguments".to_owned(),
                        args => format!("Args:\t{args}"),
                    };
                    let cmd = text.cmd as i32;
                    format!("Rec'd {kind} \"{}\" ({cmd}) from \"{from}\":\n{args}\n", text.name)
                },
            ),
            Err(_) => self.answer(
                || json!({"from": from, "kind": kind, "cmd": cmd, "bytes": frame.args}),
                || {
                    let args = if frame.args.is_empty() { "No arguments\n".into() } else { dump(frame.args) };
                    format!("Rec'd {kind} {cmd} from \"{from}\":\n{args}")
                },
            ),
        }
    }

    pub(super) fn name(&mut self, words: &[&str]) -> Done {
        let [_, path, name] = words else { return Err(Stop::Usage) };
        self.socket.name(&at(path), NodeName::from_field(name.as_bytes())).map_err(unsent)
    }

    pub(super) fn source(&mut self, words: &[&str]) -> Done {
        let [_, file] = words else { return Err(Stop::Usage) };
        let script = File::open(file).map_err(|error| Stop::Failed(format!("{file}: {}", why_io(&error))))?;
        self.read(BufReader::new(script))
    }

    pub(super) fn rmhook(&mut self, words: &[&str]) -> Done {
        let (path, own) = match words {
            [_, path, own] => (*path, own),
            [_, own] => (".", own),
            _ => return Err(Stop::Usage),
        };
        self.socket.remove_hook(&at(path), hook(own)).map_err(unsent)
    }

    pub(super) fn shutdown(&mut self, words: &[&str]) -> Done {
        let [_, path] = words else { return Err(Stop::Usage) };
        self.socket.shutdown(&at(path)).map_err(|error| Stop::Failed(format!("shutdown: {}", why(&error))))
    }

    pub(super) fn types(&mut self, words: &[&str]) -> Done {
        if words.len() != 1 {
            return Err(Stop::Usage);
        }
        let types: Vec<_> = self.socket.types().map_err(unsent)?.iter().collect();
        self.answer(|| json!(types), || show::types(&types))
    }

    pub(super) fn write(&mut self, words: &[&str]) -> Done {
        let [_, own, rest @ ..] = words else { return Err(Stop::Usage) };
        if own.len() > netgraph::name::NAME_MAX {
            return Err(Stop::Failed(format!("hook name \"{own}\" too long")));
        }
        let packet = match rest {
            [] | ["-f"] => return Err(Stop::Usage),
            ["-f", file] => read_packet(file)?,
            ["-f", ..] => return Err(Stop::Usage),
            bytes => bytes.iter().take(PACKET_MAX).map(|word| byte(word)).collect::<Result<_, _>>()?,
        };
        let sent = self.socket.send(hook(own), &packet);
        sent.map_err(|error| Stop::Failed(format!("writing to hook \"{own}\": {}", why(&error))))
    }

    pub(super) fn quit(&mut self, _: &[&str]) -> Done {
        Err(Stop::Quit)
    }
}
