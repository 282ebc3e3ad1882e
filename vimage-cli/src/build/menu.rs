//! Asks on a terminal for what the command line does not tell.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use super::release::Release;
use crate::error::{Error, Exit, Result};

/// Where roots are kept that nobody says otherwise of.
const ROOTS: &str = "/usr/jail";

/// Lets one of several releases be chosen by its number.
///
/// # Errors
/// That nothing was chosen, or the terminal is gone.
pub(crate) fn choose(
    mut releases: Vec<Release>,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<Release> {
    for (number, release) in (1..).zip(&releases) {
        let sets: Vec<&str> = release.sets.iter().map(|set| set.name.as_str()).collect();
        say(output, &format!("{number:>3}  {}  {}\n", release.path.display(), sets.join(" ")))?;
    }
    loop {
        let answer = ask(output, input, "Which release? ")?;
        let number = answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let named = || releases.iter().position(|release| release.name == answer);
        match number.filter(|number| *number < releases.len()).or_else(named) {
            Some(at) => return Ok(releases.swap_remove(at)),
            None => say(output, &format!("a number from 1 to {}, please\n", releases.len()))?,
        }
    }
}

/// Asks for the directory that the root is to be; an answer without a slash is a name below `/usr/jail`.
///
/// # Errors
/// As [`choose`].
pub(crate) fn directory(input: &mut impl BufRead, output: &mut impl Write) -> Result<PathBuf> {
    loop {
        let answer = ask(output, input, &format!("Into which directory ({ROOTS}/<hostname>)? {ROOTS}/"))?;
        match answer.as_str() {
            "" => say(output, "the host name of the jail, or a path that begins with a slash, please\n")?,
            // Joining takes an absolute path as it is.
            name => return Ok(Path::new(ROOTS).join(name)),
        }
    }
}

/// Lets go on, or not.
///
/// # Errors
/// As [`choose`].
pub(crate) fn confirm(question: &str, input: &mut impl BufRead, output: &mut impl Write) -> Result<()> {
    match ask(output, input, &format!("{question} [y/N] "))?.as_str() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(nothing()),
    }
}

fn ask(output: &mut impl Write, input: &mut impl BufRead, question: &str) -> Result<String> {
    say(output, question)?;
    let mut answer = String::new();
    match input.read_line(&mut answer) {
        Ok(0) | Err(_) => Err(nothing()),
        Ok(_) => Ok(answer.trim().to_string()),
    }
}

fn nothing() -> Error {
    Error::new(Exit::Failed, "nothing was chosen, and nothing was done")
}

fn say(output: &mut impl Write, text: &str) -> Result<()> {
    let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    written.map_err(|e| Error::failed(format!("writing: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::release::Form;

    fn releases() -> Vec<Release> {
        ["8.3-RELEASE", "15.1-RELEASE"]
            .map(|name| Release {
                name: name.into(),
                path: Path::new("/usr/repos").join(name),
                form: Form::Manifest,
                sets: Vec::new(),
            })
            .into()
    }

    fn answers(text: &str) -> (Result<String>, String) {
        let mut shown = Vec::new();
        let chosen = choose(releases(), &mut text.as_bytes(), &mut shown).map(|release| release.name);
        (chosen, String::from_utf8(shown).unwrap())
    }

    #[test]
    fn a_release_is_chosen_by_number_or_name_and_asked_for_until_it_is() {
        let (chosen, shown) = answers("0\n7\nx\n2\n");
        assert_eq!(chosen.unwrap(), "15.1-RELEASE");
        assert_eq!(shown.matches("a number from 1 to 2, please").count(), 3, "{shown}");
        assert!(shown.starts_with("  1  /usr/repos/8.3-RELEASE"), "{shown}");
        assert_eq!(answers("8.3-RELEASE\n").0.unwrap(), "8.3-RELEASE");
    }

    #[test]
    fn the_end_of_the_answers_ends_the_asking() {
        assert_eq!(answers("9\n").0.unwrap_err().message, "nothing was chosen, and nothing was done");
        assert!(confirm("?", &mut "\n".as_bytes(), &mut Vec::new()).is_err());
        assert!(confirm("?", &mut "y\n".as_bytes(), &mut Vec::new()).is_ok());
    }

    #[test]
    fn a_name_is_below_usr_jail_and_a_path_is_itself() {
        let asked = |text: &str| directory(&mut text.as_bytes(), &mut Vec::new()).unwrap();
        assert_eq!(asked("\nvj1.example.org\n"), Path::new("/usr/jail/vj1.example.org"));
        assert_eq!(asked("/zroot/vj1\n"), Path::new("/zroot/vj1"));
    }
}
