//! The structure of jail.conf(5): parameters, and the jails that they are of.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::lex::{Part, Token, lex};
use super::refuse;
use crate::config::Problem;

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1 << 20;
/// The deepest that files may include one another.
const DEEPEST: usize = 16;
/// The most files that are read.
const MOST: usize = 256;

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: Arc<str>,
    pub(super) line: u32,
}

/// What a parameter's line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// `name = values`, or `name` alone.
    Set,
    /// `name += values`.
    Append,
}

/// A parameter or a variable.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// Whether it is a variable: `$name`.
    pub(super) variable: bool,
    pub(super) manner: Manner,
    pub(super) values: Vec<Vec<Part>>,
    pub(super) place: Place,
}

/// A jail, or a pattern for jails.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// With the names of the jails that it is in before it.
    pub(super) name: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) place: Place,
}

/// All that some files say, in their order.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) blocks: Vec<Block>,
    /// The block of what stands outside of all, once there is one.
    global: Option<usize>,
    open: Vec<usize>,
    files: Vec<PathBuf>,
    read: usize,
}

/// Reads a file that is no longer than a configuration can be.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let name = path.to_string_lossy();
    let unreadable =
        |error: std::io::Error| refuse(&name, 0, format!("the file cannot be read: {error}"), "");
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(refuse(&name, 0, "it is no regular file", ""));
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST {
        return Err(refuse(&name, 0, format!("it is longer than {LONGEST} bytes"), ""));
    }
    Ok(bytes)
}

impl Tree {
    /// Adds what a file says, and the files that it includes.
    pub(super) fn add(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Problem> {
        let file: Arc<str> = path.to_string_lossy().into();
        self.read += 1;
        if self.files.len() >= DEEPEST || self.read > MOST {
            return Err(refuse(&file, 0, "too many files include one another", "include fewer"));
        }
        self.files.push(path.to_path_buf());
        let tokens = lex(&file, bytes)?;
        let depth = self.open.len();
        let mut parser = Parser { file: &file, tokens: tokens.into_iter().peekable(), line: 1 };
        while let Some(statement) = parser.statement()? {
            self.statement(statement, depth, &file)?;
        }
        if let Some(block) =
            self.open.get(depth..).and_then(|open| open.last()).and_then(|&at| self.blocks.get(at))
        {
            let message = format!("the jail {} has no end", block.name);
            return Err(refuse(&file, block.place.line, message, "end it with }"));
        }
        self.files.pop();
        Ok(())
    }

    fn statement(&mut self, statement: Statement, depth: usize, file: &Arc<str>) -> Result<(), Problem> {
        match statement {
            Statement::Open(name, line) => {
                let parent = self.open.last().and_then(|&at| self.blocks.get(at));
                let name = parent.map_or(name.clone(), |parent| format!("{}.{name}", parent.name));
                self.open.push(self.blocks.len());
                self.begin(name, line, file);
            }
            Statement::Close(line) => {
                if self.open.len() == depth {
                    return Err(refuse(file, line, "a } without a {", "remove it"));
                }
                self.open.pop();
            }
            Statement::Include(pattern, line) => self.include(&pattern, line, file)?,
            Statement::Parameter(parameter) => {
                let at = match (self.open.last(), self.global) {
                    (Some(&at), _) | (None, Some(at)) => at,
                    (None, None) => {
                        self.global = Some(self.blocks.len());
                        self.begin("*".into(), parameter.place.line, file)
                    }
                };
                if let Some(block) = self.blocks.get_mut(at) {
                    block.parameters.push(parameter);
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self, name: String, line: u32, file: &Arc<str>) -> usize {
        let place = Place { file: Arc::clone(file), line };
        self.blocks.push(Block { name, parameters: Vec::new(), place });
        self.blocks.len() - 1
    }

    /// Reads the files of a pattern, relative to the file that includes them; a pattern need not match any.
    fn include(&mut self, pattern: &str, line: u32, file: &str) -> Result<(), Problem> {
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        let pattern = folder.join(pattern);
        let last = pattern.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut paths = vec![pattern.clone()];
        if last.contains(['*', '?']) {
            let entries =
                fs::read_dir(pattern.parent().unwrap_or(Path::new(""))).into_iter().flatten().flatten();
            paths = entries.map(|entry| entry.path()).filter(|path| matches_name(path, &last)).collect();
            paths.sort();
        }
        for path in paths {
            if self.files.contains(&path) {
                return Err(refuse(
                    file,
                    line,
                    format!("{} includes itself", path.display()),
                    "remove this line",
                ));
            }
            self.add(&path, &read(&path)?)?;
        }
        Ok(())
    }
}

fn matches_name(path: &Path, pattern: &str) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let hidden = name.starts_with('.') && !pattern.starts_with('.');
    !hidden && glob(pattern.as_bytes(), name.as_bytes())
}

/// Whether a name is one that a pattern of `*` and `?` stands for.
pub(super) fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    // Where the last star was, and what it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while from < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(byte) if *byte == b'?' || name.get(from) == Some(byte) => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, from) = (place + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

enum Statement {
    Open(String, u32),
    Close(u32),
    Include(String, u32),
    Parameter(Parameter),
}

struct Parser<'f> {
    file: &'f Arc<str>,
    tokens: std::iter::Peekable<std::vec::IntoIter<(Token, u32)>>,
    line: u32,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<Token> {
        let (token, line) = self.tokens.next()?;
        self.line = line;
        Some(token)
    }

    fn refuse(&self, message: impl Into<String>, remedy: &str) -> Problem {
        refuse(self.file, self.line, message, remedy)
    }

    /// Reads the next statement.
    fn statement(&mut self) -> Result<Option<Statement>, Problem> {
        loop {
            let Some(token) = self.next() else { return Ok(None) };
            let line = self.line;
            return match token {
                Token::Mark(b';') => continue,
                Token::Mark(b'}') => Ok(Some(Statement::Close(line))),
                Token::Word(parts) => self.named(parts, line).map(Some),
                token => Err(self.refuse(
                    format!("{} where a name should be", shown(&token)),
                    "name a parameter or a jail",
                )),
            };
        }
    }

    /// Reads what follows a name.
    fn named(&mut self, parts: Vec<Part>, line: u32) -> Result<Statement, Problem> {
        let (name, variable) = match parts.as_slice() {
            [Part::Text(name)] => (name.clone(), false),
            [Part::Variable(name)] => (name.clone(), true),
            _ => return Err(self.refuse("a name has a variable in it", "write it out")),
        };
        let mut manner = Manner::Set;
        let mut bare = false;
        match self.tokens.peek().map(|(token, _)| token) {
            Some(Token::Mark(b'{')) if !variable => {
                self.next();
                return Ok(Statement::Open(name, line));
            }
            Some(Token::Mark(b'=')) => drop(self.next()),
            Some(Token::Append) => {
                manner = Manner::Append;
                self.next();
            }
            _ => bare = true,
        }
        let values = self.values(!bare)?;
        if name == ".include" && bare {
            return match values.as_slice() {
                [parts] => match parts.as_slice() {
                    [Part::Text(pattern)] => Ok(Statement::Include(pattern.clone(), line)),
                    _ => {
                        Err(self.refuse("the name of an included file has a variable in it", "write it out"))
                    }
                },
                _ => Err(self.refuse("one file is included at a time", "write a line for each")),
            };
        }
        let place = Place { file: Arc::clone(self.file), line };
        Ok(Statement::Parameter(Parameter { name, variable, manner, values, place }))
    }

    /// Reads values with commas between them, and the semicolon.
    fn values(&mut self, needed: bool) -> Result<Vec<Vec<Part>>, Problem> {
        let mut values = Vec::new();
        let missing = "a ; is missing";
        loop {
            match self.next() {
                Some(Token::Word(parts)) => values.push(parts),
                Some(Token::Mark(b';')) if values.is_empty() && !needed => return Ok(values),
                Some(token) => {
                    return Err(self.refuse(format!("{} where a value should be", shown(&token)), missing));
                }
                None => return Err(self.refuse("the file ends where a value should be", missing)),
            }
            match self.next() {
                Some(Token::Mark(b';')) => return Ok(values),
                Some(Token::Mark(b',')) => {}
                Some(token) => return Err(self.refuse(format!("{} after a value", shown(&token)), missing)),
                None => return Err(self.refuse("the file ends after a value", missing)),
            }
        }
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(parts) => match parts.first() {
            Some(Part::Text(text)) => format!("{text:?}"),
            Some(Part::Variable(name)) => format!("${name}"),
            None => "\"\"".into(),
        },
        Token::Mark(mark) => char::from(*mark).to_string(),
        Token::Append => "+=".into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &[u8]) -> Result<Tree, Problem> {
        let mut tree = Tree::default();
        tree.add(Path::new("jail.conf"), text).map(|()| tree)
    }

    #[test]
    fn parameters_belong_to_the_jail_around_them_or_to_all() {
        let tree = parse(b"a;b=1,2;\nv {c+=$x;w{d;}}\n* {e;} f;").unwrap();
        let blocks: Vec<(&str, usize)> =
            tree.blocks.iter().map(|block| (block.name.as_str(), block.parameters.len())).collect();
        assert_eq!(blocks, [("*", 3), ("v", 1), ("v.w", 1), ("*", 1)]);
    }

    #[test]
    fn what_is_out_of_place_is_told_with_its_line() {
        for (text, wanted) in [
            ("a = ;", "jail.conf:1: ; where a value should be (a ; is missing)"),
            ("\na = b c;", "jail.conf:2: \"c\" after a value (a ; is missing)"),
            ("a", "jail.conf:1: the file ends where a value should be (a ; is missing)"),
            ("\n\nv {", "jail.conf:3: the jail v has no end (end it with })"),
            ("}", "jail.conf:1: a } without a { (remove it)"),
            ("= b;", "jail.conf:1: = where a name should be (name a parameter or a jail)"),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap_err().to_string(), wanted, "{text:?}");
        }
    }

    #[test]
    fn a_pattern_stands_for_names() {
        for (pattern, name, is) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.config", false),
            ("a?*c", "abbc", true),
            ("", "", true),
            ("*a*", "b", false),
        ] {
            assert_eq!(glob(pattern.as_bytes(), name.as_bytes()), is, "{pattern} {name}");
        }
    }

    #[test]
    fn files_that_include_one_another_come_to_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.conf"), ".include \"b.conf\";\n").unwrap();
        fs::write(path("b.conf"), "\n.include \"*.conf\";\n").unwrap();
        let mut tree = Tree::default();
        let problem = tree.add(&path("a.conf"), &read(&path("a.conf")).unwrap()).unwrap_err().to_string();
        assert!(problem.contains("b.conf:2: ") && problem.contains("includes itself"), "{problem}");
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn nothing_that_looks_like_jail_conf_is_too_odd(text in "([a-c$]|[=;,{}*]|\\+=|\"| |\n)*") {
            let _ = parse(text.as_bytes());
        }
    }
}
