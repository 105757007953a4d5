// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl genkey": a new key from the kernel's random number generator. */
#include "user/config/host/keyfile.h"
#include "user/ctl/call/output.h"
#include "user/ctl/file/local.h"
#include "user/lib/log.h"
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_ID_DEFAULT 1
#define KEY_ID_MAX 255
#define MODE_OTHERS 077

static bool parse_key_id(const char *text, uint8_t *id)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end != '\0' || value > KEY_ID_MAX)
		return false;
	*id = (uint8_t)value;
	return true;
}

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
	uint8_t key[KEYFILE_KEY_BYTES];
	char line[KEYFILE_LINE_BYTES];
	uint8_t id = KEY_ID_DEFAULT;

	if (command->argument_count > 0 && !parse_key_id(command->arguments[0], &id)) {
		log_error("'%s' is not a key id; use 0 to 255", command->arguments[0]);
		return COMMAND_USAGE;
	}
	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key)) {
		log_error("cannot read random numbers from the kernel: %s", strerror(errno));
		return COMMAND_FAILED;
	}
	fputs(keyfile_format(id, key, line), stdout);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(line, sizeof(line));
	warn_if_readable();
	return output_finish();
}
