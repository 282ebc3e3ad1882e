#include "abi.h"
#include <sys/un.h>

#define HEADER "sys/un.h"

void
abi(void)
{
	STRUCT(sockaddr_un);
	FIELD(sockaddr_un, sun_len);
	FIELD(sockaddr_un, sun_family);
	FIELD(sockaddr_un, sun_path);
}
