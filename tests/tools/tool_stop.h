/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A signal handler that asks a tool to stop and print its result. */
#ifndef TESTS_TOOLS_TOOL_STOP_H
#define TESTS_TOOLS_TOOL_STOP_H

#include <signal.h>

static volatile sig_atomic_t stop_asked;

static inline void ask_to_stop(int signal_number)
{
	(void)signal_number;
	stop_asked = 1;
}

#endif
