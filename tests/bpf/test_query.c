/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QUERY: what is reported about a third node, byte by byte, and to whom; it is no evidence and
 * changes no state. */
#include "tests/bpf/fixture.h"

#include "user/core/heartbeat.h"
#include <arpa/inet.h>
#include <endian.h>
#include <string.h>
#include <time.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_SECOND 1000000000ull

/* Nodes of the fixture: its peers, and one that is not configured. */
enum { NODE_TWO_LINKS = 2, NODE_IPV6 = 3, NODE_UNKNOWN = 77 };

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static struct heartbeat query_from(int slot, uint16_t subject_id)
{
	static uint64_t t1_ns = 12345;
	struct heartbeat query = heartbeat_from(slot, XB_QUERY);

	memset(&query.view, 0, sizeof(query.view));
	query.view.subject_id = htons(subject_id);
	query.t1_ns = t1_ns++;
	return query;
}

/* Sends a QUERY and returns the view of the answer. */
static struct xb_view ask(struct fixture *fixture, const struct heartbeat *query)
{
	struct frame frame;

	frame_build(query, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX);
	assert_int_equal(frame_packet(&frame)->type, XB_ANSWER);
	assert_int_equal(frame_packet(&frame)->tag, htole64(frame_tag(&frame, query->key)));
	return frame_packet(&frame)->view;
}

static void describe_self(struct fixture *fixture)
{
	fixture->self->progress_ns = now_ns() - 5 * NS_PER_MS;
	fixture->self->node_state = XB_NODE_DRAINING;
	fixture->self->fenced_bits = 4;
	for (int i = 0; i < XB_INSTANCES_MAX; i++)
		fixture->self->description[0].instances[i] =
			(struct xb_instance){(__u8)(i + 1), 4, XB_INSTANCE_BACKUP, 100};
	fixture_digest_self(fixture);
}

/* The fixture's node with two links: heard on the first one, and later on the second, where
 * evidence is older. */
static void know_both_links(struct fixture *fixture, uint64_t at_ns)
{
	struct xb_peer *first = &fixture->peers[SLOT_A];
	struct xb_peer *second = &fixture->peers[SLOT_B];

	first->last_evidence_ns = at_ns - 5 * NS_PER_MS;
	first->last_heard_ns = at_ns - 6 * NS_PER_MS;
	first->daemon_age_us = 111;
	first->node_state = XB_NODE_RUNNING;
	first->fenced_bits = 1;
	first->peer_epoch = PEER_EPOCH + 1;
	second->last_evidence_ns = at_ns - 700 * NS_PER_MS;
	second->last_heard_ns = at_ns - 2 * NS_PER_MS;
	second->daemon_age_us = 222;
	second->node_state = XB_NODE_DRAINING;
	second->fenced_bits = 0x8002;
	second->peer_epoch = PEER_EPOCH;
}

static void check_age(uint32_t said_us, uint64_t then_ns, uint64_t before_ns, uint64_t after_ns)
{
	assert_in_range(ntohl(said_us), (before_ns - then_ns) / NS_PER_US,
			(after_ns - then_ns) / NS_PER_US);
}

static void test_view_is_that_of_the_slots(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *first = &fixture->peers[SLOT_A];
	const struct xb_peer *second = &fixture->peers[SLOT_B];
	struct heartbeat query = query_from(SLOT_IPV6, NODE_TWO_LINKS);
	uint64_t before_ns = now_ns();
	struct xb_view view;
	uint64_t after_ns;

	know_both_links(fixture, before_ns);
	view = ask(fixture, &query);
	after_ns = now_ns();
	assert_int_equal(ntohs(view.subject_id), NODE_TWO_LINKS);
	check_age(view.evidence_age_us[0], first->last_evidence_ns, before_ns, after_ns);
	check_age(view.heard_age_us[0], first->last_heard_ns, before_ns, after_ns);
	check_age(view.evidence_age_us[1], second->last_evidence_ns, before_ns, after_ns);
	check_age(view.heard_age_us[1], second->last_heard_ns, before_ns, after_ns);
	for (int link = 2; link < XB_LINKS_MAX; link++) {
		assert_int_equal(view.evidence_age_us[link], XB_AGE_NEVER);
		assert_int_equal(view.heard_age_us[link], XB_AGE_NEVER);
	}
	assert_int_equal(be64toh(view.subject_epoch), PEER_EPOCH + 1);
	assert_int_equal(view.subject_state, XB_NODE_DRAINING); /* of the link heard last */
	assert_int_equal(ntohs(view.subject_fenced_bits), 0x8002);
	assert_int_equal(ntohl(view.subject_daemon_age_us), 222);
}

/* The description is of the link that heard the subject last, not of the last link. */
static void test_view_is_of_the_link_heard_last(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat query = query_from(SLOT_IPV6, NODE_TWO_LINKS);
	struct xb_view view;

	know_both_links(fixture, now_ns());
	fixture->peers[SLOT_A].last_evidence_ns += 4 * NS_PER_MS;
	view = ask(fixture, &query);
	assert_int_equal(view.subject_state, XB_NODE_RUNNING);
	assert_int_equal(ntohs(view.subject_fenced_bits), 1);
	assert_int_equal(ntohl(view.subject_daemon_age_us), 111);
}

static void test_ages_saturate(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat query = query_from(SLOT_IPV6, NODE_TWO_LINKS);
	struct xb_view view;

	/* In the future, as read from another processor's clock. */
	fixture->peers[SLOT_A].last_evidence_ns = now_ns() + NS_PER_SECOND;
	fixture->peers[SLOT_B].last_evidence_ns = now_ns() - 5000 * NS_PER_SECOND;
	view = ask(fixture, &query);
	assert_int_equal(view.evidence_age_us[0], 0);
	assert_int_equal(view.evidence_age_us[1], XB_AGE_NEVER);
}

/* Also about this node itself: the rest of the packet describes it. */
static void test_nothing_known(void **state)
{
	static const uint16_t subjects[] = {NODE_TWO_LINKS, NODE_UNKNOWN,	OWN_NODE,  0,
					    XB_NODE_ID_MAX, XB_NODE_ID_MAX + 1, UINT16_MAX};

	describe_self(*state); /* it leaves no trace in the next answer */
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		struct heartbeat query = query_from(SLOT_IPV6, subjects[i]);
		struct xb_view view = ask(*state, &query);
		struct xb_view nothing = {.subject_id = htons(subjects[i]),
					  .subject_daemon_age_us = XB_AGE_NEVER};

		memset(nothing.evidence_age_us, 0xff, sizeof(nothing.evidence_age_us));
		memset(nothing.heard_age_us, 0xff, sizeof(nothing.heard_age_us));
		assert_memory_equal(&view, &nothing, sizeof(view));
	}
}

/* A node may query how it is heard itself. */
static void test_sender_as_subject(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat query = query_from(SLOT_A, NODE_TWO_LINKS);
	uint64_t before_ns = now_ns();
	struct xb_view view;

	know_both_links(fixture, before_ns);
	query.sender_epoch = PEER_EPOCH + 1;
	view = ask(fixture, &query);
	check_age(view.heard_age_us[1], fixture->peers[SLOT_B].last_heard_ns, before_ns, now_ns());
}

/* A locked slot is read despite its lock, which is not changed. */
static void test_busy_subject(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat query = query_from(SLOT_IPV6, NODE_TWO_LINKS);
	struct xb_view view;

	know_both_links(fixture, now_ns());
	fixture->peers[SLOT_B].lock_sequence = 7;
	view = ask(fixture, &query);
	assert_int_equal(view.subject_state, XB_NODE_DRAINING);
	assert_int_equal(fixture->peers[SLOT_B].lock_sequence, 7);
}

static void check_head(const struct xb_packet *answer, const struct xb_packet *question)
{
	assert_memory_equal(answer, question, XB_HEAD_BYTES);
	assert_int_equal(answer->ack, 0);
	assert_int_equal(answer->late_apps_bits, 0);
}

static void check_swapped(const struct frame *answer, const struct frame *question)
{
	size_t addresses = answer->network + (answer->ipv6 ? 8 : 12);
	size_t bytes = answer->ipv6 ? 16 : 4;

	assert_memory_equal(answer->bytes, question->bytes + 6, 6);
	assert_memory_equal(answer->bytes + 6, question->bytes, 6);
	assert_memory_equal(answer->bytes + addresses, question->bytes + addresses + bytes, bytes);
	assert_memory_equal(answer->bytes + addresses + bytes, question->bytes + addresses, bytes);
	assert_memory_equal(answer->bytes + answer->udp, question->bytes + question->udp + 2, 2);
	assert_memory_equal(answer->bytes + answer->udp + 2, question->bytes + question->udp, 2);
}

/* All fields of the packet around the view, and of the frame around the packet. */
static void check_answered(struct fixture *fixture, const struct heartbeat *query)
{
	struct frame question;
	struct frame frame;
	struct xb_packet *packet;
	struct xb_key key = {.id = query->key_id, .valid = 1};
	uint64_t arrival_ns;
	uint64_t before_ns = now_ns();

	describe_self(fixture);
	frame_build(query, &question);
	frame = question;
	packet = frame_packet(&frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX); /* which checks the length */
	arrival_ns = be64toh(packet->t2_ns);
	check_head(packet, frame_packet(&question));
	assert_int_equal(packet->type, XB_ANSWER);
	assert_int_equal(packet->node_state, XB_NODE_DRAINING);
	assert_int_equal(ntohs(packet->fenced_bits), 4);
	assert_in_range(arrival_ns, before_ns, now_ns());
	assert_int_equal(ntohl(packet->daemon_age_us),
			 (arrival_ns - fixture->self->progress_ns) / NS_PER_US);
	memcpy(key.word, query->key, sizeof(key.word));
	assert_int_equal(le64toh(packet->tag),
			 heartbeat_tag(packet, &query->source, &query->destination, &key));
	assert_true(frame_udp_checksum_is_right(&frame));
	assert_true(frame.ipv6 || frame_ipv4_checksum_is_right(&frame));
	check_swapped(&frame, &question);
	assert_int_equal(fixture_drop_total(fixture), 0);
}

static void test_answer_around_the_view(void **state)
{
	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		struct heartbeat query =
			query_from(slot, slot == SLOT_IPV6 ? NODE_TWO_LINKS : NODE_IPV6);

		check_answered(*state, &query);
		query.t1_ns++;
		query.vlan_tags = 1;
		((struct fixture *)*state)->peers[slot].vlan_id = FRAME_VLAN_ID;
		query.key = key_new;
		query.key_id = 2;
		check_answered(*state, &query);
	}
}

/* The program answers what the daemon builds. */
static void test_query_of_the_codec(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat query = query_from(SLOT_A, NODE_IPV6);
	const struct xb_self asker = {.node_id = NODE_TWO_LINKS, .epoch = PEER_EPOCH};
	const struct heartbeat_target target = {.cluster_id = CLUSTER,
						.node_id = OWN_NODE,
						.peer_epoch = OWN_EPOCH,
						.local_address = query.source,
						.peer_address = query.destination};
	struct xb_key key = {.id = 1, .valid = 1};
	struct xb_packet packet;
	struct frame frame;

	memcpy(key.word, key_old, sizeof(key.word));
	heartbeat_build_query(&packet, &asker, &target, NODE_IPV6, 99, &key);
	frame_build(&query, &frame);
	memcpy(frame_packet(&frame), &packet, sizeof(packet));
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX);
	assert_int_equal(ntohs(frame_packet(&frame)->view.subject_id), NODE_IPV6);
	assert_int_equal(be64toh(frame_packet(&frame)->t1_ns), 99);
}

/* Each is answered once; after a later one, earlier ones are refused. */
static void test_query_is_answered_once(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat query = query_from(SLOT_A, NODE_IPV6);

	ask(fixture, &query);
	fixture_events(fixture); /* of the first packet of the peer */
	fixture_expect_refused(fixture, &query, XB_DROP_REPLAY);
	query.view.subject_id = htons(NODE_UNKNOWN); /* asked at the same time */
	ask(fixture, &query);
	fixture_expect_refused(fixture, &query, XB_DROP_REPLAY);
	query.t1_ns--;
	fixture_expect_refused(fixture, &query, XB_DROP_OLD_QUERY);
	query.t1_ns += 2;
	ask(fixture, &query);
	query.view.subject_id = htons(NODE_IPV6);
	ask(fixture, &query);
	query = query_from(SLOT_B, NODE_IPV6); /* another link has a window of its own */
	query.t1_ns = 1;
	ask(fixture, &query);
}

/* A recorded QUERY of an earlier life is refused by its epoch; the clock of the new life may be
 * earlier. */
static void test_window_of_a_new_life(void **state)
{
	struct fixture *fixture = *state;
	const struct heartbeat recorded = query_from(SLOT_A, NODE_IPV6);
	struct heartbeat query = recorded;

	ask(fixture, &recorded);
	fixture_events(fixture);
	query.t1_ns = 3;
	fixture_expect_refused(fixture, &query, XB_DROP_OLD_QUERY);
	query.sender_epoch++;
	ask(fixture, &query);
	assert_int_equal(fixture->peers[SLOT_A].peer_epoch, PEER_EPOCH + 1);
	assert_int_equal(fixture_events(fixture), 1);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_PEER_EPOCH);
	assert_int_equal(fixture->events[0].epoch, PEER_EPOCH + 1);
	fixture_expect_refused(fixture, &query, XB_DROP_REPLAY);
	fixture_expect_refused(fixture, &recorded, XB_DROP_OLD_EPOCH);
}

/* But for the window of QUERYs. */
static void test_query_changes_no_state(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat query = query_from(SLOT_A, NODE_IPV6);
	struct xb_peer before[SLOT_COUNT];

	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	memcpy(before, fixture->peers, sizeof(before));
	ask(fixture, &query);
	before[SLOT_A].lock_sequence += 2;
	before[SLOT_A].query_t1_ns = query.t1_ns;
	before[SLOT_A].query_subject_bits = 1ull << NODE_IPV6;
	assert_memory_equal(fixture->peers, before, sizeof(before));
	assert_int_equal(fixture_events(fixture), 0);
}

static void test_queries_that_are_not_answered(void **state)
{
	struct fixture *fixture = *state;
	const struct heartbeat good = query_from(SLOT_A, NODE_IPV6);
	struct heartbeat query = good;

	query.sender_epoch = 0;
	fixture_expect_refused(fixture, &query, XB_DROP_OLD_EPOCH);
	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	query.sender_epoch = PEER_EPOCH - 1;
	fixture_expect_refused(fixture, &query, XB_DROP_OLD_EPOCH);
	query = good;
	query.addressee_epoch = OWN_EPOCH + 1;
	fixture_expect_refused(fixture, &query, XB_DROP_WRONG_EPOCH);
	query.addressee_epoch = 0;
	fixture_expect_refused(fixture, &query, XB_DROP_WRONG_EPOCH);
	query = good;
	query.source = address_of("10.0.0.9");
	fixture_expect_refused(fixture, &query, XB_DROP_BAD_ADDRESS);
	query = good;
	query.sender_id = NODE_UNKNOWN;
	fixture_expect_refused(fixture, &query, XB_DROP_UNKNOWN_PEER);
	query = good;
	query.addressee_id++;
	fixture_expect_refused(fixture, &query, XB_DROP_NOT_FOR_ME);
	query = good;
	query.key = key_new;
	fixture_expect_refused(fixture, &query, XB_DROP_BAD_TAG);
	fixture->self->epoch = 0;
	fixture_expect_refused(fixture, &good, XB_DROP_NO_SELF);
}

/* With any bit changed, the type's and the subject's included, it is not answered. */
static void check_bit_flips(struct fixture *fixture, const struct heartbeat *heartbeat)
{
	struct frame good;

	frame_build(heartbeat, &good);
	for (size_t byte = good.udp + 8; byte < good.length; byte++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct frame bad = good;

			bad.bytes[byte] ^= (uint8_t)(1u << bit);
			assert_int_equal(fixture_run(fixture, &bad), ACTION_DROP);
		}
	}
	assert_int_equal(fixture_events(fixture), 0);
}

static void test_bit_flips(void **state)
{
	struct heartbeat query = query_from(SLOT_A, NODE_IPV6);

	check_bit_flips(*state, &query);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_view_is_that_of_the_slots),
		FIXTURE_TEST(test_view_is_of_the_link_heard_last),
		FIXTURE_TEST(test_ages_saturate),
		FIXTURE_TEST(test_nothing_known),
		FIXTURE_TEST(test_sender_as_subject),
		FIXTURE_TEST(test_busy_subject),
		FIXTURE_TEST(test_answer_around_the_view),
		FIXTURE_TEST(test_query_of_the_codec),
		FIXTURE_TEST(test_query_is_answered_once),
		FIXTURE_TEST(test_window_of_a_new_life),
		FIXTURE_TEST(test_query_changes_no_state),
		FIXTURE_TEST(test_queries_that_are_not_answered),
		FIXTURE_TEST(test_bit_flips),
	};

	return FIXTURE_RUN(tests);
}
