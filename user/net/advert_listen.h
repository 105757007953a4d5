/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hears the adverts that this machine itself sends, which its XDP program does not see. Blocks. */
#ifndef XBEAT_NET_ADVERT_LISTEN_H
#define XBEAT_NET_ADVERT_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

struct advert_sent {
	unsigned interface_index; /* it left there */
	uint8_t family; /* 4 or 6 */
	uint8_t vrid;
};

/*
 * Listens for at most wait_ns to adverts that leave any interface, without those that only release
 * a role (priority 0), until wanted() returns true. Returns 1 if it has, 0 if not, or a negative
 * errno.
 */
int advert_listen(uint64_t wait_ns, bool (*wanted)(void *context, const struct advert_sent *sent),
		  void *context);

#endif
