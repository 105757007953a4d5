/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived's reload_file: who changes the configuration sees it emptied when reading begins, and
 * waits until it is gone. */
#ifndef XBEAT_DAEMON_FILES_RELOAD_FILE_H
#define XBEAT_DAEMON_FILES_RELOAD_FILE_H

#include "user/config/model/config.h"

/* Returns the path of this configuration's, to be freed; NULL: it has none. */
char *reload_file_path(const struct config *config, const char *daemon_name);

/* Makes it, empty. path: NULL: does nothing. Returns whether it is there. For any thread. */
bool reload_file_show(const char *path);

#endif
