/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's objects in the kernel, with a message where they cannot be read. */
#ifndef XBEAT_CTL_INSPECT_KERNEL_H
#define XBEAT_CTL_INSPECT_KERNEL_H

#include "user/ctl/call/command.h"
#include "user/ctl/kernel/objects.h"

/* status: of the method. Returns COMMAND_OK, or another status after logging why not. */
enum command_status kernel_find(struct objects *objects, const json_t *status);

#endif
