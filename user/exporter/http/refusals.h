/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a request or a connection is refused: each has a status, a counter and a text. */
#ifndef XBEAT_EXPORTER_HTTP_REFUSALS_H
#define XBEAT_EXPORTER_HTTP_REFUSALS_H

/*
 * X(id, name, status, text): name is the label of xbeat_exporter_refused_total. Status 0: the
 * connection is closed without an answer. libevent itself finds those with the text NULL, and
 * answers them.
 */
#define HTTP_REFUSALS(X)                                                                           \
	X(MALFORMED, "malformed", 400, NULL)                                                       \
	X(TOO_LARGE, "too_large", 413, NULL)                                                       \
	X(METHOD, "method", 501, NULL)                                                             \
	X(PATH, "path", 404, "no such page")                                                       \
	X(HOST, "host", 421, "this host name is not served here; see --host in xbeat-exporter(8)") \
	X(STREAMS, "streams", 503, "too many pages are open: close another one")                   \
	X(CREDENTIALS, "credentials", 401, "user and password are needed, and right")              \
	X(ATTEMPTS, "attempts", 429, "too many attempts with wrong passwords; wait some seconds")  \
	X(SLOW, "slow", 0, NULL)                                                                   \
	X(CONNECTIONS, "connections", 0, NULL)

enum http_refusal {
#define X(id, name, status, text) HTTP_REFUSAL_##id,
	HTTP_REFUSALS(X)
#undef X
		HTTP_REFUSAL_COUNT
};

#endif
