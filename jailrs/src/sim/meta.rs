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

/// The lines after all changes that the options ask for.
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
                let mut left: Vec<_> =
                    lines.split('\n').filter(|line| !line.is_empty() && !has_key(line, key)).collect();
                let added = format!("{key}={text}");
                if !value.is_empty() {
                    left.insert(0, &added);
                }
                lines = left.join("\n");
            }
        }
    }
    if lines.len() + 1 > MAX { Err(Errno::EFBIG) } else { Ok(lines) }
}

fn has_key(line: &str, key: &str) -> bool {
    line.strip_prefix(key).is_some_and(|rest| rest.starts_with('='))
}

/// The value of one key.
pub(super) fn value<'a>(lines: &'a str, key: &str) -> Option<&'a str> {
    lines.split('\n').find(|line| has_key(line, key)).and_then(|line| line.get(key.len() + 1..))
}

/// Answers every option that asks for lines or keys.
pub(super) fn answer(lines: &str, which: &str, opts: &mut Opts) -> Result<(), Errno> {
    for (name, _) in opts.all(|name| is_of(which, name)) {
        match name.split_once('.') {
            None => opts.set_text(&name, lines)?,
            Some((_, key)) => match value(lines, key) {
                Some(value) => opts.set_text(&name, value)?,
                None => opts.set_missing(&name),
            },
        }
    }
    Ok(())
}
