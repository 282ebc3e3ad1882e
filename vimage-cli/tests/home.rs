//! What makes the program at home in FreeBSD: its rc.d(8) script, manual pages, completions and port.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::Trial;
use support::{Lab, RC_SUBR, program, stderr};
use tempfile::TempDir;

/// The port, if the sources are where they were when this was compiled.
fn port() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/freebsd")
}

fn told(args: &[&str]) -> String {
    let output = program().args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// A folder with this program in it as `vimage`.
fn bin() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let here = std::env::current_exe().unwrap();
    script(&folder.path().join("vimage"), &format!("VIMAGE_TEST_ACT=1 exec '{}' \"$@\"", here.display()));
    folder
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// Runs a shell on a text, and returns what it prints.
fn shell(program: &str, args: &[&str], text: &str, bin: &Path) -> String {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", format!("{}:/bin:/usr/bin:/usr/local/bin", bin.display()));
    command.env("HOME", bin).env("TERM", "dumb").args(args).arg(text).stdin(Stdio::null());
    let output = command.output().unwrap();
    let said = stderr(&output);
    assert!(output.status.success() && said.is_empty(), "{program}: {said}\n{text}");
    String::from_utf8(output.stdout).unwrap()
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(["/usr/sbin".into()]).any(|folder| folder.join(program).is_file())
}

fn the_rc_script_is_that_of_the_port() {
    let printed = told(&["rc-script"]);
    let here = std::env::current_exe().unwrap();
    let ported = fs::read_to_string(port().join("files/vimage.in")).unwrap();
    assert_eq!(printed, ported.replace("%%PREFIX%%/sbin/vimage", here.to_str().unwrap()));
}

fn the_rc_script_hands_names_on_and_ends_as_vimage_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    script(&path("vimage"), "echo \"vimage $*\"; exit 3");
    fs::write(path("rc.subr"), RC_SUBR).unwrap();
    let text = fs::read_to_string(port().join("files/vimage.in")).unwrap();
    let text = text
        .replace("%%PREFIX%%/sbin/vimage", path("vimage").to_str().unwrap())
        .replace("/etc/rc.subr", path("rc.subr").to_str().unwrap());
    fs::write(path("rc"), text).unwrap();
    let run = |enabled: &str, args: &[&str]| {
        fs::write(path("rc.conf"), format!("vimage_enable={enabled}\nvimage_list=vj1\n")).unwrap();
        let mut command = Command::new("sh");
        let output = command.env("RC_CONF", path("rc.conf")).arg(path("rc")).args(args).output().unwrap();
        assert_eq!(stderr(&output), "");
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    };
    for (args, wanted) in [
        (&["start"][..], "vimage up\n"),
        (&["faststart"], "vimage up\n"),
        (&["stop", "vj1", "vj2"], "vimage down vj1 vj2\n"),
        (&["restart", "vj1"], "vimage restart vj1\n"),
        (&["status"], "vimage status\n"),
        (&["plan", "vj1"], "vimage plan vj1\n"),
    ] {
        assert_eq!(run("YES", args), (wanted.to_string(), Some(3)), "{args:?}");
    }
    assert_eq!(run("NO", &["onestart", "vj1"]).0, "vimage up vj1\n");
    let said = "Cannot 'start' vimage. Set vimage_enable to YES in /etc/rc.conf or use 'onestart' instead of 'start'.\n";
    assert_eq!(run("NO", &["start"]), (said.into(), Some(1)));
}

fn the_rc_script_is_in_its_place_in_the_order_of_the_boot() {
    let printed = told(&["rc-script"]);
    for line in [
        "# PROVIDE: vimage",
        "# REQUIRE: LOGIN FILESYSTEMS netif",
        "# BEFORE: securelevel",
        "# KEYWORD: shutdown",
        "rcvar=\"vimage_enable\"",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vimage"), printed).unwrap();
    assert!(Command::new("sh").arg("-n").arg(folder.path().join("vimage")).status().unwrap().success());
}

/// FreeBSD's own rc.subr(8) and rcorder(8), on a script that runs another program in the place of this one.
fn freebsds_own_rc_runs_the_script() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    script(&path("vimage"), "echo \"vimage $*\"");
    let text = fs::read_to_string(port().join("files/vimage.in")).unwrap_or_else(|_| told(&["rc-script"]));
    let line = |line: &str| match line.strip_prefix("vimage_bin=") {
        Some(_) => format!("vimage_bin='{}'\n", path("vimage").display()),
        None => format!("{line}\n"),
    };
    fs::write(path("rc"), text.lines().map(line).collect::<String>()).unwrap();
    let output = Command::new("sh").arg(path("rc")).args(["onestart", "vj1"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "vimage up vj1\n", "{}", stderr(&output));
    let listed = format!("rcorder /etc/rc.d/* {}", path("rc").display());
    let order = Command::new("sh").arg("-c").arg(listed).output().unwrap();
    let order = String::from_utf8(order.stdout).unwrap();
    let place = |name: &str| order.lines().position(|line| line.ends_with(name)).unwrap();
    let here = path("rc");
    let here = here.to_str().unwrap();
    assert!(place("/netif") < place(here) && place(here) < place("/securelevel"), "{order}");
}

fn shellcheck_finds_nothing_in_the_rc_script() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vimage");
    fs::write(&file, told(&["rc-script"])).unwrap();
    // What rc.subr(8) reads cannot be seen in the script.
    let output = Command::new("shellcheck")
        .args(["-s", "sh", "-e", "SC2034,SC1091,SC2223,SC2086"])
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn pages() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    told(&["man", folder.path().to_str().unwrap()]);
    folder
}

fn the_pages_have_every_command_and_option_in_them() {
    let folder = pages();
    let page = fs::read_to_string(folder.path().join("vimage.8")).unwrap();
    for wanted in [
        ".Cm up\n.Op Fl -boot\n.Op Ar NAME ...\n",
        ".It Cm up Oo Fl -boot Oc Oo Ar NAME ... Oc\nStart vimages",
        ".It Cm import Oo Fl -root Ar DIR Oc Ar FILE\n",
        ".Op Fl -watch Ns Oo = Ns Ar SECONDS Oc\n",
        ".It Fl -watch Ns Oo = Ns Ar SECONDS Oc\n",
        ".It Fl -theme Ar COLOURS\n",
        ".Cm exec\n.Ar NAME\n.Ar COMMAND ...\n",
        ".It Fl c , Fl -config Ar FILE\nRead this configuration",
        ".It Cm sim init",
        ".Sh EXIT STATUS",
        ".It Ev VIMAGE_REPOS",
    ] {
        assert!(page.contains(wanted), "{wanted} is not in\n{page}");
    }
    assert!(!page.contains('@') || !page.contains("@COMMANDS@"), "a place was not filled");
    assert!(!page.contains("Cm complete"), "a hidden command is shown");
    // The names of commands, as the program's own help has them.
    let help = told(&["--help"]);
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for line in commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let name = line.split_whitespace().next().unwrap();
        assert!(page.contains(&format!(".Cm {name}")), "{name} is not in the page");
    }
    assert!(folder.path().join("vimage.conf.5").exists());
}

fn mandoc_finds_nothing_in_the_pages() {
    let folder = pages();
    for name in ["vimage.8", "vimage.conf.5"] {
        let output = Command::new("mandoc")
            .args(["-T", "lint", "-W", "warning"])
            .arg(folder.path().join(name))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        // Where another system's mandoc(1) has no page of FreeBSD's.
        let said: Vec<&str> =
            said.lines().filter(|line| !line.contains("referenced manual not found")).collect();
        assert!(said.is_empty(), "{}", said.join("\n"));
    }
}

/// What a line of the shell is completed to.
fn completed(shell_name: &str, words: &str) -> Vec<String> {
    let lab = Lab::new();
    let bin = bin();
    let line = format!("vimage -c {} {words}", lab.path("rc.conf").display());
    let file = bin.path().join("completion");
    fs::write(&file, told(&["completions", shell_name])).unwrap();
    let file = file.display();
    let printed = match shell_name {
        "bash" => {
            let text = format!(
                "source {file}\nCOMP_LINE='{line}'\nCOMP_POINT=${{#COMP_LINE}}\n_vimage vimage\nprintf '%s\\n' \"${{COMPREPLY[@]}}\""
            );
            shell("bash", &["--norc", "-c"], &text, bin.path())
        }
        "fish" => {
            shell("fish", &["--no-config", "-c"], &format!("source {file}; complete -C '{line}'"), bin.path())
        }
        // zsh(1) has its completions in its line editor alone: the function is run as that would run it.
        "zsh" => {
            let text = format!(
                "compdef() {{}}\n_files() {{}}\n_describe() {{ print -l -- \"${{(@P)2}}\" }}\nsource {file}\n\
                 words=(${{(s: :)${{:-'{line}'}}}})\n[[ '{line}' == *' ' ]] && words+=('')\nCURRENT=$#words\n_vimage"
            );
            shell("zsh", &["-f", "-c"], &text, bin.path())
        }
        // As is that of tcsh(1): it runs the command with the line in its environment.
        _ => shell(
            "tcsh",
            &["-f", "-c"],
            &format!("source {file}; setenv COMMAND_LINE '{line}'; vimage complete"),
            bin.path(),
        ),
    };
    printed
        .lines()
        .map(|line| line.split(['\t', ':']).next().unwrap().to_string())
        .filter(|word| !word.is_empty())
        .collect()
}

fn a_shell_completes_names_commands_and_options(shell: &str) {
    assert_eq!(completed(shell, "up "), ["vj1", "vj2", "vj3"]);
    assert_eq!(completed(shell, "down vj1 vj"), ["vj2", "vj3"]);
    assert_eq!(completed(shell, "exec "), ["vj1", "vj2", "vj3"]);
    assert_eq!(completed(shell, "sim i"), ["init"]);
    assert_eq!(completed(shell, "res"), ["restart"]);
    assert_eq!(completed(shell, "up --bo"), ["--boot"]);
    assert_eq!(completed(shell, "completions f"), ["fish"]);
}

fn what_a_command_in_a_vimage_is_is_not_ours_to_complete() {
    let lab = Lab::new();
    let complete = |words: &[&str]| lab.ok(&[&["complete", "--"], words].concat());
    assert_eq!(
        complete(&["exec", "vj1", "-"]).lines().next(),
        Some("--config\tRead this configuration instead of rc.conf(5)'s files")
    );
    assert_eq!(complete(&["exec", "vj1", "ls", "-"]), "");
    assert_eq!(complete(&["exec", "vj1", "ls", "vj"]), "");
    assert_eq!(complete(&["up", "vj3", ""]), "vj1\tvj1\nvj2\tvj2\n");
    assert_eq!(
        complete(&["--host", ""]),
        "kernel\tthis machine\nsim:\ta simulated machine, kept in a file\n"
    );
    assert_eq!(complete(&["-c", "", "up", "vj"]), "", "no configuration, no names");
    assert_eq!(complete(&["graph", "-T", "m"]), "mermaid\tThe picture language that wikis draw\n");
}

/// The part of the ports tree that the port's own recipe relies on.
const PORT_MK: &str = r#"
MKDIR=	mkdir -p
MV=	mv
INSTALL_DATA=	install -m 444
"#;

fn the_plist_of_the_port_names_what_is_installed() {
    let make = if is_there("bmake") { "bmake" } else { "make" };
    let bin = bin();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("stage/usr/local/bin")).unwrap();
    fs::create_dir(path("mk")).unwrap();
    fs::copy(bin.path().join("vimage"), path("stage/usr/local/bin/vimage")).unwrap();
    fs::write(path("mk/sys.mk"), "").unwrap();
    fs::write(path("mk/bsd.port.mk"), PORT_MK).unwrap();
    let mut command = Command::new(make);
    command.arg("-m").arg(path("mk")).arg("-f").arg(port().join("Makefile")).current_dir(folder.path());
    for (name, value) in
        [("STAGEDIR", path("stage")), ("WRKDIR", path("work")), ("WRKSRC", port().join("../.."))]
    {
        command.arg(format!("{name}={}", value.display()));
    }
    command.args([
        "PREFIX=/usr/local",
        "DOCSDIR=/usr/local/share/doc/vimage",
        "EXAMPLESDIR=/usr/local/share/examples/vimage",
    ]);
    let output =
        command.args(["post-install", "post-install-DOCS-on", "post-install-EXAMPLES-on"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let mut installed = Vec::new();
    files(&path("stage/usr/local"), "", &mut installed);
    installed.sort();
    let plist = fs::read_to_string(port().join("pkg-plist")).unwrap();
    let mut listed: Vec<String> = plist
        .lines()
        .map(|line| line.replace("%%PORTDOCS%%", "").replace("%%PORTEXAMPLES%%", ""))
        .map(|line| {
            line.replace("%%DOCSDIR%%", "share/doc/vimage")
                .replace("%%EXAMPLESDIR%%", "share/examples/vimage")
        })
        // Compressed by the ports tree, after everything is there.
        .map(|line| line.trim_end_matches(".gz").to_string())
        .collect();
    listed.sort();
    assert_eq!(installed, listed);
}

/// What the ports tree does for a port of crates, as far as the order matters: extracting is said on stdout, and done once.
const CARGO_MK: &str = r#"
RM=	rm -f
MV=	mv
.sinclude "Makefile.crates"
makesum:
	@echo release ${CARGO_CRATES} > distinfo
extract:
	@test -e work || { echo "===>  Moving crates to cargo-crates"; mkdir work; echo ${CARGO_CRATES} > work/crates; }
cargo-crates: extract
	@echo "CARGO_CRATES=	serde-1.0.0"
clean:
	@rm -rf work
"#;

fn the_files_of_a_release_are_made_from_it() {
    let make = if is_there("bmake") { "bmake" } else { "make" };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("mk")).unwrap();
    fs::write(path("mk/sys.mk"), "").unwrap();
    fs::write(path("mk/bsd.port.mk"), CARGO_MK).unwrap();
    fs::copy(port().join("Makefile"), path("Makefile")).unwrap();
    fs::write(path("Makefile.crates"), "CARGO_CRATES=\tof-a-release-before-0.0.1\n").unwrap();
    let output = Command::new(make)
        .arg("-m")
        .arg(path("mk"))
        .arg("release-files")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let read = |name: &str| fs::read_to_string(path(name)).unwrap();
    assert_eq!(read("Makefile.crates"), "CARGO_CRATES=\tserde-1.0.0\n");
    assert_eq!(read("distinfo"), "release serde-1.0.0\n");
    assert!(!path("work").exists(), "what is extracted has no crates in it");
}

fn files(folder: &Path, above: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{above}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            files(&entry.path(), &format!("{name}/"), found);
        } else {
            found.push(name);
        }
    }
}

/// A trial that is ignored where what it needs is not there, which its name tells.
fn with(what: &str, there: bool, name: &str, test: fn()) -> Trial {
    let run = move || {
        test();
        Ok(())
    };
    let name = if there { name.to_string() } else { format!("{name} (needs {what})") };
    Trial::test(name, run).with_ignored_flag(!there)
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let mut trials = support::trials![
        the_rc_script_is_in_its_place_in_the_order_of_the_boot,
        the_pages_have_every_command_and_option_in_them,
        what_a_command_in_a_vimage_is_is_not_ours_to_complete,
    ];
    let sources = port().is_dir();
    let makes = sources && (is_there("bmake") || cfg!(target_os = "freebsd") && is_there("make"));
    trials.extend([
        with("the sources", sources, "the_rc_script_is_that_of_the_port", the_rc_script_is_that_of_the_port),
        with(
            "the sources",
            sources,
            "the_rc_script_hands_names_on_and_ends_as_vimage_does",
            the_rc_script_hands_names_on_and_ends_as_vimage_does,
        ),
        with(
            "FreeBSD",
            is_there("rcorder") || Path::new("/sbin/rcorder").exists(),
            "freebsds_own_rc_runs_the_script",
            freebsds_own_rc_runs_the_script,
        ),
        with(
            "shellcheck",
            is_there("shellcheck"),
            "shellcheck_finds_nothing_in_the_rc_script",
            shellcheck_finds_nothing_in_the_rc_script,
        ),
        with(
            "mandoc",
            is_there("mandoc"),
            "mandoc_finds_nothing_in_the_pages",
            mandoc_finds_nothing_in_the_pages,
        ),
        with(
            "bmake",
            makes,
            "the_plist_of_the_port_names_what_is_installed",
            the_plist_of_the_port_names_what_is_installed,
        ),
        with(
            "bmake",
            makes,
            "the_files_of_a_release_are_made_from_it",
            the_files_of_a_release_are_made_from_it,
        ),
        with("bash", is_there("bash"), "bash_completes", || {
            a_shell_completes_names_commands_and_options("bash")
        }),
        with("fish", is_there("fish"), "fish_completes", || {
            a_shell_completes_names_commands_and_options("fish")
        }),
        with("tcsh", is_there("tcsh"), "tcsh_completes", || {
            a_shell_completes_names_commands_and_options("tcsh")
        }),
        with("zsh", is_there("zsh"), "zsh_completes", || a_shell_completes_names_commands_and_options("zsh")),
    ]);
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
