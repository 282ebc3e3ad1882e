//! Messages that come without being asked for, as enums to match on.

use crate::message::Frame;

/// What a kind of node may tell, to be read with [`Event::read`](crate::Event::read). Declared with
/// [`events!`](crate::events!).
pub trait Events: Sized {
    /// Reads a message. `None` where it is not one of these.
    fn from_frame(frame: &Frame<'_>) -> Option<Self>;
}

/// Declares an enum of messages that a node sends on its own account.
///
/// Each variant has the name of a message in scope, and what that carries, if anything. The enum is `#[non_exhaustive]`: a
/// later kernel may tell more.
///
/// ```
/// use netgraph::message::{Frame, Message, write_frame};
/// use netgraph::{Events, events, node_type};
/// node_type! {
///     /// Counts sheep.
///     pub Sheep: "sheep", cookie = 4711;
///     /// Tells how many have jumped.
///     Jumped(u32) = 1, event;
///     /// Tells that nobody counts any more.
///     Asleep = 2, event;
/// }
/// events! {
///     /// What a sheep node tells.
///     pub enum Event {
///         /// So many have jumped.
///         Jumped(u32),
///         /// Nobody counts any more.
///         Asleep,
///     }
/// }
/// let mut bytes = Vec::new();
/// write_frame(&mut bytes, Jumped::COMMAND, 0, 0, &7u32.to_ne_bytes());
/// match Event::from_frame(&Frame::parse(&bytes)?) {
///     Some(Event::Jumped(count)) => assert_eq!(count, 7),
///     Some(Event::Asleep) => println!("good night"),
///     None => println!("a message of another kind"),
/// }
/// # Ok::<(), netgraph::error::DecodeError>(())
/// ```
#[macro_export]
macro_rules! events {
    (
        $(#[$doc:meta])*
        pub enum $Name:ident { $( $(#[$variant_doc:meta])* $Variant:ident $(($Args:ty))? ),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $Name { $( $(#[$variant_doc])* $Variant $(($Args))? ),* }

        impl $crate::Events for $Name {
            fn from_frame(frame: &$crate::message::Frame<'_>) -> Option<Self> {
                $(
                    if let Some(args) = frame.args_of::<$Variant>() {
                        return Some($crate::events!(@make $Name, $Variant, args $(, $Args)?));
                    }
                )*
                None
            }
        }
    };
    (@make $Name:ident, $Variant:ident, $args:ident, $Args:ty) => { $Name::$Variant($args) };
    (@make $Name:ident, $Variant:ident, $args:ident) => {{
        let () = $args;
        $Name::$Variant
    }};
}
