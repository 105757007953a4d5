/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel side treats as the death of the daemon, and what not. */
#include "tests/bpf/guarded.h"

#include "user/kernel/system/bpffs.h"
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "xbeat.skel.h"

#define GRACE_MS 400 /* enough for a busy machine to run this program */

/* A child process that the kernel side takes for the daemon, and that waits to be killed. */
static pid_t daemon_child(unsigned grace_ms)
{
	pid_t child = fork();

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also if the test fails */
		pause();
		_exit(0);
	}
	assert_int_equal(bpffs_prepare(kernel.daemon_name), 0);
	assert_int_equal(kernel_watch_daemon(&kernel, (uint32_t)child, grace_ms * NS_PER_MS), 0);
	return child;
}

static void end_child(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* A daemon with its own program and maps; it pins them as a daemon does, then waits to be
 * killed. */
static void be_daemon(int ready_fd)
{
	struct xbeat_bpf *program = xbeat_bpf__open_and_load();
	const struct bpf_map *pinned[] = {program->maps.xb_guard, program->maps.xb_guard_timer};
	char path[BPFFS_PATH_BYTES];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	kernel.skeleton = program;
	kernel.self = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			   bpf_map__fd(program->maps.xb_self), 0);
	kernel.guards = mmap(NULL, XB_GUARD_MAX * sizeof(struct xb_guard), PROT_READ | PROT_WRITE,
			     MAP_SHARED, bpf_map__fd(program->maps.xb_guard), 0);
	for (size_t i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++) {
		bpffs_path(path, kernel.daemon_name, "", bpf_map__name(pinned[i]));
		bpffs_pin(bpf_map__fd(pinned[i]), path);
	}
	kernel_watch_daemon(&kernel, (uint32_t)getpid(), GRACE_MS * NS_PER_MS);
	guarded_hold(VIP4, FAR_NS);
	if (write(ready_fd, "", 1) == 1)
		pause();
	_exit(1);
}

static uint64_t pinned_deadline(void)
{
	struct xb_guard guard = {0};
	char path[BPFFS_PATH_BYTES];
	__u32 zero = 0;
	int fd;

	bpffs_path(path, kernel.daemon_name, "", "xb_guard");
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &zero, &guard), 0);
	close(fd);
	return guard.deadline_ns;
}

static void test_death(void **state)
{
	struct fixture *fixture = *state;
	size_t slot = guarded_hold(VIP4, FAR_NS);
	pid_t child = daemon_child(GRACE_MS);
	uint64_t killed_ns;

	assert_int_equal(guarded_answer(fixture).node_state, XB_NODE_RUNNING);
	killed_ns = now_ns();
	end_child(child);
	assert_in_range(fixture->self->died_ns, killed_ns, now_ns());
	assert_int_equal(guarded_answer(fixture).node_state, XB_NODE_DEAD);
	assert_int_equal(fixture->guards[slot].deadline_ns,
			 fixture->self->died_ns + GRACE_MS * NS_PER_MS);
	assert_true(fixture->self->guard_due_ns <= fixture->guards[slot].deadline_ns);
	assert_int_equal(guarded_answer(fixture).fenced_bits, 0);
	fixture_events(fixture);
	/* Only the timer checks it. */
	assert_int_equal(guarded_wait_events(fixture), 1);
	print_message("    fenced %.3f ms after the end of the grace\n",
		      (double)(fixture->events[0].arrival_ns - fixture->self->died_ns) /
				      (double)NS_PER_MS -
			      GRACE_MS);
	guarded_expect_all(fixture, SLOT_A, false);
	assert_int_equal(guarded_answer(fixture).fenced_bits, htons(1 << INSTANCE_INDEX));
	kernel_watch_daemon(&kernel, (uint32_t)getpid(), GRACE_MS * NS_PER_MS);
	assert_int_equal(guarded_answer(fixture).node_state, XB_NODE_RUNNING);
	guarded_expect_all(fixture, SLOT_A, false);
}

static void test_death_leaves_an_earlier_deadline(void **state)
{
	struct fixture *fixture = *state;
	uint64_t deadline_ns = now_ns() + 500 * NS_PER_MS;
	size_t slot = guarded_hold_at(0, VIP4, INSTANCE_INDEX, deadline_ns);

	end_child(daemon_child(1000));
	assert_int_not_equal(fixture->self->died_ns, 0);
	assert_int_equal(fixture->guards[slot].deadline_ns, deadline_ns);
}

static void test_death_without_grace(void **state)
{
	guarded_hold(VIP4, FAR_NS);
	end_child(daemon_child(0));
	guarded_expect_all(*state, SLOT_A, false);
}

/* Not a death of the daemon: other processes, its children, its threads, a clean stop. */
static void test_other_exits_are_no_death(void **state)
{
	struct fixture *fixture = *state;
	pid_t child = daemon_child(0);

	if (fork() == 0)
		_exit(0);
	wait(NULL);
	assert_int_equal(fixture->self->died_ns, 0);
	kernel_watch_daemon(&kernel, 0, 0);
	end_child(child);
	assert_int_equal(fixture->self->died_ns, 0);
}

/* Only pinned objects remain of the daemon, and they fence. */
static void test_fenced_after_kill(void **state)
{
	uint64_t killed_ns;
	int ready[2];
	pid_t child;
	char byte;

	(void)state;
	assert_int_equal(bpffs_prepare(kernel.daemon_name), 0);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0)
		be_daemon(ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	assert_true(kernel_guard_is_held(kernel.daemon_name));
	killed_ns = now_ns();
	end_child(child);
	assert_in_range(pinned_deadline(), killed_ns, now_ns() + GRACE_MS * NS_PER_MS);
	while (pinned_deadline() != XB_GUARD_FENCED)
		sleep_ms(1);
	assert_true(kernel_guard_is_held(kernel.daemon_name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARDED_TEST(test_death),
		GUARDED_TEST(test_death_leaves_an_earlier_deadline),
		GUARDED_TEST(test_death_without_grace),
		GUARDED_TEST(test_other_exits_are_no_death),
		GUARDED_TEST(test_fenced_after_kill),
	};

	return FIXTURE_RUN(tests);
}
