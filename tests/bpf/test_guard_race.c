/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Daemon, timer and PROBEs at once: after an answer has reported an instance as FENCED, its
 * addresses accept no packet until the daemon has started to release them; and no deadline is
 * missed. Deadlines are short, so that all three race. */
#include "tests/bpf/guarded.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xbeat.skel.h"

#define ADDRESSES 3
#define SECONDS 2
#define NS_PER_SECOND 1000000000ULL
#define HELD_NS_MAX 60000
#define FENCED_COUNT_MIN 1000
#define OTHERS 2000
#define TICK_NS 40000
#define JITTER_NS 10000

static uint64_t
	life; /* incremented before and after the daemon releases the addresses: odd in between */
static bool stop;

/* What the prober observed. */
static struct {
	uint64_t answer_count;
	uint64_t fenced_count; /* answers that reported FENCED */
	uint64_t broken_count; /* packets that were passed afterwards */
	uint64_t extended_count; /* holds that were extended when their guard expired */
	/* Of these, those whose new deadline no check would have covered in time. */
	uint64_t missed_count;
} seen;

/* An address of the instance; the first is the destination of the fixture's heartbeats. */
static struct xb_address vip(unsigned i)
{
	struct xb_address address = address_of("10.0.0.1");

	address.bytes[13] = (uint8_t)i;
	address.bytes[14] = (uint8_t)(i >> 8);
	return address;
}

/* One hold of the instance: extended a few times, one address after the other, until its guard has
 * expired. */
static void hold_once(const size_t slots[static ADDRESSES], unsigned *random)
{
	bool passed = false, first = true;

	while (!passed) {
		uint64_t deadline_ns = now_ns() + (unsigned)rand_r(random) % HELD_NS_MAX;

		for (unsigned i = 0; i < ADDRESSES; i++)
			kernel_guard_extend(&kernel, slots[i], deadline_ns);
		if (first)
			__atomic_add_fetch(&life, 1, __ATOMIC_SEQ_CST);
		first = false;
		if (rand_r(random) % 4 == 0)
			kernel_guard_arm_timer(&kernel);
		for (unsigned i = 0; i < ADDRESSES; i++)
			passed |= kernel_guard_has_expired(&kernel, slots[i], now_ns());
	}
	/* Stalls for a while, in which others may check. */
	for (uint64_t until_ns = now_ns() + HELD_NS_MAX; now_ns() < until_ns;)
		;
	__atomic_add_fetch(&life, 1, __ATOMIC_SEQ_CST);
	for (unsigned i = 0; i < ADDRESSES; i++)
		kernel_guard_lift(&kernel, slots[i]);
}

static void *be_daemon(void *context)
{
	unsigned random = 1;
	size_t slots[ADDRESSES];

	for (unsigned i = 0; i < ADDRESSES; i++) {
		const struct xb_address address = vip(i);

		if (kernel_guard_claim(&kernel, 0, &address, INSTANCE_INDEX, &slots[i]))
			abort();
	}
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		hold_once(slots, &random);
	return context;
}

static uint32_t run(struct fixture *fixture, struct frame *frame)
{
	uint8_t result[FRAME_BYTES_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes,
		    .data_size_in = (__u32)frame->length, .data_out = result,
		    .data_size_out = sizeof(result), .repeat = 1);

	if (bpf_prog_test_run_opts(bpf_program__fd(fixture->program->progs.xbeat), &options))
		abort();
	memcpy(frame->bytes, result, frame->length);
	return options.retval;
}

static void make_packets(struct frame packets[static ADDRESSES])
{
	for (unsigned i = 0; i < ADDRESSES; i++) {
		struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);

		heartbeat.destination = vip(i);
		frame_build(&heartbeat, &packets[i]);
		packets[i].bytes[packets[i].network + 9] = TCP;
	}
}

/* Sends one PROBE; if the answer reports FENCED, a packet to each address. */
static void probe_once(struct fixture *fixture, struct heartbeat *heartbeat,
		       struct frame packets[static ADDRESSES])
{
	uint64_t before = __atomic_load_n(&life, __ATOMIC_SEQ_CST);
	unsigned let_in = 0;
	struct frame frame;

	heartbeat->seq++;
	frame_build(heartbeat, &frame);
	if (run(fixture, &frame) != ACTION_TX)
		return;
	seen.answer_count++;
	if (!(frame_packet(&frame)->fenced_bits & htons(1 << INSTANCE_INDEX)))
		return;
	for (unsigned i = 0; i < ADDRESSES; i++)
		let_in += run(fixture, &packets[i]) == ACTION_PASS;
	if (!(before & 1) || __atomic_load_n(&life, __ATOMIC_SEQ_CST) != before)
		return;
	seen.fenced_count++;
	seen.broken_count += let_in;
}

static void test_reported_fence_drops_every_packet(void **state)
{
	static struct frame packets[ADDRESSES];
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	uint64_t end_ns = now_ns() + SECONDS * NS_PER_SECOND;
	pthread_t daemon;

	kernel = (struct kernel){
		.skeleton = fixture->program, .self = fixture->self, .guards = fixture->guards};
	make_packets(packets);
	assert_int_equal(pthread_create(&daemon, NULL, be_daemon, NULL), 0);
	while (now_ns() < end_ns || seen.fenced_count < FENCED_COUNT_MIN)
		probe_once(fixture, &heartbeat, packets);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(daemon, NULL);
	print_message("    %lu holds, %lu answers, of which %lu reported FENCED\n",
		      (unsigned long)life / 2, (unsigned long)seen.answer_count,
		      (unsigned long)seen.fenced_count);
	assert_int_equal(seen.broken_count, 0);
	/* Nothing of the fence remains, at the latest when an address is held again. */
	kernel_guard_stop_filtering(&kernel);
	kernel_guard_lift(&kernel, guarded_hold("10.0.0.9", FAR_NS));
	assert_int_equal(fixture->self->fencing, XB_FENCING_NONE);
	assert_int_equal(fixture->self->fenced_bits, 0);
	assert_int_equal(fixture->self->fencing_bits, 0);
}

/* One hold of an address that no packet reports, extended by a long time when its guard is about to
 * expire. Returns whether it was extended but its deadline is missed. */
static bool miss_once(size_t slot, unsigned *random)
{
	uint64_t due_ns, deadline_ns = now_ns() + TICK_NS;
	bool missed;

	kernel_guard_extend(&kernel, slot, deadline_ns);
	while (now_ns() < deadline_ns - JITTER_NS + (unsigned)rand_r(random) % (2 * JITTER_NS))
		;
	deadline_ns += FAR_NS;
	kernel_guard_extend(&kernel, slot, deadline_ns);
	for (uint64_t until_ns = now_ns() + TICK_NS; now_ns() < until_ns;)
		;
	due_ns = __atomic_load_n(&kernel.self->guard_due_ns, __ATOMIC_SEQ_CST);
	missed = !kernel_guard_has_expired(&kernel, slot, now_ns());
	seen.extended_count += missed;
	missed = missed && (!due_ns || due_ns > deadline_ns);
	kernel_guard_lift(&kernel, slot);
	return missed;
}

static void *extend_late(void *context)
{
	unsigned random = 1;
	size_t slot = 0, other;

	/* The other addresses make the scan long. */
	for (unsigned i = 0; i < OTHERS; i++) {
		const struct xb_address address = vip(i);

		if (kernel_guard_claim(&kernel, 0, &address, XB_GUARD_NO_INSTANCE,
				       i ? &other : &slot))
			abort();
	}
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		seen.missed_count += miss_once(slot, &random);
	return context;
}

static void test_no_deadline_is_missed(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	uint64_t end_ns = now_ns() + NS_PER_SECOND;
	struct frame frame;
	pthread_t daemon;

	kernel = (struct kernel){
		.skeleton = fixture->program, .self = fixture->self, .guards = fixture->guards};
	stop = false;
	assert_int_equal(pthread_create(&daemon, NULL, extend_late, NULL), 0);
	frame_build(&heartbeat, &frame);
	while (now_ns() < end_ns || !__atomic_load_n(&seen.extended_count, __ATOMIC_RELAXED)) {
		struct frame again = frame; /* triggers a check, but is not answered again */

		run(fixture, &again);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(daemon, NULL);
	print_message("    %lu extended at their deadline, %lu missed\n",
		      (unsigned long)seen.extended_count, (unsigned long)seen.missed_count);
	assert_int_equal(seen.missed_count, 0);
	kernel_guard_stop_filtering(&kernel);
	assert_int_equal(fixture->self->fencing, XB_FENCING_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {FIXTURE_TEST(test_reported_fence_drops_every_packet),
					   FIXTURE_TEST(test_no_deadline_is_missed)};

	return FIXTURE_RUN(tests);
}
