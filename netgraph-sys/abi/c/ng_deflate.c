#include "abi.h"
#include <netgraph/ng_deflate.h>

#define HEADER "netgraph/ng_deflate.h"

void
abi(void)
{
	STRING(NG_DEFLATE_NODE_TYPE);
	CONST(NGM_DEFLATE_COOKIE);

	STRING(NG_DEFLATE_HOOK_COMP);
	STRING(NG_DEFLATE_HOOK_DECOMP);

	STRUCT(ng_deflate_config);
	FIELD(ng_deflate_config, enable);
	FIELD(ng_deflate_config, windowBits);

	STRUCT(ng_deflate_stats);
	FIELD(ng_deflate_stats, FramesPlain);
	FIELD(ng_deflate_stats, FramesComp);
	FIELD(ng_deflate_stats, FramesUncomp);
	FIELD(ng_deflate_stats, InOctets);
	FIELD(ng_deflate_stats, OutOctets);
	FIELD(ng_deflate_stats, Errors);

	CONST(NGM_DEFLATE_CONFIG);
	CONST(NGM_DEFLATE_RESETREQ);
	CONST(NGM_DEFLATE_GET_STATS);
	CONST(NGM_DEFLATE_CLR_STATS);
	CONST(NGM_DEFLATE_GETCLR_STATS);
}
