//! From bytes to text: NGM_BINARY2ASCII.

use std::fmt::Write;

use super::compose::Composite;
use super::parse::default;
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
    let mut writer = Writer { data: args, at: 0, arglen, out: String::new(), scratch: Vec::new(), copied: 0 };
    writer.value(ty)?;
    Ok(writer.out)
}

const TEXT_MAX: usize = 16 << 20;

struct Writer<'a> {
    data: &'a [u8],
    at: usize,
    arglen: u32,
    out: String,
    /// Defaults are built here, after a copy of the data before them that lengths may look at.
    scratch: Vec<u8>,
    /// How much of `scratch` is that copy.
    copied: usize,
}

impl Writer<'_> {
    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        let there = self.data.get(self.at..).unwrap_or_default();
        let len = there.len().min(N);
        bytes[..len].copy_from_slice(&there[..len]);
        bytes
    }

    /// The bytes from here to the next NUL, however far that is.
    fn c_string(&self) -> &[u8] {
        let rest = self.data.get(self.at..).unwrap_or_default();
        rest.split(|b| *b == 0).next().unwrap_or_default()
    }

    fn value(&mut self, ty: &'static Type) -> Result<(), TextError> {
        match ty {
            Type::Int(width, radix) => self.int(*width, *radix),
            Type::Str => {
                let raw = self.c_string().to_vec();
                quote(&raw, &mut self.out);
                self.at += raw.len() + 1;
            }
            Type::FixedStr(size) => {
                let raw = self.c_string().to_vec();
                quote(&raw, &mut self.out);
                self.at += size;
            }
            Type::SizedStr => {
                let len = usize::from(u16::from_ne_bytes(self.bytes()));
                self.at += 2;
                let rest = self.data.get(self.at..).unwrap_or_default();
                let raw = rest.get(..len).unwrap_or(rest).to_vec();
                quote(&raw, &mut self.out);
                self.at += len;
            }
            Type::Ip => {
                let [a, b, c, d] = self.bytes();
                let _ = write!(self.out, "{a}.{b}.{c}.{d}");
                self.at += 4;
            }
            Type::Ether => {
                let [a, b, c, d, e, f] = self.bytes();
                let _ = write!(self.out, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}");
                self.at += 6;
            }
            Type::Struct(_) | Type::FixedArray(..) | Type::Array(..) | Type::Bytes(_) => {
                self.composite(ty)?
            }
            Type::Custom(form) => {
                match form.unparse(self.data.get(self.at..).unwrap_or_default(), &mut self.out) {
                    Some(taken) => self.at += taken,
                    None => self.value(form.otherwise())?,
                }
            }
        }
        if self.out.len() > TEXT_MAX {
            return Err(TextError::new(Errno::ERANGE, self.at, "less than 16 MiB of text"));
        }
        Ok(())
    }

    fn int(&mut self, width: Width, radix: Radix) {
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
        // Writing to a String cannot fail.
        let _ = match radix {
            Radix::Signed => write!(self.out, "{signed}"),
            Radix::Unsigned => write!(self.out, "{unsigned}"),
            Radix::Hex => write!(self.out, "{unsigned:#x}"),
        };
        self.at += width as usize;
    }

    fn composite(&mut self, ty: &'static Type) -> Result<(), TextError> {
        let before = Before { data: self.data.get(..self.at).unwrap_or(self.data), arglen: self.arglen };
        let Some(composite) = Composite::of(ty, before) else { return Ok(()) };
        self.out.push(if composite.is_struct() { '{' } else { '[' });
        let mut next = 0;
        let mut any = false;
        let count = Some(composite.len()).filter(|count| *count <= i32::MAX as usize).unwrap_or(0);
        for index in 0..count {
            let Some(element) = composite.element(index) else { break };
            self.at += composite.pad(index, self.at);
            // The kernel reads on in whatever lies behind the message; here nothing does.
            if !composite.is_struct() && self.at > self.data.len().max(BINARY_MAX) {
                return Err(TextError::new(Errno::ERANGE, self.at, "as many elements as the count says"));
            }
            if let Some(len) = self.default_len(element) {
                self.at += len;
                // Past the data all is zero: the rest of an array of a nonsensical length has nothing to say.
                if len == 0 && self.at >= self.data.len() && !composite.is_struct() {
                    break;
                }
                if self.at > self.data.len().max(BINARY_MAX) && !composite.is_struct() {
                    break;
                }
                continue;
            }
            self.out.push(' ');
            match &composite {
                Composite::Struct(fields) => {
                    self.out.push_str(fields.get(index).map_or("", |field| field.name));
                    self.out.push('=');
                }
                Composite::Array(..) if index != next => {
                    let _ = write!(self.out, "{index}=");
                }
                Composite::Array(..) => {}
            }
            next = index + 1;
            self.value(element)?;
            any = true;
        }
        if any {
            self.out.push(' ');
        }
        self.out.push(if composite.is_struct() { '}' } else { ']' });
        Ok(())
    }

    /// Returns the length of the element here if it has its default value.
    ///
    /// The kernel compares in a buffer of 20 KiB that begins with the message header: what lies beyond it is never
    /// left out.
    fn default_len(&mut self, element: &'static Type) -> Option<usize> {
        if HEADER_LEN + self.at >= BINARY_MAX {
            return None;
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.truncate(self.copied);
        let end = self.at.min(self.data.len());
        scratch.extend_from_slice(self.data.get(self.copied..end).unwrap_or_default());
        scratch.resize(self.at, 0);
        self.copied = self.at;
        let (scratch, found) = default(element, scratch, self.arglen, BINARY_MAX - HEADER_LEN);
        let len = found.and_then(|()| {
            let default = scratch.get(self.at..)?;
            let there = self.data.get(self.at..).unwrap_or_default();
            let equal = default.iter().enumerate().all(|(i, b)| there.get(i).unwrap_or(&0) == b);
            equal.then_some(default.len())
        });
        self.scratch = scratch;
        len
    }
}
