/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed adverts for the program under test: the known answers of tests/signed_vectors.h, and what
 * user/core signs. */
#ifndef TESTS_BPF_SIGNED_H
#define TESTS_BPF_SIGNED_H

#include "tests/bpf/fixture.h"
#include "tests/signed_vectors.h"
#include "user/core/vrrp/packet.h"

#define SIGNED_WINDOW_S 5

/* Serves the vector's instance in VRRP_SLOT with mode enforce, anti_replay time, a window of
 * SIGNED_WINDOW_S and the vector's key; the clock is that of the vector. Builds its packet. */
void signed_prepare(struct fixture *fixture, const struct signed_vector *vector,
		    struct frame *frame);

/* Returns a vector's number. */
uint64_t signed_sequence(const struct signed_vector *vector);

/* Sets the clock of the program to a number. */
void signed_set_clock(struct fixture *fixture, uint64_t sequence);

struct vrrp_signing_key signed_key(const char *secret, uint8_t id);

/* Adds a key to the instance of VRRP_SLOT. */
void signed_add_key(struct fixture *fixture, uint8_t id, const char *secret);

/* Makes unicast adverts from this address countable for the instance of VRRP_SLOT. */
void signed_add_peer(struct fixture *fixture, const char *address);

/* Builds a signed packet; the message needs no trailer. */
void signed_build(struct vrrp_message message, const struct vrrp_signing_key *key,
		  uint64_t sequence, struct frame *frame);

/* Returns the slot's part of xb_signed, mapped. */
struct xb_signed *signed_state(struct fixture *fixture);

#endif
