/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard: both halves of it, the kernel's program and timer and the daemon's kernel_guard.c. */
#include "fixture.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <user/daemon/bpffs.h>
#include <user/daemon/kernel_guard.h>

#include "xbeat.skel.h"

#define TCP 6
#define ICMPV6 58
#define VIP4 "10.0.0.1" /* the destinations of the fixture's heartbeats */
#define VIP6 "fd00::1"
#define OTHER4 "10.0.0.9"
#define PLACE 3
#define NS_PER_MS 1000000ULL
#define FAR_NS (3600000 * NS_PER_MS)

static struct kernel kernel;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 * NS_PER_MS + (uint64_t)now.tv_nsec;
}

static void sleep_ms(unsigned ms)
{
	const struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	nanosleep(&wait, NULL);
}

static int reset(void **state)
{
	struct fixture *fixture = *state;
	int error = fixture_reset(state);

	kernel = (struct kernel){.instance = "test_guard",
				 .skeleton = fixture->program,
				 .self = fixture->self,
				 .guards = fixture->guards,
				 .adopted = true};
	return error;
}

/* Without a daemon's death to be noticed by the kernel any more. */
static int leave(void **state)
{
	(void)state;
	kernel_watch_daemon(&kernel, 0, 0);
	if (kernel.exit_link_fd > 0)
		close(kernel.exit_link_fd);
	bpffs_remove(kernel.instance);
	return 0;
}

/* Claims and holds an address. */
static size_t hold_at(unsigned interface_index, const char *text, uint8_t place,
		      uint64_t deadline_ns)
{
	const struct xb_address address = address_of(text);
	size_t slot;

	assert_int_equal(kernel_guard_claim(&kernel, interface_index, &address, place, &slot), 0);
	kernel_guard_extend(&kernel, slot, deadline_ns);
	assert_int_equal(kernel_guard_watch(&kernel), 0);
	return slot;
}

static size_t hold(const char *text, uint64_t wait_ns)
{
	return hold_at(0, text, PLACE, now_ns() + wait_ns);
}

static void packet_to(int slot, uint8_t protocol, struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(slot, XB_PROBE);

	heartbeat.destination_port = 80;
	frame_build(&heartbeat, frame);
	frame->bytes[frame->network + (frame->ipv6 ? 6 : 9)] = protocol;
}

/* An ARP packet for an address, from nobody (a probe) or an address. */
static void arp(uint8_t operation, const char *sender, const char *target, struct frame *frame)
{
	static const uint8_t head[] = {0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0};
	uint8_t *bytes = frame->bytes;

	*frame = (struct frame){.length = 60, .network = 14};
	memset(bytes, 0xff, 6);
	memcpy(bytes + 12, head, sizeof(head));
	bytes[21] = operation;
	inet_pton(AF_INET, sender, bytes + 28);
	inet_pton(AF_INET, target, bytes + 38);
}

/* A Neighbor Solicitation for VIP6, to its solicited-node group. */
static void solicitation(struct frame *frame)
{
	const struct xb_address target = address_of(VIP6), group = address_of("ff02::1:ff00:1");

	packet_to(SLOT_IPV6, ICMPV6, frame);
	memcpy(frame->bytes + frame->network + 24, group.bytes, 16);
	memset(frame->bytes + frame->udp, 0, 8);
	frame->bytes[frame->udp] = 135;
	memcpy(frame->bytes + frame->udp + 8, target.bytes, 16);
}

static void expect(struct fixture *fixture, const struct frame *frame, bool let_in)
{
	if (let_in)
		fixture_expect_uncounted(fixture, frame, ACTION_PASS);
	else
		fixture_expect(fixture, frame, ACTION_DROP, XB_DROP_FENCED);
}

/* Everything for one of the two VIPs that must not come in. */
static void expect_all(struct fixture *fixture, int slot, bool let_in)
{
	struct frame frame;

	packet_to(slot, TCP, &frame);
	expect(fixture, &frame, let_in);
	packet_to(slot, 112, &frame); /* an advert of an instance that is not served */
	expect(fixture, &frame, let_in);
	if (slot == SLOT_IPV6) {
		solicitation(&frame);
		expect(fixture, &frame, let_in);
		frame_insert(&frame, frame.udp, 8); /* behind an extension header */
		frame.bytes[frame.network + 6] = 60;
		frame.bytes[frame.network + 40] = ICMPV6;
		expect(fixture, &frame, let_in);
		return;
	}
	arp(1, "10.0.0.2", VIP4, &frame);
	expect(fixture, &frame, let_in);
	arp(1, "0.0.0.0", VIP4, &frame);
	expect(fixture, &frame, let_in);
}

/* What the answer to a PROBE says. */
static struct xb_packet answer(struct fixture *fixture)
{
	static uint32_t seq = 40;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	heartbeat.seq = ++seq;
	frame_build(&heartbeat, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX);
	assert_true(frame_packet(&frame)->tag == frame_tag(&frame, key_old));
	return *frame_packet(&frame);
}

static void test_held_until_the_deadline(void **state)
{
	struct fixture *fixture = *state;
	size_t slots[] = {hold(VIP4, FAR_NS), hold(VIP6, FAR_NS)};

	for (int i = 0; i < 2; i++) {
		expect_all(fixture, i ? SLOT_IPV6 : SLOT_A, true);
		fixture->guards[slots[i]].deadline_ns = now_ns();
	}
	assert_false(kernel_guard_passed(&kernel, slots[0], now_ns() - FAR_NS));
	assert_true(kernel_guard_passed(&kernel, slots[0], now_ns()));
	kernel_guard_look(&kernel);
	for (int i = 0; i < 2; i++)
		expect_all(fixture, i ? SLOT_IPV6 : SLOT_A, false);
	assert_int_equal(answer(fixture).fenced_bits, htons(1 << PLACE));
}

static void test_what_is_not_for_the_address(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	hold(OTHER4, 0);
	hold_at(INTERFACE_INDEX + 1, VIP6, PLACE, now_ns());
	expect_all(fixture, SLOT_A, true);
	expect_all(fixture, SLOT_IPV6, true);
	hold(VIP4, 0);
	arp(2, "10.0.0.2", VIP4, &frame); /* a reply */
	expect(fixture, &frame, true);
	arp(1, VIP4, "10.0.0.2", &frame);
	expect(fixture, &frame, true);
}

/* A VLAN's are looked at on its interface. */
static void test_tagged_packets_pass(void **state)
{
	struct frame frame;

	hold(VIP4, 0);
	for (int i = 0; i < 2; i++) {
		if (i)
			packet_to(SLOT_A, TCP, &frame);
		else
			arp(1, "10.0.0.2", VIP4, &frame);
		frame_insert(&frame, 12, 4);
		memcpy(frame.bytes + 12, "\x81\x00\x00\x0a", 4);
		expect(*state, &frame, true);
	}
}

static void test_an_interface_of_its_own(void **state)
{
	struct fixture *fixture = *state;

	hold_at(INTERFACE_INDEX, VIP6, PLACE, now_ns());
	expect_all(fixture, SLOT_IPV6, false);
	expect_all(fixture, SLOT_A, true);
}

static void test_heartbeats_are_answered(void **state)
{
	hold(VIP4, 0);
	assert_int_equal(answer(*state).fenced_bits, htons(1 << PLACE));
}

/* The PROBE itself finds that the time is up, and the fence is closed when the answer says so. */
static void test_an_answer_looks_first(void **state)
{
	struct fixture *fixture = *state;
	size_t slot = hold(VIP4, FAR_NS);

	assert_int_equal(answer(fixture).fenced_bits, 0);
	fixture->guards[slot].deadline_ns = fixture->self->guard_due_ns = now_ns();
	assert_int_equal(answer(fixture).fenced_bits, htons(1 << PLACE));
	expect_all(fixture, SLOT_A, false);
}

/* With nobody looking. */
static void test_the_timer_fences(void **state)
{
	struct fixture *fixture = *state;
	uint64_t due_ns = now_ns() + 30 * NS_PER_MS;
	size_t slot = hold_at(0, VIP4, PLACE, due_ns);

	fixture_events(fixture);
	sleep_ms(60);
	assert_int_equal(fixture->guards[slot].deadline_ns, XB_GUARD_FENCED);
	assert_int_equal(fixture_events(fixture), 1);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_FENCED);
	assert_int_equal(fixture->events[0].slot, slot);
	print_message("    the timer was %.3f ms late\n",
		      (double)(fixture->events[0].arrival_ns - due_ns) / (double)NS_PER_MS);
	assert_true(fixture->events[0].arrival_ns >= due_ns);
	expect_all(fixture, SLOT_A, false);
}

static void test_an_earlier_deadline_is_not_missed(void **state)
{
	struct fixture *fixture = *state;

	hold(OTHER4, FAR_NS);
	hold_at(0, VIP4, XB_GUARD_NO_PLACE, now_ns() + 20 * NS_PER_MS);
	sleep_ms(50);
	expect_all(fixture, SLOT_A, false);
	assert_int_equal(answer(fixture).fenced_bits, 0);
}

static void test_extended_in_time(void **state)
{
	struct fixture *fixture = *state;
	size_t slot = hold(VIP4, 100 * NS_PER_MS);

	for (int i = 0; i < 25; i++) {
		sleep_ms(10);
		assert_false(kernel_guard_passed(&kernel, slot, now_ns()));
		kernel_guard_extend(&kernel, slot, now_ns() + 100 * NS_PER_MS);
	}
	expect_all(fixture, SLOT_A, true);
	assert_int_equal(fixture_events(fixture), 0);
	sleep_ms(130);
	expect_all(fixture, SLOT_A, false);
}

static void test_sticky_until_the_end(void **state)
{
	struct fixture *fixture = *state;
	size_t slot = hold(VIP4, 0);

	kernel_guard_extend(&kernel, slot, now_ns() + FAR_NS);
	kernel_guard_watch(&kernel);
	expect_all(fixture, SLOT_A, false);
	assert_true(kernel_guard_passed(&kernel, slot, now_ns()));
	kernel_guard_end(&kernel, slot);
	expect_all(fixture, SLOT_A, true);
	assert_int_equal(fixture->self->fencing, 0);
	assert_int_equal(answer(fixture).fenced_bits, 0);
	kernel_guard_extend(&kernel, slot, now_ns() + FAR_NS);
	assert_false(kernel_guard_passed(&kernel, slot, now_ns()));
	expect_all(fixture, SLOT_A, true);
}

/* The addresses of an instance are fenced together, and it is fenced until the last one's fence is lifted. */
static void test_an_instance_as_a_whole(void **state)
{
	struct fixture *fixture = *state;
	size_t late = hold(VIP4, FAR_NS);
	size_t other = hold_at(0, VIP6, PLACE + 1, now_ns() + FAR_NS);
	size_t due = hold(OTHER4, 0);

	assert_true(kernel_guard_passed(&kernel, late, now_ns()));
	assert_false(kernel_guard_passed(&kernel, other, now_ns()));
	expect_all(fixture, SLOT_A, false);
	expect_all(fixture, SLOT_IPV6, true);
	kernel_guard_end(&kernel, due);
	expect_all(fixture, SLOT_A, false);
	assert_int_equal(answer(fixture).fenced_bits, htons(1 << PLACE));
	kernel_guard_end(&kernel, late);
	expect_all(fixture, SLOT_A, true);
	assert_int_equal(answer(fixture).fenced_bits, 0);
}

/* One more address of an instance that the kernel side is just fencing. */
static void test_no_address_is_added_to_a_fenced_instance(void **state)
{
	struct fixture *fixture = *state;

	fixture->self->fencing_bits = 1 << PLACE;
	assert_true(kernel_guard_passed(&kernel, hold(VIP4, FAR_NS), now_ns()));
}

/* context: the address that is to be removed, and no other; it is overwritten. */
static void take_removed(void *context, unsigned interface_index, const struct xb_address *address)
{
	struct xb_address *expected = context;

	assert_int_equal(interface_index, 0);
	assert_memory_equal(address, expected, sizeof(*expected));
	memset(expected, 0, sizeof(*expected));
}

static void test_slots_outlive_a_daemon(void **state)
{
	struct xb_address removed = address_of(OTHER4);
	struct fixture *fixture = *state;
	const struct xb_address address = address_of(VIP4), other = address_of(OTHER4);
	size_t slot = hold(VIP4, 0), gone = hold(OTHER4, FAR_NS), again;

	memset(kernel.guard_claimed, 0, sizeof(kernel.guard_claimed));
	assert_int_equal(kernel_guard_start(&kernel), 0);
	expect_all(fixture, SLOT_A, false);
	assert_int_equal(kernel_guard_claim(&kernel, 0, &address, PLACE + 2, &again), 0);
	assert_int_equal(again, slot);
	assert_int_equal(answer(fixture).fenced_bits, htons(1 << (PLACE + 2) | 1 << PLACE));
	kernel_guard_release_unclaimed(&kernel, take_removed, &removed);
	assert_int_equal(removed.bytes[15], 0);
	assert_int_equal(answer(fixture).fenced_bits, htons(1 << (PLACE + 2)));
	assert_int_equal(fixture->guards[gone].used, 0);
	assert_int_equal(kernel_guard_claim(&kernel, 0, &address, PLACE, &again), -EEXIST);
	assert_int_equal(kernel_guard_claim(&kernel, 0, &other, PLACE, &again), 0);
	assert_false(kernel_guard_passed(&kernel, again, now_ns()));
	kernel_guard_release(&kernel, slot);
	expect_all(fixture, SLOT_A, true);
}

static void test_as_many_as_there_are(void **state)
{
	size_t slot;

	(void)state;
	for (unsigned i = 0; i <= XB_GUARD_MAX; i++) {
		struct xb_address address = address_of("10.9.0.0");
		int error;

		address.bytes[14] = (uint8_t)(i >> 8);
		address.bytes[15] = (uint8_t)i;
		error = kernel_guard_claim(&kernel, 0, &address, XB_GUARD_NO_PLACE, &slot);
		assert_int_equal(error, i < XB_GUARD_MAX ? 0 : -ENOSPC);
	}
}

/* A child that is the daemon for the kernel side, and waits to be killed. */
static pid_t daemon_child(unsigned grace_ms)
{
	pid_t child = fork();

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also if the test fails */
		pause();
		_exit(0);
	}
	assert_int_equal(bpffs_prepare(kernel.instance), 0);
	assert_int_equal(kernel_watch_daemon(&kernel, (uint32_t)child, grace_ms * NS_PER_MS), 0);
	return child;
}

static void end_child(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void test_death(void **state)
{
	struct fixture *fixture = *state;
	size_t slot = hold(VIP4, FAR_NS);
	pid_t child = daemon_child(50);
	uint64_t killed_ns;

	assert_int_equal(answer(fixture).node_state, XB_NODE_RUNNING);
	killed_ns = now_ns();
	end_child(child);
	assert_in_range(fixture->self->died_ns, killed_ns, now_ns());
	assert_int_equal(answer(fixture).node_state, XB_NODE_DEAD);
	assert_int_equal(fixture->guards[slot].deadline_ns,
			 fixture->self->died_ns + 50 * NS_PER_MS);
	assert_true(fixture->self->guard_due_ns <= fixture->guards[slot].deadline_ns);
	assert_int_equal(answer(fixture).fenced_bits, 0);
	fixture_events(fixture);
	sleep_ms(80); /* nobody looks but the timer */
	assert_int_equal(fixture_events(fixture), 1);
	print_message("    fenced %.3f ms after the grace\n",
		      (double)(fixture->events[0].arrival_ns - fixture->self->died_ns) /
				      (double)NS_PER_MS -
			      50);
	expect_all(fixture, SLOT_A, false);
	assert_int_equal(answer(fixture).fenced_bits, htons(1 << PLACE));
	kernel_watch_daemon(&kernel, (uint32_t)getpid(), 50 * NS_PER_MS);
	assert_int_equal(answer(fixture).node_state, XB_NODE_RUNNING);
	expect_all(fixture, SLOT_A, false);
}

static void test_death_leaves_an_earlier_deadline(void **state)
{
	struct fixture *fixture = *state;
	uint64_t deadline_ns = now_ns() + 500 * NS_PER_MS;
	size_t slot = hold_at(0, VIP4, PLACE, deadline_ns);

	end_child(daemon_child(1000));
	assert_int_not_equal(fixture->self->died_ns, 0);
	assert_int_equal(fixture->guards[slot].deadline_ns, deadline_ns);
}

static void test_death_without_grace(void **state)
{
	hold(VIP4, FAR_NS);
	end_child(daemon_child(0));
	expect_all(*state, SLOT_A, false);
}

/* Processes of others, children of the daemon, its threads: none of these is its death, nor is a clean stop. */
static void test_other_exits_are_none(void **state)
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

/* A daemon with a program and maps of its own, of which it pins what a daemon does, and then waits to be killed. */
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
		bpffs_path(path, kernel.instance, "", bpf_map__name(pinned[i]));
		bpffs_pin(bpf_map__fd(pinned[i]), path);
	}
	kernel_watch_daemon(&kernel, (uint32_t)getpid(), 40 * NS_PER_MS);
	hold(VIP4, FAR_NS);
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

	bpffs_path(path, kernel.instance, "", "xb_guard");
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &zero, &guard), 0);
	close(fd);
	return guard.deadline_ns;
}

/* Nothing is left of the daemon but what it pinned, and that fences. */
static void test_fenced_after_kill(void **state)
{
	int ready[2];
	pid_t child;
	char byte;

	(void)state;
	assert_int_equal(bpffs_prepare(kernel.instance), 0);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0)
		be_daemon(ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	assert_true(kernel_guard_is_held(kernel.instance));
	end_child(child);
	assert_in_range(pinned_deadline(), now_ns(), now_ns() + 40 * NS_PER_MS);
	sleep_ms(70);
	assert_int_equal(pinned_deadline(), XB_GUARD_FENCED);
	assert_true(kernel_guard_is_held(kernel.instance));
}

#define GUARD_TEST(function) cmocka_unit_test_setup_teardown(function, reset, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARD_TEST(test_held_until_the_deadline),
		GUARD_TEST(test_what_is_not_for_the_address),
		GUARD_TEST(test_tagged_packets_pass),
		GUARD_TEST(test_an_interface_of_its_own),
		GUARD_TEST(test_heartbeats_are_answered),
		GUARD_TEST(test_an_answer_looks_first),
		GUARD_TEST(test_the_timer_fences),
		GUARD_TEST(test_an_earlier_deadline_is_not_missed),
		GUARD_TEST(test_extended_in_time),
		GUARD_TEST(test_sticky_until_the_end),
		GUARD_TEST(test_an_instance_as_a_whole),
		GUARD_TEST(test_no_address_is_added_to_a_fenced_instance),
		GUARD_TEST(test_slots_outlive_a_daemon),
		GUARD_TEST(test_as_many_as_there_are),
		GUARD_TEST(test_death),
		GUARD_TEST(test_death_leaves_an_earlier_deadline),
		GUARD_TEST(test_death_without_grace),
		GUARD_TEST(test_other_exits_are_none),
		GUARD_TEST(test_fenced_after_kill),
	};

	return FIXTURE_RUN(tests);
}
