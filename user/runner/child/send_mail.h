/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends a mail by SMTP (RFC 5321) from a process of its own, without privileges. */
#ifndef XBEAT_RUNNER_CHILD_SEND_MAIL_H
#define XBEAT_RUNNER_CHILD_SEND_MAIL_H

#include "user/runner/child/protocol.h"
#include <sys/types.h>

/* given: strings as enum runner_mail_string has them, ended by NULL. report_fd: the process writes a
 * line to it for each failure, and none if the mail was taken for all recipients. Returns as
 * fork(2). */
pid_t send_mail_fork(const struct runner_mail_request *request, char *const given[], int report_fd);

#endif
