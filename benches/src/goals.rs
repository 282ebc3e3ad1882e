//! What each benchmark is to reach, on one core of a present-day machine.

/// Names, as the benchmarks have them, and the longest time for one element, in nanoseconds.
const GOALS: &[(&str, f64)] = &[
    ("codec/NODEINFO: encode the request, decode the reply", 20.0),
    ("codec/LISTNODES: walk 100,000 nodes where they lie", 15.0),
    // Two million a second.
    ("simulator/control round trip", 500.0),
    // Five million a second.
    ("simulator/a frame through a bridge of three", 200.0),
    ("simulator/a frame through a bridge of three, 16 at once", 200.0),
    // A thousand nodes in 50 ms.
    ("picture/svg/jails on bridges/1000", 50e3),
    ("picture/svg/a tangle/1000", 50e3),
];

/// Questions that are put to libnetgraph too, and how many times as fast the answer is to be.
const RATIOS: &[(&str, f64)] = &[
    ("kernel/control round trip", 4.0),
    ("kernel/a message and its reply, typed or as text", 10.0),
    ("kernel/64 bytes to an echo and back", 1.0),
    ("kernel/1500 bytes to an echo and back", 1.0),
];

/// Returns the goal of a benchmark, in nanoseconds for one element, if it has one.
#[must_use]
pub fn goal(name: &str) -> Option<f64> {
    find(GOALS, name)
}

/// Returns how many times as fast as libnetgraph a question is to be answered, if that is a goal.
#[must_use]
pub fn ratio_goal(question: &str) -> Option<f64> {
    find(RATIOS, question)
}

fn find(goals: &[(&str, f64)], name: &str) -> Option<f64> {
    goals.iter().find(|(goal, _)| *goal == name).map(|(_, goal)| *goal)
}
