/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics of the exporter itself; see own_metrics.h. */
#include "user/exporter/own_metrics.h"

static const char *const reasons[] = {
#define X(id, name, status, text) [HTTP_REFUSAL_##id] = name,
	HTTP_REFUSALS(X)
#undef X
};

static void write_answers(struct metrics_writer *writer, const struct connections_counts *counts)
{
	char code[12];
	const struct metrics_label labels[] = {{"code", code}, {0}};

	metrics_family(writer, "xbeat_exporter_requests", METRICS_COUNTER,
		       "Answers of the exporter, by status.");
	for (unsigned i = 0; i < CONNECTIONS_CODES_MAX; i++) {
		if (!counts->answers[i])
			continue;
		snprintf(code, sizeof(code), "%u", i);
		metrics_count(writer, labels, (int64_t)counts->answers[i]);
	}
}

static void write_refusals(struct metrics_writer *writer, const struct connections_counts *counts)
{
	metrics_family(writer, "xbeat_exporter_refused", METRICS_COUNTER,
		       "Requests and connections that the exporter refused.");
	for (size_t i = 0; i < HTTP_REFUSAL_COUNT; i++) {
		const struct metrics_label labels[] = {{"reason", reasons[i]}, {0}};

		metrics_count(writer, labels, (int64_t)counts->refused[i]);
	}
}

void own_metrics_write(struct metrics_writer *writer, const struct exporter *exporter)
{
	static const struct metrics_label none[1];
	const struct connections *connections = &exporter->server.connections;

	write_answers(writer, &connections->counts);
	write_refusals(writer, &connections->counts);
	metrics_family(writer, "xbeat_exporter_connections", METRICS_GAUGE,
		       "Open connections to the exporter.");
	metrics_count(writer, none, (int64_t)connections->count);
	metrics_family(writer, "xbeat_exporter_snapshots", METRICS_COUNTER,
		       "How often xbeatd answered, or did not, what it knows.");
	metrics_count(writer, none, (int64_t)snapshot_source_count(exporter->source));
	metrics_family(writer, "xbeat_exporter_scrape_seconds", METRICS_GAUGE,
		       "How long the last scrape took in the exporter.");
	metrics_seconds(writer, none, exporter->scrape_ns);
}
