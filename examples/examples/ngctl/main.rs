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

mod act;
mod commands;
mod packet;
mod show;

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::sync::Arc;

use netgraph::kernel::HostKernel;
use netgraph::sim::SimKernel;
use netgraph::transport::{RecvBatch, Traced, Wait};
use netgraph::{Kernel, NodeName, Socket};
use netgraph_examples::original::{EX_NOHOST, EX_NOINPUT, EX_OSERR, EX_USAGE, dump, getopt, why, why_io};
use netgraph_examples::sandbox;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

const USAGE: &str = "usage: ngctl [-j jail] [-d] [-f filename] [-n nodename] [command [argument ...]]";

/// Why a command did not go on.
enum Stop {
    Usage,
    Failed(String),
    /// It has failed, and has said so.
    Silent,
    Quit,
}

type Done = Result<(), Stop>;

/// The program while it runs.
struct Ngctl<'a> {
    socket: Socket,
    json: bool,
    debug: Arc<std::sync::atomic::AtomicI32>,
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
    match start(words, input, out, err) {
        Ok(()) => 0,
        Err((status, complaint)) => {
            // There is nowhere to complain if standard error is gone.
            let _ = err.write_all(complaint.as_bytes());
            status
        }
    }
}

fn start(
    words: &[String],
    input: Option<(BufReader<File>, bool)>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), (u8, String)> {
    let (ours, words): (Vec<&str>, Vec<&str>) =
        words.iter().map(String::as_str).partition(|word| matches!(*word, "--json" | "--kernel"));
    let (options, words) = getopt(&words, "df:j:n:")
        .map_err(|complaint| (EX_USAGE, format!("ngctl: {complaint}\n{USAGE}\n")))?;
    let last = |letter| options.iter().rev().find(|(one, _)| *one == letter).map(|(_, argument)| *argument);
    let failed = |status, what: &str, why: String| (status, format!("ngctl: {what}: {why}\n"));

    let (mut input, at_terminal) = input.map_or((None, false), |(input, typed)| (Some(input), typed));
    let script = match last('f') {
        Some("-") => input.take(),
        Some(file) => {
            let opened = File::open(file).map_err(|error| failed(EX_NOINPUT, file, why_io(&error)))?;
            Some(BufReader::new(opened))
        }
        None => None,
    };
    let kernel = kernel(ours.contains(&"--kernel"), last('j'))?;
    let default = format!("ngctl{}", std::process::id());
    let name = NodeName::from_field(last('n').unwrap_or(&default).as_bytes());
    let level = options.iter().filter(|(letter, _)| *letter == 'd').count() as i32;
    let debug = Arc::new(std::sync::atomic::AtomicI32::new(level));
    let heard = Arc::clone(&debug);
    let transport =
        kernel.open(Some(&name)).map_err(|error| failed(EX_OSERR, "can't create node", why(&error)))?;
    let socket = Socket::on(Box::new(Traced::new(transport, move |line| {
        if heard.load(std::sync::atomic::Ordering::Relaxed) >= 2 {
            eprintln!("ngctl: {line}");
        }
    })));
    let mut ngctl = Ngctl { socket, json: ours.contains(&"--json"), debug, out, err };
    let result = match (words.as_slice(), script, input) {
        ([], Some(script), _) => ngctl.read(script),
        ([], None, Some(input)) if at_terminal => ngctl.converse(input),
        ([], None, _) => return Err((EX_USAGE, format!("ngctl: no command specified\n{USAGE}\n"))),
        (words, ..) => ngctl.command(words),
    };
    match result {
        Ok(()) | Err(Stop::Quit) => Ok(()),
        Err(Stop::Usage) => Err((EX_USAGE, String::new())),
        Err(Stop::Failed(_) | Stop::Silent) => Err((EX_OSERR, String::new())),
    }
}

/// The kernel to work on: FreeBSD's or a simulated one, seen from a jail if one is named.
fn kernel(real: bool, jail: Option<&str>) -> Result<Arc<dyn Kernel>, (u8, String)> {
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

impl Ngctl<'_> {
    /// Writes to standard output.
    fn say(&mut self, text: &str) -> Done {
        self.out
            .write_all(text.as_bytes())
            .map_err(|error| Stop::Failed(format!("stdout: {}", why_io(&error))))
    }

    fn warn(&mut self, text: &str) {
        let _ = writeln!(self.err, "ngctl: {text}");
    }

    /// Does one command, and says what is wrong with it.
    fn command(&mut self, words: &[&str]) -> Done {
        let Some(first) = words.first() else { return Ok(()) };
        let command = match commands::find(first) {
            Ok(command) => command,
            Err(complaint) => {
                self.warn(&complaint);
                return Err(Stop::Silent);
            }
        };
        let result = (command.run)(self, words);
        match &result {
            Err(Stop::Usage) => self.warn(&format!("usage: {}", command.usage)),
            Err(Stop::Failed(why)) => self.warn(why),
            _ => {}
        }
        result
    }

    /// Does the commands of a script, up to the first that fails.
    fn read(&mut self, script: impl BufRead) -> Done {
        for (number, line) in script.split(b'\n').enumerate() {
            let line = line.map_err(|_| Stop::Silent)?;
            let line = String::from_utf8_lossy(&line);
            if line.starts_with('#') {
                continue;
            }
            if let Err(stop) = self.line(&line) {
                self.warn(&format!("line {}: error in file", number + 1));
                return Err(if matches!(stop, Stop::Quit | Stop::Usage) { stop } else { Stop::Silent });
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &str) -> Done {
        let words: Vec<&str> = line
            .split([' ', '\t', '\r', '\n', '\x0b', '\x0c'])
            .filter(|word| !word.is_empty())
            .take(511)
            .collect();
        self.command(&words)
    }

    /// Reads commands from a person, and tells what comes in meanwhile.
    fn converse(&mut self, mut input: BufReader<File>) -> Done {
        self.command(&["help"])?;
        loop {
            self.say("+ ")?;
            let _ = self.out.flush();
            while input.buffer().is_empty() && !self.wait(&input)? {
                self.say("\n")?;
                self.tell_what_came()?;
                self.say("+ ")?;
                let _ = self.out.flush();
            }
            let mut line = Vec::new();
            if input.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                self.say("\n")?;
                return Ok(());
            }
            if let Err(Stop::Quit) = self.line(&String::from_utf8_lossy(&line)) {
                return Ok(());
            }
        }
    }

    /// Waits until there is something to read; `true` if it is a command.
    fn wait(&self, input: &BufReader<File>) -> Result<bool, Stop> {
        let failed = |error: netgraph::Error| Stop::Failed(why(&error));
        let fds = [input.get_ref().as_fd(), self.socket.control_fd().map_err(failed)?];
        let data = self.socket.data_fd().map_err(failed)?;
        let mut polled = [fds[0], fds[1], data].map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        match poll(&mut polled, PollTimeout::NONE) {
            Ok(_) => Ok(polled[1..].iter().all(|fd| !fd.any().unwrap_or_default())),
            Err(nix::errno::Errno::EINTR) => self.wait(input),
            Err(errno) => Err(Stop::Failed(format!("poll: {}", errno.desc()))),
        }
    }

    fn tell_what_came(&mut self) -> Done {
        self.message(Wait::No)?;
        let mut batch = RecvBatch::new(16, 1 << 16);
        self.socket.receive(&mut batch, Wait::No).map_err(|error| Stop::Failed(why(&error)))?;
        for (hook, packet) in batch.iter() {
            self.say(&format!("Rec'd data packet on hook \"{hook}\":\n{}", dump(packet)))?;
        }
        Ok(())
    }
}
