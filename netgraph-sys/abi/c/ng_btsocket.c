#include "abi.h"
#include <bitstring.h>
#include <netgraph/bluetooth/include/ng_hci.h>
#include <netgraph/bluetooth/include/ng_l2cap.h>
#define L2CAP_SOCKET_CHECKED
#include <netgraph/bluetooth/include/ng_btsocket.h>

#define HEADER "netgraph/bluetooth/include/ng_btsocket.h"

void
abi(void)
{
	STRING(NG_BTSOCKET_HCI_RAW_NODE_TYPE);
	STRING(NG_BTSOCKET_L2CAP_RAW_NODE_TYPE);
	STRING(NG_BTSOCKET_L2CAP_NODE_TYPE);
	STRING(NG_BTSOCKET_SCO_NODE_TYPE);
}
