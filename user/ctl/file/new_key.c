// SPDX-License-Identifier: GPL-2.0-or-later
/* See new_key.h. */
#include "user/ctl/file/new_key.h"
#include "user/lib/log.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define KEY_ID_MAX 255

bool new_key_id(const char *text, uint8_t *id)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end != '\0' || value > KEY_ID_MAX) {
		log_error("'%s' is not a key id; use 0 to 255", text);
		return false;
	}
	*id = (uint8_t)value;
	return true;
}

bool new_key_line(uint8_t id, char line[static KEYFILE_LINE_BYTES])
{
	uint8_t key[KEYFILE_KEY_BYTES];

	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key)) {
		log_error("cannot read random numbers from the kernel: %s", strerror(errno));
		return false;
	}
	keyfile_format(id, key, line);
	explicit_bzero(key, sizeof(key));
	return true;
}
