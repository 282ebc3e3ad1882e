#include "abi.h"
#include <netgraph/ng_macfilter.h>

#define HEADER "netgraph/ng_macfilter.h"

void
abi(void)
{
	STRING(NG_MACFILTER_NODE_TYPE);
	CONST(NGM_MACFILTER_COOKIE);

	STRING(NG_MACFILTER_HOOK_ETHER);
	STRING(NG_MACFILTER_HOOK_DEFAULT);
	CONST(NG_MACFILTER_HOOK_DEFAULT_ID);

	CONST(NGM_MACFILTER_RESET);
	CONST(NGM_MACFILTER_DIRECT);
	CONST(NGM_MACFILTER_DIRECT_HOOKID);
	CONST(NGM_MACFILTER_GET_MACS);
	CONST(NGM_MACFILTER_GETCLR_MACS);
	CONST(NGM_MACFILTER_CLR_MACS);
	CONST(NGM_MACFILTER_GET_HOOKS);

	STRUCT(ngm_macfilter_direct);
	FIELD(ngm_macfilter_direct, ether);
	FIELD(ngm_macfilter_direct, hookname);

	STRUCT(ngm_macfilter_direct_hookid);
	FIELD(ngm_macfilter_direct_hookid, ether);
	FIELD(ngm_macfilter_direct_hookid, hookid);

	STRUCT(ngm_macfilter_mac);
	FIELD(ngm_macfilter_mac, ether);
	FIELD(ngm_macfilter_mac, hookid);
	FIELD(ngm_macfilter_mac, packets_in);
	FIELD(ngm_macfilter_mac, bytes_in);
	FIELD(ngm_macfilter_mac, packets_out);
	FIELD(ngm_macfilter_mac, bytes_out);

	STRUCT(ngm_macfilter_macs);
	FIELD(ngm_macfilter_macs, n);
	FLEXIBLE(ngm_macfilter_macs, macs);

	STRUCT(ngm_macfilter_hook);
	FIELD(ngm_macfilter_hook, hookname);
	FIELD(ngm_macfilter_hook, hookid);
	FIELD(ngm_macfilter_hook, maccnt);

	STRUCT(ngm_macfilter_hooks);
	FIELD(ngm_macfilter_hooks, n);
	FLEXIBLE(ngm_macfilter_hooks, hooks);
}
