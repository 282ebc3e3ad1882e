#include "abi.h"
#include <netgraph/ng_split.h>

#define HEADER "netgraph/ng_split.h"

void
abi(void)
{
	STRING(NG_SPLIT_NODE_TYPE);
	CONST(NGM_SPLIT_COOKIE);

	STRING(NG_SPLIT_HOOK_MIXED);
	STRING(NG_SPLIT_HOOK_OUT);
	STRING(NG_SPLIT_HOOK_IN);
}
