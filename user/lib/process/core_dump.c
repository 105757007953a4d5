/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the heap in /proc/self/maps; see core_dump.h. */
#include "user/lib/process/core_dump.h"
#include "user/lib/cleanup.h"
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_CLEARED_BYTES (64 * 1024)
/* Where the C library's further heaps begin (HEAP_MAX_SIZE). */
#define HEAP_ALIGNMENT (64UL * 1024 * 1024)
/* From here on it maps what is allocated by itself. */
#define MAPPED_BYTES_MIN (128UL * 1024)

struct mapping {
	uintptr_t start, end;
	bool writable, private, anonymous, heap;
};

void core_dump_exclude(const void *start, size_t bytes)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)start & ~(page - 1);
	uintptr_t end = ((uintptr_t)start + bytes + page - 1) & ~(page - 1);

	madvise((void *)first, end - first, MADV_DONTDUMP);
}

static bool parse(const char *line, struct mapping *mapping)
{
	char access[5], name[16] = "";
	unsigned long inode;

	if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %lu %15s", &mapping->start,
		   &mapping->end, access, &inode, name) < 4)
		return false;
	mapping->writable = access[1] == 'w';
	mapping->private = access[3] == 'p';
	mapping->anonymous = !inode && !name[0];
	mapping->heap = !strcmp(name, "[heap]");
	return true;
}

/* The stacks of threads are anonymous as well, and follow a page that cannot be read. */
static bool is_heap(const struct mapping *mapping, bool after_guard)
{
	if (mapping->heap)
		return true;
	if (!mapping->anonymous || !mapping->writable || !mapping->private)
		return false;
	return mapping->start % HEAP_ALIGNMENT == 0 ||
	       (!after_guard && mapping->end - mapping->start >= MAPPED_BYTES_MIN);
}

void core_dump_exclude_heap(void)
{
	_cleanup_fclose_ FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t guard_end = 0;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps)) {
		struct mapping mapping;

		if (!parse(line, &mapping))
			continue;
		if (is_heap(&mapping, mapping.start == guard_end))
			madvise((void *)mapping.start, mapping.end - mapping.start, MADV_DONTDUMP);
		guard_end = strstr(line, " ---p ") ? mapping.end : 0;
	}
}

__attribute__((noinline)) void core_dump_clear_stack(void)
{
	char below[STACK_CLEARED_BYTES];

	explicit_bzero(below, sizeof(below));
}
