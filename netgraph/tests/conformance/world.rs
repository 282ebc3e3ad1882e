//! What a transcript has made so far, and the talk with its sockets.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jailrs::Jid;
use netgraph::error::Errno;
use netgraph::message::{Command, HEADER_LEN, write_frame};
use netgraph::sys::{self, NGM_GENERIC_COOKIE};
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{Error, HookName, NodeName, Path};
use serde_json::{Value, json};

use crate::ground::{Ground, Opened};

/// How long the recorder waited for a reply that had to come.
const REPLY: Duration = Duration::from_millis(1500);

/// Sockets by their names in the transcript, and the names of node numbers.
pub(crate) struct World {
    pub(crate) ground: Ground,
    pub(crate) jails: HashMap<String, Jid>,
    sockets: HashMap<String, Opened>,
    /// Sockets whose names were given to others: the recorder did not close them.
    nameless: Vec<Opened>,
    token: u32,
    /// `@1`, `@2`, ... in the order in which numbers appeared.
    ids: BTreeMap<u32, String>,
    batch: RecvBatch,
}

/// The name of an errno as transcripts have it.
pub(crate) fn name_of(errno: Errno) -> String {
    errno.name().map_or_else(|| format!("E{}", errno.raw()), str::to_owned)
}

pub(crate) fn refused(errno: Errno) -> Value {
    json!({"err": name_of(errno)})
}

pub(crate) fn done(result: Result<(), Errno>) -> Value {
    result.map_or_else(refused, |()| json!({"ok": true}))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field.split(|b| *b == 0).next().unwrap_or_default()).into_owned()
}

pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    bytes.get(offset..offset + 4).map_or(0, |four| u32::from_ne_bytes(four.try_into().expect("four bytes")))
}

impl World {
    pub(crate) fn new(ground: Ground) -> Self {
        Self {
            ground,
            jails: HashMap::new(),
            sockets: HashMap::new(),
            nameless: Vec::new(),
            token: 0,
            ids: BTreeMap::new(),
            batch: RecvBatch::new(1, 1 << 17),
        }
    }

    /// The name of a node number.
    pub(crate) fn id(&mut self, id: u32) -> Value {
        if id == 0 {
            return json!(0);
        }
        let next = format!("@{}", self.ids.len() + 1);
        json!(*self.ids.entry(id).or_insert(next))
    }

    /// Puts numbers in the places of their names.
    pub(crate) fn expand(&self, step: &str) -> String {
        let mut names: Vec<_> = self.ids.iter().collect();
        names.sort_by_key(|(_, name)| std::cmp::Reverse(name.len()));
        names.iter().fold(step.to_owned(), |text, (id, name)| text.replace(name.as_str(), &format!("{id:x}")))
    }

    /// Puts names in the places of the numbers of an address. The recorder takes a name that could be a number for one.
    pub(crate) fn name_address(&mut self, address: &str) -> String {
        let digits =
            address.strip_prefix('[').and_then(|rest| rest.strip_suffix("]:").or(rest.strip_suffix(']')));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(id) => format!("[{}]:", self.id(id).as_str().unwrap_or("0")),
            None => {
                let number = u32::from_str_radix(address, 16).ok().filter(|_| !address.starts_with('+'));
                let known = number.and_then(|id| self.ids.get(&id));
                known.cloned().unwrap_or_else(|| address.to_owned())
            }
        }
    }

    pub(crate) fn socket(&self, key: &str) -> &Opened {
        self.sockets.get(key).unwrap_or_else(|| panic!("the transcript has no socket {key}"))
    }

    pub(crate) fn close(&mut self, key: &str) {
        self.sockets.remove(key);
    }

    /// Opens a socket, and says what its node is.
    pub(crate) fn open(&mut self, key: &str, name: Option<&str>) -> Value {
        // The library refuses some names before the kernel can; the others are the kernel's to refuse.
        let name = match name {
            Some(name) if name.len() > netgraph::name::NAME_MAX => {
                // The node that it was for is there for a moment, and uses a number up.
                drop(self.ground.open(None));
                return json!({"err": "EINVAL", "at": "bind"});
            }
            name => name.map(|name| NodeName::from_field(name.as_bytes())),
        };
        match self.ground.open(name.as_ref()) {
            Err(Error::Open { step, errno }) => json!({"err": name_of(errno), "at": step.to_string()}),
            Err(error) => json!({"error": error.to_string()}),
            Ok(socket) => {
                // The recorder gave itself a mebibyte.
                while socket.grow_receive_buffer().is_ok() {}
                self.nameless.extend(self.sockets.insert(key.to_owned(), socket));
                match self.ask(key, ".", sys::NGM_NODEINFO, &[]) {
                    Ok((_, frame)) => json!({"ok": true, "node": self.node_info(&frame[HEADER_LEN..])}),
                    Err(answer) => answer,
                }
            }
        }
    }

    pub(crate) fn node_info(&mut self, info: &[u8]) -> Value {
        json!({
            "name": text(&info[..32]),
            "type": text(&info[32..64]),
            "id": self.id(u32_at(info, 64)),
            "hooks": u32_at(info, 68),
        })
    }

    /// Sends a message, and returns its token. `header` gives another version and arglen.
    pub(crate) fn send(
        &mut self,
        key: &str,
        path: &str,
        command: Command,
        args: &[u8],
        header: Option<(u8, u32)>,
    ) -> Result<u32, Errno> {
        let path = Path::raw(self.expand(path).as_bytes());
        self.token += 1;
        let mut frame = Vec::new();
        write_frame(&mut frame, command, self.token, 0, args);
        if let Some((version, arglen)) = header {
            frame[0] = version;
            frame[4..8].copy_from_slice(&arglen.to_ne_bytes());
        }
        self.socket(key).send_msg(&path, &frame).map(|()| self.token)
    }

    /// Receives a message within `time`.
    pub(crate) fn receive(&mut self, key: &str, time: Duration) -> Option<Result<(String, Vec<u8>), Errno>> {
        let mut frame = Vec::new();
        let mut received = self.socket(key).recv_msg(&mut frame, self.ground.patience(time));
        if let Ok(None) = received {
            // On a simulated machine what was due in that time is there now.
            self.ground.waited(time);
            received = self.socket(key).recv_msg(&mut frame, Wait::No);
        }
        received.map(|from| from.map(|from| (from.to_string(), frame))).transpose()
    }

    /// Waits within `time` for the reply to the message of this token.
    pub(crate) fn reply(&mut self, key: &str, token: u32, time: Duration) -> Option<(String, Vec<u8>)> {
        loop {
            match self.receive(key, time)? {
                Ok((from, frame)) if u32_at(&frame, 16) == token => return Some((from, frame)),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    /// Sends a generic message, and returns its reply and who sent it.
    pub(crate) fn ask(
        &mut self,
        key: &str,
        path: &str,
        cmd: u32,
        args: &[u8],
    ) -> Result<(String, Vec<u8>), Value> {
        let command = Command::unnamed(NGM_GENERIC_COOKIE, cmd);
        let token = self.send(key, path, command, args, None).map_err(refused)?;
        self.reply(key, token, REPLY).ok_or_else(|| json!({"err": "no reply"}))
    }

    /// A message as transcripts have it.
    pub(crate) fn message(&self, frame: &[u8]) -> Value {
        json!({
            "version": frame[0],
            "arglen": u32_at(frame, 4),
            "cmd": u32_at(frame, 8),
            "flags": u32_at(frame, 12),
            "typecookie": u32_at(frame, 20),
            "cmdstr": text(&frame[24..56]),
            "args": hex(&frame[HEADER_LEN..]),
        })
    }

    /// Receives a packet within `time`, and the hook that it came in on.
    pub(crate) fn receive_data(
        &mut self,
        key: &str,
        time: Duration,
    ) -> Option<Result<(HookName, Vec<u8>), Errno>> {
        let wait = self.ground.patience(time);
        let mut batch = std::mem::replace(&mut self.batch, RecvBatch::new(1, 0));
        let mut received = self.socket(key).recv_data(&mut batch, wait);
        if let Ok(0) = received {
            self.ground.waited(time);
            received = self.socket(key).recv_data(&mut batch, Wait::No);
        }
        let packet = batch.iter().next().map(|(hook, bytes)| (hook, bytes.to_vec()));
        self.batch = batch;
        match (received, packet) {
            (Err(errno), _) => Some(Err(errno)),
            (Ok(_), Some(packet)) => Some(Ok(packet)),
            (Ok(_), None) => None,
        }
    }
}
