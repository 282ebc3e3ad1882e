//! From bytes to text: NGM_BINARY2ASCII.

use std::fmt::{self, Write};

use super::compose::Composite;
use super::token::quote;
use super::{BINARY_MAX, Before, Radix, TextError, Type, Width};
use crate::error::Errno;
use crate::message::HEADER_LEN;

/// Converts the bytes of arguments to their text form, as NGM_BINARY2ASCII does.
///
/// Bytes that are missing read as zeros, as they do in the kernel's own buffers.
///
/// # Errors
/// ERANGE where a count of nonsense asks for elements far beyond the end, or for more than 16 MiB of text: the kernel
/// would read on in whatever memory lies there.
pub fn unparse(ty: &'static Type, args: &[u8]) -> Result<String, TextError> {
    unparse_with(ty, args, args.len() as u32)
}

/// Converts arguments whose header says `arglen`.
///
/// # Errors
/// As [`unparse`].
pub fn unparse_with(ty: &'static Type, args: &[u8], arglen: u32) -> Result<String, TextError> {
    let mut text = String::new();
    write(ty, args, arglen, &mut text).map_err(Halt::text_error)?;
    Ok(text)
}

/// Converts the bytes of arguments, and appends their text form to `text`; on an error it stays as it is.
///
/// No memory is allocated while `text` has room.
///
/// # Errors
/// As [`unparse`].
pub fn unparse_into(ty: &'static Type, args: &[u8], text: &mut String) -> Result<(), TextError> {
    let start = text.len();
    write(ty, args, args.len() as u32, text).map_err(|halt| {
        text.truncate(start);
        halt.text_error()
    })
}

/// Why writing stopped.
pub(crate) enum Halt {
    /// The bytes have no text form.
    Text(TextError),
    /// Whatever is written to takes no more.
    Write(fmt::Error),
}

impl Halt {
    fn text_error(self) -> TextError {
        match self {
            Self::Text(error) => error,
            // A String always takes more.
            Self::Write(_) => TextError::new(Errno::ENOMEM, 0, "room for the text"),
        }
    }
}

impl From<fmt::Error> for Halt {
    fn from(error: fmt::Error) -> Self {
        Self::Write(error)
    }
}

/// Writes the text form of arguments whose header says `arglen` to `out`.
pub(crate) fn write(ty: &'static Type, args: &[u8], arglen: u32, out: &mut dyn Write) -> Result<(), Halt> {
    Writer { data: args, at: 0, arglen, out, written: 0 }.value(ty)
}

const TEXT_MAX: usize = 16 << 20;

struct Writer<'a> {
    data: &'a [u8],
    at: usize,
    arglen: u32,
    out: &'a mut dyn Write,
    /// How many bytes of text were written.
    written: usize,
}

impl Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.written += text.len();
        self.out.write_str(text)
    }
}

impl<'a> Writer<'a> {
    fn fail<T>(&self, expected: &'static str) -> Result<T, Halt> {
        Err(Halt::Text(TextError::new(Errno::ERANGE, self.at, expected)))
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        let there = self.rest();
        let len = there.len().min(N);
        bytes[..len].copy_from_slice(&there[..len]);
        bytes
    }

    fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    /// The bytes from here to the next NUL, however far that is.
    fn c_string(&self) -> &'a [u8] {
        self.rest().split(|b| *b == 0).next().unwrap_or_default()
    }

    fn before(&self, at: usize) -> Before<'a> {
        let data = self.data.get(..at).unwrap_or(self.data);
        Before { data, missing: at - data.len(), arglen: self.arglen }
    }

    fn quote(&mut self, raw: &[u8]) -> fmt::Result {
        quote(raw.iter().copied(), self)
    }

    fn value(&mut self, ty: &'static Type) -> Result<(), Halt> {
        match ty {
            Type::Int(width, radix) => self.int(*width, *radix)?,
            Type::Str => {
                let raw = self.c_string();
                self.quote(raw)?;
                self.at += raw.len() + 1;
            }
            Type::FixedStr(size) => {
                let raw = self.c_string();
                self.quote(raw)?;
                self.at += size;
            }
            Type::SizedStr => {
                let len = usize::from(u16::from_ne_bytes(self.bytes()));
                self.at += 2;
                let rest = self.rest();
                self.quote(rest.get(..len).unwrap_or(rest))?;
                self.at += len;
            }
            Type::Ip => {
                let [a, b, c, d] = self.bytes();
                write!(self, "{a}.{b}.{c}.{d}")?;
                self.at += 4;
            }
            Type::Ether => {
                let [a, b, c, d, e, f] = self.bytes();
                write!(self, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")?;
                self.at += 6;
            }
            Type::Struct(_) | Type::FixedArray(..) | Type::Array(..) | Type::Bytes(_) => {
                self.composite(ty)?
            }
            Type::Custom(form) => match form.unparse(self.rest(), self)? {
                Some(taken) => self.at += taken,
                None => self.value(form.otherwise())?,
            },
        }
        if self.written > TEXT_MAX {
            return self.fail("less than 16 MiB of text");
        }
        Ok(())
    }

    fn int(&mut self, width: Width, radix: Radix) -> fmt::Result {
        let (signed, unsigned) = match width {
            Width::W8 => {
                let [b] = self.bytes();
                (i64::from(b as i8), u64::from(b))
            }
            Width::W16 => {
                let n = u16::from_ne_bytes(self.bytes());
                (i64::from(n as i16), u64::from(n))
            }
            Width::W32 => {
                let n = u32::from_ne_bytes(self.bytes());
                (i64::from(n as i32), u64::from(n))
            }
            Width::W64 => {
                let n = u64::from_ne_bytes(self.bytes());
                (n as i64, n)
            }
        };
        self.at += width as usize;
        match radix {
            Radix::Signed => write!(self, "{signed}"),
            Radix::Unsigned => write!(self, "{unsigned}"),
            Radix::Hex => write!(self, "{unsigned:#x}"),
        }
    }

    fn composite(&mut self, ty: &'static Type) -> Result<(), Halt> {
        let Some(composite) = Composite::of(ty, self.before(self.at)) else { return Ok(()) };
        let (open, close) = if composite.is_struct() { ('{', '}') } else { ('[', ']') };
        self.write_char(open)?;
        let mut next = 0;
        let mut any = false;
        let count = Some(composite.len()).filter(|count| *count <= i32::MAX as usize).unwrap_or(0);
        let end = self.data.len().max(BINARY_MAX);
        for index in 0..count {
            let Some(element) = composite.element(index) else { break };
            self.at += composite.pad(index, self.at);
            // The kernel reads on in whatever lies behind the message; here nothing does.
            if !composite.is_struct() && self.at > end {
                return self.fail("as many elements as the count says");
            }
            if let Some(after) = self.default_end(element) {
                // Past the data all is zero: the rest of an array of a nonsensical length has nothing to say.
                let idle = after == self.at && self.at >= self.data.len();
                self.at = after;
                if !composite.is_struct() && (idle || self.at > end) {
                    break;
                }
                continue;
            }
            self.write_char(' ')?;
            match &composite {
                Composite::Struct(fields) => {
                    self.write_str(fields.get(index).map_or("", |field| field.name))?;
                    self.write_char('=')?;
                }
                Composite::Array(..) if index != next => write!(self, "{index}=")?,
                Composite::Array(..) => {}
            }
            next = index + 1;
            self.value(element)?;
            any = true;
        }
        if any {
            self.write_char(' ')?;
        }
        self.write_char(close)?;
        Ok(())
    }

    /// Returns where the element here ends if it has its default value.
    ///
    /// The kernel compares in a buffer of 20 KiB that begins with the message header: what lies beyond it is never
    /// left out.
    fn default_end(&self, element: &'static Type) -> Option<usize> {
        (HEADER_LEN + self.at < BINARY_MAX).then(|| self.zero_end(element, self.at))?
    }

    /// Returns where a value that begins at `at` ends if it has its default, which is zeros throughout. Where it does
    /// so far, what lies before an array in it is what lies before its default, which has the length for that.
    fn zero_end(&self, ty: &'static Type, at: usize) -> Option<usize> {
        match ty {
            Type::Int(width, _) => self.zeros(at, *width as usize),
            Type::Str => self.zeros(at, 1),
            Type::FixedStr(size) => self.zeros(at, *size),
            Type::SizedStr => self.zeros(at, 2),
            Type::Ip => self.zeros(at, 4),
            Type::Ether | Type::Custom(_) => None,
            Type::Struct(_) | Type::FixedArray(..) | Type::Array(..) | Type::Bytes(_) => {
                let composite = Composite::of(ty, self.before(at)).filter(Composite::is_countable)?;
                let mut end = at;
                for index in 0..composite.len() {
                    let element = composite.element(index)?;
                    let start = self.zeros(end, composite.pad(index, end - at))?;
                    end = self.zero_end(element, start)?;
                    if end == start && !composite.is_struct() {
                        break;
                    }
                }
                let align = ty.align();
                if align == 0 { Some(end) } else { self.zeros(end, (align - (end - at) % align) % align) }
            }
        }
    }

    /// Returns where `len` bytes from `at` on end if they are zeros.
    fn zeros(&self, at: usize, len: usize) -> Option<usize> {
        let end = at.checked_add(len).filter(|end| *end <= BINARY_MAX - HEADER_LEN)?;
        let there = self.data.get(at..end.min(self.data.len())).unwrap_or_default();
        there.iter().all(|byte| *byte == 0).then_some(end)
    }
}
