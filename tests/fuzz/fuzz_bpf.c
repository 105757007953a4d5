/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames for the XDP program, by BPF_PROG_TEST_RUN: a heartbeat or an advert that it would accept,
 * then changed. Whatever the change, the program never aborts, answers and accepts only heartbeats
 * with a correct tag, accepts exactly the adverts that a second decoder accepts, and an answer is
 * no longer than its question.
 *
 * Input: a byte that chooses the frame, then mutations: an operation, two bytes of offset, one of
 * value. Some sign the frame again, so that changes pass the checks of tag and checksum. libFuzzer
 * does not see which code of the program ran; the drop reasons and actions count as coverage
 * instead. Needs root.
 */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"
#include "tests/fuzz/bpf_oracle.h"
#include "tests/fuzz/input.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "xbeat.skel.h"

#define LENGTH_MIN 14
#define LENGTH_MAX 1400
#define HEARTBEATS (4 * SLOT_COUNT)
#define ADVERTS 3
#define KINDS (HEARTBEATS + ADVERTS)
#define SCORES 512

__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t coverage[SCORES];

static struct fixture *fixture;
static struct xb_key keys[XB_KEYS_MAX] = {{.id = 1}, {.id = 2}};

static void start(void)
{
	if (!fixture_may_run())
		exit(1);
	fixture_open((void **)&fixture);
	memcpy(keys[0].word, key_old, sizeof(keys[0].word));
	memcpy(keys[1].word, key_new, sizeof(keys[1].word));
}

static void build_advert(unsigned kind, struct frame *frame)
{
	struct advert advert = kind == 0   ? advert_default()
			       : kind == 1 ? advert_version2()
					   : advert_ipv6();

	fixture_serve(fixture, advert.version, advert.vrid, advert.destination);
	advert_build(&advert, frame);
}

static void build(unsigned kind, struct frame *frame)
{
	struct heartbeat heartbeat;

	memset(frame, 0, sizeof(*frame));
	if (kind >= HEARTBEATS) {
		build_advert(kind - HEARTBEATS, frame);
		return;
	}
	fixture_serve_vrrp(fixture);
	heartbeat = heartbeat_from((int)kind % SLOT_COUNT,
				   (enum xb_packet_type)(XB_PROBE + kind / SLOT_COUNT));
	frame_build(&heartbeat, frame);
}

/* Removes or inserts bytes at an offset. */
static void resize(struct frame *frame, size_t at, size_t bytes, bool insert)
{
	if (insert && frame->length + bytes <= LENGTH_MAX) {
		memmove(frame->bytes + at + bytes, frame->bytes + at, frame->length - at);
		frame->length += bytes;
	} else if (!insert && at + bytes <= frame->length && frame->length - bytes >= LENGTH_MIN) {
		memmove(frame->bytes + at, frame->bytes + at + bytes, frame->length - at - bytes);
		frame->length -= bytes;
	}
}

static void sign(struct frame *frame, unsigned kind)
{
	if (kind < HEARTBEATS && frame->length >= frame->udp + 8 + XB_PACKET_BYTES)
		frame_sign(frame, key_old);
	else if (kind >= HEARTBEATS && !frame->ipv6 && frame->length >= frame->udp)
		advert_sign_header(frame);
}

static void mutate(struct frame *frame, unsigned kind, struct input *input)
{
	uint8_t operation = input_byte(input);
	size_t at = input_word(input) % frame->length;
	uint8_t value = input_byte(input);

	switch (operation % 6) {
	case 0:
		frame->bytes[at] = value;
		break;
	case 1:
		frame->bytes[at] ^= (uint8_t)(1 << value % 8);
		break;
	case 2:
		resize(frame, at, value % 64, true);
		break;
	case 3:
		resize(frame, at, value % 64, false);
		break;
	case 4:
		if (at >= LENGTH_MIN)
			frame->length = at;
		break;
	case 5:
		sign(frame, kind);
		break;
	}
}

static void note_coverage(unsigned kind, uint32_t action)
{
	coverage[kind * 8 + action % 8] = 1;
	for (unsigned reason = 0; reason < XB_DROP_COUNT; reason++)
		if (fixture_drop_count(fixture, reason))
			coverage[KINDS * 8 + reason] = 1;
}

/* Returns the action; the frame is not changed. */
static uint32_t run_program(const struct frame *frame, uint32_t *answer_length)
{
	static uint8_t answer[FRAME_BYTES_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes,
		    .data_size_in = (__u32)frame->length, .data_out = answer,
		    .data_size_out = sizeof(answer), .repeat = 1);

	if (bpf_prog_test_run_opts(bpf_program__fd(fixture->program->progs.xbeat), &options))
		abort();
	*answer_length = options.data_size_out;
	return options.retval;
}

static void check(const struct frame *frame, unsigned kind)
{
	bool tag_is_right = oracle_tag_is_right(frame->bytes, frame->length, keys, XB_KEYS_MAX);
	const struct xb_vrrp *entry = fixture_entry(fixture);
	bool advert_is_good = oracle_advert_is_good(frame->bytes, frame->length, entry);
	uint64_t received_count = entry->received_count;
	struct xb_peer before[SLOT_COUNT];
	uint32_t length, action;

	memcpy(before, fixture->peers, sizeof(before));
	action = run_program(frame, &length);
	note_coverage(kind, action);
	if (action != XDP_DROP && action != XDP_PASS && action != XDP_TX)
		abort();
	if (action == XDP_TX && (!tag_is_right || length != frame->length))
		abort();
	if (!tag_is_right && memcmp(before, fixture->peers, sizeof(before)) != 0)
		abort();
	if (advert_is_good != (entry->received_count != received_count))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	unsigned kind = input_byte(&input) % KINDS;
	struct frame frame;

	if (!fixture)
		start();
	fixture_reset((void **)&fixture);
	build(kind, &frame);
	while (input.left)
		mutate(&frame, kind, &input);
	check(&frame, kind);
	return 0;
}
