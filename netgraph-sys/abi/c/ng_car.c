#include "abi.h"
#include <netgraph/ng_car.h>

#define HEADER "netgraph/ng_car.h"

void
abi(void)
{
	STRING(NG_CAR_NODE_TYPE);
	CONST(NGM_CAR_COOKIE);

	STRING(NG_CAR_HOOK_UPPER);
	STRING(NG_CAR_HOOK_LOWER);

	STRUCT(ng_car_hookstats);
	FIELD(ng_car_hookstats, passed_pkts);
	FIELD(ng_car_hookstats, dropped_pkts);
	FIELD(ng_car_hookstats, green_pkts);
	FIELD(ng_car_hookstats, yellow_pkts);
	FIELD(ng_car_hookstats, red_pkts);
	FIELD(ng_car_hookstats, errors);

	STRUCT(ng_car_bulkstats);
	FIELD(ng_car_bulkstats, upstream);
	FIELD(ng_car_bulkstats, downstream);

	STRUCT(ng_car_hookconf);
	FIELD(ng_car_hookconf, cbs);
	FIELD(ng_car_hookconf, ebs);
	FIELD(ng_car_hookconf, cir);
	FIELD(ng_car_hookconf, pir);
	FIELD(ng_car_hookconf, green_action);
	FIELD(ng_car_hookconf, yellow_action);
	FIELD(ng_car_hookconf, red_action);
	FIELD(ng_car_hookconf, mode);
	FIELD(ng_car_hookconf, opt);

	CONST(NG_CAR_CBS_MIN);
	CONST(NG_CAR_EBS_MIN);
	CONST(NG_CAR_CIR_DFLT);

	CONST(NG_CAR_ACTION_FORWARD);
	CONST(NG_CAR_ACTION_DROP);
	CONST(NG_CAR_ACTION_MARK);

	CONST(NG_CAR_SINGLE_RATE);
	CONST(NG_CAR_DOUBLE_RATE);
	CONST(NG_CAR_RED);
	CONST(NG_CAR_SHAPE);

	CONST(NG_CAR_COLOR_AWARE);
	CONST(NG_CAR_COUNT_PACKETS);

	STRUCT(ng_car_bulkconf);
	FIELD(ng_car_bulkconf, upstream);
	FIELD(ng_car_bulkconf, downstream);

	CONST(NGM_CAR_GET_STATS);
	CONST(NGM_CAR_CLR_STATS);
	CONST(NGM_CAR_GETCLR_STATS);
	CONST(NGM_CAR_GET_CONF);
	CONST(NGM_CAR_SET_CONF);
}
