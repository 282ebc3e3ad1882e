//! Commands from words, one function each.

use super::error::ParseError;
use super::help::Synopsis;
use super::{Command, Level, PACKET_MAX, Packet};
use crate::name::{HookName, NAME_MAX, NodeName, TypeName};
use crate::path::Path;
use crate::sys;

type Parsed = Result<Command, ParseError>;

// The kernel is to judge names and paths, as it is for the original: none is refused here.
fn hook(name: &str) -> HookName {
    HookName::from_field(name.as_bytes())
}

fn at(path: &str) -> Path {
    Path::raw(path.as_bytes())
}

/// Parts words into options and the rest, as getopt(3) does.
fn options<'w>(
    command: &'static Synopsis,
    mut words: &'w [&'w str],
    known: &str,
) -> Result<(String, &'w [&'w str]), ParseError> {
    let mut options = String::new();
    while let [word, rest @ ..] = words {
        let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) else { break };
        words = rest;
        if letters == "-" {
            break;
        }
        if let Some(letter) = letters.chars().find(|letter| !known.contains(*letter)) {
            return Err(ParseError::Option { letter, command });
        }
        options.push_str(letters);
    }
    Ok((options, words))
}

pub(super) fn config(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let [path, args @ ..] = words else { return Err(ParseError::Usage(command)) };
    let text = args.join(" ");
    if text.len() >= sys::NG_TEXTRESPONSE {
        return Err(ParseError::Usage(command));
    }
    Ok(Command::Config { path: at(path), text })
}

pub(super) fn connect(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let (path, peer, own, other) = match words {
        [path, peer, own, other] => (*path, peer, own, other),
        [peer, own, other] => (".", peer, own, other),
        _ => return Err(ParseError::Usage(command)),
    };
    Ok(Command::Connect { path: at(path), peer: at(peer), hook: hook(own), peer_hook: hook(other) })
}

pub(super) fn debug(command: &'static Synopsis, words: &[&str]) -> Parsed {
    Ok(Command::Debug(match words {
        [] => Level::Show,
        ["+"] => Level::More,
        ["-"] => Level::Less,
        // As atoi(3): what is no number is 0.
        [word] => match word.parse().unwrap_or(0) {
            ..0 => return Err(ParseError::Usage(command)),
            level => Level::Set(level),
        },
        _ => return Err(ParseError::Usage(command)),
    }))
}

pub(super) fn dot(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let (options, rest) = options(command, words, "c")?;
    let file = match rest {
        [] => None,
        [file] => Some((*file).into()),
        _ => return Err(ParseError::Usage(command)),
    };
    Ok(Command::Dot { compact: !options.is_empty(), file })
}

pub(super) fn help(_: &'static Synopsis, words: &[&str]) -> Parsed {
    Ok(Command::Help(words.first().map(|word| (*word).into())))
}

pub(super) fn list(command: &'static Synopsis, words: &[&str]) -> Parsed {
    match options(command, words, "ln")? {
        (options, []) => Ok(Command::List { long: options.contains('l'), named: options.contains('n') }),
        _ => Err(ParseError::Usage(command)),
    }
}

pub(super) fn mkpeer(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let (path, kind, own, other) = match words {
        [path, kind, own, other] => (*path, kind, own, other),
        [kind, own, other] => (".", kind, own, other),
        _ => return Err(ParseError::Usage(command)),
    };
    let type_name = TypeName::from_field(kind.as_bytes());
    Ok(Command::MakePeer { path: at(path), type_name, hook: hook(own), peer_hook: hook(other) })
}

pub(super) fn msg(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let [path, name, args @ ..] = words else { return Err(ParseError::Usage(command)) };
    Ok(Command::Message { path: at(path), name: (*name).into(), args: args.join(" ") })
}

pub(super) fn name(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let [path, name] = words else { return Err(ParseError::Usage(command)) };
    Ok(Command::Name { path: at(path), name: NodeName::from_field(name.as_bytes()) })
}

pub(super) fn quit(_: &'static Synopsis, _: &[&str]) -> Parsed {
    Ok(Command::Quit)
}

pub(super) fn read(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let [file] = words else { return Err(ParseError::Usage(command)) };
    Ok(Command::Read { file: (*file).into() })
}

pub(super) fn rmhook(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let (path, own) = match words {
        [path, own] => (*path, own),
        [own] => (".", own),
        _ => return Err(ParseError::Usage(command)),
    };
    Ok(Command::RemoveHook { path: at(path), hook: hook(own) })
}

pub(super) fn show(command: &'static Synopsis, words: &[&str]) -> Parsed {
    match options(command, words, "n")? {
        (options, [path]) => Ok(Command::Show { path: at(path), hooks: options.is_empty() }),
        _ => Err(ParseError::Usage(command)),
    }
}

pub(super) fn shutdown(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let [path] = words else { return Err(ParseError::Usage(command)) };
    Ok(Command::Shutdown { path: at(path) })
}

pub(super) fn status(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let [path] = words else { return Err(ParseError::Usage(command)) };
    Ok(Command::Status { path: at(path) })
}

pub(super) fn types(command: &'static Synopsis, words: &[&str]) -> Parsed {
    if words.is_empty() { Ok(Command::Types) } else { Err(ParseError::Usage(command)) }
}

pub(super) fn write(command: &'static Synopsis, words: &[&str]) -> Parsed {
    let [own, rest @ ..] = words else { return Err(ParseError::Usage(command)) };
    if own.len() > NAME_MAX {
        return Err(ParseError::LongHook((*own).into()));
    }
    let packet = match rest {
        ["-f", file] => Packet::File((*file).into()),
        [] | ["-f", ..] => return Err(ParseError::Usage(command)),
        words => {
            Packet::Bytes(words.iter().take(PACKET_MAX).map(|word| byte(word)).collect::<Result<_, _>>()?)
        }
    };
    Ok(Command::Write { hook: hook(own), packet })
}

/// A byte as scanf(3) reads it with %i: decimal, octal after `0`, hexadecimal after `0x`; what follows is passed over.
fn byte(word: &str) -> Result<u8, ParseError> {
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let hex = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    let (digits, radix) = match hex {
        Some(digits) => (digits, 16),
        None => (digits, if digits.starts_with('0') { 8 } else { 10 }),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let value = i64::from_str_radix(digits.get(..end).unwrap_or_default(), radix).ok();
    let value = value.map(|value| if negative { -value } else { value });
    let value = value.filter(|value| (-128..=255).contains(value));
    value.map(|value| value as u8).ok_or_else(|| ParseError::Byte(word.into()))
}
