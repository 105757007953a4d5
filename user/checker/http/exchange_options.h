/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An exchange from within: what exchange.c decides and exchange_options.c gives to libcurl. */
#ifndef XBEAT_CHECKER_HTTP_EXCHANGE_OPTIONS_H
#define XBEAT_CHECKER_HTTP_EXCHANGE_OPTIONS_H

#include "user/checker/http/client.h"
#include "user/checker/http/exchange.h"

struct exchange {
	struct run *run;
	struct client *client;
	struct transfer transfer;
	struct exchange_events events;
	struct curl_slist *connect_to;
	uint64_t limit_ns;
	uint16_t port;
	bool tls, verify;
	bool in_progress; /* libcurl has it */
	bool stopped;
	size_t header_length; /* of what came */
	CURLcode code;
	int error; /* of the socket, an errno; 0: none */
	const char *tried; /* what failed with it */
	const char *refusal; /* why it was ended from here; NULL: it was not */
	const char *awaited; /* what did not come in time; NULL: all did */
	char error_text[CURL_ERROR_SIZE];
};

/* Returns 0, or -ENOMEM. */
int exchange_set_options(struct exchange *exchange, const struct exchange_request *request);

#endif
