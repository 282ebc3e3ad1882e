//! Numbers and bits that mean something, as enums and flags that lose none.

/// Declares enums of numbers; a number without a name survives a round trip.
macro_rules! numbers {
    ($(
        $(#[$doc:meta])*
        pub enum $Name:ident: $int:ty { $( $(#[$variant_doc:meta])* $Variant:ident = $value:path ),* $(,)? }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$variant_doc])* $Variant, )*
            /// A number that has no name here.
            Other($int),
        }

        impl $Name {
            /// Returns the number.
            #[must_use]
            pub const fn number(self) -> $int {
                match self {
                    $( Self::$Variant => $value, )*
                    Self::Other(number) => number,
                }
            }
        }

        impl From<$int> for $Name {
            fn from(number: $int) -> Self {
                match number {
                    $( $value => Self::$Variant, )*
                    other => Self::Other(other),
                }
            }
        }

        impl From<$Name> for $int {
            fn from(name: $Name) -> Self {
                name.number()
            }
        }
    )*};
}
pub(super) use numbers;

/// Makes an enum of [`numbers!`] a payload and a reply, which read as the number does.
macro_rules! number_payload {
    ($Name:ident: $int:ty) => {
        $crate::nodes::numbers::number_payload!($Name: $int, <$int as $crate::message::Payload>::TEXT);
    };
    ($Name:ident: $int:ty, $text:expr) => {
        impl $crate::message::Payload for $Name {
            const TEXT: Option<&'static $crate::ascii::Type> = $text;
            fn encode(&self, args: &mut Vec<u8>) {
                self.number().encode(args);
            }
            fn decode(args: &[u8]) -> Result<Self, $crate::error::DecodeError> {
                <$int as $crate::message::Payload>::decode(args).map(Self::from)
            }
        }

        $crate::payload_text!($Name);
    };
}
pub(super) use number_payload;

/// Declares sets of bits; a bit without a name survives a round trip.
macro_rules! flags {
    ($(
        $(#[$($doc:tt)*])*
        pub struct $Name:ident: $int:ty { $( $(#[$($flag_doc:tt)*])* $FLAG:ident = $value:expr ),* $(,)? }
    )*) => {$(
        bitflags::bitflags! {
            $(#[$($doc)*])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
            pub struct $Name: $int {
                $( $(#[$($flag_doc)*])* const $FLAG = $value; )*
                const _ = !0;
            }
        }
    )*};
}
pub(super) use flags;

/// Makes a set of [`flags!`] a payload and a reply, which read as the number of its bits does.
macro_rules! flags_payload {
    ($Name:ident: $int:ty) => {
        $crate::nodes::numbers::flags_payload!($Name: $int, <$int as $crate::message::Payload>::TEXT);
    };
    ($Name:ident: $int:ty, $text:expr) => {
        impl $crate::message::Payload for $Name {
            const TEXT: Option<&'static $crate::ascii::Type> = $text;
            fn encode(&self, args: &mut Vec<u8>) {
                self.bits().encode(args);
            }
            fn decode(args: &[u8]) -> Result<Self, $crate::error::DecodeError> {
                <$int as $crate::message::Payload>::decode(args).map(Self::from_bits_retain)
            }
        }

        $crate::payload_text!($Name);
    };
}
pub(super) use flags_payload;

/// Returns whole seconds, as many as fit.
pub(super) fn seconds<T: TryFrom<u64>>(time: std::time::Duration, most: T) -> T {
    T::try_from(time.as_secs()).unwrap_or(most)
}

/// Puts text into a fixed field; what does not fit beside the NUL is cut.
pub(super) fn text_field<const N: usize>(text: &str) -> [u8; N] {
    let mut field = [0; N];
    let text = text.split('\0').next().unwrap_or_default();
    for (place, byte) in field.iter_mut().take(N.saturating_sub(1)).zip(text.bytes()) {
        *place = byte;
    }
    field
}
