/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One HTTP request of a run and its answer, on a connection of its own. Each step has the check's
 * timeout_ns, as with keepalived: the connection, the handshake, each read. All of a run, redirects
 * too, is limited by EXCHANGE_STEPS_MAX times that, so that a server which sends a byte now and
 * then, or for ever, ends with a result; by timeout_ns itself for checks whose intervals count from
 * their start (vrrp_check), as Kubernetes' timeoutSeconds.
 */
#ifndef XBEAT_CHECKER_HTTP_EXCHANGE_H
#define XBEAT_CHECKER_HTTP_EXCHANGE_H

#include "user/checker/methods/method.h"
#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

#define EXCHANGE_STEPS_MAX 4
#define EXCHANGE_HEADER_MAX 65536 /* bytes of all header fields and trailers */

struct exchange;

enum exchange_end {
	EXCHANGE_COMPLETE,
	EXCHANGE_STOPPED, /* header() or body() returned false */
	EXCHANGE_SHORT, /* complete, but the connection ended before all of the body came */
	EXCHANGE_FAILED, /* exchange_report() has the reason */
};

/* What an exchange reports. header() and body() return whether to go on, and end nothing. */
struct exchange_events {
	bool (*header)(void *context, const char *line, size_t length); /* NULL: not wanted */
	bool (*body)(void *context, const uint8_t *bytes, size_t count);
	/* Once, and not from exchange_start(); then call exchange_free() or exchange_report(). */
	void (*ended)(void *context, enum exchange_end end);
	void *context;
};

struct exchange_request {
	enum config_http_protocol protocol;
	bool tls;
	bool verify; /* the server's certificate, for name */
	const char *
		name; /* of the server, for SNI and its certificate; NULL: its address, and no SNI */
	uint16_t port;
	const char *path; /* as it is sent */
	const char *method; /* NULL: GET, or POST with content */
	struct curl_slist *headers; /* all header fields; stays the caller's */
	const uint8_t *content; /* of a POST; NULL: GET. Stays the caller's */
	size_t content_length;
	uint64_t limit_ns; /* of the run, from its start */
};

/* Returns NULL: out of memory. */
struct exchange *exchange_start(struct run *run, const struct exchange_request *request,
				const struct exchange_events *events);

/* Of the run as a whole; see above. */
uint64_t exchange_limit_ns(const struct run *run);

/* For method->expired: serves what has come meanwhile, else ends the exchange as failed. */
void exchange_expired(struct exchange *exchange);

long exchange_status(const struct exchange *exchange); /* 0: none yet */
bool exchange_is_http2(const struct exchange *exchange);

/* Where the answer redirects to, as an absolute URL; NULL: nowhere. Valid until exchange_free(). */
const char *exchange_redirect(const struct exchange *exchange);

/* Why it failed, as the run's result. Frees the exchange. Release the run's work before. */
void exchange_report(struct exchange *exchange);

/* Also while in progress. NULL: does nothing. */
void exchange_free(struct exchange *exchange);

#endif
