/* This header is not among those of the compiler: it belongs to a library. */
#include "abi.h"
#if __has_include(<netgraph.h>)
#include <netgraph.h>

#define HEADER "netgraph.h"

void
abi(void)
{
	FUNCTION(NgMkSockNode, int(const char *, int *, int *));
	FUNCTION(NgNameNode, int(int, const char *, const char *, ...));
	FUNCTION(NgSendMsg, int(int, const char *, int, int, const void *, size_t));
	FUNCTION(NgSendAsciiMsg, int(int, const char *, const char *, ...));
	FUNCTION(NgSendReplyMsg, int(int, const char *, const struct ng_mesg *, const void *, size_t));
	FUNCTION(NgRecvMsg, int(int, struct ng_mesg *, size_t, char *));
	FUNCTION(NgAllocRecvMsg, int(int, struct ng_mesg **, char *));
	FUNCTION(NgRecvAsciiMsg, int(int, struct ng_mesg *, size_t, char *));
	FUNCTION(NgAllocRecvAsciiMsg, int(int, struct ng_mesg **, char *));
	FUNCTION(NgSendData, int(int, const char *, const u_char *, size_t));
	FUNCTION(NgRecvData, int(int, u_char *, size_t, char *));
	FUNCTION(NgAllocRecvData, int(int, u_char **, char *));
	FUNCTION(NgSetDebug, int(int));
	FUNCTION(NgSetErrLog, void(void (*)(const char *, ...), void (*)(const char *, ...)));
}
#endif
