//! What happens to jails, as it happens.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::time::Duration;

use super::{Jail, JailInfo};
use crate::system::{Jid, Note, NoteFlags, Target, Watch};
use crate::{Errno, Error, Host, Result};

/// Something that happened to a jail.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JailEvent {
    /// The jail; [`Jid::HOST`] for the host.
    pub jid: Jid,
    /// Its name; empty for the host.
    pub name: String,
    /// What happened.
    pub event: Event,
}

/// What can happen to a jail.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A jail was created in it.
    Child(Jid),
    /// Its parameters were changed.
    Changed,
    /// A process entered it; several at once have no numbers.
    Attached(Option<i32>),
    /// It was removed. It may be dying for a while; see [`Jail::wait_gone`].
    Removed,
}

impl fmt::Display for JailEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.jid == Jid::HOST { "host" } else { &self.name };
        match self.event {
            Event::Child(child) => write!(f, "{name}: jail {child} created"),
            Event::Changed => write!(f, "{name}: changed"),
            Event::Attached(Some(pid)) => write!(f, "{name}: entered by process {pid}"),
            Event::Attached(None) => write!(f, "{name}: entered by several processes"),
            Event::Removed => write!(f, "{name}: removed"),
        }
    }
}

/// A watch over jails: one ([`Jail::watch`]), or all of a machine ([`Host::watch`]).
///
/// On FreeBSD 15.0 and later the kernel tells what happens. Before, the watch looks again and again, sees what a list of jails
/// and of processes tells, and misses what is over between two looks.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use jailrs::{Event, Jail, sim::SimHost};
///
/// let host = SimHost::new().host();
/// let mut watch = host.watch()?;
/// let jail = Jail::builder("web").create(&host)?;
/// jail.remove()?;
///
/// let mut next = || Ok::<_, jailrs::Error>(watch.next(Duration::from_secs(1))?.map(|event| event.event));
/// assert_eq!(next()?, Some(Event::Child(jail.jid())));
/// # let _ = next;
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Debug)]
pub struct Watcher {
    host: Host,
    /// Whether jails that are created later are watched too.
    follows: bool,
    jails: BTreeMap<Jid, Known>,
    ready: VecDeque<JailEvent>,
    means: Means,
}

/// A jail that is watched.
#[derive(Debug)]
struct Known {
    name: String,
    /// Keeps its descriptor open; the host has none.
    jail: Option<Jail>,
}

#[derive(Debug)]
enum Means {
    Kernel(Box<dyn Watch>),
    Looking { seen: Look },
}

/// What one look sees.
#[derive(Debug, Default)]
struct Look {
    jails: BTreeMap<Jid, JailInfo>,
    /// Processes and the jails that they are in.
    processes: BTreeMap<i32, Jid>,
}

impl Host {
    /// Watches the host and every jail on it, also those that are created later.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the kernel does not let it.
    #[doc(alias = "EVFILT_JAIL")]
    pub fn watch(&self) -> Result<Watcher> {
        let mut watcher = Watcher::new(self, true)?;
        // The host first: what is created from now on is told.
        watcher.add_host()?;
        watcher.add_all()?;
        Ok(watcher)
    }
}

impl Jail {
    /// Watches this jail.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` if it is gone or dying.
    #[doc(alias = "EVFILT_JAILDESC")]
    pub fn watch(&self) -> Result<Watcher> {
        let mut watcher = Watcher::new(&self.host, false)?;
        // The kernel lets a descriptor be watched whose jail is gone, and tells that at once.
        self.get(&["jid"])?;
        watcher.add(self.clone())?;
        Ok(watcher)
    }
}

impl Watcher {
    fn new(host: &Host, follows: bool) -> Result<Self> {
        let means = match host.system().watch() {
            Ok(watch) => Means::Kernel(watch),
            Err(Errno::EOPNOTSUPP) => Means::Looking { seen: Look::at(host)? },
            Err(errno) => return Err(Error::rejected("kqueue", "the jails", errno)),
        };
        Ok(Self { host: host.clone(), follows, jails: BTreeMap::new(), ready: VecDeque::new(), means })
    }

    fn add_host(&mut self) -> Result<()> {
        self.listen(Target::from(Jid::HOST)).map_err(|errno| Error::rejected("kevent", "the host", errno))?;
        self.jails.insert(Jid::HOST, Known { name: String::new(), jail: None });
        Ok(())
    }

    fn add(&mut self, jail: Jail) -> Result<()> {
        let target = jail.target()?;
        self.listen(target).map_err(|errno| Error::rejected("kevent", jail.subject(), errno))?;
        self.jails.insert(jail.jid, Known { name: jail.name.clone(), jail: Some(jail) });
        Ok(())
    }

    fn listen(&mut self, jail: Target) -> Result<(), Errno> {
        match &mut self.means {
            Means::Kernel(watch) => watch.add(jail),
            Means::Looking { .. } => Ok(()),
        }
    }

    /// Watches every jail that is not watched yet, and tells which those are.
    fn add_all(&mut self) -> Result<Vec<JailInfo>> {
        let mut added = Vec::new();
        for info in Jail::list(&self.host, false)? {
            if self.jails.contains_key(&info.jid) {
                continue;
            }
            let found = Jail::from_jid(&self.host, info.jid).and_then(|jail| self.add(jail));
            match found.as_ref().err().and_then(Error::errno) {
                // It is gone already.
                Some(Errno::ENOENT) => {}
                _ => {
                    found?;
                    added.push(info);
                }
            }
        }
        Ok(added)
    }

    /// The next thing that happens, if one does in time; with [`Duration::MAX`] there is no bound.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the kernel does not tell.
    pub fn next(&mut self, patience: Duration) -> Result<Option<JailEvent>> {
        let clock = |host: &Host| host.system().clock();
        let end = clock(&self.host).saturating_add(patience);
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            let left = end.saturating_sub(clock(&self.host));
            let came = match &mut self.means {
                Means::Kernel(watch) => {
                    let note =
                        watch.next(left).map_err(|errno| Error::rejected("kevent", "the jails", errno))?;
                    note.map(|note| self.told(note)).transpose()?.is_some()
                }
                Means::Looking { .. } => self.look(left)?,
            };
            if !came && clock(&self.host) >= end {
                return Ok(None);
            }
        }
    }

    /// Takes a note of the kernel apart.
    fn told(&mut self, note: Note) -> Result<()> {
        let jid = note.jid;
        if note.flags.contains(NoteFlags::SET) {
            self.learn_name(jid);
            self.tell(jid, Event::Changed);
        }
        let several = note.flags.contains(NoteFlags::MULTI);
        if note.flags.contains(NoteFlags::CHILD) {
            self.children(jid, (!several).then_some(Jid(note.number)))?;
        }
        if note.flags.contains(NoteFlags::ATTACH) {
            self.tell(jid, Event::Attached((!several).then_some(note.number)));
        }
        if note.flags.contains(NoteFlags::REMOVE) {
            self.tell(jid, Event::Removed);
            self.jails.remove(&jid);
        }
        Ok(())
    }

    fn tell(&mut self, jid: Jid, event: Event) {
        let name = self.jails.get(&jid).map(|known| known.name.clone()).unwrap_or_default();
        self.ready.push_back(JailEvent { jid, name, event });
    }

    /// Jails were created in this one; of several the list tells which are left.
    fn children(&mut self, jid: Jid, only: Option<Jid>) -> Result<()> {
        // A list may have told of it before the kernel did.
        let told_before = self.follows && only.is_some_and(|only| self.jails.contains_key(&only));
        let new = match (self.follows, only) {
            (true, _) => self.add_all()?,
            (false, Some(_)) => Vec::new(),
            (false, None) => Jail::list(&self.host, false)?,
        };
        if let Some(only) = only.filter(|_| !told_before) {
            self.tell(jid, Event::Child(only));
        }
        let others = new.iter().filter(|info| Some(info.jid) != only);
        let told: Vec<(Jid, Jid)> = match self.follows {
            // A child of a child is told when its turn comes, or here, whichever is first.
            true => others.map(|info| (info.parent, info.jid)).collect(),
            false => others.filter(|info| info.parent == jid).map(|info| (jid, info.jid)).collect(),
        };
        for (parent, child) in told {
            self.tell(parent, Event::Child(child));
        }
        Ok(())
    }

    fn learn_name(&mut self, jid: Jid) {
        let Some(known) = self.jails.get_mut(&jid) else { return };
        if let Some(read) = known.jail.as_ref().and_then(|jail| jail.get(&["name"]).ok()) {
            read.text("name").unwrap_or_default().clone_into(&mut known.name);
        }
    }

    /// Looks until something has changed or the time is over; whether something has.
    fn look(&mut self, patience: Duration) -> Result<bool> {
        let host = self.host.clone();
        let mut now = None;
        host.wait_until(patience, || {
            let look = Look::at(&host)?;
            let Means::Looking { seen } = &self.means else { return Ok(true) };
            let differs = look.jails != seen.jails || look.entered(seen).next().is_some();
            now = Some(look);
            Ok(differs)
        })?;
        let (Some(now), Means::Looking { seen }) = (now, &mut self.means) else { return Ok(false) };
        let before = std::mem::replace(seen, now);
        Ok(self.compare(&before))
    }

    /// Tells what differs from the look before; whether something does.
    fn compare(&mut self, before: &Look) -> bool {
        let Means::Looking { seen: now } = &self.means else { return false };
        let name =
            |look: &Look, jid: Jid| look.jails.get(&jid).map(|info| info.name.clone()).unwrap_or_default();
        let mut events = Vec::new();
        for (jid, info) in &now.jails {
            match before.jails.get(jid) {
                Some(same) if same == info => {}
                Some(old) if old.parent == info.parent => {
                    events.push((*jid, info.name.clone(), Event::Changed))
                }
                _ => events.push((info.parent, name(now, info.parent), Event::Child(*jid))),
            }
        }
        for (pid, jid) in now.entered(before) {
            events.push((jid, name(now, jid), Event::Attached(Some(pid))));
        }
        let gone = before.jails.keys().filter(|jid| !now.jails.contains_key(jid));
        events.extend(gone.map(|jid| (*jid, name(before, *jid), Event::Removed)));
        let watched = |jid: &Jid| self.follows || self.jails.contains_key(jid);
        let events = events.into_iter().filter(|(jid, _, _)| watched(jid));
        let events: Vec<_> = events.map(|(jid, name, event)| JailEvent { jid, name, event }).collect();
        let some = !events.is_empty();
        self.ready.extend(events);
        some
    }
}

impl Look {
    fn at(host: &Host) -> Result<Self> {
        let jails = Jail::list(host, false)?.into_iter().map(|info| (info.jid, info)).collect();
        let all = host.processes()?;
        let inside: BTreeSet<i32> =
            all.iter().filter(|one| one.jid != Jid::HOST).map(|one| one.pid).collect();
        // One whose parent is inside was made there and did not enter.
        let entered = all.iter().filter(|one| inside.contains(&one.pid) && !inside.contains(&one.parent));
        Ok(Self { jails, processes: entered.map(|one| (one.pid, one.jid)).collect() })
    }

    /// The processes that have entered a jail since an earlier look.
    fn entered<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (i32, Jid)> + 'a {
        let new = self.processes.iter().filter(|(pid, jid)| before.processes.get(pid) != Some(jid));
        new.map(|(pid, jid)| (*pid, *jid))
    }
}
