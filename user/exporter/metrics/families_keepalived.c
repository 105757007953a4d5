/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same under the names of keepalived_exporter (github.com/mehdy/keepalived-exporter), for rules
 * and dashboards that exist. What xbeatd does not count for each instance is missing. */
#include "user/exporter/metrics/families.h"
#include <string.h>

/* The number of the member among the names. */
static void family_index_of(const struct metrics_writer *writer, const struct family *family,
			    const json_t *object, const struct metrics_label *labels)
{
	const char *text = json_string_value(walk_member(object, family->member));

	for (int i = 0; text && family->names[i]; i++)
		if (!strcmp(family->names[i], text))
			metrics_count(writer, labels, i);
}

#define COUNTED(name, help, member)                                                                \
	FAMILY("keepalived_" name, COUNTER, keepalived, number, member, help, NULL)

const struct family families_keepalived[] = {
	FAMILY("keepalived_vrrp_state", GAUGE, keepalived_addresses, index_of, "keepalived_state",
	       "0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.", "INIT", "BACKUP", "MASTER", "FAULT"),
	COUNTED("advertisements_received", "Adverts received.", "adverts.received"),
	COUNTED("advertisements_sent", "Adverts sent.", "adverts.sent"),
	COUNTED("become_master", "How often this node became Active.", "became_active_count"),
	COUNTED("release_master", "How often it stopped being Active.", "left_active_count"),
	COUNTED("priority_zero_received", "Adverts of priority 0 received.",
		"adverts.release_received"),
	COUNTED("priority_zero_sent", "Adverts of priority 0 sent.", "adverts.release_sent"),
	FAMILY("keepalived_script_status", GAUGE, keepalived_scripts, is, "status",
	       "0 BAD, 1 GOOD.", "up"),
	{0},
};
