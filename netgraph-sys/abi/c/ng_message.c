#include "abi.h"
#include <netgraph/ng_message.h>

#define HEADER "netgraph/ng_message.h"

void
abi(void)
{
	CONST(NG_TYPESIZ);
	CONST(NG_HOOKSIZ);
	CONST(NG_NODESIZ);
	CONST(NG_PATHSIZ);
	CONST(NG_CMDSTRSIZ);
	CONST(NG_TEXTRESPONSE);

	STRUCT(ng_msghdr);
	FIELD(ng_msghdr, version);
	FIELD(ng_msghdr, spare);
	FIELD(ng_msghdr, spare2);
	FIELD(ng_msghdr, arglen);
	FIELD(ng_msghdr, cmd);
	FIELD(ng_msghdr, flags);
	FIELD(ng_msghdr, token);
	FIELD(ng_msghdr, typecookie);
	FIELD(ng_msghdr, cmdstr);

	STRUCT(ng_mesg);
	FIELD(ng_mesg, header);
	FLEXIBLE(ng_mesg, data);

	CONST(NGM_READONLY);
	CONST(NGM_HASREPLY);

	CONST(NG_VERSION);

	CONST(NGF_ORIG);
	CONST(NGF_RESP);

	CONST(NGM_GENERIC_COOKIE);

	CONST(NGM_SHUTDOWN);
	CONST(NGM_MKPEER);
	CONST(NGM_CONNECT);
	CONST(NGM_NAME);
	CONST(NGM_RMHOOK);
	CONST(NGM_NODEINFO);
	CONST(NGM_LISTHOOKS);
	CONST(NGM_LISTNAMES);
	CONST(NGM_LISTNODES);
	CONST(NGM_LISTTYPES);
	CONST(NGM_TEXT_STATUS);
	CONST(NGM_BINARY2ASCII);
	CONST(NGM_ASCII2BINARY);
	CONST(NGM_TEXT_CONFIG);

	CONST(NGM_FLOW_COOKIE);

	CONST(NGM_LINK_IS_UP);
	CONST(NGM_LINK_IS_DOWN);
	CONST(NGM_HIGH_WATER_PASSED);
	CONST(NGM_LOW_WATER_PASSED);
	CONST(NGM_SYNC_QUEUE_STATE);

	CONST(NGM_DROP_LINK);
	CONST(NGM_RAISE_LINK);
	CONST(NGM_FLUSH_QUEUE);
	CONST(NGM_GET_BANDWIDTH);
	CONST(NGM_SET_XMIT_Q_LIMITS);
	CONST(NGM_GET_XMIT_Q_LIMITS);
	CONST(NGM_MICROMANAGE);
	CONST(NGM_SET_FLOW_MANAGER);

	STRUCT(ngm_mkpeer);
	FIELD(ngm_mkpeer, type);
	FIELD(ngm_mkpeer, ourhook);
	FIELD(ngm_mkpeer, peerhook);

	STRUCT(ngm_connect);
	FIELD(ngm_connect, path);
	FIELD(ngm_connect, ourhook);
	FIELD(ngm_connect, peerhook);

	STRUCT(ngm_name);
	FIELD(ngm_name, name);

	STRUCT(ngm_rmhook);
	FIELD(ngm_rmhook, ourhook);

	STRUCT(nodeinfo);
	FIELD(nodeinfo, name);
	FIELD(nodeinfo, type);
	FIELD(nodeinfo, id);
	FIELD(nodeinfo, hooks);

	STRUCT(linkinfo);
	FIELD(linkinfo, ourhook);
	FIELD(linkinfo, peerhook);
	FIELD(linkinfo, nodeinfo);

	STRUCT(hooklist);
	FIELD(hooklist, nodeinfo);
	FLEXIBLE(hooklist, link);

	STRUCT(namelist);
	FIELD(namelist, numnames);
	FLEXIBLE(namelist, nodeinfo);

	STRUCT(typeinfo);
	FIELD(typeinfo, type_name);
	FIELD(typeinfo, numnodes);

	STRUCT(typelist);
	FIELD(typelist, numtypes);
	FLEXIBLE(typelist, typeinfo);

	STRUCT(ngm_bandwidth);
	FIELD(ngm_bandwidth, nominal_in);
	FIELD(ngm_bandwidth, seen_in);
	FIELD(ngm_bandwidth, nominal_out);
	FIELD(ngm_bandwidth, seen_out);

	STRUCT(ngm_queue_state);
	FIELD(ngm_queue_state, queue_priority);
	FIELD(ngm_queue_state, max_queuelen_bytes);
	FIELD(ngm_queue_state, max_queuelen_packets);
	FIELD(ngm_queue_state, low_watermark);
	FIELD(ngm_queue_state, high_watermark);
	FIELD(ngm_queue_state, current);

	STRUCT(flow_manager);
	FIELD(flow_manager, id);

	CONST(NGIOCGINFO);
	CONST(NGIOCSETNAME);
}
