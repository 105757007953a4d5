/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SCHED_FIFO and mlockall(2), each with a fallback. */
#include "user/daemon/scheduling.h"
#include "user/lib/log.h"
#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

static void request_realtime(struct scheduling *scheduling, int priority)
{
	struct sched_param parameters = {.sched_priority = priority};

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters) == 0) {
		scheduling->fifo_priority = priority;
		return;
	}
	log_warning(
		"ordinary scheduling: SCHED_FIFO %d was refused (%s); a busy machine may delay probes: grant CAP_SYS_NICE and, in a container, a real-time budget (cpu.rt_runtime_us)",
		priority, strerror(errno));
}

static void lock_memory(struct scheduling *scheduling)
{
	malloc_trim(0);
	if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0) {
		scheduling->memory_locked = true;
		return;
	}
	log_warning(
		"memory is not locked: mlockall was refused (%s); a machine that swaps may delay probes: grant CAP_IPC_LOCK or raise the memlock limit",
		strerror(errno));
}

/* A reload may also change from real-time scheduling. */
static void use_ordinary(int nice)
{
	struct sched_param none = {0};

	sched_setscheduler(0, SCHED_OTHER, &none);
	if (setpriority(PRIO_PROCESS, 0, nice))
		log_warning("vrrp_priority %d was refused: %s", nice, strerror(errno));
}

void scheduling_apply(struct scheduling *scheduling, int priority, int nice)
{
	*scheduling = (struct scheduling){0};
	lock_memory(scheduling);
	if (priority > 0)
		request_realtime(scheduling, priority);
	if (!scheduling->fifo_priority)
		use_ordinary(nice);
}

json_t *scheduling_json(const struct scheduling *scheduling)
{
	json_t *json =
		json_pack("{s:s, s:b}", "policy", scheduling->fifo_priority ? "fifo" : "other",
			  "memory_locked", scheduling->memory_locked);

	if (scheduling->fifo_priority)
		json_object_set_new(json, "priority", json_integer(scheduling->fifo_priority));
	return json;
}
