#include "abi.h"
#include <netgraph/ng_socket.h>

#define HEADER "netgraph/ng_socket.h"

void
abi(void)
{
	STRING(NG_SOCKET_NODE_TYPE);
	CONST(NGM_SOCKET_COOKIE);

	CONST(NG_DATA);
	CONST(NG_CONTROL);

	CONST(NGM_SOCK_CMD_NOLINGER);
	CONST(NGM_SOCK_CMD_LINGER);

	STRUCT(sockaddr_ng);
	FIELD(sockaddr_ng, sg_len);
	FIELD(sockaddr_ng, sg_family);
	FIELD(sockaddr_ng, sg_data);
}
