//! Commands by their names, and their arguments as text.

use super::{CommandText, TextError, Type, parse, unparse};
use crate::nodes::generic;

/// Finds a command as a node does: in its type's own list first, then among the generic ones. Messages without a name
/// are not in the kernel's lists.
pub(crate) fn find(
    own: &'static [CommandText],
    matches: impl Fn(&CommandText) -> bool,
) -> Option<&'static CommandText> {
    let named = own.iter().chain(generic::COMMANDS).filter(|command| !command.name.is_empty());
    named.into_iter().find(|command| matches(command))
}

fn to_bytes(form: Option<&'static Type>, text: &str) -> Result<Vec<u8>, TextError> {
    form.map_or_else(|| Ok(Vec::new()), |form| parse(form, text))
}

fn to_text(form: Option<&'static Type>, args: &[u8]) -> Result<String, TextError> {
    form.map_or_else(|| Ok(String::new()), |form| unparse(form, args))
}

impl CommandText {
    /// Converts the text of the arguments to bytes, as NGM_ASCII2BINARY does. A command that has none takes any text.
    ///
    /// # Errors
    /// As [`parse`].
    pub fn parse_args(&self, text: &str) -> Result<Vec<u8>, TextError> {
        to_bytes(self.args, text)
    }

    /// Converts the bytes of arguments to text, as NGM_BINARY2ASCII does.
    ///
    /// # Errors
    /// As [`unparse`].
    pub fn args_text(&self, args: &[u8]) -> Result<String, TextError> {
        to_text(self.args, args)
    }

    /// Converts the text of a reply's arguments to bytes.
    ///
    /// # Errors
    /// As [`parse`].
    pub fn parse_reply(&self, text: &str) -> Result<Vec<u8>, TextError> {
        to_bytes(self.reply, text)
    }

    /// Converts the bytes of a reply's arguments to text.
    ///
    /// # Errors
    /// As [`unparse`].
    pub fn reply_text(&self, args: &[u8]) -> Result<String, TextError> {
        to_text(self.reply, args)
    }
}
