/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mails about servers and quorums (smtp_alert), in keepalived's words. */
#ifndef XBEAT_POOLS_NOTIFY_MAIL_H
#define XBEAT_POOLS_NOTIFY_MAIL_H

#include "user/pools/entries/entries.h"

#define MAIL_BODY_BYTES 160

/* kind: of the check that has changed; CONFIG_CHECK_KIND_COUNT: none. session: of a BFD_CHECK */
const char *mail_server_body(enum config_check_kind kind, const char *session, bool up,
			     char text[static MAIL_BODY_BYTES]);
void mail_server(const struct server_entry *server, enum config_check_kind kind,
		 const char *session, bool up);
void mail_quorum(const struct pool_entry *pool, bool up);

/* "[10.0.0.1]:tcp:80", "FWM 7" or "[GROUP]:0": of the pool, and of a server in it. */
#define MAIL_NAME_BYTES 160
const char *mail_pool_name(const struct pool_entry *pool, char text[static MAIL_NAME_BYTES]);
const char *mail_server_name(const struct server_entry *server, char text[static MAIL_NAME_BYTES]);

#endif
