#include "abi.h"
#include <netgraph/bluetooth/include/ng_hci.h>
#include <netgraph/bluetooth/include/ng_l2cap.h>

#define HEADER "netgraph/bluetooth/include/ng_l2cap.h"

void
abi(void)
{
	STRING(NG_L2CAP_HOOK_HCI);
	STRING(NG_L2CAP_HOOK_L2C);
	STRING(NG_L2CAP_HOOK_CTL);

	STRING(NG_L2CAP_NODE_TYPE);
	CONST(NGM_L2CAP_COOKIE);

	CONST(NG_L2CAP_CON_CLOSED);
	CONST(NG_L2CAP_W4_LP_CON_CFM);
	CONST(NG_L2CAP_CON_OPEN);

	CONST(NG_L2CAP_CLOSED);
	CONST(NG_L2CAP_W4_L2CAP_CON_RSP);
	CONST(NG_L2CAP_W4_L2CA_CON_RSP);
	CONST(NG_L2CAP_CONFIG);
	CONST(NG_L2CAP_OPEN);
	CONST(NG_L2CAP_W4_L2CAP_DISCON_RSP);
	CONST(NG_L2CAP_W4_L2CA_DISCON_RSP);

	CONST(NG_L2CAP_CLT_SDP_DISABLED);
	CONST(NG_L2CAP_CLT_RFCOMM_DISABLED);
	CONST(NG_L2CAP_CLT_TCP_DISABLED);

	CONST(NG_L2CAP_ALERT_LEVEL);
	CONST(NG_L2CAP_ERR_LEVEL);
	CONST(NG_L2CAP_WARN_LEVEL);
	CONST(NG_L2CAP_INFO_LEVEL);

	CONST(NGM_L2CAP_NODE_GET_FLAGS);
	CONST(NGM_L2CAP_NODE_GET_DEBUG);
	CONST(NGM_L2CAP_NODE_SET_DEBUG);

	CONST(NGM_L2CAP_NODE_HOOK_INFO);

	TYPE(ng_l2cap_node_hook_info_ep);
	MEMBER(ng_l2cap_node_hook_info_ep, addr);

	CONST(NGM_L2CAP_NODE_GET_CON_LIST);

	TYPE(ng_l2cap_node_con_list_ep);
	MEMBER(ng_l2cap_node_con_list_ep, num_connections);

	CONST(NG_L2CAP_CON_TX);
	CONST(NG_L2CAP_CON_RX);
	CONST(NG_L2CAP_CON_OUTGOING);
	CONST(NG_L2CAP_CON_LP_TIMO);
	CONST(NG_L2CAP_CON_AUTO_DISCON_TIMO);
	CONST(NG_L2CAP_CON_DYING);

	TYPE(ng_l2cap_node_con_ep);
	MEMBER(ng_l2cap_node_con_ep, state);
	MEMBER(ng_l2cap_node_con_ep, flags);
	MEMBER(ng_l2cap_node_con_ep, pending);
	MEMBER(ng_l2cap_node_con_ep, con_handle);
	MEMBER(ng_l2cap_node_con_ep, remote);

	CONST(NG_L2CAP_MAX_CON_NUM);

	CONST(NGM_L2CAP_NODE_GET_CHAN_LIST);

	TYPE(ng_l2cap_node_chan_list_ep);
	MEMBER(ng_l2cap_node_chan_list_ep, num_channels);

	TYPE(ng_l2cap_node_chan_ep);
	MEMBER(ng_l2cap_node_chan_ep, state);
	MEMBER(ng_l2cap_node_chan_ep, scid);
	MEMBER(ng_l2cap_node_chan_ep, dcid);
	MEMBER(ng_l2cap_node_chan_ep, imtu);
	MEMBER(ng_l2cap_node_chan_ep, omtu);
	MEMBER(ng_l2cap_node_chan_ep, psm);
	MEMBER(ng_l2cap_node_chan_ep, remote);

	CONST(NG_L2CAP_MAX_CHAN_NUM);

	CONST(NGM_L2CAP_NODE_GET_AUTO_DISCON_TIMO);
	CONST(NGM_L2CAP_NODE_SET_AUTO_DISCON_TIMO);
}
