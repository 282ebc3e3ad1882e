//! This ngctl beside FreeBSD's own, on FreeBSD's kernel: the same words, the same answers, byte for byte.
//!
//! Runs on FreeBSD as root with `NETGRAPH_TEST_KERNEL=1`, in a VNET jail that is made for it; anywhere else it is listed as
//! ignored.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use jailrs::{Host, Jail};
use libtest_mimic::{Arguments, Failed, Trial};

const ORIGINAL: &str = "/usr/sbin/ngctl";

/// A persistent bridge, an interface and a hub on it.
const SCRIPT: &str = "\
mkpeer bridge b link0
name .:b lan
msg lan: setpersistent
mkpeer lan: eiface link1 ether
mkpeer lan: hub link2 up
name lan:link2 star
";

/// What is asked of both.
const LINES: &[&str] = &[
    "list",
    "ls -n",
    "list -l",
    "show lan:",
    "show -n lan:",
    "inquire star:",
    "types",
    "dot",
    "graphviz -c",
    "status lan:",
    "config lan:",
    "config lan: a b",
    "msg lan: getconfig",
    "msg lan: gettable",
    "msg lan: getstats 1",
    "cmd star: nodeinfo",
    "msg lan: nonsense",
    "msg lan: setconfig {",
    "msg nobody: getconfig",
    "name lan: star",
    "name lan: lan",
    "connect lan: star: link2 x",
    "rmhook nothing",
    "shutdown nobody:",
    "mkpeer nonsense a b",
    "write a 256",
    "write a 1",
    "write a -f",
    "write a -f /nowhere",
    "read /nowhere",
    "debug",
    "s",
    "frobnicate",
    "show",
    "show nobody:",
    "list -x",
    "help nonsense",
];

/// Where cargo puts the examples: beside the folder of this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("examples/ngctl")
}

/// What a program said, with its own node's number taken out, and in the order of the lines: nodes come in that of a hash.
fn said(jail: &Jail, program: &Path, first: &[&str], line: &str) -> Result<String, Failed> {
    let words = line.split(' ');
    let output = jail.command(program).args(first).args(["-n", "me"]).args(words).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let listed = text.lines().find(|line| line.starts_with("  Name: me "));
    let listed = listed.and_then(|line| line.split("ID: ").nth(1)?.split(' ').next());
    let drawn = text.lines().find(|line| line.contains("\"{me:|"));
    let drawn = drawn.and_then(|line| line.split('"').nth(1));
    let id = listed.or(drawn).and_then(|id| u32::from_str_radix(id, 16).ok());
    let text = match id {
        Some(id) => text
            .replace(&format!("ID: {id:08x}"), "ID: -")
            .replace(&format!("\"{id:x}\""), "\"-\"")
            .replace(&format!("[{id:x}]"), "[-]"),
        None => text,
    };
    let mut lines: Vec<_> = text.split_inclusive('\n').collect();
    lines.sort_unstable();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(format!("{}{complaint}{}\n", lines.concat(), output.status))
}

fn both_say_the_same(jail: &Jail) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("script");
    std::fs::write(&script, SCRIPT)?;
    let made = jail.command(program()).arg("--kernel").arg("-f").arg(&script).output()?;
    if !made.status.success() {
        return Err(format!("the script: {}", String::from_utf8_lossy(&made.stderr)).into());
    }
    let mut differences = String::new();
    for line in LINES {
        let ours = said(jail, &program(), &["--kernel"], line)?;
        let original = said(jail, Path::new(ORIGINAL), &[], line)?;
        if ours != original {
            differences += &format!("ngctl {line}\n--- ours\n{ours}--- original\n{original}");
        }
    }
    for node in ["star:", "lan:link1", "lan:"] {
        jail.command(program()).args(["--kernel", "shutdown", node]).output()?;
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.into()) }
}

fn beside() -> Result<(), Failed> {
    let host = Host::kernel()?;
    for kind in ["socket", "eiface", "bridge", "hub"] {
        host.load_module(&format!("ng_{kind}"))?;
    }
    let name = format!("ngctl{}", std::process::id());
    let jail = Jail::builder(name).path("/").vnet().persist().create(&host)?;
    let result = both_say_the_same(&jail);
    jail.remove()?;
    jail.wait_gone(Duration::from_secs(10))?;
    result
}

fn main() {
    let real = cfg!(target_os = "freebsd") && std::env::var_os("NETGRAPH_TEST_KERNEL").is_some();
    let trial = Trial::test("kernel::ngctl_says_what_the_original_says", beside);
    let trial = if real {
        trial
    } else {
        trial.with_kind("needs FreeBSD, root, and NETGRAPH_TEST_KERNEL=1").with_ignored_flag(true)
    };
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit();
}
