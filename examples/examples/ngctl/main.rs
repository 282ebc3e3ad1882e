//! ngctl(8): looks at the graph and changes it, with the original's commands and output.
//!
//! ```text
//! ngctl [--kernel] [--json] [-j jail] [-d] [-f file] [-n name] [command [argument ...]]
//! ```
//!
//! Without `--kernel` it works on a simulated machine that has a few nodes: a script (`-f FILE`, or `-f -` for standard
//! input) is tried out there without touching anything. With `--json` each answer is one line of JSON.
//!
//! What differs from the original: lists of any length arrive, paths of any length reach their node, and a `socket` node
//! is not shut down.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use netgraph::kernel::HostKernel;
use netgraph::script::{
    Answer, Command, Failure, Level, PACKET_MAX, Packet, ParseError, Received, Script, dump, overview,
};
use netgraph::sim::SimKernel;
use netgraph::transport::{RecvBatch, Traced, Wait};
use netgraph::{Kernel, NodeName, Socket};
use netgraph_examples::original::{EX_NOHOST, EX_NOINPUT, EX_OSERR, EX_USAGE, getopt, why, why_io};
use netgraph_examples::sandbox;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serde_json::{Value, json};

const USAGE: &str = "usage: ngctl [-j jail] [-d] [-f filename] [-n nodename] [command [argument ...]]";

/// How the program ends: its exit status, and its complaint.
type End = (u8, String);

type Done = Result<(), End>;

/// The program while it runs.
struct Ngctl<'a> {
    socket: Socket,
    json: bool,
    debug: Arc<AtomicI32>,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let input = std::io::stdin().as_fd().try_clone_to_owned().ok().map(File::from);
    let at_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let input = input.map(|file| (BufReader::new(file), at_terminal));
    ExitCode::from(run(&words, input, &mut std::io::stdout(), &mut std::io::stderr()))
}

/// Runs the program; `input` is what it reads, and whether a person types it.
pub(crate) fn run(
    words: &[String],
    input: Option<(BufReader<File>, bool)>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let (status, complaint) = start(words, input, out, err).err().unwrap_or_default();
    // There is nowhere to complain if standard error is gone.
    let _ = err.write_all(complaint.as_bytes());
    status
}

fn failed(what: impl Display) -> End {
    (EX_OSERR, format!("ngctl: {what}\n"))
}

/// What is said where a file fails.
fn broken(what: impl Display) -> impl FnOnce(std::io::Error) -> End {
    move |error| failed(format!("{what}: {}", why_io(&error)))
}

fn start(
    words: &[String],
    input: Option<(BufReader<File>, bool)>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Done {
    let (ours, words): (Vec<&str>, Vec<&str>) =
        words.iter().map(String::as_str).partition(|word| matches!(*word, "--json" | "--kernel"));
    let (options, words) = getopt(&words, "df:j:n:")
        .map_err(|complaint| (EX_USAGE, format!("ngctl: {complaint}\n{USAGE}\n")))?;
    let last = |letter| options.iter().rev().find(|(one, _)| *one == letter).map(|(_, argument)| *argument);
    let (mut input, at_terminal) = input.map_or((None, false), |(input, typed)| (Some(input), typed));
    let script = match last('f') {
        Some("-") => input.take(),
        Some(file) => {
            let opened = File::open(file);
            let absent = |error| (EX_NOINPUT, format!("ngctl: {file}: {}\n", why_io(&error)));
            Some(BufReader::new(opened.map_err(absent)?))
        }
        None => None,
    };
    let kernel = kernel(ours.contains(&"--kernel"), last('j'))?;
    let default = format!("ngctl{}", std::process::id());
    let name = NodeName::from_field(last('n').unwrap_or(&default).as_bytes());
    let level = options.iter().filter(|(letter, _)| *letter == 'd').count() as i32;
    let debug = Arc::new(AtomicI32::new(level));
    let heard = Arc::clone(&debug);
    let transport =
        kernel.open(Some(&name)).map_err(|error| failed(format!("can't create node: {}", why(&error))))?;
    let socket = Socket::on(Box::new(Traced::new(transport, move |line| {
        if heard.load(Ordering::Relaxed) >= 2 {
            eprintln!("ngctl: {line}");
        }
    })));
    let mut ngctl = Ngctl { socket, json: ours.contains(&"--json"), debug, out, err };
    match (words.as_slice(), script, input) {
        ([], Some(script), _) => ngctl.read(script),
        ([], None, Some(input)) if at_terminal => ngctl.converse(input),
        ([], None, _) => Err((EX_USAGE, format!("ngctl: no command specified\n{USAGE}\n"))),
        (words, ..) => ngctl.run(Command::from_words(words).map_err(unfinished)?),
    }
}

/// The kernel to work on: FreeBSD's or a simulated one, seen from a jail if one is named.
fn kernel(real: bool, jail: Option<&str>) -> Result<Arc<dyn Kernel>, End> {
    let failed = |why: String| (EX_NOHOST, format!("ngctl: {why}\n"));
    let kernel: Arc<dyn Kernel> = match real {
        true => Arc::new(HostKernel),
        false => Arc::new(SimKernel::on(&sandbox::machine().map_err(|error| failed(why(&error)))?, 0)),
    };
    let Some(jail) = jail else { return Ok(kernel) };
    let jid = match (jail.parse(), real) {
        (Ok(jid), _) => jid,
        (Err(_), true) => {
            jailrs::Host::kernel()
                .and_then(|host| jailrs::Jail::find(&host, jail))
                .map_err(|error| failed(error.to_string()))?
                .jid()
                .0
        }
        (Err(_), false) => return Err(failed(format!("jail \"{jail}\" not found"))),
    };
    kernel.in_jail(jid).map_err(|error| failed(error.to_string()))
}

/// What a command that did not come to its end is told as.
fn unfinished(failure: impl Into<Failure>) -> End {
    match failure.into() {
        Failure::Refused { doing, error } => failed(format!("{doing}: {}", why(&error))),
        Failure::Parse(error @ ParseError::Usage(_)) => (EX_USAGE, format!("ngctl: {}\n", error.complaint())),
        Failure::Parse(error @ ParseError::Option { .. }) => {
            (EX_USAGE, format!("ngctl: {}\nngctl: {}\n", error.complaint(), error.remedy()))
        }
        Failure::Parse(error) => failed(error.complaint()),
        other => failed(other),
    }
}

impl Ngctl<'_> {
    /// Writes to standard output.
    fn say(&mut self, text: &str) -> Done {
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        written.map_err(broken("stdout"))
    }

    fn warn(&mut self, (_, complaint): &End) {
        let _ = self.err.write_all(complaint.as_bytes());
    }

    /// Prints an answer, as text or as lines of JSON.
    fn answer(&mut self, answer: &Answer) -> Done {
        if !self.json || matches!(answer, Answer::Nothing | Answer::Drawing(_) | Answer::Help(_)) {
            return self.say(&answer.to_string());
        }
        match (answer, json!(answer)) {
            (Answer::Hooks { .. }, Value::Array(nodes)) => {
                nodes.iter().try_for_each(|node| self.say(&format!("{node}\n")))
            }
            (_, json) => self.say(&format!("{json}\n")),
        }
    }

    /// Does a command: itself what needs files, or concerns the program; the library does the rest.
    fn run(&mut self, command: Command) -> Done {
        match command {
            Command::Quit => Err(End::default()),
            Command::Debug(level) => self.debug(level),
            Command::Read { file } => self.read(BufReader::new(File::open(&file).map_err(broken(file))?)),
            Command::Write { hook, packet: Packet::File(file) } => {
                let packet = Packet::Bytes(read_packet(&file)?);
                self.run(Command::Write { hook, packet })
            }
            Command::Dot { compact, file: Some(name) } => {
                let opened = File::create(&name);
                let mut file = opened.map_err(broken(format!("Could not open {name} for writing")))?;
                let drawing = Command::Dot { compact, file: None }.run(&self.socket).map_err(unfinished)?;
                write!(file, "{drawing}").map_err(broken(name))
            }
            command => match command.run(&self.socket) {
                Ok(answer) => self.answer(&answer),
                // With the original it is no failure that help does not know a word.
                Err(Failure::Parse(error)) => {
                    self.warn(&unfinished(error));
                    Ok(())
                }
                Err(failure) => Err(unfinished(failure)),
            },
        }
    }

    fn debug(&mut self, level: Level) -> Done {
        let now = self.debug.load(Ordering::Relaxed);
        let to = match level {
            Level::Set(level) => level,
            Level::More => now.saturating_add(1),
            Level::Less => (now - 1).max(0),
            _ if self.json => return self.say(&format!("{}\n", json!({"debug": now}))),
            _ => return self.say(&format!("Current debug level is {now}\n")),
        };
        self.debug.store(to, Ordering::Relaxed);
        Ok(())
    }

    /// Does the commands of a script, up to the first that fails.
    fn read(&mut self, script: impl BufRead) -> Done {
        for step in Script::new(script) {
            let (line, done) = match step {
                Ok(step) => (step.line, self.run(step.command)),
                Err(error) => (error.line, Err(unfinished(error.failure))),
            };
            done.map_err(|(status, said)| (status, format!("{said}ngctl: line {line}: error in file\n")))?;
        }
        Ok(())
    }

    /// Reads commands from a person, and tells what comes in meanwhile.
    fn converse(&mut self, mut input: BufReader<File>) -> Done {
        self.say(&overview())?;
        loop {
            self.say("+ ")?;
            while input.buffer().is_empty() && !self.wait(&input)? {
                self.say("\n")?;
                self.tell_what_came()?;
                self.say("+ ")?;
            }
            let mut line = Vec::new();
            if input.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                return self.say("\n");
            }
            let done = match String::from_utf8_lossy(&line).parse() {
                Ok(command) => self.run(command),
                Err(ParseError::Empty) => Ok(()),
                Err(error) => Err(unfinished(error)),
            };
            if let Err(end) = done {
                self.warn(&end);
                if end.0 == 0 {
                    return Ok(());
                }
            }
        }
    }

    /// Waits until there is something to read; `true` if it is a command.
    fn wait(&self, input: &BufReader<File>) -> Result<bool, End> {
        let told = |error: netgraph::Error| failed(why(&error));
        let fds = [input.get_ref().as_fd(), self.socket.control_fd().map_err(told)?];
        let data = self.socket.data_fd().map_err(told)?;
        let mut polled = [fds[0], fds[1], data].map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        match poll(&mut polled, PollTimeout::NONE) {
            Ok(_) => Ok(polled[1..].iter().all(|fd| !fd.any().unwrap_or_default())),
            Err(nix::errno::Errno::EINTR) => self.wait(input),
            Err(errno) => Err(failed(format!("poll: {}", errno.desc()))),
        }
    }

    fn tell_what_came(&mut self) -> Done {
        let received = Received::next(&self.socket, Wait::No);
        let received = received.map_err(|error| failed(format!("recv incoming message: {}", why(&error))))?;
        self.answer(&received.map_or(Answer::Nothing, Answer::Message))?;
        let mut batch = RecvBatch::new(16, 1 << 16);
        self.socket.receive(&mut batch, Wait::No).map_err(|error| failed(why(&error)))?;
        for (hook, packet) in batch.iter() {
            self.say(&format!("Rec'd data packet on hook \"{hook}\":\n{}", dump(packet)))?;
        }
        Ok(())
    }
}

/// Reads a packet from a file.
fn read_packet(file: &str) -> Result<Vec<u8>, End> {
    let mut packet = Vec::new();
    let read = File::open(file).and_then(|file| file.take(PACKET_MAX as u64).read_to_end(&mut packet));
    match read.map_err(broken(format!("can't read file \"{file}\"")))? {
        0 => Err(failed(format!("file \"{file}\" is empty"))),
        _ => Ok(packet),
    }
}
