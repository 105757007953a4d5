/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities by libcap-ng. */
#include "user/daemon/start/privileges.h"
#include "user/lib/log.h"
#include <cap-ng.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const struct {
	unsigned capability;
	const char *name;
} needed[] = {
	{CAP_BPF, "CAP_BPF"},	      {CAP_NET_ADMIN, "CAP_NET_ADMIN"},
	{CAP_NET_RAW, "CAP_NET_RAW"}, {CAP_NET_BIND_SERVICE, "CAP_NET_BIND_SERVICE"},
	{CAP_PERFMON, "CAP_PERFMON"},
};

/* More than a daemon with one interface and all clients has open. */
#define DESCRIPTORS_MIN 128

int privileges_check_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_max >= DESCRIPTORS_MIN)
		return 0;
	log_error(
		"at most %llu open files (hard RLIMIT_NOFILE), and xbeatd needs at least %d: raise LimitNOFILE= or ulimit -Hn",
		(unsigned long long)limit.rlim_max, DESCRIPTORS_MIN);
	return -EMFILE;
}

int privileges_check(void)
{
	char missing[128] = "";

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		size_t length = strlen(missing);

		if (!capng_have_capability(CAPNG_EFFECTIVE, needed[i].capability))
			snprintf(missing + length, sizeof(missing) - length, " %s", needed[i].name);
	}
	if (!missing[0])
		return 0;
	log_error("missing capabilities:%s; run xbeatd as root, or grant them", missing);
	return -EPERM;
}
