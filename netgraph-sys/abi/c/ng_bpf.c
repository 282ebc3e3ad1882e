#include "abi.h"
#include <net/bpf.h>
#include <netgraph/ng_bpf.h>

#define HEADER "netgraph/ng_bpf.h"

void
abi(void)
{
	STRING(NG_BPF_NODE_TYPE);
	CONST(NGM_BPF_COOKIE);

	STRUCT(ng_bpf_hookprog);
	FIELD(ng_bpf_hookprog, thisHook);
	FIELD(ng_bpf_hookprog, ifMatch);
	FIELD(ng_bpf_hookprog, ifNotMatch);
	FIELD(ng_bpf_hookprog, bpf_prog_len);
	FLEXIBLE(ng_bpf_hookprog, bpf_prog);

	STRUCT(ng_bpf_hookstat);
	FIELD(ng_bpf_hookstat, recvFrames);
	FIELD(ng_bpf_hookstat, recvOctets);
	FIELD(ng_bpf_hookstat, recvMatchFrames);
	FIELD(ng_bpf_hookstat, recvMatchOctets);
	FIELD(ng_bpf_hookstat, xmitFrames);
	FIELD(ng_bpf_hookstat, xmitOctets);

	CONST(NGM_BPF_SET_PROGRAM);
	CONST(NGM_BPF_GET_PROGRAM);
	CONST(NGM_BPF_GET_STATS);
	CONST(NGM_BPF_CLR_STATS);
	CONST(NGM_BPF_GETCLR_STATS);
}
