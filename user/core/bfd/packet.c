/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/core/bfd/packet.h"
#include <arpa/inet.h>
#include <string.h>

#define VERSION 1
#define VERSION_SHIFT 5
#define DIAGNOSTIC_MASK 0x1f
#define STATE_SHIFT 6

enum flag {
	FLAG_MULTIPOINT = 0x01,
	FLAG_DEMAND = 0x02,
	FLAG_AUTHENTICATION = 0x04,
	FLAG_CONTROL_PLANE_INDEPENDENT = 0x08,
	FLAG_FINAL = 0x10,
	FLAG_POLL = 0x20,
};

enum offset {
	AT_DIAGNOSTIC = 0,
	AT_STATE = 1,
	AT_MULTIPLIER = 2,
	AT_LENGTH = 3,
	AT_MY_DISCRIMINATOR = 4,
	AT_YOUR_DISCRIMINATOR = 8,
	AT_DESIRED_MIN_TX = 12,
	AT_REQUIRED_MIN_RX = 16,
	AT_REQUIRED_MIN_ECHO_RX = 20,
};

static uint32_t read_u32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return ntohl(value);
}

static void write_u32(uint8_t *bytes, uint32_t value)
{
	value = htonl(value);
	memcpy(bytes, &value, sizeof(value));
}

/* In the order of section 6.8.6. */
static const char *check(const uint8_t *bytes, size_t length, const struct bfd_packet *packet)
{
	if (bytes[AT_DIAGNOSTIC] >> VERSION_SHIFT != VERSION)
		return "its version is not 1";
	if (bytes[AT_LENGTH] < BFD_PACKET_BYTES || bytes[AT_LENGTH] > length)
		return "its length is wrong";
	if (!packet->multiplier)
		return "its multiplier is 0";
	if (bytes[AT_STATE] & FLAG_MULTIPOINT)
		return "it is multipoint";
	if (!packet->my_discriminator)
		return "its discriminator is 0";
	if (!packet->your_discriminator && packet->state != BFD_DOWN &&
	    packet->state != BFD_ADMIN_DOWN)
		return "it names no session";
	if (bytes[AT_STATE] & FLAG_AUTHENTICATION)
		return "it is authenticated";
	/* Section 6.8.7: never set together. */
	if (packet->poll && packet->final)
		return "it asks and answers at once";
	return NULL;
}

const char *bfd_packet_read(const uint8_t *bytes, size_t length, struct bfd_packet *packet)
{
	if (length < BFD_PACKET_BYTES)
		return "it is too short";
	*packet = (struct bfd_packet){
		.diagnostic = bytes[AT_DIAGNOSTIC] & DIAGNOSTIC_MASK,
		.state = (enum bfd_state)(bytes[AT_STATE] >> STATE_SHIFT),
		.poll = bytes[AT_STATE] & FLAG_POLL,
		.final = bytes[AT_STATE] & FLAG_FINAL,
		.demand = bytes[AT_STATE] & FLAG_DEMAND,
		.multiplier = bytes[AT_MULTIPLIER],
		.my_discriminator = read_u32(&bytes[AT_MY_DISCRIMINATOR]),
		.your_discriminator = read_u32(&bytes[AT_YOUR_DISCRIMINATOR]),
		.desired_min_tx_us = read_u32(&bytes[AT_DESIRED_MIN_TX]),
		.required_min_rx_us = read_u32(&bytes[AT_REQUIRED_MIN_RX]),
		.required_min_echo_rx_us = read_u32(&bytes[AT_REQUIRED_MIN_ECHO_RX]),
	};
	return check(bytes, length, packet);
}

void bfd_packet_write(const struct bfd_packet *packet, uint8_t bytes[BFD_PACKET_BYTES])
{
	bytes[AT_DIAGNOSTIC] =
		(uint8_t)(VERSION << VERSION_SHIFT | (packet->diagnostic & DIAGNOSTIC_MASK));
	bytes[AT_STATE] =
		(uint8_t)((unsigned)packet->state << STATE_SHIFT | (packet->poll ? FLAG_POLL : 0) |
			  (packet->final ? FLAG_FINAL : 0) | (packet->demand ? FLAG_DEMAND : 0));
	bytes[AT_MULTIPLIER] = packet->multiplier;
	bytes[AT_LENGTH] = BFD_PACKET_BYTES;
	write_u32(&bytes[AT_MY_DISCRIMINATOR], packet->my_discriminator);
	write_u32(&bytes[AT_YOUR_DISCRIMINATOR], packet->your_discriminator);
	write_u32(&bytes[AT_DESIRED_MIN_TX], packet->desired_min_tx_us);
	write_u32(&bytes[AT_REQUIRED_MIN_RX], packet->required_min_rx_us);
	write_u32(&bytes[AT_REQUIRED_MIN_ECHO_RX], packet->required_min_echo_rx_us);
}

const char *bfd_state_name(enum bfd_state state)
{
	static const char *const names[] = {
		[BFD_ADMIN_DOWN] = "administratively down",
		[BFD_DOWN] = "down",
		[BFD_INIT] = "init",
		[BFD_UP] = "up",
	};

	return names[state];
}

const char *bfd_diagnostic_name(uint8_t diagnostic)
{
	static const char *const names[BFD_DIAGNOSTIC_COUNT] = {
		[BFD_NO_DIAGNOSTIC] = "no diagnostic",
		[BFD_TIME_EXPIRED] = "control detection time expired",
		[BFD_ECHO_FAILED] = "echo function failed",
		[BFD_NEIGHBOUR_DOWN] = "neighbor signaled session down",
		[BFD_FORWARDING_RESET] = "forwarding plane reset",
		[BFD_PATH_DOWN] = "path down",
		[BFD_CONCATENATED_PATH_DOWN] = "concatenated path down",
		[BFD_ADMINISTRATIVELY_DOWN] = "administratively down",
		[BFD_REVERSE_CONCATENATED_PATH_DOWN] = "reverse concatenated path down",
	};

	return diagnostic < BFD_DIAGNOSTIC_COUNT ? names[diagnostic] : "unknown diagnostic";
}
