/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Requests the page of an application from xbeatd, over any of its sockets. */
#ifndef XBEAT_APP_REQUEST_H
#define XBEAT_APP_REQUEST_H

#include <stdint.h>

/*
 * Returns the descriptor of the page and sets *timeout_ns, or returns an error of xbeat_app_open().
 */
int xbeat_app_request(const char *path, const char *name, uint64_t *timeout_ns);

/* Like xbeat_app_open(), with the path of a socket. */
struct xbeat_app *xbeat_app_open_at(const char *path, const char *name, int *error);

#endif
