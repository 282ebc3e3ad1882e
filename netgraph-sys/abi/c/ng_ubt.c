#include "abi.h"
#include <netgraph/bluetooth/include/ng_ubt.h>

#define HEADER "netgraph/bluetooth/include/ng_ubt.h"

void
abi(void)
{
	STRING(NG_UBT_NODE_TYPE);
	STRING(NG_UBT_HOOK);
	CONST(NGM_UBT_COOKIE);

	CONST(NG_UBT_ALERT_LEVEL);
	CONST(NG_UBT_ERR_LEVEL);
	CONST(NG_UBT_WARN_LEVEL);
	CONST(NG_UBT_INFO_LEVEL);

	CONST(NGM_UBT_NODE_SET_DEBUG);
	CONST(NGM_UBT_NODE_GET_DEBUG);
	CONST(NGM_UBT_NODE_SET_QLEN);
	CONST(NGM_UBT_NODE_GET_QLEN);

	TYPE(ng_ubt_node_qlen_ep);
	MEMBER(ng_ubt_node_qlen_ep, queue);
	MEMBER(ng_ubt_node_qlen_ep, qlen);

	CONST(NGM_UBT_NODE_QUEUE_CMD);
	CONST(NGM_UBT_NODE_QUEUE_ACL);
	CONST(NGM_UBT_NODE_QUEUE_SCO);

	CONST(NGM_UBT_NODE_GET_STAT);

	TYPE(ng_ubt_node_stat_ep);
	MEMBER(ng_ubt_node_stat_ep, pckts_recv);
	MEMBER(ng_ubt_node_stat_ep, bytes_recv);
	MEMBER(ng_ubt_node_stat_ep, pckts_sent);
	MEMBER(ng_ubt_node_stat_ep, bytes_sent);
	MEMBER(ng_ubt_node_stat_ep, oerrors);
	MEMBER(ng_ubt_node_stat_ep, ierrors);

	CONST(NGM_UBT_NODE_RESET_STAT);
	CONST(NGM_UBT_NODE_DEV_NODES);
}
