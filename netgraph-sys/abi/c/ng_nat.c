#include "abi.h"
#include <netgraph/ng_nat.h>

#define HEADER "netgraph/ng_nat.h"

void
abi(void)
{
	STRING(NG_NAT_NODE_TYPE);
	CONST(NGM_NAT_COOKIE);

	STRING(NG_NAT_HOOK_IN);
	STRING(NG_NAT_HOOK_OUT);

	STRUCT(ng_nat_mode);
	FIELD(ng_nat_mode, flags);
	FIELD(ng_nat_mode, mask);

	CONST(NG_NAT_LOG);
	CONST(NG_NAT_DENY_INCOMING);
	CONST(NG_NAT_SAME_PORTS);
	CONST(NG_NAT_UNREGISTERED_ONLY);
	CONST(NG_NAT_RESET_ON_ADDR_CHANGE);
	CONST(NG_NAT_PROXY_ONLY);
	CONST(NG_NAT_REVERSE);
	CONST(NG_NAT_UNREGISTERED_CGN);
	CONST(NG_NAT_UDP_EIM);

	CONST(NG_NAT_DESC_LENGTH);
	CONST(NG_NAT_REDIRPROTO_ADDR);

	STRUCT(ng_nat_redirect_port);
	FIELD(ng_nat_redirect_port, local_addr);
	FIELD(ng_nat_redirect_port, alias_addr);
	FIELD(ng_nat_redirect_port, remote_addr);
	FIELD(ng_nat_redirect_port, local_port);
	FIELD(ng_nat_redirect_port, alias_port);
	FIELD(ng_nat_redirect_port, remote_port);
	FIELD(ng_nat_redirect_port, proto);
	FIELD(ng_nat_redirect_port, description);

	STRUCT(ng_nat_redirect_addr);
	FIELD(ng_nat_redirect_addr, local_addr);
	FIELD(ng_nat_redirect_addr, alias_addr);
	FIELD(ng_nat_redirect_addr, description);

	STRUCT(ng_nat_redirect_proto);
	FIELD(ng_nat_redirect_proto, local_addr);
	FIELD(ng_nat_redirect_proto, alias_addr);
	FIELD(ng_nat_redirect_proto, remote_addr);
	FIELD(ng_nat_redirect_proto, proto);
	FIELD(ng_nat_redirect_proto, description);

	STRUCT(ng_nat_add_server);
	FIELD(ng_nat_add_server, id);
	FIELD(ng_nat_add_server, addr);
	FIELD(ng_nat_add_server, port);

	STRUCT(ng_nat_listrdrs_entry);
	FIELD(ng_nat_listrdrs_entry, id);
	FIELD(ng_nat_listrdrs_entry, local_addr);
	FIELD(ng_nat_listrdrs_entry, alias_addr);
	FIELD(ng_nat_listrdrs_entry, remote_addr);
	FIELD(ng_nat_listrdrs_entry, local_port);
	FIELD(ng_nat_listrdrs_entry, alias_port);
	FIELD(ng_nat_listrdrs_entry, remote_port);
	FIELD(ng_nat_listrdrs_entry, proto);
	FIELD(ng_nat_listrdrs_entry, lsnat);
	FIELD(ng_nat_listrdrs_entry, description);

	STRUCT(ng_nat_list_redirects);
	FIELD(ng_nat_list_redirects, total_count);
	FLEXIBLE(ng_nat_list_redirects, redirects);

	STRUCT(ng_nat_libalias_info);
	FIELD(ng_nat_libalias_info, icmpLinkCount);
	FIELD(ng_nat_libalias_info, udpLinkCount);
	FIELD(ng_nat_libalias_info, tcpLinkCount);
	FIELD(ng_nat_libalias_info, sctpLinkCount);
	FIELD(ng_nat_libalias_info, pptpLinkCount);
	FIELD(ng_nat_libalias_info, protoLinkCount);
	FIELD(ng_nat_libalias_info, fragmentIdLinkCount);
	FIELD(ng_nat_libalias_info, fragmentPtrLinkCount);
	FIELD(ng_nat_libalias_info, sockCount);

	CONST(NGM_NAT_SET_IPADDR);
	CONST(NGM_NAT_SET_MODE);
	CONST(NGM_NAT_SET_TARGET);
	CONST(NGM_NAT_REDIRECT_PORT);
	CONST(NGM_NAT_REDIRECT_ADDR);
	CONST(NGM_NAT_REDIRECT_PROTO);
	CONST(NGM_NAT_REDIRECT_DYNAMIC);
	CONST(NGM_NAT_REDIRECT_DELETE);
	CONST(NGM_NAT_ADD_SERVER);
	CONST(NGM_NAT_LIST_REDIRECTS);
	CONST(NGM_NAT_PROXY_RULE);
	CONST(NGM_NAT_LIBALIAS_INFO);
	CONST(NGM_NAT_SET_DLT);
	CONST(NGM_NAT_GET_DLT);
}
