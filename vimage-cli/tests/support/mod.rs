//! A simulated machine in a folder of its own, and the program run on it as separate processes.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Output};

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::Value;
use tempfile::TempDir;

/// Set in the environment of a process that is to be the program rather than its tests.
const ACT: &str = "VIMAGE_TEST_ACT";

/// Is the program, if this process was started to be it. A test binary has the program in it, and is all that is needed
/// to run the tests elsewhere.
pub(crate) fn act_as_program() -> Option<ExitCode> {
    std::env::var_os(ACT).map(|_| vimage::run(std::env::args_os()))
}

/// The program, with an environment that is empty but for where it is to write what of it was run (`cargo llvm-cov`).
pub(crate) fn program() -> Command {
    const COVERED: &str = "LLVM_PROFILE_FILE";
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env_clear().env(ACT, "1").envs(std::env::var_os(COVERED).map(|file| (COVERED, file)));
    command
}

/// Runs a command on a terminal on which `typed` is typed; returns how it ended and what the terminal shows.
pub(crate) fn on_a_terminal(mut command: Command, typed: &str) -> (Option<i32>, String) {
    // Not openpty(3): its library has another number in each release of FreeBSD.
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let slave = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(OFlags::NOCTTY.bits().try_into().unwrap())
        .open(path)
        .unwrap();
    command.stdin(slave.try_clone().unwrap()).stdout(slave.try_clone().unwrap()).stderr(slave);
    let mut child = command.spawn().unwrap();
    // What the command has of the terminal would keep it open.
    drop(command);
    let mut terminal = fs::File::from(master);
    terminal.write_all(typed.as_bytes()).unwrap();
    let mut seen = Vec::new();
    // The end of a terminal is an error on Linux.
    let _ = terminal.read_to_end(&mut seen);
    let seen = String::from_utf8_lossy(&seen).replace("\r\n", "\n");
    (child.wait().unwrap().code(), seen)
}

/// Makes trials of functions.
#[allow(unused_macros, reason = "each test binary uses a part of it")]
macro_rules! trials {
    ($($name:ident),* $(,)?) => {
        vec![$(libtest_mimic::Trial::test(stringify!($name), || {
            $name();
            Ok(())
        })),*]
    };
}
#[allow(unused_imports, reason = "each test binary uses a part of it")]
pub(crate) use trials;

/// What stands for rc.subr(8) where there is none.
pub(crate) const RC_SUBR: &str = include_str!("rc.subr");

/// Two vimages that share a root and a parent, and a third that gets a whole interface.
pub(crate) const RC_CONF: &str = r#"
vimage_list="vj1 vj2 vj3"
vimage_devfs_enable="YES"
vimage_vj1_rootdir="/usr/jail/vj1"
vimage_vj1_hostname="vj1"
vimage_vj1_bridges="igb0 igb0"
vimage_vj2_rootdir="/usr/jail/vj1"
vimage_vj2_hostname="vj2"
vimage_vj2_bridges="igb0 igb1@lan"
vimage_vj2_afterstart_services="sshd"
vimage_vj3_rootdir="/usr/jail/vj2"
vimage_vj3_hostname="vj3"
vimage_vj3_vnets="igb2"
vimage_vj3_fdescfs_enable="YES"
vimage_vj3_exec_prestart0="/usr/bin/true before"
vimage_vj3_exec_poststop0="/usr/bin/true after"
"#;

pub(crate) struct Lab {
    folder: TempDir,
}

impl Lab {
    /// A machine with igb0, igb1 and igb2, and [`RC_CONF`].
    pub(crate) fn new() -> Self {
        let lab = Self { folder: tempfile::tempdir().unwrap() };
        lab.write("rc.conf", RC_CONF);
        let made = lab.run(&["sim", "init", "--nic", "igb0", "--nic", "igb1", "--nic", "igb2"]);
        assert!(made.status.success(), "{}", stderr(&made));
        lab
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.env("TERM", "xterm").env_remove("NO_COLOR");
        command.arg("--host").arg(format!("sim:{}", self.path("m.json").display()));
        command.arg("-c").arg(self.path("rc.conf")).args(args);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must succeed, and returns what it prints.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must end with this exit code, and returns what it complains of.
    pub(crate) fn fails(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
        stderr(&output)
            .lines()
            .filter(|line| !line.contains("this is the simulated machine"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The machine's file, the generation counters left out, and with them the numbers of nodes: an interface that was
    /// away has a new node.
    pub(crate) fn machine(&self) -> String {
        let text = fs::read_to_string(self.path("m.json")).unwrap();
        let mut value: Value = serde_json::from_str(&text).unwrap();
        forget_counters(&mut value);
        serde_json::to_string_pretty(&value).unwrap()
    }
}

fn forget_counters(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("counters");
            if let Some(Value::Object(nodes)) = fields.get("nodes") {
                let nodes = nodes.values().cloned().collect();
                fields.insert("nodes".into(), Value::Array(nodes));
            }
            fields.values_mut().for_each(forget_counters);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_counters),
        _ => {}
    }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
