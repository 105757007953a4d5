// SPDX-License-Identifier: GPL-2.0-or-later
/* GRPC_CHECK: grpc.health.v1.Health/Check, as Kubernetes' probe. The whole call has timeout_ns. */
#include "user/checker/http/exchange.h"
#include "user/checker/http/grpc_message.h"
#include "user/checker/http/http.h"
#include "user/checker/http/request.h"
#include "user/lib/time.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ANSWER_MAX 1024 /* bytes: a status needs 7 */
#define NO_STATUS (-1L)
#define GRPC_DEADLINE_EXCEEDED 4 /* the server knows the timeout, too */

struct work {
	struct run *run;
	struct exchange *exchange;
	struct curl_slist *headers;
	uint8_t request[GRPC_REQUEST_BYTES];
	uint8_t answer[ANSWER_MAX];
	size_t answer_length;
	long status; /* grpc-status */
};

static void release(struct work *work)
{
	work->run->work = NULL;
	exchange_free(work->exchange);
	curl_slist_free_all(work->headers);
	free(work);
}

/* grpc-status is a trailer, or a header field of an answer without a message. */
static bool on_header(void *context, const char *line, size_t length)
{
	static const char name[] = "grpc-status:";
	struct work *work = context;
	char value[16];

	if (length < sizeof(name) || strncasecmp(line, name, sizeof(name) - 1))
		return true;
	snprintf(value, sizeof(value), "%.*s", (int)(length - (sizeof(name) - 1)),
		 line + sizeof(name) - 1);
	work->status = strtol(value, NULL, 10);
	return true;
}

static bool on_body(void *context, const uint8_t *bytes, size_t count)
{
	struct work *work = context;

	if (count > sizeof(work->answer) - work->answer_length)
		return false;
	memcpy(work->answer + work->answer_length, bytes, count);
	work->answer_length += count;
	return true;
}

/* Writes what was wrong, or "grpc SERVING". */
static bool judge(const struct work *work, enum exchange_end end, char *reason, size_t room)
{
	long http_status = exchange_status(work->exchange);
	const char *name;
	int64_t serving;

	if (http_status != 200 || work->status == NO_STATUS) {
		snprintf(reason, room, "http %ld without grpc-status", http_status);
		return false;
	}
	if (work->status) {
		name = grpc_status_name((unsigned long)work->status);
		snprintf(reason, room, "grpc-status %ld (%s)", work->status, name ? name : "?");
		return false;
	}
	serving = end == EXCHANGE_COMPLETE ? grpc_answer(work->answer, work->answer_length) : -1;
	name = grpc_serving_name(serving);
	if (name)
		snprintf(reason, room, "grpc %s", name);
	else
		snprintf(reason, room, "grpc answer is no HealthCheckResponse");
	return serving == GRPC_SERVING;
}

static void on_ended(void *context, enum exchange_end end)
{
	struct work *work = context;
	struct run *run = work->run;
	struct exchange *exchange = work->exchange;
	char reason[80];
	bool good, late;

	if (end == EXCHANGE_FAILED) {
		work->exchange = NULL;
		release(work);
		exchange_report(exchange);
		return;
	}
	good = judge(work, end, reason, sizeof(reason));
	late = work->status == GRPC_DEADLINE_EXCEEDED;
	release(work);
	if (late)
		run_timed_out(run, "%s after %s", reason, run_after(run).text);
	else
		run_done(run, good ? CHECK_GOOD : CHECK_BAD, "%s after %s", reason,
			 run_after(run).text);
}

static struct curl_slist *headers_of(const struct config_check *check)
{
	char host[REQUEST_HOST_BYTES], fields[2][REQUEST_HOST_BYTES + 16];
	const char *const fixed[] = {
		fields[0],
		fields[1],
		"Accept:",
		"User-Agent: xbeat-checker",
		"Content-Type: application/grpc",
		"TE: trailers",
	};
	struct curl_slist *list = NULL;

	snprintf(fields[0], sizeof(fields[0]), "Host: %s", request_host(check, NULL, host));
	snprintf(fields[1], sizeof(fields[1]), "grpc-timeout: %lum",
		 check->rules.timeout_ns / NS_PER_MS);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		if (!(list = request_append(list, fixed[i])))
			return NULL;
	for (char *const *own = check->http.headers; list && own && *own; own++)
		list = request_append(list, *own);
	return list;
}

static void begin_exchange(struct work *work, size_t length)
{
	const struct config_check *check = work->run->check;
	char host[REQUEST_HOST_BYTES], name[REQUEST_HOST_BYTES];
	const struct exchange_events events = {
		.header = on_header, .body = on_body, .ended = on_ended, .context = work};
	const struct exchange_request wanted = {
		.protocol = CONFIG_HTTP_2,
		.tls = check->http.tls,
		.verify = check->http.verify,
		.name = request_name(&check->http, request_host(check, NULL, host), name),
		.port = check->target.port,
		.path = "/grpc.health.v1.Health/Check",
		.headers = work->headers = headers_of(check),
		.content = work->request,
		.content_length = length,
		.limit_ns = check->rules.timeout_ns};

	if (work->headers)
		work->exchange = exchange_start(work->run, &wanted, &events);
}

static void start(struct run *run)
{
	const char *service = run->check->http.grpc_service;
	struct work *work = calloc(1, sizeof(*work));
	int length;

	if (!work) {
		run_done(run, CHECK_LOCAL_ERROR, "out of memory");
		return;
	}
	work->run = run;
	work->status = NO_STATUS;
	run->work = work;
	length = grpc_request(service ? service : "", work->request);
	if (length > 0)
		begin_exchange(work, (size_t)length);
	if (work->exchange)
		return;
	release(work);
	run_done(run, CHECK_LOCAL_ERROR, "%s",
		 length < 0 ? "name of the service is too long" : "out of memory");
}

static void cancel(struct run *run)
{
	release(run->work);
}

static void expired(struct run *run)
{
	exchange_expired(((struct work *)run->work)->exchange);
}

const struct method grpc_method = {
	.name = "grpc", .start = start, .cancel = cancel, .expired = expired};
