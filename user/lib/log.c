// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Log lines to stderr, to the systemd journal or to the syslog socket. Logging never blocks: a blocked
 * log reader must not make this node look dead. syslog(3) and sd_journal_send(3) wait while their
 * socket is full, so this file sends the datagrams. A line that cannot be written at once is dropped
 * and counted; a later line reports the count. While neither socket is there, lines go to stderr, and
 * each tries them again. Threads log, too, without a lock, in which a slow one would stop the loop.
 */
#include "user/lib/log.h"
#include "user/lib/array.h"
#include "user/lib/clock.h"
#include "user/lib/log_journal.h"
#include "user/lib/log_limit.h"
#include "user/lib/printable.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LOG_LINE_BYTES 1024
#define SYSLOG_PATH "/dev/log"

enum outcome {
	WRITTEN,
	NOT_READ, /* its reader is too slow */
	NO_READER,
	OUTCOME_COUNT,
};

static struct {
	const char *name;
	int socket_fd; /* -1: stderr */
	_Atomic bool to_journal; /* the socket is connected to the journal, not to syslog */
	bool stderr_is_journal; /* its lines bear the priority */
	int facility; /* of syslog */
	bool also_to_stderr;
	_Atomic int level; /* lines less important are not written */
	bool limited; /* the lines of this thread: */
	pthread_t limited_thread;
	_Atomic unsigned long counts[OUTCOME_COUNT]; /* lines since the last report */
} log_state = {.name = "xbeat", .socket_fd = -1, .facility = LOG_DAEMON, .level = LOG_INFO};

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return connect(log_state.socket_fd, (const struct sockaddr *)&address, sizeof(address))
		       ? -errno
		       : 0;
}

/* Also again, after a restart of the reader. Returns 0 or a negative errno, of syslog. */
static int connect_reader(void)
{
	int error = connect_to(LOG_JOURNAL_PATH);

	log_state.to_journal = !error;
	return error ? connect_to(SYSLOG_PATH) : 0;
}

static int open_reader(void)
{
	log_state.socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return log_state.socket_fd < 0 ? -errno : connect_reader();
}

static void close_reader(void)
{
	if (log_state.socket_fd >= 0)
		close(log_state.socket_fd);
	log_state.socket_fd = -1;
	log_state.to_journal = false;
}

void log_open(const char *name, bool to_syslog)
{
	int error;

	close_reader();
	log_state.name = name;
	log_state.stderr_is_journal = log_journal_has_stderr();
	if (!to_syslog && !log_state.stderr_is_journal)
		return;
	tzset(); /* reads the time zone file now, not in the event loop */
	error = open_reader();
	if (!to_syslog && !log_state.to_journal)
		close_reader(); /* the stream works also without the socket */
	else if (error && !log_state.also_to_stderr)
		log_warning("cannot reach syslog at " SYSLOG_PATH
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

/* From LOG_ERR on. */
static const char *const level_names[] = {"error", "warning", "notice", "info", "debug"};

void log_set_level(int level)
{
	log_state.level = level;
}

int log_level(void)
{
	return log_state.level;
}

const char *log_level_name(int level)
{
	size_t index = (size_t)(level - LOG_ERR);

	return index < ARRAY_SIZE(level_names) ? level_names[index] : NULL;
}

int log_level_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(level_names); i++)
		if (!strcmp(level_names[i], name))
			return LOG_ERR + (int)i;
	return -1;
}

/* As sd-daemon(3): the journal takes a number in angle brackets as the priority. */
static int format_stderr(char *text, size_t room, int priority, const char *line)
{
	char number[8] = "";

	if (log_state.stderr_is_journal)
		snprintf(number, sizeof(number), "<%d>", priority & LOG_PRIMASK);
	return snprintf(text, room, "%s%s: %s\n", number, log_state.name, line);
}

static enum outcome write_stderr(int priority, const char *line)
{
	struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
	char text[LOG_LINE_BYTES + 64];
	int length = format_stderr(text, sizeof(text), priority, line);

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

static bool send_syslog(int priority, const char *line)
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
	return send_once(text, (size_t)length);
}

static bool send_journal(int priority, const struct log_subject *subject, const char *line)
{
	const struct log_journal_source source = {log_state.name, log_state.facility};
	char entry[LOG_JOURNAL_ENTRY_BYTES];

	return send_once(entry, log_journal_entry(entry, &source, priority, subject, line));
}

static bool send_line(int priority, const struct log_subject *subject, const char *line)
{
	return log_state.to_journal ? send_journal(priority, subject, line)
				    : send_syslog(priority, line);
}

static enum outcome write_reader(int priority, const struct log_subject *subject, const char *line)
{
	if (send_line(priority, subject, line))
		return WRITTEN;
	if (errno != ECONNREFUSED && errno != ENOTCONN && errno != ECONNRESET)
		return NOT_READ;
	if (connect_reader())
		return NO_READER;
	return send_line(priority, subject, line) ? WRITTEN : NOT_READ;
}

static enum outcome write_line(int priority, const struct log_subject *subject, const char *line)
{
	bool to_reader = log_state.socket_fd >= 0;
	bool twice =
		log_state.also_to_stderr && !(log_state.to_journal && log_state.stderr_is_journal);
	enum outcome outcome = to_reader ? write_reader(priority, subject, line) : WRITTEN,
		     console = WRITTEN;

	if (!to_reader || twice || outcome == NO_READER)
		console = write_stderr(priority, line);
	return outcome == WRITTEN ? console : outcome;
}

/* Lines that went to stderr instead are reported to the reader alone. The count is taken, so that of
 * several threads one reports it. */
static void report_dropped(enum outcome outcome, const char *what)
{
	unsigned long count = atomic_exchange(&log_state.counts[outcome], 0);
	char line[128];

	if (!count)
		return;
	snprintf(line, sizeof(line), "%lu log lines %s", count, what);
	if ((outcome == NO_READER ? write_reader : write_line)(LOG_WARNING, NULL, line) != WRITTEN)
		atomic_fetch_add(&log_state.counts[outcome], count);
}

static void write_counted(int priority, const struct log_subject *subject, const char *line)
{
	enum outcome outcome;

	report_dropped(NOT_READ, "dropped: the log reader was too slow");
	report_dropped(NO_READER,
		       "went to stderr: neither the journal nor " SYSLOG_PATH " could be reached");
	outcome = write_line(priority, subject, line);
	if (outcome != WRITTEN)
		log_state.counts[outcome]++;
}

static void report_suppressed(uint64_t now_ns, bool all)
{
	struct log_suppressed suppressed;
	char line[256];

	while (log_limit_take(now_ns, all, &suppressed)) {
		const struct log_subject subject = {.event = suppressed.event,
						    .peer = suppressed.peer,
						    .instance = suppressed.instance};

		snprintf(line, sizeof(line), "suppressed %lu more lines like this: %s",
			 suppressed.count, suppressed.line);
		write_counted(suppressed.priority, &subject, line);
	}
}

/* Other threads log little; without a lock they do not share the counts. */
static bool is_limited(void)
{
	return log_state.limited && pthread_equal(pthread_self(), log_state.limited_thread);
}

void log_limit_lines(bool limited)
{
	if (is_limited())
		report_suppressed(clock_now_ns(), true);
	log_state.limited_thread = pthread_self();
	log_state.limited = limited;
}

void log_report_suppressed(void)
{
	if (is_limited())
		report_suppressed(clock_now_ns(), false);
}

/* Whether a line is one too many. */
static bool is_suppressed(int priority, const struct log_subject *subject, const char *format,
			  const char *line)
{
	uint64_t now_ns;

	if (!is_limited())
		return false;
	now_ns = clock_now_ns();
	report_suppressed(now_ns, false);
	return !log_limit_allows(log_limit_kind(format, subject, line), now_ns, priority, subject,
				 line);
}

static void write_formatted(int priority, const struct log_subject *subject, const char *format,
			    va_list arguments)
{
	char text[LOG_LINE_BYTES], line[LOG_LINE_BYTES];

	if (LOG_PRI(priority) > log_state.level)
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	printable_copy(line, sizeof(line), text, PRINTABLE_LINE);
	if (!is_suppressed(priority, subject, format, line))
		write_counted(priority, subject, line);
}

void log_message(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_formatted(priority, NULL, format, arguments);
	va_end(arguments);
}

void log_about(int priority, const struct log_subject *subject, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_formatted(priority, subject, format, arguments);
	va_end(arguments);
}
