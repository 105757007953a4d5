/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A second decoder of frames, written from the RFCs and xbeat/wire.h; it shares no code with
 * bpf/. */
#ifndef TESTS_FUZZ_BPF_ORACLE_H
#define TESTS_FUZZ_BPF_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

/* Whether it is a heartbeat whose tag is correct under one of the keys, for its bytes and IP
 * addresses. */
bool oracle_tag_is_right(const uint8_t *frame, size_t length, const struct xb_key *keys,
			 size_t key_count);

/* Whether it is a valid multicast advert, untagged, for an instance of a version, family and VRID
 * with an interval of 1 s (RFC 9568 section 7.1; RFC 3768 section 7.1). */
bool oracle_advert_is_good(const uint8_t *frame, size_t length, const struct xb_vrrp *entry);

#endif
