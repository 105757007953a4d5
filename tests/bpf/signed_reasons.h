/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame, and the state of the maps in which it is dropped for the reason of the name. */
#ifndef TESTS_BPF_SIGNED_REASONS_H
#define TESTS_BPF_SIGNED_REASONS_H

#include "tests/bpf/fixture.h"

void vrrp_missing(struct fixture *fixture, struct frame *frame);
void vrrp_malformed(struct fixture *fixture, struct frame *frame);
void vrrp_unknown_key(struct fixture *fixture, struct frame *frame);
void vrrp_invalid_hmac(struct fixture *fixture, struct frame *frame);
void vrrp_stale(struct fixture *fixture, struct frame *frame);
void vrrp_replay(struct fixture *fixture, struct frame *frame);

#endif
