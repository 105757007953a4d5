/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same under the names of keepalived_exporter (github.com/mehdy/keepalived-exporter), for rules
 * and dashboards that exist. */
#include "user/exporter/metrics/families.h"

static void state_number(const struct metrics_writer *writer, const struct family *family,
			 const json_t *object, const struct metrics_label *labels)
{
	int state = walk_keepalived_state(object);

	(void)family;
	if (state >= 0)
		metrics_count(writer, labels, state);
}

const struct family families_keepalived[] = {
	{"keepalived_vrrp_state",
	 METRICS_GAUGE,
	 "0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.",
	 walk_keepalived_addresses,
	 state_number,
	 NULL,
	 {NULL}},
	{"keepalived_advertisements_received",
	 METRICS_COUNTER,
	 "Adverts received.",
	 walk_keepalived,
	 family_number,
	 "adverts.received",
	 {NULL}},
	{"keepalived_advertisements_sent",
	 METRICS_COUNTER,
	 "Adverts sent.",
	 walk_keepalived,
	 family_number,
	 "adverts.sent",
	 {NULL}},
	{0},
};
