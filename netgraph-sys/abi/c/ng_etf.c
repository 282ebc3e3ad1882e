#include "abi.h"
#include <netgraph/ng_etf.h>

#define HEADER "netgraph/ng_etf.h"

void
abi(void)
{
	STRING(NG_ETF_NODE_TYPE);
	CONST(NGM_ETF_COOKIE);

	STRING(NG_ETF_HOOK_DOWNSTREAM);
	STRING(NG_ETF_HOOK_NOMATCH);

	CONST(NGM_ETF_SET_FLAG);
	CONST(NGM_ETF_GET_STATUS);
	CONST(NGM_ETF_SET_FILTER);

	STRUCT(ng_etfstat);
	FIELD(ng_etfstat, packets_in);
	FIELD(ng_etfstat, packets_out);

	STRUCT(ng_etffilter);
	FIELD(ng_etffilter, matchhook);
	FIELD(ng_etffilter, ethertype);
}
