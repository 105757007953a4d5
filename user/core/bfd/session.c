/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/core/bfd/session.h"
#include "user/lib/time.h"

/* The neighbour reports a gap within this time after it. */
#define GAP_REMEMBERED_NS (2 * NS_PER_SECOND)

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t desired_min_tx_us(const struct bfd_session *session)
{
	return session->state == BFD_UP ? session->settings.min_tx_us
					: session->settings.idle_tx_us;
}

static uint64_t interval_ns(const struct bfd_session *session)
{
	return larger(desired_min_tx_us(session), session->remote_min_rx_us) * NS_PER_US;
}

uint64_t bfd_session_detection_ns(const struct bfd_session *session)
{
	return session->remote_multiplier *
	       (larger(session->settings.min_rx_us, session->remote_min_tx_us) * NS_PER_US);
}

/* After so long without a packet the neighbour reports Down. */
static uint64_t neighbour_waits_ns(const struct bfd_session *session)
{
	return session->settings.multiplier * interval_ns(session);
}

static bool sends(const struct bfd_session *session)
{
	if (session->settings.passive && !session->remote_discriminator)
		return false;
	if (!session->remote_min_rx_us)
		return false;
	return !(session->remote_demand && session->state == BFD_UP &&
		 session->remote_state == BFD_UP) ||
	       session->polling;
}

/* Section 6.8.7: 75 to 100 % of the interval; with a multiplier of 1 to 90 %. */
static uint64_t jittered_ns(const struct bfd_session *session, uint32_t random)
{
	uint64_t whole_ns = interval_ns(session);
	uint64_t most_percent = session->settings.multiplier == 1 ? 15 : 25;
	uint64_t range_ns = whole_ns * most_percent / 100;

	return whole_ns * 75 / 100 + (uint64_t)(((unsigned __int128)range_ns * random) >> 32);
}

/* A packet is sent now: the next one follows in an interval. */
static void plan_next(struct bfd_session *session, uint64_t now_ns, uint32_t random)
{
	session->send_due_ns = sends(session) ? now_ns + jittered_ns(session, random) : BFD_NEVER;
}

static bool was_silent(const struct bfd_session *session, uint64_t now_ns)
{
	return session->sent_ns && now_ns - session->sent_ns >= neighbour_waits_ns(session);
}

static void send_packet(struct bfd_session *session, uint64_t now_ns, uint32_t random,
			struct bfd_actions *actions)
{
	if (session->state == BFD_UP && was_silent(session, now_ns))
		session->gap_ended_ns = now_ns;
	actions->send = true;
	session->sent_ns = now_ns;
	plan_next(session, now_ns, random);
}

static void change(struct bfd_session *session, enum bfd_state state, uint64_t now_ns,
		   struct bfd_actions *actions)
{
	actions->changed = true;
	session->state = state;
	session->since_ns = now_ns;
	session->polling =
		state == BFD_UP && session->settings.min_tx_us != session->settings.idle_tx_us;
	if (state == BFD_UP)
		session->diagnostic = BFD_NO_DIAGNOSTIC;
}

static void go_down(struct bfd_session *session, uint8_t diagnostic, uint64_t now_ns,
		    struct bfd_actions *actions)
{
	session->diagnostic = diagnostic;
	change(session, BFD_DOWN, now_ns, actions);
}

void bfd_session_start(struct bfd_session *session, const struct bfd_settings *settings,
		       uint32_t discriminator, uint64_t now_ns)
{
	*session = (struct bfd_session){
		.settings = *settings,
		.state = BFD_DOWN,
		.since_ns = now_ns,
		.discriminator = discriminator,
		.remote_state = BFD_DOWN,
		.remote_min_rx_us = 1, /* section 6.8.1 */
		.send_due_ns = settings->passive ? BFD_NEVER : now_ns,
		.detect_due_ns = BFD_NEVER,
	};
}

/* Why the neighbour, which said Down or AdminDown, has left. */
static enum bfd_loss loss_by(const struct bfd_session *session, const struct bfd_packet *packet,
			     uint64_t now_ns)
{
	bool gap = was_silent(session, now_ns) ||
		   (session->gap_ended_ns &&
		    time_since_ns(now_ns, session->gap_ended_ns) < GAP_REMEMBERED_NS);

	if (packet->state == BFD_ADMIN_DOWN)
		return BFD_NEIGHBOUR_ADMIN;
	return gap && packet->diagnostic == BFD_TIME_EXPIRED ? BFD_OWN_SILENCE : BFD_NEIGHBOUR_LEFT;
}

/* The state machine of section 6.8.6. */
static void judge_state(struct bfd_session *session, const struct bfd_packet *packet,
			uint64_t now_ns, struct bfd_actions *actions)
{
	bool admin = packet->state == BFD_ADMIN_DOWN;

	switch (session->state) {
	case BFD_ADMIN_DOWN:
		break;
	case BFD_DOWN:
		if (packet->state == BFD_DOWN)
			change(session, BFD_INIT, now_ns, actions);
		else if (packet->state == BFD_INIT)
			change(session, BFD_UP, now_ns, actions);
		break;
	case BFD_INIT:
		if (admin)
			go_down(session, BFD_NEIGHBOUR_DOWN, now_ns, actions);
		else if (packet->state == BFD_INIT || packet->state == BFD_UP)
			change(session, BFD_UP, now_ns, actions);
		break;
	case BFD_UP:
		if (!admin && packet->state != BFD_DOWN)
			break;
		session->loss = loss_by(session, packet, now_ns);
		go_down(session, BFD_NEIGHBOUR_DOWN, now_ns, actions);
		break;
	}
}

static void note_remote(struct bfd_session *session, const struct bfd_packet *packet,
			uint64_t arrival_ns)
{
	session->remote_discriminator = packet->my_discriminator;
	session->remote_state = packet->state;
	session->remote_diagnostic = packet->diagnostic;
	session->remote_multiplier = packet->multiplier;
	session->remote_min_tx_us = packet->desired_min_tx_us;
	session->remote_min_rx_us = packet->required_min_rx_us;
	session->remote_demand = packet->demand;
	session->heard_ns = arrival_ns;
	if (packet->final)
		session->polling = false;
}

void bfd_session_receive(struct bfd_session *session, const struct bfd_packet *packet,
			 uint64_t arrival_ns, uint64_t now_ns, uint32_t random,
			 struct bfd_actions *actions)
{
	uint64_t latest_ns;

	*actions = (struct bfd_actions){.final = packet->poll};
	note_remote(session, packet, arrival_ns);
	judge_state(session, packet, now_ns, actions);
	session->detect_due_ns = arrival_ns + bfd_session_detection_ns(session);
	/* Changes are told at once (section 6.8.7), polls answered at once (section 6.5). */
	if (packet->poll || (actions->changed && sends(session))) {
		send_packet(session, now_ns, random, actions);
		return;
	}
	latest_ns = now_ns + jittered_ns(session, random);
	if (!sends(session))
		session->send_due_ns = BFD_NEVER;
	else if (session->send_due_ns == BFD_NEVER || session->send_due_ns > latest_ns)
		session->send_due_ns = latest_ns;
}

/* What was learnt from the neighbour is forgotten (section 6.8.1). */
static void forget_remote(struct bfd_session *session)
{
	session->remote_discriminator = 0;
	session->remote_state = BFD_DOWN;
	session->remote_demand = false;
	session->remote_min_rx_us = 1;
	session->detect_due_ns = BFD_NEVER;
}

static void expire(struct bfd_session *session, uint64_t now_ns, struct bfd_actions *actions)
{
	if (session->state == BFD_UP) {
		session->loss = BFD_SILENCE;
		session->silence_ns = time_since_ns(now_ns, session->heard_ns);
	}
	forget_remote(session);
	if (session->state == BFD_UP || session->state == BFD_INIT)
		go_down(session, BFD_TIME_EXPIRED, now_ns, actions);
}

void bfd_session_advance(struct bfd_session *session, uint64_t now_ns, uint32_t random,
			 struct bfd_actions *actions)
{
	*actions = (struct bfd_actions){};
	if (now_ns >= session->detect_due_ns)
		expire(session, now_ns, actions);
	if (!sends(session))
		session->send_due_ns = BFD_NEVER;
	else if (actions->changed || now_ns >= session->send_due_ns)
		send_packet(session, now_ns, random, actions);
}

void bfd_session_excuse(struct bfd_session *session, uint64_t now_ns)
{
	session->detect_due_ns = now_ns + bfd_session_detection_ns(session);
}

uint64_t bfd_session_due_ns(const struct bfd_session *session)
{
	return session->send_due_ns < session->detect_due_ns ? session->send_due_ns
							     : session->detect_due_ns;
}

struct bfd_packet bfd_session_packet(const struct bfd_session *session, bool final)
{
	return (struct bfd_packet){
		.diagnostic = session->diagnostic,
		.state = session->state,
		.poll = session->polling && !final,
		.final = final,
		.multiplier = session->settings.multiplier,
		.my_discriminator = session->discriminator,
		.your_discriminator = session->remote_discriminator,
		.desired_min_tx_us = desired_min_tx_us(session),
		.required_min_rx_us = session->settings.min_rx_us,
	};
}

struct bfd_packet bfd_session_last_packet(const struct bfd_session *session)
{
	struct bfd_packet packet = bfd_session_packet(session, false);

	packet.state = BFD_ADMIN_DOWN;
	packet.diagnostic = BFD_ADMINISTRATIVELY_DOWN;
	packet.poll = false;
	packet.desired_min_tx_us = session->settings.idle_tx_us;
	return packet;
}
