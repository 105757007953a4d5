/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a check over HTTP sends: keepalived's request, and the check's own header fields. */
#ifndef XBEAT_CHECKER_HTTP_REQUEST_H
#define XBEAT_CHECKER_HTTP_REQUEST_H

#include "user/config/model/pool.h"
#include <curl/curl.h>

#define REQUEST_HOST_BYTES 300

/* The server's address as URLs have it. Returns text. */
const char *request_address(const struct config_check *check, char text[static REQUEST_HOST_BYTES]);

/* The Host of a url: a virtualhost, else address and port. Returns text. */
const char *request_host(const struct config_check *check, const struct config_check_url *url,
			 char text[static REQUEST_HOST_BYTES]);

/* The name for SNI and the certificate: of a configured sni_name, else of the host without port.
 * Returns name, or NULL: none is wanted, or the host is an address. */
const char *request_name(const struct config_check_http *http, const char *host,
			 char name[static REQUEST_HOST_BYTES]);

/* The header fields of a GET; NULL: out of memory. */
struct curl_slist *request_headers(const struct config_check_http *http, const char *host);

/* Appends a field, or frees the list and returns NULL. */
struct curl_slist *request_append(struct curl_slist *list, const char *field);

#endif
