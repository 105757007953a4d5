/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards when daemons die, fail to start, and return, with the daemon's own loading and pinning
 * (user/kernel), on no interface. */
#include "tests/bpf/fixture.h"

#include "user/kernel/load/daemon_exit.h"
#include "user/kernel/maps/claims.h"
#include "user/kernel/maps/guards.h"
#include "user/kernel/maps/self.h"
#include "user/kernel/system/bpffs.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EARLIER_NODE 1
#define INSTANCE_INDEX 3
#define NS_PER_MS 1000000ULL
#define FAR_NS (3600000 * NS_PER_MS)

/* Until the daemon's death is noticed, packets check deadlines. */
#define FENCING (XB_FENCING_SOME | XB_FENCING_BY_PACKETS)

static struct kernel kernel;
/* Of this process, because its pins are where those of all daemons are. */
static char daemon_name[32];

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 * NS_PER_MS + (uint64_t)now.tv_nsec;
}

static void on_event(void *context, const struct xb_event *event)
{
	(void)context;
	(void)event;
}

/* Of the starts so far: the grace of a test is longer than a start takes on this machine. */
static uint64_t longest_start_ns;

/* Another node id means another configuration. */
static int start(uint16_t node_id)
{
	static const struct xb_key keys[XB_KEYS_MAX];
	const struct kernel_setup setup = {
		.daemon_name = daemon_name, .constants = {.node_id = node_id}, .keys = keys};
	uint64_t begin_ns = now_ns();
	int error = kernel_prepare(&kernel, &setup);

	if (!error)
		error = kernel_start(&kernel, &setup, on_event, NULL);
	if (now_ns() - begin_ns > longest_start_ns)
		longest_start_ns = now_ns() - begin_ns;
	if (!error && !kernel.adopted)
		kernel.self->epoch = 1;
	return error;
}

static size_t claim(uint64_t deadline_ns)
{
	const struct xb_address address = address_of("10.0.0.1");
	size_t slot;

	assert_int_equal(kernel_guard_claim(&kernel, 0, &address, INSTANCE_INDEX, &slot), 0);
	if (deadline_ns)
		kernel_guard_extend(&kernel, slot, deadline_ns);
	assert_int_equal(kernel_guard_arm_timer(&kernel), 0);
	return slot;
}

/* What a daemon has done when it is killed. */
static void hold(uint64_t held_ns)
{
	claim(now_ns() + held_ns);
}

/* An address that is placed for a claim has no deadline yet. */
static void close_for_a_claim(uint64_t held_ns)
{
	claim(0);
	kernel_close(&kernel, 1 << INSTANCE_INDEX, now_ns() + held_ns);
}

/* A daemon that holds an address until it is killed. */
static void live_and_die_after(void (*act)(uint64_t held_ns), uint64_t held_ns, unsigned grace_ms)
{
	int ready[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also if the test fails */
		if (start(EARLIER_NODE) == 0 &&
		    kernel_watch_daemon(&kernel, (uint32_t)getpid(), grace_ms * NS_PER_MS) == 0) {
			act(held_ns);
			if (write(ready[1], "", 1) == 1)
				pause();
		}
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void live_and_die(uint64_t held_ns, unsigned grace_ms)
{
	live_and_die_after(hold, held_ns, grace_ms);
}

static bool is_pinned(const char *name)
{
	char path[BPFFS_PATH_BYTES];

	bpffs_path(path, daemon_name, "", name);
	return access(path, F_OK) == 0;
}

/* Addresses exist in maps only. */
static void leave(void *context, unsigned interface_index, const struct xb_address *address)
{
	(void)context;
	(void)interface_index;
	(void)address;
}

/* Removes the leftovers of a failed test. */
static int clean(void **state)
{
	(void)state;
	if (kernel.daemon_name[0]) {
		kernel_guard_release_unclaimed(&kernel, leave, NULL);
		for (size_t i = 0; i < XB_GUARD_MAX; i++)
			if (kernel.guards[i].used)
				kernel_guard_release(&kernel, i);
		kernel_stop(&kernel);
	}
	bpffs_remove(daemon_name);
	return 0;
}

static void test_restart_within_the_grace(void **state)
{
	size_t slot;

	(void)state;
	live_and_die(FAR_NS, 10000);
	assert_int_equal(start(EARLIER_NODE), 0);
	assert_true(kernel.adopted);
	assert_int_not_equal(kernel.self->died_ns, 0);
	slot = claim(0);
	assert_int_equal(kernel.guards[slot].deadline_ns, kernel.self->died_ns + 10000 * NS_PER_MS);
	assert_false(kernel_guard_has_expired(&kernel, slot, now_ns()));
	kernel_guard_extend(&kernel, slot, now_ns() + FAR_NS);
	assert_int_equal(kernel_watch_daemon(&kernel, (uint32_t)getpid(), 0), 0);
	assert_int_equal(kernel.self->died_ns, 0);
	assert_int_equal(kernel.self->fencing, XB_FENCING_NONE);
	assert_false(kernel_guard_has_expired(&kernel, slot, now_ns() + FAR_NS / 2));
}

static void test_restart_after_the_grace(void **state)
{
	size_t slot;

	(void)state;
	live_and_die(FAR_NS, 0);
	assert_int_equal(start(EARLIER_NODE), 0);
	slot = claim(now_ns() + FAR_NS);
	assert_true(kernel_guard_has_expired(&kernel, slot, now_ns()));
	assert_int_equal(kernel.self->fencing, FENCING);
	assert_int_equal(kernel.self->fenced_bits, 1 << INSTANCE_INDEX);
	kernel_guard_lift(&kernel, slot);
	assert_int_equal(kernel.self->fencing, XB_FENCING_BY_PACKETS);
	assert_int_equal(kernel.self->fenced_bits, 0);
}

/* With maps of its own, except those of the guard. */
static void test_another_configuration_lifts_no_fence(void **state)
{
	size_t slot;

	(void)state;
	live_and_die(FAR_NS, 0);
	assert_int_equal(start(EARLIER_NODE + 1), 0);
	assert_false(kernel.adopted);
	assert_int_equal(kernel.self->fencing, FENCING);
	assert_int_equal(kernel.self->fenced_bits, 0); /* indexes of another configuration */
	slot = claim(0);
	assert_true(kernel_guard_has_expired(&kernel, slot, now_ns()));
	assert_int_equal(kernel.self->fenced_bits, 1 << INSTANCE_INDEX);
}

static void test_another_configuration_keeps_deadlines(void **state)
{
	size_t slot;

	(void)state;
	live_and_die(FAR_NS, (unsigned)(500 + 3 * longest_start_ns / NS_PER_MS));
	assert_int_equal(start(EARLIER_NODE + 1), 0);
	slot = claim(0);
	assert_false(kernel_guard_has_expired(&kernel, slot, now_ns()));
	while (kernel.guards[slot].deadline_ns != XB_GUARD_FENCED)
		usleep(1000); /* the timer takes the new deadline */
	assert_int_equal(kernel.self->fencing, FENCING);
}

static void test_a_failed_start_lifts_no_fence(void **state)
{
	(void)state;
	live_and_die(FAR_NS, 0);
	assert_int_equal(start(EARLIER_NODE), 0);
	kernel_stop(&kernel);
	assert_true(is_pinned("xb_guard"));
	assert_true(is_pinned("xb_self"));
	assert_int_equal(start(EARLIER_NODE), 0);
	assert_true(kernel.adopted);
	assert_int_equal(kernel.self->fencing, FENCING);
	kernel_guard_release_unclaimed(&kernel, leave, NULL);
	kernel_stop(&kernel);
	assert_false(is_pinned("xb_guard"));
}

/* Its address may be on an interface, and another node has it, or will. */
static void test_what_was_closed_is_fenced(void **state)
{
	size_t slot;

	(void)state;
	live_and_die_after(close_for_a_claim, FAR_NS, 0);
	assert_int_equal(start(EARLIER_NODE), 0);
	assert_true(kernel.adopted);
	slot = claim(0);
	assert_true(kernel_guard_has_expired(&kernel, slot, now_ns()));
	assert_int_equal(kernel_self_closed(&kernel), 0);
	kernel_guard_lift(&kernel, slot);
	assert_int_equal(kernel.self->fencing, XB_FENCING_BY_PACKETS);
}

static void test_another_configuration_fences_what_was_closed(void **state)
{
	(void)state;
	live_and_die_after(close_for_a_claim, FAR_NS, 0);
	assert_int_equal(start(EARLIER_NODE + 1), 0);
	assert_false(kernel.adopted);
	assert_true(kernel_guard_has_expired(&kernel, claim(0), now_ns()));
	assert_int_equal(kernel.self->fencing, FENCING);
	assert_int_equal(kernel.self->fenced_bits, 1 << INSTANCE_INDEX);
}

#define RESTART_TEST(function) cmocka_unit_test_teardown(function, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RESTART_TEST(test_restart_within_the_grace),
		RESTART_TEST(test_restart_after_the_grace),
		RESTART_TEST(test_another_configuration_lifts_no_fence),
		RESTART_TEST(test_another_configuration_keeps_deadlines),
		RESTART_TEST(test_a_failed_start_lifts_no_fence),
		RESTART_TEST(test_what_was_closed_is_fenced),
		RESTART_TEST(test_another_configuration_fences_what_was_closed),
	};

	snprintf(daemon_name, sizeof(daemon_name), "test_guard_restart_%d", getpid());
	return fixture_may_run() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
