//! The `vimage` program, as a library: VNET jails whose interfaces are bridged through netgraph(4).
//!
//! A command goes through these layers:
//!
//! | layer | module |
//! | --- | --- |
//! | the command line | [`cli`], `commands/` |
//! | rc.conf(5), read without a shell | [`config`] |
//! | what is configured, held against what is there | [`resolve`], [`wanted`] |
//! | the work, step by step | [`work`], [`apply`], [`teardown`], [`change`] |
//! | jail roots from releases | `build` |
//! | other tools' configuration | `import` |
//! | what has been begun, on disk | [`state`] |
//! | the machine: FreeBSD's kernel, or a simulated one | [`host`] |

pub mod apply;
mod build;
pub mod change;
pub mod cli;
mod commands;
pub mod config;
pub mod error;
pub mod host;
mod import;
pub mod resolve;
pub mod state;
pub mod teardown;
pub mod wanted;
pub mod work;

pub use cli::run;
