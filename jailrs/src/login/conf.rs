//! login.conf(5): records of capabilities, as getcap(3) reads them.

use std::collections::HashMap;
use std::mem;

/// How many classes may be built on each other (`tc=`).
const DEPTH: usize = 32;

/// The capabilities of a class in the order in which they count: the first of a name wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record(Vec<(String, Option<String>)>);

impl Record {
    /// The class of this name; `None` if the file has none.
    pub(super) fn find(text: &str, class: &str) -> Option<Self> {
        let records = records(text);
        let mut classes = Classes::of(&records);
        let mut list = Vec::new();
        classes.collect(class, DEPTH, &mut list).then_some(Self(list))
    }

    /// The value of a capability; one without a value has an empty one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        // `name@` takes away what a class further down says.
        self.0.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_deref())
    }
}

/// Every record as one line: comments gone, continued lines joined.
fn records(text: &str) -> Vec<String> {
    let mut records: Vec<String> = Vec::new();
    let mut continued = false;
    for line in text.lines() {
        if !continued && (line.trim().is_empty() || line.starts_with('#')) {
            continue;
        }
        let (line, more) = match line.strip_suffix('\\') {
            Some(line) => (line, true),
            None => (line, false),
        };
        match records.last_mut().filter(|_| continued) {
            Some(record) => record.push_str(line.trim_start()),
            None => records.push(line.to_owned()),
        }
        continued = more;
    }
    records
}

/// The records of a file that were not read yet.
struct Classes<'a> {
    /// Where the record of a name is; the first of a name counts.
    by_name: HashMap<&'a str, usize>,
    records: Vec<&'a str>,
}

impl<'a> Classes<'a> {
    fn of(records: &'a [String]) -> Self {
        let mut by_name = HashMap::new();
        for (at, record) in records.iter().enumerate() {
            let names = record.split(':').next().unwrap_or_default();
            names.split('|').for_each(|name| _ = by_name.entry(name.trim()).or_insert(at));
        }
        Self { by_name, records: records.iter().map(String::as_str).collect() }
    }

    /// Collects a class's capabilities, and then those of the class that it is built on; false if there is none of that name.
    ///
    /// Each record is read once: what it says again does not count, and root in a jail could make a tree without end of it.
    fn collect(&mut self, class: &str, depth: usize, list: &mut Vec<(String, Option<String>)>) -> bool {
        let at = self.by_name.get(class).copied();
        let Some(record) = at.and_then(|at| self.records.get_mut(at)).map(mem::take) else { return false };
        for field in record.split(':').skip(1).map(str::trim).filter(|field| !field.is_empty()) {
            if let Some(base) = field.strip_prefix("tc=") {
                if depth > 0 {
                    self.collect(base, depth - 1, list);
                }
                continue;
            }
            list.push(match field.split_once(['=', '#']) {
                Some((name, value)) => (name.to_owned(), Some(unescaped(value))),
                None => match field.strip_suffix('@') {
                    Some(name) => (name.to_owned(), None),
                    None => (field.to_owned(), Some(String::new())),
                },
            });
        }
        true
    }
}

/// The text that `\n`, `\072`, `^X` and the like stand for.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '^' => text.extend(rest.next().map(|c| char::from(u8::try_from(c).unwrap_or(0) & 0x1f))),
            '\\' => {
                let mut octal = String::new();
                while octal.len() < 3 && rest.peek().is_some_and(|digit| digit.is_digit(8)) {
                    octal.extend(rest.next());
                }
                if let Ok(code) = u8::from_str_radix(&octal, 8) {
                    text.push(char::from(code));
                } else {
                    text.extend(rest.next().map(escape));
                }
            }
            c => text.push(c),
        }
    }
    text
}

const fn escape(c: char) -> char {
    match c {
        'b' | 'B' => '\x08',
        't' | 'T' => '\t',
        'n' | 'N' => '\n',
        'f' | 'F' => '\x0c',
        'r' | 'R' => '\r',
        'e' | 'E' => '\x1b',
        'c' | 'C' => ':',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "# classes\ndefault|everybody:\\\n\t:umask=022:\\\n\t:openfiles#64:\\\n\t:setenv=A=1,B=x\\c y:\\\n\t:ignorenologin:\n\nstaff:umask=027:openfiles@:tc=default:\nloop:tc=loop:\n";

    #[test]
    fn a_class_has_what_it_says_and_then_what_it_is_built_on() {
        let default = Record::find(TEXT, "everybody").unwrap();
        assert_eq!((default.get("umask"), default.get("openfiles")), (Some("022"), Some("64")));
        assert_eq!((default.get("setenv"), default.get("ignorenologin")), (Some("A=1,B=x: y"), Some("")));
        let staff = Record::find(TEXT, "staff").unwrap();
        assert_eq!((staff.get("umask"), staff.get("openfiles")), (Some("027"), None));
        assert_eq!(staff.get("ignorenologin"), Some(""));
        assert_eq!(Record::find(TEXT, "nosuch"), None);
        assert!(Record::find(TEXT, "loop").is_some());
    }

    #[test]
    fn escapes_stand_for_their_characters() {
        assert_eq!(unescaped(r"a\072b\tc\\d^A"), "a:b\tc\\d\x01");
    }

    #[test]
    fn a_class_that_is_built_on_itself_twice_is_read_once() {
        let text = "a|z:x=1:tc=a:tc=b:tc=z:y=2:\nb:tc=a:tc=b:y=3:\n";
        let fields = |list: &[(&str, &str)]| {
            list.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
        };
        assert_eq!(Record::find(text, "a"), Some(Record(fields(&[("x", "1"), ("y", "3"), ("y", "2")]))));
    }

    #[test]
    fn a_chain_of_classes_without_end_is_read_up_to_a_depth() {
        let text: String = (0..100_000).map(|at| format!("{at}:x{at}=:tc={}:\n", at + 1)).collect();
        assert_eq!(Record::find(&text, "0").unwrap().0.len(), DEPTH + 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_no_field_twice(
            text in "([a-c:=#@|^\\\\\\n\\t0-9]|:tc=|tc=[a-c]:|\\n[a-c]:){0,60}",
        ) {
            for class in ["a", "b", "c"] {
                let Some(record) = Record::find(&text, class) else { continue };
                let fields = text.split([':', '\n']).filter(|field| !field.trim().is_empty());
                prop_assert!(record.0.len() <= fields.count());
                let _ = record.get("b");
            }
        }
    }
}
