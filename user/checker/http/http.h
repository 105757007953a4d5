/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks over HTTP by libcurl. */
#ifndef XBEAT_CHECKER_HTTP_HTTP_H
#define XBEAT_CHECKER_HTTP_HTTP_H

#include "user/checker/methods/method.h"

extern const struct method http_method, grpc_method;

/* The owner's tls is another: connections from now on use that. */
void http_tls_changed(struct run_owner *owner);

/* Releases what the methods share, after all runs. */
void http_stop(struct run_owner *owner);

#endif
