// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints a configuration as it was parsed: print_config FILE. Warnings and errors go to stderr. */
#include "user/config/host/environment.h"
#include "user/config/print/print.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include "user/lib/text/diagnostics_print.h"
#include <errno.h>
#include <string.h>

int main(int argc, char **argv)
{
	_cleanup_free_ char *text = NULL, *printed = NULL;
	struct diagnostics diagnostics = {0};
	struct config_machine machine;
	struct config *config = NULL;
	size_t length;
	int error = argc == 2 ? file_read(argv[1], &text, &length) : -EINVAL;

	if (error) {
		fprintf(stderr, "usage: print_config FILE: %s\n", strerror(-error));
		return 2;
	}
	config_machine_init(&machine, NULL);
	error = config_parse(argv[1], text, length, &machine.environment, &config, &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	if (error)
		return 1;
	printed = config_print(config);
	fputs(printed, stdout);
	config_free(config);
	return 0;
}
