#include "abi.h"
#include <netgraph/ng_device.h>

#define HEADER "netgraph/ng_device.h"

void
abi(void)
{
	STRING(NG_DEVICE_NODE_TYPE);
	CONST(NGM_DEVICE_COOKIE);
	STRING(NG_DEVICE_DEVNAME);

	CONST(NGM_DEVICE_GET_DEVNAME);
	CONST(NGM_DEVICE_ETHERALIGN);
}
