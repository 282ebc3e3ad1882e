//! Any bytes as a frame, and as the arguments and the reply of every message: nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netgraph::ascii;
use netgraph::message::Frame;
use netgraph::nodes::CATALOGUE;

fuzz_target!(|bytes: &[u8]| {
    let _ = Frame::parse(bytes);
    let Some((choice, args)) = bytes.split_first_chunk::<2>() else { return };
    let commands: Vec<_> = CATALOGUE.iter().flat_map(|known| known.commands).collect();
    let command = commands[usize::from(u16::from_le_bytes(*choice)) % commands.len()];
    for form in [command.args, command.reply].into_iter().flatten() {
        // What was written need not read as the same: the kernel's own text does not, of options and of odd names.
        if let Ok(text) = ascii::unparse(form, args) {
            let _ = ascii::parse(form, &text);
        }
    }
});
