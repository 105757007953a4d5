/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is read again when it changes. */
#ifndef XBEAT_EXPORTER_HTTP_WATCHED_H
#define XBEAT_EXPORTER_HTTP_WATCHED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct watched {
	const char *path; /* NULL: no file; never changed */
	uint64_t checked_ns;
	uint64_t modified_ns;
	ino_t inode;
	off_t bytes;
};

/* Whether it is another one, or has changed, since the last call that returned true; checks at most
 * once a second. A file that is missing has not changed. */
bool watched_changed(struct watched *watched);

/* Returns 0 or a negative errno, which is logged. Refused are a pipe and a device, which could keep
 * their reader waiting, and a file that every user can change. */
int watched_check(const struct watched *watched);

#endif
