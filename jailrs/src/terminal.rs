//! A terminal for a command, and the way between it and the caller's own.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, ExitStatus};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, OutputModes, QueueSelector, Termios, Winsize};
use rustix::termios::{isatty, tcflush, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};

/// How long the relay waits for something to happen before it looks at the window's size and at the command again. A library
/// cannot take the program's handler of `SIGWINCH`, so it looks.
const TICK: Duration = Duration::from_millis(100);

/// What ends the input of a terminal: `VEOF`, control-D.
const END_OF_INPUT: u8 = 4;

/// A pseudo-terminal: the command has the one end, the caller the other.
pub(crate) struct Pty {
    /// The caller's end.
    pub(crate) master: OwnedFd,
    /// The command's end.
    pub(crate) slave: File,
}

impl Pty {
    /// A new terminal with the settings and the size of another, if that is one.
    pub(crate) fn like(other: BorrowedFd<'_>) -> io::Result<Self> {
        let close_on_exec = OpenptFlags::from_bits_retain(OFlags::CLOEXEC.bits());
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | close_on_exec)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let path = ptsname(&master, Vec::new())?;
        let path = std::ffi::OsStr::from_bytes(path.as_bytes());
        let no_controlling_terminal = i32::from_ne_bytes(OFlags::NOCTTY.bits().to_ne_bytes());
        let slave =
            OpenOptions::new().read(true).write(true).custom_flags(no_controlling_terminal).open(path)?;
        if let Ok(settings) = tcgetattr(other) {
            tcsetattr(&slave, OptionalActions::Now, &settings)?;
        }
        if let Ok(size) = tcgetwinsize(other) {
            tcsetwinsize(&slave, size)?;
        }
        Ok(Self { master, slave })
    }

    /// Lets what is printed through as it is, for a terminal that will make its lines of it.
    pub(crate) fn print_as_is(&self) -> io::Result<()> {
        let mut settings = tcgetattr(&self.slave)?;
        settings.output_modes.remove(OutputModes::OPOST);
        Ok(tcsetattr(&self.slave, OptionalActions::Now, &settings)?)
    }
}

/// A terminal that hands on every key as it is; it is put back as it was when this is dropped.
pub(crate) struct Raw<'a> {
    terminal: BorrowedFd<'a>,
    before: Option<Termios>,
}

impl<'a> Raw<'a> {
    /// Makes a terminal raw; what is no terminal is left alone.
    pub(crate) fn enter(terminal: BorrowedFd<'a>) -> io::Result<Self> {
        if !isatty(terminal) {
            return Ok(Self { terminal, before: None });
        }
        let before = tcgetattr(terminal)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(terminal, OptionalActions::Now, &raw)?;
        Ok(Self { terminal, before: Some(before) })
    }
}

impl Drop for Raw<'_> {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // What was typed for the command must not be taken for the next one's. Not with one call, which would wait until all
            // that was printed is out: for ever, if the terminal is stopped. There is nobody to tell of a failure.
            let _ = tcflush(self.terminal, QueueSelector::IFlush);
            let _ = tcsetattr(self.terminal, OptionalActions::Now, before);
        }
    }
}

/// Carries what is typed to the command and what it prints back, until it ends; `None` if `stopped` says so before.
pub(crate) fn relay(
    child: &mut Child,
    master: &OwnedFd,
    input: Option<BorrowedFd<'_>>,
    output: BorrowedFd<'_>,
    stopped: impl Fn() -> bool,
) -> io::Result<Option<ExitStatus>> {
    let flags = rustix::fs::fcntl_getfl(master)?;
    rustix::fs::fcntl_setfl(master, flags | OFlags::NONBLOCK)?;
    let mut relay = Relay::new(master, input, output);
    loop {
        if stopped() {
            return Ok(None);
        }
        relay.follow_size();
        if let Some(status) = child.try_wait()? {
            relay.finish()?;
            return Ok(Some(status));
        }
        relay.step()?;
    }
}

struct Relay<'a> {
    master: &'a OwnedFd,
    /// Where something can be typed.
    input: Option<BorrowedFd<'a>>,
    output: BorrowedFd<'a>,
    size: Option<Winsize>,
    /// What was typed and has not been taken yet.
    typed: Vec<u8>,
    master_open: bool,
}

impl<'a> Relay<'a> {
    fn new(master: &'a OwnedFd, input: Option<BorrowedFd<'a>>, output: BorrowedFd<'a>) -> Self {
        let size = tcgetwinsize(output).ok();
        Self { master, input, output, size, typed: Vec::new(), master_open: true }
    }

    /// Gives the command's terminal the size that the caller's has now; the kernel tells the command.
    fn follow_size(&mut self) {
        let Ok(size) = tcgetwinsize(self.output) else { return };
        if self.size != Some(size) {
            self.size = Some(size);
            // The next look tries again with the next change; a wrong size is no reason to end.
            let _ = tcsetwinsize(self.master, size);
        }
    }

    /// Prints what the command printed last, which may still be on its way. A daemon that it left behind may keep its end of the
    /// terminal for ever, so that silence is an end too.
    fn finish(&mut self) -> io::Result<()> {
        self.input = None;
        while self.master_open && self.step()? {}
        Ok(())
    }

    /// Waits a moment, and carries what is there; whether the command printed something.
    fn step(&mut self) -> io::Result<bool> {
        let input = self.input.filter(|_| self.typed.is_empty());
        let mut of_master = PollFlags::empty();
        if self.master_open {
            of_master |= PollFlags::IN;
            of_master.set(PollFlags::OUT, !self.typed.is_empty());
        }
        let master = self.master.as_fd();
        let mut watched = Vec::with_capacity(2);
        watched.extend(self.master_open.then(|| PollFd::from_borrowed_fd(master, of_master)));
        watched.extend(input.map(|input| PollFd::from_borrowed_fd(input, PollFlags::IN)));
        let timeout = Timespec { tv_sec: 0, tv_nsec: TICK.subsec_nanos().into() };
        match poll(&mut watched, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        let happened = |at: usize| watched.get(at).map_or(PollFlags::empty(), PollFd::revents);
        let of_master = if self.master_open { happened(0) } else { PollFlags::empty() };
        let typed = input.filter(|_| !happened(usize::from(self.master_open)).is_empty());
        if let Some(input) = typed {
            self.read_typed(input);
        }
        if of_master.contains(PollFlags::OUT) {
            self.write_typed();
        }
        if of_master.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) {
            return self.print();
        }
        Ok(false)
    }

    fn read_typed(&mut self, input: BorrowedFd<'_>) {
        let mut buffer = [0; 4096];
        match rustix::io::read(input, &mut buffer) {
            Ok(0) => {
                self.input = None;
                self.typed = vec![END_OF_INPUT];
            }
            Ok(count) => self.typed = buffer.get(..count).unwrap_or_default().to_vec(),
            Err(Errno::INTR | Errno::AGAIN) => {}
            // The caller's terminal is gone: the command learns it by its own.
            Err(_) => self.input = None,
        }
    }

    fn write_typed(&mut self) {
        match rustix::io::write(self.master, &self.typed) {
            Ok(count) => drop(self.typed.drain(..count.min(self.typed.len()))),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => self.master_open = false,
        }
    }

    /// Prints what the command printed; whether there was something.
    fn print(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 16384];
        match rustix::io::read(self.master, &mut buffer) {
            // Linux says EIO when nobody has the other end any more, FreeBSD gives no bytes.
            Ok(0) | Err(Errno::IO) => self.master_open = false,
            Ok(count) => {
                Output(self.output).write_all(buffer.get(..count).unwrap_or_default())?;
                return Ok(true);
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(errno) => return Err(errno.into()),
        }
        Ok(false)
    }
}

/// The caller's terminal as a writer that holds nothing back.
struct Output<'a>(BorrowedFd<'a>);

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(self.0, bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use rustix::termios::LocalModes;

    use super::*;

    const SIZE: Winsize = Winsize { ws_row: 33, ws_col: 99, ws_xpixel: 0, ws_ypixel: 0 };

    /// A terminal for the caller, whose other end the test holds.
    fn callers() -> Pty {
        let nothing = File::open("/dev/null").unwrap();
        let pty = Pty::like(nothing.as_fd()).unwrap();
        tcsetwinsize(&pty.slave, SIZE).unwrap();
        pty
    }

    /// Runs a shell on a terminal like the caller's, as a console does.
    fn console(caller: &Pty, script: &str) -> ExitStatus {
        let pty = Pty::like(caller.slave.as_fd()).unwrap();
        assert_eq!(tcgetwinsize(&pty.slave), Ok(SIZE));
        let stream = || Stdio::from(pty.slave.try_clone().unwrap());
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(stream()).stdout(stream()).stderr(stream());
        let mut child = command.spawn().unwrap();
        drop((command, pty.slave));
        let terminal = caller.slave.as_fd();
        let raw = Raw::enter(terminal).unwrap();
        assert!(!tcgetattr(terminal).unwrap().local_modes.contains(LocalModes::ICANON));
        let status = relay(&mut child, &pty.master, Some(terminal), terminal, || false).unwrap();
        drop(raw);
        status.unwrap()
    }

    /// What the caller's terminal shows, once it ends like this.
    fn seen(caller: &Pty, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            let mut watched = [PollFd::new(&caller.master, PollFlags::IN)];
            let patience = Timespec { tv_sec: 20, tv_nsec: 0 };
            assert_eq!(poll(&mut watched, Some(&patience)), Ok(1), "no more than {text:?} came");
            let mut buffer = [0; 4096];
            let count = rustix::io::read(&caller.master, &mut buffer).unwrap();
            text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        text
    }

    #[test]
    fn what_is_printed_arrives_and_the_status_is_told() {
        let caller = callers();
        let status = console(&caller, "test -t 0 && test -t 1 && echo printed; exit 7");
        assert_eq!(seen(&caller, "\n"), "printed\r\n");
        assert_eq!(status.code(), Some(7));
    }

    #[test]
    fn what_is_typed_arrives_and_the_terminal_is_put_back() {
        let caller = callers();
        let before = tcgetattr(&caller.slave).unwrap();
        rustix::io::write(&caller.master, b"hello\n").unwrap();
        let status = console(&caller, "read word; echo \"<$word>\"");
        assert!(status.success());
        seen(&caller, "<hello>\r\n");
        let after = tcgetattr(&caller.slave).unwrap();
        assert_eq!(after.local_modes, before.local_modes);
        assert_eq!(after.input_modes, before.input_modes);
    }

    #[test]
    fn much_goes_both_ways_at_once_without_a_standstill() {
        // Without the echo, of which Linux drops what does not fit.
        let caller = callers();
        let mut settings = tcgetattr(&caller.slave).unwrap();
        settings.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&caller.slave, OptionalActions::Now, &settings).unwrap();
        let pty = Pty::like(caller.slave.as_fd()).unwrap();
        let stream = || Stdio::from(pty.slave.try_clone().unwrap());
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "cat"]).stdin(stream()).stdout(stream()).stderr(stream());
        let mut child = command.spawn().unwrap();
        drop((command, pty.slave));
        let mut typed = tempfile::tempfile().unwrap();
        let lines = "some words\n".repeat(5000);
        typed.write_all(lines.as_bytes()).unwrap();
        io::Seek::rewind(&mut typed).unwrap();
        let printed = tempfile::NamedTempFile::new().unwrap();
        let status = relay(&mut child, &pty.master, Some(typed.as_fd()), printed.as_file().as_fd(), || false);
        assert!(status.unwrap().unwrap().success());
        let text = std::fs::read_to_string(printed.path()).unwrap();
        assert_eq!(text.matches("some words\r\n").count(), 5000);
    }

    #[test]
    fn what_is_printed_as_it_is_has_the_lines_of_the_callers_terminal_alone() {
        let caller = callers();
        let pty = Pty::like(caller.slave.as_fd()).unwrap();
        pty.print_as_is().unwrap();
        let mut command = Command::new("/bin/echo");
        command.arg("printed").stdout(pty.slave.try_clone().unwrap());
        let mut child = command.spawn().unwrap();
        drop((command, pty.slave));
        let status = relay(&mut child, &pty.master, None, caller.slave.as_fd(), || false).unwrap();
        assert!(status.unwrap().success());
        assert_eq!(seen(&caller, "\n"), "printed\r\n");
    }

    #[test]
    fn it_ends_when_told_to() {
        let caller = callers();
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let pty = Pty::like(caller.slave.as_fd()).unwrap();
        let terminal = caller.slave.as_fd();
        assert!(relay(&mut child, &pty.master, Some(terminal), terminal, || true).unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
