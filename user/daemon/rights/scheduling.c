/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SCHED_DEADLINE, or else SCHED_FIFO, and mlockall(2), each with a fallback.
 *
 * Tasks of SCHED_DEADLINE precede all real-time priorities, and real-time throttling does not stop
 * them. The loop is guaranteed runtime_ns() in each PERIOD_NS. 250 peers probed every 10 ms need
 * 1.4 to 1.7 ms of it, 6 to 7 us a PROBE, and get 3 ms; two peers need 0.1 ms. SCHED_FLAG_RECLAIM
 * adds what no other deadline task has reserved, up to 95 % of a processor; without it a longer
 * pass of the loop, as in a reload, would be interrupted until the next period. So a small
 * reservation is enough, and leaves room for other daemons.
 */
#include "user/daemon/rights/scheduling.h"
#include "user/daemon/rights/memory_lock.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include <cap-ng.h>
#include <errno.h>
#include <linux/sched.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PERIOD_NS (10 * NS_PER_MS)
#define RUNTIME_BASE_NS NS_PER_MS
#define RUNTIME_PROBE_NS (8 * NS_PER_US)
#define RUNTIME_MAX_NS (5 * NS_PER_MS)
#define FIFO_PRIORITY_DEFAULT 50

/* struct sched_attr of sched_setattr(2); the kernel's header clashes with <sched.h>. */
struct attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns;
	uint64_t deadline_ns;
	uint64_t period_ns;
};

_Static_assert(sizeof(struct attributes) == 48, "SCHED_ATTR_SIZE_VER0");

static const char *deadline_remedy(int error)
{
	if (error == EBUSY)
		return "other tasks have reserved the processors; stop them, or raise kernel.sched_rt_runtime_us";
	if (error != EPERM)
		return "use a kernel that has it";
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_NICE))
		return "grant CAP_SYS_NICE";
	return "allow xbeatd all processors (no CPUAffinity=, taskset or cpuset), and kernel.sched_rt_runtime_us above 0";
}

static uint64_t runtime_ns(const struct config_heartbeat *heartbeat)
{
	uint64_t probes = 0, runtime_ns;

	if (heartbeat)
		probes = heartbeat->node_count * heartbeat->interface_count * PERIOD_NS /
			 heartbeat->interval_ns;
	runtime_ns = RUNTIME_BASE_NS + probes * RUNTIME_PROBE_NS;
	return runtime_ns < RUNTIME_MAX_NS ? runtime_ns : RUNTIME_MAX_NS;
}

static void request_deadline(struct scheduling *scheduling,
			     const struct config_heartbeat *heartbeat)
{
	const struct attributes attributes = {
		.size = sizeof(attributes),
		.policy = SCHED_DEADLINE,
		.flags = SCHED_FLAG_RESET_ON_FORK | SCHED_FLAG_RECLAIM,
		.runtime_ns = runtime_ns(heartbeat),
		.deadline_ns = PERIOD_NS,
		.period_ns = PERIOD_NS,
	};
	int error = syscall(SYS_sched_setattr, 0, &attributes, 0) ? errno : 0;

	scheduling->runtime_ns = attributes.runtime_ns;
	if (!error)
		scheduling->policy = SCHED_DEADLINE;
	else
		snprintf(scheduling->reason, sizeof(scheduling->reason),
			 "SCHED_DEADLINE was refused (%s): %s", strerror(error),
			 deadline_remedy(error));
}

static void request_fifo(struct scheduling *scheduling, int priority)
{
	struct sched_param parameters = {.sched_priority = priority};

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters) == 0) {
		scheduling->policy = SCHED_FIFO;
		scheduling->fifo_priority = priority;
		return;
	}
	snprintf(
		scheduling->reason, sizeof(scheduling->reason),
		"SCHED_FIFO %d was refused (%s): grant CAP_SYS_NICE and, in a container, a real-time budget (cpu.rt_runtime_us)",
		priority, strerror(errno));
}

/*
 * Where RLIMIT_MEMLOCK applies, only what is allocated now is locked: with MCL_FUTURE, what a later
 * reload needs beyond the limit could not be allocated at all.
 */
static void lock_memory(struct scheduling *scheduling)
{
	bool unlimited = capng_have_capability(CAPNG_EFFECTIVE, CAP_IPC_LOCK);

	malloc_trim(0);
	if (mlockall(MCL_CURRENT | (unlimited ? MCL_FUTURE : 0)) == 0 || memory_lock_needed()) {
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

static void request_realtime(struct scheduling *scheduling, const struct config *config)
{
	int fifo_priority = config->realtime_priority;

	if (!fifo_priority)
		request_deadline(scheduling, config->heartbeat);
	if (scheduling->policy == SCHED_OTHER)
		request_fifo(scheduling, fifo_priority ? fifo_priority : FIFO_PRIORITY_DEFAULT);
	if (scheduling->policy == SCHED_OTHER)
		log_warning("ordinary scheduling: a busy machine may delay probes: %s",
			    scheduling->reason);
	else if (*scheduling->reason)
		log_warning(
			"SCHED_FIFO %d: tasks of a higher priority, and real-time throttling, may delay probes: %s",
			scheduling->fifo_priority, scheduling->reason);
}

void scheduling_apply(struct scheduling *scheduling, const struct config *config)
{
	*scheduling = (struct scheduling){.policy = SCHED_OTHER};
	lock_memory(scheduling);
	if (!config->no_realtime)
		request_realtime(scheduling, config);
	if (scheduling->policy == SCHED_OTHER)
		use_ordinary(config->nice);
}

bool scheduling_differs(const struct config *a, const struct config *b)
{
	return a->no_realtime != b->no_realtime || a->realtime_priority != b->realtime_priority ||
	       a->nice != b->nice;
}

static const char *policy_name(int policy)
{
	switch (policy) {
	case SCHED_DEADLINE:
		return "deadline";
	case SCHED_FIFO:
		return "fifo";
	default:
		return "other";
	}
}

json_t *scheduling_json(const struct scheduling *scheduling)
{
	json_t *json = json_pack("{s:s, s:b}", "policy", policy_name(scheduling->policy),
				 "memory_locked", scheduling->memory_locked);

	if (scheduling->policy == SCHED_FIFO)
		json_object_set_new(json, "priority", json_integer(scheduling->fifo_priority));
	if (scheduling->policy == SCHED_DEADLINE) {
		json_object_set_new(json, "runtime_ns",
				    json_integer((json_int_t)scheduling->runtime_ns));
		json_object_set_new(json, "period_ns", json_integer(PERIOD_NS));
	}
	if (*scheduling->reason)
		json_object_set_new(json, "reason", json_string(scheduling->reason));
	return json;
}
