// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/checker/http/body.h"
#include "user/checker/methods/regex.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEPT_FIRST 4096

int body_begin(struct body *body, const struct config_check_url *url)
{
	*body = (struct body){.url = url};
	if (!url->digest)
		return 0;
	body->digest = EVP_MD_CTX_new();
	if (!body->digest)
		return -ENOMEM;
	/* OpenSSL in FIPS mode has no MD5. */
	return EVP_DigestInit_ex(body->digest, EVP_md5(), NULL) == 1 ? 0 : -ENOTSUP;
}

static int make_room(struct body *body, size_t count)
{
	size_t room = body->kept_room ? body->kept_room : KEPT_FIRST;
	uint8_t *kept;

	while (room - body->kept_length < count)
		room *= 2;
	if (room == body->kept_room)
		return 0;
	kept = realloc(body->kept, room);
	if (!kept)
		return -ENOMEM;
	body->kept = kept;
	body->kept_room = room;
	return 0;
}

static int keep(struct body *body, const uint8_t *bytes, size_t count)
{
	int error;

	if (count > BODY_READ_MAX - body->kept_length)
		count = BODY_READ_MAX - body->kept_length;
	if (!count)
		return 0;
	error = make_room(body, count);
	if (error)
		return error;
	memcpy(body->kept + body->kept_length, bytes, count);
	body->kept_length += count;
	return 0;
}

int body_add_head(struct body *body, const char *line, size_t length)
{
	static const char status_line[] = "HTTP/";

	if (!body->url->regex)
		return 0;
	/* What came before is an interim answer, as "100 Continue". */
	if (length >= sizeof(status_line) && !memcmp(line, status_line, sizeof(status_line) - 1))
		body->kept_length = 0;
	return keep(body, (const uint8_t *)line, length);
}

int body_add(struct body *body, const uint8_t *bytes, size_t count)
{
	int error;

	body->length += count;
	if (body->digest && EVP_DigestUpdate(body->digest, bytes, count) != 1)
		return -ENOMEM;
	if (body->url->regex) {
		error = keep(body, bytes, count);
		if (error)
			return error;
	}
	return body->digest || body->length < BODY_READ_MAX;
}

static int judge_digest(struct body *body, char reason[static BODY_REASON_BYTES])
{
	uint8_t bytes[EVP_MAX_MD_SIZE];
	char text[BODY_DIGEST_BYTES];

	if (EVP_DigestFinal_ex(body->digest, bytes, NULL) != 1)
		return -ENOMEM;
	for (unsigned i = 0; i < (BODY_DIGEST_BYTES - 1) / 2; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	if (!strcasecmp(text, body->url->digest))
		return 1;
	snprintf(reason, BODY_REASON_BYTES, "digest %s is not %s", text, body->url->digest);
	return 0;
}

static int judge_text(const struct body *body, char reason[static BODY_REASON_BYTES])
{
	const struct config_check_url *url = body->url;
	struct regex_rule rule = {.pattern = url->regex,
				  .options = url->regex_options,
				  .min_offset = url->regex_min_offset,
				  .max_offset = url->regex_max_offset};
	int found = regex_search(&rule, body->kept ? body->kept : (const uint8_t *)"",
				 body->kept_length);

	if (found == -ETIME)
		snprintf(reason, BODY_REASON_BYTES, "answer takes too long to match /%.60s/",
			 url->regex);
	else if (found == -EILSEQ)
		snprintf(reason, BODY_REASON_BYTES, "answer is not UTF-8");
	else if (found < 0)
		return found;
	else if (found == !url->regex_no_match)
		return 1;
	else
		snprintf(reason, BODY_REASON_BYTES, "answer %s /%.80s/",
			 found ? "matches" : "does not match", url->regex);
	return 0;
}

int body_judge(struct body *body, char reason[static BODY_REASON_BYTES])
{
	int good = body->digest ? judge_digest(body, reason) : 1;

	if (good == 1 && body->url->regex)
		good = judge_text(body, reason);
	return good;
}

void body_end(struct body *body)
{
	free(body->kept);
	EVP_MD_CTX_free(body->digest);
	*body = (struct body){0};
}
