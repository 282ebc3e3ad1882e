#include "abi.h"
#define NG_TAG_DEBUG
#include <netgraph/ng_tag.h>

#define HEADER "netgraph/ng_tag.h"

void
abi(void)
{
	STRING(NG_TAG_NODE_TYPE);
	CONST(NGM_TAG_COOKIE);

	STRUCT(ng_tag_hookin);
	FIELD(ng_tag_hookin, thisHook);
	FIELD(ng_tag_hookin, ifMatch);
	FIELD(ng_tag_hookin, ifNotMatch);
	FIELD(ng_tag_hookin, strip);
	FIELD(ng_tag_hookin, tag_cookie);
	FIELD(ng_tag_hookin, tag_id);
	FIELD(ng_tag_hookin, tag_len);
	FLEXIBLE(ng_tag_hookin, tag_data);

	STRUCT(ng_tag_hookout);
	FIELD(ng_tag_hookout, thisHook);
	FIELD(ng_tag_hookout, tag_cookie);
	FIELD(ng_tag_hookout, tag_id);
	FIELD(ng_tag_hookout, tag_len);
	FLEXIBLE(ng_tag_hookout, tag_data);

	STRUCT(ng_tag_hookstat);
	FIELD(ng_tag_hookstat, recvFrames);
	FIELD(ng_tag_hookstat, recvOctets);
	FIELD(ng_tag_hookstat, recvMatchFrames);
	FIELD(ng_tag_hookstat, recvMatchOctets);
	FIELD(ng_tag_hookstat, xmitFrames);
	FIELD(ng_tag_hookstat, xmitOctets);

	CONST(NGM_TAG_SET_HOOKIN);
	CONST(NGM_TAG_GET_HOOKIN);
	CONST(NGM_TAG_SET_HOOKOUT);
	CONST(NGM_TAG_GET_HOOKOUT);
	CONST(NGM_TAG_GET_STATS);
	CONST(NGM_TAG_CLR_STATS);
	CONST(NGM_TAG_GETCLR_STATS);
}
