/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many passwords may be tried: by all clients together, so that the checks cannot take the
 * processor; and by one address, so that one that guesses does not keep the others out.
 */
#ifndef XBEAT_EXPORTER_HTTP_ATTEMPTS_H
#define XBEAT_EXPORTER_HTTP_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

#define ATTEMPTS_MAX 10 /* of an address at once; then one a second */
#define ATTEMPTS_ALL_MAX 40 /* of all at once; then four a second */
#define ATTEMPTS_ADDRESSES 64 /* that are remembered */
#define ATTEMPTS_ADDRESS_BYTES 48

struct attempts_left {
	unsigned count; /* that may still be made at once */
	uint64_t since_ns; /* when the last one became available */
};

struct attempts_address {
	char text[ATTEMPTS_ADDRESS_BYTES];
	struct attempts_left left;
};

struct attempts {
	struct attempts_left all;
	struct attempts_address addresses[ATTEMPTS_ADDRESSES];
};

void attempts_start(struct attempts *attempts, uint64_t now_ns);

/* Takes an attempt of an address; false: none is left. */
bool attempts_take(struct attempts *attempts, const char *address, uint64_t now_ns);

#endif
