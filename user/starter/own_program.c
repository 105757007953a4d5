// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of this program; see own_program.h. */
#include "user/starter/own_program.h"
#include <string.h>
#include <unistd.h>

#define DELETED " (deleted)" /* the kernel adds it when the file has been replaced */

void own_program_find(char path[static OWN_PROGRAM_BYTES])
{
	ssize_t length = readlink("/proc/self/exe", path, OWN_PROGRAM_BYTES - 1);
	char *end = path + (length < 0 ? 0 : length);
	const size_t added = strlen(DELETED);

	*end = '\0';
	if ((size_t)(end - path) > added && !strcmp(end - added, DELETED))
		end[-(ssize_t)added] = '\0';
}
