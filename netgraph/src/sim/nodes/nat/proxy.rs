//! The rules of the aliasing library's transparent proxy: words and their values.

/// How long a rule may be: the library's buffer, less its NUL.
const RULE_MAX: usize = 255;

/// Tells whether the library takes a rule, which names a server at least. Rules are not kept: one can be taken away
/// only where none is.
pub(super) fn is_rule(bytes: &[u8]) -> bool {
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let text = text.trim_start_matches([' ', '\t']).to_ascii_lowercase();
    if text.len() > RULE_MAX {
        return false;
    }
    let mut words = text.split([' ', '\t']).filter(|word| !word.is_empty());
    let (mut ports, mut has_server) = (Vec::new(), false);
    while let Some(word) = words.next() {
        // A word at the end that wants a value is left as it is.
        let Some(value) = words.next() else {
            let known = ["type", "port", "server", "rule", "delete", "proto", "src", "dst"].contains(&word);
            return known && has_server && ports.into_iter().all(is_port);
        };
        let good = match word {
            "type" => ["encode_ip_hdr", "encode_tcp_stream", "no_encode"].contains(&value),
            "port" => {
                ports.push(value);
                true
            }
            "server" => {
                let (address, port) = value.split_once(':').map_or((value, None), |(a, p)| (a, Some(p)));
                ports.extend(port);
                has_server = address != "0.0.0.0";
                is_address(address) && port != Some("")
            }
            "rule" => number(value).is_some_and(|number| number >= 0),
            "proto" => ["tcp", "udp"].contains(&value),
            "src" | "dst" => {
                let (address, bits) =
                    value.split_once('/').map_or((value, Some(32)), |(a, b)| (a, number(b)));
                is_address(address) && bits.is_some_and(|bits| (0..=32).contains(&bits))
            }
            _ => false,
        };
        if !good {
            return false;
        }
    }
    has_server && ports.into_iter().all(is_port)
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok()
}

/// A number as sscanf(3) reads it: what follows it does not matter.
fn number(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse::<i64>().ok().map(|number| sign * number)
}

/// Inside the kernel the library knows no names of services.
fn is_port(text: &str) -> bool {
    number(text).is_some()
}
