#include "abi.h"
#include <netgraph/ng_async.h>

#define HEADER "netgraph/ng_async.h"

void
abi(void)
{
	STRING(NG_ASYNC_NODE_TYPE);
	CONST(NGM_ASYNC_COOKIE);

	STRING(NG_ASYNC_HOOK_SYNC);
	STRING(NG_ASYNC_HOOK_ASYNC);

	CONST(NG_ASYNC_MIN_MRU);
	CONST(NG_ASYNC_MAX_MRU);
	CONST(NG_ASYNC_DEFAULT_MRU);

	STRUCT(ng_async_stat);
	FIELD(ng_async_stat, syncOctets);
	FIELD(ng_async_stat, syncFrames);
	FIELD(ng_async_stat, syncOverflows);
	FIELD(ng_async_stat, asyncOctets);
	FIELD(ng_async_stat, asyncFrames);
	FIELD(ng_async_stat, asyncRunts);
	FIELD(ng_async_stat, asyncOverflows);
	FIELD(ng_async_stat, asyncBadCheckSums);

	STRUCT(ng_async_cfg);
	FIELD(ng_async_cfg, enabled);
	FIELD(ng_async_cfg, amru);
	FIELD(ng_async_cfg, smru);
	FIELD(ng_async_cfg, accm);

	CONST(NGM_ASYNC_CMD_GET_STATS);
	CONST(NGM_ASYNC_CMD_CLR_STATS);
	CONST(NGM_ASYNC_CMD_SET_CONFIG);
	CONST(NGM_ASYNC_CMD_GET_CONFIG);
}
