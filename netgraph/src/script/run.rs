//! Commands, done.

use std::time::Duration;

use super::answer::{Answer, NodeText, Received};
use super::error::Failure;
use super::help::{Synopsis, overview};
use super::{Command, Packet};
use crate::error::{Errno, Error, Result};
use crate::graph::dot;
use crate::message;
use crate::nodes::generic::{Hooks, ListNames, NodeInfo, TextStatus};
use crate::path::Path;
use crate::socket::Socket;
use crate::sys;
use crate::transport::Wait;

/// How long `msg` waits for a reply that is promised.
const PROMISED: Duration = Duration::from_secs(5);

fn refused(doing: impl Into<String>) -> impl FnOnce(Error) -> Failure {
    move |error| Failure::Refused { doing: doing.into(), error: Box::new(error) }
}

impl Command {
    /// Does what the command says, and returns what there is to tell.
    ///
    /// ```
    /// use netgraph::{Socket, script::Command, sim::SimKernel};
    /// let socket = Socket::open(&SimKernel::new(), Some("me".parse()?))?;
    /// "mkpeer hub a b".parse::<Command>()?.run(&socket)?;
    /// assert_eq!(
    ///     "show -n .:a".parse::<Command>()?.run(&socket)?.to_string(),
    ///     "  Name: <unnamed>       Type: hub             ID: 00000002   Num hooks: 1\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Failure::Refused`] where the kernel or a node refuses; [`Failure::Program`] for `read`, `write -f`, `dot` into a file,
    /// `debug` and `quit`; [`Failure::Parse`] where `help` does not know its word.
    pub fn run(&self, socket: &Socket) -> Result<Answer, Failure> {
        let done = match self {
            Self::Connect { path, peer, hook, peer_hook } => socket.connect(path, peer, *hook, *peer_hook),
            Self::MakePeer { path, type_name, hook, peer_hook } => {
                socket.make_peer_of(path, *type_name, *hook, *peer_hook)
            }
            Self::Name { path, name } => socket.name(path, *name),
            Self::RemoveHook { path, hook } => socket.remove_hook(path, *hook),
            Self::Shutdown { path } => {
                return socket.shutdown(path).map(|()| Answer::Nothing).map_err(refused("shutdown"));
            }
            Self::Write { hook, packet: Packet::Bytes(bytes) } => {
                let doing = format!("writing to hook \"{hook}\"");
                return socket.send(*hook, bytes).map(|()| Answer::Nothing).map_err(refused(doing));
            }
            Self::Message { path, name, args } => return msg(socket, path, name, args),
            Self::Dot { compact, file: None } => return draw(socket, *compact),
            _ => return self.ask(socket),
        };
        done.map(|()| Answer::Nothing).map_err(refused("send msg"))
    }

    /// Does one of the commands that read.
    fn ask(&self, socket: &Socket) -> Result<Answer, Failure> {
        let answer = match self {
            Self::Config { path, text } => config(socket, path, text),
            Self::Status { path } => {
                let reply = socket.call(path, &TextStatus).map(|status| Some(status.0));
                text("status", path, reply)
            }
            Self::List { long, named } => list(socket, *long, *named),
            Self::Show { path, hooks } => {
                socket.hooks(path).map(|all| Answer::Node { node: all, hooks: *hooks })
            }
            Self::Types => socket.types().map(|types| Answer::Types(types.iter().collect())),
            Self::Help(None) => Ok(Answer::Help(overview())),
            Self::Help(Some(word)) => return Ok(Answer::Help(Synopsis::find(word)?.to_string())),
            program => return Err(Failure::Program(program.to_string())),
        };
        answer.map_err(refused("send msg"))
    }
}

fn config(socket: &Socket, path: &Path, set: &str) -> Result<Answer> {
    let mut args = set.as_bytes().to_vec();
    if !args.is_empty() {
        args.push(0);
    }
    let command = message::Command::unnamed(sys::NGM_GENERIC_COOKIE, sys::NGM_TEXT_CONFIG);
    let reply = socket.call_raw(path, command, &args, true);
    text("config", path, reply.map(|args| args.map(|args| String::from_utf8_lossy(&args).into_owned())))
}

/// What a node says of itself; one that has nothing to say refuses the message or does not answer it.
fn text(what: &'static str, path: &Path, reply: Result<Option<String>>) -> Result<Answer> {
    let text = match reply {
        Err(Error::Rejected { errno: Errno::EINVAL, .. } | Error::TimedOut { .. }) => None,
        reply => reply?.map(|text| text.trim_end_matches('\0').to_owned()),
    };
    Ok(Answer::Text(NodeText { what, path: path.clone(), text }))
}

fn list(socket: &Socket, long: bool, named: bool) -> Result<Answer> {
    let nodes = if named { socket.call(&Path::own(), &ListNames)? } else { socket.nodes()? };
    let nodes = nodes.iter();
    if !long {
        return Ok(Answer::Nodes { nodes: nodes.collect(), named });
    }
    let hooks = nodes.map(|node| socket.hooks(&node.path()));
    Ok(Answer::Hooks { nodes: hooks.collect::<Result<_>>()?, named })
}

fn msg(socket: &Socket, path: &Path, name: &str, args: &str) -> Result<Answer, Failure> {
    let sent = socket.send_text(path, name, args).map_err(refused("send msg"))?;
    // Nearly every reply is there already.
    let promised = sent.command.cmd & sys::NGM_HASREPLY != 0;
    let wait = if promised { Wait::at_most(PROMISED) } else { Wait::No };
    let received = Received::next(socket, wait).map_err(refused("recv incoming message"))?;
    Ok(received.map_or(Answer::Nothing, Answer::Message))
}

fn draw(socket: &Socket, compact: bool) -> Result<Answer, Failure> {
    let nodes = socket.nodes().map_err(refused("send listnodes msg"))?;
    let hooks = |node: NodeInfo| socket.hooks(&node.path());
    let all: Result<Vec<Hooks>> = nodes.iter().map(hooks).collect();
    Ok(Answer::Drawing(dot::plain(&all.map_err(refused("send listhooks msg"))?, compact)))
}
