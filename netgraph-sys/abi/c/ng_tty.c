#include "abi.h"
#include <netgraph/ng_tty.h>

#define HEADER "netgraph/ng_tty.h"

void
abi(void)
{
	STRING(NG_TTY_NODE_TYPE);
	CONST(NGM_TTY_COOKIE);

	CONST(NG_TTY_DFL_HOTCHAR);

	STRING(NG_TTY_HOOK);

	CONST(NGM_TTY_GET_HOTCHAR);
	CONST(NGM_TTY_SET_HOTCHAR);
	CONST(NGM_TTY_SET_TTY);
}
