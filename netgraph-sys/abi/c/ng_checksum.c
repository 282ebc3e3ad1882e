#include "abi.h"
#include <sys/mbuf.h>
#include <netgraph/ng_checksum.h>

#define HEADER "netgraph/ng_checksum.h"

void
abi(void)
{
	STRING(NG_CHECKSUM_NODE_TYPE);
	CONST(NGM_CHECKSUM_COOKIE);

	STRING(NG_CHECKSUM_HOOK_IN);
	STRING(NG_CHECKSUM_HOOK_OUT);

	CONST(NG_CHECKSUM_CSUM_IPV4);
	CONST(NG_CHECKSUM_CSUM_IPV6);

	CONST(NGM_CHECKSUM_GETDLT);
	CONST(NGM_CHECKSUM_SETDLT);
	CONST(NGM_CHECKSUM_GETCONFIG);
	CONST(NGM_CHECKSUM_SETCONFIG);
	CONST(NGM_CHECKSUM_GETCLR_STATS);
	CONST(NGM_CHECKSUM_GET_STATS);
	CONST(NGM_CHECKSUM_CLR_STATS);

	STRUCT(ng_checksum_config);
	FIELD(ng_checksum_config, csum_flags);
	FIELD(ng_checksum_config, csum_offload);

	STRUCT(ng_checksum_stats);
	FIELD(ng_checksum_stats, received);
	FIELD(ng_checksum_stats, processed);
	FIELD(ng_checksum_stats, dropped);

	STRUCT(ng_checksum_vlan_header);
	FIELD(ng_checksum_vlan_header, tag);
	FIELD(ng_checksum_vlan_header, etype);
}
