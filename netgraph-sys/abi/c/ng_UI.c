#include "abi.h"
#include <netgraph/ng_UI.h>

#define HEADER "netgraph/ng_UI.h"

void
abi(void)
{
	STRING(NG_UI_NODE_TYPE);
	CONST(NGM_UI_COOKIE);

	STRING(NG_UI_HOOK_DOWNSTREAM);
	STRING(NG_UI_HOOK_UPSTREAM);
}
