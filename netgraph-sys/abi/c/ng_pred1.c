#include "abi.h"
#include <netgraph/ng_pred1.h>

#define HEADER "netgraph/ng_pred1.h"

void
abi(void)
{
	STRING(NG_PRED1_NODE_TYPE);
	CONST(NGM_PRED1_COOKIE);

	STRING(NG_PRED1_HOOK_COMP);
	STRING(NG_PRED1_HOOK_DECOMP);

	STRUCT(ng_pred1_config);
	FIELD(ng_pred1_config, enable);

	STRUCT(ng_pred1_stats);
	FIELD(ng_pred1_stats, FramesPlain);
	FIELD(ng_pred1_stats, FramesComp);
	FIELD(ng_pred1_stats, FramesUncomp);
	FIELD(ng_pred1_stats, InOctets);
	FIELD(ng_pred1_stats, OutOctets);
	FIELD(ng_pred1_stats, Errors);

	CONST(NGM_PRED1_CONFIG);
	CONST(NGM_PRED1_RESETREQ);
	CONST(NGM_PRED1_GET_STATS);
	CONST(NGM_PRED1_CLR_STATS);
	CONST(NGM_PRED1_GETCLR_STATS);
}
