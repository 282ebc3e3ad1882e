//! What the programs after FreeBSD's own have in common with the originals: options, errors, exit statuses.

use netgraph::{Errno, Error};

/// Exit statuses; see sysexits(3).
pub const EX_USAGE: u8 = 64;
/// There is no such input.
pub const EX_NOINPUT: u8 = 66;
/// There is no such host: here, no such jail.
pub const EX_NOHOST: u8 = 68;
/// The system refused.
pub const EX_OSERR: u8 = 71;

/// Options, each with its argument or an empty one, and the words that follow them.
pub type Parted<'a> = (Vec<(char, &'a str)>, Vec<&'a str>);

/// Parts words into options and the rest, as getopt(3) does. A letter of `known` that is followed by a colon takes an
/// argument.
///
/// # Errors
/// What getopt(3) would print, without the program's name.
pub fn getopt<'a>(words: &[&'a str], known: &str) -> Result<Parted<'a>, String> {
    let (mut options, mut words) = (Vec::new(), words.iter());
    while let Some(word) = words.as_slice().first().and_then(|word| word.strip_prefix('-')) {
        if word.is_empty() {
            break;
        }
        words.next();
        if word == "-" {
            break;
        }
        let mut letters = word.chars();
        while let Some(letter) = letters.next() {
            let at = known.find(letter).filter(|_| letter != ':');
            let at = at.ok_or_else(|| format!("illegal option -- {letter}"))?;
            let takes = known.get(at + letter.len_utf8()..).is_some_and(|rest| rest.starts_with(':'));
            if !takes {
                options.push((letter, ""));
                continue;
            }
            let argument = match letters.as_str() {
                "" => words.next().copied(),
                rest => Some(rest),
            };
            let argument = argument.ok_or_else(|| format!("option requires an argument -- {letter}"))?;
            options.push((letter, argument));
            break;
        }
    }
    Ok((options, words.copied().collect()))
}

/// Says why something failed as err(3) does; what is no error of the kernel's, as the library does.
#[must_use]
pub fn why(error: &Error) -> String {
    error.errno().map_or_else(|| error.to_string(), strerror)
}

/// Says why a file could not be had.
#[must_use]
pub fn why_io(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// What strerror(3) of FreeBSD says of the errors that netgraph answers.
fn strerror(errno: Errno) -> String {
    let text = match errno {
        Errno::EPERM => "Operation not permitted",
        Errno::ENOENT => "No such file or directory",
        Errno::EINTR => "Interrupted system call",
        Errno::EIO => "Input/output error",
        Errno::ENXIO => "Device not configured",
        Errno::E2BIG => "Argument list too long",
        Errno::ENOMEM => "Cannot allocate memory",
        Errno::EBUSY => "Device busy",
        Errno::EEXIST => "File exists",
        Errno::EINVAL => "Invalid argument",
        Errno::EMFILE => "Too many open files",
        Errno::EPIPE => "Broken pipe",
        Errno::ERANGE => "Result too large",
        Errno::EINPROGRESS => "Operation now in progress",
        Errno::EALREADY => "Operation already in progress",
        Errno::EDESTADDRREQ => "Destination address required",
        Errno::EMSGSIZE => "Message too long",
        Errno::EPROTONOSUPPORT => "Protocol not supported",
        Errno::EOPNOTSUPP => "Operation not supported",
        Errno::EAFNOSUPPORT => "Address family not supported by protocol family",
        Errno::EADDRINUSE => "Address already in use",
        Errno::ENETDOWN => "Network is down",
        Errno::ENOBUFS => "No buffer space available",
        Errno::EISCONN => "Socket is already connected",
        Errno::ENOTCONN => "Socket is not connected",
        Errno::ELOOP => "Too many levels of symbolic links",
        Errno::ENAMETOOLONG => "File name too long",
        Errno::EHOSTUNREACH => "No route to host",
        Errno::ENOSYS => "Function not implemented",
        other => return other.to_string(),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_parted_as_getopt_parts_them() {
        let part = |words: &[&'static str]| getopt(words, "df:n:");
        assert_eq!(part(&["-df", "x", "y", "-d"]), Ok((vec![('d', ""), ('f', "x")], vec!["y", "-d"])));
        assert_eq!(part(&["-fx", "--", "-d"]), Ok((vec![('f', "x")], vec!["-d"])));
        assert_eq!(part(&["-", "-d"]), Ok((vec![], vec!["-", "-d"])));
        assert_eq!(part(&["-x"]), Err("illegal option -- x".into()));
        assert_eq!(part(&["-:"]), Err("illegal option -- :".into()));
        assert_eq!(part(&["-n"]), Err("option requires an argument -- n".into()));
    }
}
