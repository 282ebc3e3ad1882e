//! The two hooks of a type that changes what passes from `in` to `out`, and hands back what comes the other way.

use serde::{Deserialize, Serialize};

use super::by_hook::Name;
use super::*;
use crate::sys::{NG_PATCH_HOOK_IN, NG_PATCH_HOOK_OUT};

/// The hooks that are there, by their names.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InOut {
    input: Option<Name>,
    output: Option<Name>,
}

impl InOut {
    /// Takes a new hook; a name that only begins like one of the two will do.
    ///
    /// # Errors
    /// `EINVAL` for any other.
    pub(super) fn add(&mut self, name: HookName) -> Result<(), Errno> {
        let place = match name.as_bytes() {
            name if name.starts_with(NG_PATCH_HOOK_IN.as_bytes()) => &mut self.input,
            name if name.starts_with(NG_PATCH_HOOK_OUT.as_bytes()) => &mut self.output,
            _ => return Err(Errno::EINVAL),
        };
        *place = Some(Name(name));
        Ok(())
    }

    /// Forgets a hook that goes; the node goes with its last one.
    pub(super) fn remove(&mut self, context: &mut Context<'_>, hook: HookKey) {
        let gone = context.name(hook).map(Name);
        self.input = self.input.filter(|name| Some(*name) != gone);
        self.output = self.output.filter(|name| Some(*name) != gone);
        context.shut_down_if_bare();
    }

    /// Tells whether it is the hook whose packets are changed.
    pub(super) fn is_input(&self, context: &Context<'_>, hook: HookKey) -> bool {
        self.input.is_some() && context.name(hook).map(Name) == self.input
    }

    /// Finds where a packet leaves that came in at `hook`. Without a way out it goes back; what comes in where nothing
    /// leads on is dropped.
    pub(super) fn way(&self, context: &Context<'_>, hook: HookKey) -> Option<HookName> {
        let from = context.name(hook).map(Name);
        let way = if self.is_input(context, hook) {
            self.output.or(self.input)
        } else if from == self.output {
            self.input
        } else {
            None
        };
        way.map(|Name(name)| name)
    }
}
