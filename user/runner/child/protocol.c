/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing and checking the messages between the daemon and its runner. */
#include "user/runner/child/protocol.h"
#include <string.h>

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
	return length >= RUNNER_REQUEST_FIXED && request->type <= RUNNER_UNWATCH &&
	       message_strings_are_valid(&request->strings, length - RUNNER_REQUEST_FIXED) &&
	       request->strings.count >= strings_needed(request);
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
	case RUNNER_READY:
		return true;
	}
	return false;
}

void runner_note_limits(struct runner_inheritance *inheritance)
{
	for (int i = 0; i < RLIM_NLIMITS; i++)
		getrlimit((__rlimit_resource_t)i, &inheritance->limits[i]);
}
