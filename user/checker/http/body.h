/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An answer, judged by what its url block asks for. The digest of its body is made while it comes.
 * For a regular expression a bounded part is kept; as in keepalived, the status line and the header
 * fields are part of the text that it searches, and offsets count from there.
 */
#ifndef XBEAT_CHECKER_HTTP_BODY_H
#define XBEAT_CHECKER_HTTP_BODY_H

#include "user/config/model/pool.h"
#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BODY_READ_MAX ((size_t)1 << 20) /* without a digest, and kept for a regular expression */
#define BODY_DIGEST_BYTES 33 /* MD5 in hex, with its NUL */
#define BODY_REASON_BYTES 120

struct body {
	const struct config_check_url *url;
	uint64_t length; /* that came */
	uint8_t *kept; /* NULL: no regular expression */
	size_t kept_length, kept_room;
	EVP_MD_CTX *digest; /* NULL: no digest */
};

/* Returns 0 or a negative errno; body_end() even so. */
int body_begin(struct body *body, const struct config_check_url *url);

/* Takes a line before the body. Returns 0 or -ENOMEM. */
int body_add_head(struct body *body, const char *line, size_t length);

/* Takes a part. Returns whether more is of interest, or a negative errno. */
int body_add(struct body *body, const uint8_t *bytes, size_t count);

/* Writes why the answer is not as it should be. Returns 1: it is, 0: it is not, or a negative errno
 * if this machine could not find out. */
int body_judge(struct body *body, char reason[static BODY_REASON_BYTES]);

void body_end(struct body *body);

#endif
