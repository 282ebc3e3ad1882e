//! Every lesson of the course prints what is written down for it in `expected/`, and makes the graph that is drawn in
//! `pictures/`: on the simulated machine, and on FreeBSD as root with `NETGRAPH_TEST_KERNEL=1` on its kernel, each in a VNET of
//! its own (there without the picture).
//!
//! `UPDATE=1` writes down, and draws, what the simulated machine makes of them.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jailrs::{Host, Jail};
use libtest_mimic::{Arguments, Failed, Trial};

const KERNEL: &str = "NETGRAPH_TEST_KERNEL";

/// A lesson, with what it prints and what it draws. They are compiled in, as the sources may not be where the test runs.
struct Lesson {
    name: &'static str,
    printed: &'static str,
    drawn: &'static str,
}

macro_rules! lessons {
    ($($name:literal),* $(,)?) => {
        &[$(Lesson {
            name: $name,
            printed: include_str!(concat!("../expected/", $name, ".txt")),
            drawn: include_str!(concat!("../pictures/", $name, ".svg")),
        }),*]
    };
}

const LESSONS: &[Lesson] = lessons![
    "01_hello_node",
    "02_list_the_graph",
    "03_two_hosts",
    "04_ping",
    "05_tap",
    "06_wan_in_a_box",
    "07_filter",
    "08_trunk",
    "09_flows",
    "10_own_type",
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
    Err(format!("{name} made\n{found}\nand not\n{expected}").into())
}

fn simulated(lesson: &Lesson) -> Result<(), Failed> {
    let name = lesson.name;
    let folder = tempfile::tempdir()?;
    let picture = folder.path().join("picture.svg");
    let output = Command::new(program(name)).arg("--picture").arg(&picture).output()?;
    if !output.status.success() {
        return Err(format!("{name}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)).into());
    }
    let (printed, drawn) = (String::from_utf8(output.stdout)?, std::fs::read_to_string(picture)?);
    if std::env::var_os("UPDATE").is_some() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        std::fs::write(here.join(format!("expected/{name}.txt")), printed)?;
        return Ok(std::fs::write(here.join(format!("pictures/{name}.svg")), drawn)?);
    }
    compare(name, lesson.printed, &printed)?;
    compare(name, lesson.drawn, &drawn)
}

fn on_the_kernel(lesson: &Lesson) -> Result<(), Failed> {
    let name = lesson.name;
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
    compare(name, lesson.printed, &String::from_utf8(output.stdout)?)
}

fn every_lesson_is_tried(folder: &Path) {
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    files.sort();
    assert_eq!(files, LESSONS.iter().map(|lesson| lesson.name).collect::<Vec<_>>());
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
    for lesson in LESSONS {
        let name = lesson.name;
        let no_program =
            (!program(name).exists()).then_some("needs the programs of the lessons, as cargo builds them");
        trials.push(unless(Trial::test(format!("sim::{name}"), || simulated(lesson)), no_program));
        let kernel = Trial::test(format!("kernel::{name}"), || on_the_kernel(lesson));
        trials.push(unless(kernel, no_kernel.or(no_program)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
