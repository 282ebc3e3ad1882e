#include "abi.h"
#include <net/if.h>

#define HEADER "net/if.h"

void
abi(void)
{
	CONST(IFNAMSIZ);
}
