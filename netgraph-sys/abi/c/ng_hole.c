#include "abi.h"
#include <netgraph/ng_hole.h>

#define HEADER "netgraph/ng_hole.h"

void
abi(void)
{
	STRING(NG_HOLE_NODE_TYPE);
	CONST(NGM_HOLE_COOKIE);

	STRUCT(ng_hole_hookstat);
	FIELD(ng_hole_hookstat, frames);
	FIELD(ng_hole_hookstat, octets);

	CONST(NGM_HOLE_GET_STATS);
	CONST(NGM_HOLE_CLR_STATS);
	CONST(NGM_HOLE_GETCLR_STATS);
}
