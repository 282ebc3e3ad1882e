//! Any text as the arguments and the reply of every message, and as a name and a path: nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netgraph::ascii;
use netgraph::nodes::CATALOGUE;
use netgraph::{HookName, NodeName, Path, TypeName};

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, text)) = bytes.split_first_chunk::<2>() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let _ =
        (text.parse::<Path>(), text.parse::<NodeName>(), text.parse::<HookName>(), text.parse::<TypeName>());
    let commands: Vec<_> = CATALOGUE.iter().flat_map(|known| known.commands).collect();
    let command = commands[usize::from(u16::from_le_bytes(*choice)) % commands.len()];
    for form in [command.args, command.reply].into_iter().flatten() {
        if let Ok(bytes) = ascii::parse(form, text) {
            let _ = ascii::unparse(form, &bytes);
        }
    }
});
