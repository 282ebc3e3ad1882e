#include "abi.h"
#include <netgraph/ng_pptpgre.h>

#define HEADER "netgraph/ng_pptpgre.h"

void
abi(void)
{
	STRING(NG_PPTPGRE_NODE_TYPE);
	CONST(NGM_PPTPGRE_COOKIE);

	STRING(NG_PPTPGRE_HOOK_UPPER);
	STRING(NG_PPTPGRE_HOOK_LOWER);
	STRING(NG_PPTPGRE_HOOK_SESSION_P);
	STRING(NG_PPTPGRE_HOOK_SESSION_F);

	STRUCT(ng_pptpgre_conf);
	FIELD(ng_pptpgre_conf, enabled);
	FIELD(ng_pptpgre_conf, enableDelayedAck);
	FIELD(ng_pptpgre_conf, enableAlwaysAck);
	FIELD(ng_pptpgre_conf, enableWindowing);
	FIELD(ng_pptpgre_conf, cid);
	FIELD(ng_pptpgre_conf, peerCid);
	FIELD(ng_pptpgre_conf, recvWin);
	FIELD(ng_pptpgre_conf, peerPpd);

	STRUCT(ng_pptpgre_stats);
	FIELD(ng_pptpgre_stats, xmitPackets);
	FIELD(ng_pptpgre_stats, xmitOctets);
	FIELD(ng_pptpgre_stats, xmitLoneAcks);
	FIELD(ng_pptpgre_stats, xmitDrops);
	FIELD(ng_pptpgre_stats, xmitTooBig);
	FIELD(ng_pptpgre_stats, recvPackets);
	FIELD(ng_pptpgre_stats, recvOctets);
	FIELD(ng_pptpgre_stats, recvRunts);
	FIELD(ng_pptpgre_stats, recvBadGRE);
	FIELD(ng_pptpgre_stats, recvBadAcks);
	FIELD(ng_pptpgre_stats, recvBadCID);
	FIELD(ng_pptpgre_stats, recvOutOfOrder);
	FIELD(ng_pptpgre_stats, recvDuplicates);
	FIELD(ng_pptpgre_stats, recvLoneAcks);
	FIELD(ng_pptpgre_stats, recvAckTimeouts);
	FIELD(ng_pptpgre_stats, memoryFailures);
	FIELD(ng_pptpgre_stats, recvReorderOverflow);
	FIELD(ng_pptpgre_stats, recvReorderTimeouts);

	CONST(NGM_PPTPGRE_SET_CONFIG);
	CONST(NGM_PPTPGRE_GET_CONFIG);
	CONST(NGM_PPTPGRE_GET_STATS);
	CONST(NGM_PPTPGRE_CLR_STATS);
	CONST(NGM_PPTPGRE_GETCLR_STATS);
}
