#include "abi.h"
#include <netgraph/ng_ether_echo.h>

#define HEADER "netgraph/ng_ether_echo.h"

void
abi(void)
{
	STRING(NG_ETHER_ECHO_NODE_TYPE);
	CONST(NGM_ETHER_ECHO_COOKIE);
}
