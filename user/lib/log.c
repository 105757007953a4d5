// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Log lines to stderr or to the syslog socket. Logging never blocks: a blocked log reader must not
 * make this node look dead. syslog(3) waits while its socket is full, so this file sends the
 * datagrams. A line that cannot be written at once is dropped and counted; a later line reports the
 * count. Threads log, too, without a lock, in which a slow one would stop the loop.
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

static struct {
	const char *name;
	int socket_fd; /* -1: stderr */
	int facility; /* of syslog */
	bool also_to_stderr;
	bool verbose;
	_Atomic unsigned long dropped_count;
} log_state = {.name = "xbeat", .socket_fd = -1, .facility = LOG_DAEMON};

static int connect_syslog(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = LOG_PATH};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

void log_open(const char *name, bool to_syslog)
{
	if (log_state.socket_fd >= 0)
		close(log_state.socket_fd);
	log_state.name = name;
	log_state.socket_fd = -1;
	if (!to_syslog)
		return;
	tzset(); /* reads the time zone file now, not in the event loop */
	log_state.socket_fd = connect_syslog();
	if (log_state.socket_fd < 0 && !log_state.also_to_stderr)
		log_warning("cannot reach syslog at " LOG_PATH ": %s; logging to stderr",
			    strerror(-log_state.socket_fd));
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

/* Returns whether the line was written. */
static bool write_stderr(const char *line)
{
	struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
	char text[LOG_LINE_BYTES + 64];
	int length = snprintf(text, sizeof(text), "%s: %s\n", log_state.name, line);

	/* Not O_NONBLOCK: it would also change the terminal for other processes. */
	if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
		return false;
	if ((size_t)length >= sizeof(text)) {
		length = sizeof(text) - 1;
		text[length - 1] = '\n';
	}
	return write(STDERR_FILENO, text, (size_t)length) == length;
}

/* A restart of the syslog daemon disconnects the socket: connect again, under the same number, which
 * another thread may be using. */
static bool send_datagram(const char *text, size_t length)
{
	int fd, moved;

	if (send(log_state.socket_fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	if (errno != ECONNREFUSED && errno != ENOTCONN && errno != ECONNRESET)
		return false;
	fd = connect_syslog();
	if (fd < 0)
		return false;
	moved = dup3(fd, log_state.socket_fd, O_CLOEXEC);
	close(fd);
	return moved >= 0 &&
	       send(log_state.socket_fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static bool write_syslog(int priority, const char *line)
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

static bool write_line(int priority, const char *line)
{
	bool written = log_state.socket_fd < 0 || write_syslog(priority, line);

	if (log_state.socket_fd < 0 || log_state.also_to_stderr)
		written &= write_stderr(line);
	return written;
}

static void report_dropped(void)
{
	unsigned long count = atomic_load(&log_state.dropped_count);
	char line[96];

	if (!count)
		return;
	snprintf(line, sizeof(line), "%lu log lines dropped: the log reader was too slow", count);
	if (write_line(LOG_WARNING, line))
		atomic_fetch_sub(&log_state.dropped_count, count);
}

void log_message(int priority, const char *format, ...)
{
	char text[LOG_LINE_BYTES], line[LOG_LINE_BYTES];
	va_list arguments;

	if (priority == LOG_DEBUG && !log_state.verbose)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	printable_copy(line, sizeof(line), text, PRINTABLE_LINE);
	report_dropped();
	if (!write_line(priority, line))
		log_state.dropped_count++;
}
