#include "abi.h"
#include <netgraph/ng_echo.h>

#define HEADER "netgraph/ng_echo.h"

void
abi(void)
{
	STRING(NG_ECHO_NODE_TYPE);
	CONST(NGM_ECHO_COOKIE);
}
