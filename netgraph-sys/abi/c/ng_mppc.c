#include "abi.h"
#include <netgraph/ng_mppc.h>

#define HEADER "netgraph/ng_mppc.h"

void
abi(void)
{
	STRING(NG_MPPC_NODE_TYPE);
	CONST(NGM_MPPC_COOKIE);

	STRING(NG_MPPC_HOOK_COMP);
	STRING(NG_MPPC_HOOK_DECOMP);

	CONST(MPPE_KEY_LEN);

	CONST(MPPC_BIT);
	CONST(MPPE_40);
	CONST(MPPE_56);
	CONST(MPPE_128);
	CONST(MPPE_BITS);
	CONST(MPPE_STATELESS);
	CONST(MPPC_VALID_BITS);

	STRUCT(ng_mppc_config);
	FIELD(ng_mppc_config, enable);
	FIELD(ng_mppc_config, bits);
	FIELD(ng_mppc_config, startkey);

	CONST(NGM_MPPC_CONFIG_COMP);
	CONST(NGM_MPPC_CONFIG_DECOMP);
	CONST(NGM_MPPC_RESETREQ);
}
