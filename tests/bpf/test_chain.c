/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The next program of an interface gets what the XDP program passes, and nothing else. */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <unistd.h>

#include "user/lib/array.h"
#include "xbeat.skel.h"

#define VERDICT ((enum action)4) /* XDP_REDIRECT, which the program never returns */
#define FENCED "10.0.0.1"

/* A program that returns the verdict for each packet. */
static int load_next(bool frags)
{
	const struct bpf_insn instructions[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = VERDICT},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_XDP,
		    .prog_flags = frags ? BPF_F_XDP_HAS_FRAGS : 0);
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "next", "GPL", instructions,
			       ARRAY_SIZE(instructions), &options);

	assert_true(fd >= 0);
	return fd;
}

static void put_interface(struct fixture *fixture, uint32_t slot, uint32_t interface_index)
{
	const uint32_t zero = 0;
	struct xb_chain chain = {.count = slot + 1};

	chain.interface_index[slot] = interface_index;
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(fixture->program->maps.xb_chain), &zero,
					     &chain, BPF_ANY),
			 0);
}

/* Returns success. */
static bool put_program(const struct bpf_map *programs, uint32_t slot, bool frags)
{
	int fd = load_next(frags);
	int error = bpf_map_update_elem(bpf_map__fd(programs), &slot, &fd, BPF_ANY);

	close(fd);
	return !error;
}

static void put_next(struct fixture *fixture, uint32_t slot)
{
	put_interface(fixture, slot, INTERFACE_INDEX);
	assert_true(put_program(fixture->program->maps.xb_next, slot,
				fixture->program->rodata->xb_frags));
}

static void take_next(struct fixture *fixture, uint32_t slot)
{
	assert_int_equal(bpf_map_delete_elem(bpf_map__fd(fixture->program->maps.xb_next), &slot),
			 0);
}

static struct frame foreign(void)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	heartbeat.destination_port++;
	frame_build(&heartbeat, &frame);
	return frame;
}

static enum action run(struct fixture *fixture, struct frame frame)
{
	return fixture_run(fixture, &frame);
}

static void test_each_slot(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t slot = 0; slot < XB_CHAIN_MAX; slot++) {
		assert_int_equal(run(fixture, foreign()), ACTION_PASS);
		put_next(fixture, slot);
		assert_int_equal(run(fixture, foreign()), VERDICT);
		put_interface(fixture, slot, INTERFACE_INDEX + 1);
		assert_int_equal(run(fixture, foreign()), ACTION_PASS);
		take_next(fixture, slot);
	}
}

/* As when something else empties the slot: packets pass. */
static void test_empty_slot(void **state)
{
	struct fixture *fixture = *state;

	put_next(fixture, 0);
	take_next(fixture, 0);
	assert_int_equal(run(fixture, foreign()), ACTION_PASS);
}

static void test_all_that_passes(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame = foreign();
	struct advert advert = advert_default();

	put_next(fixture, 0);
	frame.bytes[12] = 0x88; /* neither IP nor ARP */
	assert_int_equal(run(fixture, frame), VERDICT);
	fixture_serve_vrrp(fixture);
	advert_build(&advert, &frame);
	assert_int_equal(run(fixture, frame), VERDICT);
}

static void test_heartbeats_are_not_handed_on(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat probe = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	put_next(fixture, 0);
	frame_build(&probe, &frame);
	assert_int_equal(run(fixture, frame), ACTION_TX);
	assert_int_equal(run(fixture, frame), ACTION_DROP); /* a replay */
	take_next(fixture, 0);
}

static void test_fenced_packets_are_not_handed_on(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame = foreign();

	put_next(fixture, 0);
	fixture_guard(fixture, 0, 0, FENCED, 0, XB_GUARD_FENCED);
	fixture->self->fencing = XB_FENCING_SOME;
	fixture_expect(fixture, &frame, ACTION_DROP, XB_DROP_FENCED);
	take_next(fixture, 0);
}

/* Why a program must be loaded for fragments as ours is. */
static void test_kernel_refuses_a_mixture(void **state)
{
	const struct fixture *fixture = *state;

	if (!fixture->program->rodata->xb_frags)
		skip();
	assert_false(put_program(fixture->program->maps.xb_next, 0, false));
	assert_true(put_program(fixture->program->maps.xb_next_ip, 0, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_each_slot),
		FIXTURE_TEST(test_empty_slot),
		FIXTURE_TEST(test_all_that_passes),
		FIXTURE_TEST(test_heartbeats_are_not_handed_on),
		FIXTURE_TEST(test_fenced_packets_are_not_handed_on),
		FIXTURE_TEST(test_kernel_refuses_a_mixture),
	};

	return FIXTURE_RUN(tests);
}
