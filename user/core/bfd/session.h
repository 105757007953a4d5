/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session of Bidirectional Forwarding Detection in asynchronous mode (RFC 5880 section 6): states,
 * timers and poll sequences. Pure: packets and times in, packets to send and changes of state out.
 */
#ifndef XBEAT_CORE_BFD_SESSION_H
#define XBEAT_CORE_BFD_SESSION_H

#include "user/core/bfd/packet.h"
#include <stdbool.h>
#include <stdint.h>

#define BFD_NEVER UINT64_MAX

struct bfd_settings {
	uint32_t min_rx_us, min_tx_us;
	uint32_t idle_tx_us; /* Desired Min TX while not Up: a second or more (section 6.8.3) */
	uint8_t multiplier;
	bool passive; /* sends nothing before the neighbour was heard */
};

/* Why the session left Up. */
enum bfd_loss {
	BFD_NOT_LOST,
	BFD_SILENCE, /* nothing was heard for the detection time */
	BFD_NEIGHBOUR_LEFT, /* it reports Down, not because of this machine */
	BFD_OWN_SILENCE, /* it received nothing, and this machine did send nothing for so long */
	BFD_NEIGHBOUR_ADMIN, /* a person has ended it there (RFC 5882 section 3.2) */
};

struct bfd_session {
	struct bfd_settings settings;
	enum bfd_state state;
	uint64_t since_ns; /* of the state */
	uint8_t diagnostic; /* of the last change to Down */
	enum bfd_loss loss; /* of the last time that it was Up */
	uint64_t silence_ns; /* BFD_SILENCE: for how long nothing was heard */
	uint32_t discriminator;
	bool polling; /* until the neighbour answers */
	/* as the neighbour last reported */
	uint32_t remote_discriminator; /* 0: not known */
	enum bfd_state remote_state;
	uint8_t remote_diagnostic, remote_multiplier;
	uint32_t remote_min_tx_us, remote_min_rx_us;
	bool remote_demand;
	uint64_t heard_ns; /* the last packet; 0: none */
	uint64_t sent_ns; /* 0: none */
	uint64_t
		gap_ended_ns; /* this machine had sent nothing for the neighbour's detection time; 0: never */
	uint64_t send_due_ns, detect_due_ns; /* BFD_NEVER: not */
};

/* What the caller must do. */
struct bfd_actions {
	bool send; /* bfd_session_packet(): a packet, now */
	bool final; /* it answers a poll */
	bool changed; /* the state */
};

/* discriminator: random, not 0, of no other session. Times are CLOCK_MONOTONIC. */
void bfd_session_start(struct bfd_session *session, const struct bfd_settings *settings,
		       uint32_t discriminator, uint64_t now_ns);

/* A packet of this session came (bfd_packet_read()). now_ns may be later than its arrival. random: any
 * number, for the jitter. */
void bfd_session_receive(struct bfd_session *session, const struct bfd_packet *packet,
			 uint64_t arrival_ns, uint64_t now_ns, uint32_t random,
			 struct bfd_actions *actions);

/* To be called at bfd_session_due_ns(), when all packets that have come were received. */
void bfd_session_advance(struct bfd_session *session, uint64_t now_ns, uint32_t random,
			 struct bfd_actions *actions);

/* This machine did not run, so that packets may have been lost here: the neighbour gets another
 * detection time. */
void bfd_session_excuse(struct bfd_session *session, uint64_t now_ns);

/* BFD_NEVER: nothing is due. */
uint64_t bfd_session_due_ns(const struct bfd_session *session);

/* Section 6.8.4; 0: nothing was heard yet. */
uint64_t bfd_session_detection_ns(const struct bfd_session *session);

/* The packet that reports the present state (section 6.8.7). */
struct bfd_packet bfd_session_packet(const struct bfd_session *session, bool final);

/* The last one, of a session that a person ends (section 6.8.16). */
struct bfd_packet bfd_session_last_packet(const struct bfd_session *session);

#endif
