//! `vimage graph`.

mod drawn;
mod output;

use std::io::{IsTerminal, stdout};
use std::path::Path;
use std::process::ExitCode;

use netgraph::graph::{Terminal, Theme};

use super::{Context, print, print_as_is};
use crate::error::{Error, Exit, Result};
use crate::host::Machine;
use drawn::Drawn;

/// A form of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// A tree for terminals.
    Text,
    /// A picture for pages and paper.
    Svg,
    /// A page to look around in, that needs nothing else.
    Html,
    /// The language of Graphviz.
    Dot,
    /// The picture language that wikis draw.
    Mermaid,
    /// For other programs.
    Json,
}

/// The colours of SVG and HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Colours {
    /// As whoever looks at it prefers.
    #[default]
    Auto,
    /// Dark on white.
    Light,
    /// Light on black.
    Dark,
}

// What is asked for. No documentation: clap would say it instead of what the command does.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// The form: a tree of text unless told otherwise
    #[arg(short = 'T', value_enum, value_name = "TYPE")]
    form: Option<Form>,
    /// Write it to this file, whose suffix tells the form: .svg, .html, .dot, .mmd, .txt or .json
    #[arg(short, value_name = "FILE")]
    output: Option<std::path::PathBuf>,
    /// The colours of SVG and HTML
    #[arg(long, value_enum, value_name = "COLOURS", default_value_t)]
    theme: Colours,
    /// Only these vimages, and what they are connected to
    names: Vec<String>,
}

/// Draws the graph with each vimage in a box.
pub(crate) fn graph(context: &mut Context, options: &Options) -> Result<ExitCode> {
    let output = options.output.as_deref().filter(|file| *file != Path::new("-"));
    let form = match (options.form, output.and_then(Path::extension)) {
        (Some(form), _) => form,
        (None, Some(suffix)) => of_suffix(&suffix.to_string_lossy())?,
        (None, None) if context.global.json => Form::Json,
        (None, None) => Form::Text,
    };
    let terminal = if output.is_none() { terminal() } else { Terminal { width: None, ..terminal() } };
    let machine = context.machine()?;
    let drawn = Drawn::read(context, &machine, form != Form::Text, &options.names)?;
    let text = drawn.show(form, options.theme.into(), terminal);
    match output {
        Some(file) if context.global.dry_run => print(&format!("+ {}\n", file.display()))?,
        Some(file) => output::write(file, text.as_bytes())?,
        None => print_as_is(&text)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Draws the graph of a machine as text.
pub(super) fn draw(context: &Context, machine: &Machine) -> Result<String> {
    let drawn = Drawn::read(context, machine, false, &[])?;
    Ok(drawn.show(Form::Text, Theme::Auto, Terminal::default()))
}

fn of_suffix(suffix: &str) -> Result<Form> {
    match suffix.to_ascii_lowercase().as_str() {
        "svg" => Ok(Form::Svg),
        "html" | "htm" => Ok(Form::Html),
        "dot" | "gv" => Ok(Form::Dot),
        "mmd" | "mermaid" => Ok(Form::Mermaid),
        "txt" => Ok(Form::Text),
        "json" => Ok(Form::Json),
        _ => Err(Error::new(Exit::Usage, format!("no form of the picture has the suffix .{suffix}"))
            .hint("use .svg, .html, .dot, .mmd, .txt or .json, or tell the form with -T")),
    }
}

/// Returns what the terminal shows, if stdout is one.
fn terminal() -> Terminal {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default();
    let unicode = ["UTF-8", "UTF8"].iter().any(|name| locale.to_ascii_uppercase().contains(name));
    let width = || Some(usize::from(terminal_size::terminal_size()?.0.0));
    Terminal { unicode, width: if stdout().is_terminal() { width() } else { None } }
}

impl From<Colours> for Theme {
    fn from(colours: Colours) -> Self {
        match colours {
            Colours::Auto => Self::Auto,
            Colours::Light => Self::Light,
            Colours::Dark => Self::Dark,
        }
    }
}
