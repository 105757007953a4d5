/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All families, in their order; see metrics.h. */
#include "user/exporter/metrics/metrics.h"
#include "user/exporter/metrics/families.h"
#include "user/lib/array.h"
#include <string.h>

static const struct family *const tables[] = {
	families_daemon, families_heartbeat,  families_links, families_vrrp,
	families_pools,	 families_keepalived, families_lvs,
};

/* Of each entry of Accept only the type counts: whoever names OpenMetrics prefers it. */
enum metrics_format metrics_choose(const char *accept)
{
	return accept && strstr(accept, "application/openmetrics-text") ? METRICS_OPEN
									: METRICS_TEXT;
}

struct visit {
	struct metrics_writer *writer;
	const struct family *family;
};

static void on_object(void *context, const json_t *object, const struct metrics_label *labels)
{
	const struct visit *visit = context;

	visit->family->samples(visit->writer, visit->family, object, labels);
}

static void write_family(struct metrics_writer *writer, const struct family *family,
			 const json_t *snapshot)
{
	struct visit visit = {writer, family};

	metrics_family(writer, family->name, family->type, family->help);
	family->walk(snapshot, on_object, &visit);
}

void metrics_write(struct metrics_writer *writer, const json_t *snapshot)
{
	static const struct metrics_label none[1];

	writer->snapshot = snapshot;
	metrics_family(writer, "xbeat_up", METRICS_GAUGE, "Whether xbeatd answers.");
	metrics_count(writer, none, snapshot != NULL);
	metrics_family(writer, "keepalived_up", METRICS_GAUGE,
		       "Whether xbeatd answers, under the name of keepalived_exporter.");
	metrics_count(writer, none, snapshot != NULL);
	for (size_t i = 0; snapshot && i < ARRAY_SIZE(tables); i++)
		for (const struct family *family = tables[i]; family->name; family++)
			write_family(writer, family, snapshot);
}
