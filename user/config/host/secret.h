/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files with keys, which no other user may read or replace. */
#ifndef XBEAT_CONFIG_HOST_SECRET_H
#define XBEAT_CONFIG_HOST_SECRET_H

#include "user/config/model/config.h"

/*
 * Reads a key file: *text to be overwritten and freed, NUL-terminated; *length without the NUL.
 * Returns 0 or a negative errno, with a message in reason: path, what is wrong, remedy.
 */
int secret_read(const char *path, char **text, size_t *length,
		char reason[static CONFIG_REASON_BYTES]);

#endif
