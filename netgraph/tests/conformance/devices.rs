//! The numbers of devices, `ngdN`: those of nodes that never got a hook are used up for as long as FreeBSD runs, and so a
//! program may find its own moved on by those before it.

use serde_json::Value;

/// Numbers that are used up.
pub(crate) struct Devices(Vec<u32>);

const PREFIX: &str = "ngd";

impl Devices {
    /// Those of this machine.
    pub(crate) fn left() -> Self {
        let entries = std::fs::read_dir("/dev").into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        Self(names.filter_map(|name| name.strip_prefix(PREFIX)?.parse().ok()).collect())
    }

    /// The number that a device would have if none were used up.
    fn fresh(&self, number: u32) -> u32 {
        number - self.0.iter().filter(|left| **left < number).count() as u32
    }

    /// Gives the devices of an answer the numbers that they would have: in texts, and in bytes as hexadecimal digits.
    pub(crate) fn renumber(&self, answer: &mut Value) {
        match answer {
            Value::String(text) => {
                *text = self.renumber_text(text, PREFIX, "", "");
                *text = self.renumber_text(text, "6e6764", "3", "00");
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.renumber(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.renumber(value)),
            _ => {}
        }
    }

    /// `before` stands before each digit, and `pad` for each digit that the number loses.
    fn renumber_text(&self, text: &str, prefix: &str, before: &str, pad: &str) -> String {
        let (mut done, mut rest) = (String::new(), text);
        while let Some(at) = rest.find(prefix) {
            let (head, mut tail) = rest.split_at(at + prefix.len());
            done += head;
            let mut digits = String::new();
            while let Some(digit) = tail.strip_prefix(before).and_then(|rest| rest.get(..1)) {
                if !digit.bytes().all(|byte| byte.is_ascii_digit()) {
                    break;
                }
                digits += digit;
                tail = &tail[before.len() + 1..];
            }
            let number =
                digits.parse().map_or_else(|_| digits.clone(), |number| self.fresh(number).to_string());
            number.chars().for_each(|digit| done.extend([before, &digit.to_string()]));
            (number.len()..digits.len()).for_each(|_| done += pad);
            rest = tail;
        }
        done + rest
    }
}

/// The renumbering itself, which no trial on a simulated machine would show.
pub(crate) fn check() {
    let devices = Devices(vec![0, 2, 5, 6, 7, 8, 9]);
    let mut answer =
        serde_json::json!({"name": "ngd1", "all": ["ngd10", "angd3b ngd", 7], "args": "6e67643130000000"});
    devices.renumber(&mut answer);
    let wanted =
        serde_json::json!({"name": "ngd0", "all": ["ngd3", "angd1b ngd", 7], "args": "6e67643300000000"});
    assert_eq!(answer, wanted);
}
