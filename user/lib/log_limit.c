// SPDX-License-Identifier: GPL-2.0-or-later
/* See log_limit.h. */
#include "user/lib/log_limit.h"
#include "user/lib/array.h"
#include <stdio.h>
#include <string.h>
#include <xbeat/digest.h>

#define KINDS_MAX 64

static struct kind {
	uint64_t id; /* 0: free */
	uint64_t start_ns;
	unsigned logged_count;
	struct log_suppressed suppressed;
} kinds[KINDS_MAX];

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = xb_digest_word(hash, (unsigned char)*text);
	return xb_digest_word(hash, 0xff); /* the end */
}

uint64_t log_limit_kind(const char *format, const struct log_subject *subject, const char *line)
{
	uint64_t hash = hash_text(XB_DIGEST_START, strcmp(format, "%s") ? format : line);

	if (subject) {
		hash = hash_text(hash, subject->event);
		hash = hash_text(hash, subject->name);
		hash = hash_text(hash, subject->peer);
		hash = hash_text(hash, subject->instance);
	}
	return hash ? hash : 1;
}

static bool is_over(const struct kind *kind, uint64_t now_ns)
{
	return time_since_ns(now_ns, kind->start_ns) >= LOG_LIMIT_NS;
}

/* Returns its entry, or a free one, or one whose time has passed with nothing to report; or NULL. */
static struct kind *find(uint64_t id, uint64_t now_ns)
{
	struct kind *free = NULL;

	for (size_t i = 0; i < KINDS_MAX; i++) {
		if (kinds[i].id == id)
			return &kinds[i];
		if (!free &&
		    (!kinds[i].id || (is_over(&kinds[i], now_ns) && !kinds[i].suppressed.count)))
			free = &kinds[i];
	}
	return free;
}

static void copy(char *out, size_t bytes, const char *text)
{
	snprintf(out, bytes, "%s", text ? text : "");
}

static void count(struct log_suppressed *suppressed, int priority,
		  const struct log_subject *subject, const char *line)
{
	suppressed->count++;
	suppressed->priority = priority;
	copy(suppressed->event, sizeof(suppressed->event), subject ? subject->event : NULL);
	copy(suppressed->peer, sizeof(suppressed->peer), subject ? subject->peer : NULL);
	copy(suppressed->instance, sizeof(suppressed->instance),
	     subject ? subject->instance : NULL);
	copy(suppressed->line, sizeof(suppressed->line), line);
}

bool log_limit_allows(uint64_t kind, uint64_t now_ns, int priority,
		      const struct log_subject *subject, const char *line)
{
	struct kind *entry = find(kind, now_ns);

	if (!entry)
		return true;
	if (entry->id != kind || (is_over(entry, now_ns) && !entry->suppressed.count))
		*entry = (struct kind){.id = kind, .start_ns = now_ns};
	if (entry->logged_count < LOG_LIMIT_LINES) {
		entry->logged_count++;
		return true;
	}
	count(&entry->suppressed, priority, subject, line);
	return false;
}

bool log_limit_take(uint64_t now_ns, bool all, struct log_suppressed *suppressed)
{
	for (size_t i = 0; i < KINDS_MAX; i++) {
		if (!kinds[i].suppressed.count || (!all && !is_over(&kinds[i], now_ns)))
			continue;
		*suppressed = kinds[i].suppressed;
		kinds[i] = (struct kind){0};
		return true;
	}
	return false;
}
