/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Asking xbeatd for the page of an application, over any of its sockets. */
#ifndef XBEAT_APP_REQUEST_H
#define XBEAT_APP_REQUEST_H

#include <stdint.h>

/* Returns the page's descriptor with *timeout_ns, or a negative errno as xbeat_app_open() does. */
int xbeat_app_request(const char *path, const char *name, uint64_t *timeout_ns);

/* As xbeat_app_open(), at a socket. */
struct xbeat_app *xbeat_app_open_at(const char *path, const char *name, int *error);

#endif
