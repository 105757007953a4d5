/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mail in the runner's process: each is sent by a process of its own (send_mail.c), because looking
 * up a host name blocks and servers are slow. Mails about the same thing are sent one after the
 * other, so that they arrive in order; others are sent side by side. None is tried again.
 */
#include "user/runner/child/mails.h"
#include "user/lib/limits.h"
#include "user/runner/child/send_mail.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SENDING_MAX 16
#define WAITING_MAX 256

struct mail {
	struct mail *next;
	struct runner_request *request;
	char *strings[MESSAGE_STRINGS_MAX + 1];
	pid_t pid; /* 0: it waits */
	int report_fd; /* of its process: what has failed, a line for each; -1: none */
};

static void mail_free(struct mail *mail)
{
	if (mail->report_fd >= 0)
		close(mail->report_fd);
	free(mail->request);
	free(mail);
}

static void mail_remove(struct runner_child *child, struct mail *mail)
{
	struct mail **link = &child->mails;

	while (*link != mail)
		link = &(*link)->next;
	*link = mail->next;
	mail_free(mail);
}

static void log_failure(const struct runner_child *child, const struct mail *mail, const char *why)
{
	child_log(child, LOG_WARNING, "mail \"%.60s - %.30s\" to %.40s port %u: %s",
		  mail->strings[RUNNER_MAIL_ABOUT], mail->strings[RUNNER_MAIL_EVENT],
		  mail->strings[RUNNER_MAIL_SERVER], mail->request->mail.port, why);
}

static void mail_start(struct runner_child *child, struct mail *mail)
{
	int ends[2], error = 0;

	/* A report that is longer than a pipe must not keep its process. */
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK)) {
		error = errno;
	} else {
		mail->report_fd = ends[0];
		mail->pid = send_mail_fork(&mail->request->mail, mail->strings, ends[1]);
		error = mail->pid < 0 ? errno : 0;
		close(ends[1]);
	}
	if (!error)
		return;
	log_failure(child, mail, limits_strerror(error));
	mail_remove(child, mail);
}

/* Whether an earlier mail about the same thing is under way. */
static bool must_wait(const struct runner_child *child, const struct mail *mail)
{
	for (const struct mail *earlier = child->mails; earlier != mail; earlier = earlier->next)
		if (!strcmp(earlier->strings[RUNNER_MAIL_ABOUT], mail->strings[RUNNER_MAIL_ABOUT]))
			return true;
	return false;
}

static unsigned count(const struct runner_child *child, bool waiting)
{
	unsigned found = 0;

	for (const struct mail *mail = child->mails; mail; mail = mail->next)
		found += !mail->pid == waiting;
	return found;
}

static void start_waiting(struct runner_child *child)
{
	unsigned sending = count(child, false);

	for (struct mail *mail = child->mails, *next; mail && sending < SENDING_MAX; mail = next) {
		next = mail->next;
		if (mail->pid || must_wait(child, mail))
			continue;
		sending++;
		mail_start(child, mail);
	}
}

/* Appends a mail with a copy of its request to the list. Returns false if out of memory. */
static bool append(struct runner_child *child, const struct runner_request *request)
{
	struct mail *mail = calloc(1, sizeof(*mail));
	size_t length = runner_request_length(request);
	struct mail **link = &child->mails;

	if (!mail)
		return false;
	mail->report_fd = -1;
	mail->request = malloc(length);
	if (!mail->request) {
		mail_free(mail);
		return false;
	}
	memcpy(mail->request, request, length);
	message_get_strings(&mail->request->strings, mail->strings);
	while (*link)
		link = &(*link)->next;
	*link = mail;
	return true;
}

void mails_add(struct runner_child *child, const struct runner_request *request)
{
	unsigned waiting = count(child, true);

	if (waiting >= WAITING_MAX || !append(child, request)) {
		child_log(child, LOG_WARNING, "mail about a change of state is lost: %s",
			  waiting >= WAITING_MAX ? "too many wait for the mail server"
						 : limits_strerror(ENOMEM));
		return;
	}
	start_waiting(child);
}

/* Logs the lines that the process has written. Returns whether there were any. */
static bool log_report(const struct runner_child *child, const struct mail *mail)
{
	char text[4096], *rest = text;
	ssize_t length = read(mail->report_fd, text, sizeof(text) - 1);

	if (length <= 0)
		return false;
	text[length] = '\0';
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line)
			log_failure(child, mail, line);
	return true;
}

void mails_child_ended(struct runner_child *child, pid_t pid, int status)
{
	struct mail *mail = child->mails;

	while (mail && mail->pid != pid)
		mail = mail->next;
	if (!mail)
		return;
	if (!log_report(child, mail) && WIFSIGNALED(status))
		log_failure(child, mail, "its process was killed");
	mail_remove(child, mail);
	start_waiting(child);
}

void mails_end(struct runner_child *child)
{
	for (struct mail *mail = child->mails, *next; mail; mail = next) {
		next = mail->next;
		if (!mail->pid)
			mail_start(child, mail);
	}
}
