//! What ngctl shows: lists, tables, drawings, help, in the original's format and as JSON.

use crate::{Ran, ngctl};

#[test]
fn list_has_a_line_for_each_node() {
    let nodes = "  Name: em0             Type: ether           ID: 00000001   Num hooks: 2
  Name: em1             Type: ether           ID: 00000002   Num hooks: 0
  Name: lan             Type: bridge          ID: 00000004   Num hooks: 3
  Name: ngeth0          Type: eiface          ID: 00000005   Num hooks: 1
  Name: wire            Type: hub             ID: 00000006   Num hooks: 1
  Name: mirror          Type: echo            ID: 00000007   Num hooks: 1
  Name: me              Type: socket          ID: 00000008   Num hooks: 0
";
    for spelling in ["list", "ls", "LI"] {
        assert_eq!(ngctl(spelling), Ran::of(0, &format!("There are 7 total nodes:\n{nodes}"), ""));
    }
    // The kernel lists names in the order of their hashes.
    let named: String = ["mirror", "lan", "me", "em0", "em1", "ngeth0", "wire"]
        .iter()
        .filter_map(|name| nodes.split_inclusive('\n').find(|line| line.contains(&format!("Name: {name} "))))
        .collect();
    assert_eq!(ngctl("list -n"), Ran::of(0, &format!("There are 7 total named nodes:\n{named}"), ""));
}

const LAN: &str = "  Name: lan             Type: bridge          ID: 00000004   Num hooks: 3
  Local hook      Peer name       Peer type    Peer ID         Peer hook      
  ----------      ---------       ---------    -------         ---------      
  link2           ngeth0          eiface       00000005        ether          
  link1           em0             ether        00000001        upper          
  link0           em0             ether        00000001        lower          
";

#[test]
fn show_has_a_table_of_hooks() {
    assert_eq!(ngctl("show lan:"), Ran::of(0, LAN, ""));
    assert_eq!(ngctl("inquire [4]:"), Ran::of(0, LAN, ""));
    let first = LAN.lines().next().unwrap();
    assert_eq!(ngctl("show -n lan:"), Ran::of(0, &format!("{first}\n"), ""));
    let unnamed = "  Name: <unnamed>       Type: hub             ID: 00000009   Num hooks: 1\n";
    assert!(crate::script("mkpeer hub a b\nshow .:a\n").1.starts_with(unnamed));
}

#[test]
fn a_long_list_is_every_node_with_its_hooks() {
    let Ran(status, out, err) = ngctl("list -l");
    assert_eq!((status, &*err), (0, ""));
    assert_eq!(out.matches("Local hook").count(), 5);
    assert!(out.starts_with("There are 7 total nodes:\n  Name: em0 "));
    assert!(out.contains(&format!("\n\n{LAN}\n  Name: ngeth0 ")));
}

#[test]
fn json_has_a_line_for_each_answer() {
    assert_eq!(
        ngctl("--json show em0:"),
        Ran::of(
            0,
            "{\"hooks\":2,\"id\":1,\"links\":[\
             {\"hook\":\"upper\",\"peer\":{\"hooks\":3,\"id\":4,\"name\":\"lan\",\"type\":\"bridge\"},\"peer_hook\":\"link1\"},\
             {\"hook\":\"lower\",\"peer\":{\"hooks\":3,\"id\":4,\"name\":\"lan\",\"type\":\"bridge\"},\"peer_hook\":\"link0\"}],\
             \"name\":\"em0\",\"type\":\"ether\"}\n",
            ""
        )
    );
    assert_eq!(
        ngctl("--json msg lan: getconfig"),
        Ran::of(
            0,
            "{\"args\":\"{ debugLevel=1 loopTimeout=60 maxStaleness=900 minStableAge=1 }\",\"cmd\":2,\
             \"from\":\"[4]:\",\"response\":\"getconfig\"}\n",
            ""
        )
    );
    assert_eq!(ngctl("--json list -l").1.lines().count(), 7);
    assert_eq!(ngctl("--json list").1.lines().count(), 1);
    assert_eq!(ngctl("--json status lan:"), Ran::of(0, "{\"path\":\"lan:\",\"status\":null}\n", ""));
}

#[test]
fn types_are_counted() {
    let Ran(status, out, err) = ngctl("types");
    assert_eq!((status, &*err), (0, ""));
    let mut lines = out.lines();
    let count = out.lines().count() - 3;
    assert_eq!(lines.next(), Some(&*format!("There are {count} total types:")));
    assert_eq!(lines.next(), Some("      Type name   Number of living nodes"));
    assert_eq!(lines.next(), Some("      ---------   ----------------------"));
    for line in ["         bridge       1", "          ether       2", "         eiface       1"] {
        assert!(out.lines().any(|one| one == line), "{line} in\n{out}");
    }
}

#[test]
fn a_drawing_is_graphvizs() {
    let Ran(status, out, err) = ngctl("dot");
    assert_eq!((status, &*err), (0, ""));
    let mirror = "\tnode [ shape = octagon, fontsize = 10 ] {
\t\t\"7.end\" [ label = \"end\" ];
\t};
\t{
\t\tedge [ weight = 2.0, style = bold ];
\t\t\"7\" -- \"7.end\";
\t};
\t\"7.end\" -- \"6.far\";
}
";
    assert!(out.ends_with(mirror), "{out}");
    assert!(out.starts_with(
        "graph netgraph {\n\tedge [ weight = 1.0 ];\n\tnode [ shape = record, fontsize = 12 ] {\n"
    ));
    assert_eq!(
        ngctl("dot -c"),
        Ran::of(
            0,
            "digraph netgraph {
\tedge [ dir = \"none\", fontsize = 10 ];
\tnode [ shape = record, fontsize = 12 ] {
\t\t\"1\" [ label = \"{em0:|{ether|[1]:}}\" ];
\t\t\"2\" [ label = \"{em1:|{ether|[2]:}}\" ];
\t\t\"4\" [ label = \"{lan:|{bridge|[4]:}}\" ];
\t\t\"5\" [ label = \"{ngeth0:|{eiface|[5]:}}\" ];
\t\t\"6\" [ label = \"{wire:|{hub|[6]:}}\" ];
\t\t\"7\" [ label = \"{mirror:|{echo|[7]:}}\" ];
\t\t\"8\" [ label = \"{me:|{socket|[8]:}}\" ];
\t};
\tsubgraph cluster_disconnected {
\t\tbgcolor = pink;
\t\t\"2\";
\t\t\"8\";
\t};
\t\"1\" -> \"4\" [ headlabel = \"link1\", taillabel = \"upper\" ] ;
\t\"1\" -> \"4\" [ headlabel = \"link0\", taillabel = \"lower\" ] ;
\t\"4\" -> \"5\" [ headlabel = \"ether\", taillabel = \"link2\" ] ;
\t\"6\" -> \"7\" [ headlabel = \"end\", taillabel = \"far\" ] ;
}
",
            ""
        )
    );
}

#[test]
fn a_drawing_goes_into_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.dot");
    assert_eq!(ngctl(&format!("confdot -c {}", file.display())), Ran::of(0, "", ""));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), ngctl("dot -c").1);
    assert_eq!(
        ngctl("dot /nowhere/graph.dot"),
        Ran::of(71, "", "ngctl: Could not open /nowhere/graph.dot for writing: No such file or directory\n")
    );
}

#[test]
fn help_is_for_all_commands_or_one() {
    let Ran(status, out, _) = ngctl("?");
    assert_eq!((status, out.lines().count()), (0, 18));
    assert!(out.starts_with("Available commands:\n  config     Read or set"));
    assert_eq!(
        ngctl("help shut"),
        Ran::of(0, "usage:    shutdown <path>\nAliases:  kill, rmnode\nSummary:  Shut a node down\n", "")
    );
    assert_eq!(
        ngctl("help msg"),
        Ran::of(
            0,
            "usage:    msg path command [args ... ]
Aliases:  cmd
Summary:  Send a control message
Description:
  The node at <path> turns command and arguments into a message,
  which it is then sent. A reply that comes at once is shown.
",
            ""
        )
    );
}

#[test]
fn what_is_no_command_is_told() {
    for (line, status, complaint) in [
        ("s", 71, "ngctl: \"s\": ambiguous command\n"),
        ("frobnicate", 71, "ngctl: \"frobnicate\": unknown command\n"),
        ("show", 64, "ngctl: usage: show [-n] <path>\n"),
        ("list -x", 64, "ngctl: illegal option -- x\nngctl: usage: list [-ln]\n"),
        ("name lan:", 64, "ngctl: usage: name <path> <name>\n"),
        ("show nobody:", 71, "ngctl: send msg: No such file or directory\n"),
        ("name lan: wire", 71, "ngctl: send msg: Address already in use\n"),
        ("mkpeer nonsense a b", 71, "ngctl: send msg: No such file or directory\n"),
        ("msg lan: nonsense", 71, "ngctl: send msg: Function not implemented\n"),
        ("msg lan: setconfig {", 71, "ngctl: send msg: Invalid argument\n"),
        ("shutdown nobody:", 71, "ngctl: shutdown: No such file or directory\n"),
        ("write a 256", 71, "ngctl: invalid byte \"256\"\n"),
        ("write a -f", 64, "ngctl: usage: write hook < -f file | byte ... >\n"),
        ("write a 1", 71, "ngctl: writing to hook \"a\": No route to host\n"),
        ("write a -f /nowhere", 71, "ngctl: can't read file \"/nowhere\": No such file or directory\n"),
        ("read /nowhere", 71, "ngctl: /nowhere: No such file or directory\n"),
        ("-f /nowhere", 66, "ngctl: /nowhere: No such file or directory\n"),
        ("-j nobody list", 68, "ngctl: jail \"nobody\" not found\n"),
        (
            "-x",
            64,
            "ngctl: illegal option -- x\nusage: ngctl [-j jail] [-d] [-f filename] [-n nodename] \
             [command [argument ...]]\n",
        ),
        (
            "",
            64,
            "ngctl: no command specified\nusage: ngctl [-j jail] [-d] [-f filename] [-n nodename] \
             [command [argument ...]]\n",
        ),
    ] {
        assert_eq!(ngctl(line), Ran::of(status, "", complaint), "{line}");
    }
}

#[test]
fn a_socket_node_is_spared() {
    assert_eq!(
        ngctl("shutdown me:"),
        Ran::of(
            71,
            "",
            "ngctl: shutdown: shutting down the socket node me: is not possible here: \
             close the sockets of the program that owns it\n"
        )
    );
}

#[test]
fn what_a_node_says_of_itself_is_shown_if_it_says_anything() {
    assert_eq!(ngctl("status lan:"), Ran::of(0, "No status available for \"lan:\"\n", ""));
    assert_eq!(ngctl("config lan:"), Ran::of(0, "No config available for \"lan:\"\n", ""));
    assert_eq!(ngctl("config lan: a b"), Ran::of(0, "No config available for \"lan:\"\n", ""));
    assert_eq!(ngctl("config nobody:"), Ran::of(71, "", "ngctl: send msg: No such file or directory\n"));
}
