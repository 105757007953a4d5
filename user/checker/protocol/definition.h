/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A check in the bytes of a set's definitions: for each check its rules, how it begins, and its
 * identity: kind, target and options. Checks with equal identities are the same check, also when
 * their rules differ. All integers are in this machine's byte order: both ends are of one machine.
 */
#ifndef XBEAT_CHECKER_PROTOCOL_DEFINITION_H
#define XBEAT_CHECKER_PROTOCOL_DEFINITION_H

#include "user/config/model/pool.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEFINITION_BYTES_MAX 65536 /* of an identity */

/* SSL { }, for checks with TLS: the texts of its files (PEM), because the checker's user may not read
 * them. NULL: none. */
struct checker_tls {
	char *password, *ca, *certificate, *key;
};

/* Bytes that grow. */
struct definition_bytes {
	uint8_t *start;
	size_t count, room;
};

/* Appends bytes. Returns 0 or -ENOMEM. */
int definition_append(struct definition_bytes *bytes, const void *added, size_t count);

/* Appends the identity of a check. Returns 0, -ENOMEM, or -E2BIG. */
int definition_encode(struct definition_bytes *bytes, const struct config_check *check);

/* Appends texts. Returns 0 or a negative errno. */
int definition_encode_tls(struct definition_bytes *bytes, const struct checker_tls *tls);

/* Makes a check of an identity; its rules are zero. To be freed by config_check_free(). Returns 0,
 * -ENOMEM, or -EINVAL: these bytes are no identity. */
int definition_decode(const uint8_t *bytes, size_t count, struct config_check *check);

int definition_decode_tls(const uint8_t *bytes, size_t count, struct checker_tls *tls);

void checker_tls_free(struct checker_tls *tls);

#endif
