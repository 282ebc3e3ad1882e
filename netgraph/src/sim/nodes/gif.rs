//! `gif`: a type without nodes, as they come with gif(4) interfaces, and the simulated machine has none.

use super::{Kind, not_by_request};
use crate::NodeType;
use crate::nodes::gif::Gif as Type;

pub(in crate::sim) static KIND: Kind = Kind {
    name: Type::NAME,
    commands: Type::COMMANDS,
    make: not_by_request,
    restore: |_, _, _| Err("there are no gif interfaces".into()),
    finds_unready_hooks: false,
};
