// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/checker/http/exchange.h"
#include "user/checker/http/exchange_options.h"
#include "user/checker/http/read_limit.h"
#include "user/lib/clock.h"
#include "user/lib/printable.h"
#include "user/lib/text/duration.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

uint64_t exchange_limit_ns(const struct run *run)
{
	const struct check_rules *rules = &run->check->rules;

	return rules->from_start ? rules->timeout_ns : EXCHANGE_STEPS_MAX * rules->timeout_ns;
}

/* Returns what is left of the run's time; 0: nothing. */
static uint64_t left_ns(const struct exchange *exchange)
{
	uint64_t gone_ns = time_since_ns(clock_now_ns(), exchange->run->began_ns);

	return gone_ns < exchange->limit_ns ? exchange->limit_ns - gone_ns : 0;
}

/* Not again when the run's time is over: to set a timer that is due keeps libevent from calling it,
 * and a server that sends without a pause would do that for ever. */
static void set_deadline(struct exchange *exchange)
{
	uint64_t after_ns = exchange->run->check->rules.timeout_ns;
	uint64_t most_ns = left_ns(exchange);

	if (!most_ns)
		return;
	run_set_deadline(exchange->run, after_ns < most_ns ? after_ns : most_ns);
}

static struct exchange *exchange_of(struct transfer *transfer)
{
	return (struct exchange *)((char *)transfer - offsetof(struct exchange, transfer));
}

static void on_progress(struct transfer *transfer)
{
	set_deadline(exchange_of(transfer));
}

static enum exchange_end end_of(const struct exchange *exchange)
{
	if (exchange->stopped)
		return EXCHANGE_STOPPED;
	switch (exchange->code) {
	case CURLE_OK:
		return EXCHANGE_COMPLETE;
	case CURLE_PARTIAL_FILE:
		return EXCHANGE_SHORT;
	default:
		return EXCHANGE_FAILED;
	}
}

#define TEXT_OF_TOKENS(tokens) #tokens
#define TEXT_OF(macro) TEXT_OF_TOKENS(macro)

static void on_end(struct transfer *transfer, CURLcode code)
{
	struct exchange *exchange = exchange_of(transfer);

	exchange->in_progress = false;
	exchange->code = code;
	if (transfer->cut) {
		exchange->code = CURLE_RECV_ERROR;
		exchange->refusal = "answer takes more than " TEXT_OF(
			READ_LIMIT_MS) " ms of processor time to read";
	}
	exchange->events.ended(exchange->events.context, end_of(exchange));
}

struct exchange *exchange_start(struct run *run, const struct exchange_request *request,
				const struct exchange_events *events)
{
	struct client *client = client_of(run->owner);
	struct exchange *exchange = client ? calloc(1, sizeof(*exchange)) : NULL;

	if (!exchange)
		return NULL;
	exchange->run = run;
	exchange->client = client;
	exchange->events = *events;
	exchange->limit_ns = request->limit_ns;
	exchange->port = request->port;
	exchange->transfer = (struct transfer){
		.easy = curl_easy_init(), .progressed = on_progress, .ended = on_end};
	if (!exchange->transfer.easy || exchange_set_options(exchange, request) ||
	    client_add(client, &exchange->transfer)) {
		exchange_free(exchange);
		return NULL;
	}
	exchange->in_progress = true;
	set_deadline(exchange);
	return exchange;
}

static curl_off_t time_of(const struct exchange *exchange, CURLINFO which)
{
	curl_off_t time_us = 0;

	curl_easy_getinfo(exchange->transfer.easy, which, &time_us);
	return time_us;
}

/* libcurl's CONNECT_TIME includes the handshake. */
static bool is_connected(const struct exchange *exchange)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	return exchange->transfer.fd != CURL_SOCKET_BAD &&
	       !getpeername(exchange->transfer.fd, (struct sockaddr *)&address, &length);
}

/* What the run was waiting for. */
static const char *awaited(const struct exchange *exchange)
{
	if (!is_connected(exchange))
		return "no connection";
	if (exchange->tls && !time_of(exchange, CURLINFO_APPCONNECT_TIME_T))
		return "no TLS handshake";
	return exchange->header_length ? "no complete answer" : "no answer";
}

void exchange_expired(struct exchange *exchange)
{
	if (left_ns(exchange) && client_serve(exchange->client, &exchange->transfer))
		return;
	exchange->awaited = awaited(exchange);
	client_remove(exchange->client, &exchange->transfer);
	exchange->in_progress = false;
	exchange->events.ended(exchange->events.context, EXCHANGE_FAILED);
}

static void report_timeout(struct exchange *exchange)
{
	struct run *run = exchange->run;
	const char *missing = exchange->awaited;
	bool over = !left_ns(exchange);
	struct duration_text limit = duration_text(exchange->limit_ns);

	exchange_free(exchange);
	run_timed_out(run, "%s within %s", missing, over ? limit.text : run_timeout(run).text);
}

static long info_of(const struct exchange *exchange, CURLINFO which)
{
	long value = 0;

	curl_easy_getinfo(exchange->transfer.easy, which, &value);
	return value;
}

/* Codes that name what failed by themselves; others are reported by libcurl's text. */
static const struct {
	CURLcode code;
	enum check_outcome outcome;
	const char *text;
} failures[] = {
	{CURLE_OUT_OF_MEMORY, CHECK_LOCAL_ERROR, "out of memory"},
	{CURLE_FAILED_INIT, CHECK_LOCAL_ERROR, NULL},
	{CURLE_URL_MALFORMAT, CHECK_LOCAL_ERROR, NULL},
	{CURLE_SSL_CERTPROBLEM, CHECK_LOCAL_ERROR, NULL},
	{CURLE_GOT_NOTHING, CHECK_BAD, "connection closed without an answer"},
	{CURLE_UNSUPPORTED_PROTOCOL, CHECK_BAD, "answer is not HTTP"}, /* HTTP/0.9 */
};

static enum check_outcome outcome_of(CURLcode code, const char **text)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		if (failures[i].code == code) {
			if (failures[i].text)
				*text = failures[i].text;
			return failures[i].outcome;
		}
	return CHECK_BAD;
}

/* Beginnings of libcurl's texts that are too long, and what is written instead. */
static const struct {
	const char *long_text, *text;
} wordings[] = {
	{"SSL certificate problem: ", "certificate: "},
	{"SSL: no alternative certificate subject name matches target host name ",
	 "certificate is not for "},
	{"SSL: certificate subject name ", "certificate is not for the server, but for "},
	{"Recv failure: ", "receive: "},
	{"Send failure: ", "send: "},
};

static void shorten(const char *text, char out[static CURL_ERROR_SIZE])
{
	const char *instead = "";

	for (size_t i = 0; i < sizeof(wordings) / sizeof(*wordings); i++) {
		size_t length = strlen(wordings[i].long_text);

		if (strncmp(text, wordings[i].long_text, length))
			continue;
		instead = wordings[i].text;
		text += length;
		break;
	}
	snprintf(out, CURL_ERROR_SIZE, "%s%s", instead, text);
}

static void report_code(struct exchange *exchange)
{
	struct run *run = exchange->run;
	CURLcode code = exchange->code;
	const char *text = curl_easy_strerror(code);
	char shown[CURL_ERROR_SIZE], line[CURL_ERROR_SIZE];
	enum check_outcome outcome;

	if (*exchange->error_text)
		text = exchange->error_text;
	outcome = outcome_of(code, &text);
	if (exchange->refusal)
		text = exchange->refusal;
	shorten(text, shown);
	printable_copy(line, sizeof(line), shown, PRINTABLE_LINE);
	exchange_free(exchange);
	run_done(run, outcome, "%.80s after %s", line, run_after(run).text);
}

void exchange_report(struct exchange *exchange)
{
	struct run *run = exchange->run;
	const char *tried = exchange->tried ? exchange->tried : "connect";
	int error = exchange->error;

	if (!error && exchange->code == CURLE_COULDNT_CONNECT)
		error = (int)info_of(exchange, CURLINFO_OS_ERRNO);
	if (exchange->awaited) {
		report_timeout(exchange);
	} else if (error) {
		exchange_free(exchange);
		run_failed(run, tried, error);
	} else {
		report_code(exchange);
	}
}

long exchange_status(const struct exchange *exchange)
{
	return info_of(exchange, CURLINFO_RESPONSE_CODE);
}

bool exchange_is_http2(const struct exchange *exchange)
{
	return info_of(exchange, CURLINFO_HTTP_VERSION) == CURL_HTTP_VERSION_2_0;
}

const char *exchange_redirect(const struct exchange *exchange)
{
	char *url = NULL;

	curl_easy_getinfo(exchange->transfer.easy, CURLINFO_REDIRECT_URL, &url);
	return url;
}

void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	if (exchange->in_progress)
		client_remove(exchange->client, &exchange->transfer);
	curl_easy_cleanup(exchange->transfer.easy);
	curl_slist_free_all(exchange->connect_to);
	free(exchange);
}
