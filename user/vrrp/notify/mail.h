/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mail about changes of state, in keepalived's words. Nothing here waits. */
#ifndef XBEAT_VRRP_NOTIFY_MAIL_H
#define XBEAT_VRRP_NOTIFY_MAIL_H

#include "user/runner/runner.h"

/* The state of each instance and group that was mailed last. */
struct notify_mails {
	struct mailed_state *list;
	size_t count;
};

/* Mails a state ("MASTER", "BACKUP", "FAULT", "DELETED") of an instance or a group, unless it was
 * mailed last; nothing about any other. */
void notify_mail(struct notify_mails *mails, const struct runner *runner,
		 const struct config *config, bool group, const char *name, const char *state);

/* Forgets what is not in the configuration. */
void notify_mails_keep(struct notify_mails *mails, const struct config *config);

void notify_mails_free(struct notify_mails *mails);

#endif
