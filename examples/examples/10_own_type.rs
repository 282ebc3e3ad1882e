//! A node type of your own: messages that the kernel has never heard of.
//!
//! ```text
//! client (socket) ...messages... shepherd (socket)
//! ```
//!
//! Whoever writes a node type, as a kernel module or as a program behind a socket, describes it once: its messages with
//! their numbers, what they carry, how that reads as text, and what the node tells on its own account. Here a program plays
//! the node, and another asks it.
//!
//! Try next: give the messages the numbers of a module of yours; `nodes/` in the sources of the library has fifty types
//! that are described in the same way.

use std::sync::{Mutex, PoisonError};

use netgraph::ascii::{Field, Type, UINT32};
use netgraph::socket::Served;
use netgraph::transport::Wait;
use netgraph::{Error, NodeType, Path, Result, Socket, events, node_type, payload};
use netgraph_examples::Stage;

node_type! {
    /// Counts sheep.
    pub Sheep: "sheep", cookie = 1_700_000_000;
    /// Reads how many there are.
    GetFlock "getflock" = 1 => Flock, repeatable;
    /// Sets how many there are.
    SetFlock(Flock) "setflock" = 2;
    /// Tells that all are counted.
    Asleep(u32) = 3, event;
}

/// As `ng_parse_type` in the kernel: `{ white=9 black=3 }`.
static FLOCK: Type = Type::Struct(&[Field::new("white", &UINT32), Field::new("black", &UINT32)]);

payload! {
    /// How many sheep there are: white ones, and black ones.
    pub Flock([u32; 2]) = FLOCK;
}

events! {
    /// What a sheep node tells.
    pub enum Event {
        /// All are counted: so many.
        Asleep(u32),
    }
}

/// Plays the node until the flock was asked for, and then tells who set it.
fn tend(shepherd: &Socket) -> Result<()> {
    let flock = Mutex::new((Flock::default(), Path::own()));
    let lock = || flock.lock().unwrap_or_else(PoisonError::into_inner);
    let mut responder = shepherd
        .responder()
        .on(|SetFlock(flock), from| {
            *lock() = (flock, from.clone());
            None
        })
        .on(|GetFlock, _| Some(lock().0));
    while responder.serve(Wait::Forever)?
        != Served::Handled(<GetFlock as netgraph::message::Message>::COMMAND)
    {}
    drop(responder);
    let (flock, owner) = lock().clone();
    shepherd.call(&owner, &Asleep(flock.iter().sum()))
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let stage = Stage::new();
    let (shepherd, client) = (stage.open("shepherd")?, stage.open("client")?);
    stage.picture(&client)?;
    for command in Sheep::COMMANDS.iter().filter(|command| !command.name.is_empty()) {
        println!("{} nodes know {}", Sheep::NAME, command.name);
    }

    let to: Path = "shepherd:".parse()?;
    std::thread::scope(|scope| {
        let node = scope.spawn(|| tend(&shepherd));
        let set: SetFlock = "{ white=9 black=3 }".parse().unwrap_or(SetFlock(Flock([0, 0])));
        client.call(&to, &set)?;
        println!("the flock is {}", client.call(&to, &GetFlock)?);
        if let Some(Event::Asleep(count)) = client.next_event(Wait::Forever)?.and_then(|event| event.read()) {
            println!("asleep after {count} sheep");
        }
        node.join().unwrap_or(Ok(()))
    })
    .map_err(|error: Error| error.into())
}
