#include "abi.h"
#include <netgraph/ng_bridge.h>

#define HEADER "netgraph/ng_bridge.h"

void
abi(void)
{
	STRING(NG_BRIDGE_NODE_TYPE);
	CONST(NGM_BRIDGE_COOKIE);

	STRING(NG_BRIDGE_HOOK_LINK_PREFIX);
	STRING(NG_BRIDGE_HOOK_LINK_FMT);
	STRING(NG_BRIDGE_HOOK_UPLINK_PREFIX);
	STRING(NG_BRIDGE_HOOK_UPLINK_FMT);

	STRUCT(ng_bridge_config);
	FIELD(ng_bridge_config, debugLevel);
	FIELD(ng_bridge_config, loopTimeout);
	FIELD(ng_bridge_config, maxStaleness);
	FIELD(ng_bridge_config, minStableAge);

	STRUCT(ng_bridge_link_stats);
	FIELD(ng_bridge_link_stats, recvOctets);
	FIELD(ng_bridge_link_stats, recvPackets);
	FIELD(ng_bridge_link_stats, recvMulticasts);
	FIELD(ng_bridge_link_stats, recvBroadcasts);
	FIELD(ng_bridge_link_stats, recvUnknown);
	FIELD(ng_bridge_link_stats, recvRunts);
	FIELD(ng_bridge_link_stats, recvInvalid);
	FIELD(ng_bridge_link_stats, xmitOctets);
	FIELD(ng_bridge_link_stats, xmitPackets);
	FIELD(ng_bridge_link_stats, xmitMulticasts);
	FIELD(ng_bridge_link_stats, xmitBroadcasts);
	FIELD(ng_bridge_link_stats, loopDrops);
	FIELD(ng_bridge_link_stats, loopDetects);
	FIELD(ng_bridge_link_stats, memoryFailures);

	STRUCT(ng_bridge_hostent);
	FIELD(ng_bridge_hostent, addr);
	FIELD(ng_bridge_hostent, hook);
	FIELD(ng_bridge_hostent, age);
	FIELD(ng_bridge_hostent, staleness);

	STRUCT(ng_bridge_host_ary);
	FIELD(ng_bridge_host_ary, numHosts);
	FLEXIBLE(ng_bridge_host_ary, hosts);

	STRUCT(ng_bridge_move_host);
	FIELD(ng_bridge_move_host, addr);
	FIELD(ng_bridge_move_host, hook);

	CONST(NGM_BRIDGE_SET_CONFIG);
	CONST(NGM_BRIDGE_GET_CONFIG);
	CONST(NGM_BRIDGE_RESET);
	CONST(NGM_BRIDGE_GET_STATS);
	CONST(NGM_BRIDGE_CLR_STATS);
	CONST(NGM_BRIDGE_GETCLR_STATS);
	CONST(NGM_BRIDGE_GET_TABLE);
	CONST(NGM_BRIDGE_SET_PERSISTENT);
	CONST(NGM_BRIDGE_MOVE_HOST);
}
