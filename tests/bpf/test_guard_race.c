/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Daemon, timer and PROBEs at once: after an answer has reported an instance as FENCED, or a better
 * claim was answered with less than Active, its addresses accept no packet until the daemon has
 * started to release them; and no deadline is missed. Deadlines are short, so that all three race. */
#include "tests/bpf/guarded.h"

#include "user/kernel/maps/claims.h"
#include "user/kernel/maps/self.h"

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
#define OWN_PRIORITY 100
#define CLAIM_COUNT_MIN 200

typedef uint32_t __attribute__((__may_alias__)) aliasing_word;

static uint64_t
	life; /* incremented before and after the daemon releases the addresses: odd in between */
static bool stop;

/* What the prober observed. */
static struct {
	uint64_t answer_count;
	uint64_t fenced_count; /* answers that reported FENCED */
	uint64_t revoked_count; /* answers to a better claim that reported less than Active */
	uint64_t broken_count; /* packets that were passed afterwards */
	uint64_t extended_count; /* holds that were extended when their guard expired */
	/* Of these, those whose new deadline no check would have covered in time. */
	uint64_t missed_count;
	uint64_t opened_count; /* claims that were carried out */
	uint64_t opened_late_count; /* after their deadline, before the timer */
	uint64_t opened_late_ns; /* the latest */
	uint64_t overwritten_count; /* revocations that vanished before their claim ended */
	uint64_t stopped_count; /* claims that could not be carried out */
} seen;

/* An address of the instance; the first is the destination of the fixture's heartbeats. */
static struct xb_address vip(unsigned i)
{
	struct xb_address address = address_of("10.0.0.1");

	address.bytes[13] = (uint8_t)i;
	address.bytes[14] = (uint8_t)(i >> 8);
	return address;
}

/* Finds a slot for an address. */
static size_t claim_slot(unsigned i, uint8_t instance_index)
{
	const struct xb_address address = vip(i);
	size_t slot;

	if (kernel_guard_claim(&kernel, 0, &address, instance_index, &slot))
		abort();
	return slot;
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

	for (unsigned i = 0; i < ADDRESSES; i++)
		slots[i] = claim_slot(i, INSTANCE_INDEX);
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

/* Whether nothing may be let in after this answer to a claim, 0: to none. */
static bool has_yielded(const struct xb_packet *answer, uint8_t claimed_priority)
{
	bool active = answer->instances[INSTANCE_INDEX].state == XB_INSTANCE_ACTIVE;

	if (answer->fenced_bits & htons(1 << INSTANCE_INDEX))
		return true;
	return claimed_priority > OWN_PRIORITY && !active;
}

/* Sends one PROBE; if the answer has yielded, a packet to each address. */
static void probe_once(struct fixture *fixture, struct heartbeat *heartbeat,
		       struct frame packets[static ADDRESSES], uint8_t claimed_priority)
{
	uint64_t before = __atomic_load_n(&life, __ATOMIC_SEQ_CST);
	unsigned let_in = 0;
	struct frame frame;

	heartbeat->seq++;
	frame_build(heartbeat, &frame);
	if (run(fixture, &frame) != ACTION_TX)
		return;
	seen.answer_count++;
	if (!has_yielded(frame_packet(&frame), claimed_priority))
		return;
	for (unsigned i = 0; i < ADDRESSES; i++)
		let_in += run(fixture, &packets[i]) == ACTION_PASS;
	if (!(before & 1) || __atomic_load_n(&life, __ATOMIC_SEQ_CST) != before)
		return;
	if (frame_packet(&frame)->fenced_bits)
		seen.fenced_count++;
	else
		seen.revoked_count++;
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
		probe_once(fixture, &heartbeat, packets, 0);
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
	size_t slot = claim_slot(0, XB_GUARD_NO_INSTANCE);

	/* The other addresses make the scan long. */
	for (unsigned i = 1; i < OTHERS; i++)
		claim_slot(i, XB_GUARD_NO_INSTANCE);
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

static void wait_ns(uint64_t ns)
{
	for (uint64_t until_ns = now_ns() + ns; now_ns() < until_ns;)
		;
}

static void wait_at_most_ns(uint64_t ns, unsigned *random)
{
	wait_ns((unsigned)rand_r(random) % ns);
}

static void describe(uint8_t state, uint8_t flags)
{
	const struct xb_instance entry = {VRID, (uint8_t)(4 | XB_INSTANCE_KNOWS_CLAIMS | flags),
					  state, OWN_PRIORITY};

	kernel_describe(&kernel, INSTANCE_INDEX, &entry);
}

/* Carries out a claim, with a pause after the clock was read. It must not succeed if a check has
 * passed the deadline: guard_due_ns has then grown beyond it. */
static void open_late(uint64_t until_ns, unsigned *random)
{
	uint64_t read_ns = now_ns(), due_ns, swap_ns;

	if (rand_r(random) % 2)
		wait_at_most_ns(HELD_NS_MAX, random);
	due_ns = __atomic_load_n(&kernel.self->guard_due_ns, __ATOMIC_SEQ_CST);
	swap_ns = now_ns();
	if (!kernel_open(&kernel, 1 << INSTANCE_INDEX, read_ns)) {
		seen.stopped_count++;
		return;
	}
	seen.missed_count += read_ns >= until_ns || !due_ns || due_ns > until_ns;
	seen.opened_count++;
	if (swap_ns <= until_ns)
		return;
	seen.opened_late_count++;
	if (swap_ns - until_ns > seen.opened_late_ns)
		seen.opened_late_ns = swap_ns - until_ns;
}

/* One claim of the daemon, from its closing to its end. Carried out or not, it then stalls. */
static void claim_once(const size_t slots[static ADDRESSES], unsigned *random)
{
	uint64_t until_ns = now_ns() + (unsigned)rand_r(random) % (4 * HELD_NS_MAX);

	if (kernel_close(&kernel, 1 << INSTANCE_INDEX, until_ns))
		abort();
	describe(XB_INSTANCE_BACKUP, XB_INSTANCE_CLAIM);
	__atomic_add_fetch(&life, 1, __ATOMIC_SEQ_CST);
	wait_at_most_ns(HELD_NS_MAX / 4, random);
	for (unsigned i = 0; i < ADDRESSES; i++)
		kernel_guard_extend(&kernel, slots[i], now_ns() + HELD_NS_MAX);
	describe(XB_INSTANCE_ACTIVE, XB_INSTANCE_GUARDED);
	open_late(until_ns, random);
	wait_at_most_ns(2 * HELD_NS_MAX, random);
	__atomic_add_fetch(&life, 1, __ATOMIC_SEQ_CST);
	describe(XB_INSTANCE_BACKUP, 0);
	for (unsigned i = 0; i < ADDRESSES; i++)
		kernel_guard_lift(&kernel, slots[i]);
	kernel_end_closing(&kernel, 1 << INSTANCE_INDEX);
}

/* An Active that is given to claims, until it is fenced. */
static void be_claimed_once(const size_t slots[static ADDRESSES], unsigned *random)
{
	describe(XB_INSTANCE_ACTIVE, XB_INSTANCE_GUARDED);
	hold_once(slots, random);
	describe(XB_INSTANCE_BACKUP, 0);
}

static void *claim_and_be_claimed(void *context)
{
	unsigned random = 1;
	size_t slots[ADDRESSES];

	/* The others come first in the scan, and make it long. */
	for (unsigned i = ADDRESSES; i < OTHERS; i++)
		claim_slot(i, XB_GUARD_NO_INSTANCE);
	for (unsigned i = 0; i < ADDRESSES; i++)
		slots[i] = claim_slot(i, INSTANCE_INDEX);
	kernel_set_claim_group(&kernel, INSTANCE_INDEX, 1 << INSTANCE_INDEX);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		if (rand_r(&random) % 4)
			claim_once(slots, &random);
		else
			be_claimed_once(slots, &random);
	return context;
}

/* Describes the peer in the PROBE: it claims the instance, better or worse than this node, or not. */
static uint8_t claim_at_random(struct heartbeat *heartbeat, unsigned *random)
{
	static const uint8_t priorities[] = {
		0, 0, 0, OWN_PRIORITY - 1, OWN_PRIORITY - 1, OWN_PRIORITY, OWN_PRIORITY + 1};
	uint8_t priority = priorities[(unsigned)rand_r(random) % sizeof(priorities)];

	heartbeat->instances[0] =
		(struct xb_instance){VRID, (uint8_t)(4 | (priority ? XB_INSTANCE_CLAIM : 0)),
				     XB_INSTANCE_BACKUP, priority};
	return priority;
}

/* Waits, and watches that a claim that has been revoked is not carried out: an opening that is not
 * one step could overwrite the revocation. */
static void watch_ns(uint64_t ns)
{
	const aliasing_word *word = (const aliasing_word *)&kernel.self->closed_bits;
	const uint32_t closed = 1U << INSTANCE_INDEX, revoked = closed << 16;
	uint64_t revoked_life = 0;

	for (uint64_t until_ns = now_ns() + ns; now_ns() < until_ns;) {
		uint64_t before = __atomic_load_n(&life, __ATOMIC_SEQ_CST);
		uint32_t bits = __atomic_load_n(word, __ATOMIC_SEQ_CST);

		if (!(before & 1) || __atomic_load_n(&life, __ATOMIC_SEQ_CST) != before)
			continue;
		if ((bits & (closed | revoked)) == (closed | revoked))
			revoked_life = before;
		else if (before == revoked_life)
			seen.overwritten_count++;
	}
}

/* The same peer claims over its other link, too, now and then: two processors carry out claims at
 * once. */
static void *claim_beside(void *context)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_B, XB_PROBE);
	unsigned random = 3;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		struct frame frame;

		claim_at_random(&heartbeat, &random);
		heartbeat.seq++;
		frame_build(&heartbeat, &frame);
		run(context, &frame);
		watch_ns((unsigned)rand_r(&random) % (4 * HELD_NS_MAX));
	}
	return context;
}

static bool has_seen_enough(void)
{
	return seen.fenced_count >= CLAIM_COUNT_MIN && seen.revoked_count >= CLAIM_COUNT_MIN &&
	       __atomic_load_n(&seen.opened_count, __ATOMIC_RELAXED) >= CLAIM_COUNT_MIN &&
	       __atomic_load_n(&seen.stopped_count, __ATOMIC_RELAXED) >= CLAIM_COUNT_MIN;
}

static void test_an_answered_claim_holds(void **state)
{
	static struct frame packets[ADDRESSES];
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	uint64_t end_ns = now_ns() + SECONDS * NS_PER_SECOND;
	unsigned random = 2;
	pthread_t daemon, beside;

	kernel = (struct kernel){
		.skeleton = fixture->program, .self = fixture->self, .guards = fixture->guards};
	memset(&seen, 0, sizeof(seen));
	stop = false;
	make_packets(packets);
	assert_int_equal(pthread_create(&daemon, NULL, claim_and_be_claimed, NULL), 0);
	assert_int_equal(pthread_create(&beside, NULL, claim_beside, fixture), 0);
	while (now_ns() < end_ns || !has_seen_enough()) {
		uint8_t priority = claim_at_random(&heartbeat, &random);

		probe_once(fixture, &heartbeat, packets, priority);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(daemon, NULL);
	pthread_join(beside, NULL);
	print_message(
		"    %lu answers, %lu FENCED, %lu to a better claim; claims: %lu carried out, %lu of them late (at most %.3f ms), %lu not\n",
		(unsigned long)seen.answer_count, (unsigned long)seen.fenced_count,
		(unsigned long)seen.revoked_count, (unsigned long)seen.opened_count,
		(unsigned long)seen.opened_late_count, (double)seen.opened_late_ns / NS_PER_MS,
		(unsigned long)seen.stopped_count);
	assert_int_equal(seen.broken_count, 0);
	assert_int_equal(seen.missed_count, 0);
	assert_int_equal(seen.overwritten_count, 0);
	kernel_guard_stop_filtering(&kernel);
	assert_int_equal(fixture->self->fencing, XB_FENCING_NONE);
	assert_int_equal(fixture->self->closed_bits, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {FIXTURE_TEST(test_reported_fence_drops_every_packet),
					   FIXTURE_TEST(test_no_deadline_is_missed),
					   FIXTURE_TEST(test_an_answered_claim_holds)};

	return FIXTURE_RUN(tests);
}
