// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Log lines to stderr or to the syslog socket. Logging never blocks: a blocked log reader must not
 * make this node look dead. syslog(3) waits while its socket is full, so this file sends the
 * datagrams. A line that cannot be written at once is dropped and counted; a later line reports the
 * count. While there is no syslog socket, lines go to stderr, and each tries it again. Threads log,
 * too, without a lock, in which a slow one would stop the loop.
 */
#include "user/lib/log.h"
#include "user/lib/printable.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LOG_LINE_BYTES 1024
#define LOG_PATH "/dev/log"

enum outcome {
	WRITTEN,
	NOT_READ, /* its reader is too slow */
	NO_SYSLOG,
	OUTCOME_COUNT,
};

static struct {
	const char *name;
	int socket_fd; /* -1: stderr */
	int facility; /* of syslog */
	bool also_to_stderr;
	bool verbose;
	_Atomic unsigned long counts[OUTCOME_COUNT]; /* lines since the last report */
} log_state = {.name = "xbeat", .socket_fd = -1, .facility = LOG_DAEMON};

/* Also again, after a restart of the syslog daemon. Returns 0 or a negative errno. */
static int connect_syslog(void)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = LOG_PATH};

	return connect(log_state.socket_fd, (const struct sockaddr *)&address, sizeof(address))
		       ? -errno
		       : 0;
}

void log_open(const char *name, bool to_syslog)
{
	int error;

	if (log_state.socket_fd >= 0)
		close(log_state.socket_fd);
	log_state.name = name;
	log_state.socket_fd = -1;
	if (!to_syslog)
		return;
	tzset(); /* reads the time zone file now, not in the event loop */
	log_state.socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	error = log_state.socket_fd < 0 ? -errno : connect_syslog();
	if (error && !log_state.also_to_stderr)
		log_warning("cannot reach syslog at " LOG_PATH
			    ": %s; logging to stderr until it can be reached",
			    strerror(-error));
}

void log_also_to_stderr(bool also)
{
	log_state.also_to_stderr = also;
}

void log_set_facility(int facility)
{
	log_state.facility = facility;
}

void log_set_verbose(bool verbose)
{
	log_state.verbose = verbose;
}

static enum outcome write_stderr(const char *line)
{
	struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
	char text[LOG_LINE_BYTES + 64];
	int length = snprintf(text, sizeof(text), "%s: %s\n", log_state.name, line);

	/* Not O_NONBLOCK: it would also change the terminal for other processes. */
	if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
		return NOT_READ;
	if ((size_t)length >= sizeof(text)) {
		length = sizeof(text) - 1;
		text[length - 1] = '\n';
	}
	return write(STDERR_FILENO, text, (size_t)length) == length ? WRITTEN : NOT_READ;
}

static bool send_once(const char *text, size_t length)
{
	return send(log_state.socket_fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static enum outcome send_datagram(const char *text, size_t length)
{
	if (send_once(text, length))
		return WRITTEN;
	if (errno != ECONNREFUSED && errno != ENOTCONN && errno != ECONNRESET)
		return NOT_READ;
	if (connect_syslog())
		return NO_SYSLOG;
	return send_once(text, length) ? WRITTEN : NOT_READ;
}

static enum outcome write_syslog(int priority, const char *line)
{
	char text[LOG_LINE_BYTES + 128], stamp[32];
	time_t now = time(NULL);
	struct tm parts;
	int length;

	localtime_r(&now, &parts);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &parts);
	length = snprintf(text, sizeof(text), "<%d>%s %s[%d]: %s", log_state.facility | priority,
			  stamp, log_state.name, getpid(), line);
	if ((size_t)length >= sizeof(text))
		length = sizeof(text) - 1;
	return send_datagram(text, (size_t)length);
}

static enum outcome write_line(int priority, const char *line)
{
	bool to_syslog = log_state.socket_fd >= 0;
	enum outcome outcome = to_syslog ? write_syslog(priority, line) : WRITTEN,
		     console = WRITTEN;

	if (!to_syslog || log_state.also_to_stderr || outcome == NO_SYSLOG)
		console = write_stderr(line);
	return outcome == WRITTEN ? console : outcome;
}

/* Lines that went to stderr instead are reported to syslog alone. The count is taken, so that of
 * several threads one reports it. */
static void report_dropped(enum outcome outcome, const char *what)
{
	unsigned long count = atomic_exchange(&log_state.counts[outcome], 0);
	char line[96];

	if (!count)
		return;
	snprintf(line, sizeof(line), "%lu log lines %s", count, what);
	if ((outcome == NO_SYSLOG ? write_syslog : write_line)(LOG_WARNING, line) != WRITTEN)
		atomic_fetch_add(&log_state.counts[outcome], count);
}

void log_message(int priority, const char *format, ...)
{
	char text[LOG_LINE_BYTES], line[LOG_LINE_BYTES];
	enum outcome outcome;
	va_list arguments;

	if (priority == LOG_DEBUG && !log_state.verbose)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	printable_copy(line, sizeof(line), text, PRINTABLE_LINE);
	report_dropped(NOT_READ, "dropped: the log reader was too slow");
	report_dropped(NO_SYSLOG, "did not reach syslog: " LOG_PATH " was missing");
	outcome = write_line(priority, line);
	if (outcome != WRITTEN)
		log_state.counts[outcome]++;
}
