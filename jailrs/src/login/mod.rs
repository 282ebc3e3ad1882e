//! Users of a jail, as the jail itself knows them.
//!
//! A jail has users of its own. They are read from outside, from the files below the jail's root, and before a process is made:
//! what the C library does to look up a user allocates and opens files, which a child process must not do between fork(2) and
//! exec(3). No symbolic link is followed, so that a jail's files cannot lead out of it. Users that come from elsewhere, such as
//! LDAP or NIS, are not found; [`Command::ids`](crate::Command::ids) takes numbers.

mod class;
mod conf;
mod passwd;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use class::{Class, Limit};

pub use crate::rooted::read_below;

use crate::{Errno, Error, Host, Jail, Result};

/// A user of a jail or of the host: its line of passwd(5), and the groups that it is in.
///
/// # Examples
/// ```
/// use jailrs::{Jail, sim::SimHost};
///
/// let machine = SimHost::new();
/// machine.add_root("/jails/web");
/// machine.write_file("/jails/web/etc/master.passwd", "www:*:80:80::0:0:Web:/nonexistent:/usr/sbin/nologin\n");
/// machine.write_file("/jails/web/etc/group", "www:*:80:\nlogs:*:81:www\n");
///
/// let jail = Jail::builder("web").path("/jails/web").create(&machine.host())?;
/// let user = jail.user("www")?;
/// assert_eq!((user.uid, user.gid, user.groups), (80, 80, vec![80, 81]));
/// # Ok::<(), jailrs::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// The number of its own group.
    pub gid: u32,
    /// The numbers of all its groups, its own first.
    pub groups: Vec<u32>,
    /// Its login class; empty for the one that everybody has.
    pub class: String,
    /// Its home directory.
    pub home: PathBuf,
    /// Its shell.
    pub shell: PathBuf,
}

/// Where users are looked for: the root below which their files are, and what it is called.
struct Place {
    host: Host,
    root: PathBuf,
    name: String,
}

impl Place {
    fn read(&self, file: &str) -> Result<String, Errno> {
        let bytes = self.host.system().read_below(&self.root, Path::new(file))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn refused(&self, file: &str, errno: Errno) -> Error {
        Error::rejected("reading", format!("{file} {}", self.name), errno)
    }

    /// A file that need not be there.
    fn read_if_there(&self, file: &str) -> Result<String> {
        match self.read(file) {
            Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(String::new()),
            read => read.map_err(|errno| self.refused(file, errno)),
        }
    }

    fn user(&self, name: &str) -> Result<User> {
        const WITH_CLASSES: &str = "/etc/master.passwd";
        const FOR_ALL: &str = "/etc/passwd";
        let found = match self.read(WITH_CLASSES) {
            Ok(text) => passwd::user(&text, name),
            Err(Errno::ENOENT | Errno::EACCES) => {
                let text = self.read(FOR_ALL).map_err(|errno| self.refused(FOR_ALL, errno))?;
                passwd::user(&text, name)
            }
            Err(errno) => return Err(self.refused(WITH_CLASSES, errno)),
        };
        let mut user = found.ok_or_else(|| {
            Error::invalid(format!("user {}", self.name), name, "/etc/passwd has none of that name")
        })?;
        user.groups = passwd::groups(&self.read_if_there("/etc/group")?, &user);
        Ok(user)
    }

    fn class(&self, user: &User) -> Result<Class> {
        let file = "/etc/login.conf";
        Class::of(&self.read_if_there(file)?, user)
    }
}

impl Jail {
    fn place(&self) -> Result<Place> {
        let root = self.get(&["path"])?.text("path").unwrap_or("/").into();
        Ok(Place { host: self.host().clone(), root, name: format!("in jail {:?}", self.name()) })
    }

    /// The user of this name in the jail.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is none; [`Error::Rejected`] if the jail's files cannot be read: `ELOOP` for a symbolic link
    /// on the way to them.
    #[doc(alias = "getpwnam")]
    pub fn user(&self, name: &str) -> Result<User> {
        self.place()?.user(name)
    }

    /// What a user's login class says, by the jail's own `/etc/login.conf`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a setting that makes no sense; as [`user`](Self::user).
    #[doc(alias = "login_getpwclass")]
    pub fn class(&self, user: &User) -> Result<Class> {
        self.place()?.class(user)
    }
}

impl Host {
    fn place(&self) -> Place {
        Place { host: self.clone(), root: PathBuf::from("/"), name: "on the host".to_owned() }
    }

    /// The user of this name on the host.
    ///
    /// # Errors
    /// As [`Jail::user`].
    pub fn user(&self, name: &str) -> Result<User> {
        self.place().user(name)
    }

    /// What a user's login class says on the host.
    ///
    /// # Errors
    /// As [`Jail::class`].
    pub fn class(&self, user: &User) -> Result<Class> {
        self.place().class(user)
    }
}
