/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PROBE: when it is evidence, what is stored, and its answer byte by byte. */
#include "tests/bpf/fixture.h"

#include <arpa/inet.h>
#include <endian.h>
#include <string.h>
#include <time.h>

#define ANSWERS_SELF_HEALTH 0x01020304

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static enum action send_probe(struct fixture *fixture, const struct heartbeat *heartbeat,
			      struct frame *frame)
{
	frame_build(heartbeat, frame);
	return fixture_run(fixture, frame);
}

static void describe_self(struct fixture *fixture)
{
	fixture->self->progress_ns = now_ns() - 5000000;
	fixture->self->node_state = XB_NODE_DRAINING;
	for (int i = 0; i < XB_INSTANCES_MAX; i++)
		fixture->self->description[fixture->self->current].instances[i] =
			(struct xb_instance){(__u8)(i + 1), 4, XB_INSTANCE_BACKUP, (__u8)(100 + i)};
	fixture_digest_self(fixture);
}

/* The fields of an answer that do not depend on the family. */
static void check_answer_packet(const struct heartbeat *heartbeat, const struct xb_packet *answer,
				const struct xb_self *self)
{
	assert_int_equal(ntohs(answer->magic), XB_MAGIC);
	assert_int_equal(answer->version, XB_WIRE_VERSION);
	assert_int_equal(answer->type, XB_REPLY);
	assert_int_equal(ntohs(answer->cluster_id), CLUSTER);
	assert_int_equal(answer->key_id, heartbeat->key_id);
	assert_int_equal(answer->link, heartbeat->link);
	assert_int_equal(ntohs(answer->responder_id), OWN_NODE);
	assert_int_equal(ntohs(answer->prober_id), heartbeat->sender_id);
	assert_int_equal(ntohl(answer->seq), heartbeat->seq);
	assert_int_equal(ntohl(answer->ack), heartbeat->seq);
	assert_int_equal(be64toh(answer->responder_epoch), OWN_EPOCH);
	assert_int_equal(be64toh(answer->prober_epoch), heartbeat->sender_epoch);
	assert_int_equal(be64toh(answer->t1_ns), heartbeat->t1_ns);
	assert_int_equal(answer->node_state, self->node_state);
	assert_int_equal(answer->fenced_bits, 0);
	assert_int_equal(answer->late_apps_bits, 0);
	assert_memory_equal(answer->instances, self->description[self->current].instances,
			    sizeof(answer->instances));
}

static void check_answer_frame(const struct heartbeat *heartbeat, struct frame *answer,
			       const struct frame *question)
{
	const uint8_t *udp = answer->bytes + answer->udp;
	size_t addresses = answer->network + (answer->ipv6 ? 8 : 12);
	size_t bytes = answer->ipv6 ? 16 : 4;

	assert_memory_equal(answer->bytes, question->bytes + 6, 6);
	assert_memory_equal(answer->bytes + 6, question->bytes, 6);
	assert_memory_equal(answer->bytes + 12, question->bytes + 12, answer->network - 12);
	assert_memory_equal(answer->bytes + addresses, question->bytes + addresses + bytes, bytes);
	assert_memory_equal(answer->bytes + addresses + bytes, question->bytes + addresses, bytes);
	assert_memory_equal(udp, question->bytes + question->udp + 2, 2);
	assert_memory_equal(udp + 2, question->bytes + question->udp, 2);
	assert_true(answer->ipv6 || frame_ipv4_checksum_is_right(answer));
	assert_true(frame_udp_checksum_is_right(answer));
	assert_int_equal(frame_packet(answer)->tag, frame_tag(answer, heartbeat->key));
}

static void check_answered(struct fixture *fixture, const struct heartbeat *heartbeat)
{
	struct frame question;
	struct frame frame;
	uint64_t before_ns;
	uint64_t arrival_ns;
	uint32_t age_us;

	describe_self(fixture);
	frame_build(heartbeat, &question);
	before_ns = now_ns();
	assert_int_equal(send_probe(fixture, heartbeat, &frame), ACTION_TX);
	check_answer_frame(heartbeat, &frame, &question);
	check_answer_packet(heartbeat, frame_packet(&frame), fixture->self);
	arrival_ns = be64toh(frame_packet(&frame)->t2_ns);
	assert_in_range(arrival_ns, before_ns, now_ns());
	age_us = ntohl(frame_packet(&frame)->daemon_age_us);
	assert_int_equal(age_us, (arrival_ns - fixture->self->progress_ns) / 1000);
	assert_memory_equal(frame.bytes + frame.length - heartbeat->padding,
			    question.bytes + frame.length - heartbeat->padding, heartbeat->padding);
	assert_int_equal(fixture_drop_total(fixture), 0);
}

static void test_answer_in_every_encapsulation(void **state)
{
	uint32_t seq = 1;

	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		for (unsigned tags = 0; tags <= 2; tags++) {
			for (size_t padding = 0; padding <= 20; padding += 10) {
				struct heartbeat heartbeat = heartbeat_from(slot, XB_PROBE);

				heartbeat.vlan_tags = tags;
				((struct fixture *)*state)->peers[slot].vlan_id =
					tags == 2   ? XB_VLAN_ANY
					: tags == 1 ? FRAME_VLAN_ID
						    : 0;
				heartbeat.padding = padding;
				heartbeat.seq = seq++;
				check_answered(*state, &heartbeat);
			}
		}
	}
}

static void test_both_keys(void **state)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);

	check_answered(*state, &heartbeat);
	heartbeat.key = key_new;
	heartbeat.key_id = 2;
	heartbeat.seq++;
	check_answered(*state, &heartbeat);
	assert_int_equal(((struct fixture *)*state)->peers[SLOT_A].probe_key,
			 XB_PROBE_KEY_SEEN | 2);
}

static void test_stores_evidence(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	const struct xb_peer *peer = &fixture->peers[SLOT_A];
	struct frame frame;
	uint64_t before_ns = now_ns();

	send_probe(fixture, &heartbeat, &frame);
	assert_in_range(peer->last_evidence_ns, before_ns, now_ns());
	assert_int_equal(peer->last_probe_ns, peer->last_evidence_ns);
	assert_int_equal(peer->last_reply_ns, 0);
	assert_int_equal(peer->evidence_count, 1);
	assert_int_equal(peer->probe_received_count, 1);
	assert_int_equal(peer->reply_received_count, 0);
	assert_int_equal(peer->peer_epoch, PEER_EPOCH);
	assert_int_equal(peer->peer_knows_epoch, OWN_EPOCH);
	assert_int_equal(peer->probe_window.high_seq, heartbeat.seq);
	assert_int_equal(peer->probe_window.seen_bits, 1);
	assert_int_equal(peer->daemon_age_us, 77);
	assert_int_equal(peer->node_state, XB_NODE_RUNNING);
	assert_memory_equal(peer->instances, heartbeat.instances, sizeof(peer->instances));
	assert_int_equal(peer->lock_sequence, 2);
	assert_int_equal(fixture->peers[SLOT_B].evidence_count, 0);
}

/* Sends a PROBE with this seq. Returns whether it was accepted, or the reason of its refusal. */
static void check_seq(struct fixture *fixture, uint32_t seq, int reason)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	heartbeat.seq = seq;
	frame_build(&heartbeat, &frame);
	if (reason < 0)
		fixture_expect_uncounted(fixture, &frame, ACTION_TX);
	else
		fixture_expect(fixture, &frame, ACTION_DROP, (enum xb_drop)reason);
}

static void test_window(void **state)
{
	static const struct {
		uint32_t seq;
		int reason;
	} steps[] = {
		{4294967290u, -1},
		{4294967290u, XB_DROP_REPLAY},
		{4294967288u, -1},
		{3, -1},
		{4294967290u, XB_DROP_REPLAY},
		{4294967291u, -1},
		{67, -1},
		{3, XB_DROP_OLD_SEQ},
		{4, -1},
		{4, XB_DROP_REPLAY},
		{1000, -1},
		{937, -1},
		{936, XB_DROP_OLD_SEQ},
		{937, XB_DROP_REPLAY},
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		check_seq(*state, steps[i].seq, steps[i].reason);
}

static void test_ack_of_answer_is_highest_seq(void **state)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	send_probe(*state, &heartbeat, &frame);
	heartbeat.seq -= 10;
	send_probe(*state, &heartbeat, &frame);
	assert_int_equal(ntohl(frame_packet(&frame)->ack), heartbeat.seq + 10);
	assert_int_equal(ntohl(frame_packet(&frame)->seq), heartbeat.seq);
}

static void test_ack_window(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		uint32_t ack;
		bool recent;
	} cases[] = {{SENT_SEQ, true},
		     {SENT_SEQ - ACK_WINDOW, true},
		     {SENT_SEQ - ACK_WINDOW - 1, false},
		     {SENT_SEQ + 1, false},
		     {0, false}};
	struct frame frame;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
		uint64_t evidence_count = fixture->peers[SLOT_A].evidence_count;

		heartbeat.seq += (uint32_t)i;
		heartbeat.ack = cases[i].ack;
		frame_build(&heartbeat, &frame);
		if (cases[i].recent)
			fixture_expect_uncounted(fixture, &frame, ACTION_TX);
		else
			fixture_expect(fixture, &frame, ACTION_TX, XB_DROP_STALE_ACK);
		assert_int_equal(fixture->peers[SLOT_A].evidence_count,
				 evidence_count + cases[i].recent);
	}
}

static void test_new_epoch_of_peer(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame old_life;
	struct frame frame;

	frame_build(&heartbeat, &old_life);
	send_probe(fixture, &heartbeat, &frame);
	heartbeat.sender_epoch++;
	heartbeat.seq = 1; /* its sequence restarts */
	assert_int_equal(send_probe(fixture, &heartbeat, &frame), ACTION_TX);
	assert_int_equal(fixture->peers[SLOT_A].peer_epoch, PEER_EPOCH + 1);
	assert_int_equal(fixture->peers[SLOT_A].probe_window.high_seq, 1);
	assert_int_equal(fixture->peers[SLOT_A].probe_window.seen_bits, 1);
	fixture_expect(fixture, &old_life, ACTION_DROP, XB_DROP_OLD_EPOCH);
	assert_int_equal(fixture->peers[SLOT_A].evidence_count, 2);
}

static void test_wrong_own_epoch_is_answered(void **state)
{
	struct fixture *fixture = *state;
	static const uint64_t known[] = {0, OWN_EPOCH - 1, OWN_EPOCH + 5};
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	for (size_t i = 0; i < 3; i++) {
		heartbeat.seq++;
		heartbeat.addressee_epoch = known[i];
		frame_build(&heartbeat, &frame);
		fixture_expect(fixture, &frame, ACTION_TX, XB_DROP_WRONG_EPOCH);
		assert_int_equal(fixture->peers[SLOT_A].peer_knows_epoch, known[i]);
	}
	assert_int_equal(fixture->peers[SLOT_A].evidence_count, 0);
	assert_int_equal(fixture->peers[SLOT_A].last_evidence_ns, 0);
	/* the first one heard, then one with a later epoch of this node than its own */
	assert_int_equal(fixture_events(fixture), 2);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_PEER_EPOCH);
	assert_int_equal(fixture->events[1].kind, XB_EVENT_OWN_EPOCH);
	assert_int_equal(fixture->events[1].epoch, OWN_EPOCH + 5);
}

/* To this epoch, and the sender has received what was never sent: numbers have gone back. */
static void test_ack_ahead_ends_the_epoch(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		uint32_t ack;
		size_t event_count;
	} cases[] = {{SENT_SEQ, 0},
		     {0, 0},
		     {SENT_SEQ - ACK_WINDOW - 1, 0},
		     {SENT_SEQ + 1, 1},
		     {SENT_SEQ + 1000000, 1}};
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	send_probe(fixture, &heartbeat, &frame);
	fixture_events(fixture);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		heartbeat.seq++;
		heartbeat.ack = cases[i].ack;
		assert_int_equal(send_probe(fixture, &heartbeat, &frame), ACTION_TX);
		assert_int_equal(fixture_events(fixture), cases[i].event_count);
		if (cases[i].event_count) {
			assert_int_equal(fixture->events[0].kind, XB_EVENT_OWN_EPOCH);
			assert_int_equal(fixture->events[0].epoch, OWN_EPOCH);
		}
	}
	fixture->peers[SLOT_A].probe_sent_seq = 0x80000064; /* 0 is none, also here */
	heartbeat.seq++;
	heartbeat.ack = 0;
	send_probe(fixture, &heartbeat, &frame);
	assert_int_equal(fixture_events(fixture), 0);
}

static void test_events(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_IPV6, XB_PROBE);
	struct frame frame;

	send_probe(fixture, &heartbeat, &frame);
	assert_int_equal(fixture_events(fixture), 2);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_PEER_EPOCH);
	assert_int_equal(fixture->events[0].slot, SLOT_IPV6);
	assert_int_equal(fixture->events[0].epoch, PEER_EPOCH);
	assert_int_equal(fixture->events[0].arrival_ns, fixture->peers[SLOT_IPV6].last_evidence_ns);
	assert_int_equal(fixture->events[1].kind, XB_EVENT_PEER_CHANGED);
	heartbeat.seq++;
	send_probe(fixture, &heartbeat, &frame);
	assert_int_equal(fixture_events(fixture), 0);
	heartbeat.seq++;
	heartbeat.instances[XB_INSTANCES_MAX - 1].priority = 9;
	send_probe(fixture, &heartbeat, &frame);
	assert_int_equal(fixture_events(fixture), 1);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_PEER_CHANGED);
	heartbeat.seq++;
	heartbeat.node_state = XB_NODE_STOPPING;
	send_probe(fixture, &heartbeat, &frame);
	assert_int_equal(fixture_events(fixture), 1);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_PEER_CHANGED);
}

static void test_daemon_age_is_clamped(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	fixture->self->progress_ns = now_ns() + 1000000000;
	send_probe(fixture, &heartbeat, &frame);
	assert_int_equal(ntohl(frame_packet(&frame)->daemon_age_us), 0);
	heartbeat.seq++;
	fixture->self->progress_ns = now_ns() - 5000ull * 1000000000;
	send_probe(fixture, &heartbeat, &frame);
	assert_int_equal(ntohl(frame_packet(&frame)->daemon_age_us), UINT32_MAX);
}

/* Flips each bit of the heartbeat and of the IP addresses; none is accepted. With another
 * destination it may be for another node. */
static void check_bit_flips(struct fixture *fixture, const struct heartbeat *heartbeat)
{
	struct frame good;

	frame_build(heartbeat, &good);
	for (size_t byte = good.udp - (good.ipv6 ? 32 : 8); byte < good.length; byte++) {
		bool in_destination = byte >= good.udp - (good.ipv6 ? 16 : 4) && byte < good.udp;
		bool in_udp_header = byte >= good.udp && byte < good.udp + 8;

		for (unsigned bit = 0; bit < 8 && !in_udp_header; bit++) {
			struct frame bad = good;
			enum action action;

			bad.bytes[byte] ^= (uint8_t)(1u << bit);
			action = fixture_run(fixture, &bad);
			assert_true(action == ACTION_DROP ||
				    (action == ACTION_PASS && in_destination));
		}
	}
}

static void check_bit_flips_from(struct fixture *fixture, int slot)
{
	struct heartbeat heartbeat = heartbeat_from(slot, XB_PROBE);
	const struct xb_peer *peer = &fixture->peers[slot];
	struct frame frame;

	check_bit_flips(fixture, &heartbeat);
	assert_int_equal(peer->evidence_count, 0);
	assert_int_equal(peer->peer_epoch, 0);
	assert_int_equal(peer->lock_sequence, 0);
	/* Again with a slot that holds the instances and their digest. */
	send_probe(fixture, &heartbeat, &frame);
	heartbeat.seq++;
	check_bit_flips(fixture, &heartbeat);
	assert_int_equal(peer->evidence_count, 1);
	assert_memory_equal(peer->instances, heartbeat.instances, sizeof(peer->instances));
	assert_int_equal(send_probe(fixture, &heartbeat, &frame), ACTION_TX);
	assert_int_equal(peer->evidence_count, 2);
}

/* The digest is stored with the instances; a useless one costs time, but no packet is lost. */
static void test_digest_of_instances(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct xb_peer *peer = &fixture->peers[SLOT_A];
	struct frame frame;

	send_probe(fixture, &heartbeat, &frame);
	assert_int_equal(peer->instances_digest, instances_digest(heartbeat.instances, key_old));
	heartbeat.seq++;
	heartbeat.key = key_new; /* another digest of the same instances */
	heartbeat.key_id = 2;
	fixture_events(fixture);
	assert_int_equal(send_probe(fixture, &heartbeat, &frame), ACTION_TX);
	assert_int_equal(peer->instances_digest, instances_digest(heartbeat.instances, key_new));
	assert_int_equal(fixture_events(fixture), 0);
	heartbeat.seq++;
	heartbeat.instances[0].priority++;
	assert_int_equal(send_probe(fixture, &heartbeat, &frame), ACTION_TX);
	assert_int_equal(peer->instances_digest, instances_digest(heartbeat.instances, key_new));
	assert_memory_equal(peer->instances, heartbeat.instances, sizeof(peer->instances));
	heartbeat.seq++;
	peer->instances_digest ^= 1; /* as if another processor were changing it */
	assert_int_equal(send_probe(fixture, &heartbeat, &frame), ACTION_TX);
	assert_int_equal(peer->evidence_count, 4);
}

static void test_bit_flips(void **state)
{
	check_bit_flips_from(*state, SLOT_A);
	check_bit_flips_from(*state, SLOT_IPV6);
}

/* Cut at every length: counted or passed, never read past the end, never evidence. */
static void test_truncations(void **state)
{
	struct fixture *fixture = *state;

	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		struct heartbeat heartbeat = heartbeat_from(slot, XB_PROBE);
		struct frame good;

		heartbeat.vlan_tags = (unsigned)slot % 2;
		fixture->peers[slot].vlan_id = slot % 2 ? FRAME_VLAN_ID : 0;
		frame_build(&heartbeat, &good);
		for (size_t length = 14; length < good.length; length++) {
			struct frame cut = good;

			cut.length = length;
			assert_int_equal(fixture_run(fixture, &cut),
					 length < good.udp + 8 ? ACTION_PASS : ACTION_DROP);
		}
		assert_int_equal(fixture->peers[slot].evidence_count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_answer_in_every_encapsulation),
		FIXTURE_TEST(test_both_keys),
		FIXTURE_TEST(test_stores_evidence),
		FIXTURE_TEST(test_window),
		FIXTURE_TEST(test_ack_of_answer_is_highest_seq),
		FIXTURE_TEST(test_ack_window),
		FIXTURE_TEST(test_new_epoch_of_peer),
		FIXTURE_TEST(test_wrong_own_epoch_is_answered),
		FIXTURE_TEST(test_ack_ahead_ends_the_epoch),
		FIXTURE_TEST(test_events),
		FIXTURE_TEST(test_daemon_age_is_clamped),
		FIXTURE_TEST(test_bit_flips),
		FIXTURE_TEST(test_digest_of_instances),
		FIXTURE_TEST(test_truncations),
	};

	return FIXTURE_RUN(tests);
}
