// SPDX-License-Identifier: GPL-2.0-or-later
/* Limits of descriptors and memory; see limits.h. */
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIB 1024

static rlim_t limit_of(__rlimit_resource_t resource)
{
	struct rlimit limit;

	return getrlimit(resource, &limit) ? RLIM_INFINITY : limit.rlim_cur;
}

static void add_memory_limit(char *text, size_t room, __rlimit_resource_t resource,
			     const char *name)
{
	rlim_t limit = limit_of(resource);
	size_t length = strlen(text);

	if (limit != RLIM_INFINITY)
		snprintf(text + length, room - length, " (%s is %llu KiB)", name,
			 (unsigned long long)limit / KIB);
}

static void describe_memory(char *text, size_t room, int error)
{
	size_t length;

	snprintf(text, room, "%s", strerror(error));
	add_memory_limit(text, room, RLIMIT_AS, "RLIMIT_AS");
	add_memory_limit(text, room, RLIMIT_DATA, "RLIMIT_DATA");
	add_memory_limit(text, room, RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK");
	length = strlen(text);
	snprintf(text + length, room - length, "; free memory, or raise the limit");
}

const char *limits_strerror(int error)
{
	static _Thread_local char text[256];

	switch (error) {
	case EMFILE:
		snprintf(text, sizeof(text),
			 "%s (RLIMIT_NOFILE is %llu: raise LimitNOFILE= or ulimit -n)",
			 strerror(error), (unsigned long long)limit_of(RLIMIT_NOFILE));
		return text;
	case ENFILE:
		snprintf(text, sizeof(text), "%s (raise fs.file-max)", strerror(error));
		return text;
	case ENOMEM:
		describe_memory(text, sizeof(text), error);
		return text;
	default:
		return strerror(error);
	}
}

void limits_out_of_memory(void)
{
	log_error("out of memory: %s", limits_strerror(ENOMEM));
	abort();
}

void limits_raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
