// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl version" and "xbeatctl help". */
#include "user/ctl/local.h"
#include "user/ctl/output.h"
#include "user/ctl/verb.h"
#include "user/lib/log.h"
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
