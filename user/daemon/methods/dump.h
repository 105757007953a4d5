/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that keepalived writes on signals, with the same names of fields
 * (user/vrrp/report/dump.h). */
#ifndef XBEAT_DAEMON_METHODS_DUMP_H
#define XBEAT_DAEMON_METHODS_DUMP_H

#include <stdbool.h>

struct daemon;

/* Whether a signal asks for a file: SIGUSR1 (state), SIGUSR2 (statistics), SIGNALS_JSON. */
bool dump_is_signal(int number);

/*
 * Makes the text now, and has a thread of ordinary priority write it, because a disk may be slow.
 * The file is replaced as a whole, with mode 0600. The log names it, or why it was not written.
 */
void dump_on_signal(struct daemon *daemon, int number);

#endif
