#include "abi.h"
#include <netgraph/ng_source.h>

#define HEADER "netgraph/ng_source.h"

void
abi(void)
{
	STRING(NG_SOURCE_NODE_TYPE);
	CONST(NGM_SOURCE_COOKIE);

	STRING(NG_SOURCE_HOOK_INPUT);
	STRING(NG_SOURCE_HOOK_OUTPUT);

	STRUCT(ng_source_stats);
	FIELD(ng_source_stats, outOctets);
	FIELD(ng_source_stats, outFrames);
	FIELD(ng_source_stats, queueOctets);
	FIELD(ng_source_stats, queueFrames);
	FIELD(ng_source_stats, maxPps);
	FIELD(ng_source_stats, startTime);
	FIELD(ng_source_stats, endTime);
	FIELD(ng_source_stats, elapsedTime);
	FIELD(ng_source_stats, lastTime);

	STRUCT(ng_source_embed_info);
	FIELD(ng_source_embed_info, offset);
	FIELD(ng_source_embed_info, flags);
	FIELD(ng_source_embed_info, spare);

	CONST(NGM_SOURCE_EMBED_ENABLE);
	CONST(NGM_SOURCE_INC_CNT_PER_LIST);

	CONST(NG_SOURCE_COUNTERS);

	STRUCT(ng_source_embed_cnt_info);
	FIELD(ng_source_embed_cnt_info, offset);
	FIELD(ng_source_embed_cnt_info, flags);
	FIELD(ng_source_embed_cnt_info, width);
	FIELD(ng_source_embed_cnt_info, next_val);
	FIELD(ng_source_embed_cnt_info, min_val);
	FIELD(ng_source_embed_cnt_info, max_val);
	FIELD(ng_source_embed_cnt_info, increment);
	FIELD(ng_source_embed_cnt_info, index);

	CONST(NGM_SOURCE_GET_STATS);
	CONST(NGM_SOURCE_CLR_STATS);
	CONST(NGM_SOURCE_GETCLR_STATS);
	CONST(NGM_SOURCE_START);
	CONST(NGM_SOURCE_STOP);
	CONST(NGM_SOURCE_CLR_DATA);
	CONST(NGM_SOURCE_SETIFACE);
	CONST(NGM_SOURCE_SETPPS);
	CONST(NGM_SOURCE_SET_TIMESTAMP);
	CONST(NGM_SOURCE_GET_TIMESTAMP);
	CONST(NGM_SOURCE_SET_COUNTER);
	CONST(NGM_SOURCE_GET_COUNTER);
}
