#include "abi.h"
#include <sys/socket.h>

#define HEADER "sys/socket.h"

void
abi(void)
{
	CONST(AF_NETGRAPH);
	CONST(PF_NETGRAPH);

	CONST(AF_LOCAL);
	CONST(AF_INET);
	CONST(AF_INET6);
	CONST(AF_ATM);
	CONST(AF_DIVERT);

	CONST(SOCK_STREAM);
	CONST(SOCK_DGRAM);
	CONST(SOCK_RAW);
	CONST(SOCK_RDM);
	CONST(SOCK_SEQPACKET);

	CONST(SOCK_MAXADDRLEN);

	STRUCT(sockaddr);
	FIELD(sockaddr, sa_len);
	FIELD(sockaddr, sa_family);
	FIELD(sockaddr, sa_data);
}
