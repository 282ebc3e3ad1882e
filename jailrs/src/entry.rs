//! The way of a process into a jail, and what it takes on there.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process;

use crate::command::clean_environment;
use crate::login::{Class, User};
use crate::{Errno, Error, Jail, Result};

/// Who a process runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// The further groups.
    pub groups: Vec<u32>,
}

/// What a process takes on between entering a jail and becoming a program, in this order: the forwarding table, the CPUs, the
/// login class with its priority, limits and umask, groups and user, the working directory.
///
/// # Examples
/// ```
/// use jailrs::Entry;
///
/// let entry = Entry::default().fib(1).cpus(&[0, 1]).current_dir("/var/empty");
/// assert_eq!(entry.fib, Some(1));
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The forwarding table; the caller's if none.
    pub fib: Option<u32>,
    /// The CPUs, by number; those of the jail if none.
    pub cpus: Vec<u16>,
    /// The login class.
    pub class: Option<Class>,
    /// The user and its groups; the caller's if none.
    pub ids: Option<Ids>,
    /// The name of the user, which a terminal of its own is told (setlogin(2)).
    pub login: Option<String>,
    /// The variables that the user and its login class set.
    pub env: Vec<(OsString, OsString)>,
    /// The working directory, inside the jail.
    pub cwd: PathBuf,
    /// Where to go from there, if that is to be entered.
    pub home: Option<PathBuf>,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            fib: None,
            cpus: Vec::new(),
            class: None,
            ids: None,
            login: None,
            env: Vec::new(),
            cwd: PathBuf::from("/"),
            home: None,
        }
    }
}

impl Entry {
    /// With this forwarding table.
    #[must_use]
    pub fn fib(mut self, fib: u32) -> Self {
        self.fib = Some(fib);
        self
    }

    /// On these CPUs alone.
    #[must_use]
    pub fn cpus(mut self, cpus: &[u16]) -> Self {
        self.cpus = cpus.to_vec();
        self
    }

    /// As this user with the settings of its login class, in its home directory if that is to be entered.
    #[must_use]
    pub fn user(mut self, user: &User, class: &Class) -> Self {
        self.ids = Some(Ids { uid: user.uid, gid: user.gid, groups: user.groups.clone() });
        self.class = Some(class.clone());
        self.login = Some(user.name.clone());
        self.home = Some(user.home.clone());
        self.env = environment(user, class);
        self
    }

    /// In this directory, as seen inside the jail.
    #[must_use]
    pub fn current_dir(mut self, dir: impl AsRef<Path>) -> Self {
        dir.as_ref().clone_into(&mut self.cwd);
        self.home = None;
        self
    }
}

/// [`std::process::Command`] in a jail.
///
/// The way in is made in the child process, between fork(2) and exec(3): by system calls alone, on memory that was made ready
/// before. Streams, exit status and signals are as usual.
///
/// # Examples
/// ```
/// use std::process::Command;
/// use jailrs::{CommandExt, Entry, Error, Host, Jail, sim::SimHost};
///
/// let host = Host::kernel().unwrap_or_else(|_| SimHost::new().host());
/// match Jail::find(&host, "web") {
///     Ok(web) => drop(Command::new("/bin/hostname").enter(&web, &Entry::default())?.output()),
///     Err(error) => println!("{error}"),
/// }
///
/// // A simulated machine runs no programs of this one.
/// let jail = Jail::builder("web").create(&SimHost::new().host())?;
/// let refused = Command::new("/bin/hostname").enter(&jail, &Entry::default()).map(drop);
/// assert!(matches!(refused, Err(Error::Unsupported { .. })));
/// # Ok::<(), Error>(())
/// ```
pub trait CommandExt {
    /// Makes the command run in a jail.
    ///
    /// Its environment becomes a clean one; variables are set after this call. Its own `uid`, `gid`, `groups` and `current_dir`
    /// take effect before the jail is entered, where a user cannot enter it any more: use those of `entry`. It is for one jail,
    /// and holds it as long as it lives. Of the descriptors that are open it is given its standard streams. It runs in a session
    /// of its own, without the caller's terminal, and can be put into no `process_group`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] in a jail of a simulated machine; [`Error::Invalid`] for a directory or a name with a NUL. The way
    /// in itself fails, if it does, when the command is started: with `ENOENT` or `EINVAL` if the jail is gone.
    fn enter(&mut self, jail: &Jail, entry: &Entry) -> Result<&mut Self>;
}

impl CommandExt for process::Command {
    fn enter(&mut self, jail: &Jail, entry: &Entry) -> Result<&mut Self> {
        let hold = Box::new(jail.clone());
        let entered = jail.host().system().enter(self, jail.target()?, entry, hold);
        entered.map_err(|errno| match errno {
            Errno::EOPNOTSUPP => {
                let hint = "a simulated machine runs no programs; Jail::command records them".to_owned();
                Error::Unsupported { what: format!("entering jail {:?}", jail.name()), hint }
            }
            errno => Error::rejected("entering", format!("jail {:?}", jail.name()), errno),
        })?;
        self.env_clear().envs(clean_environment(std::env::var_os("TERM")));
        self.envs(entry.env.iter().map(|(name, value)| (name, value)));
        Ok(self)
    }
}

/// The variables that a user and its login class set.
fn environment(user: &User, class: &Class) -> Vec<(OsString, OsString)> {
    let name = OsString::from(&user.name);
    let own: [(OsString, OsString); 4] = [
        ("HOME".into(), user.home.clone().into()),
        ("SHELL".into(), user.shell.clone().into()),
        ("USER".into(), name.clone()),
        ("LOGNAME".into(), name),
    ];
    let path = class.path.iter().map(|path| ("PATH".into(), path.into()));
    path.chain(class.env.iter().map(|(name, value)| (name.into(), value.into()))).chain(own).collect()
}
