/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pages for programs; see pages.h. */
#include "user/exporter/pages.h"
#include "user/exporter/exporter.h"
#include "user/exporter/metrics/metrics.h"
#include "user/exporter/own_metrics.h"
#include "user/health/health.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include <stdio.h>
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

/* A line for each problem. To be freed. */
static char *problems_text(const json_t *health, size_t *length)
{
	char *text = NULL;
	FILE *output = open_memstream(&text, length);
	json_t *problem;
	size_t index;

	if (!output)
		limits_out_of_memory();
	json_array_foreach(json_object_get(health, "problems"), index, problem)
		fprintf(output, "%s: %s\n", json_string_value(json_object_get(problem, "severity")),
			json_string_value(json_object_get(problem, "text")));
	if (!index)
		fputs("ok\n", output);
	if (fclose(output))
		limits_out_of_memory();
	return text;
}

static void reply_health(struct evhttp_request *request, const json_t *snapshot)
{
	json_t *health = health_judge(snapshot);
	bool healthy = json_is_true(json_object_get(health, "healthy"));
	size_t length;
	char *text = problems_text(health, &length);

	http_reply(request, healthy ? 200 : 503, PLAIN, text, length);
	free(text);
	json_decref(health);
}

static void on_snapshot_for_health(void *context, const struct snapshot *snapshot)
{
	char text[sizeof(snapshot->failure) + 32];
	int length;

	if (snapshot->json) {
		reply_health(context, snapshot->json);
		return;
	}
	length = snprintf(text, sizeof(text), "error: xbeatd: %s\n", snapshot->failure);
	http_reply(context, 503, PLAIN, text, (size_t)length);
}

/* That xbeatd answers, and that all is well: as xbeatctl health. */
static void readyz(void *context, struct evhttp_request *request)
{
	struct exporter *exporter = context;

	snapshot_ask(exporter->source, on_snapshot_for_health, request);
}

const struct http_route pages_routes[] = {
	{"/metrics", metrics, false},
	{"/healthz", healthz, true},
	{"/readyz", readyz, false},
	{NULL, NULL, false},
};
