/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration may read from this host: its name, its environment, its files. */
#ifndef XBEAT_CONFIG_HOST_ENVIRONMENT_H
#define XBEAT_CONFIG_HOST_ENVIRONMENT_H

#include "user/config/model/config.h"
#include <limits.h>

struct config_machine {
	struct config_environment environment;
	char host_name[HOST_NAME_MAX + 1]; /* without the domain */
	char directory[PATH_MAX];
};

/* Fills machine, which must not move afterwards. config_id: what @ID compares with, borrowed;
 * NULL: the host name. */
void config_machine_init(struct config_machine *machine, const char *config_id);

#endif
