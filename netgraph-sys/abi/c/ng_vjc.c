#include "abi.h"
#include <netgraph/ng_vjc.h>

#define HEADER "netgraph/ng_vjc.h"

void
abi(void)
{
	STRING(NG_VJC_NODE_TYPE);
	CONST(NGM_VJC_COOKIE);

	STRING(NG_VJC_HOOK_IP);
	STRING(NG_VJC_HOOK_VJCOMP);
	STRING(NG_VJC_HOOK_VJUNCOMP);
	STRING(NG_VJC_HOOK_VJIP);

	CONST(NG_VJC_MIN_CHANNELS);
	CONST(NG_VJC_MAX_CHANNELS);

	STRUCT(ngm_vjc_config);
	FIELD(ngm_vjc_config, enableComp);
	FIELD(ngm_vjc_config, enableDecomp);
	FIELD(ngm_vjc_config, maxChannel);
	FIELD(ngm_vjc_config, compressCID);

	CONST(NGM_VJC_SET_CONFIG);
	CONST(NGM_VJC_GET_CONFIG);
	CONST(NGM_VJC_GET_STATE);
	CONST(NGM_VJC_CLR_STATS);
	CONST(NGM_VJC_RECV_ERROR);
}
