// SPDX-License-Identifier: GPL-2.0-or-later
/* The width of the output: see width.h. */
#include "user/ctl/show/width.h"
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static size_t columns = WIDTH_DEFAULT;

size_t width_columns(void)
{
	return columns;
}

void width_set(size_t wanted)
{
	columns = wanted;
}

static size_t within_limits(size_t wanted)
{
	return wanted < WIDTH_MIN ? WIDTH_MIN : wanted > WIDTH_MAX ? WIDTH_MAX : wanted;
}

/* The width that the environment sets; 0: none. */
static size_t columns_wanted(void)
{
	const char *text = getenv("COLUMNS");
	char *end;
	unsigned long value = text ? strtoul(text, &end, 10) : 0;

	return text && end != text && !*end ? (size_t)value : 0;
}

void width_follow(int fd)
{
	struct winsize size = {0};
	size_t wanted = columns_wanted();

	if (wanted > 0)
		columns = within_limits(wanted);
	else if (!isatty(fd))
		columns = WIDTH_UNLIMITED;
	else if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		columns = within_limits(size.ws_col);
}
