//! `vimage build`: a jail root from a release.

use std::fmt::Write as _;
use std::io::{IsTerminal, stderr, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::{Context, print, print_json};
use crate::build::release::{Form, REPOSITORIES, find};
use crate::build::{
    Chosen, Progress, Release, Set, Target, Version, Watch, finish, menu, newer, select, unpack, verify,
};
use crate::error::{Error, Exit, Result};
use crate::host::{Machine, Priority};
use crate::work::{Report, Sign, Step};

/// The environment variable that names another place for releases.
const OTHER: &str = "VIMAGE_REPOS";

/// The version of the JSON form.
const VERSION: u32 = 1;

// What to build, of what, where. No documentation: clap would say it instead of what the command does.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Where releases are: directories whose names end with -RELEASE, -STABLE or -CURRENT [default: $VIMAGE_REPOS, or
    /// /usr/repos]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    repo: Option<PathBuf>,
    /// The release; on a terminal it is asked for
    #[arg(long, value_name = "NAME")]
    release: Option<String>,
    /// The sets, base first; by default those of a jail
    #[arg(long, value_name = "SET", value_delimiter = ',')]
    sets: Vec<String>,
    /// Show the releases that there are, and their sets
    #[arg(long)]
    list: bool,
    /// Build it even if it is newer than the kernel, or has nothing that it can be checked against
    #[arg(long)]
    force: bool,
    /// The directory that the root is to be; it must not be there. On a terminal it is asked for
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

#[derive(Serialize)]
struct List<'a> {
    version: u32,
    repository: &'a Path,
    releases: Vec<ReleaseForm<'a>>,
}

#[derive(Serialize)]
struct ReleaseForm<'a> {
    name: &'a str,
    path: &'a Path,
    form: Form,
    /// Whether it is newer than the running kernel, where both are known.
    newer: Option<bool>,
    sets: Vec<SetForm<'a>>,
}

#[derive(Serialize)]
struct SetForm<'a> {
    name: &'a str,
    files: usize,
    bytes: u64,
    /// Whether it is unpacked if no sets are named.
    default: bool,
    /// Whether every file of it has a checksum.
    checked: bool,
    /// The files that are not there.
    missing: &'a [String],
}

#[derive(Serialize)]
struct Built<'a> {
    version: u32,
    rootdir: &'a Path,
    release: &'a str,
    sets: Vec<SetForm<'a>>,
    /// Whether it has been built, rather than looked at.
    done: bool,
}

fn set_form(set: &Set) -> SetForm<'_> {
    SetForm {
        name: &set.name,
        files: set.pieces.len(),
        bytes: set.length(),
        default: set.default,
        checked: set.unchecked().is_none(),
        missing: &set.missing,
    }
}

/// Builds a root, or lists the releases that it could be built of.
pub(crate) fn build(context: &mut Context, options: &Options) -> Result<ExitCode> {
    let repository = options.repo.clone().or_else(|| std::env::var_os(OTHER).map(PathBuf::from));
    let repository = repository.unwrap_or_else(|| REPOSITORIES.into());
    let paths = find(&repository)?;
    let kernel = kernel_version(context)?;
    if options.list {
        return list(context, &repository, &readable(&paths), kernel);
    }
    let asks = stdin().is_terminal() && stderr().is_terminal() && !context.global.json;
    let release = &choose(&repository, &paths, options, asks)?;
    let chosen = select(release, &options.sets, options.force)?;
    match (release.version(), kernel) {
        _ if options.force => {}
        (Some(found), Some(kernel)) if found > kernel => return Err(newer(&release.name, found, kernel)),
        _ => {}
    }
    let mut target = Target::new(&directory(options, asks)?)?;
    if !chosen.lacking.is_empty() {
        eprintln!("vimage: {} has no {}", release.name, chosen.lacking.join(", no "));
    }
    if context.global.dry_run {
        return show(context, release, &chosen, &target, false);
    }
    if cfg!(target_os = "freebsd") && !nix::unistd::geteuid().is_root() {
        return Err(Error::new(Exit::Permission, "only root can give files their owners and flags")
            .hint("run vimage as root"));
    }
    if asks && (options.release.is_none() || options.dir.is_none()) {
        let names: Vec<&str> = chosen.sets.iter().map(|set| set.name.as_str()).collect();
        let question =
            format!("Unpack {} of {} as {}?", names.join(" "), release.name, target.dir().display());
        menu::confirm(&question, &mut stdin().lock(), &mut stderr().lock())?;
    }
    work(context, release, &chosen, &mut target, kernel.filter(|_| !options.force))?;
    note_root(context, release, target.dir())?;
    show(context, release, &chosen, &target, true)
}

/// Returns the version of the running kernel; `None` where there is none of FreeBSD, not even a simulated one.
fn kernel_version(context: &Context) -> Result<Option<Version>> {
    let Some(machine) = machine(context)? else { return Ok(None) };
    Ok(Version::of_osreldate(machine.jails.osreldate()?))
}

/// Opens the machine, if there is one: files can be unpacked without.
fn machine(context: &Context) -> Result<Option<Machine>> {
    match context.machine_file()? {
        Some(file) if !file.exists() => Ok(None),
        Some(file) => Machine::file(&file).map(Some),
        None => Machine::kernel().map(Some),
    }
}

/// Tells syslogd(8) of a root, and a simulated machine, so that a vimage can have it.
fn note_root(context: &Context, release: &Release, root: &Path) -> Result<()> {
    let Some(machine) = machine(context)? else { return Ok(()) };
    machine.syslog(Priority::Notice, &format!("built {} from {}", root.display(), release.path.display()));
    if let Some(simulated) = machine.as_simulated() {
        simulated.jails.add_root(root);
    }
    machine.sync()
}

fn list(
    context: &Context,
    repository: &Path,
    releases: &[Release],
    kernel: Option<Version>,
) -> Result<ExitCode> {
    let newer = |release: &Release| release.version().zip(kernel).map(|(found, kernel)| found > kernel);
    if context.global.json {
        let releases = releases.iter().map(|release| ReleaseForm {
            name: &release.name,
            path: &release.path,
            form: release.form,
            newer: newer(release),
            sets: release.sets.iter().map(set_form).collect(),
        });
        let releases = releases.collect();
        print_json(&List { version: VERSION, repository, releases })?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = String::new();
    for release in releases {
        let note = if newer(release) == Some(true) { "  newer than the kernel" } else { "" };
        let _ = writeln!(out, "{}  {}{note}", release.name, release.path.display());
        let width = release.sets.iter().map(|set| set.name.len()).max().unwrap_or(0);
        for set in &release.sets {
            let mark = if set.default { '*' } else { ' ' };
            let _ = write!(out, "  {mark} {:width$}  {}", set.name, size(set.length()));
            let _ = match (set.missing.as_slice(), set.unchecked()) {
                ([], None) => writeln!(out),
                ([], Some(_)) => writeln!(out, "  no checksum"),
                (missing, _) => writeln!(out, "  lacks {}", missing.join(" ")),
            };
        }
    }
    if out.is_empty() {
        out = format!("there is no release in {}\n", repository.display());
    }
    print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a number of bytes as people read it.
fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

/// Reads releases. One that cannot be read is told of, and does not keep the others from being built.
fn readable(paths: &[PathBuf]) -> Vec<Release> {
    let read = |path: &PathBuf| Release::read(path).inspect_err(|error| super::say(&error.message)).ok();
    paths.iter().filter_map(read).collect()
}

/// Finds the release that is named, or asks for it.
fn choose(repository: &Path, paths: &[PathBuf], options: &Options, asks: bool) -> Result<Release> {
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let names: Vec<String> = paths.iter().map(name).collect();
    let there = match names.as_slice() {
        [] => format!(
            "there is none in {}; put one there, or name another place with --repo",
            repository.display()
        ),
        [one] => format!("there is {one} in {}", repository.display()),
        names => format!("there are {} in {}", names.join(" "), repository.display()),
    };
    let Some(wanted) = &options.release else {
        if asks && !paths.is_empty() {
            return menu::choose(readable(paths), &mut stdin().lock(), &mut stderr().lock());
        }
        return Err(Error::new(Exit::Usage, "no release is named: --release NAME").hint(there));
    };
    let mut found = paths.iter().filter(|path| name(path) == *wanted || *path == Path::new(wanted));
    match (found.next(), found.next()) {
        (Some(path), None) => Release::read(path),
        (Some(one), Some(two)) => {
            let message = format!("{wanted} is {} and {}", one.display(), two.display());
            Err(Error::new(Exit::Usage, message).hint("name it by its path"))
        }
        (None, _) => Err(Error::unavailable(format!("there is no release {wanted}")).hint(there)),
    }
}

fn directory(options: &Options, asks: bool) -> Result<PathBuf> {
    match &options.dir {
        Some(dir) => Ok(dir.clone()),
        None if asks => menu::directory(&mut stdin().lock(), &mut stderr().lock()),
        None => Err(Error::new(Exit::Usage, "no directory is named for the root")
            .hint("as a rule it is /usr/jail/<hostname>")),
    }
}

/// Shows what was built, or would be.
fn show(
    context: &Context,
    release: &Release,
    chosen: &Chosen<'_>,
    target: &Target,
    done: bool,
) -> Result<ExitCode> {
    if context.global.json {
        let sets = chosen.sets.iter().map(|set| set_form(set)).collect();
        print_json(&Built { version: VERSION, rootdir: target.dir(), release: &release.name, sets, done })?;
        return Ok(ExitCode::SUCCESS);
    }
    let names: Vec<&str> = chosen.sets.iter().map(|set| set.name.as_str()).collect();
    let (dir, partial) = (target.dir().display(), target.partial().display());
    let mut out = String::new();
    if done {
        let _ = writeln!(out, "{dir} is {} with {}", release.name, names.join(" "));
    } else {
        for set in &chosen.sets {
            let _ =
                writeln!(out, "* check {} ({} in {} files)", set.name, size(set.length()), set.pieces.len());
        }
        for set in &chosen.sets {
            let _ = writeln!(out, "+ unpack {} into {partial}", set.name);
        }
        let _ = writeln!(out, "* rename {partial} to {dir}");
    }
    print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// Checks, unpacks, checks again, and puts the root in its place.
fn work(
    context: &Context,
    release: &Release,
    chosen: &Chosen<'_>,
    target: &mut Target,
    kernel: Option<Version>,
) -> Result<()> {
    // Before the bar, which has a thread: signals are blocked in all.
    let watch = Watch::begin()?;
    let bar = stderr().is_terminal() && !context.global.json && context.global.verbose == 0;
    let bytes: u64 = chosen.sets.iter().map(|set| set.length()).sum();
    let progress = Progress::new(2 * bytes, bar);
    let mut report = context.reporter();
    let name = target.dir().display().to_string();
    let mut step = |sign, what: &str| match bar {
        true => progress.say(what),
        false => report.step(Step { vimage: Some(&name), sign, what, why: "" }),
    };
    for set in &chosen.sets {
        let what = format!("check {}", set.name);
        step(Sign::Change, &what);
        verify(set, &watch, &progress).map_err(|error| error.context(what))?;
    }
    target.begin(|what| step(Sign::Remove, what))?;
    let outcome = (|| {
        for set in &chosen.sets {
            let what = format!("unpack {}", set.name);
            step(Sign::Add, &what);
            unpack(set, target.partial(), &watch, &progress).map_err(|error| error.context(what))?;
        }
        step(Sign::Change, "finish");
        finish(release, &chosen.sets, target.partial(), kernel, &watch)?;
        watch.check()
    })();
    if let Err(error) = outcome {
        let hint = format!("{}\n{}", error.hint, target.what_is_left());
        return Err(error.hint(hint.trim_start()));
    }
    target.complete()
}
