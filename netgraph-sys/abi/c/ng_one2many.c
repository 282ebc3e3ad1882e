#include "abi.h"
#include <netgraph/ng_one2many.h>

#define HEADER "netgraph/ng_one2many.h"

void
abi(void)
{
	STRING(NG_ONE2MANY_NODE_TYPE);
	CONST(NGM_ONE2MANY_COOKIE);

	STRING(NG_ONE2MANY_HOOK_ONE);
	STRING(NG_ONE2MANY_HOOK_MANY_PREFIX);
	STRING(NG_ONE2MANY_HOOK_MANY_FMT);

	CONST(NG_ONE2MANY_MAX_LINKS);
	CONST(NG_ONE2MANY_ONE_LINKNUM);

	CONST(NG_ONE2MANY_XMIT_ROUNDROBIN);
	CONST(NG_ONE2MANY_XMIT_ALL);
	CONST(NG_ONE2MANY_XMIT_FAILOVER);

	CONST(NG_ONE2MANY_FAIL_MANUAL);
	CONST(NG_ONE2MANY_FAIL_NOTIFY);

	STRUCT(ng_one2many_config);
	FIELD(ng_one2many_config, xmitAlg);
	FIELD(ng_one2many_config, failAlg);
	FIELD(ng_one2many_config, enabledLinks);

	STRUCT(ng_one2many_link_stats);
	FIELD(ng_one2many_link_stats, recvOctets);
	FIELD(ng_one2many_link_stats, recvPackets);
	FIELD(ng_one2many_link_stats, xmitOctets);
	FIELD(ng_one2many_link_stats, xmitPackets);
	FIELD(ng_one2many_link_stats, memoryFailures);

	CONST(NGM_ONE2MANY_SET_CONFIG);
	CONST(NGM_ONE2MANY_GET_CONFIG);
	CONST(NGM_ONE2MANY_GET_STATS);
	CONST(NGM_ONE2MANY_CLR_STATS);
	CONST(NGM_ONE2MANY_GETCLR_STATS);
}
