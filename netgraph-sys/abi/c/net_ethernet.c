#include "abi.h"
#include <net/ethernet.h>

#define HEADER "net/ethernet.h"

void
abi(void)
{
	CONST(ETHER_ADDR_LEN);
	CONST(ETHER_MAX_LEN_JUMBO);

	STRUCT(ether_header);
	FIELD(ether_header, ether_dhost);
	FIELD(ether_header, ether_shost);
	FIELD(ether_header, ether_type);

	CONST(ETHERTYPE_VLAN);
	CONST(ETHERTYPE_QINQ);
	CONST(ETHERTYPE_8021Q9100);
	CONST(ETHERTYPE_8021Q9200);
	CONST(ETHERTYPE_8021Q9300);
}
