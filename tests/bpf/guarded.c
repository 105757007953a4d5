/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guarded addresses, packets to them, and the contents of an answer. */
#include "tests/bpf/guarded.h"

#include "user/kernel/system/bpffs.h"
#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ICMPV6 58

struct kernel kernel;

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 * NS_PER_MS + (uint64_t)now.tv_nsec;
}

void sleep_ms(unsigned ms)
{
	const struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	nanosleep(&wait, NULL);
}

size_t guarded_wait_events(struct fixture *fixture)
{
	size_t count;

	while ((count = fixture_events(fixture)) == 0)
		sleep_ms(1);
	return count;
}

int guarded_reset(void **state)
{
	struct fixture *fixture = *state;
	int error = fixture_reset(state);

	kernel = (struct kernel){.skeleton = fixture->program,
				 .self = fixture->self,
				 .guards = fixture->guards,
				 .adopted = true};
	/* Other tests pin at the same time, so the directory is this process's own. */
	snprintf(kernel.daemon_name, sizeof(kernel.daemon_name), "test_guard_%d", getpid());
	return error;
}

/* Without a daemon whose death the kernel side could detect. */
int guarded_leave(void **state)
{
	(void)state;
	kernel_watch_daemon(&kernel, 0, 0);
	if (kernel.exit_link_fd > 0)
		close(kernel.exit_link_fd);
	bpffs_remove(kernel.daemon_name);
	return 0;
}

/* Claims and holds an address. */
size_t guarded_hold_at(unsigned interface_index, const char *text, uint8_t instance_index,
		       uint64_t deadline_ns)
{
	const struct xb_address address = address_of(text);
	size_t slot;

	assert_int_equal(
		kernel_guard_claim(&kernel, interface_index, &address, instance_index, &slot), 0);
	kernel_guard_extend(&kernel, slot, deadline_ns);
	assert_int_equal(kernel_guard_arm_timer(&kernel), 0);
	return slot;
}

size_t guarded_hold(const char *text, uint64_t wait_ns)
{
	return guarded_hold_at(0, text, INSTANCE_INDEX, now_ns() + wait_ns);
}

void guarded_packet(int slot, uint8_t protocol, struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(slot, XB_PROBE);

	heartbeat.destination_port = 80;
	frame_build(&heartbeat, frame);
	frame->bytes[frame->network + (frame->ipv6 ? 6 : 9)] = protocol;
}

/* An ARP packet for an address, from an address or without a sender (a probe). */
void guarded_arp(uint8_t operation, const char *sender, const char *target, struct frame *frame)
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

	guarded_packet(SLOT_IPV6, ICMPV6, frame);
	memcpy(frame->bytes + frame->network + 24, group.bytes, 16);
	memset(frame->bytes + frame->udp, 0, 8);
	frame->bytes[frame->udp] = 135;
	memcpy(frame->bytes + frame->udp + 8, target.bytes, 16);
}

void guarded_expect(struct fixture *fixture, const struct frame *frame, bool let_in)
{
	if (let_in)
		fixture_expect_uncounted(fixture, frame, ACTION_PASS);
	else
		fixture_expect(fixture, frame, ACTION_DROP, XB_DROP_FENCED);
}

/* All packets to one of the two VIPs that a fence must drop. */
void guarded_expect_all(struct fixture *fixture, int slot, bool let_in)
{
	struct frame frame;

	guarded_packet(slot, TCP, &frame);
	guarded_expect(fixture, &frame, let_in);
	guarded_packet(slot, 112, &frame); /* an advert of an instance that is not served */
	guarded_expect(fixture, &frame, let_in);
	if (slot == SLOT_IPV6) {
		solicitation(&frame);
		guarded_expect(fixture, &frame, let_in);
		frame_insert(&frame, frame.udp, 8); /* after an extension header */
		frame.bytes[frame.network + 6] = 60;
		frame.bytes[frame.network + 40] = ICMPV6;
		guarded_expect(fixture, &frame, let_in);
		return;
	}
	guarded_arp(1, "10.0.0.2", VIP4, &frame);
	guarded_expect(fixture, &frame, let_in);
	guarded_arp(1, "0.0.0.0", VIP4, &frame);
	guarded_expect(fixture, &frame, let_in);
}

/* Sends a PROBE and returns its answer. */
struct xb_packet guarded_answer(struct fixture *fixture)
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
