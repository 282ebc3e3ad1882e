//! What FreeBSD's own tests of netgraph hold, restated: sys/netgraph basic, hub and bridge.

mod basic;
mod bridge;
mod hub;
mod probe;

use libtest_mimic::Failed;

use crate::ground::Ground;

/// A test that runs on either kernel.
pub(crate) type Scenario = fn(&Ground) -> Result<(), Failed>;

pub(crate) const ALL: &[(&str, Scenario)] = &[
    ("basic::what_goes_out_of_one_hook_comes_in_by_its_peer", basic::send_recv),
    ("basic::a_hub_floods_until_a_hook_is_removed", basic::node),
    ("basic::a_persistent_hub_outlives_its_hooks", basic::message),
    ("basic::names_are_taken_once", basic::same_name),
    ("basic::a_full_queue_refuses_and_loses_nothing", basic::queue_limit),
    ("hub::everybody_but_the_sender_gets_a_copy", hub::basic),
    ("hub::a_persistent_hub_outlives_its_hooks", hub::persistence),
    ("hub::a_loop_multiplies_and_ends", hub::a_loop),
    ("hub::a_hundred_hooks_get_their_copies", hub::many_hooks),
    ("bridge::a_bridge_learns_and_forgets_with_the_link", bridge::basic),
    ("bridge::a_persistent_bridge_outlives_its_links", bridge::persistence),
    ("bridge::a_loop_is_broken", bridge::a_loop),
    ("bridge::a_thousand_hosts_are_learned_and_listed", bridge::many_unicasts),
    ("bridge::a_hundred_links_get_their_copies", bridge::many_broadcasts),
    ("bridge::an_uplink_first_makes_the_links_private", bridge::uplink_private),
    ("bridge::an_uplink_later_leaves_the_links_public", bridge::uplink_classic),
];
