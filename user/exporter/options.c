/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of options, and what each of them does. */
#include "user/exporter/options.h"
#include "user/lib/array.h"
#include "user/lib/log.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xbeat/paths.h>

#define GO_ON (-1)
#define WRONG_USAGE 2
#define PORT "9694"

struct row {
	char letter;
	const char *name;
	const char *argument; /* NULL: none */
	int (*take)(struct options *options, const char *argument);
	const char *help;
};

static int take_help(struct options *options, const char *argument);

static int set_socket(struct options *options, const char *format, const char *argument)
{
	int length = snprintf(options->socket, sizeof(options->socket), format, argument);

	if (length < (int)sizeof(options->socket))
		return GO_ON;
	log_error("%s: the path of xbeatd's socket has %d characters; use at most %zu", argument,
		  length, sizeof(options->socket) - 1);
	return WRONG_USAGE;
}

static int take_daemon_name(struct options *options, const char *argument)
{
	return set_socket(options, XB_CONTROL_SOCKET, argument);
}

static int take_socket(struct options *options, const char *argument)
{
	return set_socket(options, "%s", argument);
}

static int take_listen(struct options *options, const char *argument)
{
	if (options->listen_count == OPTIONS_LISTEN_MAX) {
		log_error("--listen can be given %d times at most", OPTIONS_LISTEN_MAX);
		return WRONG_USAGE;
	}
	if (listen_parse(argument, &options->addresses[options->listen_count])) {
		log_error("--listen %s: not an address with a port; examples: 127.0.0.1:" PORT
			  ", [::1]:" PORT,
			  argument);
		return WRONG_USAGE;
	}
	options->listen[options->listen_count++] = argument;
	return GO_ON;
}

static int take_host(struct options *options, const char *argument)
{
	if (options->host_count == OPTIONS_HOSTS_MAX) {
		log_error("--host can be given %d times at most", OPTIONS_HOSTS_MAX);
		return WRONG_USAGE;
	}
	options->hosts[options->host_count++] = argument;
	return GO_ON;
}

static int take_users(struct options *options, const char *argument)
{
	options->files.users = argument;
	return GO_ON;
}

static int take_certificate(struct options *options, const char *argument)
{
	options->files.certificate = argument;
	return GO_ON;
}

static int take_key(struct options *options, const char *argument)
{
	options->files.key = argument;
	return GO_ON;
}

static int take_version(struct options *options, const char *argument)
{
	(void)options;
	(void)argument;
	puts("xbeat-exporter " XBEAT_VERSION);
	return EXIT_SUCCESS;
}

static const struct row rows[] = {
	{'i', "daemon-name", "NAME", take_daemon_name,
	 "daemon name of xbeatd (" XB_DAEMON_NAME_DEFAULT ")"},
	{'s', "socket", "PATH", take_socket, "control socket of xbeatd, instead of -i"},
	{'l', "listen", "ADDRESS:PORT", take_listen,
	 "listen there; may be repeated (127.0.0.1:" PORT " and [::1]:" PORT ")"},
	{'n', "host", "NAME", take_host, "another name by which clients reach it; may be repeated"},
	{'u', "users", "FILE", take_users, "users and hashed passwords, as htpasswd -B makes it"},
	{'c', "certificate", "FILE", take_certificate, "certificate of TLS, with its chain"},
	{'k', "key", "FILE", take_key, "its private key"},
	{'V', "version", NULL, take_version, "print the version"},
	{'h', "help", NULL, take_help, "print this help"},
};

static int take_help(struct options *options, const char *argument)
{
	char form[48];

	(void)options;
	(void)argument;
	puts("usage: xbeat-exporter [OPTION...]");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(form, sizeof(form), "--%s%s%s", rows[i].name, rows[i].argument ? " " : "",
			 rows[i].argument ? rows[i].argument : "");
		printf("  -%c, %-26s %s\n", rows[i].letter, form, rows[i].help);
	}
	puts("Its pages: /, /metrics, /healthz, /readyz. The manual: xbeat-exporter(8).");
	return EXIT_SUCCESS;
}

struct forms {
	char letters[2 * ARRAY_SIZE(rows) + 1];
	struct option names[ARRAY_SIZE(rows) + 1];
};

static void make_forms(struct forms *forms)
{
	char *letter = forms->letters;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		*letter++ = rows[i].letter;
		if (rows[i].argument)
			*letter++ = ':';
		forms->names[i] = (struct option){
			rows[i].name, rows[i].argument ? required_argument : no_argument, NULL,
			rows[i].letter};
	}
}

static int take(struct options *options, int letter, const char *argument)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].letter == letter)
			return rows[i].take(options, argument);
	return WRONG_USAGE; /* reported by getopt_long(3) */
}

/* Either address alone will do: not every machine has IPv6. */
static void set_defaults(struct options *options)
{
	if (!options->socket[0])
		take_daemon_name(options, XB_DAEMON_NAME_DEFAULT);
	if (options->listen_count)
		return;
	options->listen_is_default = true;
	take_listen(options, "127.0.0.1:" PORT);
	take_listen(options, "[::1]:" PORT);
}

int options_parse(int argc, char **argv, struct options *options)
{
	struct forms forms = {0};
	int letter, status = GO_ON;

	*options = (struct options){0};
	make_forms(&forms);
	while (status == GO_ON &&
	       (letter = getopt_long(argc, argv, forms.letters, forms.names, NULL)) != -1)
		status = take(options, letter, optarg);
	if (status == GO_ON && optind < argc) {
		log_error("\"%s\" is not an option; see xbeat-exporter --help", argv[optind]);
		status = WRONG_USAGE;
	}
	if (status == GO_ON && !options->files.certificate != !options->files.key) {
		log_error("--certificate and --key are needed together");
		status = WRONG_USAGE;
	}
	if (status == GO_ON)
		set_defaults(options);
	return status;
}
