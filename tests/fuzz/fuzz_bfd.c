/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of a BFD neighbour, and times between them: whatever comes, in whatever order, the session
 * keeps its times within its rules, and what it sends can be read. Each 32 bytes are a step: four of
 * time, four of chance, 24 of a packet. */
#include "tests/fuzz/input.h"
#include "user/core/bfd/session.h"
#include "user/lib/time.h"
#include <stdlib.h>
#include <string.h>

#define STEP_BYTES 32
#define START_NS NS_PER_SECOND

static void check_actions(const struct bfd_session *session, const struct bfd_actions *actions)
{
	struct bfd_packet packet = bfd_session_packet(session, actions->final);
	struct bfd_packet read;
	uint8_t bytes[BFD_PACKET_BYTES];

	if (actions->final && !actions->send)
		abort();
	if (!actions->send)
		return;
	bfd_packet_write(&packet, bytes);
	/* Init and Up name the neighbour's session. */
	if (bfd_packet_read(bytes, sizeof(bytes), &read))
		abort();
	if (packet.poll && packet.final)
		abort();
}

/* A packet is due in an interval at most, while any is; a detection time that can be reached. */
static void check_times(const struct bfd_session *session, uint64_t now_ns)
{
	const uint64_t longest_ns = UINT32_MAX * NS_PER_US;

	if (session->send_due_ns != BFD_NEVER && session->send_due_ns > now_ns + longest_ns)
		abort();
	if (session->detect_due_ns != BFD_NEVER &&
	    session->detect_due_ns > now_ns + UINT8_MAX * longest_ns)
		abort();
	if ((session->state == BFD_UP || session->state == BFD_INIT) &&
	    session->detect_due_ns == BFD_NEVER)
		abort();
}

static uint32_t word(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static void step(struct bfd_session *session, const uint8_t *bytes, uint64_t *now_ns)
{
	struct bfd_actions actions;
	struct bfd_packet packet;

	*now_ns += word(bytes);
	if (*now_ns >= bfd_session_due_ns(session)) {
		bfd_session_advance(session, *now_ns, word(&bytes[4]), &actions);
		check_actions(session, &actions);
		if (bfd_session_due_ns(session) <= *now_ns && session->detect_due_ns > *now_ns)
			abort(); /* the loop would spin */
	}
	if (!bfd_packet_read(&bytes[8], BFD_PACKET_BYTES, &packet)) {
		bfd_session_receive(session, &packet, *now_ns, *now_ns, word(&bytes[4]), &actions);
		check_actions(session, &actions);
	}
	check_times(session, *now_ns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bfd_settings settings = {.min_rx_us = size % 3 ? 10000 : 1,
					      .min_tx_us = size % 5 ? 10000 : 1,
					      .idle_tx_us = 1000000,
					      .multiplier = size % 7 ? 3 : 1,
					      .passive = size % 2};
	struct bfd_session session;
	uint64_t now_ns = START_NS;

	bfd_session_start(&session, &settings, 1, now_ns);
	for (; size >= STEP_BYTES; data += STEP_BYTES, size -= STEP_BYTES)
		step(&session, data, &now_ns);
	return 0;
}
