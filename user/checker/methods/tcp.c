/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP_CHECK: a connection is made, and reset at once (SO_LINGER 0): neither end keeps it in
 * TIME_WAIT, and no local port is used up however many checks there are in a second. With "send" or
 * "expect" steps.c goes on with it before that.
 */
#include "user/checker/methods/connect.h"
#include "user/checker/methods/method.h"
#include "user/checker/methods/steps.h"

static void on_connected(struct run *run, int error)
{
	if (!error && run->check->tcp.step_count) {
		steps_begin(run, connect_take(run));
		return;
	}
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

static void cancel(struct run *run)
{
	if (run->phase == 0)
		connect_reset(run);
	else
		steps_cancel(run);
}

static void expired(struct run *run)
{
	if (run->phase == 0)
		connect_expired(run);
	else
		steps_expired(run);
}

const struct method tcp_method = {
	.name = "tcp", .start = start, .cancel = cancel, .expired = expired};
