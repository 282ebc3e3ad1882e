#include "abi.h"
#include <netgraph/ng_ksocket.h>

#define HEADER "netgraph/ng_ksocket.h"

void
abi(void)
{
	STRING(NG_KSOCKET_NODE_TYPE);
	CONST(NGM_KSOCKET_COOKIE);

	STRUCT(ng_ksocket_sockopt);
	FIELD(ng_ksocket_sockopt, level);
	FIELD(ng_ksocket_sockopt, name);
	FLEXIBLE(ng_ksocket_sockopt, value);

	CONST(NG_KSOCKET_MAX_OPTLEN);

	STRUCT(ng_ksocket_accept);
	FIELD(ng_ksocket_accept, nodeid);
	FIELD(ng_ksocket_accept, addr);

	CONST(NGM_KSOCKET_BIND);
	CONST(NGM_KSOCKET_LISTEN);
	CONST(NGM_KSOCKET_ACCEPT);
	CONST(NGM_KSOCKET_CONNECT);
	CONST(NGM_KSOCKET_GETNAME);
	CONST(NGM_KSOCKET_GETPEERNAME);
	CONST(NGM_KSOCKET_SETOPT);
	CONST(NGM_KSOCKET_GETOPT);
}
