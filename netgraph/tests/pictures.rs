//! The pictures of `docs/pictures` are those that the example `pictures` draws.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../examples/pictures/scenes.rs"]
mod scenes;

/// The pictures as they are kept; the folder may not be where the test runs.
const KEPT: [(&str, &str); 3] = [
    ("article.svg", include_str!("../../docs/pictures/article.svg")),
    ("dmz.svg", include_str!("../../docs/pictures/dmz.svg")),
    ("150-jails.svg", include_str!("../../docs/pictures/150-jails.svg")),
];

#[test]
fn the_pictures_of_the_documentation_are_up_to_date() {
    let drawn = scenes::all().unwrap();
    assert_eq!(drawn.len(), KEPT.len());
    for ((name, svg), (kept_name, kept)) in drawn.iter().zip(KEPT) {
        assert_eq!(*name, kept_name);
        assert!(svg == kept, "{name}: cargo run -p netgraph --example pictures -- docs/pictures");
    }
}
