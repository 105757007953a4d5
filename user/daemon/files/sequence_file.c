/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sequence_file.h: 16 hexadecimal digits, as on the wire. */
#include "user/daemon/files/sequence_file.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/signed.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <xbeat/paths.h>

#define LINE_BYTES 18

static void path_of(const struct kernel *kernel, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, XB_SEQUENCE_FILE, kernel->daemon_name);
}

void sequence_file_load(struct kernel *kernel)
{
	_cleanup_free_ char *text = NULL;
	unsigned long long sequence;
	char path[PATH_MAX], end;
	size_t length;
	int error;

	path_of(kernel, path);
	error = file_read(path, &text, &length);
	if (error == -ENOENT)
		return;
	if (!error && sscanf(text, "%16llx%c", &sequence, &end) == 2 && end == '\n')
		kernel_signed_set_floor(kernel, sequence);
	else
		log_warning(
			"cannot read a number from %s (%s); if the clock went back, other nodes refuse the adverts of instances with anti_replay monotonic",
			path, error ? limits_strerror(-error) : "16 hexadecimal digits expected");
}

void sequence_file_save(const struct kernel *kernel)
{
	uint64_t sequence = kernel_signed_floor(kernel);
	char path[PATH_MAX], line[LINE_BYTES];
	int error = 0;

	if (!sequence)
		return;
	path_of(kernel, path);
	snprintf(line, sizeof(line), "%016llx\n", (unsigned long long)sequence);
	if (mkdir(XB_STATE_DIRECTORY, 0755) && errno != EEXIST)
		error = -errno;
	if (!error)
		error = file_replace(path, line);
	if (error)
		log_warning("cannot write %s: %s", path, limits_strerror(-error));
}
