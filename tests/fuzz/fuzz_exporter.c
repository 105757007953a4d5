/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first byte chooses: the file of users, the header Authorization, the name of a host, or an
 * address to listen on. What is accepted fits its limits. */
#include "tests/fuzz/input.h"
#include "user/exporter/http/credentials.h"
#include "user/exporter/http/hosts.h"
#include "user/exporter/http/listen.h"
#include "user/exporter/http/users.h"
#include <stdlib.h>
#include <string.h>

static void try_users(char *text)
{
	static struct users users;
	const char *problem = NULL;
	size_t line = 0;

	if (users_parse(text, &users, &line, &problem)) {
		if (!problem || !line)
			abort();
		return;
	}
	for (size_t i = 0; i < users.count; i++)
		if (users_find(&users, users.list[i].name) != &users.list[i] ||
		    users.list[i].hash[0] != '$')
			abort();
}

static void try_credentials(char *text)
{
	struct credentials credentials;

	if (!credentials_parse(text, &credentials) &&
	    (strlen(credentials.name) + strlen(credentials.password) >= CREDENTIALS_BYTES ||
	     strchr(credentials.name, ':')))
		abort();
}

static void try_host(char *text)
{
	struct hosts hosts;

	hosts_start(&hosts);
	hosts_know(&hosts, text);
}

static void try_address(char *text)
{
	struct listen_address address;

	if (!listen_parse(text, &address))
		listen_is_loopback(&address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(char *text) = {try_users, try_credentials, try_host,
						    try_address};
	struct input input = {data, size};
	uint8_t chosen = input_byte(&input);
	char *text = strndup((const char *)input.bytes, input.left);

	tries[chosen % (sizeof(tries) / sizeof(tries[0]))](text);
	free(text);
	return 0;
}
