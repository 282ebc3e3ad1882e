#include "abi.h"
#include <netgraph/ng_ipfw.h>

#define HEADER "netgraph/ng_ipfw.h"

void
abi(void)
{
	STRING(NG_IPFW_NODE_TYPE);
	CONST(NGM_IPFW_COOKIE);
}
