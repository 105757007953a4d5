/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of iproute2 has lines "NUMBER NAME" and comments after "#". As for ip(8), more of them may
 * be in FILE.d/ *.conf, and what the administrator has written precedes what the system brings.
 */
#include "user/config/syntax/iproute_names.h"
#include "user/config/model/config.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* line ends with a newline or NUL. */
static bool read_line(const char *line, const char *name, uint64_t *number)
{
	size_t length = strlen(name), digits;
	char *end;
	uint64_t value;

	line += strspn(line, " \t");
	digits = strspn(line, "0123456789xXabcdefABCDEF");
	if (!digits)
		return false;
	value = strtoull(line, &end, 0);
	if (end != line + digits || !strspn(end, " \t"))
		return false;
	end += strspn(end, " \t");
	if (strncmp(end, name, length) || !strchr(" \t\r\n#", end[length]))
		return false;
	*number = value;
	return true;
}

static bool read_text(const char *text, const char *name, uint64_t *number)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (read_line(line, name, number))
			return true;
	}
	return false;
}

static bool read_file(const struct config_environment *environment, const char *path,
		      const char *name, uint64_t *number)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	return !environment->read(path, &text, &length) && read_text(text, name, number);
}

static bool read_directory(const struct config_environment *environment, const char *directory,
			   const char *file, const char *name, uint64_t *number)
{
	char path[PATH_MAX], **more = NULL;
	size_t count = 0;
	bool found;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	found = read_file(environment, path, name, number);
	snprintf(path, sizeof(path), "%s/%s.d/*.conf", directory, file);
	if (!found && environment->find && environment->find(path, &more, &count))
		count = 0;
	for (size_t i = 0; i < count; i++) {
		found = found || read_file(environment, more[i], name, number);
		free(more[i]);
	}
	free(more);
	return found;
}

int config_iproute_number(const struct config_parser *parser, const char *file, const char *name,
			  uint64_t *number)
{
	const struct config_iproute_directories *configured = parser->iproute_directories;
	const char *usr = configured->usr;
	const char *const directories[] = {
		*configured->etc ? configured->etc : "/etc/iproute2",
		*usr ? usr : "/usr/share/iproute2",
		*usr ? usr : "/usr/lib/iproute2",
	};

	if (!parser->environment->read)
		return -ENOENT;
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		if (read_directory(parser->environment, directories[i], file, name, number))
			return 0;
	return -ENOENT;
}
