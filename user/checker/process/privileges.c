/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users and capabilities; see privileges.h. */
#include "user/checker/process/privileges.h"
#include "user/checker/process/process.h"
#include "user/lib/account.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* In the order of preference. */
static const char *const users[] = {"xbeat-checker", "nobody"};

/* user: NULL: one of users. Returns as account_user(). */
static int find_user(const char *user, const struct passwd **found)
{
	int error = -ENOENT;

	if (user)
		return account_user(user, found);
	for (size_t i = 0; i < sizeof(users) / sizeof(*users); i++) {
		error = account_user(users[i], found);
		if (!error || account_lacks_resources(error))
			break;
	}
	return error;
}

static void log_not_found(const char *user, int error)
{
	if (error == -ENOENT)
		replies_log(LOG_ERR,
			    "no user \"%s\": create it, or name another one with checker_user",
			    user);
	else
		replies_log(LOG_ERR, "cannot look up user %s: %s", user, limits_strerror(-error));
}

/* Capabilities stay permitted when the user changes; privileges_give_up() reduces them after that. */
static int become(const struct passwd *user)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(0, NULL) || setgid(user->pw_gid) ||
	    setuid(user->pw_uid))
		return -errno;
	return 0;
}

static int change_user(const char *name)
{
	const struct passwd *user;
	int error;

	if (geteuid() != 0)
		return 0;
	error = find_user(name, &user);
	if (error) {
		log_not_found(name ? name : "nobody", error);
		return error;
	}
	error = become(user);
	if (error)
		replies_log(
			LOG_ERR,
			"cannot become user %s: %s; xbeatd needs CAP_SETUID and CAP_SETGID for that",
			user->pw_name, strerror(-error));
	return error;
}

static int keep_capabilities(bool raw)
{
	bool has_raw;

	if (capng_get_caps_process())
		return -EPERM;
	has_raw = raw && capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW);
	if (raw && !has_raw)
		replies_log(LOG_WARNING,
			    "CAP_NET_RAW is missing: checks with fwmark have no result");
	capng_clear(CAPNG_SELECT_CAPS);
	if (has_raw)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_RAW);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

/* Programs that it would execute had none of these. */
static void forgo_for_programs(void)
{
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

int privileges_give_up(const char *user, bool raw)
{
	const struct rlimit no_core = {0, 0};
	int error;

	forgo_for_programs();
	setrlimit(RLIMIT_CORE, &no_core);
	error = change_user(user);
	if (error)
		return error;
	error = keep_capabilities(raw);
	if (!error &&
	    (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)))
		error = -errno;
	if (error)
		replies_log(LOG_ERR, "cannot give up privileges: %s", strerror(-error));
	return error;
}
