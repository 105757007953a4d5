/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of users and hashed passwords, as htpasswd(1) and mkpasswd(1) make it: "NAME:HASH" in each
 * line. Hashes that are quickly guessed (MD5, SHA-1, DES) and those that would take longer than a
 * second to check are refused.
 */
#ifndef XBEAT_EXPORTER_HTTP_USERS_H
#define XBEAT_EXPORTER_HTTP_USERS_H

#include <stddef.h>

#define USERS_MAX 64
#define USERS_NAME_BYTES 64
#define USERS_HASH_BYTES 160

struct user {
	char name[USERS_NAME_BYTES];
	char hash[USERS_HASH_BYTES]; /* for crypt(3) */
};

struct users {
	struct user list[USERS_MAX];
	size_t count;
};

/*
 * Parses the text of a file, which it changes. Returns 0, or -EINVAL with *line and *problem, a
 * static text.
 */
int users_parse(char *text, struct users *users, size_t *line, const char **problem);

/* NULL: there is none of this name. */
const struct user *users_find(const struct users *users, const char *name);

#endif
