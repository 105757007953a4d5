/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of users; see users.h. */
#include "user/exporter/http/users.h"
#include "user/lib/array.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BCRYPT_COST_MAX 13 /* 0.5 s on a slow processor; htpasswd's default is 5 */
#define ROUNDS_MAX 500000 /* likewise; the default is 5000 */

/* "05" */
static const char *check_bcrypt(const char *rest)
{
	return strtoul(rest, NULL, 10) > BCRYPT_COST_MAX ? "the cost of bcrypt is above 13" : NULL;
}

static const char *check_sha512(const char *rest)
{
	if (strncmp(rest, "rounds=", strlen("rounds=")) != 0)
		return NULL;
	return strtoul(rest + strlen("rounds="), NULL, 10) > ROUNDS_MAX
		       ? "more than 500000 rounds of SHA-512"
		       : NULL;
}

/* The parameters that mkpasswd(1) and passwd(1) use. */
static const char *check_yescrypt(const char *rest)
{
	return strncmp(rest, "j9T$", strlen("j9T$")) != 0
		       ? "other parameters of yescrypt than the usual j9T"
		       : NULL;
}

static const struct {
	const char *prefix;
	const char *(*check)(const char *rest); /* NULL: good */
} kinds[] = {
	{"$2y$", check_bcrypt}, {"$2b$", check_bcrypt},	 {"$2a$", check_bcrypt},
	{"$6$", check_sha512},	{"$y$", check_yescrypt},
};

static const char *check_hash(const char *hash)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(hash, kinds[i].prefix, strlen(kinds[i].prefix)))
			return kinds[i].check(hash + strlen(kinds[i].prefix));
	return "no hash, or one that is quickly guessed; use bcrypt: htpasswd -B";
}

/* NULL: good. */
static const char *take_line(char *line, struct users *users)
{
	char *hash = strchr(line, ':');
	struct user *user = &users->list[users->count];
	const char *problem;

	if (!hash || hash == line)
		return "not NAME:HASH, as htpasswd -B writes it";
	*hash++ = '\0';
	if (users->count == USERS_MAX)
		return "more than 64 users";
	if (strlen(line) >= sizeof(user->name) || strlen(hash) >= sizeof(user->hash))
		return "a name or hash that is too long";
	problem = check_hash(hash);
	if (problem)
		return problem;
	if (users_find(users, line))
		return "a name that another line has";
	strcpy(user->name, line);
	strcpy(user->hash, hash);
	users->count++;
	return NULL;
}

int users_parse(char *text, struct users *users, size_t *line, const char **problem)
{
	char *rest = text, *one;

	users->count = 0;
	*line = 0;
	while ((one = strsep(&rest, "\n"))) {
		++*line;
		one[strcspn(one, "\r")] = '\0';
		if (!*one || *one == '#')
			continue;
		*problem = take_line(one, users);
		if (*problem)
			return -EINVAL;
	}
	*problem = "no users";
	return users->count ? 0 : -EINVAL;
}

const struct user *users_find(const struct users *users, const char *name)
{
	for (size_t i = 0; i < users->count; i++)
		if (!strcmp(users->list[i].name, name))
			return &users->list[i];
	return NULL;
}
