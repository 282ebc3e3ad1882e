//! `vimage graph` in each of its forms, and where it writes them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::ExitCode;

use serde_json::Value;
use support::Lab;

/// Puts `MAC` in the place of each Ethernet address: those of vimages depend on the host's UUID.
fn without_addresses(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(':') {
        let is_mac = |text: &str| {
            text.split(':').count() == 6
                && text.split(':').all(|b| b.len() == 2 && b.bytes().all(|d| d.is_ascii_hexdigit()))
        };
        match at.checked_sub(2).and_then(|start| Some((start, rest.get(start..start + 17)?))) {
            Some((start, text)) if is_mac(text) => {
                out.extend([&rest[..start], "MAC"]);
                rest = &rest[start + 17..];
            }
            _ => {
                out.push_str(&rest[..=at]);
                rest = &rest[at + 1..];
            }
        }
    }
    out + rest
}

fn the_text_is_a_tree_of_what_is_on_what() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1", "vj2"]);
    assert_eq!(
        without_addresses(&lab.ok(&["graph"])),
        "\
igb0bridge (bridge [5])
|- link0 -- lower igb0 (ether [1])
|- link1 -- upper igb0 [1]
|- link2 -- ether ng0_vj1 (eiface [7])  MAC  in vimage vj1
|- link3 -- ether ng1_vj1 (eiface [8])  MAC  in vimage vj1
`- link4 -- ether ng0_vj2 (eiface [d])  MAC  in vimage vj2
igb1bridge (bridge [a])
|- link0 -- lower igb1 (ether [2])
|- link1 -- upper igb1 [2]
`- link2 -- link1 igb1lan (bridge [b])
   `- link0 -- ether ng1_vj2 (eiface [e])  MAC  in vimage vj2
unconnected
  igb2 (ether [3])
"
    );
    assert_eq!(
        without_addresses(&lab.ok(&["graph", "vj1"])),
        "\
igb0bridge (bridge [5])
|- link0 -- lower igb0 (ether [1])
|- link1 -- upper igb0 [1]
|- link2 -- ether ng0_vj1 (eiface [7])  MAC  in vimage vj1
`- link3 -- ether ng1_vj1 (eiface [8])  MAC  in vimage vj1
"
    );
}

fn a_vimage_with_nothing_but_a_moved_interface_shows_which() {
    let lab = Lab::new();
    lab.ok(&["up", "vj3"]);
    let text = lab.ok(&["graph"]);
    assert!(
        text.ends_with("unconnected\n  igb0 (ether [1])\n  igb1 (ether [2])\n  vimage vj3 (igb2 moved in)\n"),
        "{text}"
    );
    assert!(lab.ok(&["graph", "-T", "svg"]).contains(">vimage vj3 (igb2 moved in)<"));
    let json: Value = serde_json::from_str(&lab.ok(&["graph", "--json"])).unwrap();
    let cluster = &json["clusters"][0];
    assert_eq!(cluster["title"], "vimage vj3");
    assert!(cluster["details"].to_string().contains("igb2"), "{cluster}");
}

fn a_terminal_that_knows_them_gets_lines() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    let output = lab.command(&["graph"]).env("LC_ALL", "de_DE.UTF-8").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("├─ link0 ── lower igb0 (ether [1])\n"), "{text}");
}

fn the_suffix_of_the_file_tells_the_form() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    for (file, beginning) in [
        ("a.svg", "<svg "),
        ("a.html", "<!DOCTYPE html>\n"),
        ("a.HTM", "<!DOCTYPE html>\n"),
        ("a.dot", "graph netgraph {\n"),
        ("a.gv", "graph netgraph {\n"),
        ("a.mmd", "flowchart LR\n"),
        ("a.json", "{\n  \"version\": 1,\n"),
        ("a.txt", "igb0bridge (bridge ["),
    ] {
        let path = lab.path(file);
        assert_eq!(lab.ok(&["graph", "-o", path.to_str().unwrap()]), "");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(beginning) && text.contains("ng1_vj1"), "{file}: {text}");
    }
    let error = lab.fails(&["graph", "-o", "a.png"], 64);
    assert_eq!(
        error,
        "vimage: no form of the picture has the suffix .png\n        \
         use .svg, .html, .dot, .mmd, .txt or .json, or tell the form with -T"
    );
    let path = lab.path("noted");
    lab.ok(&["graph", "-T", "dot", "-o", path.to_str().unwrap()]);
    assert!(std::fs::read_to_string(path).unwrap().starts_with("graph netgraph {"));
}

fn a_picture_takes_the_place_of_the_one_before_as_a_whole() {
    let lab = Lab::new();
    let (file, link) = (lab.path("a.svg"), lab.path("b.svg"));
    lab.write("a.svg", "before");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    lab.ok(&["graph", "-o", link.to_str().unwrap()]);
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("<svg "));
    assert!(link.is_symlink());
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    let left = std::fs::read_dir(lab.path(""))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".a.svg"));
    assert_eq!(left.count(), 0);
    let error = lab.fails(&["graph", "-T", "svg", "-o", lab.path("").to_str().unwrap()], 64);
    assert!(error.contains("is a directory"), "{error}");
    let error = lab.fails(&["graph", "-o", lab.path("none/a.svg").to_str().unwrap()], 1);
    assert!(error.contains("none/a.svg: No such file"), "{error}");
    assert!(lab.ok(&["graph", "-T", "svg", "-o", "/dev/stdout"]).starts_with("<svg "));
    assert!(lab.ok(&["graph", "-T", "svg", "-o", "-"]).starts_with("<svg "));
}

fn what_is_vimages_is_told_from_what_is_not() {
    let lab = Lab::new();
    lab.ok(&["up", "vj1", "vj2"]);
    let json: Value = serde_json::from_str(&lab.ok(&["graph", "--json"])).unwrap();
    let nodes = json["nodes"].as_array().unwrap();
    let foreign: Vec<&str> = nodes
        .iter()
        .filter(|node| node["foreign"] == true)
        .map(|node| node["name"].as_str().unwrap())
        .collect();
    assert_eq!(foreign, ["igb2"]);
    let titles: Vec<&str> = json["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cluster| cluster["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["vimage vj1", "vimage vj2"]);
    assert_eq!(json["clusters"][0]["details"][1], serde_json::json!(["hostname", "vj1"]));
    assert!(!nodes.iter().any(|node| node["type"] == "socket"), "the program's own socket is in it");
    let ends = json["edges"].as_array().unwrap().iter().flat_map(|edge| [&edge["a"], &edge["b"]]);
    let told: Vec<String> =
        ends.filter(|end| end["hook"] == "link2").map(|end| end["details"][0].to_string()).collect();
    assert_eq!(told, [r#"["into link2","0 packets, 0 bytes"]"#; 2]);
}

fn the_colours_are_those_that_are_asked_for() {
    let lab = Lab::new();
    let has = |theme, colour| lab.ok(&["graph", "-T", "svg", "--theme", theme]).contains(colour);
    assert!(has("dark", "#12161b") && !has("light", "#12161b"));
    assert!(has("auto", "prefers-color-scheme:dark") && has("light", "#ffffff"));
}

fn a_vimage_that_is_not_up_is_not_drawn() {
    let lab = Lab::new();
    let error = lab.fails(&["graph", "vj1"], 69);
    assert_eq!(error, "vimage: vj1 is not up\n        `vimage up vj1` starts it");
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let trials = support::trials![
        the_text_is_a_tree_of_what_is_on_what,
        a_vimage_with_nothing_but_a_moved_interface_shows_which,
        a_terminal_that_knows_them_gets_lines,
        the_suffix_of_the_file_tells_the_form,
        a_picture_takes_the_place_of_the_one_before_as_a_whole,
        what_is_vimages_is_told_from_what_is_not,
        the_colours_are_those_that_are_asked_for,
        a_vimage_that_is_not_up_is_not_drawn,
    ];
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
