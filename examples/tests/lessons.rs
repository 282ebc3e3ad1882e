//! Every lesson of the course prints what is written down for it in `expected/`: on the simulated machine, and on FreeBSD as
//! root with `NETGRAPH_TEST_KERNEL=1` on its kernel, each in a VNET of its own.
//!
//! `UPDATE=1` writes down what the simulated machine makes of them.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jailrs::{Host, Jail};
use libtest_mimic::{Arguments, Failed, Trial};

const KERNEL: &str = "NETGRAPH_TEST_KERNEL";

/// The lessons, each with what it prints. They are compiled in, as the sources may not be where the test runs.
macro_rules! lessons {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../expected/", $name, ".txt")))),*]
    };
}

const LESSONS: &[(&str, &str)] = lessons![
    "01_hello_node",
    "02_list_the_graph",
    "03_two_hosts",
    "04_ping",
    "05_tap",
    "06_wan_in_a_box",
    "07_filter",
    "08_trunk",
    "11_transaction",
    "12_vimage",
];

/// This one makes a jail, which a jail may not.
const ON_THE_HOST: &str = "12_vimage";

/// Where cargo puts the examples: beside the folder of this test.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("examples").join(name)
}

fn compare(name: &str, expected: &str, found: &str) -> Result<(), Failed> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{name} printed\n{found}\nand not\n{expected}").into())
}

fn simulated(name: &str, expected: &str) -> Result<(), Failed> {
    let output = Command::new(program(name)).output()?;
    let found = String::from_utf8(output.stdout)?;
    if !output.status.success() {
        return Err(format!("{name}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)).into());
    }
    if std::env::var_os("UPDATE").is_some() {
        let file = format!("{}/expected/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        return Ok(std::fs::write(file, found)?);
    }
    compare(name, expected, &found)
}

fn on_the_kernel(name: &str, expected: &str) -> Result<(), Failed> {
    let host = Host::kernel()?;
    for kind in ["socket", "ether", "eiface", "bridge", "hub", "tee", "pipe", "bpf", "vlan", "netflow"] {
        host.load_module(&format!("ng_{kind}"))?;
    }
    let program = program(name);
    let output = if name == ON_THE_HOST {
        host.command(&program).args(["--kernel"]).output()?
    } else {
        let jail = Jail::builder(format!("lesson-{name}")).path("/").vnet().persist().create(&host)?;
        let output = jail.command(&program).args(["--kernel"]).output();
        jail.remove()?;
        jail.wait_gone(Duration::from_secs(10))?;
        output?
    };
    if !output.status.success() {
        return Err(format!("{name}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)).into());
    }
    compare(name, expected, &String::from_utf8(output.stdout)?)
}

fn every_lesson_is_tried(folder: &Path) {
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    files.sort();
    assert_eq!(files, LESSONS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

/// Lists a trial as ignored where it cannot run, its kind the reason.
fn unless(trial: Trial, why_not: Option<&str>) -> Trial {
    match why_not {
        Some(reason) => trial.with_kind(reason).with_ignored_flag(true),
        None => trial,
    }
}

fn main() {
    let real = cfg!(target_os = "freebsd") && std::env::var_os(KERNEL).is_some();
    let no_kernel = (!real).then_some("needs FreeBSD, root, and NETGRAPH_TEST_KERNEL=1");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let no_sources = (!folder.is_dir()).then_some("needs the sources");
    let all = Trial::test("every_lesson_is_tried", move || {
        every_lesson_is_tried(&folder);
        Ok(())
    });
    let mut trials = vec![unless(all, no_sources)];
    for (name, expected) in LESSONS {
        trials.push(Trial::test(format!("sim::{name}"), move || simulated(name, expected)));
        let kernel = Trial::test(format!("kernel::{name}"), move || on_the_kernel(name, expected));
        trials.push(unless(kernel, no_kernel));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
