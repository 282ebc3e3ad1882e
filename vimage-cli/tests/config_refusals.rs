//! What the rc.conf(5) reader refuses, in which words, and where.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test, and so are its helpers")]

use vimage::config::shell::{MAX_FILE, MAX_VALUE, MAX_VALUES, Reader};

/// What the reader says of a text that it refuses.
fn refusal(text: &[u8]) -> String {
    match Reader::new("/").read_bytes("rc.conf", text) {
        Ok(()) => panic!("accepted: {}", text.escape_ascii()),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn what_is_refused_is_named_with_its_place_and_remedy() {
    for (text, expected) in [
        (
            "a=$(hostname)",
            r#"1:3: a command substitution would have to be executed (write its result instead)"#,
        ),
        (
            "a=\"x$(hostname)\"",
            r#"1:5: a command substitution would have to be executed (write its result instead)"#,
        ),
        (
            "a=`hostname`",
            r#"1:3: a command substitution would have to be executed (write its result instead)"#,
        ),
        (
            "a=\"`hostname`\"",
            r#"1:4: a command substitution would have to be executed (write its result instead)"#,
        ),
        (
            "a=$((1+1))",
            r#"1:3: an arithmetic expansion would have to be evaluated (write its result instead)"#,
        ),
        (
            "a=${b:-c}",
            r#"1:3: the expansion ${b:...} is more than the name of a variable (write ${b}, or the value)"#,
        ),
        (
            "a=\"${b#c}\"",
            r#"1:4: the expansion ${b#...} is more than the name of a variable (write ${b}, or the value)"#,
        ),
        ("a=${b", r#"1:3: ${b has no closing brace (write ${b})"#),
        ("a=${b\n}", r#"1:3: ${b has no closing brace (write ${b})"#),
        ("a=${}", r#"1:3: ${ is not followed by the name of a variable (write \$ for a dollar sign)"#),
        (
            "a=${1}",
            r#"1:3: $1 is a parameter of the running shell (write its value, or \$ for a dollar sign)"#,
        ),
        ("a=$1", r#"1:3: $1 is a parameter of the running shell (write its value, or \$ for a dollar sign)"#),
        (
            "a=\"$@\"",
            r#"1:4: $@ is a parameter of the running shell (write its value, or \$ for a dollar sign)"#,
        ),
        ("a=$$", r#"1:3: $$ is a parameter of the running shell (write its value, or \$ for a dollar sign)"#),
        ("a=$?", r#"1:3: $? is a parameter of the running shell (write its value, or \$ for a dollar sign)"#),
        (
            "a=${#b}",
            r#"1:3: $# is a parameter of the running shell (write its value, or \$ for a dollar sign)"#,
        ),
        (
            "a=$HOME",
            r#"1:3: the value of $HOME is the running shell's own (write its value, or assign HOME first)"#,
        ),
        (
            "a=\"${PATH}\"",
            r#"1:4: the value of $PATH is the running shell's own (write its value, or assign PATH first)"#,
        ),
        ("a=$LINENO", r#"1:3: the value of $LINENO is made up by the running shell (write its value)"#),
        ("a=$_", r#"1:3: the value of $_ is made up by the running shell (write its value)"#),
        ("OPTIND=3", r#"1:1: OPTIND is a variable of the shell itself (use another name)"#),
        (
            "a=1 b=$a",
            r#"1:7: $a is assigned by the same command, and shells differ in which value that gives (put the two assignments on lines of their own)"#,
        ),
        (
            "a=1 a+=2",
            r#"1:5: $a is assigned by the same command, and shells differ in which value that gives (put the two assignments on lines of their own)"#,
        ),
        (
            "a=$'x'",
            r#"1:3: $'...' does not mean the same to every sh (write \$ for a dollar sign, or drop it)"#,
        ),
        (
            "a=$\"x\"",
            r#"1:3: $"..." does not mean the same to every sh (write \$ for a dollar sign, or drop it)"#,
        ),
        (
            "a=~/x",
            r#"1:3: the shell would replace this tilde by a home directory (write the directory, or \~ for a tilde)"#,
        ),
        (
            "a=b:~/x",
            r#"1:5: the shell would replace this tilde by a home directory (write the directory, or \~ for a tilde)"#,
        ),
        (
            "a=b=~",
            r#"1:5: the shell would replace this tilde by a home directory (write the directory, or \~ for a tilde)"#,
        ),
        ("a=1 &", r#"1:5: "&" is an operator of the shell (quote it if it belongs to a value)"#),
        ("a=1 && b=2", r#"1:5: "&&" is an operator of the shell (quote it if it belongs to a value)"#),
        ("a=1 | b", r#"1:5: "|" is an operator of the shell (quote it if it belongs to a value)"#),
        ("a=1 > b", r#"1:5: ">" is an operator of the shell (quote it if it belongs to a value)"#),
        ("a=1 <<x", r#"1:5: "<<" is an operator of the shell (quote it if it belongs to a value)"#),
        ("a=(1 2)", r#"1:3: "(" is an operator of the shell (quote it if it belongs to a value)"#),
        ("(a=1)", r#"1:1: "(" is an operator of the shell (quote it if it belongs to a value)"#),
        ("& a", r#"1:1: "&" is an operator of the shell (quote it if it belongs to a value)"#),
        ("a=1;;", r#"1:5: a `;` with no assignment before it (remove it)"#),
        ("; a=1", r#"1:1: a `;` with no assignment before it (remove it)"#),
        (";", r#"1:1: a `;` with no assignment before it (remove it)"#),
        (
            "hostname",
            r#"1:1: "hostname" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        (
            "if [ -f x ]; then",
            r#"1:1: "if" belongs to a control structure (decide it beforehand and write only the assignments)"#,
        ),
        (
            "a=1\n  [ -f x ] && . /x",
            r#"2:3: "[" belongs to a control structure (decide it beforehand and write only the assignments)"#,
        ),
        ("export a=1", r#"1:1: "export" is a declaration (write only the assignment)"#),
        (
            "set -e",
            r#"1:1: "set" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        ("source /x", r#"1:1: `source` is unknown to sh (write `. /path/of/file`)"#),
        (
            "a=1 hostname x",
            r#"1:5: "hostname" is a command, and the assignments before it would be its environment (quote a value that has blanks in it)"#,
        ),
        (
            "a= b",
            r#"1:4: "b" is a command, and the assignments before it would be its environment (quote a value that has blanks in it)"#,
        ),
        (
            "f() { x; }",
            r#"1:1: "f" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        (
            "vimage_web-1_rootdir=/x",
            r#"1:1: "vimage_web-1_rootdir" cannot be the name of a variable (a name has letters, digits and underscores, and does not begin with a digit)"#,
        ),
        (
            "1a=b",
            r#"1:1: "1a" cannot be the name of a variable (a name has letters, digits and underscores, and does not begin with a digit)"#,
        ),
        (
            "\"a\"=b",
            r#"1:1: "\"a\"=b" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        (
            "a\\=b",
            r#"1:1: "a\\=b" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        (
            "'a b'",
            r#"1:1: "'a" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        (
            "unset a",
            r#"1:1: "unset" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        (
            ": ${a:=b}",
            r#"1:1: ":" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        (
            "a+b",
            r#"1:1: "a+b" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        (
            "+=x",
            r#"1:1: "+" cannot be the name of a variable (a name has letters, digits and underscores, and does not begin with a digit)"#,
        ),
        (
            "=x",
            r#"1:1: "=x" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        (
            ". rc.local",
            r#"1:3: the shell would search PATH for "rc.local" (write ./rc.local, or the whole path)"#,
        ),
        (
            ". $a/b",
            r#"1:3: the name of the file after `.` is not literal (write the whole path, and quote what is special to the shell)"#,
        ),
        (
            ". \"$a\"/b",
            r#"1:4: the name of the file after `.` is not literal (write the whole path, and quote what is special to the shell)"#,
        ),
        (". /a b", r#"1:6: `.` is followed by more than the name of a file (write `. /path/of/file`)"#),
        (
            ". /a*",
            r#"1:5: the name of the file after `.` is not literal (write the whole path, and quote what is special to the shell)"#,
        ),
        (
            ". ~/a",
            r#"1:3: the shell would replace this tilde by a home directory (write the directory, or \~ for a tilde)"#,
        ),
        (".", r#"1:1: `.` names no file (write `. /path/of/file`)"#),
        (". ;", r#"1:1: `.` names no file (write `. /path/of/file`)"#),
        (". ''", r#"1:3: `.` names no file (write `. /path/of/file`)"#),
        (". -a/b", r#"1:3: the shell would take "-a/b" for an option (write ./-a/b)"#),
        (". /a & b", r#"1:6: "&" is an operator of the shell (quote it if it belongs to a value)"#),
        (". /a(", r#"1:5: "(" is an operator of the shell (quote it if it belongs to a value)"#),
        (
            ". /no/such/file",
            r#"1:1: /no/such/file cannot be read: No such file or directory (create it, or let it be read)"#,
        ),
        (
            "a=1 . /x",
            r#"1:5: "." is a command, and the assignments before it would be its environment (quote a value that has blanks in it)"#,
        ),
        ("a='b\nc", r#"1:3: this single quote is not closed (close it)"#),
        ("a=\"b\nc", r#"1:3: this double quote is not closed (close it)"#),
        ("a=\"b\\\"", r#"1:3: this double quote is not closed (close it)"#),
        ("a=b\\", r#"1:4: a backslash ends the file (remove it)"#),
        (
            "a=1\r\nb=2\r\n",
            r#"1:4: the line ends with a carriage return, which the shell would take as part of it (let the lines end with newlines alone, as `tr -d '\r'` does)"#,
        ),
        (
            "\r\n",
            r#"1:1: the line ends with a carriage return, which the shell would take as part of it (let the lines end with newlines alone, as `tr -d '\r'` does)"#,
        ),
        (
            "a=1\r",
            r#"1:4: the line ends with a carriage return, which the shell would take as part of it (let the lines end with newlines alone, as `tr -d '\r'` does)"#,
        ),
        (
            "a='x\r\n'",
            r#"1:5: the line ends with a carriage return, which the shell would take as part of it (let the lines end with newlines alone, as `tr -d '\r'` does)"#,
        ),
        (
            "a=\"x\r\n\"",
            r#"1:5: the line ends with a carriage return, which the shell would take as part of it (let the lines end with newlines alone, as `tr -d '\r'` does)"#,
        ),
        (
            "a=b \\\r\n",
            r#"1:6: the line ends with a carriage return, which the shell would take as part of it (let the lines end with newlines alone, as `tr -d '\r'` does)"#,
        ),
        ("# ok\r\na=\0", r#"2:3: there is a NUL byte (is the file damaged? write it anew)"#),
        (
            "é=1",
            r#"1:1: "é" cannot be the name of a variable (a name has letters, digits and underscores, and does not begin with a digit)"#,
        ),
        (
            "aé=1",
            r#"1:1: "aé" cannot be the name of a variable (a name has letters, digits and underscores, and does not begin with a digit)"#,
        ),
        (
            "ä bc",
            r#"1:1: "ä" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        ("a=éé$(x)", r#"1:5: a command substitution would have to be executed (write its result instead)"#),
        (
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b",
            r#"1:1: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa..." is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
        (
            "\u{1b}[31m x",
            r#"1:1: "\u{1b}[31m" is a command (only assignments and `. /path/of/file` are read; nothing is executed)"#,
        ),
    ] {
        assert_eq!(refusal(text.as_bytes()), format!("rc.conf:{expected}"), "of {text:?}");
    }
}

#[test]
fn values_cannot_be_made_to_fill_the_memory() {
    let doubling: String = (0..40).map(|_| "a=x$a$a\n").collect();
    assert_eq!(
        refusal(doubling.as_bytes()),
        format!("rc.conf:17:6: a value is longer than {MAX_VALUE} bytes (shorten it)")
    );
    let long = format!("a={}\n{}", "x".repeat(MAX_VALUE), "b=$a\n".repeat(MAX_VALUES / MAX_VALUE));
    assert_eq!(
        refusal(long.as_bytes()),
        format!("rc.conf:257:1: all values together are longer than {MAX_VALUES} bytes (shorten it)")
    );
    let bare = format!("a={}", "x".repeat(MAX_VALUE + 1));
    assert_eq!(
        refusal(bare.as_bytes()),
        format!("rc.conf:1:1: a value is longer than {MAX_VALUE} bytes (shorten it)")
    );
}

#[test]
fn a_file_of_one_very_long_line_is_read_like_any_other() {
    let size = MAX_FILE as usize;
    for piece in ["a=$b ", "$b", "''", "\\\n", "a=1;", "\"\"", "${b}"] {
        let text = format!("a={}", piece.repeat(size / piece.len() - 1));
        let mut reader = Reader::new("/");
        reader
            .read_bytes("rc.conf", text.as_bytes())
            .unwrap_or_else(|problem| panic!("{piece:?}: {problem}"));
        assert_eq!(reader.variables().iter().count(), 1, "{piece:?}");
    }
}

#[test]
fn latin_1_and_carriage_returns_do_no_harm_in_comments() {
    let mut reader = Reader::new("/");
    reader.read_bytes("rc.conf", b"# caf\xe9\r\n\na=\xe9 # \xe9\r\nb='x\ry'\n").unwrap();
    assert_eq!(reader.variables().find("a").unwrap().value, b"\xe9");
    assert_eq!(reader.variables().find("b").unwrap().value, b"x\ry");
}
