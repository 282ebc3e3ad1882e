#include "abi.h"
#include <netgraph/ng_frame_relay.h>

#define HEADER "netgraph/ng_frame_relay.h"

void
abi(void)
{
	STRING(NG_FRAMERELAY_NODE_TYPE);
	CONST(NGM_FRAMERELAY_COOKIE);

	STRING(NG_FRAMERELAY_HOOK_DEBUG);
	STRING(NG_FRAMERELAY_HOOK_DOWNSTREAM);
	STRING(NG_FRAMERELAY_HOOK_DLCI);
}
