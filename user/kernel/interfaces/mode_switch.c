/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaches in another mode without keeping the loop; see mode_switch.h. */
#include "user/kernel/interfaces/mode_switch.h"
#include "user/kernel/pin_names.h"
#include "user/kernel/system/bpffs.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/thread.h"
#include "xbeat.skel.h"
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STACK_BYTES (256 << 10)

/* The thread works until it is done, or the loop no longer wants the result. */
enum job_state { JOB_RUNNING, JOB_DONE, JOB_ABANDONED };

struct mode_switch {
	pthread_t thread;
	struct attachment attachment; /* a copy, of the thread until it is done */
	char daemon_name[64];
	int program_fd;
	bool native; /* the new mode */
	bool fallback; /* whether the mode after an error is native */
	uint32_t mtu; /* that the driver may refuse to leave native mode with; 0: none */
	int error; /* in the new mode */
	int back_error; /* in that of fallback */
	_Atomic enum job_state state;
};

/* Nothing stays of what the thread has attached. */
static void undo(struct mode_switch *job)
{
	char path[BPFFS_PATH_BYTES];

	bpffs_path(path, job->daemon_name, PINS_LINK, job->attachment.interface);
	unlink(path);
	attach_end(&job->attachment);
	attach_release(&job->attachment);
	free(job);
}

static void *run(void *context)
{
	struct mode_switch *job = context;

	job->error =
		attach_switch(&job->attachment, job->daemon_name, job->program_fd, job->native);
	if (job->error)
		job->back_error = attach_switch(&job->attachment, job->daemon_name, job->program_fd,
						job->fallback);
	if (atomic_exchange(&job->state, JOB_DONE) == JOB_ABANDONED)
		undo(job);
	return NULL;
}

/* Until now nothing was received. */
static void note_time(struct attachment *attachment)
{
	attachment->attached_ns = attachment->mode_changed_ns = attachment->off_changed_ns =
		clock_now_ns();
}

static int start(const struct kernel *kernel, struct attachment *attachment,
		 const struct mode_switch *wish)
{
	struct mode_switch *job = NULL;
	int error = -ENOMEM;

	if (attachment->joined || attachment->called) /* the mode is that of others */
		return -EOPNOTSUPP;
	job = malloc(sizeof(*job));
	if (job) {
		*job = (struct mode_switch){
			.attachment = *attachment,
			.program_fd = attachment->program_fd,
			.native = wish->native,
			.fallback = wish->fallback,
			.mtu = wish->mtu,
		};
		snprintf(job->daemon_name, sizeof(job->daemon_name), "%s", kernel->daemon_name);
		error = thread_start(&job->thread, "xbeat-mode", STACK_BYTES, run, job);
	}
	if (error) {
		log_error("interface %s: cannot start a thread to change its mode: %s",
			  attachment->interface, limits_strerror(-error));
		free(job);
		return error;
	}
	attachment->mode_switch = job;
	attachment->link_fd = -1; /* the thread closes it */
	note_time(attachment);
	return 0;
}

int mode_switch_start(const struct kernel *kernel, struct attachment *attachment, bool native)
{
	const struct mode_switch wish = {.native = native, .fallback = attachment->native};

	return start(kernel, attachment, &wish);
}

int mode_switch_start_mtu(const struct kernel *kernel, struct attachment *attachment, uint32_t mtu)
{
	const struct mode_switch wish = {.native = true, .fallback = false, .mtu = mtu};

	return start(kernel, attachment, &wish);
}

static const char *mode_name(bool native)
{
	return native ? "native" : "generic";
}

/* Takes the result of a thread that has ended. */
static void take(struct attachment *attachment, const struct mode_switch *job)
{
	attachment->link_fd = job->attachment.link_fd;
	attachment->native = job->attachment.native;
	attachment->program_id = job->attachment.program_id;
	note_time(attachment);
	attachment->mode_switch = NULL;
	if (!job->error || !job->back_error) /* another may have become the program meanwhile */
		attach_follow(attachment);
	attachment->switch_error = job->error && job->back_error ? job->error : 0;
	attachment->mtu_refused = job->mtu && !attachment->native;
	if (attachment->native)
		attachment->native_mtu = job->attachment.native_mtu;
	if (attachment->mtu_refused)
		snprintf(attachment->reason, sizeof(attachment->reason),
			 "its driver refuses native XDP with MTU %u; lower the MTU", job->mtu);
	else if (job->mtu)
		attachment->reason[0] = '\0';
	else if (job->error)
		log_error("interface %s: cannot attach in %s mode: %s", attachment->interface,
			  mode_name(job->native), limits_strerror(-job->error));
	if (job->back_error)
		log_error("interface %s: cannot attach again in %s mode: %s", attachment->interface,
			  mode_name(job->fallback), limits_strerror(-job->back_error));
}

bool mode_switch_in_progress(struct attachment *attachment)
{
	const struct mode_switch *job = attachment->mode_switch;

	if (!job)
		return false;
	if (atomic_load(&job->state) == JOB_RUNNING) {
		note_time(attachment);
		return true;
	}
	mode_switch_wait(attachment);
	return false;
}

void mode_switch_wait(struct attachment *attachment)
{
	struct mode_switch *job = attachment->mode_switch;

	if (!job)
		return;
	pthread_join(job->thread, NULL);
	take(attachment, job);
	free(job);
}

void mode_switch_abandon(struct attachment *attachment)
{
	struct mode_switch *job = attachment->mode_switch;
	pthread_t thread;

	if (!job)
		return;
	thread = job->thread;
	if (atomic_exchange(&job->state, JOB_ABANDONED) == JOB_DONE) {
		mode_switch_wait(attachment);
		return;
	}
	pthread_detach(thread);
	attachment->mode_switch = NULL;
}
