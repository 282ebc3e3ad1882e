//! One request at a time: its frame, its token, and its reply among what else arrives.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::{Event, Socket};
use crate::error::{DecodeError, Errno, Error, Result};
use crate::message::{self, Command, Frame, Message, Reply};
use crate::nodes;
use crate::path::Path;
use crate::sys;
use crate::transport::Wait;

/// How many events are kept for a program that does not fetch them; then the oldest are dropped, and counted.
const EVENTS_MAX: usize = 16_384;

/// What one request at a time may use.
#[derive(Debug, Default)]
pub(super) struct Control {
    token: u32,
    /// The frame that is sent.
    pub(super) request: Vec<u8>,
    /// The frame that was received last.
    pub(super) reply: Vec<u8>,
    /// The replies that a batch waits for, by their tokens.
    pub(super) awaited: BTreeMap<u32, Option<Vec<u8>>>,
    events: VecDeque<Event>,
    missed: u64,
    /// When a hook or a node was last taken away.
    removed: Option<Instant>,
}

impl Control {
    /// Returns the next token: 1 and up, never 0, which unsolicited messages carry, and never negative.
    fn next_token(&mut self) -> u32 {
        self.token = if self.token >= i32::MAX as u32 { 1 } else { self.token + 1 };
        self.token
    }

    /// Takes the oldest event that was set aside.
    pub(super) fn take_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Returns how many events were dropped.
    pub(super) fn missed(&self) -> u64 {
        self.missed
    }

    /// Returns the token of the last request.
    pub(super) fn last_token(&self) -> u32 {
        self.token
    }

    /// Tells whether what was received last is the reply of this token.
    fn is_reply(&self, token: u32) -> bool {
        Frame::parse(&self.reply).is_ok_and(|frame| frame.is_reply() && frame.header.token == token)
    }

    /// Puts what was received last where it belongs: to the replies that are waited for, or to the events; returns
    /// whether it was one of those replies.
    fn set_aside(&mut self, from: Path) -> bool {
        let reply = Frame::parse(&self.reply).ok().filter(Frame::is_reply).map(|frame| frame.header.token);
        // A second reply of one token is an event.
        if let Some(place @ None) = reply.and_then(|token| self.awaited.get_mut(&token)) {
            *place = Some(message::take_frame(&mut self.reply));
            return true;
        }
        if self.events.len() >= EVENTS_MAX {
            self.events.pop_front();
            self.missed += 1;
        }
        // A copy of its own length: the buffer is as long as the longest frame could be.
        self.events.push_back(Event::new(from, self.reply.clone()));
        false
    }

    /// Begins to wait for what was taken away and may linger; `None` where nothing was.
    fn settling(&self, patience: Duration) -> Option<Backoff> {
        self.removed.map(|moment| Backoff::since(moment, patience))
    }
}

/// A request: what is asked of whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) path: &'a Path,
    pub(super) command: Command,
    /// Whether it may be sent twice.
    pub(super) repeatable: bool,
    /// Whether a reply comes.
    pub(super) expected: bool,
}

impl<'a> Asked<'a> {
    pub(super) fn of<M: Message>(path: &'a Path) -> Self {
        Self { path, command: M::COMMAND, repeatable: M::REPEATABLE, expected: <M::Reply as Reply>::EXPECTED }
    }

    /// A request of which only the numbers are known: it is looked for among the known types.
    pub(super) fn raw(path: &'a Path, command: Command, expected: bool) -> Self {
        let known = || nodes::text_of(command.cookie, command.cmd).is_some_and(|text| text.repeatable);
        Self { path, command, repeatable: command.is_read_only() || known(), expected }
    }

    pub(super) fn rejected(&self, errno: Errno) -> Error {
        Error::Rejected { command: self.command, path: self.path.clone(), errno }
    }

    pub(super) fn unreadable(&self, why: DecodeError) -> Error {
        Error::Decode { command: self.command, path: self.path.clone(), why }
    }

    fn generic(&self) -> Option<u32> {
        (self.command.cookie == sys::NGM_GENERIC_COOKIE).then_some(self.command.cmd)
    }

    pub(super) fn is_shutdown(&self) -> bool {
        self.generic() == Some(sys::NGM_SHUTDOWN)
    }

    fn takes_away(&self) -> bool {
        matches!(self.generic(), Some(sys::NGM_SHUTDOWN | sys::NGM_RMHOOK))
    }

    /// Tells whether the error can be the trace of something that was taken away a moment ago.
    fn may_pass(&self, errno: Errno) -> bool {
        match self.generic() {
            Some(sys::NGM_NAME) => errno == Errno::EADDRINUSE,
            Some(sys::NGM_CONNECT | sys::NGM_MKPEER) => matches!(errno, Errno::EEXIST | Errno::EISCONN),
            _ => false,
        }
    }
}

impl Socket {
    /// Sends the request that lies in `control`, leaves its reply there, and returns its token.
    pub(super) fn exchange(&self, control: &mut Control, asked: Asked<'_>) -> Result<u32> {
        let token = self.send_request(control, asked)?;
        if asked.expected {
            self.await_reply(control, asked, token)?;
        }
        Ok(token)
    }

    /// Sends the request that lies in `control`, and returns its token.
    pub(super) fn send_request(&self, control: &mut Control, asked: Asked<'_>) -> Result<u32> {
        let token = control.next_token();
        message::finish_frame(&mut control.request);
        message::set_token(&mut control.request, token);
        let mut backoff = None;
        let mut refused = 0;
        loop {
            match self.transport.send_msg(asked.path, &control.request) {
                Ok(()) => break,
                // Nothing was sent: sosend() lets itself be interrupted only before it sends.
                Err(Errno::EINTR) => {}
                Err(Errno::ENOBUFS) if asked.repeatable => {
                    self.make_room(control, asked, refused)?;
                    refused += 1;
                }
                Err(errno) if asked.may_pass(errno) => {
                    backoff = backoff.or_else(|| control.settling(self.patience));
                    if !backoff.as_mut().is_some_and(Backoff::pause) {
                        return Err(asked.rejected(errno));
                    }
                }
                Err(errno) => return Err(asked.rejected(errno)),
            }
        }
        if asked.takes_away() {
            control.removed = Some(Instant::now());
        }
        Ok(token)
    }

    /// Makes room for a reply that found none, so many times before: reads what is there, and enlarges the buffer where
    /// there was nothing, or that did not help.
    fn make_room(&self, control: &mut Control, asked: Asked<'_>, before: usize) -> Result<()> {
        if self.drain(control, asked)? == 0 || before > 0 {
            self.transport.grow_receive_buffer().map_err(|_| asked.rejected(Errno::ENOBUFS))?;
        }
        Ok(())
    }

    /// Sets aside what is there, and returns how many messages it was. Of an endless stream it takes as many events as
    /// are kept.
    pub(super) fn drain(&self, control: &mut Control, asked: Asked<'_>) -> Result<usize> {
        let (mut count, mut events) = (0, 0);
        while events < EVENTS_MAX {
            match self.transport.recv_msg(&mut control.reply, Wait::No) {
                Ok(Some(from)) => events += usize::from(!control.set_aside(from)),
                Ok(None) => break,
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(asked.rejected(errno)),
            }
            count += 1;
        }
        Ok(count)
    }

    /// Receives until the reply of `token` lies in `control`.
    fn await_reply(&self, control: &mut Control, asked: Asked<'_>, token: u32) -> Result<()> {
        // Replies are nearly always there already: the clock is read only when this one is not.
        let (mut wait, mut passed) = (Wait::No, 0);
        loop {
            match self.receive_one(control, asked, &mut wait)? {
                Some(_) if control.is_reply(token) => return Ok(()),
                Some(from) => self.pass_over(control, asked, from, &mut wait, &mut passed)?,
                None => return Err(self.timed_out(asked)),
            }
        }
    }

    /// Receives until the reply of `token`, one of those that are waited for, is there, and takes it.
    pub(super) fn await_awaited(
        &self,
        control: &mut Control,
        asked: Asked<'_>,
        token: u32,
        wait: &mut Wait,
    ) -> Result<Vec<u8>> {
        let mut passed = 0;
        loop {
            if let Some(reply) = control.awaited.get_mut(&token).and_then(Option::take) {
                return Ok(reply);
            }
            match self.receive_one(control, asked, wait)? {
                Some(from) => self.pass_over(control, asked, from, wait, &mut passed)?,
                None => return Err(self.timed_out(asked)),
            }
        }
    }

    /// Sets aside what is not the reply that is waited for. The time runs while events come, which may never end: what is
    /// there when it is over is still read, as the reply may be behind it, but no more events than are kept.
    fn pass_over(
        &self,
        control: &mut Control,
        asked: Asked<'_>,
        from: Path,
        wait: &mut Wait,
        passed: &mut usize,
    ) -> Result<()> {
        if control.set_aside(from) {
            return Ok(());
        }
        *passed += 1;
        match *wait {
            Wait::No => *wait = Wait::at_most(self.timeout),
            Wait::Until(moment) if *passed > EVENTS_MAX && moment <= Instant::now() => {
                return Err(self.timed_out(asked));
            }
            _ => {}
        }
        Ok(())
    }

    fn timed_out(&self, asked: Asked<'_>) -> Error {
        Error::TimedOut { command: asked.command, path: asked.path.clone(), after: self.timeout }
    }

    /// Receives one message into `control`; `None` where none came in time. `wait` begins with not at all, and becomes
    /// the moment of the timeout once something has to be waited for.
    fn receive_one(&self, control: &mut Control, asked: Asked<'_>, wait: &mut Wait) -> Result<Option<Path>> {
        loop {
            match self.transport.recv_msg(&mut control.reply, *wait) {
                Ok(None) if *wait == Wait::No => *wait = Wait::at_most(self.timeout),
                Ok(from) => return Ok(from),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(asked.rejected(errno)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_from_1_round_and_are_never_0() {
        let mut control = Control::default();
        assert_eq!((control.next_token(), control.next_token()), (1, 2));
        control.token = i32::MAX as u32 - 1;
        assert_eq!((control.next_token(), control.next_token()), (i32::MAX as u32, 1));
    }

    #[test]
    fn a_second_reply_of_one_token_is_an_event() {
        let mut control = Control::default();
        control.awaited.insert(7, None);
        for number in 0..2 {
            message::write_frame(&mut control.reply, Command::unnamed(1, 1), 7, sys::NGF_RESP, &[number]);
            assert_eq!(control.set_aside(Path::own()), number == 0);
        }
        let event = control.take_event().unwrap();
        assert_eq!(event.frame().unwrap().args, [1]);
    }

    #[test]
    fn events_that_nobody_fetches_are_dropped_and_counted() {
        let mut control = Control::default();
        for number in 0..EVENTS_MAX + 3 {
            control.reply = number.to_ne_bytes().to_vec();
            control.set_aside(Path::own());
        }
        assert_eq!((control.events.len(), control.missed()), (EVENTS_MAX, 3));
        assert_eq!(control.take_event(), Some(Event::new(Path::own(), 3_usize.to_ne_bytes().to_vec())));
    }
}
