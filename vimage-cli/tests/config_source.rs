//! Which files are read, in which order, and what `.` names.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test, and so are its helpers")]

use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;
use vimage::config::Source;
use vimage::config::shell::{MAX_DEPTH, MAX_FILE, MAX_FILES, Reader};

/// A folder with these files in it.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn system(folder: &TempDir) -> Source {
    Source::System { root: folder.path().to_owned() }
}

/// A text in which the folder is called ROOT.
fn rooted(folder: &TempDir, text: impl ToString) -> String {
    text.to_string().replace(folder.path().to_str().unwrap(), "ROOT")
}

/// The values of variables and where they come from.
fn values(folder: &TempDir, source: &Source) -> String {
    let (variables, warnings) = source.read().unwrap();
    assert!(warnings.is_empty(), "{warnings}");
    let lines = variables.iter().map(|variable| {
        format!("{}={} {}\n", variable.name, variable.value.escape_ascii(), variable.position)
    });
    rooted(folder, lines.collect::<String>())
}

#[test]
fn the_files_of_rc_are_read_in_its_order_and_later_ones_win() {
    let folder = folder(&[
        ("etc/rc.conf", "a=1\nb=1\nc=1\nd=1\n"),
        ("etc/rc.conf.local", "\nb=2 c=2; d=${c}2\n"),
        ("etc/rc.conf.d/vimage", "c=3 d=3"),
        ("usr/local/etc/rc.conf.d/vimage", "d=4"),
        ("etc/rc.conf.d/jail", "$(never read)"),
    ]);
    assert_eq!(
        values(&folder, &system(&folder)),
        "a=1 ROOT/etc/rc.conf:1\n\
         b=2 ROOT/etc/rc.conf.local:2\n\
         c=3 ROOT/etc/rc.conf.d/vimage:1\n\
         d=4 ROOT/usr/local/etc/rc.conf.d/vimage:1\n"
    );
}

#[test]
fn a_folder_for_the_service_is_read_file_by_file() {
    let folder = folder(&[
        ("etc/rc.conf.d/vimage/20-b", "a=$a-20"),
        ("etc/rc.conf.d/vimage/10-a", "a=10"),
        ("etc/rc.conf.d/vimage/.hidden", "$(never read)"),
        ("etc/rc.conf.d/vimage/folder/file", "$(never read)"),
    ]);
    assert_eq!(values(&folder, &system(&folder)), "a=10-20 ROOT/etc/rc.conf.d/vimage/20-b:1\n");
}

#[test]
fn files_that_are_not_there_are_passed_over_unless_they_are_named() {
    let nothing = folder(&[]);
    assert_eq!(values(&nothing, &system(&nothing)), "");
    let file = folder(&[("etc", "a file where a folder is expected")]);
    assert_eq!(values(&file, &system(&file)), "");
    let problems = Source::File(nothing.path().join("rc.conf")).load().unwrap_err();
    assert_eq!(
        rooted(&nothing, problems),
        "ROOT/rc.conf: the file cannot be read: No such file or directory (create it, or let it be read)"
    );
    assert!(system(&nothing).load().unwrap().vimages.is_empty());
}

#[test]
fn a_named_file_is_the_only_one_and_may_name_others() {
    let folder = folder(&[
        ("other.conf", "a=1\n. ROOT/inc/one\nc=$b\n"),
        ("inc/one", "b=$a-one\n"),
        ("etc/rc.conf", "$(never read)"),
    ]);
    let file = folder.path().join("other.conf");
    let text = fs::read_to_string(&file).unwrap().replace("ROOT", folder.path().to_str().unwrap());
    fs::write(&file, text).unwrap();
    assert_eq!(
        values(&folder, &Source::File(file)),
        "a=1 ROOT/other.conf:1\nb=1-one ROOT/inc/one:1\nc=1-one ROOT/other.conf:3\n"
    );
}

#[test]
fn the_first_mistake_of_every_file_is_reported_at_its_own_place() {
    let folder = folder(&[
        ("etc/rc.conf", "a=1\n. ./etc/more.conf\nb=`date`\n"),
        ("etc/more.conf", "c=1\n  d=$(date)\ne=`date`\n"),
        ("etc/rc.conf.local", "if true; then\n"),
        ("etc/rc.conf.d/vimage", "vimage_colour=red\nvimage_list+=vj1\n"),
    ]);
    let problems = system(&folder).load().unwrap_err();
    assert_eq!(
        rooted(&folder, problems),
        "ROOT/etc/more.conf:2:5: a command substitution would have to be executed (write its result instead)\n\
         ROOT/etc/rc.conf.d/vimage:2: warning: `vimage_list+=` is understood here as sysrc(8) does, but not by \
         sh(1), which reads this file too (write vimage_list=\"...\", or let `sysrc vimage_list+=...` do it)\n\
         ROOT/etc/rc.conf.local:1:1: \"if\" belongs to a control structure \
         (decide it beforehand and write only the assignments)"
    );
}

#[test]
fn what_is_appended_is_appended_as_sysrc_does() {
    let folder = folder(&[(
        "etc/rc.conf",
        "vimage_list=a\nvimage_list+='b a'\nvimage_list+=c\nvimage_none+=\nvimage_new+=x\n",
    )]);
    let (variables, warnings) = system(&folder).read().unwrap();
    let value = |name| String::from_utf8_lossy(&variables.find(name).unwrap().value).into_owned();
    assert_eq!(value("vimage_list"), "a b c");
    assert_eq!(value("vimage_none"), "");
    assert_eq!(value("vimage_new"), "x");
    assert_eq!(warnings.len(), 4);
    assert!(!warnings.has_errors());
    assert_eq!(rooted(&folder, &variables.find("vimage_list").unwrap().position), "ROOT/etc/rc.conf:3");
}

#[test]
fn files_that_name_one_another_in_a_circle_or_without_end_are_refused() {
    let circle = folder(&[("etc/rc.conf", ". ./a\n"), ("a", "\n. ./b"), ("b", "x=1;. ./a")]);
    assert_eq!(
        rooted(&circle, system(&circle).load().unwrap_err()),
        "ROOT/b:1:5: ROOT/a is being read already (remove one of the `.` that lead here)"
    );

    let names: Vec<(String, String)> =
        (0..=MAX_DEPTH).map(|number| (format!("{number}"), format!(". ./{}", number + 1))).collect();
    let chain: Vec<(&str, &str)> = names.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let chain = folder(&chain);
    let mut reader = Reader::new(chain.path());
    let problem = reader.read(&chain.path().join("0")).unwrap_err();
    assert_eq!(
        rooted(&chain, problem),
        "ROOT/15:1:1: files name one another more than 16 deep (put them into fewer files)"
    );

    let twice: Vec<(String, String)> =
        (0..12).map(|number| (format!("{number}"), format!(". ./{0}\n. ./{0}", number + 1))).collect();
    let mut bush: Vec<(&str, &str)> =
        twice.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    bush.push(("12", ""));
    let bush = folder(&bush);
    let problem = Reader::new(bush.path()).read(&bush.path().join("0")).unwrap_err();
    assert!(problem.message.contains(&format!("more than {MAX_FILES} files")), "{problem}");
}

#[test]
fn what_is_no_file_of_text_is_refused() {
    let folder = folder(&[("etc/rc.conf/file", "")]);
    let problems = Source::File(folder.path().join("etc/rc.conf")).load().unwrap_err();
    assert_eq!(
        rooted(&folder, problems),
        "ROOT/etc/rc.conf: the file cannot be read: Is a directory (create it, or let it be read)"
    );
    let long = folder.path().join("long");
    fs::write(&long, "#".repeat(MAX_FILE as usize + 1)).unwrap();
    let problem = Reader::new("/").read(&long).unwrap_err();
    assert_eq!(problem.message, format!("the file cannot be read: longer than {MAX_FILE} bytes"));
}

#[test]
fn a_strange_file_name_stays_on_one_line() {
    let problem = Reader::new("/").read(Path::new("/no/such\nfile")).unwrap_err();
    assert_eq!(problem.origin.to_string(), "/no/such\\nfile");
    assert_eq!(problem.to_string().lines().count(), 1);
}

/// Files that name one another, the first the main one: each a list of assignments and of files that come after it.
fn family() -> impl Strategy<Value = Vec<String>> {
    let line = prop_oneof![
        3 => ("[abc]", "[abc]", 0..100_u8).prop_map(|(name, other, value)| format!("{name}=\"${other}{value}\"\n")),
        2 => (1..4_usize, any::<bool>()).prop_map(|(step, quoted)| if quoted { format!(". './+{step}'\n") } else { format!(". ./+{step} ; b=$a\n") }),
    ];
    vec(vec(line, 0..4), 4).prop_map(|files| {
        let number = |own: usize, text: String| {
            // Only files that come later are named, so that there is no circle; the last is always there.
            (1..4)
                .fold(text, |text, step| text.replace(&format!("+{step}"), &(own + step).min(4).to_string()))
        };
        files.into_iter().enumerate().map(|(own, lines)| number(own, lines.concat())).collect()
    })
}

proptest! {
    #[test]
    fn files_that_name_others_give_what_the_shell_gives(files in family()) {
        let folder = folder(&[("4", "c=$a$b last=1\n")]);
        for (number, text) in files.iter().enumerate() {
            fs::write(folder.path().join(number.to_string()), text).unwrap();
        }
        let mut reader = Reader::new(folder.path());
        reader.read(&folder.path().join("0")).unwrap();
        let value = |name| reader.variables().find(name).map(|variable| variable.value.clone()).unwrap_or_default();
        let ours = [value("a"), value("b"), value("c"), value("last")].join(&0);

        let output = Command::new("/bin/sh")
            .env_clear()
            .current_dir(folder.path())
            .args(["-c", ". ./0; printf '%s\\0%s\\0%s\\0%s' \"$a\" \"$b\" \"$c\" \"$last\""])
            .output()
            .unwrap();
        prop_assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        prop_assert_eq!(output.stdout.escape_ascii().to_string(), ours.escape_ascii().to_string());
    }
}
