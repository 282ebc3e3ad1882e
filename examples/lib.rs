//! Common ground of the examples.
