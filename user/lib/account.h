/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users and groups of this machine. getpwnam(3) and its like also find nothing if they cannot read:
 * without descriptors every user seems to be missing. Here the two cases are told apart.
 */
#ifndef XBEAT_LIB_ACCOUNT_H
#define XBEAT_LIB_ACCOUNT_H

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <sys/types.h>

/* Each returns 0, -ENOENT if there is no such entry, or another negative errno if that is unknown.
 * *found: valid until the next call; NULL unless 0 is returned. */
int account_user(const char *name, const struct passwd **found);
int account_uid(uid_t uid, const struct passwd **found);
int account_group(const char *name, const struct group **found);

/* Whether this process or machine lacks descriptors or memory, rather than a service of names, as
 * LDAP at boot. */
bool account_lacks_resources(int error);

#endif
