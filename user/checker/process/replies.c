/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets to xbeatd. Changes are collected, and go when the present events are handled. */
#include "user/checker/process/process.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Returns whether the packet is gone; a daemon that is gone ends this process soon. */
static bool send_reply(const struct checker_reply *reply, size_t length)
{
	return send(CHECKER_SOCKET, reply, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ||
	       errno != EAGAIN;
}

/* Sends from the end of a list. Returns false if the socket is full. */
static bool send_list(const struct process *process, enum checker_reply_type type,
		      const uint32_t *list, uint32_t *count)
{
	static struct checker_reply reply;

	while (*count) {
		uint32_t part = *count < CHECKER_CHANGES_MAX ? *count : CHECKER_CHANGES_MAX;

		reply.type = type;
		reply.generation = process->set.generation;
		reply.count = part;
		memcpy(reply.checks, list + *count - part, part * sizeof(*list));
		if (!send_reply(&reply,
				offsetof(struct checker_reply, checks) + part * sizeof(*list)))
			return false;
		*count -= part;
		for (uint32_t i = 0; i < part; i++) {
			struct check *check = process->set.checks[reply.checks[i]];

			*(type == CHECKER_CHANGES ? &check->changed : &check->wants_program) =
				false;
		}
	}
	return true;
}

static void on_flush(evutil_socket_t fd, short what, void *context)
{
	struct process *process = context;

	(void)fd;
	(void)what;
	if (!send_list(process, CHECKER_CHANGES, process->changed, &process->changed_count) ||
	    !send_list(process, CHECKER_RUN, process->programs, &process->program_count))
		event_add(process->writable, NULL);
}

int replies_start(struct process *process)
{
	process->flush = event_new(process->base, -1, 0, on_flush, process);
	process->writable = event_new(process->base, CHECKER_SOCKET, EV_WRITE, on_flush, process);
	return process->flush && process->writable ? 0 : -ENOMEM;
}

int replies_hello(void)
{
	const struct checker_reply hello = {.type = CHECKER_HELLO, .value = CHECKER_LAYOUT};

	return send_reply(&hello, offsetof(struct checker_reply, checks)) ? 0 : -EAGAIN;
}

void replies_progress(void)
{
	const struct checker_reply progress = {.type = CHECKER_PROGRESS};

	send_reply(&progress, offsetof(struct checker_reply, checks));
}

void replies_changed(struct check *check)
{
	struct process *process = check->process;

	if (check->changed)
		return;
	check->changed = true;
	process->changed[process->changed_count++] = check->index;
	event_active(process->flush, EV_TIMEOUT, 0);
}

void replies_run_program(struct run *run)
{
	struct check *check = (struct check *)run;
	struct process *process = check->process;

	if (check->wants_program)
		return;
	check->wants_program = true;
	process->programs[process->program_count++] = check->index;
	event_active(process->flush, EV_TIMEOUT, 0);
}

void replies_forget(struct process *process)
{
	for (uint32_t i = 0; i < process->set.count; i++)
		if (process->set.checks[i])
			process->set.checks[i]->changed = process->set.checks[i]->wants_program =
				false;
	process->changed_count = process->program_count = 0;
}

void replies_log(int priority, const char *format, ...)
{
	static struct checker_reply reply;
	va_list arguments;

	memset(&reply, 0, sizeof(reply));
	reply.type = CHECKER_LOG;
	reply.value = (uint32_t)priority;
	va_start(arguments, format);
	vsnprintf(reply.text, sizeof(reply.text), format, arguments);
	va_end(arguments);
	send_reply(&reply, sizeof(reply));
}
