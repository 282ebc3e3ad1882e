//! What holds of every form, whatever the bytes and the text.

use netgraph::ascii::{self, CommandText, Type};
use netgraph::nodes::{CATALOGUE, generic};
use proptest::prelude::*;

use crate::typed;

/// Every form of every command.
fn forms() -> Vec<&'static Type> {
    let commands = CATALOGUE.iter().flat_map(|known| known.commands).chain(generic::COMMANDS);
    commands.flat_map(|command: &CommandText| [command.args, command.reply]).flatten().collect()
}

/// Bytes as they come: any, few kinds of them, or mostly zeros, as counts that are not absurd need them.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..600),
        proptest::collection::vec(prop_oneof![Just(0), Just(1), Just(0xff)], 0..600),
        proptest::collection::vec(prop_oneof![9 => Just(0), 1 => any::<u8>()], 0..6000),
    ]
}

/// Text that is nearly of some form.
fn text() -> impl Strategy<Value = String> {
    let words = forms().into_iter().flat_map(field_names).collect::<Vec<_>>();
    let token = prop_oneof![
        prop_oneof![Just("{"), Just("}"), Just("["), Just("]"), Just("="), Just(" "), Just("/"), Just(":")]
            .prop_map(str::to_owned),
        proptest::sample::select(words).prop_map(|word| format!("{word}=")),
        any::<i64>().prop_map(|number| number.to_string()),
        (0..40u8).prop_map(|number| number.to_string()),
        proptest::sample::select(vec![
            "\"x\"",
            "\"\\x41\\",
            "0x10",
            "10.0.0.1",
            "inet/",
            "inet6/[::1]",
            "local/\"p\""
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
    ];
    proptest::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

fn field_names(form: &'static Type) -> Vec<&'static str> {
    match form {
        Type::Struct(fields) => {
            fields.iter().flat_map(|field| [vec![field.name], field_names(field.ty)].concat()).collect()
        }
        Type::FixedArray(element, _) | Type::Array(element, _) => field_names(element),
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.div_ceil(4),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_become_text_of_bounded_length_or_an_error(args in bytes(), arglen in any::<u32>()) {
        for form in forms() {
            if let Ok(text) = ascii::unparse(form, &args) {
                // Elements that a count claims are written for up to 20 KiB; a string without a NUL is written to the
                // end of the message by each of the fields that it runs through.
                let bytes = ascii::BINARY_MAX.max(args.len());
                prop_assert!(text.len() <= 20 * bytes * (1 + args.len() / 32));
            }
            let _ = ascii::unparse_with(form, &args, arglen);
        }
    }

    #[test]
    fn any_text_becomes_at_most_20_kib_or_an_error(text in text()) {
        for form in forms() {
            match ascii::parse(form, &text) {
                Ok(args) => prop_assert!(args.len() <= ascii::BINARY_MAX),
                Err(error) => prop_assert!(error.at <= text.len()),
            }
        }
    }

    #[test]
    fn any_text_at_all_is_read_or_refused(text in ".{0,200}") {
        for form in forms() {
            let _ = ascii::parse(form, &text);
        }
    }

    /// Not at once: a large unsigned number is written as it is, and read as the largest signed one. And not where
    /// bytes are escaped: the kernel reads digits that follow `\\xNN` into it.
    #[test]
    fn text_settles_once_it_was_written_twice(text in text()) {
        for form in forms() {
            let rewrite = |text: &str| ascii::unparse(form, &ascii::parse(form, text).ok()?).ok();
            let once = rewrite(&text).filter(|once| !once.contains('\\'));
            if let Some(twice) = once.and_then(|once| rewrite(&once)) {
                if let Some(thrice) = rewrite(&twice) {
                    prop_assert_eq!(thrice, twice);
                }
            }
        }
    }

    #[test]
    fn what_a_message_decodes_it_encodes_and_decodes_the_same(args in bytes()) {
        for typed in typed::MESSAGES {
            (typed.check)(&args).map_err(|error| TestCaseError::fail(format!("{}: {error}", typed.name)))?;
        }
    }
}
