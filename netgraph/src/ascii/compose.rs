//! What parsing and unparsing share about structs and arrays.

use super::{Before, Field, Type};

/// A struct or an array, seen as a row of elements.
pub(super) enum Composite {
    Struct(&'static [Field]),
    Array(&'static Type, usize),
}

static BYTE: Type = super::HINT8;

impl Composite {
    /// Takes `ty` as a row of elements, if it is one, with its length found out.
    pub(super) fn of(ty: &Type, before: Before<'_>) -> Option<Self> {
        Some(match ty {
            Type::Struct(fields) => Self::Struct(fields),
            Type::FixedArray(element, len) => Self::Array(element, *len),
            Type::Array(element, length) => Self::Array(element, length(before).unwrap_or(usize::MAX)),
            Type::Bytes(length) => Self::Array(&BYTE, length(before).unwrap_or(usize::MAX)),
            _ => return None,
        })
    }

    /// Returns the number of elements; above `i32::MAX` where the kernel takes it for negative.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Struct(fields) => fields.len(),
            Self::Array(_, len) => *len,
        }
    }

    /// Tells whether the kernel has memory for a place in the text for each element.
    pub(super) fn is_countable(&self) -> bool {
        self.len() <= i32::MAX as usize / size_of::<u32>()
    }

    pub(super) fn element(&self, index: usize) -> Option<&'static Type> {
        match self {
            Self::Struct(fields) => fields.get(index).map(|field| field.ty),
            Self::Array(element, len) => (index < *len).then_some(*element),
        }
    }

    /// Returns how many bytes to skip at `position` so that the element is aligned.
    pub(super) fn pad(&self, index: usize, position: usize) -> usize {
        let align = match self {
            Self::Struct(fields) => match fields.get(index) {
                Some(field) if field.align != 0 => field.align,
                Some(field) => field.ty.align(),
                None => 0,
            },
            Self::Array(element, _) => element.align(),
        };
        if align == 0 { 0 } else { (align - position % align) % align }
    }

    pub(super) fn is_struct(&self) -> bool {
        matches!(self, Self::Struct(_))
    }
}
