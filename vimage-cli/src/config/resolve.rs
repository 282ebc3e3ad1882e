//! Makes the configuration of the variables, and finds everything that is wrong with them.
use std::collections::{BTreeMap, BTreeSet};

use super::Config;
use super::name::Name;
use super::origin::{Origin, Setting};
use super::problem::{Problem, Problems};
use super::shell::{Variable, Variables};
use super::variable::{Meaning, PREFIX, meaning, most_like, nearest};

mod check;
mod order;
mod value;
mod vimage;

pub(super) use order::start_order;
use value::Parsed;

/// The configuration that the variables describe, or everything that is wrong with them.
///
/// A value that is wrong is replaced by the default for the time being, so that the rest is checked as well.
pub(super) fn resolve(variables: &Variables) -> Result<Config, Problems> {
    let mut resolver = Resolver { variables, numbers: BTreeMap::new(), problems: Vec::new() };
    let described = resolver.survey();
    let config = resolver.config(&described);
    check::check(&config, &mut resolver.problems);
    let problems: Problems = resolver.problems.into_iter().collect();
    if problems.has_errors() { Err(problems) } else { Ok(Config { warnings: problems, ..config }) }
}

/// The variables of each vimage that any variable names.
type Described<'a> = BTreeMap<&'a str, Vec<&'a Variable>>;

struct Resolver<'a> {
    variables: &'a Variables,
    /// The numbered variables that there are, by the name without the number.
    numbers: BTreeMap<String, BTreeMap<u32, &'a Variable>>,
    problems: Vec<Problem>,
}

fn origin(variable: &Variable) -> Origin {
    Origin::At(variable.position.clone())
}

impl<'a> Resolver<'a> {
    /// Looks through all variables: which vimages they describe, and which of them mean nothing.
    fn survey(&mut self) -> Described<'a> {
        let mut described = Described::new();
        let mut unknown = Vec::new();
        for variable in self.variables.iter().filter(|variable| variable.name.starts_with(PREFIX)) {
            self.warn_of_unset(variable);
            match meaning(&variable.name) {
                Meaning::Vimage(vimage, known, number) => {
                    described.entry(vimage).or_default().push(variable);
                    self.note_number(&format!("{PREFIX}{vimage}_{}", known.name), number, variable);
                }
                Meaning::General(known, number) => {
                    self.note_number(&format!("{PREFIX}{}", known.name), number, variable);
                }
                Meaning::Nameless(known) => self.problems.push(Problem::error(
                    origin(variable),
                    format!("{} is no default for all vimages", variable.name),
                    format!("set {PREFIX}NAME_{} for each", known.name),
                )),
                Meaning::Foreign(foreign) => self.problems.push(Problem::warning(
                    origin(variable),
                    format!("{} has no effect: {}", variable.name, foreign.reason),
                    foreign.remedy,
                )),
                Meaning::RcSubr => {}
                Meaning::Unknown => unknown.push(variable),
            }
        }
        let listed = self.list_words();
        for variable in unknown {
            let near = nearest(&variable.name, described.keys().copied().chain(listed.iter().copied()));
            self.problems.push(Problem::error(
                origin(variable),
                format!("unknown variable {}", variable.name),
                near.map_or("vimage(8) lists the variables".into(), |name| format!("did you mean {name}?")),
            ));
        }
        described
    }

    fn warn_of_unset(&mut self, variable: &Variable) {
        for name in &variable.unset {
            self.problems.push(Problem::warning(
                origin(variable),
                format!("{} refers to ${name}, which is not set before this line", variable.name),
                format!("assign {name} first; nothing stands in its place now"),
            ));
        }
    }

    fn note_number(&mut self, stem: &str, number: Option<u32>, variable: &'a Variable) {
        if let Some(number) = number {
            self.numbers.entry(stem.to_owned()).or_default().insert(number, variable);
        }
    }

    /// The words of `vimage_list`, right or wrong.
    fn list_words(&self) -> Vec<&'a str> {
        let list = self.variables.find("vimage_list").and_then(|list| std::str::from_utf8(&list.value).ok());
        list.map(value::words).into_iter().flatten().collect()
    }

    fn config(&mut self, described: &Described<'a>) -> Config {
        let list = self.list();
        let names = self.names(described, &list);
        let vimages = names.into_iter().map(|name| {
            let vimage = self.vimage(&name, &list);
            (name, vimage)
        });
        let vimages = vimages.collect();
        Config {
            enable: self.general("enable", value::yes_no, false),
            parallel_start: self.general("parallel_start", value::yes_no, false),
            reverse_stop: self.general("reverse_stop", value::yes_no, true),
            list,
            vimages,
            warnings: Problems::default(),
        }
    }

    /// The names in `vimage_list` that can be names, each once.
    fn list(&mut self) -> Setting<Vec<Name>> {
        let mut names = Vec::new();
        let Some(variable) = self.variables.find("vimage_list") else { return Setting::default_of(names) };
        for word in self.text(variable).map(value::words).into_iter().flatten() {
            match word.parse::<Name>() {
                Ok(name) if names.contains(&name) => {
                    self.refuse(variable, format!("{name} is named twice"), "name it once");
                }
                Ok(name) => names.push(name),
                Err(error) => self.refuse(variable, format!("{word:?}: {error}"), error.remedy()),
            }
        }
        Setting { value: names, origin: origin(variable) }
    }

    /// The names of all vimages: those of the list, and those that have a root directory.
    ///
    /// What is said of any other is a mistake.
    fn names(&mut self, described: &Described<'a>, list: &Setting<Vec<Name>>) -> BTreeSet<Name> {
        let mut names: BTreeSet<Name> = list.value.iter().cloned().collect();
        let mut strangers = Vec::new();
        for (&word, variables) in described {
            let Some(&first) = variables.first() else { continue };
            let has_root = self.variables.find(&format!("{PREFIX}{word}_rootdir")).is_some();
            match word.parse::<Name>() {
                Ok(name) if has_root => {
                    names.insert(name);
                }
                Ok(name) if names.contains(&name) => {}
                Ok(_) => strangers.push((word, first)),
                Err(error) => self.problems.push(Problem::error(
                    origin(first),
                    format!("{}: {word:?}: {error}", first.name),
                    error.remedy(),
                )),
            }
        }
        for (word, first) in strangers {
            let near = most_like(word, names.iter().map(Name::to_string));
            self.problems.push(Problem::error(
                origin(first),
                format!("{}: there is no vimage {word}", first.name),
                near.map_or_else(
                    || format!("add it to vimage_list, or set {PREFIX}{word}_rootdir"),
                    |name| format!("did you mean {name}?"),
                ),
            ));
        }
        names
    }

    /// The value of `vimage_X`.
    fn general<T>(&mut self, known: &str, parse: impl Fn(&str) -> Parsed<T>, default: T) -> Setting<T> {
        let variable =
            self.variables.find(&format!("{PREFIX}{known}")).filter(|variable| !variable.value.is_empty());
        self.parsed(variable, parse, default)
    }

    /// The value of a variable, or the default in the place of one that is not there or is wrong.
    fn parsed<T>(
        &mut self,
        variable: Option<&Variable>,
        parse: impl Fn(&str) -> Parsed<T>,
        default: T,
    ) -> Setting<T> {
        let Some(variable) = variable else { return Setting::default_of(default) };
        let value = match self.text(variable).map(parse) {
            Some(Ok(value)) => value,
            Some(Err(wrongs)) => {
                for wrong in wrongs {
                    self.refuse(variable, wrong.message, wrong.remedy);
                }
                default
            }
            None => default,
        };
        Setting { value, origin: origin(variable) }
    }

    /// A variable's value as text.
    fn text<'v>(&mut self, variable: &'v Variable) -> Option<&'v str> {
        let text = std::str::from_utf8(&variable.value).ok();
        if text.is_none() {
            self.refuse(variable, "the value is not UTF-8", "write it in UTF-8");
        }
        text
    }

    /// Notes that the value of a variable is wrong.
    fn refuse(&mut self, variable: &Variable, message: impl std::fmt::Display, remedy: impl Into<String>) {
        self.problems.push(Problem::error(origin(variable), format!("{}: {message}", variable.name), remedy));
    }
}
