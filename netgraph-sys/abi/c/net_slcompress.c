#include "abi.h"
#include <netinet/in_systm.h>
#include <netinet/ip.h>
#include <net/slcompress.h>

#define HEADER "net/slcompress.h"

void
abi(void)
{
	CONST(MAX_STATES);
	CONST(MAX_HDR);

	STRUCT(cstate);
	FIELD(cstate, cs_next);
	FIELD(cstate, cs_hlen);
	FIELD(cstate, cs_id);
	FIELD(cstate, cs_filler);
	FIELD(cstate, slcs_u);

	STRUCT(slcompress);
	FIELD(slcompress, last_cs);
	FIELD(slcompress, last_recv);
	FIELD(slcompress, last_xmit);
	FIELD(slcompress, flags);
	FIELD(slcompress, sls_packets);
	FIELD(slcompress, sls_compressed);
	FIELD(slcompress, sls_searches);
	FIELD(slcompress, sls_misses);
	FIELD(slcompress, sls_uncompressedin);
	FIELD(slcompress, sls_compressedin);
	FIELD(slcompress, sls_errorin);
	FIELD(slcompress, sls_tossed);
	FIELD(slcompress, tstate);
	FIELD(slcompress, rstate);

	CONST(SLF_TOSS);
}
