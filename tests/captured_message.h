/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the adverts of captured.h say, as user/core/vrrp/packet.h has it. */
#ifndef TESTS_CAPTURED_MESSAGE_H
#define TESTS_CAPTURED_MESSAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/captured.h"
#include "user/core/vrrp/packet.h"
#include "user/lib/address.h"
#include <cmocka.h>

static inline struct xb_address captured_address(const char *text)
{
	struct xb_address address = {{0}};

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

/* addresses: room for CAPTURED_ADDRESSES_MAX, to which the message then points. */
static inline struct vrrp_message captured_message(const struct captured *captured,
						   struct xb_address *addresses)
{
	struct vrrp_message message = {
		.version = captured->version,
		.vrid = captured->vrid,
		.priority = captured->priority,
		.interval_cs = captured->interval_cs,
		.ttl = captured->ttl,
		.pseudo_header = true, /* version 2 has none, all the same */
		.has_password = captured->password != NULL,
		.source = captured_address(captured->source),
		.destination = captured_address(captured->destination),
		.addresses = addresses,
		.address_count = captured->address_count,
	};

	if (captured->password)
		memcpy(message.password, captured->password, strlen(captured->password));
	for (size_t i = 0; i < captured->address_count; i++)
		addresses[i] = captured_address(captured->addresses[i]);
	return message;
}

#endif
