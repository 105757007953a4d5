// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl version". */
#include "user/ctl/call/output.h"
#include "user/ctl/file/local.h"
#include <jansson.h>
#include <stdio.h>

enum command_status local_version(const struct command *command)
{
	json_t *version;

	if (!command->json) {
		printf("xbeatctl %s\n", XBEAT_VERSION);
		return output_finish();
	}
	version = json_pack("{s:s}", "version", XBEAT_VERSION);
	output_json(version);
	json_decref(version);
	return output_finish();
}
