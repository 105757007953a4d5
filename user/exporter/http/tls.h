/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS 1.2 and 1.3 by a file with the certificate, and its chain, and one with the key. */
#ifndef XBEAT_EXPORTER_HTTP_TLS_H
#define XBEAT_EXPORTER_HTTP_TLS_H

#include "user/exporter/http/watched.h"
#include <event2/bufferevent.h>
#include <openssl/types.h>

struct tls {
	struct watched certificate; /* without a path: no TLS */
	struct watched key;
	SSL_CTX *context;
};

/* Paths: NULL for no TLS; they stay the caller's and valid. Returns 0 or a negative errno, which is
 * logged. */
int tls_start(struct tls *tls, const char *certificate, const char *key);

void tls_stop(struct tls *tls);

/* Reads the files. What is wrong is logged, and those from before stay. */
int tls_reload(struct tls *tls);

/* Returns the stream of a new connection, which has no descriptor yet; plain without TLS. Reads the
 * files if they have changed. NULL: out of memory. */
struct bufferevent *tls_stream(struct tls *tls, struct event_base *base);

#endif
