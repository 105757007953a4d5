/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libcurl's multi interface, driven by libevent: the transfers of all checks over HTTP. One for
 * each run_owner, made by its first check.
 */
#ifndef XBEAT_CHECKER_HTTP_CLIENT_H
#define XBEAT_CHECKER_HTTP_CLIENT_H

#include "user/checker/methods/method.h"
#include <curl/curl.h>

struct client;

/* A request and its answer, as the client sees it. The functions are not called from libcurl. */
struct transfer {
	CURL *easy; /* CURLOPT_PRIVATE: the transfer */
	curl_socket_t fd; /* CURL_SOCKET_BAD: none yet */
	short wanted; /* POLLIN, POLLOUT: what libcurl waits for */
	bool cut; /* at the limit of a read (read_limit.h): its end is no answer */
	void (*progressed)(struct transfer *transfer); /* its socket has been served */
	void (*ended)(struct transfer *transfer, CURLcode code); /* removed already */
};

/* Returns NULL: out of memory. */
struct client *client_of(struct run_owner *owner);

/* Gives a connection the certificates of SSL { }. verify: it needs the authorities. Returns NULL, or
 * what is wrong with them. */
const char *client_set_tls(struct client *client, bool verify, void *ssl_context);

/* They are read again for the next connection. */
void client_forget_tls(struct client *client);

/* Returns 0 or -ENOMEM. */
int client_add(struct client *client, struct transfer *transfer);

/* Ends a transfer without a call of ended(). */
void client_remove(struct client *client, struct transfer *transfer);

/* Serves what has come for a transfer meanwhile. Returns whether there was anything; ended() may
 * have been called then. */
bool client_serve(struct client *client, struct transfer *transfer);

/* NULL: does nothing. No transfer may be left. */
void client_free(struct client *client);

#endif
