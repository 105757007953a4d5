// SPDX-License-Identifier: GPL-2.0-or-later
/* See kernel.h. */
#include "user/ctl/inspect/kernel.h"
#include "user/lib/log.h"
#include <errno.h>
#include <string.h>

enum command_status kernel_find(struct objects *objects, const json_t *status)
{
	int error = objects_find(objects, status);

	if (!error)
		return COMMAND_OK;
	if (error == -EPERM) {
		log_error("only root can inspect BPF programs and maps; run this as root");
		return COMMAND_NOT_PERMITTED;
	}
	log_error("cannot read the BPF programs and maps: %s", strerror(-error));
	return COMMAND_FAILED;
}
