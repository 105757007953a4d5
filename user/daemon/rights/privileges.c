/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities by libcap-ng. */
#include "user/daemon/rights/privileges.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <cap-ng.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* What is used after the start, too; tests/net/privileges/test_capabilities.py has a row for
 * each. */
static const struct {
	unsigned capability;
	const char *name; /* of one without which xbeatd does not start */
} used[] = {
	{CAP_BPF, "CAP_BPF"},
	{CAP_NET_ADMIN, "CAP_NET_ADMIN"},
	{CAP_NET_RAW, "CAP_NET_RAW"},
	{CAP_NET_BIND_SERVICE, "CAP_NET_BIND_SERVICE"},
	{CAP_PERFMON, "CAP_PERFMON"},
	{CAP_SYS_NICE, NULL}, /* a reload may change the scheduling; threads have their own */
	{CAP_IPC_LOCK, NULL}, /* memory that is allocated later is locked as well */
	{CAP_DAC_OVERRIDE, NULL}, /* files, FIFOs and directories of other users */
	{CAP_CHOWN, NULL}, /* FIFOs and sockets for other users and groups */
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

	for (size_t i = 0; i < ARRAY_SIZE(used); i++) {
		size_t length = strlen(missing);

		if (used[i].name && !capng_have_capability(CAPNG_EFFECTIVE, used[i].capability))
			snprintf(missing + length, sizeof(missing) - length, " %s", used[i].name);
	}
	if (!missing[0])
		return 0;
	log_error(
		"missing capabilities:%s; run xbeatd as root, or grant them (xbeatd(8), PRIVILEGES)",
		missing);
	return -EPERM;
}

/* A program that this process executed would have none of these. Without CAP_SETPCAP the bounding
 * set stays; no_new_privs keeps such a program from using it. */
static int forgo_for_programs(void)
{
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return 0;
}

/* Keeps, of what this process has, the capabilities that are used. */
static int keep_used(bool finds_programs)
{
	bool keep[CAP_LAST_CAP + 1] = {[CAP_SYS_ADMIN] = finds_programs};

	for (size_t i = 0; i < ARRAY_SIZE(used); i++)
		keep[used[i].capability] = true;
	for (unsigned i = 0; i <= CAP_LAST_CAP; i++)
		keep[i] = keep[i] && capng_have_capability(CAPNG_PERMITTED, i);
	capng_clear(CAPNG_SELECT_CAPS);
	for (unsigned i = 0; i <= CAP_LAST_CAP; i++)
		if (keep[i])
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, i);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

int privileges_reduce(bool finds_programs)
{
	int error = forgo_for_programs();

	if (!error)
		error = keep_used(finds_programs);
	if (error)
		log_error("cannot give up privileges: %s", limits_strerror(-error));
	return error;
}
