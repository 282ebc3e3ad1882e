//! `meta` and `env`: lines of `key=value`, the newest key first.

use super::opts::Opts;
use crate::Errno;

/// The bound for all lines together, their NUL included (`security.jail.meta_maxbufsize`).
pub(super) const MAX: usize = 4096;

/// Whether a parameter is one of these, or a key of one.
pub(super) fn is_meta(name: &str) -> bool {
    is_of("meta", name) || is_of("env", name)
}

fn is_of(which: &str, name: &str) -> bool {
    name.strip_prefix(which).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The lines after all changes that the options ask for, in the order of the options.
pub(super) fn changed(lines: &str, which: &str, opts: &Opts) -> Result<String, Errno> {
    let mut lines = lines.to_owned();
    for (name, value) in opts.all(|name| is_of(which, name)) {
        if value.len() > MAX {
            return Err(Errno::EFBIG);
        }
        if value.last().is_some_and(|last| *last != 0) {
            return Err(Errno::EINVAL);
        }
        let text = crate::param::text_of(&value);
        match name.split_once('.') {
            None => lines = text,
            Some((_, "")) => return Err(Errno::EINVAL),
            Some((_, key)) => {
                cut(&mut lines, key);
                if !value.is_empty() {
                    let separator = if lines.is_empty() { "" } else { "\n" };
                    lines = format!("{key}={text}{separator}{lines}");
                }
            }
        }
    }
    if lines.len() + 1 > MAX { Err(Errno::EFBIG) } else { Ok(lines) }
}

/// Takes every line of this key out. Empty lines stay; a line break that is left at the very end goes.
fn cut(lines: &mut String, key: &str) {
    while let Some(begin) = begin_of(lines, key) {
        let rest = lines.get(begin..).unwrap_or_default();
        match rest.find('\n').filter(|end| end + 1 < rest.len()) {
            Some(end) => drop(lines.drain(begin..=begin + end)),
            None => {
                lines.truncate(begin);
                if lines.ends_with('\n') {
                    lines.pop();
                }
            }
        }
    }
}

/// Where the first line of this key begins.
fn begin_of(lines: &str, key: &str) -> Option<usize> {
    begins(lines, key).next()
}

fn begins<'a>(lines: &'a str, key: &'a str) -> impl Iterator<Item = usize> + 'a {
    let starts = std::iter::once(0).chain(lines.match_indices('\n').map(|(at, _)| at + 1));
    starts.filter(move |at| {
        let line = lines.get(*at..).and_then(|line| line.strip_prefix(key));
        line.is_some_and(|rest| rest.starts_with('='))
    })
}

/// Answers every option that asks for lines or keys.
///
/// The kernel measures what follows a key to the very end of all lines, and wants room for that; of a key that comes twice it
/// gives the last one.
pub(super) fn answer(lines: &str, which: &str, opts: &mut Opts) -> Result<(), Errno> {
    for (name, buffer) in opts.all(|name| is_of(which, name)) {
        let Some((_, key)) = name.split_once('.') else {
            if lines.len() >= buffer.len() {
                return Err(Errno::EINVAL);
            }
            opts.set_text(&name, lines)?;
            continue;
        };
        let mut found = None;
        for at in begins(lines, key).filter(|_| !key.is_empty()) {
            let rest = lines.get(at + key.len() + 1..).unwrap_or_default();
            if rest.len() >= buffer.len() {
                return Err(Errno::EINVAL);
            }
            found = rest.split('\n').next();
        }
        match found {
            Some(value) => opts.set_text(&name, value)?,
            None => opts.set_missing(&name),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Opt;

    fn after(lines: &str, opts: &[Opt]) -> Result<String, Errno> {
        changed(lines, "meta", &Opts::new(opts))
    }

    #[test]
    fn keys_are_put_in_front_and_taken_out_where_they_are() {
        let set = |key: &str, value: &str| Opt::text(format!("meta.{key}"), value);
        assert_eq!(after("a=1\nb=2", &[set("c", "3")]).unwrap(), "c=3\na=1\nb=2");
        assert_eq!(after("a=1\nb=2\nc=3", &[set("b", "x")]).unwrap(), "b=x\na=1\nc=3");
        assert_eq!(after("a=1\nb=2\na=3", &[Opt::new("meta.a", [])]).unwrap(), "b=2");
        assert_eq!(after("note\n\nb=2\n", &[Opt::new("meta.b", [])]).unwrap(), "note\n");
        assert_eq!(after("xa=1", &[Opt::new("meta.a", [])]).unwrap(), "xa=1");
        assert_eq!(after("a=1", &[Opt::text("meta", "b=2"), set("c", "3")]).unwrap(), "c=3\nb=2");
        assert_eq!(after("", &[set("a", "")]).unwrap(), "a=");
        assert_eq!(after("", &[Opt::text("meta.", "x")]), Err(Errno::EINVAL));
        assert_eq!(after("", &[Opt::new("meta.a", *b"x")]), Err(Errno::EINVAL));
        assert_eq!(after("", &[set("a", &"x".repeat(4094))]).unwrap_err(), Errno::EFBIG);
        assert!(after("", &[set("a", &"x".repeat(4093))]).is_ok_and(|lines| lines.len() == 4095));
    }

    #[test]
    fn a_key_wants_room_for_all_that_follows_it() {
        let ask = |name: &str, room: usize| {
            let mut raw = [Opt::new(name, vec![0; room])];
            let mut opts = Opts::new(&raw);
            answer("b=2\na=1\na=33", "meta", &mut opts)?;
            opts.write_back(&mut raw);
            Ok::<_, Errno>(crate::param::text_of(&raw[0].value))
        };
        assert_eq!(ask("meta.b", 12), Ok("2".to_owned()));
        assert_eq!(ask("meta.b", 10), Err(Errno::EINVAL));
        assert_eq!(ask("meta.a", 16), Ok("33".to_owned()));
        assert_eq!(ask("meta.none", 1), Ok(String::new()));
        assert_eq!(ask("meta", 13), Ok("b=2\na=1\na=33".to_owned()));
        assert_eq!(ask("meta", 12), Err(Errno::EINVAL));
        assert_eq!(ask("meta", 0), Err(Errno::EINVAL));
    }
}
