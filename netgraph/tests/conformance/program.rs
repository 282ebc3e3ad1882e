//! Programs made of any bytes: steps of the vocabulary of the transcripts, over all node types that can be made.

use netgraph::ascii::{CommandText, Type};
use netgraph::nodes::{CATALOGUE, Known};

/// The types that MKPEER makes nodes of, each with hooks that it takes.
const TYPES: &[(&str, &[&str])] = &[
    ("hub", &["a", "b", "c"]),
    ("bridge", &["link", "link0", "link1", "link7", "uplink1", "uplink"]),
    ("echo", &["a", "b"]),
    ("ether_echo", &["a", "b"]),
    ("hole", &["a", "b"]),
    ("tee", &["left", "right", "left2right", "right2left"]),
    ("one2many", &["one", "many0", "many1", "many63"]),
    ("split", &["mixed", "in", "out"]),
    ("vlan", &["downstream", "nomatch", "v1"]),
    ("vlan_rotate", &["original", "ordered", "excessive", "incomplete"]),
    ("etf", &["downstream", "nomatch", "e1"]),
    ("macfilter", &["ether", "default", "m1", "m2"]),
    ("bpf", &["a", "b"]),
    ("tag", &["a", "b"]),
    ("checksum", &["in", "out"]),
    ("patch", &["in", "out"]),
    ("tcpmss", &["a", "b"]),
    ("UI", &["downstream", "upstream"]),
    ("pipe", &["upper", "lower"]),
    ("source", &["input", "output"]),
    ("eiface", &["ether"]),
    ("iface", &["inet", "inet6"]),
    ("ksocket", &["inet/dgram/udp", "inet6/stream/tcp6", "local/stream/0", "2/3/17", "inet/x/udp"]),
    ("async", &["sync", "async"]),
    ("car", &["upper", "lower"]),
    ("cisco", &["downstream", "inet", "inet6", "debug"]),
    ("deflate", &["comp", "decomp"]),
    ("device", &["d"]),
    ("frame_relay", &["downstream", "dlci16", "debug"]),
    ("gif_demux", &["gif", "inet", "atm"]),
    ("hci", &["drv", "acl", "raw"]),
    ("ip_input", &["a"]),
    ("l2cap", &["hci", "l2c", "ctl"]),
    ("l2tp", &["ctrl", "lower", "session_0001"]),
    ("lmi", &["annexA", "auto0", "debug"]),
    ("mppc", &["comp", "decomp"]),
    ("nat", &["in", "out"]),
    ("netflow", &["iface0", "out0", "export", "export9"]),
    ("ppp", &["bypass", "link0", "link3", "inet", "vjc_ip"]),
    ("pppoe", &["ethernet", "debug", "session"]),
    ("pptpgre", &["upper", "lower", "session_00ff"]),
    ("pred1", &["comp", "decomp"]),
    ("rfc1490", &["downstream", "inet", "ppp", "ethernet"]),
    ("tty", &["hook"]),
    ("vjc", &["ip", "vjcomp", "vjuncomp", "vjip"]),
    ("ether", &["lower"]),
    ("socket", &["a"]),
    ("gif", &["lower"]),
    ("nonsense", &["a"]),
];

/// Names that nodes are given.
const NAMES: &[&str] =
    &["n1", "n2", "n3", "a", "[1]", "x.y", "z:", "\"\"", "long-name-of-31-bytes-abcdefghijk"];

/// Own hooks that are used again and again.
const OWN: &[&str] = &["h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7"];

/// Words that are the argument of a message as text.
const TEXTS: &[&str] =
    &["", "", "0", "1", "7", "{ }", "[ ]", "\"a\"", "\"in\"", "{ enable=1 }", "1.2.3.4", "00:01:02:03:04:05"];

/// Numbers as text: small ones, those around the ends of bytes and words, and what is none.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "4",
    "7",
    "0x10",
    "010",
    "64",
    "100",
    "127",
    "128",
    "255",
    "256",
    "1500",
    "65535",
    "65536",
    "-1",
    "-128",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "x",
    "",
];

/// What FreeBSD answers with addresses of its own memory.
const TELLS_ADDRESSES: (u32, u32) = (netgraph::sys::NGM_VJC_COOKIE, netgraph::sys::NGM_VJC_GET_STATE);

/// Types whose nodes act by the clock once they are set up.
const TIMED: &[&str] =
    &["pipe", "car", "source", "l2tp", "pptpgre", "lmi", "cisco", "ppp", "pppoe", "ksocket", "netflow"];

/// The lengths of the structs that messages carry, and others.
const LENGTHS: &[usize] = &[
    0, 1, 2, 3, 4, 6, 8, 9, 12, 16, 20, 24, 32, 34, 36, 38, 40, 66, 72, 78, 80, 84, 96, 100, 108, 120, 128,
    272,
];

/// Whether a program may do what FreeBSD 15.1 does not survive, or answers by the moment or by what its memory has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    Any,
    Gentle,
}

/// A type that MKPEER makes nodes of, and hooks that it takes.
type Kind = (&'static str, &'static [&'static str]);

/// Bytes that are choices; at their end every choice is the first.
struct Choices<'b> {
    rest: std::slice::Iter<'b, u8>,
    manners: Manners,
    /// What each socket has asked for on each of its hooks: most likely it is there.
    made: Vec<(&'static str, &'static str, Kind)>,
}

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        self.rest.next().copied().unwrap_or_default()
    }

    fn of<T: Copy>(&mut self, several: &[T]) -> T {
        several[usize::from(self.byte()) % several.len()]
    }

    /// One time in so many.
    fn rarely(&mut self, times: u8) -> bool {
        self.byte() % times == times - 1
    }

    fn kind(&mut self) -> Kind {
        match self.of(TYPES) {
            ("split", _) if self.manners == Manners::Gentle => TYPES[0],
            kind => kind,
        }
    }

    /// A hook, more likely than not one that `kind` takes.
    fn hook(&mut self, kind: Option<Kind>) -> String {
        match self.byte() % 8 {
            0..6 => {
                let (_, hooks) = kind.unwrap_or_else(|| self.kind());
                self.of(hooks).to_owned()
            }
            6 => self.of(OWN).to_owned(),
            _ => self.of(&["\"\"", "a.b", "c:d", "a-hook-name-of-31-bytes-abcdefgh"]).to_owned(),
        }
    }

    /// The path to a node, and its type where that is likely known.
    fn target(&mut self, socket: &str) -> (String, Option<Kind>) {
        let near: Vec<_> = self.made.iter().filter(|(of, ..)| *of == socket).copied().collect();
        let path = match self.byte() % 16 {
            0..9 if !near.is_empty() => {
                let (_, own, kind) = self.of(&near);
                return (format!(".:{own}"), Some(kind));
            }
            0..10 => format!(".:{}", self.of(OWN)),
            10 | 11 => format!("{}:", self.of(&NAMES[..3])),
            12 => ".".to_owned(),
            13 => format!("[@{}]:", self.byte() % 9 + 1),
            _ => format!(".:{}.{}", self.of(OWN), self.of(&["a", "left", "out", "ether", ""])),
        };
        (path, None)
    }

    fn path(&mut self, socket: &str) -> String {
        self.target(socket).0
    }

    fn socket(&mut self) -> &'static str {
        if self.rarely(4) { "b" } else { "a" }
    }

    fn hex(&mut self) -> String {
        let len = match self.manners {
            Manners::Gentle => self.of(&LENGTHS[..24]),
            Manners::Any => self.of(LENGTHS),
        };
        // Small numbers mean something more often than others.
        let small = self.byte() % 3 > 0;
        let digits: Vec<_> = (0..len)
            .map(|_| if small { self.byte() % 3 } else { self.byte() })
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if digits.is_empty() { "-".to_owned() } else { digits.concat() }
    }

    /// What the catalogue has about a type, or now and then about another.
    fn known(&mut self, kind: Option<Kind>) -> &'static Known {
        let of_kind = CATALOGUE.iter().find(|known| Some(known.name) == kind.map(|(name, _)| name));
        match of_kind {
            Some(known) if !self.rarely(8) => known,
            _ => &CATALOGUE[usize::from(self.byte()) % CATALOGUE.len()],
        }
    }

    /// Whether two kernels can give the same answer.
    fn may_ask(&self, cookie: u32, cmd: u32) -> bool {
        self.manners == Manners::Any || (cookie, cmd) != TELLS_ADDRESSES
    }

    fn raw(&mut self) -> String {
        let socket = self.socket();
        let (path, kind) = self.target(socket);
        let known = self.known(kind);
        let cookie = if self.rarely(6) { netgraph::sys::NGM_GENERIC_COOKIE } else { known.cookie };
        let listed =
            self.of(&known.commands.iter().map(|command| command.cmd).chain([0]).collect::<Vec<_>>());
        let cmd = if self.rarely(4) { u32::from(self.byte()) } else { listed };
        let hex = self.hex();
        // These two could name a socket's own node, which must not be shut down, or make what is not in the table.
        if cookie == netgraph::sys::NGM_GENERIC_COOKIE && cmd <= 2 || !self.may_ask(cookie, cmd) {
            return format!("nodeinfo {socket} {path}");
        }
        let header = match (self.manners, self.byte() % 8) {
            (_, 0) => format!(" {} {}", self.of(&[7, 8, 9]), hex.len() / 2),
            (Manners::Any, 1) => format!(" 8 {}", u16::from(self.byte()) * 3),
            _ => String::new(),
        };
        format!("raw {socket} {path} {cookie} {cmd} {hex}{header}")
    }

    /// A command and its arguments as text: more often than not such as it wants them.
    fn command(&mut self, kind: Option<Kind>) -> String {
        let known = self.known(kind);
        let commands = known.commands.iter();
        let named: Vec<&CommandText> = commands
            .filter(|command| !command.name.is_empty() && self.may_ask(command.cookie, command.cmd))
            .collect();
        if named.is_empty() || self.rarely(16) {
            return "nodeinfo".to_owned();
        }
        let command = self.of(&named);
        let is_timed = self.manners == Manners::Gentle && TIMED.contains(&known.name);
        let text = match command.args {
            Some(ty) if !is_timed && !self.rarely(4) => self.text(ty, kind, 0),
            _ => self.of(TEXTS).to_owned(),
        };
        format!("{} {text}", command.name)
    }

    /// The text of a value, no more than so deep.
    fn text(&mut self, ty: &Type, kind: Option<Kind>, depth: usize) -> String {
        if depth > 4 || self.rarely(40) {
            return self.of(TEXTS).to_owned();
        }
        match ty {
            Type::Int(..) if self.rarely(2) => (self.byte() % 4).to_string(),
            Type::Int(..) => self.of(NUMBERS).to_owned(),
            Type::Str | Type::SizedStr | Type::FixedStr(_) => {
                format!("\"{}\"", self.hook(kind).trim_matches('"'))
            }
            Type::Ip => self.of(&["10.0.0.1", "255.255.255.255", "0.0.0.0", "1.2.3"]).to_owned(),
            Type::Ether => self.of(&["2:0:0:0:0:1", "ff:ff:ff:ff:ff:ff", "1:2:3:4:5"]).to_owned(),
            Type::Struct(fields) => {
                let mut text = "{".to_owned();
                for field in *fields {
                    if !self.rarely(3) {
                        text += &format!(" {}={}", field.name, self.text(field.ty, kind, depth + 1));
                    }
                }
                text + " }"
            }
            Type::FixedArray(element, _) | Type::Array(element, _) => {
                let elements = (0..self.byte() % 5).map(|_| self.text(element, kind, depth + 1));
                format!("[ {} ]", elements.collect::<Vec<_>>().join(" "))
            }
            Type::Bytes(_) => self.of(&["[ 1 2 ]", "\"ab\"", "[ ]", "[ 1=255 ]"]).to_owned(),
            _ => self.of(&["inet/127.0.0.1:7", "local/\"/x\"", "{ }"]).to_owned(),
        }
    }

    fn mkpeer(&mut self, socket: &'static str) -> String {
        let (kind, own) = (self.kind(), self.of(OWN));
        let peer = if self.rarely(8) { self.hook(None) } else { self.of(kind.1).to_owned() };
        let path = if self.rarely(5) { self.path(socket) } else { ".".to_owned() };
        if path == "." {
            self.made.push((socket, own, kind));
        }
        format!("mkpeer {socket} {path} {} {own} {peer}", kind.0)
    }

    fn step(&mut self) -> String {
        let socket = self.socket();
        match self.byte() % 24 {
            0..6 => self.mkpeer(socket),
            6..9 => {
                let (path, kind) = self.target(socket);
                let (own, peer) = (self.of(OWN), self.hook(kind));
                format!("connect {socket} . {path} {own} {peer}")
            }
            9 => {
                let ((path, kind), (peer, other)) = (self.target(socket), self.target(socket));
                format!("connect {socket} {path} {peer} {} {}", self.hook(kind), self.hook(other))
            }
            10 => format!("name {socket} {} {}", self.path(socket), self.of(NAMES)),
            11 => {
                let (path, kind) = self.target(socket);
                format!("rmhook {socket} {path} {}", self.hook(kind))
            }
            12 => format!("rmhook {socket} . {}", self.of(OWN)),
            13 => format!("shutdown {socket} {}", self.path(socket)),
            14 => format!("nodeinfo {socket} {}", self.path(socket)),
            15 => format!("listhooks {socket} {}", self.path(socket)),
            16 | 17 => {
                let (path, kind) = self.target(socket);
                format!("msg {socket} {path} {}", self.command(kind))
            }
            18 | 19 => self.raw(),
            20 | 21 => {
                let hex = self.hex();
                format!("send {socket} {} {}", self.of(OWN), if hex == "-" { "00" } else { &hex })
            }
            22 => format!("recv {socket}"),
            _ => self.rare(socket),
        }
    }

    fn rare(&mut self, socket: &str) -> String {
        let (path, kind) = self.target(socket);
        match self.byte() % 6 {
            0 => "listnodes a".to_owned(),
            1 => format!("convert {socket} {path} {}", self.command(kind)),
            2 => format!("status {socket} {path}"),
            3 => {
                // Of a header that is cut off, FreeBSD takes the rest from whatever its memory had there.
                let least =
                    if self.manners == Manners::Gentle { size_of::<netgraph::sys::ng_mesg>() } else { 0 };
                format!("short {socket} {path} {}", usize::from(self.byte() % 70).max(least))
            }
            4 => format!("events {socket}"),
            _ => "sleep 20".to_owned(),
        }
    }
}

/// Makes a program of bytes: it opens its sockets `a` and `b`, and then does as many steps as the bytes are enough for.
pub(crate) fn of_bytes(bytes: &[u8], manners: Manners) -> Vec<String> {
    let mut choices = Choices { rest: bytes.iter(), manners, made: Vec::new() };
    let mut steps = vec!["socket a a".to_owned(), "socket b b".to_owned()];
    while choices.rest.len() > 0 {
        steps.push(choices.step().trim_end().to_owned());
    }
    steps
}
