// SPDX-License-Identifier: GPL-2.0-or-later
/* xbeatctl: queries and controls xbeatd over its socket, makes keys, checks configurations. */
#include "user/ctl/command.h"
#include "user/ctl/complete.h"
#include "user/ctl/show/width.h"
#include "user/lib/log.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct command command;
	enum command_status status;

	/* When the reader closes the pipe, the write fails and xbeatctl exits without a message. */
	signal(SIGPIPE, SIG_IGN);
	log_open("xbeatctl", false);
	width_follow(STDOUT_FILENO);
	if (argc > 1 && !strcmp(argv[1], COMPLETE_VERB)) {
		complete(argc - 2, argv + 2);
		return COMMAND_OK;
	}
	status = command_parse(argc, argv, &command);
	if (status == COMMAND_OK)
		status = command_run(&command);
	return (int)status;
}
