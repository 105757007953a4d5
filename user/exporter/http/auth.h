/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Basic authentication. To check a password takes the hash's time, by design: what was accepted is
 * remembered, as a digest with a key of this process, so that a scrape each second does not cost it
 * each time; and so many attempts may be made in a time (attempts.h).
 */
#ifndef XBEAT_EXPORTER_HTTP_AUTH_H
#define XBEAT_EXPORTER_HTTP_AUTH_H

#include "user/exporter/http/attempts.h"
#include "user/exporter/http/users.h"
#include "user/exporter/http/watched.h"
#include <stdbool.h>

#define AUTH_DIGEST_BYTES 32
#define AUTH_REMEMBERED 16

enum auth_result { AUTH_ACCEPTED, AUTH_WRONG, AUTH_LIMITED };

struct auth {
	struct watched file; /* without a path: all are accepted */
	struct users users;
	unsigned char key[AUTH_DIGEST_BYTES];
	unsigned char accepted[AUTH_REMEMBERED][AUTH_DIGEST_BYTES];
	size_t accepted_count, accepted_next;
	struct attempts attempts;
};

/* path: NULL for no authentication; it stays the caller's and valid. Returns 0 or a negative errno,
 * which is logged. */
int auth_start(struct auth *auth, const char *path);

/* header: the value of Authorization, or NULL; address: the client's, as text. Reads the file if it
 * has changed. */
enum auth_result auth_check(struct auth *auth, const char *header, const char *address);

/* Reads the file. What is wrong is logged, and the users from before stay. */
int auth_reload(struct auth *auth);

#endif
