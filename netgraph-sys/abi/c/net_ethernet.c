#include "abi.h"
#include <net/ethernet.h>

#define HEADER "net/ethernet.h"

void
abi(void)
{
	CONST(ETHER_ADDR_LEN);
	CONST(ETHER_MAX_LEN_JUMBO);
}
