#include "abi.h"
#include <netgraph/ng_vlan.h>

#define HEADER "netgraph/ng_vlan.h"

void
abi(void)
{
	STRING(NG_VLAN_NODE_TYPE);
	CONST(NGM_VLAN_COOKIE);

	STRING(NG_VLAN_HOOK_DOWNSTREAM);
	STRING(NG_VLAN_HOOK_NOMATCH);

	CONST(NGM_VLAN_ADD_FILTER);
	CONST(NGM_VLAN_DEL_FILTER);
	CONST(NGM_VLAN_GET_TABLE);
	CONST(NGM_VLAN_DEL_VID_FLT);
	CONST(NGM_VLAN_GET_DECAP);
	CONST(NGM_VLAN_SET_DECAP);
	CONST(NGM_VLAN_GET_ENCAP);
	CONST(NGM_VLAN_SET_ENCAP);
	CONST(NGM_VLAN_GET_ENCAP_PROTO);
	CONST(NGM_VLAN_SET_ENCAP_PROTO);

	CONST(VLAN_ENCAP_FROM_FILTER);
	CONST(VLAN_ENCAP_FROM_NOMATCH);

	STRUCT(ng_vlan_filter);
	FIELD(ng_vlan_filter, hook_name);
	FIELD(ng_vlan_filter, vlan);
	FIELD(ng_vlan_filter, vid);
	FIELD(ng_vlan_filter, pcp);
	FIELD(ng_vlan_filter, cfi);

	STRUCT(ng_vlan_table);
	FIELD(ng_vlan_table, n);
	FLEXIBLE(ng_vlan_table, filter);
}
