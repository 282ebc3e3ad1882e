//! Writes docs/performance.md and its plot from what Criterion has measured last.
//!
//! ```sh
//! cargo bench -p benches                            # measures; on FreeBSD: --features kernel,libnetgraph
//! cargo run -p benches --bin report -- docs         # writes docs/performance.md and docs/performance.svg
//! ```

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use benches::{Estimate, goal, plot, ratio_goal, read};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: report FOLDER: writes performance.md and performance.svg into FOLDER");
        return ExitCode::from(64);
    };
    match write(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("report: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let measured = target.join("criterion");
    let estimates = read(&measured)
        .map_err(|error| format!("{}: {error}; `cargo bench -p benches` measures", measured.display()))?;
    if estimates.is_empty() {
        return Err(format!(
            "{} has nothing measured; `cargo bench -p benches` measures",
            measured.display()
        )
        .into());
    }
    std::fs::write(folder.join("performance.md"), page(&estimates)?)?;
    std::fs::write(folder.join("performance.svg"), plot(&estimates))?;
    Ok(())
}

fn page(estimates: &[Estimate]) -> Result<String, std::fmt::Error> {
    let mut page = String::from(
        "# Performance\n\n\
         Written by `cargo run -p benches --bin report -- docs` from what `cargo bench -p benches` measured; each row is the\n\
         median, and the bounds between which the median is with a confidence of 95%.\n\n",
    );
    writeln!(page, "{}\n", machine())?;
    writeln!(page, "![the same as a plot](performance.svg)\n")?;
    writeln!(
        page,
        "| question | one takes | between | a second | goal | |\n| --- | ---: | --- | ---: | --- | --- |"
    )?;
    for estimate in estimates {
        let many = estimate.elements.max(1) as f64;
        let (low, high) = (estimate.interval.0 / many, estimate.interval.1 / many);
        let goal = goal(&estimate.name);
        writeln!(
            page,
            "| {} | {} | {} to {} | {} | {} | {} |",
            estimate.name,
            time(estimate.each()),
            time(low),
            time(high),
            count(1e9 / estimate.each()),
            goal.map(|goal| format!("under {}", time(goal))).unwrap_or_default(),
            goal.map(|goal| verdict(estimate.each() <= goal)).unwrap_or_default()
        )?;
    }
    let pairs: Vec<_> = estimates
        .iter()
        .filter_map(|ours| {
            let question = ours.name.strip_suffix("/netgraph")?;
            let theirs = estimates.iter().find(|e| e.name.strip_suffix("/libnetgraph") == Some(question))?;
            Some((question, theirs.median / ours.median))
        })
        .collect();
    if !pairs.is_empty() {
        page.push_str(
            "\n## Beside libnetgraph\n\n| question | times as fast | goal | |\n| --- | ---: | --- | --- |\n",
        );
        for (question, ratio) in pairs {
            let goal = ratio_goal(question);
            let wanted = goal.map(|goal| format!("at least {goal}")).unwrap_or_default();
            let met = goal.map(|goal| verdict(ratio >= goal)).unwrap_or_default();
            writeln!(page, "| {question} | {ratio:.2} | {wanted} | {met} |")?;
        }
    }
    Ok(page)
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}

/// What the numbers were measured on, and when.
fn machine() -> String {
    let say = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned()).filter(|text| !text.is_empty())
    };
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model
        .map(|(_, name)| name.trim().to_owned())
        .or_else(|| say("sysctl", &["-n", "hw.model"]))
        .unwrap_or_else(|| "a processor that does not say its name".into());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let system = say("uname", &["-srm"]).unwrap_or_else(|| std::env::consts::OS.into());
    let compiler = say("rustc", &["--version"]).unwrap_or_else(|| "rustc of unknown version".into());
    let date = say("date", &["-u", "+%Y-%m-%d"]).unwrap_or_else(|| "an unknown day".into());
    format!("Measured on {date}: {model}, {cores} cores, {system}, {compiler}.")
}

/// A time in nanoseconds, in the unit that suits it.
fn time(nanoseconds: f64) -> String {
    for (unit, size) in [("s", 1e9), ("ms", 1e6), ("µs", 1e3)] {
        if nanoseconds >= size {
            return format!("{:.1} {unit}", nanoseconds / size);
        }
    }
    format!("{nanoseconds:.1} ns")
}

fn count(number: f64) -> String {
    for (unit, size) in [("G", 1e9), ("M", 1e6), ("k", 1e3)] {
        if number >= size {
            return format!("{:.1} {unit}", number / size);
        }
    }
    format!("{number:.1}")
}
