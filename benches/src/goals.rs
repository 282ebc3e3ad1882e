//! What each benchmark is to reach, on one core of a present-day machine.

/// Names, as the benchmarks have them, and the longest time for one element, in nanoseconds.
const GOALS: &[(&str, f64)] = &[
    ("codec/NODEINFO: encode the request, decode the reply", 20.0),
    ("codec/LISTNODES: walk 100,000 nodes where they lie", 15.0),
    // Two million a second.
    ("simulator/control round trip", 500.0),
    // Five million a second.
    ("simulator/a frame through a bridge of three", 200.0),
    ("picture/1000 nodes, as SVG", 50e6),
];

/// Returns the goal of a benchmark, in nanoseconds for one element, if it has one.
#[must_use]
pub fn goal(name: &str) -> Option<f64> {
    GOALS.iter().find(|(goal, _)| *goal == name).map(|(_, time)| *time)
}
