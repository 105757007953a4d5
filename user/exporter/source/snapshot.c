/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One answer for all; see snapshot.h. */
#include "user/exporter/source/snapshot.h"
#include "user/exporter/source/link.h"
#include "user/lib/array.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct waiting {
	snapshot_taker *taker;
	void *context;
};

struct snapshot_source {
	struct link *link;
	struct snapshot last;
	uint64_t taken_ns; /* 0: never */
	bool asked; /* and not answered yet */
	bool asked_again; /* because the connection was lost, perhaps by a restart of xbeatd */
	struct waiting *waiting;
	size_t waiting_count;
};

/* Those who ask during a call wait for the next answer. */
static void serve_waiting(struct snapshot_source *source)
{
	struct waiting *waiting = source->waiting;
	size_t count = source->waiting_count;

	source->waiting = NULL;
	source->waiting_count = 0;
	for (size_t i = 0; i < count; i++)
		waiting[i].taker(waiting[i].context, &source->last);
	free(waiting);
}

static void on_lost(void *context)
{
	struct snapshot_source *source = context;

	source->taken_ns = 0;
}

static void on_answer(void *context, const json_t *result, const struct link_failure *failure);

static void ask(struct snapshot_source *source)
{
	link_ask(source->link, "snapshot", json_pack("{s:b}", "histograms", true), on_answer,
		 source);
}

/* Once for each reason: clients may ask each second. */
static void use_failure(struct snapshot_source *source, const char *text)
{
	if (*text && strcmp(text, source->last.failure) != 0)
		log_warning("no data from xbeatd: %s", text);
	else if (!*text && *source->last.failure)
		log_notice("xbeatd answers again");
	snprintf(source->last.failure, sizeof(source->last.failure), "%s", text);
}

/* A daemon that closes the connection may restart: its successor is asked, once. */
static void on_answer(void *context, const json_t *result, const struct link_failure *failure)
{
	struct snapshot_source *source = context;

	if (!result && failure->error == -ECONNRESET && !source->asked_again) {
		source->asked_again = true;
		ask(source);
		return;
	}
	json_decref(source->last.json);
	source->last.json = json_incref((json_t *)result);
	source->last.serial++;
	use_failure(source, result ? "" : failure->text);
	source->taken_ns = clock_now_ns();
	source->asked = false;
	serve_waiting(source);
}

static bool is_fresh(const struct snapshot_source *source)
{
	return source->taken_ns &&
	       time_since_ns(clock_now_ns(), source->taken_ns) < SNAPSHOT_SPACING_NS;
}

void snapshot_ask(struct snapshot_source *source, snapshot_taker *taker, void *context)
{
	if (!source->asked && is_fresh(source)) {
		taker(context, &source->last);
		return;
	}
	source->waiting =
		array_grow(source->waiting, &source->waiting_count, sizeof(struct waiting));
	source->waiting[source->waiting_count - 1] = (struct waiting){taker, context};
	if (source->asked)
		return;
	source->asked = true;
	source->asked_again = false;
	ask(source);
}

struct snapshot_source *snapshot_source_new(struct event_base *base, const char *path)
{
	struct snapshot_source *source = calloc(1, sizeof(*source));

	if (!source)
		limits_out_of_memory();
	source->link = link_new(base, path, on_lost, source);
	return source;
}

void snapshot_source_free(struct snapshot_source *source)
{
	if (!source)
		return;
	link_free(source->link);
	json_decref(source->last.json);
	free(source->waiting);
	free(source);
}

uint64_t snapshot_source_count(const struct snapshot_source *source)
{
	return source->last.serial;
}
