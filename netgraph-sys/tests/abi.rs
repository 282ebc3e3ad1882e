//! What the crate claims of the C headers is what a C compiler read in them, for each architecture.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a table that cannot be read is a failed test")]

use std::collections::BTreeMap;
use std::path::Path;

use netgraph_sys::abi::{Claim, HEADERS};

/// The claims of the crate as lines of the tables that `abi/check` writes: what is claimed, and its numbers.
fn claims() -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    for header in HEADERS {
        for claim in header.claims {
            match *claim {
                Claim::Const { name, value } => {
                    lines.insert(format!("{} const {name}", header.path), value.to_string());
                }
                Claim::Str { name, value } => {
                    lines.insert(format!("{} string {name}", header.path), value.to_owned());
                }
                Claim::Struct { name, size, align, fields } => {
                    lines.insert(format!("{} struct {name}", header.path), format!("{size} {align}"));
                    for field in fields.iter().filter(|field| !field.name.starts_with('_')) {
                        let member = field.name.trim_start_matches("r#");
                        let numbers = format!("{} {}", field.offset, field.size);
                        lines.insert(format!("{} field {name}.{member}", header.path), numbers);
                    }
                }
            }
        }
    }
    lines.extend(functions());
    lines
}

/// The functions of the C library, read in the source: on this system they may be neither built nor linked.
fn functions() -> BTreeMap<String, String> {
    let text = include_str!("../src/libnetgraph.rs");
    let mut lines = BTreeMap::new();
    for declaration in text.split("pub fn ").skip(1) {
        let (name, rest) = declaration.split_once('(').unwrap();
        let (parameters, rest) = rest.split_once(')').unwrap();
        let parameters: Vec<_> = parameters
            .split(',')
            .map(str::trim)
            .filter(|parameter| !parameter.is_empty())
            .map(|parameter| c_type(parameter.split_once(": ").map_or(parameter, |(_, kind)| kind)))
            .collect();
        let result = if rest.starts_with(" -> c_int;") { "int" } else { "void" };
        lines.insert(format!("netgraph.h function {name}"), format!("{result}({})", parameters.join(", ")));
    }
    lines
}

/// How C writes a type.
fn c_type(rust: &str) -> String {
    let pointer = |kind: String| if kind.ends_with('*') { kind + "*" } else { kind + " *" };
    if let Some(kind) = rust.strip_prefix("*const ") {
        return format!("const {}", pointer(c_type(kind)));
    }
    if let Some(kind) = rust.strip_prefix("*mut ") {
        return pointer(c_type(kind));
    }
    let c = match rust {
        "c_char" => "char",
        "c_int" => "int",
        "c_void" => "void",
        "u8" => "u_char",
        "usize" => "size_t",
        "ng_mesg" => "struct ng_mesg",
        "NgLog" => "void (*)(const char *, ...)",
        other => other,
    };
    c.to_owned()
}

fn table(architecture: &str, text: &str) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    for line in text.lines() {
        let words: Vec<_> = line.splitn(4, ' ').collect();
        let [header, kind, name, numbers] = words[..] else { panic!("{architecture}: {line}") };
        let before = lines.insert(format!("{header} {kind} {name}"), numbers.to_owned());
        assert_eq!(before, None, "{architecture}: named twice: {line}");
    }
    lines
}

fn assert_agrees_with(architecture: &str, text: &str) {
    let (rust, c) = (claims(), table(architecture, text));
    let mut differences = String::new();
    for (claim, numbers) in &rust {
        match c.get(claim) {
            None => {
                differences += &format!("\n{claim}: {numbers} in Rust, missing in abi/{architecture}.txt")
            }
            Some(c) if c != numbers => differences += &format!("\n{claim}: {numbers} in Rust, {c} in C"),
            Some(_) => {}
        }
    }
    for (claim, numbers) in c.iter().filter(|(claim, _)| !rust.contains_key(*claim)) {
        differences += &format!("\n{claim}: {numbers} in C, missing in Rust");
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn claims_agree_with_c_on_x86_64() {
    assert_agrees_with("x86_64", include_str!("../abi/x86_64.txt"));
}

#[test]
fn claims_agree_with_c_on_aarch64() {
    assert_agrees_with("aarch64", include_str!("../abi/aarch64.txt"));
}

#[test]
#[cfg_attr(
    target_os = "freebsd",
    ignore = "reads the crate's sources, which need not be where the tests run"
)]
fn nothing_is_declared_without_being_claimed() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in std::fs::read_dir(source).unwrap() {
        let path = file.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap();
        if ["abi", "errno", "lib", "libnetgraph"].contains(&module) {
            continue;
        }
        let declared = std::fs::read_to_string(&path)
            .unwrap()
            .lines()
            .filter(|line| ["pub const ", "pub struct "].iter().any(|item| line.trim().starts_with(item)))
            .count();
        let header = HEADERS.iter().find(|header| header.module == format!("netgraph_sys::{module}"));
        assert_eq!(header.map(|header| header.claims.len()), Some(declared), "{module}");
    }
}
