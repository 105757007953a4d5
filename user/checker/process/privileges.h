/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What xbeat-checker gives up: the user root, capabilities, system calls. */
#ifndef XBEAT_CHECKER_PROCESS_PRIVILEGES_H
#define XBEAT_CHECKER_PROCESS_PRIVILEGES_H

#include <stdbool.h>

/* Becomes the user (NULL: xbeat-checker if there is one, else nobody) and keeps no capability but
 * CAP_NET_RAW, if raw. Who is not root stays who it is. Returns 0 or a negative errno, which is
 * reported. */
int privileges_give_up(const char *user, bool raw);

/* Refuses all system calls that are not needed. */
void system_calls_restrict(void);

#endif
