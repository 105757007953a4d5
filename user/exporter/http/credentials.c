/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Basic " and base64 of "name:password"; see credentials.h. */
#include "user/exporter/http/credentials.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define SCHEME "Basic "

static int digit_of(char character)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *place = character ? strchr(digits, character) : NULL;

	return place ? (int)(place - digits) : -1;
}

/* Decodes into text, with a NUL. Returns 0 or -EINVAL: also for a NUL or no room. */
static int decode(const char *encoded, char *text, size_t bytes)
{
	uint32_t bits = 0;
	unsigned bit_count = 0;
	size_t length = 0;

	for (; *encoded && *encoded != '='; encoded++) {
		int digit = digit_of(*encoded);

		if (digit < 0)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)digit;
		bit_count += 6;
		if (bit_count < 8)
			continue;
		bit_count -= 8;
		text[length] = (char)(bits >> bit_count);
		if (!text[length] || ++length == bytes)
			return -EINVAL;
	}
	text[length] = '\0';
	return strspn(encoded, "=") == strlen(encoded) ? 0 : -EINVAL;
}

int credentials_parse(const char *header, struct credentials *credentials)
{
	char text[CREDENTIALS_BYTES] = "";
	char *colon;
	int error = -EINVAL;

	if (!strncasecmp(header, SCHEME, strlen(SCHEME)))
		error = decode(header + strlen(SCHEME), text, sizeof(text));
	colon = error ? NULL : strchr(text, ':');
	if (colon) {
		*colon = '\0';
		strcpy(credentials->name, text);
		strcpy(credentials->password, colon + 1);
	}
	explicit_bzero(text, sizeof(text));
	return colon ? 0 : -EINVAL;
}
