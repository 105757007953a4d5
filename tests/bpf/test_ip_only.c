/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of interfaces without Ethernet headers: an answer leaves with a mark for the tc program,
 * which exchanges the addresses; all else is as with Ethernet. */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <endian.h>
#include <string.h>
#include <time.h>

#include "xbeat.skel.h"

#define MARK_BYTES 4
#define NEXT_FILTER (-1) /* TC_ACT_UNSPEC */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

/* Runs the frame without its Ethernet header, and puts the result in its place. *marked: whether
 * there is a mark before it. */
static enum action run(struct fixture *fixture, struct frame *frame, bool *marked)
{
	int fd = bpf_program__fd(fixture->program->progs.xbeat_ip);
	size_t length = frame->length - frame->network;
	uint8_t result[FRAME_BYTES_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes + frame->network,
		    .data_size_in = (__u32)length, .data_out = result,
		    .data_size_out = sizeof(result), .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(fd, &options), 0);
	*marked = options.data_size_out == length + MARK_BYTES;
	assert_true(*marked || options.data_size_out == length);
	memcpy(frame->bytes + frame->network, result + options.data_size_out - length, length);
	return (enum action)options.retval;
}

/* The addresses are still those of the question, and all else is the answer. */
static void expect_answer(struct fixture *fixture, const struct heartbeat *question, uint8_t type)
{
	size_t address_bytes = question->ipv6 ? 32 : 8;
	struct frame frame, before;
	uint8_t *addresses;
	bool marked;

	frame_build(question, &frame);
	before = frame;
	assert_int_equal(run(fixture, &frame, &marked), ACTION_PASS);
	assert_true(marked);
	addresses = frame.bytes + frame.network + (question->ipv6 ? 8 : 12);
	assert_memory_equal(addresses, before.bytes + (addresses - frame.bytes), address_bytes);
	/* As send_back() does it. */
	for (size_t i = 0; i < address_bytes / 2; i++) {
		uint8_t byte = addresses[i];

		addresses[i] = addresses[i + address_bytes / 2];
		addresses[i + address_bytes / 2] = byte;
	}
	assert_int_equal(frame_packet(&frame)->type, type);
	assert_int_equal(frame_packet(&frame)->tag, htole64(frame_tag(&frame, question->key)));
	assert_true(frame_udp_checksum_is_right(&frame));
	assert_true(question->ipv6 || frame_ipv4_checksum_is_right(&frame));
	assert_int_equal(fixture_drop_total(fixture), 0);
}

static void test_answers_are_marked(void **state)
{
	struct fixture *fixture = *state;

	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		struct heartbeat query = heartbeat_from(slot, XB_QUERY);
		struct heartbeat probe = heartbeat_from(slot, XB_PROBE);

		memset(&query.view, 0, sizeof(query.view));
		expect_answer(fixture, &probe, XB_REPLY);
		expect_answer(fixture, &query, XB_ANSWER);
	}
}

static void test_other_packets_have_no_mark(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat reply = heartbeat_from(SLOT_A, XB_REPLY);
	struct heartbeat forged = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;
	bool marked;

	frame_build(&reply, &frame);
	assert_int_equal(run(fixture, &frame, &marked), ACTION_DROP);
	frame_build(&forged, &frame);
	frame_packet(&frame)->seq ^= 1; /* the tag is wrong */
	assert_int_equal(run(fixture, &frame, &marked), ACTION_DROP);
	assert_int_equal(fixture_drop_count(fixture, XB_DROP_BAD_TAG), 1);
	forged.destination_port++;
	frame_build(&forged, &frame);
	assert_int_equal(run(fixture, &frame, &marked), ACTION_PASS);
	assert_false(marked);
	frame.bytes[frame.network] = 0x50; /* no IP */
	assert_int_equal(run(fixture, &frame, &marked), ACTION_PASS);
	assert_false(marked);
}

/* Without the mark nothing is sent back, or two nodes could do so for ever. */
static void test_unmarked_packets_stay(void **state)
{
	const struct fixture *fixture = *state;
	struct heartbeat reply = heartbeat_from(SLOT_A, XB_REPLY);
	struct frame frame;

	frame_build(&reply, &frame);
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.bytes,
		    .data_size_in = (__u32)frame.length, .repeat = 1);
	assert_int_equal(bpf_prog_test_run_opts(
				 bpf_program__fd(fixture->program->progs.xbeat_tc_ip), &options),
			 0);
	assert_int_equal((int)options.retval, NEXT_FILTER);
}

static void test_adverts_are_stored(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();
	struct frame frame;
	bool marked;

	fixture_serve_vrrp(fixture);
	advert_build(&advert, &frame);
	assert_int_equal(run(fixture, &frame, &marked), ACTION_PASS);
	assert_int_equal(fixture_entry(fixture)->received_count, 1);
	advert.ttl = 254;
	advert_build(&advert, &frame);
	assert_int_equal(run(fixture, &frame, &marked), ACTION_DROP);
	assert_int_equal(fixture_drop_count(fixture, XB_DROP_VRRP_BAD_TTL), 1);
}

static void test_fence(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat other = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;
	bool marked;

	other.destination = address_of("10.0.0.100");
	other.destination_port++;
	fixture_guard(fixture, 0, 0, "10.0.0.100", 0, now_ns());
	frame_build(&other, &frame);
	fixture->self->fencing = XB_FENCING_SOME;
	fixture->guards[0].deadline_ns = XB_GUARD_FENCED;
	assert_int_equal(run(fixture, &frame, &marked), ACTION_DROP);
	assert_int_equal(fixture_drop_count(fixture, XB_DROP_FENCED), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_answers_are_marked),
		FIXTURE_TEST(test_other_packets_have_no_mark),
		FIXTURE_TEST(test_unmarked_packets_stay),
		FIXTURE_TEST(test_adverts_are_stored),
		FIXTURE_TEST(test_fence),
	};

	return FIXTURE_RUN(tests);
}
