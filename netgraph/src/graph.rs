//! The whole graph.
