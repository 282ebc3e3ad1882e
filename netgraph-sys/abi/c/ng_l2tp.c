#include "abi.h"
#include <netgraph/ng_l2tp.h>

#define HEADER "netgraph/ng_l2tp.h"

void
abi(void)
{
	STRING(NG_L2TP_NODE_TYPE);
	CONST(NGM_L2TP_COOKIE);

	STRING(NG_L2TP_HOOK_CTRL);
	STRING(NG_L2TP_HOOK_LOWER);
	STRING(NG_L2TP_HOOK_SESSION_P);
	STRING(NG_L2TP_HOOK_SESSION_F);

	STRUCT(ng_l2tp_seq_config);
	FIELD(ng_l2tp_seq_config, ns);
	FIELD(ng_l2tp_seq_config, nr);
	FIELD(ng_l2tp_seq_config, rack);
	FIELD(ng_l2tp_seq_config, xack);

	STRUCT(ng_l2tp_config);
	FIELD(ng_l2tp_config, enabled);
	FIELD(ng_l2tp_config, match_id);
	FIELD(ng_l2tp_config, tunnel_id);
	FIELD(ng_l2tp_config, peer_id);
	FIELD(ng_l2tp_config, peer_win);
	FIELD(ng_l2tp_config, rexmit_max);
	FIELD(ng_l2tp_config, rexmit_max_to);

	STRUCT(ng_l2tp_sess_config);
	FIELD(ng_l2tp_sess_config, session_id);
	FIELD(ng_l2tp_sess_config, peer_id);
	FIELD(ng_l2tp_sess_config, control_dseq);
	FIELD(ng_l2tp_sess_config, enable_dseq);
	FIELD(ng_l2tp_sess_config, include_length);

	STRUCT(ng_l2tp_stats);
	FIELD(ng_l2tp_stats, xmitPackets);
	FIELD(ng_l2tp_stats, xmitOctets);
	FIELD(ng_l2tp_stats, xmitZLBs);
	FIELD(ng_l2tp_stats, xmitDrops);
	FIELD(ng_l2tp_stats, xmitTooBig);
	FIELD(ng_l2tp_stats, xmitInvalid);
	FIELD(ng_l2tp_stats, xmitDataTooBig);
	FIELD(ng_l2tp_stats, xmitRetransmits);
	FIELD(ng_l2tp_stats, recvPackets);
	FIELD(ng_l2tp_stats, recvOctets);
	FIELD(ng_l2tp_stats, recvRunts);
	FIELD(ng_l2tp_stats, recvInvalid);
	FIELD(ng_l2tp_stats, recvWrongTunnel);
	FIELD(ng_l2tp_stats, recvUnknownSID);
	FIELD(ng_l2tp_stats, recvBadAcks);
	FIELD(ng_l2tp_stats, recvOutOfOrder);
	FIELD(ng_l2tp_stats, recvDuplicates);
	FIELD(ng_l2tp_stats, recvDataDrops);
	FIELD(ng_l2tp_stats, recvZLBs);
	FIELD(ng_l2tp_stats, memoryFailures);

	STRUCT(ng_l2tp_session_stats);
	FIELD(ng_l2tp_session_stats, xmitPackets);
	FIELD(ng_l2tp_session_stats, xmitOctets);
	FIELD(ng_l2tp_session_stats, recvPackets);
	FIELD(ng_l2tp_session_stats, recvOctets);

	CONST(NGM_L2TP_SET_CONFIG);
	CONST(NGM_L2TP_GET_CONFIG);
	CONST(NGM_L2TP_SET_SESS_CONFIG);
	CONST(NGM_L2TP_GET_SESS_CONFIG);
	CONST(NGM_L2TP_GET_STATS);
	CONST(NGM_L2TP_CLR_STATS);
	CONST(NGM_L2TP_GETCLR_STATS);
	CONST(NGM_L2TP_GET_SESSION_STATS);
	CONST(NGM_L2TP_CLR_SESSION_STATS);
	CONST(NGM_L2TP_GETCLR_SESSION_STATS);
	CONST(NGM_L2TP_ACK_FAILURE);
	CONST(NGM_L2TP_SET_SEQ);
}
