//! The example programs print what they should, on the simulated machine.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each program has a main of its own")]

#[path = "../examples/jail_interfaces.rs"]
mod jail_interfaces;
#[path = "../examples/jail_watch.rs"]
mod jail_watch;
#[path = "../examples/jexec.rs"]
mod jexec;
#[path = "../examples/jls.rs"]
mod jls;
#[path = "../examples/mini_jail.rs"]
mod mini_jail;

fn words(line: &str) -> Vec<String> {
    line.split_ascii_whitespace().map(String::from).collect()
}

fn jls(line: &str) -> String {
    let mut out = Vec::new();
    match jls::run(&jls::demo().unwrap(), &words(line), &mut out) {
        Ok(()) => String::from_utf8(out).unwrap(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn jls_prints_a_table_or_json_or_parameters() {
    let table = "   JID  IP Address      Hostname                      Path
     1  192.0.2.7       web.example                   /jails/web
     2                  db.example                    /
";
    assert_eq!(jls(""), table);
    let expected = serde_json::json!({"__version": "2", "jail-information": {"jail": [
        {"jid": 1, "ipv4": "192.0.2.7", "hostname": "web.example", "path": "/jails/web"},
        {"jid": 2, "ipv4": "", "hostname": "db.example", "path": "/"},
    ]}});
    assert_eq!(serde_json::from_str::<serde_json::Value>(&jls("--json")).unwrap(), expected);
    assert_eq!(jls("name vnet allow.mount meta"), "web inherit false \"\"\ndb new false owner=me\n");
    assert_eq!(
        jls("--json name persist"),
        "{\"__version\":\"2\",\"jail-information\":{\"jail\":[{\"name\":\"web\",\"persist\":true},{\"name\":\"db\",\"persist\":true}]}}\n"
    );
    assert_eq!(
        jls("hostname"),
        "unknown jail parameter \"hostname\"; the nearest known one is \"host.hostname\""
    );
    assert_eq!(jls("-x"), "unknown option -x; usage: jls [-d] [--json] [PARAMETER...]");
}

#[test]
fn jexec_runs_as_the_user_and_ends_as_the_command_did() {
    let machine = jexec::demo().unwrap();
    let run = |line: &str| jexec::run(&machine.host(), &words(line)).map_err(|error| error.to_string());
    assert_eq!(run("-u www web id -un"), Ok(0));
    assert_eq!(run("web false"), Ok(1));
    assert_eq!(run("web"), Ok(0));
    let commands: Vec<_> = machine
        .commands()
        .iter()
        .map(|one| (one.to_string(), one.entry.ids.as_ref().map(|ids| ids.uid), one.console))
        .collect();
    let expected = [
        ("jexec web id -un", Some(80), false),
        ("jexec web false", None, false),
        ("jexec web /bin/sh", Some(0), true),
    ];
    assert_eq!(commands, expected.map(|(line, uid, console)| (line.to_owned(), uid, console)));
    assert_eq!(
        run("-u nobody web id").unwrap_err(),
        "user in jail \"web\" \"nobody\": /etc/passwd has none of that name"
    );
    assert_eq!(
        run("nosuch id").unwrap_err(),
        "jail_get of jail \"nosuch\": ENOENT: jail \"nosuch\" not found"
    );
}

fn mini_jail(host: &jailrs::Host, line: &str) -> String {
    let mut out = Vec::new();
    match mini_jail::run(host, &words(line), &mut out) {
        Ok(()) => String::from_utf8(out).unwrap(),
        Err(error) => format!("{}{error}", String::from_utf8(out).unwrap()),
    }
}

#[test]
fn mini_jail_brings_a_jail_up_and_down() {
    let host = mini_jail::demo();
    let up = "-c web path=/jails/web allow.noraw_sockets allow.mount.nullfs mount.devfs command=/etc/rc";
    assert_eq!(mini_jail(&host, up), "web: created as jail 1\n");
    assert_eq!(host.mounts().unwrap().len(), 1);
    assert_eq!(mini_jail(&host, "-m web securelevel=2"), "");
    assert_eq!(
        mini_jail(&host, "-m web vnet"),
        "jail_set of jail \"web\" (1): EINVAL: vnet cannot be changed after creation"
    );
    assert_eq!(mini_jail(&host, "-r web"), "web: removed (Idle), 1 unmounted\n");
    assert!(host.mounts().unwrap().is_empty());
    assert_eq!(
        mini_jail(&host, "-c db path=/jails/web mount.devfs command=/etc/rc persist=maybe"),
        "jail parameter persist \"maybe\": it is neither true nor false"
    );
}

#[test]
fn a_jail_whose_command_fails_is_taken_away_again() {
    let machine = jailrs::sim::SimHost::new();
    machine.add_root("/jails/web");
    machine.script("/etc/rc", jailrs::sim::Outcome::exit(3));
    let said = mini_jail(&machine.host(), "-c web path=/jails/web mount.devfs command=/etc/rc");
    assert_eq!(said, "web: removed (Idle), 1 unmounted\n/etc/rc: exit status: 3");
    assert!(machine.host().mounts().unwrap().is_empty());
}

#[test]
fn jail_watch_prints_what_happens() {
    let mut out = Vec::new();
    jail_watch::demo(&mut out).unwrap();
    let expected = "host: jail 1 created
web: changed
web: entered by process 1001
web: jail 2 created
web.inner: removed
web: removed
";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn jail_interfaces_tells_where_each_came_from() {
    let mut out = Vec::new();
    jail_interfaces::run(&jail_interfaces::demo().unwrap(), &mut out).unwrap();
    let expected = "host
  lo0          down - mtu 16384
  igb0         down 00:0c:29:aa:bb:cc mtu 1500
  epair0a      down 58:9c:fc:10:00:05 mtu 1500 from epair0
web (jail 1)
  lo0          down - mtu 16384
  wan0         up   00:0c:29:aa:bb:cd mtu 1500 from igb1 (uplink)
  lan0         up   58:9c:fc:10:00:06 mtu 1500 from epair0
";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
