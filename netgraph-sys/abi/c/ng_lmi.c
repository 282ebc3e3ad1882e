#include "abi.h"
#include <netgraph/ng_lmi.h>

#define HEADER "netgraph/ng_lmi.h"

void
abi(void)
{
	STRING(NG_LMI_NODE_TYPE);
	CONST(NGM_LMI_COOKIE);

	STRING(NG_LMI_HOOK_DEBUG);
	STRING(NG_LMI_HOOK_ANNEXA);
	STRING(NG_LMI_HOOK_ANNEXD);
	STRING(NG_LMI_HOOK_GROUPOF4);
	STRING(NG_LMI_HOOK_AUTO0);
	STRING(NG_LMI_HOOK_AUTO1023);

	CONST(NGM_LMI_GET_STATUS);

	CONST(NGM_LMI_STAT_ARYSIZE);

	STRUCT(nglmistat);
	FIELD(nglmistat, proto);
	FIELD(nglmistat, hook);
	FIELD(nglmistat, fixed);
	FIELD(nglmistat, autod);
	FIELD(nglmistat, seen);
	FIELD(nglmistat, up);

	CONST(NG_LMI_KEEPALIVE_RATE);
	CONST(NG_LMI_POLL_RATE);
	CONST(NG_LMI_SEQ_PER_FULL);
	CONST(NG_LMI_LMI_PRIORITY);
}
