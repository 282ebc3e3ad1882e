//! Two hundred vimages cost two hundred times one: what is asked of the machine for each does not grow with the others.
#![allow(clippy::unwrap_used, reason = "tests")]

mod mortal;

use mortal::Lab;

/// So many vimages on one parent, which share a root and its devfs.
fn crowd(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|n| format!("v{n}")).collect();
    let one = |name: &String| {
        format!(
            "vimage_{name}_rootdir=/usr/jail/vj1\nvimage_{name}_hostname={name}\nvimage_{name}_bridges=igb0\n\
             vimage_{name}_devfs_enable=YES\n"
        )
    };
    format!("vimage_list='{}'\n{}", names.join(" "), names.iter().map(one).collect::<String>())
}

#[test]
fn the_last_of_two_hundred_vimages_costs_what_the_second_does() {
    let lab = Lab::new(&crowd(200));
    let before = lab.look();
    let up = lab.operations_of_up();
    assert_eq!(up.len(), 200);
    let second = up[1];
    assert!(up[1..].iter().all(|operations| *operations == second), "{up:?}");
    let down = lab.operations_of_prune();
    let second = down[1];
    // The first finds the list of those that share the devfs as it was written, and the last takes bridge and devfs along.
    assert!(down[1..199].iter().all(|operations| *operations == second), "{down:?}");
    assert_eq!(lab.look(), before);
}

#[test]
fn a_plan_of_twice_the_vimages_asks_twice_as_much() {
    let asked = |count| {
        let lab = Lab::new(&crowd(count));
        lab.operations_of_up();
        lab.operations_of_copy()
    };
    let (hundred, two_hundred) = (asked(100), asked(200));
    assert!(two_hundred <= 2 * hundred, "{hundred} {two_hundred}");
}
