// SPDX-License-Identifier: GPL-2.0-or-later
/* HTTP_GET and SSL_GET: one of the check's URLs in each run. */
#include "user/checker/http/http.h"
#include "user/checker/http/body.h"
#include "user/checker/http/client.h"
#include "user/checker/http/exchange.h"
#include "user/checker/http/redirect.h"
#include "user/checker/http/request.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The run in progress. */
struct work {
	struct run *run;
	const struct config_check_url *url;
	struct exchange *exchange;
	struct curl_slist *headers;
	struct body body;
	int body_error; /* a negative errno; 0: none */
	struct redirect redirect; /* the last one that is followed */
	unsigned redirect_count;
};

/* What became of a run, until its memory is released. */
struct verdict {
	enum check_outcome outcome;
	char reason[CHECKER_REASON_BYTES];
};

static void end_exchange(struct work *work)
{
	exchange_free(work->exchange);
	work->exchange = NULL;
	curl_slist_free_all(work->headers);
	work->headers = NULL;
	body_end(&work->body);
}

static void release(struct work *work)
{
	work->run->work = NULL;
	end_exchange(work);
	redirect_free(&work->redirect);
	free(work);
}

static bool status_is_good(const struct config_check_url *url, long status)
{
	const size_t bits = 8 * sizeof(*url->status_good);
	size_t bit = (size_t)status;

	return bit < 8 * sizeof(url->status_good) && url->status_good[bit / bits] >> bit % bits & 1;
}

static bool on_header(void *context, const char *line, size_t length)
{
	struct work *work = context;

	work->body_error = body_add_head(&work->body, line, length);
	return !work->body_error;
}

/* Of an answer with a bad status only a redirect that may be followed is read to its end. */
static bool on_body(void *context, const uint8_t *bytes, size_t count)
{
	struct work *work = context;
	long status = exchange_status(work->exchange);
	int more;

	if (!status_is_good(work->url, status) &&
	    !(work->run->check->http.follow_redirects && status / 100 == 3))
		return false;
	more = body_add(&work->body, bytes, count);
	if (more < 0)
		work->body_error = more;
	return more > 0;
}

/* The first answer for a URL that asks for HTTP/2 may come in HTTP/1.1. */
static bool has_version(const struct work *work)
{
	return work->run->check->http.protocol != CONFIG_HTTP_2 ||
	       exchange_is_http2(work->exchange);
}

static void judge(struct work *work, enum exchange_end end, struct verdict *verdict)
{
	struct run *run = work->run;
	long status = exchange_status(work->exchange);
	char reason[BODY_REASON_BYTES];
	int good = work->body_error;

	verdict->outcome = CHECK_BAD;
	if (!has_version(work)) {
		snprintf(verdict->reason, sizeof(verdict->reason),
			 "http %ld, but not in HTTP/2, after %s", status, run_after(run).text);
		return;
	}
	snprintf(verdict->reason, sizeof(verdict->reason), "http %ld after %s%s", status,
		 run_after(run).text, end == EXCHANGE_SHORT ? ", body shorter than announced" : "");
	if (!status_is_good(work->url, status))
		return;
	if (!good)
		good = body_judge(&work->body, reason);
	if (good > 0)
		verdict->outcome = CHECK_GOOD;
	else if (good == 0)
		memcpy(verdict->reason, reason, sizeof(reason));
	if (good >= 0)
		return;
	verdict->outcome = CHECK_LOCAL_ERROR;
	snprintf(verdict->reason, sizeof(verdict->reason), "answer not examined: %s",
		 strerror(-good));
}

static void finish(struct work *work, const struct verdict *verdict)
{
	struct run *run = work->run;
	const char *path = run->check->http.url_count > 1 ? work->url->path : "";

	release(work);
	run_done(run, verdict->outcome, "%.60s%s%s", path, *path ? ": " : "", verdict->reason);
}

static void finish_local(struct work *work, const char *reason)
{
	struct run *run = work->run;

	release(work);
	run_done(run, CHECK_LOCAL_ERROR, "%s", reason);
}

static void finish_failed(struct work *work)
{
	struct exchange *exchange = work->exchange;

	work->exchange = NULL;
	release(work);
	exchange_report(exchange);
}

static void request(struct work *work);

/* Returns whether the answer is a redirect that is followed. */
static bool follow(struct work *work)
{
	const struct config_check *check = work->run->check;
	const char *url = check->http.follow_redirects ? exchange_redirect(work->exchange) : NULL;
	char address[REQUEST_HOST_BYTES], host[REQUEST_HOST_BYTES];
	struct redirect next;

	if (!url || work->redirect_count == REDIRECTS_MAX)
		return false;
	if (redirect_parse(url, request_address(check, address),
			   request_host(check, work->url, host), &next))
		return false;
	redirect_free(&work->redirect);
	work->redirect = next;
	work->redirect_count++;
	end_exchange(work);
	request(work);
	return true;
}

static void on_ended(void *context, enum exchange_end end)
{
	struct work *work = context;
	struct verdict verdict;

	if (end == EXCHANGE_FAILED) {
		finish_failed(work);
	} else if (!follow(work)) {
		judge(work, end, &verdict);
		finish(work, &verdict);
	}
}

static int begin_exchange(struct work *work)
{
	const struct config_check *check = work->run->check;
	const struct redirect *redirect = work->redirect_count ? &work->redirect : NULL;
	char host_text[REQUEST_HOST_BYTES], name[REQUEST_HOST_BYTES];
	const char *host =
		redirect ? redirect->authority : request_host(check, work->url, host_text);
	const struct exchange_events events = {
		.header = on_header, .body = on_body, .ended = on_ended, .context = work};
	const struct exchange_request wanted = {
		.protocol = check->http.protocol,
		.tls = redirect ? redirect->tls : check->http.tls,
		.verify = check->http.verify,
		.name = request_name(&check->http, host, name),
		.port = redirect ? redirect->port : check->target.port,
		.path = redirect ? redirect->path : work->url->path,
		.method = work->url->method,
		.headers = work->headers = request_headers(&check->http, host),
		.limit_ns = exchange_limit_ns(work->run)};
	int error = body_begin(&work->body, work->url);

	if (error)
		return error;
	work->exchange = work->headers ? exchange_start(work->run, &wanted, &events) : NULL;
	return work->exchange ? 0 : -ENOMEM;
}

static void request(struct work *work)
{
	int error = begin_exchange(work);

	if (error)
		finish_local(work, error == -ENOTSUP ? "no MD5 in this machine's OpenSSL"
						     : "out of memory");
}

static void start(struct run *run)
{
	struct work *work = calloc(1, sizeof(*work));

	if (!work) {
		run_done(run, CHECK_LOCAL_ERROR, "out of memory");
		return;
	}
	work->run = run;
	work->url = &run->check->http.urls[run->url];
	run->work = work;
	request(work);
}

static void cancel(struct run *run)
{
	release(run->work);
}

static void expired(struct run *run)
{
	exchange_expired(((struct work *)run->work)->exchange);
}

const struct method http_method = {
	.name = "http", .start = start, .cancel = cancel, .expired = expired};

void http_tls_changed(struct run_owner *owner)
{
	if (owner->http)
		client_forget_tls(owner->http);
}

void http_stop(struct run_owner *owner)
{
	client_free(owner->http);
	owner->http = NULL;
}
