//! The command line, and the one place where an error is told.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::commands::{self, Context};
use crate::error::{Error, Exit};

/// VNET jails whose interfaces are bridged through netgraph(4).
#[derive(Debug, Parser)]
#[command(name = "vimage", version)]
pub struct Arguments {
    /// What all commands share.
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    command: Verb,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
pub struct Global {
    /// Read this configuration instead of rc.conf(5)'s files
    #[arg(short = 'c', long = "config", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The machine: `kernel`, or `sim:FILE` for a simulated one
    #[arg(long, value_name = "HOST", global = true)]
    pub host: Option<String>,
    /// Print for machines
    #[arg(long, global = true)]
    pub json: bool,
    /// Try it on a copy of the machine, and show what would be done
    #[arg(short = 'n', long, global = true)]
    pub dry_run: bool,
    /// Show each step; twice: each netgraph message too
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
}

// Only the options of the command that is given are made: to make those of all costs more than to parse a line does.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Verb {
    /// Start vimages (all of vimage_list if none is named); what is up already is left alone
    Up {
        /// The vimages
        names: Vec<String>,
        /// At boot: do nothing unless vimage_enable is YES
        #[arg(long)]
        boot: bool,
    },
    /// Stop vimages (all that are up if none is named), the last one first
    Down {
        /// The vimages
        names: Vec<String>,
        /// Take their bridges away too, if nothing else uses them; this interrupts the parent's traffic
        #[arg(long)]
        prune: bool,
    },
    /// Stop vimages and start them again
    Restart {
        /// The vimages
        names: Vec<String>,
    },
    /// Show what `up` would do, step by step, tried on a copy of the machine; exits with 2 if that is anything
    Plan {
        /// The vimages
        names: Vec<String>,
    },
    /// Show state, jid, interfaces, addresses and bridges; exits with 3 unless all are up
    Status {
        /// The vimages
        names: Vec<String>,
    },
    /// Print the names of the configured vimages, one a line
    List,
    /// Print the resolved configuration, and where each value came from
    Config {
        /// The vimage
        name: Option<String>,
    },
    /// Draw the graph
    Graph(commands::graph::Options),
    /// Check whether this machine is ready, and look for what was left behind
    Doctor,
    /// Run a command in a vimage
    Exec {
        /// The vimage
        name: String,
        /// The command and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
    /// Open a login shell in a vimage
    Console {
        /// The vimage
        name: String,
        /// Whose shell, by the vimage's own passwd(5)
        #[arg(default_value = "root")]
        user: String,
    },
    /// Add an interface to a vimage that runs, until it is next started
    Attach {
        /// The vimage
        name: String,
        /// What it is bridged to, as in vimage_NAME_bridges: igb0, =igb0, !igb0 or igb0@lan
        parent: String,
    },
    /// Take an interface away from a vimage that runs
    Detach {
        /// The vimage
        name: String,
        /// The interface, by its name in the vimage or on the host
        #[arg(value_name = "IFACE")]
        interface: String,
    },
    /// Show what bridges have counted on the links of vimages, of all if none is named
    Stats {
        /// The vimages
        names: Vec<String>,
        #[command(flatten)]
        watching: commands::stats::Watching,
    },
    /// Show what vimage itself made and nothing uses, and take it away
    Gc {
        /// Take it away without being asked
        #[arg(long)]
        yes: bool,
    },
    /// Build a jail root from a release, such as `vimage build --release 15.1-RELEASE /usr/jail/vj1`
    Build(commands::build::Options),
    /// Show the vimage_* variables that say what other configuration says
    Import {
        /// A jail.conf(5), or an rc.conf(5) with jails in it; `jng` for the jails of this system that jng serves
        #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
        source: PathBuf,
        /// With `jng`: what stands for /
        #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
        root: Option<PathBuf>,
    },
    /// Print an rc.d(8) script, for service(8) and for the boot
    RcScript,
    /// Write the manual pages vimage.8 and vimage.conf.5
    Man {
        /// The directory that they are written to, or that has a man8 and a man5 for them
        #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// Print a script by which a shell completes commands, options and names
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: commands::completions::Shell,
    },
    /// Print what the last of these words could be
    #[command(hide = true)]
    Complete {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Simulated machines
    #[command(subcommand)]
    Sim(SimVerb),
}

#[derive(Debug, Subcommand)]
enum SimVerb {
    /// Make a simulated machine
    Init {
        /// An Ethernet interface of it
        #[arg(long = "nic", value_name = "NAME")]
        nics: Vec<String>,
        /// A directory that a vimage can have as its root, with dev and proc in it
        #[arg(long = "root", value_name = "DIR")]
        roots: Vec<PathBuf>,
        /// Replace the machine if there is one
        #[arg(long)]
        force: bool,
    },
    /// Show what was run on it, and where
    Log,
    /// Bring up the vimages of Devin Teske's article on a simulated machine that is kept nowhere, and show them
    Demo,
}

/// Runs the program with these arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; nothing can be done about a terminal that is gone.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { ExitCode::SUCCESS };
        }
    };
    let mut context = Context::new(arguments.global);
    // Whoever ignores SIGCHLD has what is run from here ignored too, and what has been run could not be waited for.
    let kept = jailrs::keep_statuses().map_err(|e| Error::failed(format!("not ignoring SIGCHLD: {e}")));
    let result = kept.and_then(|()| dispatch(&mut context, arguments.command));
    match result {
        Ok(code) => code,
        Err(error) => {
            tell(&error);
            error.exit.into()
        }
    }
}

fn dispatch(context: &mut Context, verb: Verb) -> Result<ExitCode, Error> {
    match verb {
        Verb::Up { names, boot } => commands::up::up(context, &names, boot),
        Verb::Down { names, prune } => commands::down::down(context, &names, prune),
        Verb::Restart { names } => commands::restart::restart(context, &names),
        Verb::Plan { names } => commands::plan::plan(context, &names),
        Verb::Status { names } => commands::status::status(context, &names),
        Verb::List => commands::config::list(context),
        Verb::Config { name } => commands::config::config(context, name.as_deref()),
        Verb::Graph(options) => commands::graph::graph(context, &options),
        Verb::Doctor => commands::doctor::doctor(context),
        Verb::Exec { name, command } => commands::exec::exec(context, &name, &command),
        Verb::Console { name, user } => commands::console::console(context, &name, &user),
        Verb::Attach { name, parent } => commands::attach::attach(context, &name, &parent),
        Verb::Detach { name, interface } => commands::attach::detach(context, &name, &interface),
        Verb::Stats { names, watching } => commands::stats::stats(context, &names, watching),
        Verb::Gc { yes } => commands::gc::gc(context, yes),
        Verb::Build(options) => commands::build::build(context, &options),
        Verb::Import { source, root } => commands::import::import(context, &source, root),
        Verb::RcScript => commands::rc_script::rc_script(),
        Verb::Man { folder } => commands::man::man(context, &described(), &folder),
        Verb::Completions { shell } => commands::completions::completions(shell),
        Verb::Complete { words } => commands::completions::complete(context, &described(), &words),
        Verb::Sim(SimVerb::Init { nics, roots, force }) => commands::sim::init(context, &nics, &roots, force),
        Verb::Sim(SimVerb::Demo) => commands::sim::demo(context),
        Verb::Sim(SimVerb::Log) => commands::sim::log(context),
    }
}

/// The command line as data, with the options of every command in each.
fn described() -> clap::Command {
    let mut command = Arguments::command();
    command.build();
    command
}

/// Tells of an error, each line of it after the program's name.
fn tell(error: &Error) {
    let lines = commands::told("vimage: ", &error.message) + &commands::told("        ", &error.hint);
    // Nothing can be done about a terminal that is gone.
    let _ = std::io::stderr().lock().write_all(lines.as_bytes());
}
