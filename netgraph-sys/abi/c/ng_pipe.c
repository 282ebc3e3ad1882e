#include "abi.h"
#include <netgraph/ng_pipe.h>

#define HEADER "netgraph/ng_pipe.h"

void
abi(void)
{
	STRING(NG_PIPE_NODE_TYPE);
	CONST(NGM_PIPE_COOKIE);

	STRING(NG_PIPE_HOOK_UPPER);
	STRING(NG_PIPE_HOOK_LOWER);

	CONST(MAX_FSIZE);
	CONST(MAX_OHSIZE);

	STRUCT(ng_pipe_hookstat);
	FIELD(ng_pipe_hookstat, fwd_octets);
	FIELD(ng_pipe_hookstat, fwd_frames);
	FIELD(ng_pipe_hookstat, in_disc_octets);
	FIELD(ng_pipe_hookstat, in_disc_frames);
	FIELD(ng_pipe_hookstat, out_disc_octets);
	FIELD(ng_pipe_hookstat, out_disc_frames);

	STRUCT(ng_pipe_stats);
	FIELD(ng_pipe_stats, downstream);
	FIELD(ng_pipe_stats, upstream);

	STRUCT(ng_pipe_hookrun);
	FIELD(ng_pipe_hookrun, fifo_queues);
	FIELD(ng_pipe_hookrun, qin_octets);
	FIELD(ng_pipe_hookrun, qin_frames);
	FIELD(ng_pipe_hookrun, qout_octets);
	FIELD(ng_pipe_hookrun, qout_frames);

	STRUCT(ng_pipe_run);
	FIELD(ng_pipe_run, downstream);
	FIELD(ng_pipe_run, upstream);

	STRUCT(ng_pipe_hookcfg);
	FIELD(ng_pipe_hookcfg, bandwidth);
	FIELD(ng_pipe_hookcfg, ber);
	FIELD(ng_pipe_hookcfg, qin_size_limit);
	FIELD(ng_pipe_hookcfg, qout_size_limit);
	FIELD(ng_pipe_hookcfg, duplicate);
	FIELD(ng_pipe_hookcfg, fifo);
	FIELD(ng_pipe_hookcfg, drr);
	FIELD(ng_pipe_hookcfg, wfq);
	FIELD(ng_pipe_hookcfg, droptail);
	FIELD(ng_pipe_hookcfg, drophead);

	STRUCT(ng_pipe_cfg);
	FIELD(ng_pipe_cfg, bandwidth);
	FIELD(ng_pipe_cfg, delay);
	FIELD(ng_pipe_cfg, header_offset);
	FIELD(ng_pipe_cfg, overhead);
	FIELD(ng_pipe_cfg, downstream);
	FIELD(ng_pipe_cfg, upstream);

	CONST(NGM_PIPE_GET_STATS);
	CONST(NGM_PIPE_CLR_STATS);
	CONST(NGM_PIPE_GETCLR_STATS);
	CONST(NGM_PIPE_GET_RUN);
	CONST(NGM_PIPE_GET_CFG);
	CONST(NGM_PIPE_SET_CFG);
}
