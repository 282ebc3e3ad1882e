#include "abi.h"
#include <netgraph/ng_hub.h>

#define HEADER "netgraph/ng_hub.h"

void
abi(void)
{
	STRING(NG_HUB_NODE_TYPE);
	CONST(NGM_HUB_COOKIE);

	CONST(NGM_HUB_SET_PERSISTENT);
}
