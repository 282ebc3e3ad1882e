//! Does one vimage cost the same among a thousand as alone: planned, and brought up, on a simulated host?
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that fails should stop")]

use std::fmt::Write as _;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use vimage::config::Config;
use vimage::config::shell::Reader;
use vimage::host::{Machine, NewMachine};
use vimage::resolve::{Found, resolve};
use vimage::state::Record;
use vimage::work::{Report, Step, Work};

const COUNTS: [usize; 4] = [1, 10, 100, 1000];

/// Nobody is told.
struct Silent;

impl Report for Silent {
    fn step(&mut self, _: Step<'_>) {}
    fn warning(&mut self, _: &str, _: &str) {}
}

/// The configuration of as many vimages, with two interfaces each.
fn config(count: usize) -> Config {
    let mut text = String::from("vimage_list=\"");
    (0..count).for_each(|n| write!(text, "v{n} ").unwrap());
    text.push_str("\"\n");
    for n in 0..count {
        writeln!(text, "vimage_v{n}_rootdir=/usr/jail/vj1\nvimage_v{n}_hostname=v{n}").unwrap();
        writeln!(text, "vimage_v{n}_bridges=\"igb0 igb1\"").unwrap();
    }
    let mut reader = Reader::new("/");
    reader.read_bytes("rc.conf", text.as_bytes()).unwrap();
    Config::resolve(reader.variables()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn machine() -> Machine {
    Machine::simulated(NewMachine::default().build().unwrap())
}

/// Brings them all up, as `vimage up` does.
fn up(machine: &Machine, config: &Config) {
    let mut found = Found::read(machine).unwrap();
    let boot = machine.boot().unwrap();
    for (name, vimage) in &config.vimages {
        let socket = machine.socket(None).unwrap();
        let wanted = resolve(machine, &socket, &found, vimage).unwrap();
        found.add(&wanted);
        let record = Record::new(boot.clone(), format!("{name}-tag"), wanted);
        vimage::apply::up(&mut Work::new(machine, &socket, record, &mut Silent)).unwrap();
    }
}

fn bring_up(c: &mut Criterion) {
    let mut group = c.benchmark_group("vimages");
    group.sample_size(10);
    for count in COUNTS {
        let config = config(count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("up, each of", count), |b| {
            b.iter_batched(machine, |machine| up(&machine, &config), BatchSize::PerIteration);
        });
    }
}

/// What a plan costs beyond the steps that it tries: the copy of a machine where so many are up.
fn plan(c: &mut Criterion) {
    let mut group = c.benchmark_group("vimages");
    group.sample_size(10);
    for count in COUNTS {
        let machine = machine();
        up(&machine, &config(count));
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("copy for a plan, each of", count), |b| {
            b.iter(|| machine.copy().unwrap());
        });
    }
}

criterion_group!(benches, bring_up, plan);
criterion_main!(benches);
