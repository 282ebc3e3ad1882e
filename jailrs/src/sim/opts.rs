//! Options as the kernel keeps them: the last of several wins, a `no` name and its counterpart are one.

use crate::Errno;
use crate::system::Opt;

/// The options of one call, without those that a later one replaces.
pub(super) struct Opts {
    list: Vec<Entry>,
}

struct Entry {
    position: usize,
    name: String,
    value: Vec<u8>,
    seen: bool,
}

impl Opts {
    /// The options of a call; `EINVAL` for more than the kernel takes in one.
    pub(super) fn read(opts: &[Opt]) -> Result<Self, Errno> {
        // VFS_MOUNTARG_SIZE_MAX, and the size of a `struct vfsopt`; the caller's `errmsg` counts too.
        const MOST: usize = 64 * 1024;
        const EACH: usize = 48;
        const ERRMSG: usize = EACH + 7 + 1024;
        let size = |opt: &Opt| EACH + opt.name.len() + 1 + opt.value.len();
        if opts.iter().map(size).sum::<usize>() + ERRMSG > MOST {
            return Err(Errno::EINVAL);
        }
        Ok(Self::new(opts))
    }

    pub(super) fn new(opts: &[Opt]) -> Self {
        let mut list: Vec<Entry> = Vec::new();
        for (position, opt) in opts.iter().enumerate() {
            list.retain(|earlier| !equal(&earlier.name, &opt.name));
            list.push(Entry { position, name: opt.name.clone(), value: opt.value.clone(), seen: false });
        }
        Self { list }
    }

    fn find(&mut self, name: &str) -> Option<&mut Entry> {
        let entry = self.list.iter_mut().find(|entry| entry.name == name)?;
        entry.seen = true;
        Some(entry)
    }

    /// The bytes of an option.
    pub(super) fn bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        self.find(name).map(|entry| entry.value.clone())
    }

    /// Whether an option is there, whatever its value.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// An option of four bytes.
    pub(super) fn int(&mut self, name: &str) -> Result<Option<i32>, Errno> {
        let int = |bytes: Vec<u8>| bytes.as_slice().try_into().map(i32::from_ne_bytes);
        self.bytes(name).map(int).transpose().map_err(|_| Errno::EINVAL)
    }

    /// A text of fewer than `max` bytes, closed by a NUL.
    pub(super) fn text(&mut self, name: &str, max: usize) -> Result<Option<String>, Errno> {
        let Some(bytes) = self.bytes(name) else { return Ok(None) };
        if bytes.last() != Some(&0) {
            return Err(Errno::EINVAL);
        }
        if bytes.len() > max {
            return Err(Errno::ENAMETOOLONG);
        }
        Ok(Some(crate::param::text_of(&bytes)))
    }

    /// Marks all options of which this holds as known.
    pub(super) fn see(&mut self, known: impl Fn(&str) -> bool) {
        self.list.iter_mut().filter(|entry| known(&entry.name)).for_each(|entry| entry.seen = true);
    }

    /// The first option that nobody knew.
    pub(super) fn unseen(&self) -> Option<&str> {
        self.list.iter().find(|entry| !entry.seen && entry.name != "errmsg").map(|entry| entry.name.as_str())
    }

    /// Names and values of the options of which this holds, in order.
    pub(super) fn all(&self, wanted: impl Fn(&str) -> bool) -> Vec<(String, Vec<u8>)> {
        let wanted = self.list.iter().filter(|entry| wanted(&entry.name));
        wanted.map(|entry| (entry.name.clone(), entry.value.clone())).collect()
    }

    /// Answers an option whose buffer must be of exactly this size.
    pub(super) fn set(&mut self, name: &str, bytes: &[u8]) -> Result<(), Errno> {
        self.answer(name, bytes, |room, size| room == size)
    }

    /// Answers an option whose buffer may be larger.
    pub(super) fn set_part(&mut self, name: &str, bytes: &[u8]) -> Result<(), Errno> {
        self.answer(name, bytes, |room, size| room >= size)
    }

    /// Answers an option with a number.
    pub(super) fn set_int(&mut self, name: &str, number: i32) -> Result<(), Errno> {
        self.set(name, &number.to_ne_bytes())
    }

    /// Answers an option with a text, whose buffer keeps its size.
    pub(super) fn set_text(&mut self, name: &str, text: &str) -> Result<(), Errno> {
        let Some(entry) = self.find(name) else { return Ok(()) };
        let needed = text.len() + 1;
        match entry.value.len() {
            0 => entry.value = vec![0; needed],
            room if room < needed => return Err(Errno::EINVAL),
            room => {
                entry.value = text.as_bytes().to_vec();
                entry.value.resize(room, 0);
            }
        }
        Ok(())
    }

    /// Answers an option with nothing at all.
    pub(super) fn set_missing(&mut self, name: &str) {
        if let Some(entry) = self.find(name) {
            entry.value.clear();
        }
    }

    fn answer(&mut self, name: &str, bytes: &[u8], fits: impl Fn(usize, usize) -> bool) -> Result<(), Errno> {
        let Some(entry) = self.find(name) else { return Ok(()) };
        match entry.value.len() {
            // Only the size is asked for: the answer has it, without the bytes.
            0 => entry.value = vec![0; bytes.len()],
            room if fits(room, bytes.len()) => entry.value = bytes.to_vec(),
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }

    /// Gives the answers back to the caller. An option that a later one replaced keeps its buffer as it was.
    pub(super) fn write_back(&self, opts: &mut [Opt]) {
        for entry in &self.list {
            if let Some(opt) = opts.get_mut(entry.position) {
                opt.value.clone_from(&entry.value);
            }
        }
    }
}

/// Whether the kernel takes two names for one: they are the same but for a `no` before any of their parts. It compares them as it
/// does options of mounts, of which a few more are one.
fn equal(one: &str, other: &str) -> bool {
    const WRITING: [&str; 5] = ["ro", "rdonly", "norw", "rw", "noro"];
    let (mut one_rest, mut other_rest) = (one, other);
    loop {
        let same_but_no = one_rest.strip_prefix("no") == Some(other_rest)
            || other_rest.strip_prefix("no") == Some(one_rest);
        if one_rest == other_rest || same_but_no {
            return true;
        }
        match (one_rest.split_once('.'), other_rest.split_once('.')) {
            (Some((part, one_next)), Some((same, other_next))) if part == same => {
                (one_rest, other_rest) = (one_next, other_next);
            }
            _ => return WRITING.contains(&one_rest) && WRITING.contains(&other_rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_before_any_part_makes_two_names_one() {
        for (one, other) in [
            ("persist", "nopersist"),
            ("allow.mount.devfs", "allow.mount.nodevfs"),
            ("allow.nomount.devfs", "allow.mount.devfs"),
            ("noallow.mount", "allow.mount"),
            ("meta.note", "meta.te"),
            ("rw", "rdonly"),
        ] {
            assert!(equal(one, other) && equal(other, one), "{one} {other}");
        }
        for (one, other) in [("allow.mount", "allow.mount.devfs"), ("nometa.x", "meta.nox"), ("a", "b")] {
            assert!(!equal(one, other) && !equal(other, one), "{one} {other}");
        }
    }
}
