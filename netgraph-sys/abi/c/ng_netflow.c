#include "abi.h"
#include <netgraph/netflow/ng_netflow.h>

#define HEADER "netgraph/netflow/ng_netflow.h"

void
abi(void)
{
	STRING(NG_NETFLOW_NODE_TYPE);
	CONST(NGM_NETFLOW_COOKIE);
	CONST(NGM_NETFLOW_V9_COOKIE);

	CONST(NG_NETFLOW_MAXIFACES);

	STRING(NG_NETFLOW_HOOK_DATA);
	STRING(NG_NETFLOW_HOOK_OUT);
	STRING(NG_NETFLOW_HOOK_EXPORT);
	STRING(NG_NETFLOW_HOOK_EXPORT9);

	CONST(NGM_NETFLOW_INFO);
	CONST(NGM_NETFLOW_IFINFO);
	CONST(NGM_NETFLOW_SHOW);
	CONST(NGM_NETFLOW_SETDLT);
	CONST(NGM_NETFLOW_SETIFINDEX);
	CONST(NGM_NETFLOW_SETTIMEOUTS);
	CONST(NGM_NETFLOW_SETCONFIG);
	CONST(NGM_NETFLOW_SETTEMPLATE);
	CONST(NGM_NETFLOW_SETMTU);
	CONST(NGM_NETFLOW_V9INFO);

	STRUCT(ng_netflow_info);
	FIELD(ng_netflow_info, nfinfo_bytes);
	FIELD(ng_netflow_info, nfinfo_packets);
	FIELD(ng_netflow_info, nfinfo_bytes6);
	FIELD(ng_netflow_info, nfinfo_packets6);
	FIELD(ng_netflow_info, nfinfo_sbytes);
	FIELD(ng_netflow_info, nfinfo_spackets);
	FIELD(ng_netflow_info, nfinfo_sbytes6);
	FIELD(ng_netflow_info, nfinfo_spackets6);
	FIELD(ng_netflow_info, nfinfo_act_exp);
	FIELD(ng_netflow_info, nfinfo_inact_exp);
	FIELD(ng_netflow_info, nfinfo_used);
	FIELD(ng_netflow_info, nfinfo_used6);
	FIELD(ng_netflow_info, nfinfo_alloc_failed);
	FIELD(ng_netflow_info, nfinfo_export_failed);
	FIELD(ng_netflow_info, nfinfo_export9_failed);
	FIELD(ng_netflow_info, nfinfo_realloc_mbuf);
	FIELD(ng_netflow_info, nfinfo_alloc_fibs);
	FIELD(ng_netflow_info, nfinfo_inact_t);
	FIELD(ng_netflow_info, nfinfo_act_t);

	STRUCT(ng_netflow_ifinfo);
	FIELD(ng_netflow_ifinfo, ifinfo_packets);
	FIELD(ng_netflow_ifinfo, ifinfo_dlt);
	FIELD(ng_netflow_ifinfo, ifinfo_index);
	FIELD(ng_netflow_ifinfo, conf);

	CONST(MAXDLTNAMELEN);

	STRUCT(ng_netflow_setdlt);
	FIELD(ng_netflow_setdlt, iface);
	FIELD(ng_netflow_setdlt, dlt);

	STRUCT(ng_netflow_setifindex);
	FIELD(ng_netflow_setifindex, iface);
	FIELD(ng_netflow_setifindex, index);

	STRUCT(ng_netflow_settimeouts);
	FIELD(ng_netflow_settimeouts, inactive_timeout);
	FIELD(ng_netflow_settimeouts, active_timeout);

	CONST(NG_NETFLOW_CONF_INGRESS);
	CONST(NG_NETFLOW_CONF_EGRESS);
	CONST(NG_NETFLOW_CONF_ONCE);
	CONST(NG_NETFLOW_CONF_THISONCE);
	CONST(NG_NETFLOW_CONF_NOSRCLOOKUP);
	CONST(NG_NETFLOW_CONF_NODSTLOOKUP);
	CONST(NG_NETFLOW_IS_FRAG);
	CONST(NG_NETFLOW_FLOW_FLAGS);

	STRUCT(ng_netflow_setconfig);
	FIELD(ng_netflow_setconfig, iface);
	FIELD(ng_netflow_setconfig, conf);

	STRUCT(ng_netflow_settemplate);
	FIELD(ng_netflow_settemplate, time);
	FIELD(ng_netflow_settemplate, packets);

	STRUCT(ng_netflow_setmtu);
	FIELD(ng_netflow_setmtu, mtu);

	STRUCT(ngnf_show_header);
	FIELD(ngnf_show_header, version);
	FIELD(ngnf_show_header, hash_id);
	FIELD(ngnf_show_header, list_id);
	FIELD(ngnf_show_header, nentries);

	STRUCT(ng_netflow_v9info);
	FIELD(ng_netflow_v9info, templ_packets);
	FIELD(ng_netflow_v9info, templ_time);
	FIELD(ng_netflow_v9info, mtu);

	STRUCT(flow_rec);
	FIELD(flow_rec, flow_type);
	FIELD(flow_rec, fib);
	FIELD(flow_rec, r_src);
	FIELD(flow_rec, r_dst);
	FIELD(flow_rec, r_sport);
	FIELD(flow_rec, r_dport);
	FIELD(flow_rec, r_ip_p);
	FIELD(flow_rec, r_tos);
	FIELD(flow_rec, r_i_ifx);

	STRUCT(flow6_rec);
	FIELD(flow6_rec, flow_type);
	FIELD(flow6_rec, fib);
	FIELD(flow6_rec, src);
	FIELD(flow6_rec, dst);
	FIELD(flow6_rec, r_sport);
	FIELD(flow6_rec, r_dport);
	FIELD(flow6_rec, r_ip_p);
	FIELD(flow6_rec, r_tos);
	FIELD(flow6_rec, r_i_ifx);

	STRUCT(flow_entry_data);
	FIELD(flow_entry_data, version);
	FIELD(flow_entry_data, r);
	FIELD(flow_entry_data, next_hop);
	FIELD(flow_entry_data, fle_o_ifx);
	FIELD(flow_entry_data, dst_mask);
	FIELD(flow_entry_data, src_mask);
	FIELD(flow_entry_data, packets);
	FIELD(flow_entry_data, bytes);
	FIELD(flow_entry_data, first);
	FIELD(flow_entry_data, last);
	FIELD(flow_entry_data, tcp_flags);

	STRUCT(flow6_entry_data);
	FIELD(flow6_entry_data, version);
	FIELD(flow6_entry_data, r);
	FIELD(flow6_entry_data, n);
	FIELD(flow6_entry_data, fle_o_ifx);
	FIELD(flow6_entry_data, dst_mask);
	FIELD(flow6_entry_data, src_mask);
	FIELD(flow6_entry_data, packets);
	FIELD(flow6_entry_data, bytes);
	FIELD(flow6_entry_data, first);
	FIELD(flow6_entry_data, last);
	FIELD(flow6_entry_data, tcp_flags);

	CONST(NREC_AT_ONCE);
	CONST(NREC6_AT_ONCE);
	CONST(NGRESP_SIZE);
	CONST(SORCVBUF_SIZE);
}
