#include "abi.h"
#include <netgraph/ng_cisco.h>

#define HEADER "netgraph/ng_cisco.h"

void
abi(void)
{
	STRING(NG_CISCO_NODE_TYPE);
	CONST(NGM_CISCO_COOKIE);

	STRING(NG_CISCO_HOOK_DOWNSTREAM);
	STRING(NG_CISCO_HOOK_INET);
	STRING(NG_CISCO_HOOK_INET6);
	STRING(NG_CISCO_HOOK_APPLETALK);
	STRING(NG_CISCO_HOOK_IPX);
	STRING(NG_CISCO_HOOK_DEBUG);

	CONST(NGM_CISCO_SET_IPADDR);
	CONST(NGM_CISCO_GET_IPADDR);
	CONST(NGM_CISCO_GET_STATUS);

	STRUCT(ng_cisco_ipaddr);
	FIELD(ng_cisco_ipaddr, ipaddr);
	FIELD(ng_cisco_ipaddr, netmask);

	STRUCT(ng_cisco_stats);
	FIELD(ng_cisco_stats, seqRetries);
	FIELD(ng_cisco_stats, keepAlivePeriod);
}
