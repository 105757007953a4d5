/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics of VRRP instances and of what they track. */
#include "user/exporter/metrics/families.h"

const struct family families_vrrp[] = {
	{"xbeat_instance_priority",
	 METRICS_GAUGE,
	 "The priority that counts.",
	 walk_instances,
	 family_number,
	 "effective_priority",
	 {NULL}},
	{"xbeat_instance_configured_priority",
	 METRICS_GAUGE,
	 "The configured priority.",
	 walk_instances,
	 family_number,
	 "priority",
	 {NULL}},
	{0},
};
