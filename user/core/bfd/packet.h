/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control packets of Bidirectional Forwarding Detection (RFC 5880 section 4.1), without authentication. */
#ifndef XBEAT_CORE_BFD_PACKET_H
#define XBEAT_CORE_BFD_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BFD_PACKET_BYTES 24

/* UDP: single hop (RFC 5881), multihop (RFC 5883) */
#define BFD_PORT 3784
#define BFD_MULTIHOP_PORT 4784

enum bfd_state {
	BFD_ADMIN_DOWN,
	BFD_DOWN,
	BFD_INIT,
	BFD_UP,
};

/* Diagnostic codes: why a session last left Up, or did not reach it. */
enum bfd_diagnostic {
	BFD_NO_DIAGNOSTIC,
	BFD_TIME_EXPIRED,
	BFD_ECHO_FAILED,
	BFD_NEIGHBOUR_DOWN, /* "Neighbor Signaled Session Down" */
	BFD_FORWARDING_RESET,
	BFD_PATH_DOWN,
	BFD_CONCATENATED_PATH_DOWN,
	BFD_ADMINISTRATIVELY_DOWN,
	BFD_REVERSE_CONCATENATED_PATH_DOWN,
	BFD_DIAGNOSTIC_COUNT,
};

struct bfd_packet {
	uint8_t diagnostic; /* may be one that is not known here */
	enum bfd_state state;
	bool poll, final, demand;
	uint8_t multiplier;
	uint32_t my_discriminator, your_discriminator;
	uint32_t desired_min_tx_us, required_min_rx_us, required_min_echo_rx_us;
};

/* Reads what was received, and checks what needs no session (section 6.8.6). Returns NULL, or why it
 * must be discarded: a sentence's end, as "its version is not 1". */
const char *bfd_packet_read(const uint8_t *bytes, size_t length, struct bfd_packet *packet);

void bfd_packet_write(const struct bfd_packet *packet, uint8_t bytes[BFD_PACKET_BYTES]);

/* "down", "init", "up", "administratively down" */
const char *bfd_state_name(enum bfd_state state);

/* RFC 5880's words in lower case: "control detection time expired" */
const char *bfd_diagnostic_name(uint8_t diagnostic);

#endif
