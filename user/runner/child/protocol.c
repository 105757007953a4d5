/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing and checking the messages between the daemon and its runner. */
#include "user/runner/child/protocol.h"
#include <errno.h>
#include <string.h>

int runner_request_add_strings(struct runner_request *request, const char *const *strings)
{
	for (size_t i = 0; strings && strings[i]; i++) {
		size_t length = strlen(strings[i]) + 1;

		if (length > sizeof(request->strings) - request->strings_length ||
		    request->string_count >= RUNNER_STRINGS_MAX)
			return -E2BIG;
		memcpy(request->strings + request->strings_length, strings[i], length);
		request->strings_length += (uint32_t)length;
		request->string_count++;
	}
	return 0;
}

static uint32_t count_strings(const char *bytes, size_t length)
{
	uint32_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += !bytes[i];
	return count;
}

/* A program, a path, or the parts of a mail and a recipient. */
static uint32_t strings_needed(const struct runner_request *request)
{
	switch (request->type) {
	case RUNNER_RUN:
	case RUNNER_WATCH_PROCESS:
	case RUNNER_WATCH_FILE:
		return 1;
	case RUNNER_MAIL:
		return RUNNER_MAIL_RECIPIENTS + 1;
	case RUNNER_CANCEL:
	case RUNNER_UNWATCH:
		break;
	}
	return 0;
}

bool runner_request_is_valid(const struct runner_request *request, size_t length)
{
	const char *strings = request->strings;

	if (length < offsetof(struct runner_request, strings) || request->type > RUNNER_UNWATCH ||
	    length - offsetof(struct runner_request, strings) != request->strings_length ||
	    request->string_count > RUNNER_STRINGS_MAX ||
	    (request->strings_length && strings[request->strings_length - 1]))
		return false;
	return count_strings(strings, request->strings_length) == request->string_count &&
	       request->string_count >= strings_needed(request);
}

void runner_request_get_strings(struct runner_request *request,
				char *strings[static RUNNER_STRINGS_MAX + 1])
{
	char *next = request->strings;

	for (uint32_t i = 0; i < request->string_count; i++) {
		strings[i] = next;
		next += strlen(next) + 1;
	}
	strings[request->string_count] = NULL;
}

bool runner_request_same_strings(const struct runner_request *one,
				 const struct runner_request *other)
{
	return one->strings_length == other->strings_length &&
	       !memcmp(one->strings, other->strings, one->strings_length);
}

bool runner_reply_is_valid(const struct runner_reply *reply, size_t length)
{
	if (length != sizeof(*reply))
		return false;
	switch (reply->type) {
	case RUNNER_RESULT:
		return memchr(reply->result.output, '\0', sizeof(reply->result.output));
	case RUNNER_SIGHTING:
		return memchr(reply->sighting.reason, '\0', sizeof(reply->sighting.reason));
	case RUNNER_LOG:
		return memchr(reply->line.text, '\0', sizeof(reply->line.text));
	}
	return false;
}
