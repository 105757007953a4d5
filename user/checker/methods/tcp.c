/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP_CHECK: a connection is made, and reset at once (SO_LINGER 0): neither end keeps it in
 * TIME_WAIT, and no local port is used up however many checks there are in a second.
 */
#include "user/checker/methods/connect.h"
#include "user/checker/methods/method.h"

static void on_connected(struct run *run, int error)
{
	connect_reset(run);
	if (error)
		run_failed(run, "connect", error);
	else
		run_done(run, CHECK_GOOD, "connected after %s", run_after(run).text);
}

static void start(struct run *run)
{
	connect_start(run, on_connected);
}

const struct method tcp_method = {
	.name = "tcp", .start = start, .cancel = connect_reset, .expired = connect_expired};
