/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl capture": what the XDP program answers, takes and refuses, as a pcapng file. */
#ifndef XBEAT_CTL_CAPTURE_CAPTURE_H
#define XBEAT_CTL_CAPTURE_CAPTURE_H

#include "user/ctl/call/command.h"

enum command_status capture_run(const struct command *command);

#endif
