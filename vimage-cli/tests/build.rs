//! `vimage build` on real files: releases of both forms, and everything that can be wrong with them.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(unsafe_code, reason = "starts the program with a signal ignored, or not")]

mod releases;
mod support;

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{SigHandler, Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use releases::Shelf;
use support::{on_a_terminal, program, stderr};

fn a_release_of_today_becomes_a_root() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    let output = shelf.run(&["--release", "15.1-RELEASE", "DIR"]);
    assert_eq!((stderr(&output).as_str(), output.status.code()), ("", Some(0)));
    assert_eq!(shelf.shown(&output.stdout), "DIR is 15.1-RELEASE with base lib32\n");
    shelf.assert_root("15.1-RELEASE");
    assert_eq!(fs::read_to_string(shelf.dir().join("usr/lib32/libc.so.7")).unwrap(), "lib32");
    assert!(!shelf.dir().join("boot/kernel").exists(), "a jail has no kernel of its own");
    assert_eq!(shelf.around(), ["vj1"]);
}

fn a_release_of_the_article_becomes_a_root() {
    let shelf = Shelf::new();
    shelf.old("8.3-RELEASE");
    let output = shelf.run(&["--release", "8.3-RELEASE", "DIR"]);
    assert_eq!(
        stderr(&output),
        "vimage: 8.3-RELEASE has no dict, no games, no info, no manpages, no proflibs\n"
    );
    assert_eq!(shelf.shown(&output.stdout), "DIR is 8.3-RELEASE with base doc\n");
    shelf.assert_root("8.3-RELEASE");
    assert_eq!(fs::read_to_string(shelf.dir().join("usr/share/doc/papers")).unwrap(), "doc");
    // Each mtree specification, after everything is unpacked, then those of all releases.
    let told = shelf.shown(&fs::read(shelf.path("mtree.log")).unwrap());
    assert_eq!(
        told,
        "-e -U -q -f REPOS/8.3-RELEASE/base/base.mtree -p DIR.partial\n\
         -d -e -U -q -f DIR.partial/etc/mtree/BSD.usr.dist -p DIR.partial/usr\n"
    );
}

fn sets_are_chosen_by_name_and_base_goes_first() {
    let shelf = Shelf::new();
    shelf.old("8.3-RELEASE");
    let output = shelf.run(&["--release", "8.3-RELEASE", "--sets", "kernels,base", "DIR"]);
    assert_eq!(
        shelf.shown(&output.stdout),
        "DIR is 8.3-RELEASE with base kernels/generic\n",
        "{}",
        stderr(&output)
    );
    assert!(shelf.dir().join("boot/kernel/kernel").exists());
    assert!(!shelf.dir().join("usr/share/doc").exists());
}

fn what_there_is_is_listed() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    shelf.modern("16.0-CURRENT");
    shelf.old("amd64/8.3-RELEASE");
    fs::remove_file(shelf.repo().join("15.1-RELEASE/lib32.txz")).unwrap();
    fs::create_dir(shelf.repo().join("not-a-release")).unwrap();
    let text = shelf.ok(&["--list"]);
    let names: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(
        names,
        [
            "8.3-RELEASE  REPOS/amd64/8.3-RELEASE",
            "15.1-RELEASE  REPOS/15.1-RELEASE",
            "16.0-CURRENT  REPOS/16.0-CURRENT  newer than the kernel"
        ]
    );
    assert!(text.contains("lacks lib32.txz"), "{text}");
    let json: Value = serde_json::from_str(&shelf.ok(&["--list", "--json"])).unwrap();
    assert_eq!(json["version"], 1);
    let old = &json["releases"][0];
    assert_eq!((&old["form"], &old["newer"]), (&"pieces".into(), &false.into()));
    let base = &old["sets"][0];
    assert_eq!(
        (&base["name"], &base["default"], &base["checked"]),
        (&"base".into(), &true.into(), &true.into())
    );
    assert!(base["files"].as_u64().unwrap() > 1, "{base}");
    assert_eq!(json["releases"][1]["sets"][2]["missing"][0], "lib32.txz");
    assert_eq!(json["releases"][2]["newer"], true);
}

fn a_release_that_cannot_be_read_does_not_keep_others_from_being_built() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    shelf.modern("14.3-RELEASE");
    fs::write(shelf.repo().join("14.3-RELEASE/MANIFEST"), "<html>\n").unwrap();
    let told = "vimage: REPOS/14.3-RELEASE/MANIFEST:1: this is no line of a MANIFEST\n";
    let output = shelf.run(&["--list"]);
    assert_eq!(shelf.shown(&output.stderr), told);
    assert!(shelf.shown(&output.stdout).starts_with("15.1-RELEASE  REPOS/15.1-RELEASE\n"));
    shelf.ok(&["--release", "15.1-RELEASE", "DIR"]);
    assert!(shelf.fails(&["--release", "14.3-RELEASE", "DIR2"], 69).starts_with(told));
}

fn whoever_starts_it_may_ignore_what_becomes_of_children() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    let mut command = shelf.command(&["--release", "15.1-RELEASE", "DIR"]);
    begin_with(&mut command, Signal::SIGCHLD, SigHandler::SigIgn);
    let output = command.output().unwrap();
    assert_eq!((stderr(&output).as_str(), output.status.code()), ("", Some(0)));
    shelf.assert_root("15.1-RELEASE");
}

/// Has a command begin with a signal ignored, or not.
fn begin_with(command: &mut Command, signal: Signal, handler: SigHandler) {
    let set = move || {
        // SAFETY: asks the kernel for something, and touches no memory.
        let done = unsafe { nix::sys::signal::signal(signal, handler) };
        done.map(drop).map_err(std::io::Error::from)
    };
    // SAFETY: between fork and exec there is one system call.
    unsafe { command.pre_exec(set) };
}

fn a_dry_run_shows_the_steps_and_does_none() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    let shown = shelf.ok(&["--release", "15.1-RELEASE", "-n", "--sets", "base", "DIR"]);
    let mut lines = shown.lines();
    assert!(lines.next().unwrap().starts_with("* check base ("), "{shown}");
    assert_eq!(lines.collect::<Vec<_>>(), ["+ unpack base into DIR.partial", "* rename DIR.partial to DIR"]);
    assert!(shelf.around().is_empty());
}

fn steps_are_told_and_json_is_for_machines() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    let output = shelf.run(&["-v", "--json", "--release", "15.1-RELEASE", "DIR"]);
    assert_eq!(
        shelf.shown(&output.stderr),
        "* DIR: check base\n* DIR: check lib32\n+ DIR: unpack base\n+ DIR: unpack lib32\n* DIR: finish\n"
    );
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&json["version"], &json["done"], &json["release"]),
        (&1.into(), &true.into(), &"15.1-RELEASE".into())
    );
    assert_eq!(json["sets"][0]["name"], "base");
}

fn a_damaged_set_is_found_before_anything_is_unpacked() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    shelf.old("8.3-RELEASE");
    for (release, file) in [("15.1-RELEASE", "lib32.txz"), ("8.3-RELEASE", "base/base.ab")] {
        let path = shelf.repo().join(release).join(file);
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        let error = shelf.fails(&["--release", release, "DIR"], 69);
        assert!(error.contains(&format!("REPOS/{release}/{file} is damaged: it must have ")), "{error}");
        assert!(error.ends_with("fetch it again"), "{error}");
        assert!(shelf.around().is_empty());
    }
}

fn everything_that_is_missing_is_told_at_once() {
    let shelf = Shelf::new();
    shelf.old("8.3-RELEASE");
    fs::remove_file(shelf.repo().join("8.3-RELEASE/base/base.ab")).unwrap();
    let error = shelf.fails(&["--release", "8.3-RELEASE", "--sets", "base,games,src", "DIR"], 69);
    assert_eq!(
        error,
        "vimage: 8.3-RELEASE lacks the set games, the set src, base.ab of the set base\n        \
         it has base doc kernels/generic; fetch what is missing into REPOS/8.3-RELEASE"
    );
    assert!(shelf.around().is_empty());
}

fn a_set_that_was_not_fetched_is_told_of_and_done_without() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    fs::remove_file(shelf.repo().join("15.1-RELEASE/lib32.txz")).unwrap();
    let output = shelf.run(&["--release", "15.1-RELEASE", "DIR"]);
    assert_eq!(stderr(&output), "vimage: 15.1-RELEASE has no lib32\n");
    assert_eq!(shelf.shown(&output.stdout), "DIR is 15.1-RELEASE with base\n");
    fs::remove_file(shelf.repo().join("15.1-RELEASE/base.txz")).unwrap();
    fs::remove_dir_all(shelf.dir()).unwrap();
    let error = shelf.fails(&["--release", "15.1-RELEASE", "DIR"], 69);
    assert!(error.starts_with("vimage: 15.1-RELEASE lacks base.txz of the set base\n"), "{error}");
}

fn what_nothing_vouches_for_is_unpacked_only_by_force() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    fs::remove_file(shelf.repo().join("15.1-RELEASE/MANIFEST")).unwrap();
    let args = ["--release", "15.1-RELEASE", "--sets", "base", "DIR"];
    let error = shelf.fails(&args, 69);
    assert!(error.contains("nothing says what REPOS/15.1-RELEASE/base.txz must be"), "{error}");
    shelf.ok(&[&args[..], &["--force"]].concat());
    shelf.assert_root("15.1-RELEASE");
}

fn a_release_newer_than_the_kernel_is_refused_with_the_reason() {
    let shelf = Shelf::new();
    shelf.modern("16.0-CURRENT");
    let args = ["--release", "16.0-CURRENT", "DIR"];
    let error = shelf.fails(&args, 69);
    assert_eq!(
        error,
        "vimage: 16.0-CURRENT is FreeBSD 16.0 and the running kernel is 15.1: programs of a newer release may ask the \
         kernel for what it does not have\n        take an older release, or update the host first; --force builds it all \
         the same"
    );
    assert!(shelf.around().is_empty());
    shelf.ok(&[&args[..], &["--force"]].concat());
    shelf.assert_root("16.0-CURRENT");
}

fn a_release_that_hides_its_version_is_found_out() {
    let shelf = Shelf::new();
    shelf.modern("16.0-CURRENT");
    fs::rename(shelf.repo().join("16.0-CURRENT"), shelf.repo().join("ours-STABLE")).unwrap();
    let error = shelf.fails(&["--release", "ours-STABLE", "DIR"], 69);
    assert!(error.contains("what was unpacked is FreeBSD 16.0 and the running kernel is 15.1"), "{error}");
    assert_eq!(shelf.around(), ["vj1.partial"]);
}

fn what_is_there_already_is_left_alone() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    fs::create_dir_all(shelf.dir()).unwrap();
    let error = shelf.fails(&["--release", "15.1-RELEASE", "DIR"], 69);
    assert_eq!(
        error,
        "vimage: DIR is there already\n        name another directory, or take that one away first"
    );
    fs::remove_dir(shelf.dir()).unwrap();
    std::os::unix::fs::symlink("/etc", shelf.dir()).unwrap();
    shelf.fails(&["--release", "15.1-RELEASE", "DIR"], 69);
    assert_eq!(fs::read_link(shelf.dir()).unwrap().to_str(), Some("/etc"));
}

fn a_tar_that_fails_leaves_the_partial_root_and_its_words() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    let args = ["--release", "15.1-RELEASE", "DIR"];
    shelf.script(
        "tar",
        "cat >/dev/null; echo 'tar: ./bin/sh: Write failed: No space left on device' >&2; exit 1",
    );
    let error = shelf.fails(&args, 1);
    assert_eq!(
        error.replace("`chflags -R noschg DIR.partial` and ", ""),
        "vimage: unpack base: FOLDER/tar ended with exit status: 1:\n\
         vimage: tar: ./bin/sh: Write failed: No space left on device\n        \
         the file system is full: make room first\n        \
         DIR.partial has what was unpacked so far, and nothing else was changed\n        \
         the same command begins anew; `rm -r DIR.partial` takes it away"
    );
    assert_eq!(shelf.around(), ["vj1.partial"]);
    // One that does not even read.
    shelf.script("tar", "exit 3");
    assert!(shelf.fails(&args, 1).contains("ended with exit status: 3"));
    // Room was made.
    fs::remove_file(shelf.path("tar")).unwrap();
    assert_eq!(shelf.ok(&args), "DIR is 15.1-RELEASE with base lib32\n");
    assert_eq!(shelf.around(), ["vj1"]);
}

fn what_is_no_root_does_not_become_one() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    shelf.script("tar", "cat >/dev/null");
    let error = shelf.fails(&["--release", "15.1-RELEASE", "DIR"], 1);
    assert!(error.contains("what was unpacked is no root: it has no bin/sh, no dev, no etc/rc"), "{error}");
    assert_eq!(shelf.around(), ["vj1.partial"]);
}

fn a_signal_ends_it_and_the_command_that_it_runs() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let shelf = Shelf::new();
        shelf.modern("15.1-RELEASE");
        shelf.script("tar", &format!("echo $$ > {}; exec sleep 300", shelf.path("pid").display()));
        let mut command = shelf.command(&["--release", "15.1-RELEASE", "DIR"]);
        // FreeBSD throws away what is ignored, though it is waited for; and what a shell starts aside ignores SIGINT.
        begin_with(&mut command, signal, SigHandler::SigDfl);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let tar = wait_for(|| fs::read_to_string(shelf.path("pid")).ok()?.trim().parse::<i32>().ok());
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{told}");
        let first = format!("vimage: unpack base: interrupted by {}\n", signal.as_str());
        assert!(told.starts_with(&first) && told.contains("the same command begins anew"), "{told}");
        assert!(kill(Pid::from_raw(tar), None).is_err(), "tar still runs");
        assert_eq!(shelf.around(), ["vj1.partial"]);
    }
}

fn wait_for<T>(mut so: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(it) = so() {
            return it;
        }
        assert!(Instant::now() < end, "it did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn two_at_once_do_not_get_into_each_others_way() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    shelf.script("tar", &format!("echo $$ > {}; exec sleep 300", shelf.path("pid").display()));
    let mut first =
        shelf.command(&["--release", "15.1-RELEASE", "DIR"]).stderr(Stdio::null()).spawn().unwrap();
    wait_for(|| fs::read_to_string(shelf.path("pid")).ok().filter(|pid| pid.ends_with('\n')));
    let error = shelf.fails(&["--release", "15.1-RELEASE", "DIR"], 69);
    assert_eq!(error, "vimage: another vimage is building DIR.partial\n        wait for it");
    kill(Pid::from_raw(first.id() as i32), Signal::SIGTERM).unwrap();
    first.wait().unwrap();
}

fn what_the_command_line_does_not_tell_is_told() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    let error = shelf.fails(&["DIR"], 64);
    assert_eq!(error, "vimage: no release is named: --release NAME\n        there is 15.1-RELEASE in REPOS");
    let error = shelf.fails(&["--release", "15.1-RELEASE"], 64);
    assert_eq!(
        error,
        "vimage: no directory is named for the root\n        as a rule it is /usr/jail/<hostname>"
    );
    let error = shelf.fails(&["--release", "9.1-RELEASE", "DIR"], 69);
    assert_eq!(error, "vimage: there is no release 9.1-RELEASE\n        there is 15.1-RELEASE in REPOS");
    let mut elsewhere = program();
    let output =
        elsewhere.args(["--host", "sim:/nowhere", "build", "--repo", "/nowhere", "--list"]).output().unwrap();
    assert_eq!(output.status.code(), Some(69));
    assert!(stderr(&output).contains("put releases into /usr/repos"), "{}", stderr(&output));
}

fn a_menu_asks_for_release_and_directory_on_a_terminal() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    shelf.old("8.3-RELEASE");
    let (code, seen) = on_a_terminal(shelf.command(&[]), &format!("2\n{}\ny\n", shelf.dir().display()));
    let seen = shelf.shown(seen.as_bytes());
    assert_eq!(code, Some(0), "{seen}");
    for wanted in [
        "  1  REPOS/8.3-RELEASE  base doc kernels/generic",
        "  2  REPOS/15.1-RELEASE  base kernel lib32 src",
        "Which release?",
        "Into which directory (/usr/jail/<hostname>)?",
        "Unpack base lib32 of 15.1-RELEASE as DIR? [y/N]",
        "DIR is 15.1-RELEASE with base lib32",
    ] {
        assert!(seen.contains(wanted), "{wanted} is not in {seen}");
    }
    shelf.assert_root("15.1-RELEASE");
}

fn a_vimage_comes_up_on_a_root_that_was_built() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    let dir = shelf.dir();
    let rc_conf = format!("vimage_list=vj1\nvimage_vj1_rootdir={}\nvimage_vj1_hostname=vj1\n", dir.display());
    fs::write(shelf.path("rc.conf"), rc_conf).unwrap();
    let up = || shelf.vimage().arg("-c").arg(shelf.path("rc.conf")).arg("up").output().unwrap();
    assert_eq!(up().status.code(), Some(69));
    shelf.ok(&["--release", "15.1-RELEASE", "DIR"]);
    let output = up();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// A file system that is really full, where one may be mounted.
fn a_full_disk_leaves_the_partial_root_alone() {
    let shelf = Shelf::new();
    shelf.modern("15.1-RELEASE");
    let jail = shelf.dir().parent().unwrap().to_path_buf();
    fs::create_dir_all(&jail).unwrap();
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(&jail).status().unwrap();
    assert!(mounted.success());
    fs::set_permissions(&jail, PermissionsExt::from_mode(0o755)).unwrap();
    let outcome = std::panic::catch_unwind(|| {
        let error = shelf.fails(&["--release", "15.1-RELEASE", "DIR"], 1);
        assert!(error.contains("the file system is full: make room first"), "{error}");
        assert_eq!(shelf.around(), ["vj1.partial"]);
    });
    assert!(Command::new("umount").arg(&jail).status().unwrap().success());
    outcome.unwrap();
}

fn may_mount() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let quiet = |command: &mut Command| {
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    nix::unistd::geteuid().is_root()
        && quiet(Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(folder.path()))
        && quiet(Command::new("umount").arg(folder.path()))
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let mut trials = support::trials![
        a_release_of_today_becomes_a_root,
        a_release_of_the_article_becomes_a_root,
        sets_are_chosen_by_name_and_base_goes_first,
        what_there_is_is_listed,
        a_release_that_cannot_be_read_does_not_keep_others_from_being_built,
        whoever_starts_it_may_ignore_what_becomes_of_children,
        a_dry_run_shows_the_steps_and_does_none,
        steps_are_told_and_json_is_for_machines,
        a_damaged_set_is_found_before_anything_is_unpacked,
        everything_that_is_missing_is_told_at_once,
        a_set_that_was_not_fetched_is_told_of_and_done_without,
        what_nothing_vouches_for_is_unpacked_only_by_force,
        a_release_newer_than_the_kernel_is_refused_with_the_reason,
        a_release_that_hides_its_version_is_found_out,
        what_is_there_already_is_left_alone,
        a_tar_that_fails_leaves_the_partial_root_and_its_words,
        what_is_no_root_does_not_become_one,
        a_signal_ends_it_and_the_command_that_it_runs,
        two_at_once_do_not_get_into_each_others_way,
        what_the_command_line_does_not_tell_is_told,
        a_menu_asks_for_release_and_directory_on_a_terminal,
        a_vimage_comes_up_on_a_root_that_was_built,
    ];
    let full = support::trials![a_full_disk_leaves_the_partial_root_alone];
    // It takes root, and a system that can mount.
    let may = may_mount();
    trials.extend(full.into_iter().map(|trial| trial.with_ignored_flag(!may)));
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
