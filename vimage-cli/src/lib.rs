//! The `vimage` program, as a library.
