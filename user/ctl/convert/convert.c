// SPDX-License-Identifier: GPL-2.0-or-later
/* See convert.h. */
#include "user/ctl/convert/convert.h"
#include "user/ctl/convert/haproxy/haproxy.h"
#include "user/ctl/convert/kubernetes/kubernetes.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/text/json_text.h"
#include <stdlib.h>
#include <string.h>

#define WORD_BYTES 32

static const char *const sources[] = {
#define X(id, name) name,
	CONVERT_SOURCES(X)
#undef X
};

/* Words with which only files of these begin a line: sections of HAProxy, members of Kubernetes. */
static const struct {
	const char *word;
	enum convert_source source;
} words[] = {
	{"global", CONVERT_HAPROXY},
	{"defaults", CONVERT_HAPROXY},
	{"frontend", CONVERT_HAPROXY},
	{"backend", CONVERT_HAPROXY},
	{"listen", CONVERT_HAPROXY},
	{"resolvers", CONVERT_HAPROXY},
	{"userlist", CONVERT_HAPROXY},
	{"peers", CONVERT_HAPROXY},
	{"apiVersion:", CONVERT_KUBERNETES},
	{"kind:", CONVERT_KUBERNETES},
	{"\"apiVersion\":", CONVERT_KUBERNETES},
	{"\"kind\":", CONVERT_KUBERNETES},
};

enum convert_source convert_source_named(const char *name)
{
	size_t source = 0;

	while (source < ARRAY_SIZE(sources) && strcmp(sources[source], name) != 0)
		source++;
	return (enum convert_source)source;
}

enum convert_source convert_detect(const char *text)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *word = text + strspn(text, " \t{-");
		size_t length = strcspn(word, " \t\r\n");

		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (strlen(words[i].word) == length &&
			    !strncmp(words[i].word, word, length))
				return words[i].source;
	}
	return CONVERT_KEEPALIVED;
}

/* "10.0.0.1", "10.0.0.1:80", "2001:db8::1", "[2001:db8::1]:80" */
static bool take_address(struct conversion *conversion, const char *text)
{
	char host[ADDRESS_TEXT_BYTES + 16], *colon, *end;
	unsigned long port;

	if (!text)
		return true;
	conversion->has_address = true;
	if (!address_parse(text, &conversion->address))
		return true;
	if ((size_t)snprintf(host, sizeof(host), "%s", text) >= sizeof(host))
		return false;
	colon = strrchr(host, ':');
	if (!colon)
		return false;
	*colon = '\0';
	port = strtoul(colon + 1, &end, 10);
	conversion->port = (unsigned)port;
	if (*host == '[' && colon[-1] == ']')
		colon[-1] = '\0';
	return !*end && port > 0 && port <= UINT16_MAX &&
	       !address_parse(host + (*host == '['), &conversion->address);
}

json_t *convert(enum convert_source source, const char *path, const char *text, const char *address)
{
	_cleanup_free_ char *copy = text_copy(text), *blocks = NULL;
	struct conversion conversion = {.path = path};

	if (!take_address(&conversion, address))
		return NULL;
	conversion_open(&conversion);
	if (source == CONVERT_HAPROXY)
		haproxy_convert(&conversion, copy);
	else
		kubernetes_convert(&conversion, copy, strlen(copy));
	blocks = conversion_close(&conversion);
	return json_pack("{s:o, s:s, s:o, s:I, s:I, s:I, s:o, s:o}", "file", json_text(path),
			 "from", sources[source], "blocks", json_text(blocks), "virtual_servers",
			 (json_int_t)conversion.virtual_servers, "real_servers",
			 (json_int_t)conversion.real_servers, "checks",
			 (json_int_t)conversion.checks, "lost", conversion.lost, "errors",
			 conversion.errors);
}
