/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests for mail. */
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/runner/parts.h"
#include "user/runner/runner.h"
#include <errno.h>
#include <string.h>

static const char *given(const char *text)
{
	return text ? text : "";
}

void runner_mail(const struct runner *runner, const struct config *config,
		 const struct runner_mail *mail)
{
	const char *const strings[] = {
		[RUNNER_MAIL_SERVER] = config->mail.server,
		[RUNNER_MAIL_HELO] = given(config->mail.helo),
		[RUNNER_MAIL_FROM] = given(config->mail.from),
		[RUNNER_MAIL_ROUTER_ID] = config->router_id,
		[RUNNER_MAIL_ABOUT] = mail->about,
		[RUNNER_MAIL_EVENT] = mail->event,
		[RUNNER_MAIL_BODY] = mail->body,
		[RUNNER_MAIL_RECIPIENTS] = NULL,
	};
	struct runner_request request;
	int error;

	if (!config->mail.server || !config->mail.recipients)
		return;
	memset(&request, 0, RUNNER_REQUEST_FIXED);
	request.type = RUNNER_MAIL;
	request.mail.unix_s = clock_unix_ns() / NS_PER_SECOND;
	request.mail.timeout_s = config->mail.timeout_s;
	request.mail.port = config->mail.port;
	error = message_add_strings(&request.strings, strings);
	if (!error)
		error = message_add_strings(&request.strings,
					    (const char *const *)config->mail.recipients);
	if (!error)
		error = runner_send_request(runner, &request);
	if (error)
		log_warning("mail \"%s - %s\" is lost: %s", mail->about, mail->event,
			    error == -E2BIG ? "too many recipients (limit: 16 KiB, 505 recipients)"
					    : limits_strerror(-error));
}
