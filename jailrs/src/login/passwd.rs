//! passwd(5) and group(5).

use super::User;

/// The user of this name. A line has seven fields, or ten in `master.passwd`, which knows classes.
pub(super) fn user(text: &str, name: &str) -> Option<User> {
    text.lines().find_map(|line| parsed(line).filter(|user| user.name == name))
}

fn parsed(line: &str) -> Option<User> {
    let fields: Vec<&str> = line.split(':').collect();
    let (class, home, shell) = match *fields.as_slice() {
        [_, _, _, _, _, home, shell] => ("", home, shell),
        [_, _, _, _, class, _, _, _, home, shell] => (class, home, shell),
        _ => return None,
    };
    let name = fields.first()?;
    // A line that begins with a plus is for NIS.
    if name.is_empty() || name.starts_with(['+', '-', '#']) {
        return None;
    }
    Some(User {
        name: (*name).to_owned(),
        uid: fields.get(2)?.parse().ok()?,
        gid: fields.get(3)?.parse().ok()?,
        groups: Vec::new(),
        class: class.to_owned(),
        home: home.into(),
        shell: if shell.is_empty() { "/bin/sh" } else { shell }.into(),
    })
}

/// The groups that a user is in, its own first.
pub(super) fn groups(text: &str, user: &User) -> Vec<u32> {
    let mut groups = vec![user.gid];
    for line in text.lines() {
        let mut fields = line.split(':').skip(2);
        let Some(gid) = fields.next().and_then(|gid| gid.parse().ok()) else { continue };
        let members = fields.next().unwrap_or_default();
        if members.split(',').any(|member| member.trim() == user.name) && !groups.contains(&gid) {
            groups.push(gid);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MASTER: &str = "# users\nroot::0:0::0:0:Charlie &:/root:/bin/sh\nalice:x:1001:1001:staff:0:0::/home/alice:\n+:::::\n";

    #[test]
    fn both_forms_of_a_line_are_read() {
        let alice = user(MASTER, "alice").unwrap();
        assert_eq!((alice.uid, alice.gid, alice.class.as_str()), (1001, 1001, "staff"));
        assert_eq!(
            (alice.home.as_os_str(), alice.shell.as_os_str()),
            ("/home/alice".as_ref(), "/bin/sh".as_ref())
        );
        let bob = user("bob:*:7:8:Bob:/home/bob:/bin/csh\n", "bob").unwrap();
        assert_eq!((bob.uid, bob.gid, bob.class.as_str()), (7, 8, ""));
        assert_eq!(user(MASTER, "nobody"), None);
        assert_eq!(user(MASTER, "+"), None);
        assert_eq!(user("bad:*:x:8:Bob:/:/bin/sh\n", "bad"), None);
    }

    #[test]
    fn a_user_is_in_its_own_group_and_in_those_that_name_it() {
        let alice = user(MASTER, "alice").unwrap();
        let text =
            "wheel:*:0:root,alice\nstaff:*:20:bob, alice\nalice:*:1001:alice\nother:*:5:malice\nbroken\n";
        assert_eq!(groups(text, &alice), [1001, 0, 20]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[a-c0-9:,+\\n]{0,60}") {
            if let Some(found) = user(&text, "a") {
                prop_assert_eq!(groups(&text, &found)[0], found.gid);
            }
        }
    }
}
