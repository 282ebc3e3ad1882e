//! What is true of each jail: its own parameters, those of patterns and of all, and the values of variables.

use std::cell::Cell;

use super::lex::Part;
use super::parse::{Block, Manner, Parameter, Place, Tree, glob};
use super::refuse;
use crate::config::Problem;

/// The deepest that variables may refer to one another.
const DEEPEST: usize = 32;
/// The longest value, in bytes.
const LONGEST: usize = 64 << 10;
/// The most pieces that the values of one jail may be put together from: each may have many in it.
const MOST: usize = 100_000;

/// A jail and everything that holds for it.
#[derive(Debug)]
pub(super) struct Jail {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) parameters: Vec<Plain>,
}

/// A parameter whose values are text.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    pub(super) name: String,
    pub(super) values: Vec<String>,
    pub(super) place: Place,
}

impl Jail {
    /// Returns a parameter, by the name that it has without a `no`.
    pub(super) fn find(&self, name: &str) -> Option<&Plain> {
        self.parameters.iter().find(|parameter| positive(&parameter.name) == name)
    }
}

/// The name of a boolean parameter without its `no`: `allow.noraw_sockets` is about `allow.raw_sockets`.
pub(super) fn positive(name: &str) -> String {
    let (before, last) = name.rsplit_once('.').map_or(("", name), |(before, last)| (before, last));
    let last = last.strip_prefix("no").filter(|rest| !rest.is_empty()).unwrap_or(last);
    if before.is_empty() { last.into() } else { format!("{before}.{last}") }
}

/// Returns the jails of some files.
pub(super) fn jails(tree: &Tree) -> Result<Vec<Jail>, Problem> {
    let is_pattern = |block: &&Block| block.name.contains('*');
    let mut jails: Vec<Jail> = Vec::new();
    for (number, block) in tree.blocks.iter().enumerate().filter(|(_, block)| !is_pattern(block)) {
        let mut own = Vec::new();
        // In the order of the file: what comes later counts.
        for (other, pattern) in tree.blocks.iter().enumerate() {
            if other == number || is_pattern(&pattern) && matches(&block.name, &pattern.name) {
                pattern.parameters.iter().for_each(|parameter| merge(&mut own, parameter));
            }
        }
        let name = Parameter {
            name: "name".into(),
            variable: false,
            manner: Manner::Set,
            values: vec![vec![Part::Text(block.name.clone())]],
            place: block.place.clone(),
        };
        if !own.iter().any(|parameter| parameter.name == "name") {
            own.push(name);
        }
        let mut parameters = Vec::new();
        let resolver = Resolver { own: &own, pieces: Cell::new(0) };
        for parameter in own.iter().filter(|parameter| !parameter.variable) {
            let mut values = Vec::new();
            for value in &parameter.values {
                values.extend(resolver.text(value, &parameter.place, 0)?);
            }
            parameters.push(Plain { name: parameter.name.clone(), values, place: parameter.place.clone() });
        }
        jails.push(Jail { name: block.name.clone(), place: block.place.clone(), parameters });
    }
    Ok(jails)
}

/// Whether a pattern stands for a jail: `*` alone for each, otherwise a star for one part of the name.
fn matches(name: &str, pattern: &str) -> bool {
    let (names, patterns) = (name.split('.'), pattern.split('.'));
    pattern == "*"
        || names.clone().count() == patterns.clone().count()
            && names.zip(patterns).all(|(name, pattern)| glob(pattern.as_bytes(), name.as_bytes()))
}

/// Adds a parameter to those of a jail, or to the values of the one that is there.
fn merge(own: &mut Vec<Parameter>, parameter: &Parameter) {
    let same = |there: &&mut Parameter| {
        there.variable == parameter.variable && positive(&there.name) == positive(&parameter.name)
    };
    match own.iter_mut().find(same) {
        Some(there) if parameter.manner == Manner::Append && !parameter.values.is_empty() => {
            there.values.extend(parameter.values.iter().cloned());
        }
        Some(there) => *there = parameter.clone(),
        None => own.push(parameter.clone()),
    }
}

/// Finds the values of variables among the parameters of a jail.
struct Resolver<'p> {
    own: &'p [Parameter],
    /// How many pieces there were so far.
    pieces: Cell<usize>,
}

impl Resolver<'_> {
    /// The text of a value; several, where it is a variable that has several.
    fn text(&self, value: &[Part], place: &Place, depth: usize) -> Result<Vec<String>, Problem> {
        let refuse = |message: String, remedy: &str| refuse(&place.file, place.line, message, remedy);
        if depth > DEEPEST {
            return Err(refuse("variables refer to one another in a circle".into(), "write one of them out"));
        }
        let too_much = || {
            let message =
                format!("the value is longer than {LONGEST} bytes, or has too many variables in it");
            refuse(message, "shorten it")
        };
        self.pieces.set(self.pieces.get() + value.len());
        if self.pieces.get() > MOST {
            return Err(too_much());
        }
        let mut text = String::new();
        for part in value {
            let name = match part {
                Part::Text(piece) => {
                    text.push_str(piece);
                    continue;
                }
                Part::Variable(name) => name,
            };
            let found =
                self.own.iter().find(|parameter| parameter.name == *name && !parameter.values.is_empty());
            let Some(found) = found else {
                return Err(refuse(format!("the variable ${name} is not set"), "set it, or write its value"));
            };
            let mut values = Vec::new();
            for value in &found.values {
                values.extend(self.text(value, &found.place, depth + 1)?);
            }
            match (values.as_slice(), value) {
                ([one], _) => text.push_str(one),
                (_, [_]) => return Ok(values),
                _ => {
                    let message = format!("${name} has several values, and stands within another");
                    return Err(refuse(message, "write them out"));
                }
            }
            if text.len() > LONGEST {
                return Err(too_much());
            }
        }
        Ok(vec![text])
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Vec<Jail>, Problem> {
        let mut tree = Tree::default();
        tree.add(Path::new("jail.conf"), text.as_bytes())?;
        jails(&tree)
    }

    fn values(jail: &Jail, name: &str) -> Vec<String> {
        jail.find(name).map(|parameter| parameter.values.clone()).unwrap_or_default()
    }

    #[test]
    fn patterns_variables_and_what_is_said_of_all_come_together() {
        let jails = read(
            "$root = /usr/jail; path = \"$root/$name\"; exec.start = \"/bin/sh /etc/rc\";\n\
             web* { allow.raw_sockets; vnet; }\n\
             web1 { host.hostname = $name.example.org; exec.start += a, b; allow.noraw_sockets; }\n\
             db { $list = x, y; depend = $list; }\n",
        )
        .unwrap();
        let [web, db] = jails.as_slice() else { panic!("{jails:?}") };
        assert_eq!(values(web, "path"), ["/usr/jail/web1"]);
        assert_eq!(values(web, "host.hostname"), ["web1.example.org"]);
        assert_eq!(values(web, "exec.start"), ["/bin/sh /etc/rc", "a", "b"]);
        assert_eq!(web.find("allow.raw_sockets").unwrap().name, "allow.noraw_sockets");
        assert!(web.find("vnet").is_some() && db.find("vnet").is_none());
        assert_eq!(values(db, "depend"), ["x", "y"]);
        assert!(db.find("root").is_none(), "variables are no parameters");
    }

    #[test]
    fn what_comes_later_counts() {
        let jails = read("v { persist; path = /a; }\n* { path = /b; }").unwrap();
        assert_eq!(values(&jails[0], "path"), ["/b"]);
    }

    #[test]
    fn variables_that_say_nothing_are_told_of() {
        for (text, wanted) in [
            ("v { path = $nothing; }", "the variable $nothing is not set"),
            ("$a = $b; $b = $a;\nv { path = $a; }", "variables refer to one another in a circle"),
            ("$a = 1, 2;\nv { path = x$a; }", "$a has several values"),
        ] {
            let problem = read(text).unwrap_err().to_string();
            assert!(problem.starts_with("jail.conf:") && problem.contains(wanted), "{problem}");
        }
    }

    #[test]
    fn values_do_not_grow_without_bounds() {
        let mut text = String::from("$v0 = \"xxxxxxxxxxxxxxxx\";\n");
        for level in 1..30 {
            text += &format!("$v{level} = \"$v{0}$v{0}\";\n", level - 1);
        }
        let problem = read(&format!("{text}v {{ path = $v29; }}")).unwrap_err().to_string();
        assert!(problem.contains("longer than"), "{problem}");
    }

    #[test]
    fn values_are_not_put_together_for_ever() {
        for (first, piece) in [("\"\"", "\"$v{0}$v{0}\""), ("\"\"", "$v{0}, $v{0}"), ("x, y", "$v{0}, $v{0}")]
        {
            let mut text = format!("$v0 = {first};\n");
            for level in 1..30 {
                text += &format!("$v{level} = {};\n", piece.replace("{0}", &(level - 1).to_string()));
            }
            let problem = read(&format!("{text}v {{ path = $v29; }}")).unwrap_err().to_string();
            assert!(problem.contains("too many variables"), "{problem}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_looks_like_jail_conf_is_too_odd(
            lines in prop::collection::vec("(\\$[ab]|c|no?c|v \\{ c|\\*\\{c) ?(=|\\+=)? ?(\\$[ab]|d|\"\\$a e\")?(;|,|;\\})", 0..12),
        ) {
            let _ = read(&lines.join("\n"));
        }
    }
}
