// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl genkey": a new key on standard output. */
#include "user/ctl/call/output.h"
#include "user/ctl/file/local.h"
#include "user/ctl/file/new_key.h"
#include "user/lib/log.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_ID_DEFAULT 1
#define MODE_OTHERS 077

/* The daemon refuses a key file that other users can read. */
static void warn_if_readable(void)
{
	struct stat status;

	if (fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_mode & MODE_OTHERS)
		log_warning("other users can read this file (mode %04o); run chmod 600 on it",
			    (unsigned)status.st_mode & 07777);
}

enum command_status local_genkey(const struct command *command)
{
	char line[KEYFILE_LINE_BYTES];
	uint8_t id = KEY_ID_DEFAULT;

	if (command->argument_count > 0 && !new_key_id(command->arguments[0], &id))
		return COMMAND_USAGE;
	if (!new_key_line(id, line))
		return COMMAND_FAILED;
	fputs(line, stdout);
	explicit_bzero(line, sizeof(line));
	warn_if_readable();
	return output_finish();
}
