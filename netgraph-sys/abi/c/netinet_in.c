#include "abi.h"
#include <netinet/in.h>

#define HEADER "netinet/in.h"

void
abi(void)
{
	STRUCT(in_addr);
	FIELD(in_addr, s_addr);

	STRUCT(in6_addr);
	FIELD(in6_addr, s6_addr);

	STRUCT(sockaddr_in);
	FIELD(sockaddr_in, sin_len);
	FIELD(sockaddr_in, sin_family);
	FIELD(sockaddr_in, sin_port);
	FIELD(sockaddr_in, sin_addr);
	FIELD(sockaddr_in, sin_zero);

	STRUCT(sockaddr_in6);
	FIELD(sockaddr_in6, sin6_len);
	FIELD(sockaddr_in6, sin6_family);
	FIELD(sockaddr_in6, sin6_port);
	FIELD(sockaddr_in6, sin6_flowinfo);
	FIELD(sockaddr_in6, sin6_addr);
	FIELD(sockaddr_in6, sin6_scope_id);

	CONST(IPPROTO_IP);
	CONST(IPPROTO_ICMP);
	CONST(IPPROTO_IGMP);
	CONST(IPPROTO_TCP);
	CONST(IPPROTO_UDP);
	CONST(IPPROTO_IPV6);
	CONST(IPPROTO_GRE);
	CONST(IPPROTO_ESP);
	CONST(IPPROTO_AH);
	CONST(IPPROTO_SWIPE);
	CONST(IPPROTO_ICMPV6);
	CONST(IPPROTO_ENCAP);
	CONST(IPPROTO_PIM);
	CONST(IPPROTO_SCTP);
	CONST(IPPROTO_RAW);
	CONST(IPPROTO_MAX);
	CONST(IPPROTO_DIVERT);
}
