//! A FreeBSD to follow instructions on: a folder that stands for `/`, a simulated machine, and the few commands of the
//! system that an administrator types beside `vimage`.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jailrs::Jail;
use netgraph::TypeName;
use tempfile::TempDir;
use vimage::config::Source;
use vimage::host::Machine;

use crate::releases::Shelf;
use crate::support::{self, program};

/// What of the file system is in the folder.
const INSIDE: [&str; 5] = ["/usr/jail", "/usr/repos", "/etc", "/usr/local", "/boot"];

pub(crate) struct Town {
    folder: TempDir,
    shelf: Shelf,
}

impl Town {
    /// A machine with igb0 and igb1, and nothing in its rc.conf(5).
    pub(crate) fn new() -> Self {
        let town = Self { folder: tempfile::tempdir().unwrap(), shelf: Shelf::new() };
        for folder in ["etc", "boot", "bin", "usr/local/etc"] {
            fs::create_dir_all(town.root().join(folder)).unwrap();
        }
        town.write("/etc/rc.conf", "");
        let made = town.vimage(&["sim", "init", "--nic", "igb0", "--nic", "igb1"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        town.shelf.modern("15.1-RELEASE");
        town
    }

    /// The folder that stands for `/`; its own path has no symbolic link in it.
    pub(crate) fn root(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap()
    }

    /// Where a file of the machine is.
    pub(crate) fn inside(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.inside(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, self.placed(text)).unwrap();
    }

    /// A file, as the machine would show it.
    pub(crate) fn read(&self, path: &str) -> String {
        self.shown(&fs::read(self.inside(path)).unwrap())
    }

    pub(crate) fn append(&self, path: &str, text: &str) {
        let before = fs::read_to_string(self.inside(path)).unwrap_or_default();
        fs::write(self.inside(path), format!("{before}{}", self.placed(text))).unwrap();
    }

    /// A text of a configuration, its roots being in the folder.
    fn placed(&self, text: &str) -> String {
        text.replace("\"/usr/jail", &format!("\"{}/usr/jail", self.root().display()))
    }

    /// A text as the machine would show it.
    fn shown(&self, text: &[u8]) -> String {
        String::from_utf8_lossy(text).replace(&*self.root().to_string_lossy(), "")
    }

    pub(crate) fn machine(&self) -> Machine {
        Machine::file(&self.root().join("m.json")).unwrap()
    }

    fn command(&self) -> Command {
        let mut command = program();
        command.arg("--host").arg(format!("sim:{}", self.root().join("m.json").display()));
        command.arg("-c").arg(self.inside("/etc/rc.conf"));
        command.env("VIMAGE_REPOS", self.inside("/usr/repos"));
        command
    }

    fn vimage(&self, words: &[&str]) -> Output {
        self.command().args(words).output().unwrap()
    }

    /// Runs a line as it is typed, and returns what is seen on the terminal, and the exit status.
    pub(crate) fn run(&self, line: &str) -> (String, i32) {
        let (line, into) = match line.split_once(" > ") {
            Some((line, into)) => (line, Some(self.inside(into.trim()))),
            None => (line, None),
        };
        let words: Vec<String> = words(line).into_iter().map(|word| self.place(word)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (program, args) = words.split_first().unwrap();
        let output = match *program {
            "vimage" => self.vimage(args),
            "service" => self.service(args),
            "mkdir" | "chmod" | "ls" | "cat" => Command::new(program).args(args).output().unwrap(),
            "fetch" => return (self.fetch(args), 0),
            "ngctl" => return (self.ngctl(args), 0),
            // The modules that are needed are there.
            "kldload" => return (String::new(), 0),
            other => panic!("this town has no {other}"),
        };
        self.play_netif();
        let code = output.status.code().unwrap();
        if let Some(into) = into {
            fs::write(into, self.shown(&output.stdout)).unwrap();
            return (String::new(), code);
        }
        let said = self.shown(&output.stderr);
        let said = said.lines().filter(|line| {
            !line.starts_with("vimage: this is the simulated machine") && !line.contains("noted, and not run")
        });
        let said: String = said.map(|line| format!("{line}\n")).collect();
        (format!("{}{said}", self.shown(&output.stdout)), code)
    }

    /// Runs a line that must succeed.
    pub(crate) fn does(&self, line: &str) -> String {
        let (seen, code) = self.run(line);
        assert_eq!(code, 0, "# {line}\n{seen}");
        seen
    }

    /// A word, in the folder if it is a path there.
    fn place(&self, word: String) -> String {
        let is_inside = |path: &str| word == path || word.starts_with(&format!("{path}/"));
        if INSIDE.iter().any(|path| is_inside(path)) {
            self.inside(&word).display().to_string()
        } else {
            word
        }
    }

    /// Runs the script that was put in its place, with vimage working on the simulated machine.
    fn service(&self, args: &[&str]) -> Output {
        let Some(("vimage", args)) = args.split_first().map(|(first, rest)| (*first, rest)) else {
            panic!("this town has no {args:?}")
        };
        let script = fs::read_to_string(self.inside("/usr/local/etc/rc.d/vimage")).unwrap();
        let vimage = self.inside("/bin/vimage");
        let text = format!(
            "#!/bin/sh\nVIMAGE_TEST_ACT=1 exec '{}' --host 'sim:{}' -c '{}' \"$@\"\n",
            std::env::current_exe().unwrap().display(),
            self.root().join("m.json").display(),
            self.inside("/etc/rc.conf").display()
        );
        fs::write(&vimage, text).unwrap();
        fs::set_permissions(&vimage, PermissionsExt::from_mode(0o755)).unwrap();
        let rc_subr = self.inside("/etc/rc.subr");
        fs::write(&rc_subr, support::RC_SUBR).unwrap();
        let line = |line: &str| match line.strip_prefix("vimage_bin=") {
            Some(_) => format!("vimage_bin='{}'\n", vimage.display()),
            None => format!("{}\n", line.replace("/etc/rc.subr", rc_subr.to_str().unwrap())),
        };
        let run = self.inside("/bin/rc");
        fs::write(&run, script.lines().map(line).collect::<String>()).unwrap();
        let mut command = Command::new("sh");
        command.env_clear().env("PATH", "/bin:/usr/bin").env("RC_CONF", self.inside("/etc/rc.conf"));
        command.arg(run).args(args).output().unwrap()
    }

    /// Gives the files of a release, as the server would.
    fn fetch(&self, args: &[&str]) -> String {
        let ["-o", folder, url] = args else { panic!("this town has no {args:?}") };
        let path = url.strip_prefix("https://download.freebsd.org/releases/amd64/").unwrap();
        let file = Path::new(folder).join(Path::new(path).file_name().unwrap());
        fs::copy(self.shelf.repo().join(path), file).unwrap();
        String::new()
    }

    /// The commands of ngctl(8) that make and take away nodes.
    fn ngctl(&self, args: &[&str]) -> String {
        let machine = self.machine();
        let socket = machine.socket(None).unwrap();
        let path = |text: &str| text.parse::<netgraph::Path>().unwrap();
        match args {
            ["mkpeer", at, kind, hook, peer] => {
                let kind = TypeName::try_from(*kind).unwrap();
                socket.make_peer_of(&path(at), kind, hook.parse().unwrap(), peer.parse().unwrap()).unwrap();
            }
            ["connect", at, to, hook, peer] => {
                socket.connect(&path(at), &path(to), hook.parse().unwrap(), peer.parse().unwrap()).unwrap();
            }
            ["name", at, name] => socket.name(&path(at), name.parse().unwrap()).unwrap(),
            ["shutdown", at] => socket.shutdown(&path(at)).unwrap(),
            other => panic!("this town has no ngctl {other:?}"),
        }
        drop(socket);
        machine.sync().unwrap();
        String::new()
    }

    /// Does in each vimage what its rc.d/netif would: brings up the interfaces that its rc.conf(5) says something of.
    fn play_netif(&self) {
        let machine = self.machine();
        for info in Jail::list(&machine.jails, false).unwrap() {
            let jail = Jail::from_jid(&machine.jails, info.jid).unwrap();
            let rc_conf = info.path.join("etc/rc.conf");
            let Ok((variables, _)) = Source::File(rc_conf).read() else { continue };
            for interface in jail.interfaces().list().unwrap() {
                if variables.find(&format!("ifconfig_{}", interface.name)).is_some() {
                    jail.interfaces().set_up(&interface.name, true).unwrap();
                }
            }
        }
        machine.sync().unwrap();
    }
}

/// The words of a line, as a shell would cut it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
