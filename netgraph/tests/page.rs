//! The page of a graph, in a browser: headless Chromium, where there is one. Elsewhere these trials are listed as
//! ignored.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use netgraph::graph::{Graph, Picture};
use netgraph::nodes::generic::{Link, NodeInfo};
use netgraph::{HookName, NodeId, NodeName, TypeName};

/// Finds a Chromium in the PATH; `NETGRAPH_TEST_CHROMIUM` names another.
fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("NETGRAPH_TEST_CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "chrome", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|file| file.is_file())
}

/// A bridge with three interfaces of these names.
fn page(names: [&str; 3]) -> String {
    let node = |id: u32, name: &str, kind: &str| NodeInfo {
        name: NodeName::from_field(name.as_bytes()),
        type_name: TypeName::from_field(kind.as_bytes()),
        id: NodeId(id),
        hooks: 1,
    };
    let bridge = node(1, "igb0bridge", "bridge");
    let interfaces: Vec<NodeInfo> = (2..).zip(names).map(|(id, name)| node(id, name, "eiface")).collect();
    let hook = |text: String| HookName::from_field(text.as_bytes());
    let links = interfaces.iter().enumerate().map(|(place, peer)| {
        (bridge.id, Link { hook: hook(format!("link{place}")), peer_hook: hook("ether".into()), peer: *peer })
    });
    let graph = Graph::new([vec![bridge], interfaces.clone()].concat(), links);
    let picture = interfaces.iter().fold(Picture::of(&graph).title("a page"), |picture, node| {
        picture.cluster(format!("jail of {}", node.name), [node.id]).details(node.id, [("MTU", "1500")])
    });
    picture.to_html()
}

/// Opens a page, lets its script run, and returns the document as it is then.
fn open(page: &str, hash: &str) -> Result<String, Failed> {
    let Some(chromium) = chromium() else { return Err("there is no Chromium".into()) };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("page.html");
    std::fs::write(&file, page)?;
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ])
        .args(["--window-size=1000,700", "--virtual-time-budget=2000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}{hash}", file.display()))
        .output()?;
    let document = String::from_utf8_lossy(&output.stdout).into_owned();
    if document.contains("<svg") {
        return Ok(document);
    }
    Err(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)).into())
}

/// Fails unless the document has all of these.
fn has(document: &str, wanted: &[&str]) -> Result<(), Failed> {
    match wanted.iter().find(|text| !document.contains(**text)) {
        Some(text) => Err(format!("{text:?} is not in {document}").into()),
        None => Ok(()),
    }
}

fn a_search_in_the_address_chooses_what_it_finds() -> Result<(), Failed> {
    let document = open(&page(["ng0_vj1", "ng0_vj2", "ng0_vj3"]), "#search=vj2")?;
    has(
        &document,
        &["class=\"live\"", "class=\"node eiface hit on\" id=\"n3\"", "1 of 1</output>", "<h2>ng0_vj2</h2>"],
    )?;
    has(&document, &["<dt>MTU</dt><dd>1500</dd>", "igb0bridge  link1 — ether  ng0_vj2</button>"])
}

fn names_that_look_like_markup_are_names() -> Result<(), Failed> {
    let names = ["<img src=x onerror=alert(1)>", "</svg><script>x()</script>", "\"><b onload='x'>"];
    let document = open(&page(names), "#n2")?;
    has(&document, &["<h2>&lt;img src=x onerror=alert(1)&gt;</h2>"])?;
    for tag in ["<img", "<b ", "<script>x"] {
        if document.contains(tag) {
            return Err(format!("{tag} is in {document}").into());
        }
    }
    Ok(())
}

/// The page with another script behind its own, whose result becomes the title.
fn with_script(script: &str) -> Result<String, Failed> {
    let page = page(["ng0_vj1", "ng0_vj2", "ng0_vj3"]);
    let policy = page.lines().find(|line| line.contains("Content-Security-Policy")).unwrap_or_default();
    let page = page.replacen(policy, "", 1);
    let helpers = "const on = () => document.querySelector('.node.on')?.id ?? '';\
        const box = () => document.querySelector('svg.ng').getAttribute('viewBox');\
        const width = () => Number(box().split(' ')[2]);\
        const press = (key, at = 'view', more = {}) => document.getElementById(at)\
        .dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }));";
    let page = page.replace(
        "</body>",
        &format!("<script>{{{helpers} document.title = (() => {{{script}}})();}}</script></body>"),
    );
    let document = open(&page, "")?;
    let title = document.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    Ok(title.unwrap_or_default().to_string())
}

/// Fails unless the script returns this.
fn script_returns(script: &str, wanted: &str) -> Result<(), Failed> {
    let found = with_script(script)?;
    if found == wanted { Ok(()) } else { Err(format!("{script}: {found:?}, not {wanted:?}").into()) }
}

fn keys_walk_from_node_to_node() -> Result<(), Failed> {
    script_returns(
        "press('ArrowRight'); location.hash = 'n1'; dispatchEvent(new HashChangeEvent('hashchange'));\
         const seen = [on()]; for (const key of ['ArrowRight', 'ArrowDown', 'ArrowUp', 'ArrowLeft']) { press(key); seen.push(on()); }\
         press('Escape'); seen.push(on()); return seen.join(' ');",
        "n1 n3 n4 n3 n1 ",
    )
}

fn keys_zoom_and_move() -> Result<(), Failed> {
    script_returns(
        "const first = box(), w = width(); press('+'); const nearer = width() < w; press('-'); press('-');\
         const farther = width() > w; press('0'); const back = box() === first;\
         press('ArrowRight', 'view', { shiftKey: true }); const moved = box() !== first && width() === w;\
         return [nearer, farther, back, moved].join(' ');",
        "true true true true",
    )
}

fn the_wheel_zooms_and_dragging_moves() -> Result<(), Failed> {
    script_returns(
        "const view = document.getElementById('view'), w = width();\
         view.dispatchEvent(new WheelEvent('wheel', { deltaY: -200, clientX: 100, clientY: 100, cancelable: true }));\
         const nearer = width() < w, before = box(); view.setPointerCapture = () => {};\
         const point = (kind, x) => view.dispatchEvent(new PointerEvent(kind, { pointerId: 1, clientX: x, clientY: 200 }));\
         point('pointerdown', 300); point('pointermove', 200); point('pointerup', 200);\
         const moved = Number(box().split(' ')[0]) > Number(before.split(' ')[0]); point('pointermove', 100);\
         return [nearer, moved].join(' ');",
        "true true",
    )
}

fn a_search_finds_walks_and_is_let_go() -> Result<(), Failed> {
    script_returns(
        "press('/'); const field = document.activeElement; field.value = 'NG0'; field.dispatchEvent(new Event('input'));\
         const found = document.getElementById('count').textContent; press('Enter', 'search'); press('Enter', 'search');\
         const second = on(); press('Escape', 'search');\
         return [field.id, found, second, document.querySelectorAll('.hit').length].join(', ');",
        "search, 3 found, n3, 0",
    )
}

type Check = fn() -> Result<(), Failed>;

fn main() -> ExitCode {
    let missing = chromium().is_none();
    let trials: [(&str, Check); 6] = [
        ("a_search_in_the_address_chooses_what_it_finds", a_search_in_the_address_chooses_what_it_finds),
        ("names_that_look_like_markup_are_names", names_that_look_like_markup_are_names),
        ("keys_walk_from_node_to_node", keys_walk_from_node_to_node),
        ("keys_zoom_and_move", keys_zoom_and_move),
        ("the_wheel_zooms_and_dragging_moves", the_wheel_zooms_and_dragging_moves),
        ("a_search_finds_walks_and_is_let_go", a_search_finds_walks_and_is_let_go),
    ];
    let kind = if missing { "no Chromium here" } else { "Chromium" };
    let trials =
        trials.map(|(name, run)| Trial::test(name, run).with_kind(kind).with_ignored_flag(missing)).into();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
