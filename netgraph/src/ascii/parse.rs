//! From text to bytes: NGM_ASCII2BINARY.

use super::compose::Composite;
use super::inline::Inline;
use super::number::{signed, unsigned};
use super::token::{Quoted, Token, read_string, skip_space, string, token};
use super::{BINARY_MAX, Before, Radix, TextError, Type, Width};
use crate::error::Errno;

/// Converts the text form of arguments to their bytes, as NGM_ASCII2BINARY does.
///
/// As in the kernel, what follows the value in the text is not looked at.
///
/// # Errors
/// The kernel's errno, with the place in the text and what was expected there: EINVAL for what is not of the form,
/// ENOENT for an unknown field, EALREADY for a field or element given twice, E2BIG for an index or a string that is
/// too large, ERANGE for more than 20 KiB of arguments, EOPNOTSUPP for a missing field that has no default.
pub fn parse(ty: &'static Type, text: &str) -> Result<Vec<u8>, TextError> {
    parse_with(ty, text.as_bytes(), text.len() as u32 + 1)
}

/// Converts text given as bytes, for a message whose header says `arglen`: the length of the text and its NUL.
///
/// # Errors
/// As [`parse`].
pub fn parse_with(ty: &'static Type, text: &[u8], arglen: u32) -> Result<Vec<u8>, TextError> {
    parse_to(ty, text, arglen, <[u8]>::to_vec)
}

/// Converts the text form of arguments, and appends their bytes to `args`; on an error it stays as it is.
///
/// While `args` has room for them, up to 512 bytes are converted without a memory allocation.
///
/// # Errors
/// As [`parse`].
pub fn parse_into(ty: &'static Type, text: &str, args: &mut Vec<u8>) -> Result<(), TextError> {
    parse_to(ty, text.as_bytes(), text.len() as u32 + 1, |bytes| args.extend_from_slice(bytes))
}

/// Converts text, and hands the bytes on.
pub(crate) fn parse_to<R>(
    ty: &'static Type,
    text: &[u8],
    arglen: u32,
    then: impl FnOnce(&[u8]) -> R,
) -> Result<R, TextError> {
    let text = text.split(|b| *b == 0).next().unwrap_or_default();
    let mut parser = Parser { text, at: 0, out: Inline::new(), arglen };
    parser.value(ty)?;
    Ok(then(parser.out.as_slice()))
}

/// Where the text of each element stands that is given: its index, and an offset.
type Given = Inline<(usize, usize), 24>;

/// The largest count that the kernel does not take for a negative one.
const COUNT_MAX: usize = i32::MAX as usize;

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    out: Inline<u8, 512>,
    arglen: u32,
}

impl Parser<'_> {
    fn fail<T>(&self, errno: Errno, expected: &'static str) -> Result<T, TextError> {
        // Over an unclosed string the kernel may step beyond the end.
        Err(TextError::new(errno, self.at.min(self.text.len()), expected))
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), TextError> {
        if bytes.len() > BINARY_MAX - self.out.len() {
            return self.fail(Errno::ERANGE, "arguments of at most 20 KiB");
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn zeros(&mut self, count: usize) -> Result<(), TextError> {
        if count > BINARY_MAX - self.out.len() {
            return self.fail(Errno::ERANGE, "arguments of at most 20 KiB");
        }
        self.out.grow(count);
        Ok(())
    }

    fn before(&self) -> Before<'_> {
        Before { data: self.out.as_slice(), missing: 0, arglen: self.arglen }
    }

    fn value(&mut self, ty: &'static Type) -> Result<(), TextError> {
        match ty {
            Type::Int(width, radix) => self.int(*width, *radix),
            Type::Str => {
                let quoted = self.quoted()?;
                self.string(&quoted)?;
                self.push(&[0])
            }
            Type::FixedStr(size) => {
                let quoted = self.quoted()?;
                if quoted.size + 1 > *size {
                    return self.fail(Errno::E2BIG, "a shorter string");
                }
                self.string(&quoted)?;
                self.zeros(size - quoted.size)
            }
            Type::SizedStr => {
                let quoted = self.quoted()?;
                let Ok(len) = u16::try_from(quoted.size) else {
                    return self.fail(Errno::EINVAL, "a shorter string");
                };
                self.push(&len.to_ne_bytes())?;
                self.string(&quoted)
            }
            Type::Ip => self.ip(),
            Type::Ether => self.ether(),
            Type::Bytes(length) => match string(self.text, self.at) {
                None => self.composite(ty),
                Some(quoted) => {
                    let len = length(self.before()).filter(|len| *len <= COUNT_MAX);
                    if len.is_some_and(|len| len > BINARY_MAX - self.out.len()) {
                        return self.fail(Errno::ERANGE, "arguments of at most 20 KiB");
                    }
                    let Some(rest) = len.and_then(|len| len.checked_sub(quoted.size)) else {
                        return self.fail(Errno::E2BIG, "a shorter string");
                    };
                    self.string(&quoted)?;
                    self.zeros(rest)
                }
            },
            Type::Struct(_) | Type::FixedArray(..) | Type::Array(..) => self.composite(ty),
            Type::Custom(form) => match form.parse(self.text.get(self.at..).unwrap_or_default()) {
                None => self.value(form.otherwise()),
                Some(Ok((bytes, taken))) => {
                    self.at += taken;
                    self.push(&bytes)
                }
                Some(Err(error)) => {
                    self.at += error.at;
                    self.fail(error.errno, error.expected)
                }
            },
        }
    }

    fn default(&mut self, ty: &'static Type) -> Result<(), TextError> {
        match ty {
            Type::Int(width, _) => self.zeros(*width as usize),
            Type::Str => self.zeros(1),
            Type::FixedStr(size) => self.zeros(*size),
            Type::SizedStr => self.zeros(2),
            Type::Ip => self.zeros(4),
            Type::Ether => self.fail(Errno::EOPNOTSUPP, "an Ethernet address (it has no default)"),
            Type::Custom(_) => self.fail(Errno::EOPNOTSUPP, "a value (it has no default)"),
            _ => {
                let Some(composite) = Composite::of(ty, self.before()) else { return Ok(()) };
                self.countable(&composite)?;
                self.build(ty, &composite, &[])
            }
        }
    }

    /// Finds the string that comes next.
    fn quoted(&self) -> Result<Quoted, TextError> {
        match string(self.text, self.at) {
            Some(quoted) => Ok(quoted),
            None => self.fail(Errno::EINVAL, "a string in double quotes"),
        }
    }

    /// Appends what a string stands for.
    fn string(&mut self, quoted: &Quoted) -> Result<(), TextError> {
        let start = self.out.len();
        self.zeros(quoted.size)?;
        let mut room = self.out.as_mut_slice().get_mut(start..).unwrap_or_default().iter_mut();
        read_string(self.text, quoted.start, |byte| {
            if let Some(place) = room.next() {
                *place = byte;
            }
        });
        self.at = quoted.start + quoted.len;
        Ok(())
    }

    fn int(&mut self, width: Width, radix: Radix) -> Result<(), TextError> {
        let number = match (width, radix) {
            (Width::W32, Radix::Unsigned | Radix::Hex) => {
                unsigned(self.text, self.at, 0).map(|n| (n.value as i64, n.end))
            }
            _ => signed(self.text, self.at).map(|n| (n.value, n.end)),
        };
        let range = match width {
            Width::W8 => i64::from(i8::MIN)..=i64::from(u8::MAX),
            Width::W16 => i64::from(i16::MIN)..=i64::from(u16::MAX),
            Width::W32 => i64::from(i32::MIN)..=i64::from(u32::MAX),
            Width::W64 => i64::MIN..=i64::MAX,
        };
        match number {
            Some((value, end)) if range.contains(&value) => {
                self.at = end;
                match width {
                    Width::W8 => self.push(&(value as u8).to_ne_bytes()),
                    Width::W16 => self.push(&(value as u16).to_ne_bytes()),
                    Width::W32 => self.push(&(value as u32).to_ne_bytes()),
                    Width::W64 => self.push(&value.to_ne_bytes()),
                }
            }
            Some(_) => self.fail(Errno::EINVAL, "a smaller number"),
            None => self.fail(Errno::EINVAL, "a number"),
        }
    }

    fn ip(&mut self) -> Result<(), TextError> {
        for i in 0..4 {
            self.int(Width::W8, Radix::Signed)?;
            if i < 3 {
                self.punctuation(b'.', "'.' of an IPv4 address")?;
            }
        }
        Ok(())
    }

    fn ether(&mut self) -> Result<(), TextError> {
        if BINARY_MAX - self.out.len() < 6 {
            return self.fail(Errno::ERANGE, "arguments of at most 20 KiB");
        }
        for i in 0..6 {
            match unsigned(self.text, self.at, 16) {
                Some(number) if number.value <= 0xff => {
                    self.at = number.end;
                    self.push(&[number.value as u8])?;
                }
                _ => return self.fail(Errno::EINVAL, "two hexadecimal digits of an Ethernet address"),
            }
            if i < 5 {
                self.punctuation(b':', "':' of an Ethernet address")?;
            }
        }
        Ok(())
    }

    fn punctuation(&mut self, byte: u8, expected: &'static str) -> Result<(), TextError> {
        if self.text.get(self.at) != Some(&byte) {
            return self.fail(Errno::EINVAL, expected);
        }
        self.at += 1;
        Ok(())
    }

    /// Reads `{ ... }` or `[ ... ]`: first where each element's text stands, then the elements in their order.
    fn composite(&mut self, ty: &'static Type) -> Result<(), TextError> {
        let Some(composite) = Composite::of(ty, self.before()) else { return Ok(()) };
        self.countable(&composite)?;
        let (open, close) = if composite.is_struct() {
            (Token::LeftBrace, Token::RightBrace)
        } else {
            (Token::LeftBracket, Token::RightBracket)
        };
        self.expect(open, if composite.is_struct() { "'{'" } else { "'['" })?;
        let mut given = Given::new();
        let mut next = 0;
        loop {
            let (found, start, len) = token(self.text, self.at);
            self.at = start;
            if found == close {
                self.at += len;
                break;
            }
            let index = match &composite {
                Composite::Struct(fields) => self.field(fields, found, len)?,
                Composite::Array(..) => self.index(found, len, next)?,
            };
            next = index.wrapping_add(1);
            if index >= composite.len() {
                return self.fail(Errno::E2BIG, "no further element");
            }
            self.at = skip_space(self.text, self.at);
            match given.as_slice().binary_search_by_key(&index, |(index, _)| *index) {
                Ok(_) => return self.fail(Errno::EALREADY, "each element once"),
                Err(place) => given.insert(place, (index, self.at)),
            }
            self.skip_value()?;
        }
        let end = self.at;
        self.build(ty, &composite, given.as_slice())?;
        // The kernel leaves its place in the text after the last element that it read.
        if given.len() == 0 {
            self.at = end;
        }
        Ok(())
    }

    fn countable(&self, composite: &Composite) -> Result<(), TextError> {
        if !composite.is_countable() {
            return self.fail(Errno::EINVAL, "a smaller count of elements");
        }
        Ok(())
    }

    /// Writes all elements: those of `given` from the text, the others by their defaults.
    fn build(&mut self, ty: &Type, composite: &Composite, given: &[(usize, usize)]) -> Result<(), TextError> {
        let base = self.out.len();
        let mut given = given.iter().peekable();
        for index in 0..composite.len() {
            self.zeros(composite.pad(index, self.out.len() - base))?;
            let Some(element) = composite.element(index) else { break };
            match given.next_if(|(i, _)| *i == index) {
                Some((_, at)) => {
                    self.at = *at;
                    self.value(element)?;
                }
                None => self.default(element)?,
            }
        }
        let align = ty.align();
        if align != 0 {
            let len = self.out.len() - base;
            self.zeros((align - len % align) % align)?;
        }
        Ok(())
    }

    fn expect(&mut self, wanted: Token, expected: &'static str) -> Result<(), TextError> {
        let (found, start, len) = token(self.text, self.at);
        self.at = start;
        if found != wanted {
            return self.fail(Errno::EINVAL, expected);
        }
        self.at += len;
        Ok(())
    }

    fn field(&mut self, fields: &[super::Field], found: Token, len: usize) -> Result<usize, TextError> {
        if found != Token::Word {
            return self.fail(Errno::EINVAL, "the name of a field, or '}'");
        }
        let name = self.text.get(self.at..self.at + len).unwrap_or_default();
        let Some(index) = fields.iter().position(|field| field.name.as_bytes() == name) else {
            return self.fail(Errno::ENOENT, "the name of a field of this message");
        };
        self.at += len;
        self.expect(Token::Equals, "'='")?;
        Ok(index)
    }

    /// Reads `index=`, or takes `next` where the value itself follows.
    fn index(&mut self, found: Token, len: usize, next: usize) -> Result<usize, TextError> {
        match found {
            Token::LeftBrace | Token::LeftBracket => return Ok(next),
            Token::Word => {}
            _ => return self.fail(Errno::EINVAL, "a value, an index, or ']'"),
        }
        let (following, _, equals) = token(self.text, self.at + len);
        if following != Token::Equals {
            return Ok(next);
        }
        match unsigned(self.text, self.at, 0) {
            Some(number) if number.value != u64::MAX && number.end == self.at + len => {
                // The kernel forgets the white space before the '=', and so takes the '=' for the value after any.
                self.at += len + equals;
                Ok(number.value as u32 as usize)
            }
            _ => self.fail(Errno::EINVAL, "an index"),
        }
    }

    fn skip_value(&mut self) -> Result<(), TextError> {
        let (mut brackets, mut braces) = (0usize, 0usize);
        let mut last = 0;
        loop {
            let (found, start, len) = token(self.text, self.at);
            self.at = start;
            // The kernel steps over an unclosed string by the length of the token before it.
            last = if found == Token::Error { last } else { len };
            let balanced = match found {
                Token::LeftBracket => Some((brackets + 1, braces)),
                Token::LeftBrace => Some((brackets, braces + 1)),
                Token::RightBracket => brackets.checked_sub(1).map(|n| (n, braces)),
                Token::RightBrace => braces.checked_sub(1).map(|n| (brackets, n)),
                Token::End => None,
                _ => Some((brackets, braces)),
            };
            match balanced {
                Some(counts) => (brackets, braces) = counts,
                None => return self.fail(Errno::EINVAL, "a value"),
            }
            self.at += last;
            if brackets == 0 && braces == 0 {
                return Ok(());
            }
        }
    }
}
