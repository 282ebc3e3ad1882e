//! What ngctl does: scripts, and what a person types.

use crate::{Ran, ngctl, ngctl_with, script};

#[test]
fn a_script_is_tried_out() {
    let bridged = "\
# A second bridge, on the other card.
mkpeer em1: bridge lower link0
name em1:lower dmz

connect em1: dmz: upper link1
msg dmz: setconfig { loopTimeout=5 }
msg dmz: getconfig
show dmz:
";
    assert_eq!(
        script(bridged),
        Ran::of(
            0,
            "Rec'd response \"getconfig\" (2) from \"[9]:\":
Args:\t{ loopTimeout=5 }
  Name: dmz             Type: bridge          ID: 00000009   Num hooks: 2
  Local hook      Peer name       Peer type    Peer ID         Peer hook      
  ----------      ---------       ---------    -------         ---------      
  link1           em1             ether        00000002        upper          
  link0           em1             ether        00000002        lower          
",
            ""
        )
    );
}

#[test]
fn a_script_ends_at_its_first_error() {
    assert_eq!(
        script("name lan: net\nshow -n net:\nmkpeer em1: bridge sideways link0\nshow -n net:\n"),
        Ran::of(
            71,
            "  Name: net             Type: bridge          ID: 00000004   Num hooks: 3\n",
            "ngctl: send msg: Invalid argument\nngctl: line 3: error in file\n"
        )
    );
    assert_eq!(
        script("show\n"),
        Ran::of(64, "", "ngctl: usage: show [-n] <path>\nngctl: line 1: error in file\n")
    );
    // As with the original, the end is an error of the file.
    assert_eq!(script("quit\nshow nobody:\n"), Ran::of(0, "", "ngctl: line 1: error in file\n"));
}

#[test]
fn a_script_reads_another() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner.ngctl");
    std::fs::write(&inner, "show -n lan:\n").unwrap();
    let line = "  Name: lan             Type: bridge          ID: 00000004   Num hooks: 3\n";
    assert_eq!(script(&format!(". {0}\nsource {0}\n", inner.display())), Ran::of(0, &line.repeat(2), ""));
    assert_eq!(ngctl(&format!("-f {}", inner.display())), Ran::of(0, line, ""));
}

#[test]
fn nodes_are_made_and_taken_away() {
    assert_eq!(
        script(
            "mkpeer hub a b\nname .:a star\nmkpeer star: tee c left\nrmhook a\nshow star:\nkill star:c\nshow star:\n"
        ),
        Ran::of(
            71,
            "  Name: star            Type: hub             ID: 00000009   Num hooks: 1
  Local hook      Peer name       Peer type    Peer ID         Peer hook      
  ----------      ---------       ---------    -------         ---------      
  c               <unnamed>       tee          0000000a        left           
",
            "ngctl: send msg: No such file or directory\nngctl: line 7: error in file\n"
        )
    );
}

#[test]
fn bytes_and_files_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let packet = folder.path().join("packet");
    std::fs::write(&packet, "from a file").unwrap();
    let typed = format!(
        "connect . wire: mine near\nwrite mine 0x48 0151 -1 +0\nw mine -f {}\nquit\n",
        packet.display()
    );
    let Ran(status, out, err) = ngctl_with("", Some((&typed, true)));
    assert_eq!((status, &*err), (0, ""));
    let (help, talk) = out.split_once("  quit       End\n").unwrap();
    assert!(help.starts_with("Available commands:\n"));
    // What was typed ahead is done before anything that comes in is told.
    assert_eq!(talk, "+ + + + ");
}

#[test]
fn an_answer_of_a_node_is_text_where_it_knows_one() {
    // An echo node sends any message back, as a reply, and knows no text of its own for it.
    assert_eq!(
        script("msg mirror: nodeinfo\n"),
        Ran::of(
            0,
            "Rec'd response \"nodeinfo\" (805306374) from \"[7]:\":
Args:\t{ name=\"mirror\" type=\"echo\" id=0x7 hooks=1 }
",
            ""
        )
    );
    assert_eq!(ngctl("msg lan: reset"), Ran::of(0, "", ""), "what has no answer is silent");
}

#[test]
fn the_level_of_debugging_is_kept_while_it_runs() {
    assert_eq!(
        script("debug\ndebug 1\ndebug\ndebug +\ndebug -\ndebug -\ndebug\n"),
        Ran::of(0, "Current debug level is 0\nCurrent debug level is 1\nCurrent debug level is 0\n", "")
    );
    assert_eq!(ngctl("-d debug"), Ran::of(0, "Current debug level is 1\n", ""));
    assert_eq!(ngctl("debug -5"), Ran::of(64, "", "ngctl: usage: debug [level]\n"));
}

#[test]
fn a_jail_is_looked_into_from_outside() {
    assert_eq!(
        ngctl("-j 1 list"),
        Ran::of(
            0,
            "There are 1 total nodes:\n  Name: me              Type: socket          ID: 00000001   Num hooks: 0\n",
            ""
        )
    );
}

#[test]
fn the_end_of_what_is_typed_is_the_end() {
    let Ran(status, out, _) = ngctl_with("", Some(("show -n lan:\n", true)));
    assert_eq!(status, 0);
    assert!(
        out.ends_with("+   Name: lan             Type: bridge          ID: 00000004   Num hooks: 3\n+ \n")
    );
    // Nobody types, and nothing is to be done.
    assert_eq!(ngctl_with("", Some(("show lan:\n", false))).0, 64);
}
