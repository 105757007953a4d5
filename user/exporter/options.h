/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of xbeat-exporter. */
#ifndef XBEAT_EXPORTER_OPTIONS_H
#define XBEAT_EXPORTER_OPTIONS_H

#include "user/exporter/http/server.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#define OPTIONS_LISTEN_MAX 8
#define OPTIONS_HOSTS_MAX 8

struct options {
	char socket[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* of xbeatd */
	const char *listen[OPTIONS_LISTEN_MAX]; /* as given */
	struct listen_address addresses[OPTIONS_LISTEN_MAX];
	size_t listen_count;
	struct http_files files;
	const char *hosts[OPTIONS_HOSTS_MAX]; /* other names of this machine */
	size_t host_count;
	bool listen_is_default; /* then one that fails is no error, unless all do */
};

/* Fills out options, and logs what is wrong. Returns -1 to go on, else the exit status. */
int options_parse(int argc, char **argv, struct options *options);

#endif
