/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon name where none is given; see daemon_name.h. */
#include "user/daemon/start/daemon_name.h"
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xbeat/digest.h>
#include <xbeat/paths.h>

#define DEFAULT_PID_FILE "/run/keepalived.pid"
#define PID_SUFFIX ".pid"
#define HASH_DIGITS 8

static uint32_t hash(const char *text)
{
	uint64_t value = XB_DIGEST_START;

	for (; *text; text++)
		value = xb_digest_word(value, (uint8_t)*text);
	return (uint32_t)value;
}

/* Writes what fits of the label, and the hash of the whole. */
static void make_hashed(char name[static XB_DAEMON_NAME_BYTES], const char *label,
			const char *whole)
{
	int length = XB_DAEMON_NAME_BYTES - 1 - 1 - HASH_DIGITS;

	snprintf(name, XB_DAEMON_NAME_BYTES, "%.*s-%0*x", length, label, HASH_DIGITS, hash(whole));
	for (char *bad = name; *bad; bad++) {
		char one[] = {*bad, '\0'};

		if (!options_is_daemon_name(one))
			*bad = '-';
	}
}

static void make_of_place(char name[static XB_DAEMON_NAME_BYTES], const char *net_namespace,
			  const char *instance)
{
	char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s%s", net_namespace ? net_namespace : "",
		 net_namespace && instance ? "_" : "", instance ? instance : "");
	if (options_is_daemon_name(whole))
		strcpy(name, whole);
	else
		make_hashed(name, whole, whole);
}

/* As it is found from any directory: the file itself need not exist. */
static void make_absolute(const char *path, char absolute[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX], real[PATH_MAX];

	snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - path + 1) : 1,
		 slash ? path : ".");
	if (!realpath(directory, real))
		real[0] = '\0';
	snprintf(absolute, PATH_MAX, "%s/%s", strcmp(real, "/") ? real : "",
		 slash ? slash + 1 : path);
}

static void make_of_pid_file(char name[static XB_DAEMON_NAME_BYTES], const char *path)
{
	char absolute[PATH_MAX], label[NAME_MAX + 1];
	char *suffix;

	make_absolute(path, absolute);
	if (!strcmp(absolute, DEFAULT_PID_FILE)) {
		strcpy(name, XB_DAEMON_NAME_DEFAULT);
		return;
	}
	snprintf(label, sizeof(label), "%s", strrchr(absolute, '/') + 1);
	suffix = strstr(label, PID_SUFFIX);
	if (suffix)
		*suffix = '\0';
	make_hashed(name, label, absolute);
}

void daemon_name_choose(char name[static XB_DAEMON_NAME_BYTES], const struct options *options,
			const char *net_namespace, const char *instance)
{
	const char *pid_file = options->keepalived ? options->pid_files[0] : NULL;

	if (options->daemon_name)
		snprintf(name, XB_DAEMON_NAME_BYTES, "%s", options->daemon_name);
	else if (net_namespace || instance)
		make_of_place(name, net_namespace, instance);
	else if (pid_file)
		make_of_pid_file(name, pid_file);
	else
		strcpy(name, XB_DAEMON_NAME_DEFAULT);
}
