#include "abi.h"
#include <netgraph/ng_ip_input.h>

#define HEADER "netgraph/ng_ip_input.h"

void
abi(void)
{
	STRING(NG_IP_INPUT_NODE_TYPE);
	CONST(NGM_IP_INPUT_COOKIE);
}
