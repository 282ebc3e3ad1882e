//! The `vimage` program; everything it does is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    vimage::run(std::env::args_os())
}
