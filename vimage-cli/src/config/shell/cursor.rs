//! Walks over the bytes of a file and knows the line and column.
use std::sync::Arc;

use crate::config::origin::Position;

/// A place in the bytes of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    line_start: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1, line_start: 0 }
    }

    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The byte after the next one.
    pub(super) fn peek_second(&self) -> Option<u8> {
        self.bytes.get(self.at + 1).copied()
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Takes the next byte.
    pub(super) fn bump(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        if byte == b'\n' {
            self.line = self.line.saturating_add(1);
            self.line_start = self.at;
        }
        Some(byte)
    }

    /// Takes the next byte if it is `byte`.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let eaten = self.peek() == Some(byte);
        if eaten {
            self.bump();
        }
        eaten
    }

    /// Takes every backslash-newline that stands here: outside single quotes they are as if they were not there.
    pub(super) fn join_lines(&mut self) {
        while self.peek() == Some(b'\\') && self.peek_second() == Some(b'\n') {
            self.bump();
            self.bump();
        }
    }

    /// Whether a line ends here as it does on other systems: with a carriage return.
    pub(super) fn at_carriage_return(&self) -> bool {
        self.peek() == Some(b'\r') && matches!(self.peek_second(), Some(b'\n') | None)
    }

    /// The position of the next byte, with its column in characters.
    pub(super) fn position(&self, file: &Arc<str>) -> Position {
        let before = self.bytes.get(self.line_start..self.at).unwrap_or_default();
        let characters = before.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        let column = u32::try_from(characters).unwrap_or(u32::MAX).saturating_add(1);
        Position { file: Arc::clone(file), line: self.line, column: Some(column) }
    }

    /// The line of the next byte.
    pub(super) fn line(&self) -> u32 {
        self.line
    }
}

/// Whether a variable's name may begin with the byte.
pub(super) fn begins_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphabetic()
}

/// Whether a variable's name may go on with the byte.
pub(super) fn continues_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}
