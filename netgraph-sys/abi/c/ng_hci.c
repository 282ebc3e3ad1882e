#include "abi.h"
#include <netgraph/bluetooth/include/ng_hci.h>

#define HEADER "netgraph/bluetooth/include/ng_hci.h"

void
abi(void)
{
	STRING(NG_HCI_NODE_TYPE);
	CONST(NGM_HCI_COOKIE);

	STRING(NG_HCI_HOOK_DRV);
	STRING(NG_HCI_HOOK_ACL);
	STRING(NG_HCI_HOOK_SCO);
	STRING(NG_HCI_HOOK_RAW);

	CONST(NG_HCI_BDADDR_SIZE);
	CONST(NG_HCI_FEATURES_SIZE);
	CONST(NG_HCI_EXTINQ_MAX);

	TYPE(bdaddr_t);
	MEMBER(bdaddr_t, b);

	CONST(NG_HCI_LINK_SCO);
	CONST(NG_HCI_LINK_ACL);
	CONST(NG_HCI_LINK_LE_PUBLIC);
	CONST(NG_HCI_LINK_LE_RANDOM);

	CONST(NG_HCI_PKT_DM1);
	CONST(NG_HCI_PKT_DH1);
	CONST(NG_HCI_PKT_HV1);
	CONST(NG_HCI_PKT_HV2);
	CONST(NG_HCI_PKT_HV3);
	CONST(NG_HCI_PKT_DM3);
	CONST(NG_HCI_PKT_DH3);
	CONST(NG_HCI_PKT_DM5);
	CONST(NG_HCI_PKT_DH5);

	CONST(NG_HCI_UNIT_MODE_ACTIVE);
	CONST(NG_HCI_UNIT_MODE_HOLD);
	CONST(NG_HCI_UNIT_MODE_SNIFF);
	CONST(NG_HCI_UNIT_MODE_PARK);

	CONST(NG_HCI_ROLE_MASTER);
	CONST(NG_HCI_ROLE_SLAVE);

	CONST(NG_HCI_ENCRYPTION_MODE_NONE);
	CONST(NG_HCI_ENCRYPTION_MODE_P2P);
	CONST(NG_HCI_ENCRYPTION_MODE_ALL);

	CONST(NG_HCI_LINK_POLICY_DISABLE_ALL_LM_MODES);
	CONST(NG_HCI_LINK_POLICY_ENABLE_ROLE_SWITCH);
	CONST(NG_HCI_LINK_POLICY_ENABLE_HOLD_MODE);
	CONST(NG_HCI_LINK_POLICY_ENABLE_SNIFF_MODE);
	CONST(NG_HCI_LINK_POLICY_ENABLE_PARK_MODE);

	CONST(NG_HCI_ALERT_LEVEL);
	CONST(NG_HCI_ERR_LEVEL);
	CONST(NG_HCI_WARN_LEVEL);
	CONST(NG_HCI_INFO_LEVEL);

	CONST(NG_HCI_UNIT_CONNECTED);
	CONST(NG_HCI_UNIT_INITED);
	CONST(NG_HCI_UNIT_READY);
	CONST(NG_HCI_UNIT_COMMAND_PENDING);

	CONST(NG_HCI_CON_CLOSED);
	CONST(NG_HCI_CON_W4_LP_CON_RSP);
	CONST(NG_HCI_CON_W4_CONN_COMPLETE);
	CONST(NG_HCI_CON_OPEN);

	CONST(NGM_HCI_NODE_GET_STATE);
	CONST(NGM_HCI_NODE_INIT);
	CONST(NGM_HCI_NODE_GET_DEBUG);
	CONST(NGM_HCI_NODE_SET_DEBUG);
	CONST(NGM_HCI_NODE_GET_BUFFER);

	TYPE(ng_hci_node_buffer_ep);
	MEMBER(ng_hci_node_buffer_ep, cmd_free);
	MEMBER(ng_hci_node_buffer_ep, sco_size);
	MEMBER(ng_hci_node_buffer_ep, sco_pkts);
	MEMBER(ng_hci_node_buffer_ep, sco_free);
	MEMBER(ng_hci_node_buffer_ep, acl_size);
	MEMBER(ng_hci_node_buffer_ep, acl_pkts);
	MEMBER(ng_hci_node_buffer_ep, acl_free);

	CONST(NGM_HCI_NODE_GET_BDADDR);
	CONST(NGM_HCI_NODE_GET_FEATURES);
	CONST(NGM_HCI_NODE_GET_STAT);

	TYPE(ng_hci_node_stat_ep);
	MEMBER(ng_hci_node_stat_ep, cmd_sent);
	MEMBER(ng_hci_node_stat_ep, evnt_recv);
	MEMBER(ng_hci_node_stat_ep, acl_recv);
	MEMBER(ng_hci_node_stat_ep, acl_sent);
	MEMBER(ng_hci_node_stat_ep, sco_recv);
	MEMBER(ng_hci_node_stat_ep, sco_sent);
	MEMBER(ng_hci_node_stat_ep, bytes_recv);
	MEMBER(ng_hci_node_stat_ep, bytes_sent);

	CONST(NGM_HCI_NODE_RESET_STAT);
	CONST(NGM_HCI_NODE_FLUSH_NEIGHBOR_CACHE);
	CONST(NGM_HCI_NODE_GET_NEIGHBOR_CACHE);

	TYPE(ng_hci_node_get_neighbor_cache_ep);
	MEMBER(ng_hci_node_get_neighbor_cache_ep, num_entries);

	TYPE(ng_hci_node_neighbor_cache_entry_ep);
	MEMBER(ng_hci_node_neighbor_cache_entry_ep, page_scan_rep_mode);
	MEMBER(ng_hci_node_neighbor_cache_entry_ep, page_scan_mode);
	MEMBER(ng_hci_node_neighbor_cache_entry_ep, clock_offset);
	MEMBER(ng_hci_node_neighbor_cache_entry_ep, bdaddr);
	MEMBER(ng_hci_node_neighbor_cache_entry_ep, features);
	MEMBER(ng_hci_node_neighbor_cache_entry_ep, addrtype);
	MEMBER(ng_hci_node_neighbor_cache_entry_ep, extinq_size);
	MEMBER(ng_hci_node_neighbor_cache_entry_ep, extinq_data);

	CONST(NG_HCI_MAX_NEIGHBOR_NUM);

	CONST(NGM_HCI_NODE_GET_CON_LIST);

	TYPE(ng_hci_node_con_list_ep);
	MEMBER(ng_hci_node_con_list_ep, num_connections);

	TYPE(ng_hci_node_con_ep);
	MEMBER(ng_hci_node_con_ep, link_type);
	MEMBER(ng_hci_node_con_ep, encryption_mode);
	MEMBER(ng_hci_node_con_ep, mode);
	MEMBER(ng_hci_node_con_ep, role);
	MEMBER(ng_hci_node_con_ep, state);
	MEMBER(ng_hci_node_con_ep, reserved);
	MEMBER(ng_hci_node_con_ep, pending);
	MEMBER(ng_hci_node_con_ep, queue_len);
	MEMBER(ng_hci_node_con_ep, con_handle);
	MEMBER(ng_hci_node_con_ep, bdaddr);

	CONST(NG_HCI_MAX_CON_NUM);

	CONST(NGM_HCI_NODE_UP);

	TYPE(ng_hci_node_up_ep);
	MEMBER(ng_hci_node_up_ep, pkt_size);
	MEMBER(ng_hci_node_up_ep, num_pkts);
	MEMBER(ng_hci_node_up_ep, reserved);
	MEMBER(ng_hci_node_up_ep, bdaddr);

	CONST(NGM_HCI_SYNC_CON_QUEUE);

	TYPE(ng_hci_sync_con_queue_ep);
	MEMBER(ng_hci_sync_con_queue_ep, con_handle);
	MEMBER(ng_hci_sync_con_queue_ep, completed);

	CONST(NGM_HCI_NODE_GET_LINK_POLICY_SETTINGS_MASK);
	CONST(NGM_HCI_NODE_SET_LINK_POLICY_SETTINGS_MASK);
	CONST(NGM_HCI_NODE_GET_PACKET_MASK);
	CONST(NGM_HCI_NODE_SET_PACKET_MASK);
	CONST(NGM_HCI_NODE_GET_ROLE_SWITCH);
	CONST(NGM_HCI_NODE_SET_ROLE_SWITCH);
	CONST(NGM_HCI_NODE_LIST_NAMES);
}
