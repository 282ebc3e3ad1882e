#include "abi.h"
#include <netgraph/ng_vlan_rotate.h>

#define HEADER "netgraph/ng_vlan_rotate.h"

void
abi(void)
{
	STRING(NG_VLANROTATE_NODE_TYPE);
	CONST(NGM_VLANROTATE_COOKIE);

	STRING(NG_VLANROTATE_HOOK_ORDERED);
	STRING(NG_VLANROTATE_HOOK_ORIGINAL);
	STRING(NG_VLANROTATE_HOOK_EXCESSIVE);
	STRING(NG_VLANROTATE_HOOK_INCOMPLETE);

	CONST(NG_VLANROTATE_MAX_VLANS);

	STRUCT(ng_vlanrotate_conf);
	FIELD(ng_vlanrotate_conf, rot);
	FIELD(ng_vlanrotate_conf, min);
	FIELD(ng_vlanrotate_conf, max);

	STRUCT(ng_vlanrotate_stat);
	FIELD(ng_vlanrotate_stat, drops);
	FIELD(ng_vlanrotate_stat, excessive);
	FIELD(ng_vlanrotate_stat, incomplete);
	FIELD(ng_vlanrotate_stat, histogram);

	CONST(NGM_VLANROTATE_GET_CONF);
	CONST(NGM_VLANROTATE_SET_CONF);
	CONST(NGM_VLANROTATE_GET_STAT);
	CONST(NGM_VLANROTATE_CLR_STAT);
	CONST(NGM_VLANROTATE_GETCLR_STAT);
}
