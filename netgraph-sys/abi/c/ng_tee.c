#include "abi.h"
#include <netgraph/ng_tee.h>

#define HEADER "netgraph/ng_tee.h"

void
abi(void)
{
	STRING(NG_TEE_NODE_TYPE);
	CONST(NGM_TEE_COOKIE);

	STRING(NG_TEE_HOOK_RIGHT);
	STRING(NG_TEE_HOOK_LEFT);
	STRING(NG_TEE_HOOK_RIGHT2LEFT);
	STRING(NG_TEE_HOOK_LEFT2RIGHT);

	STRUCT(ng_tee_hookstat);
	FIELD(ng_tee_hookstat, inOctets);
	FIELD(ng_tee_hookstat, inFrames);
	FIELD(ng_tee_hookstat, outOctets);
	FIELD(ng_tee_hookstat, outFrames);

	STRUCT(ng_tee_stats);
	FIELD(ng_tee_stats, right);
	FIELD(ng_tee_stats, left);
	FIELD(ng_tee_stats, right2left);
	FIELD(ng_tee_stats, left2right);

	CONST(NGM_TEE_GET_STATS);
	CONST(NGM_TEE_CLR_STATS);
	CONST(NGM_TEE_GETCLR_STATS);
}
