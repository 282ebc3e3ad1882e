//! nghook(8): connects to a hook, and passes data between it and standard input and output.
//!
//! ```text
//! nghook [--kernel] [-adlnsS] [-m msg]... path [hook]
//! nghook --kernel -e [-n] [-m msg]... path hook prog [args ...]
//! ```
//!
//! Without `--kernel` it works on a simulated machine, where what is sent into `wire:` comes back:
//!
//! ```text
//! echo hello | nghook -a wire: mine
//! ```

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use netgraph::kernel::HostKernel;
use netgraph::script::dump;
use netgraph::sim::SimKernel;
use netgraph::transport::{RecvBatch, Traced, Wait};
use netgraph::{HookName, Kernel, Path, Socket};
use netgraph_examples::original::{EX_OSERR, EX_USAGE, getopt, why, why_io};
use netgraph_examples::sandbox;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

const USAGE: &str = "usage: nghook [-adlnsS] path [hookname]\n   \
                     or: nghook -e [-n] [-m msg]* path hookname prog [args...]\n";

/// The program's own hook.
const HOOK: HookName = HookName::constant("hook");

/// The longest packet, in bytes.
const PACKET: usize = 64 * 1024;

/// How the program ends: always by an error, as the original does, if only that of the end of its input.
type End = (u8, String);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (stdin, stdout) = (std::io::stdin(), std::io::stdout());
    let files =
        || Ok([stdin.as_fd().try_clone_to_owned()?, stdout.as_fd().try_clone_to_owned()?].map(File::from));
    let (status, complaint) = match files() {
        Ok(files) => run(&words, files),
        Err(error) => failed("stdin")(why_io(&error)),
    };
    eprint!("{complaint}");
    ExitCode::from(status)
}

fn failed(what: &str) -> impl Fn(String) -> End {
    move |why| (EX_OSERR, format!("nghook: {what}: {why}\n"))
}

fn plainly(what: &str) -> End {
    (EX_OSERR, format!("nghook: {what}\n"))
}

/// Runs the program on descriptors 0 and 1, and returns its exit status and its complaint.
pub(crate) fn run(words: &[String], files: [File; 2]) -> End {
    match start(words, files) {
        Ok(()) => (0, String::new()),
        Err(end) => end,
    }
}

fn start(words: &[String], [zero, one]: [File; 2]) -> Result<(), End> {
    let (ours, words): (Vec<&str>, Vec<&str>) =
        words.iter().map(String::as_str).partition(|word| *word == "--kernel");
    let usage = |complaint: String| (EX_USAGE, complaint + USAGE);
    let (options, words) =
        getopt(&words, "aedlm:nsS").map_err(|complaint| usage(format!("nghook: {complaint}\n")))?;
    let has = |letter| options.iter().any(|(one, _)| *one == letter);
    if has('e') && (has('a') || has('l')) {
        return Err(usage("conflicting options\n".into()));
    }
    let (path, hook, program) = match words.as_slice() {
        [path, hook, program @ ..] if has('e') && !program.is_empty() => (*path, *hook, program),
        [path] if !has('e') => (*path, "debug", &[][..]),
        [path, hook] if !has('e') => (*path, *hook, &[][..]),
        _ => return Err(usage(String::new())),
    };
    let socket = connect(!ours.is_empty(), has('d'), path, hook)?;
    let messages = || {
        for (_, message) in options.iter().filter(|(letter, _)| *letter == 'm') {
            let (command, args) =
                message.trim_start().split_once(char::is_whitespace).unwrap_or((message, ""));
            let sent = socket.send_text(&Path::raw(path.as_bytes()), command, args.trim_start());
            sent.map_err(|error| failed(&format!("sending message '{message}'"))(why(&error)))?;
        }
        Ok(())
    };
    if let [program, args @ ..] = program {
        let data = data_ends(&socket, !ours.is_empty())?;
        messages()?;
        return Err(execute(program, args, data, has('n')));
    }
    messages()?;
    let (input, output) = match (has('S'), has('s')) {
        (false, false) => (zero, one),
        (true, true) => (one, zero),
        (from_one, _) => {
            let same = if from_one { one } else { zero };
            let again = same.try_clone().map_err(|error| failed("dup")(why_io(&error)))?;
            (same, again)
        }
    };
    let input = (!has('n')).then_some(input);
    relay(&socket, input, output, has('a'), has('l'))
}

/// Opens a socket, and connects it.
fn connect(real: bool, debug: bool, path: &str, hook: &str) -> Result<Socket, End> {
    let kernel: Box<dyn Kernel> = if real {
        Box::new(HostKernel)
    } else {
        let machine = sandbox::machine().map_err(|error| failed("sandbox")(why(&error)))?;
        Box::new(SimKernel::on(&machine, 0))
    };
    let transport = kernel.open(None).map_err(|_| plainly("can't get sockets"))?;
    let socket = Socket::on(Box::new(Traced::new(transport, move |line| {
        if debug {
            eprintln!("nghook: {line}");
        }
    })));
    let (peer, peer_hook) = (Path::raw(path.as_bytes()), HookName::from_field(hook.as_bytes()));
    match socket.connect(&Path::own(), &peer, HOOK, peer_hook) {
        Ok(()) => Ok(socket),
        Err(_) => Err(plainly("can't connect to node")),
    }
}

/// The data socket, twice: standard input and output of another program.
fn data_ends(socket: &Socket, real: bool) -> Result<[OwnedFd; 2], End> {
    if !real {
        // A simulated socket is only to be waited for.
        return Err(plainly("-e is for FreeBSD's kernel (--kernel)"));
    }
    let data = socket.data_fd().map_err(|error| failed("dup")(why(&error)))?;
    let again = || data.try_clone_to_owned().map_err(|error| failed("dup")(why_io(&error)));
    Ok([again()?, again()?])
}

/// Becomes another program, whose every write is a packet. The node lives as long as the program has its data socket.
fn execute(program: &str, args: &[&str], [input, output]: [OwnedFd; 2], no_input: bool) -> End {
    let input = if no_input { Stdio::null() } else { Stdio::from(input) };
    let error = Command::new(program).args(args).stdin(input).stdout(output).exec();
    failed(program)(why_io(&error))
}

/// Passes data on until the input ends.
fn relay(
    socket: &Socket,
    mut input: Option<File>,
    mut output: File,
    ascii: bool,
    back: bool,
) -> Result<(), End> {
    let mut batch = RecvBatch::new(1, PACKET);
    let mut buffer = vec![0; PACKET];
    loop {
        let data = socket.data_fd().map_err(|error| failed("select")(why(&error)))?;
        let (has_data, has_input) = wait(data, input.as_ref().map(AsFd::as_fd))?;
        if has_data {
            socket.receive(&mut batch, Wait::No).map_err(|error| failed("read(hook)")(why(&error)))?;
            for (_, packet) in batch.iter() {
                let shown = if ascii { (dump(packet) + "\n").into_bytes() } else { packet.to_vec() };
                output.write_all(&shown).map_err(|error| failed("write(stdout)")(why_io(&error)))?;
                if back {
                    socket.send(HOOK, packet).map_err(|error| failed("write(hook)")(why(&error)))?;
                }
            }
        }
        if let Some(input) = input.as_mut().filter(|_| has_input) {
            let len = input.read(&mut buffer).map_err(|error| failed("read(stdin)")(why_io(&error)))?;
            if len == 0 {
                return Err(plainly("EOF(stdin)"));
            }
            let packet = buffer.get(..len).unwrap_or_default();
            socket.send(HOOK, packet).map_err(|error| failed("write(hook)")(why(&error)))?;
        }
    }
}

/// Waits until there is data, or input.
fn wait(data: BorrowedFd<'_>, input: Option<BorrowedFd<'_>>) -> Result<(bool, bool), End> {
    let mut polled: Vec<_> =
        [Some(data), input].into_iter().flatten().map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
    match poll(&mut polled, PollTimeout::NONE) {
        Ok(_) | Err(nix::errno::Errno::EINTR) => {
            let ready = |at: usize| polled.get(at).and_then(PollFd::any).unwrap_or_default();
            Ok((ready(0), ready(1)))
        }
        Err(errno) => Err(failed("select")(errno.desc().into())),
    }
}
