/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libcurl reads HTTP/2 as long as there is data, in one call, so a server that sends without a pause
 * would hold all checks. A timer of processor time shuts such a connection down, and the read ends.
 */
#ifndef XBEAT_CHECKER_HTTP_READ_LIMIT_H
#define XBEAT_CHECKER_HTTP_READ_LIMIT_H

#include <stdbool.h>

#define READ_LIMIT_MS 200 /* of processor time, so that a busy machine marks no server down */

/* Begins a read of the socket. */
void read_limit_begin(int fd);

/* Ends it. Returns whether the connection has been shut down. */
bool read_limit_end(void);

#endif
