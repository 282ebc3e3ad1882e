#include "abi.h"
#include <sys/mbuf.h>

#define HEADER "sys/mbuf.h"

void
abi(void)
{
	CONST(CSUM_IP);
	CONST(CSUM_UDP);
	CONST(CSUM_TCP);
	CONST(CSUM_SCTP);
	CONST(CSUM_UDP_IPV6);
	CONST(CSUM_TCP_IPV6);
	CONST(CSUM_SCTP_IPV6);
}
