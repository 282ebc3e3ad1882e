#include "abi.h"
#include <netgraph/ng_tcpmss.h>

#define HEADER "netgraph/ng_tcpmss.h"

void
abi(void)
{
	STRING(NG_TCPMSS_NODE_TYPE);
	CONST(NGM_TCPMSS_COOKIE);

	STRUCT(ng_tcpmss_hookstat);
	FIELD(ng_tcpmss_hookstat, Octets);
	FIELD(ng_tcpmss_hookstat, Packets);
	FIELD(ng_tcpmss_hookstat, maxMSS);
	FIELD(ng_tcpmss_hookstat, SYNPkts);
	FIELD(ng_tcpmss_hookstat, FixedPkts);

	STRUCT(ng_tcpmss_config);
	FIELD(ng_tcpmss_config, inHook);
	FIELD(ng_tcpmss_config, outHook);
	FIELD(ng_tcpmss_config, maxMSS);

	CONST(NGM_TCPMSS_GET_STATS);
	CONST(NGM_TCPMSS_CLR_STATS);
	CONST(NGM_TCPMSS_GETCLR_STATS);
	CONST(NGM_TCPMSS_CONFIG);
}
