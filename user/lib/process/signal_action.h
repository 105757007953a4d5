/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIG_IGN or SIG_DFL for any signal. signal() refuses 32 and 33, which the C library uses within a
 * process; but any process may send them, and their default is to end it. */
#ifndef XBEAT_LIB_PROCESS_SIGNAL_ACTION_H
#define XBEAT_LIB_PROCESS_SIGNAL_ACTION_H

#include <signal.h>

void signal_set_action(int number, sighandler_t action);

#endif
