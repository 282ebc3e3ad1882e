//! What FreeBSD's own tests of netgraph hold, restated: sys/netgraph basic, bridge, hub, ksocket, macfilter, socket and
//! vlan_rotate. And what this library's sockets promise beyond.

#[cfg(feature = "tokio")]
mod aio;
mod basic;
mod bridge;
mod hub;
mod ksocket;
mod macfilter;
mod probe;
mod promises;
mod socket;
mod vlan_rotate;

use libtest_mimic::Failed;

use crate::ground::Ground;

/// A test that runs on either kernel.
pub(crate) type Scenario = fn(&Ground) -> Result<(), Failed>;

/// The node types that the tests make nodes of.
pub(crate) const TYPES: [&str; 8] =
    ["bridge", "echo", "eiface", "hub", "ksocket", "macfilter", "one2many", "vlan_rotate"];

pub(crate) const ALL: &[(&str, Scenario)] = &[
    #[cfg(feature = "tokio")]
    ("promises::asynchronous_programs_ask_and_answer_each_other", aio::talk),
    #[cfg(feature = "tokio")]
    ("promises::packets_wake_who_waits_for_them", aio::packets),
    ("promises::lists_that_outgrow_the_buffer_arrive", promises::growth),
    ("promises::the_answers_of_a_batch_are_in_order", promises::batch),
    ("promises::a_transaction_leaves_what_was", promises::transaction),
    ("promises::what_was_taken_away_can_be_made_again_at_once", promises::again),
    ("promises::descriptors_tell_when_something_is_there", promises::descriptors),
    ("promises::a_program_answers_another", promises::responder),
    ("promises::thousands_of_hooks_are_told_apart", promises::hooks),
    ("promises::a_socket_is_opened_in_a_jail_from_outside", promises::in_jail),
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
    ("ksocket::datagrams_reach_the_socket_that_they_are_for", ksocket::udp),
    ("ksocket::datagrams_reach_it_by_ipv6", ksocket::udp6),
    ("ksocket::an_echo_answers_whoever_has_sent", ksocket::echo),
    ("ksocket::a_connection_is_told_of_late_carries_data_and_ends", ksocket::tcp),
    ("ksocket::a_connection_that_nobody_wants_is_refused_late", ksocket::refused),
    ("macfilter::hooks_come_and_go", macfilter::hooks),
    ("macfilter::hosts_are_assigned_moved_and_taken_out", macfilter::hosts),
    ("macfilter::any_change_keeps_the_counts_right", macfilter::changes),
    ("socket::a_name_is_told_whole_and_without_one_the_number", socket::own_address),
    ("vlan_rotate::tags_are_turned_in_one_direction", vlan_rotate::basic),
    ("vlan_rotate::tags_are_turned_in_the_other", vlan_rotate::reverse),
    ("vlan_rotate::the_types_of_tags_go_with_them", vlan_rotate::ethertype),
    ("vlan_rotate::the_types_of_tags_go_with_them_backwards", vlan_rotate::typeether),
    ("vlan_rotate::too_many_and_too_few_are_told_apart", vlan_rotate::min_max),
];
