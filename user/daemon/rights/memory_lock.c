// SPDX-License-Identifier: GPL-2.0-or-later
/* See memory_lock.h; /proc/PID/maps: proc(5). */
#include "user/daemon/rights/memory_lock.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define LINE_BYTES 512

/* Parts of lines; ---p cannot be accessed. */
static const char *const unneeded[] = {
	" ---p ",   "anon_inode:bpf-map",
	"/libnss_", "/libelf",
	"/libz.so", "/libxdp",
	"/libcap",  "[vvar",
	"[vdso]",   "[vsyscall]",
};

bool memory_lock_is_needed(const char *mapping)
{
	for (size_t i = 0; i < ARRAY_SIZE(unneeded); i++)
		if (strstr(mapping, unneeded[i]))
			return false;
	return true;
}

static bool lock_line(const char *line)
{
	uintptr_t start, end;

	if (sscanf(line, "%lx-%lx", &start, &end) != 2 || !memory_lock_is_needed(line))
		return true;
	return mlock((void *)start, end - start) == 0; /* NOLINT(performance-no-int-to-ptr) */
}

bool memory_lock_needed(void)
{
	_cleanup_fclose_ FILE *maps = fopen("/proc/self/maps", "re");
	char line[LINE_BYTES];
	bool locked = maps;

	while (locked && fgets(line, sizeof(line), maps))
		locked = lock_line(line);
	if (!locked)
		munlockall();
	return locked;
}
