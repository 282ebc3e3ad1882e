//! Arguments that end in an array, read where they lie.

use zerocopy::{FromBytes, Immutable, IntoBytes};

use crate::message::HEADER_LEN;

/// Builds the frame of `head` and the elements behind it; its header is left blank.
pub(super) fn frame<H, E>(head: &H, elements: &[E]) -> Vec<u8>
where
    H: IntoBytes + Immutable,
    E: IntoBytes + Immutable,
{
    [&[0; HEADER_LEN], head.as_bytes(), elements.as_bytes()].concat()
}

/// Returns the arguments of a frame.
pub(super) fn args(frame: &[u8]) -> &[u8] {
    frame.get(HEADER_LEN..).unwrap_or_default()
}

/// Returns what the arguments of a frame begin with; a head that is cut reads as zeros.
pub(super) fn head<H: FromBytes>(frame: &[u8]) -> H {
    H::read_from_prefix(args(frame)).map_or_else(|_| H::new_zeroed(), |(head, _)| head)
}

/// Returns up to `count` elements that begin `offset` bytes into the arguments.
pub(super) fn elements<E: FromBytes>(
    frame: &[u8],
    offset: usize,
    count: usize,
) -> impl ExactSizeIterator<Item = E> + Clone {
    let bytes = args(frame).get(offset..).unwrap_or_default();
    let chunks = bytes.chunks_exact(size_of::<E>()).take(count);
    chunks.map(|chunk| E::read_from_bytes(chunk).unwrap_or_else(|_| E::new_zeroed()))
}

/// Declares payloads that are a C struct and an array behind it, counted in a field of the struct.
macro_rules! list {
    ($(
        $(#[$doc:meta])*
        pub $Name:ident { head: $Head:ty, count: $count:ident, element: $Element:ty => $Item:ty $(, text: $text:expr)? $(,)? }
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $Name(Vec<u8>);

        impl $Name {
            /// Builds the list; the count in `head` is set to that of `elements`.
            #[must_use]
            pub fn new(mut head: $Head, elements: &[$Element]) -> Self {
                head.$count = elements.len() as _;
                Self($crate::nodes::list::frame(&head, elements))
            }

            /// Returns the struct that the list begins with.
            #[must_use]
            pub fn head(&self) -> $Head {
                $crate::nodes::list::head(&self.0)
            }

            /// Returns how many elements there are.
            #[must_use]
            pub fn len(&self) -> usize {
                self.iter().len()
            }

            /// Tells whether there is none.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Returns the frame that the list lies in, to receive the next one into.
            #[must_use]
            pub fn into_frame(self) -> Vec<u8> {
                self.0
            }

            /// Returns the elements, reading them where they lie.
            pub fn iter(&self) -> impl ExactSizeIterator<Item = $Item> + Clone {
                let count = usize::try_from(self.head().$count).unwrap_or(0);
                let elements = $crate::nodes::list::elements::<$Element>(&self.0, size_of::<$Head>(), count);
                elements.map(<$Item>::from)
            }
        }

        impl PartialEq for $Name {
            fn eq(&self, other: &Self) -> bool {
                $crate::nodes::list::args(&self.0) == $crate::nodes::list::args(&other.0)
            }
        }

        impl Eq for $Name {}

        impl ::std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }

        impl $crate::message::Payload for $Name {
            const TEXT: Option<&'static $crate::ascii::Type> = $crate::payload!(@text $(&$text)?);
            fn encode(&self, args: &mut Vec<u8>) {
                args.extend_from_slice($crate::nodes::list::args(&self.0));
            }
            fn decode(args: &[u8]) -> Result<Self, $crate::error::DecodeError> {
                $crate::message::read_struct::<$Head>(args, stringify!($Name))?;
                Ok(Self([&[0; $crate::message::HEADER_LEN], args].concat()))
            }
            fn take(frame: &mut Vec<u8>) -> Result<Self, $crate::error::DecodeError> {
                let args = $crate::nodes::list::args(frame);
                $crate::message::read_struct::<$Head>(args, stringify!($Name))?;
                Ok(Self($crate::message::take_frame(frame)))
            }
            fn with_bytes<R>(&self, then: impl FnOnce(&[u8]) -> R) -> R {
                then($crate::nodes::list::args(&self.0))
            }
        }

        $crate::payload!(@display $Name $(, $text)?);
    )*};
}
pub(super) use list;

/// Declares elements of lists that are a C struct with methods.
macro_rules! items {
    ($( $(#[$doc:meta])* pub $Name:ident($Struct:ty); )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $Name(pub $Struct);

        impl From<$Struct> for $Name {
            fn from(raw: $Struct) -> Self {
                Self(raw)
            }
        }
    )*};
}
pub(super) use items;
