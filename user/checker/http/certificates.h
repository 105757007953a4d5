/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of SSL { }, read once for all connections: authorities to verify a server by, and the
 * checker's own certificate.
 */
#ifndef XBEAT_CHECKER_HTTP_CERTIFICATES_H
#define XBEAT_CHECKER_HTTP_CERTIFICATES_H

#include "user/checker/protocol/definition.h"
#include <openssl/ssl.h>

struct certificates;

/* Without a ca: the system's authorities. Returns NULL: out of memory. What is wrong with the texts
 * is reported by certificates_set(). */
struct certificates *certificates_new(const struct checker_tls *tls);

/* Gives them to a connection. verify: it needs the authorities. Returns NULL, or what is wrong. */
const char *certificates_set(const struct certificates *certificates, bool verify,
			     SSL_CTX *context);

/* NULL: does nothing. */
void certificates_free(struct certificates *certificates);

#endif
