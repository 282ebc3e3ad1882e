/* This header is not among those that FreeBSD installs. */
#include "abi.h"
#if __has_include(<dev/usb/misc/udbp.h>)
#include <dev/usb/misc/udbp.h>

#define HEADER "dev/usb/misc/udbp.h"

void
abi(void)
{
	STRING(NG_UDBP_NODE_TYPE);
	CONST(NGM_UDBP_COOKIE);

	STRING(NG_UDBP_HOOK_NAME);

	CONST(NGM_UDBP_SET_FLAG);
	CONST(NGM_UDBP_GET_STATUS);

	STRUCT(ngudbpstat);
	FIELD(ngudbpstat, packets_in);
	FIELD(ngudbpstat, packets_out);
}
#endif
