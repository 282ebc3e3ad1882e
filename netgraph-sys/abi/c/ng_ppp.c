#include "abi.h"
#include <netgraph/ng_ppp.h>

#define HEADER "netgraph/ng_ppp.h"

void
abi(void)
{
	STRING(NG_PPP_NODE_TYPE);
	CONST(NGM_PPP_COOKIE);

	CONST(NG_PPP_MAX_LINKS);
	CONST(NG_PPP_BUNDLE_LINKNUM);
	CONST(NG_PPP_MAX_LATENCY);
	CONST(NG_PPP_MAX_BANDWIDTH);

	STRING(NG_PPP_HOOK_BYPASS);
	STRING(NG_PPP_HOOK_COMPRESS);
	STRING(NG_PPP_HOOK_DECOMPRESS);
	STRING(NG_PPP_HOOK_ENCRYPT);
	STRING(NG_PPP_HOOK_DECRYPT);
	STRING(NG_PPP_HOOK_VJC_IP);
	STRING(NG_PPP_HOOK_VJC_COMP);
	STRING(NG_PPP_HOOK_VJC_UNCOMP);
	STRING(NG_PPP_HOOK_VJC_VJIP);
	STRING(NG_PPP_HOOK_INET);
	STRING(NG_PPP_HOOK_ATALK);
	STRING(NG_PPP_HOOK_IPX);
	STRING(NG_PPP_HOOK_IPV6);
	STRING(NG_PPP_HOOK_LINK_PREFIX);

	CONST(NG_PPP_COMPRESS_NONE);
	CONST(NG_PPP_COMPRESS_SIMPLE);
	CONST(NG_PPP_COMPRESS_FULL);

	CONST(NG_PPP_DECOMPRESS_NONE);
	CONST(NG_PPP_DECOMPRESS_SIMPLE);
	CONST(NG_PPP_DECOMPRESS_FULL);

	CONST(NGM_PPP_SET_CONFIG);
	CONST(NGM_PPP_GET_CONFIG);
	CONST(NGM_PPP_GET_MP_STATE);
	CONST(NGM_PPP_GET_LINK_STATS);
	CONST(NGM_PPP_CLR_LINK_STATS);
	CONST(NGM_PPP_GETCLR_LINK_STATS);
	CONST(NGM_PPP_GET_LINK_STATS64);
	CONST(NGM_PPP_GETCLR_LINK_STATS64);

	STRUCT(ng_ppp_mp_state);
	FIELD(ng_ppp_mp_state, rseq);
	FIELD(ng_ppp_mp_state, mseq);
	FIELD(ng_ppp_mp_state, xseq);

	STRUCT(ng_ppp_link_conf);
	FIELD(ng_ppp_link_conf, enableLink);
	FIELD(ng_ppp_link_conf, enableProtoComp);
	FIELD(ng_ppp_link_conf, enableACFComp);
	FIELD(ng_ppp_link_conf, mru);
	FIELD(ng_ppp_link_conf, latency);
	FIELD(ng_ppp_link_conf, bandwidth);

	STRUCT(ng_ppp_bund_conf);
	FIELD(ng_ppp_bund_conf, mrru);
	FIELD(ng_ppp_bund_conf, enableMultilink);
	FIELD(ng_ppp_bund_conf, recvShortSeq);
	FIELD(ng_ppp_bund_conf, xmitShortSeq);
	FIELD(ng_ppp_bund_conf, enableRoundRobin);
	FIELD(ng_ppp_bund_conf, enableIP);
	FIELD(ng_ppp_bund_conf, enableIPv6);
	FIELD(ng_ppp_bund_conf, enableAtalk);
	FIELD(ng_ppp_bund_conf, enableIPX);
	FIELD(ng_ppp_bund_conf, enableCompression);
	FIELD(ng_ppp_bund_conf, enableDecompression);
	FIELD(ng_ppp_bund_conf, enableEncryption);
	FIELD(ng_ppp_bund_conf, enableDecryption);
	FIELD(ng_ppp_bund_conf, enableVJCompression);
	FIELD(ng_ppp_bund_conf, enableVJDecompression);

	STRUCT(ng_ppp_node_conf);
	FIELD(ng_ppp_node_conf, bund);
	FIELD(ng_ppp_node_conf, links);

	STRUCT(ng_ppp_link_stat);
	FIELD(ng_ppp_link_stat, xmitFrames);
	FIELD(ng_ppp_link_stat, xmitOctets);
	FIELD(ng_ppp_link_stat, recvFrames);
	FIELD(ng_ppp_link_stat, recvOctets);
	FIELD(ng_ppp_link_stat, badProtos);
	FIELD(ng_ppp_link_stat, runts);
	FIELD(ng_ppp_link_stat, dupFragments);
	FIELD(ng_ppp_link_stat, dropFragments);

	STRUCT(ng_ppp_link_stat64);
	FIELD(ng_ppp_link_stat64, xmitFrames);
	FIELD(ng_ppp_link_stat64, xmitOctets);
	FIELD(ng_ppp_link_stat64, recvFrames);
	FIELD(ng_ppp_link_stat64, recvOctets);
	FIELD(ng_ppp_link_stat64, badProtos);
	FIELD(ng_ppp_link_stat64, runts);
	FIELD(ng_ppp_link_stat64, dupFragments);
	FIELD(ng_ppp_link_stat64, dropFragments);
}
