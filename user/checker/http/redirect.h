/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where an answer redirects to, if that may be followed: on the same host only, as Kubernetes. */
#ifndef XBEAT_CHECKER_HTTP_REDIRECT_H
#define XBEAT_CHECKER_HTTP_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

#define REDIRECTS_MAX 10

struct redirect {
	bool tls;
	uint16_t port;
	char *authority; /* host, and port if it is not the scheme's: for Host */
	char *path; /* with the query */
};

/* url: absolute; address: the server's, as in a URL ("[::1]"); name: by which it was asked, maybe
 * with a port, or NULL. Returns 0; -EXDEV: another host, or not HTTP; -EINVAL; -ENOMEM. */
int redirect_parse(const char *url, const char *address, const char *name,
		   struct redirect *redirect);

void redirect_free(struct redirect *redirect);

#endif
