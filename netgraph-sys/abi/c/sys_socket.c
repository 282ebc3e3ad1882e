#include "abi.h"
#include <sys/socket.h>

#define HEADER "sys/socket.h"

void
abi(void)
{
	CONST(AF_NETGRAPH);
	CONST(PF_NETGRAPH);
}
