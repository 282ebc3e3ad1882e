#include "abi.h"
#include <netgraph/ng_gif.h>

#define HEADER "netgraph/ng_gif.h"

void
abi(void)
{
	STRING(NG_GIF_NODE_TYPE);
	CONST(NGM_GIF_COOKIE);

	STRING(NG_GIF_HOOK_LOWER);
	STRING(NG_GIF_HOOK_DIVERT);
	STRING(NG_GIF_HOOK_ORPHAN);

	CONST(NGM_GIF_GET_IFNAME);
	CONST(NGM_GIF_GET_IFINDEX);
}
