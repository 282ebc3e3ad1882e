#include "abi.h"
#include <sys/mbuf.h>
#include <netgraph/ng_patch.h>

#define HEADER "netgraph/ng_patch.h"

void
abi(void)
{
	STRING(NG_PATCH_NODE_TYPE);
	CONST(NGM_PATCH_COOKIE);

	STRING(NG_PATCH_HOOK_IN);
	STRING(NG_PATCH_HOOK_OUT);

	CONST(NG_PATCH_CSUM_IPV4);
	CONST(NG_PATCH_CSUM_IPV6);

	CONST(NGM_PATCH_SETCONFIG);
	CONST(NGM_PATCH_GETCONFIG);
	CONST(NGM_PATCH_GET_STATS);
	CONST(NGM_PATCH_CLR_STATS);
	CONST(NGM_PATCH_GETCLR_STATS);
	CONST(NGM_PATCH_GETDLT);
	CONST(NGM_PATCH_SETDLT);

	CONST(NG_PATCH_MODE_SET);
	CONST(NG_PATCH_MODE_ADD);
	CONST(NG_PATCH_MODE_SUB);
	CONST(NG_PATCH_MODE_MUL);
	CONST(NG_PATCH_MODE_DIV);
	CONST(NG_PATCH_MODE_NEG);
	CONST(NG_PATCH_MODE_AND);
	CONST(NG_PATCH_MODE_OR);
	CONST(NG_PATCH_MODE_XOR);
	CONST(NG_PATCH_MODE_SHL);
	CONST(NG_PATCH_MODE_SHR);

	UNION(ng_patch_op_val);
	ARM(ng_patch_op_val, v8);

	STRUCT(ng_patch_op);
	FIELD(ng_patch_op, offset);
	FIELD(ng_patch_op, length);
	FIELD(ng_patch_op, mode);
	FIELD(ng_patch_op, val);

	STRUCT(ng_patch_config);
	FIELD(ng_patch_config, count);
	FIELD(ng_patch_config, csum_flags);
	FIELD(ng_patch_config, relative_offset);
	FLEXIBLE(ng_patch_config, ops);

	STRUCT(ng_patch_stats);
	FIELD(ng_patch_stats, received);
	FIELD(ng_patch_stats, patched);
	FIELD(ng_patch_stats, dropped);

	STRUCT(ng_patch_vlan_header);
	FIELD(ng_patch_vlan_header, tag);
	FIELD(ng_patch_vlan_header, etype);
}
