#include "abi.h"
#include <sys/time.h>

#define HEADER "sys/time.h"

void
abi(void)
{
	STRUCT(timeval);
	FIELD(timeval, tv_sec);
	FIELD(timeval, tv_usec);
}
