//! Changes that are undone together unless they are all kept.

use std::collections::BTreeSet;
use std::fmt;

use super::undo::Undo;
use super::{Socket, spare};
use crate::error::{Errno, Error, Result};
use crate::message::Message;
use crate::name::{HookName, NodeId, NodeName, TypeName};
use crate::node::{Node, NodeType};
use crate::nodes::generic::{Link, NodeInfo};
use crate::path::Path;

/// The types whose nodes outlive their last hook. A bridge or hub that was made persistent does too, but nobody can ask
/// it whether it was.
const SURVIVORS: [&str; 7] = ["eiface", "ether", "gif_demux", "iface", "ipfw", "socket", "tty"];

/// Changes to the graph, each with what undoes it.
///
/// [`commit`](Self::commit) keeps them. A transaction that is dropped, because a step failed and `?` left the function,
/// or because the program panicked, is rolled back: its steps are undone, the last first.
///
/// | step | undone by |
/// | --- | --- |
/// | making a node | shutting it down |
/// | connecting | removing the hook |
/// | renaming | the name that it had |
/// | removing a hook | connecting its two ends again |
/// | configuring | the configuration that was read before |
/// | shutting a node down | is done by `commit`: nothing brings a node back with its number |
///
/// What could not be undone is refused from the start, with [`Error::Unsupported`]: giving a name to a node that has
/// none and was there before, and removing the last hook of a node that would go with it.
///
/// Nodes are held by their numbers: whatever is renamed meanwhile, the undoing finds them. It goes on when a step of it
/// fails, as it must when another program has been at the same nodes. What is gone already needs no undoing. What stays
/// is told as a [`Residue`], by [`roll_back`](Self::roll_back), or to the closure of [`on_residue`](Self::on_residue).
///
/// Other programs see each step as it is done; nothing is hidden from them until the commit.
///
/// ```
/// use netgraph::{HookName, Result, Socket, nodes::bridge, sim::SimKernel};
///
/// fn build(socket: &Socket) -> Result<()> {
///     let mut change = socket.transaction();
///     let bridge = change.make_peer::<bridge::Bridge>(HookName::constant("b"), bridge::link(0))?;
///     change.name(bridge.path(), "lan".parse()?)?;
///     change.make_peer_of(bridge.path(), "no such type".parse()?, bridge::link(1), bridge::link(0))?;
///     change.commit()
/// }
///
/// let socket = Socket::open(&SimKernel::new(), None)?;
/// assert!(build(&socket).is_err());
/// assert!(socket.find(&"lan:".parse()?)?.is_none());
/// # Ok::<(), netgraph::Error>(())
/// ```
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Transaction<'s> {
    socket: &'s Socket,
    /// What undoes the steps, in their order.
    undo: Vec<Undo>,
    /// The nodes that were made.
    made: BTreeSet<NodeId>,
    /// The nodes that the commit shuts down.
    doomed: Vec<NodeId>,
    told: Option<Told<'s>>,
}

/// What hears of what stays.
type Told<'s> = Box<dyn FnMut(&Residue) + Send + 's>;

/// A step that could not be undone: what it left behind, and why.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Residue {
    /// What should have been done, such as `shutting down [1f]`.
    pub undoing: String,
    /// Why it was not.
    pub why: Error,
}

impl fmt::Display for Residue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed: {}", self.undoing, self.why)
    }
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("undo", &self.undo)
            .field("doomed", &self.doomed)
            .finish_non_exhaustive()
    }
}

impl Socket {
    /// Begins a transaction.
    pub fn transaction(&self) -> Transaction<'_> {
        Transaction { socket: self, undo: Vec::new(), made: BTreeSet::new(), doomed: Vec::new(), told: None }
    }
}

impl<'s> Transaction<'s> {
    /// Returns the socket, to ask what changes nothing.
    #[must_use]
    pub fn socket(&self) -> &'s Socket {
        self.socket
    }

    /// Has `tell` hear of what stays when the transaction is dropped and a step of its undoing fails.
    pub fn on_residue(mut self, tell: impl FnMut(&Residue) + Send + 's) -> Self {
        self.told = Some(Box::new(tell));
        self
    }

    /// Makes a node connected to the socket's own `hook`.
    ///
    /// # Errors
    /// As [`Socket::make_peer`].
    pub fn make_peer<T: NodeType>(&mut self, hook: HookName, peer_hook: HookName) -> Result<Node<'s, T>> {
        let made = self.make_peer_of(&Path::own(), TypeName::try_from(T::NAME)?, hook, peer_hook)?;
        Ok(Node::new(self.socket, made.path()))
    }

    /// Has the node at `path` make a peer of type `type_name`, and returns what was made.
    ///
    /// # Errors
    /// As [`Socket::make_peer_of`].
    pub fn make_peer_of(
        &mut self,
        path: &Path,
        type_name: TypeName,
        hook: HookName,
        peer_hook: HookName,
    ) -> Result<NodeInfo> {
        let node = self.socket.info(path)?.id;
        self.socket.make_peer_of(&node.into(), type_name, hook, peer_hook)?;
        // Until its number is known, the node goes with its hook; nearly all types do.
        self.undo.push(Undo::Disconnect { node, hook });
        let made = self.link_at(node, hook, peer_hook)?.peer;
        self.undo.pop();
        self.undo.push(Undo::ShutDown { node: made.id });
        self.made.insert(made.id);
        Ok(made)
    }

    /// Connects `hook` of the node at `path` to `peer_hook` of the node at `peer`, a path as seen from `path`.
    ///
    /// # Errors
    /// As [`Socket::connect`].
    pub fn connect(&mut self, path: &Path, peer: &Path, hook: HookName, peer_hook: HookName) -> Result<()> {
        let node = self.socket.info(path)?.id;
        self.socket.connect(&node.into(), peer, hook, peer_hook)?;
        self.undo.push(Undo::Disconnect { node, hook });
        // A bridge that was asked for any `link` has made a `link3` of it.
        let hook = self.link_at(node, hook, peer_hook)?.hook;
        self.undo.pop();
        self.undo.push(Undo::Disconnect { node, hook });
        Ok(())
    }

    /// Gives the node at `path` another name.
    ///
    /// # Errors
    /// As [`Socket::name`]; [`Error::Unsupported`] for a node without a name that was there before: there is no way back.
    pub fn name(&mut self, path: &Path, name: NodeName) -> Result<()> {
        let NodeInfo { id, name: before, .. } = self.socket.info(path)?;
        let made = self.made.contains(&id);
        if before.is_empty() && !made {
            return Err(Error::Unsupported {
                what: format!("giving {id}: its first name in a transaction"),
                hint: "no name can be taken away again: give it after the commit".into(),
            });
        }
        self.socket.name(&id.into(), name)?;
        if before != name && !made {
            self.undo.push(Undo::Name { node: id, name: before });
        }
        Ok(())
    }

    /// Breaks the connection at `hook` of the node at `path`. A hook that is not there is no error.
    ///
    /// What the two nodes' types kept for the connection, such as counters, does not come back with it.
    ///
    /// # Errors
    /// As [`Socket::remove_hook`]; [`Error::Unsupported`] where a node that was there before would go with its last hook.
    pub fn remove_hook(&mut self, path: &Path, hook: HookName) -> Result<()> {
        let hooks = self.socket.hooks(path)?;
        let node = hooks.node();
        let Some(link) = hooks.iter().find(|link| link.hook == hook) else { return Ok(()) };
        let lost = if link.peer.id == node.id { 2 } else { 1 };
        for end in [&node, &link.peer] {
            self.keep_alive(end, lost)?;
        }
        self.socket.remove_hook(&node.path(), hook)?;
        if !self.made.contains(&node.id) && !self.made.contains(&link.peer.id) {
            let (peer, peer_hook) = (link.peer.id, link.peer_hook);
            self.undo.push(Undo::Connect { node: node.id, hook, peer, peer_hook });
        }
        Ok(())
    }

    /// Refuses what would take the last hook of a node that goes with it.
    fn keep_alive(&self, node: &NodeInfo, lost: u32) -> Result<()> {
        let survives = SURVIVORS.iter().any(|name| node.type_name == *name);
        if survives || node.hooks > lost || self.made.contains(&node.id) {
            return Ok(());
        }
        Err(Error::Unsupported {
            what: format!("removing the last hook of {}: in a transaction", node.id),
            hint: format!("a node of type {} may go with it: connect it elsewhere first", node.type_name),
        })
    }

    /// Has [`commit`](Self::commit) shut the node at `path` down. Until then it stays as it is.
    ///
    /// # Errors
    /// As [`Socket::info`]; [`Error::Unsupported`] for a `socket` node.
    pub fn shutdown(&mut self, path: &Path) -> Result<()> {
        let node = self.socket.info(path)?;
        spare(&node, path)?;
        self.doomed.push(node.id);
        Ok(())
    }

    /// Reads a configuration with `read`, changes it with `edit`, and sets it with an `S`.
    ///
    /// ```
    /// # use netgraph::{HookName, Socket, nodes::bridge, sim::SimKernel};
    /// # let socket = Socket::open(&SimKernel::new(), None)?;
    /// # let bridge = socket.make_peer::<bridge::Bridge>(HookName::constant("b"), bridge::link(0))?;
    /// let mut change = socket.transaction();
    /// change.configure::<_, bridge::SetConfig>(bridge.path(), &bridge::GetConfig, |config| {
    ///     config.loopTimeout = 5;
    /// })?;
    /// assert_eq!(bridge.call(bridge::GetConfig)?.loopTimeout, 5);
    /// assert!(change.roll_back().is_empty());
    /// assert_eq!(bridge.call(bridge::GetConfig)?.loopTimeout, 60);
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Socket::call`], of either message.
    pub fn configure<G, S>(&mut self, path: &Path, read: &G, edit: impl FnOnce(&mut S::Args)) -> Result<()>
    where
        G: Message<Reply = S::Args>,
        S: Message,
        S::Args: Clone,
    {
        let node = Path::from(self.socket.info(path)?.id);
        let before = self.socket.call(&node, read)?;
        let mut after = before.clone();
        edit(&mut after);
        self.call(&node, &S::from_args(after), &S::from_args(before)).map(drop)
    }

    /// Sends a message that another one undoes, and returns its reply.
    ///
    /// ```
    /// # use netgraph::{Socket, nodes::ether, sim::{SimKernel, SimMachine}};
    /// # let machine = SimMachine::new();
    /// # machine.add_nic("em0", "02:00:00:00:00:01".parse()?)?;
    /// # let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
    /// let mut change = socket.transaction();
    /// change.call(&"em0:".parse()?, &ether::SetPromisc(1), &ether::SetPromisc(0))?;
    /// drop(change);
    /// assert_eq!(socket.call(&"em0:".parse()?, &ether::GetPromisc)?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Socket::call`]. Where it is not known whether the message was applied (its reply did not come, or found no
    /// room), it is undone all the same.
    pub fn call<M: Message, U: Message>(&mut self, path: &Path, message: &M, undo: &U) -> Result<M::Reply> {
        let node = Path::from(self.socket.info(path)?.id);
        let result = self.socket.call(&node, message);
        let applied = match &result {
            // Its reply did not come, or cannot be read.
            Ok(_) | Err(Error::TimedOut { .. } | Error::Decode { .. }) => true,
            Err(error) => error.errno() == Some(Errno::ENOBUFS),
        };
        if applied {
            self.undo.push(Undo::message(node, undo));
        }
        result
    }

    /// The connection that was just made at `hook`, by whatever name.
    fn link_at(&self, node: NodeId, hook: HookName, peer_hook: HookName) -> Result<Link> {
        let hooks = self.socket.hooks(&node.into())?;
        let named = hooks.iter().find(|link| link.hook == hook);
        // The newest come first: one that begins as it was asked for.
        let numbered = |link: &Link| {
            link.hook.as_bytes().starts_with(hook.as_bytes())
                && link.peer_hook.as_bytes().starts_with(peer_hook.as_bytes())
        };
        named.or_else(|| hooks.iter().find(numbered)).ok_or_else(|| Error::Rejected {
            command: crate::nodes::generic::ListHooks::COMMAND,
            path: Path::from(node).hook(hook),
            errno: Errno::ENOENT,
        })
    }

    /// Keeps the changes, and shuts down what [`shutdown`](Self::shutdown) has named. A node that is gone by then is no
    /// error.
    ///
    /// # Errors
    /// As [`Socket::shutdown`], of the first node that cannot be shut down; where none was before it the transaction is
    /// rolled back, otherwise the changes stay, and the other nodes are shut down.
    pub fn commit(mut self) -> Result<()> {
        let mut gone = false;
        let mut first = Ok(());
        for node in std::mem::take(&mut self.doomed) {
            match self.socket.shutdown(&node.into()) {
                Ok(()) => gone = true,
                Err(Error::Rejected { errno: Errno::ENOENT | Errno::ENXIO, .. }) => {}
                // Dropped, it is rolled back.
                Err(error) if !gone => return Err(error),
                Err(error) => first = first.and(Err(error)),
            }
        }
        self.undo.clear();
        first
    }

    /// Undoes the steps, the last first, and returns what could not be undone.
    #[must_use = "what could not be undone is still there"]
    pub fn roll_back(mut self) -> Vec<Residue> {
        self.undo_all()
    }

    fn undo_all(&mut self) -> Vec<Residue> {
        let mut residues = Vec::new();
        while let Some(undo) = self.undo.pop() {
            if let Err(why) = undo.apply(self.socket) {
                residues.push(Residue { undoing: undo.to_string(), why });
            }
        }
        residues
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        let residues = self.undo_all();
        if let Some(tell) = &mut self.told {
            residues.iter().for_each(tell);
        }
    }
}
