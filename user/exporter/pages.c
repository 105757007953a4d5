/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pages for programs; see pages.h. */
#include "user/exporter/pages.h"
#include "user/exporter/exporter.h"
#include "user/exporter/metrics/metrics.h"
#include "user/exporter/own_metrics.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

#define PLAIN "text/plain; charset=utf-8"

struct scrape {
	struct exporter *exporter;
	struct evhttp_request *request;
	enum metrics_format format;
	uint64_t begun_ns;
};

/* To be freed. */
static char *metrics_text(const struct exporter *exporter, const json_t *snapshot,
			  enum metrics_format format, size_t *length)
{
	char *text = NULL;
	struct metrics_writer writer = {.output = open_memstream(&text, length), .format = format};

	if (!writer.output)
		limits_out_of_memory();
	metrics_write(&writer, snapshot);
	own_metrics_write(&writer, exporter);
	metrics_end(&writer);
	if (fclose(writer.output))
		limits_out_of_memory();
	return text;
}

static void on_snapshot(void *context, const struct snapshot *snapshot)
{
	struct scrape *scrape = context;
	struct exporter *exporter = scrape->exporter;
	const char *type = scrape->format == METRICS_OPEN ? METRICS_OPEN_TYPE : METRICS_TEXT_TYPE;
	size_t length;
	char *text = metrics_text(exporter, snapshot->json, scrape->format, &length);

	http_reply(scrape->request, 200, type, text, length);
	exporter->scrape_ns = time_since_ns(clock_now_ns(), scrape->begun_ns);
	free(text);
	free(scrape);
}

static void metrics(void *context, struct evhttp_request *request)
{
	struct exporter *exporter = context;
	struct scrape *scrape = calloc(1, sizeof(*scrape));

	if (!scrape)
		limits_out_of_memory();
	*scrape = (struct scrape){exporter, request, metrics_choose(http_header(request, "Accept")),
				  clock_now_ns()};
	snapshot_ask(exporter->source, on_snapshot, scrape);
}

/* That the exporter itself runs. */
static void healthz(void *context, struct evhttp_request *request)
{
	(void)context;
	http_reply(request, 200, PLAIN, "ok\n", strlen("ok\n"));
}

const struct http_route pages_routes[] = {
	{"/metrics", metrics, false},
	{"/healthz", healthz, true},
	{NULL, NULL, false},
};
