/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SMTP dialogue of one mail. It is plain blocking code in a process of its own: an alarm limits
 * each step, so that neither a resolver, nor a server that hangs or sends a byte now and then, keeps
 * the process. Values of the configuration are escaped, so that none ends a line.
 */
#include "user/runner/child/send_mail.h"
#include "user/lib/cleanup.h"
#include "user/lib/printable.h"
#include "user/runner/child/exec.h"
#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REPORT_FD 3
#define NOBODY 65534
#define REPLY_LINES_MAX 100
#define LAST_STEP_S 5
/* RFC 5322 section 2.1.1 allows 998 bytes in a line. */
#define HEADER_LINE_BYTES 900

/* The process sends one mail. */
static const struct runner_mail_request *mail;
static char *strings[MESSAGE_STRINGS_MAX + 1];
static FILE *from_server, *to_server;
static const char *step; /* what is done now, for messages */
static char late_text[128];
static int late_length;

static void on_alarm(int number)
{
	(void)number;
	if (late_length && write(REPORT_FD, late_text, (size_t)late_length) < 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_FAILURE);
}

static void begin(const char *what)
{
	alarm(0);
	step = what;
	late_length = snprintf(late_text, sizeof(late_text), "%s: no answer within %u s\n", what,
			       mail->timeout_s);
	alarm(mail->timeout_s);
}

static void __attribute__((format(printf, 1, 2))) report(const char *format, ...)
{
	va_list arguments;

	dprintf(REPORT_FD, "%s: ", step);
	va_start(arguments, format);
	vdprintf(REPORT_FD, format, arguments);
	va_end(arguments);
	dprintf(REPORT_FD, "\n");
}

/* The server is known, and may still take a QUIT; nothing depends on that. */
static _Noreturn void leave(void)
{
	char line[512] = "";

	alarm(0);
	late_length = 0;
	alarm(LAST_STEP_S);
	fputs("QUIT\r\n", to_server);
	if (!fflush(to_server))
		while (fgets(line, sizeof(line), from_server) && line[3] == '-')
			;
	_exit(EXIT_SUCCESS);
}

static bool is_reply(const char *line)
{
	size_t digits = strspn(line, "0123456789");

	return digits == 3 && strchr(" -\r\n", line[3]);
}

/* Reads a reply of one or more lines. Returns whether it has the expected code. */
static bool take_reply(const char *code)
{
	char line[1024] = "", shown[80];

	for (int lines = 0; lines < REPLY_LINES_MAX; lines++) {
		if (!fgets(line, sizeof(line), from_server)) {
			report("the server closed the connection");
			_exit(EXIT_FAILURE);
		}
		if (!is_reply(line) || line[3] != '-')
			break;
	}
	if (is_reply(line) && !strncmp(line, code, 3))
		return true;
	line[strcspn(line, "\r\n")] = '\0';
	printable_copy(shown, sizeof(shown), line, PRINTABLE_LINE);
	report("the server answered \"%s\"", shown);
	return false;
}

/* Sends a command and takes the reply. */
static bool __attribute__((format(printf, 3, 4)))
command(const char *what, const char *code, const char *format, ...)
{
	va_list arguments;

	begin(what);
	va_start(arguments, format);
	vfprintf(to_server, format, arguments);
	va_end(arguments);
	fputs("\r\n", to_server);
	return fflush(to_server) ? (report("%s", strerror(errno)), false) : take_reply(code);
}

static _Noreturn void fail(const char *why)
{
	report("%s", why);
	_exit(EXIT_FAILURE);
}

/* Addresses of a host share the time. */
static int connect_to(const struct addrinfo *address, unsigned count)
{
	struct timeval limit = {.tv_sec = mail->timeout_s / count + 1}, none = {0};
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (count > 1)
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (!connect(fd, address->ai_addr, address->ai_addrlen)) {
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
		return fd;
	}
	if (errno == EINPROGRESS)
		errno = ETIMEDOUT;
	close(fd);
	return -1;
}

static void connect_server(void)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *addresses;
	unsigned count = 0;
	char port[8];
	int fd = -1, error;

	snprintf(port, sizeof(port), "%u", mail->port);
	begin("host name");
	error = getaddrinfo(strings[RUNNER_MAIL_SERVER], port, &hints, &addresses);
	if (error)
		fail(gai_strerror(error));
	begin("connection");
	for (const struct addrinfo *address = addresses; address; address = address->ai_next)
		count++;
	for (const struct addrinfo *address = addresses; address && fd < 0;
	     address = address->ai_next)
		fd = connect_to(address, count);
	if (fd < 0)
		fail(strerror(errno));
	freeaddrinfo(addresses);
	from_server = fdopen(fd, "r");
	to_server = fdopen(dup(fd), "w");
	if (!from_server || !to_server)
		fail(strerror(errno));
}

/* As keepalived: the host name, with its domain if the resolver knows that. */
static char *local_name(void)
{
	const struct addrinfo hints = {.ai_flags = AI_CANONNAME};
	static char name[256] = "localhost";
	struct addrinfo *found;

	gethostname(name, sizeof(name) - 1);
	if (strchr(name, '.') || getaddrinfo(name, NULL, &hints, &found))
		return name;
	if (found->ai_canonname)
		snprintf(name, sizeof(name), "%s", found->ai_canonname);
	freeaddrinfo(found);
	return name;
}

/* What is not configured is named after this host. */
static void complete_names(const char *user)
{
	static char from[512];
	char *host;

	if (*strings[RUNNER_MAIL_HELO] && *strings[RUNNER_MAIL_FROM] &&
	    *strings[RUNNER_MAIL_ROUTER_ID])
		return;
	begin("name of this host");
	host = local_name();
	snprintf(from, sizeof(from), "%s@%s", user, host);
	if (!*strings[RUNNER_MAIL_HELO])
		strings[RUNNER_MAIL_HELO] = host;
	if (!*strings[RUNNER_MAIL_ROUTER_ID])
		strings[RUNNER_MAIL_ROUTER_ID] = host;
	if (!*strings[RUNNER_MAIL_FROM])
		strings[RUNNER_MAIL_FROM] = from;
}

static void write_recipients(void)
{
	size_t length = strlen("To: ");

	fputs("To: ", to_server);
	for (char *const *recipient = strings + RUNNER_MAIL_RECIPIENTS; *recipient; recipient++) {
		bool first = recipient == strings + RUNNER_MAIL_RECIPIENTS;
		bool fold = !first && length + strlen(*recipient) > HEADER_LINE_BYTES;

		length = (fold ? 0 : length) + strlen(*recipient) + 2;
		fprintf(to_server, "%s%s", first ? "" : fold ? ",\r\n " : ", ", *recipient);
	}
	fputs("\r\n", to_server);
}

static void write_header(void)
{
	time_t at = (time_t)mail->unix_s;
	char date[64] = "";
	struct tm split;

	if (localtime_r(&at, &split))
		strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S %z", &split);
	fprintf(to_server, "Date: %s\r\nFrom: %s\r\nSubject: [%s] %s - %s\r\n", date,
		strings[RUNNER_MAIL_FROM], strings[RUNNER_MAIL_ROUTER_ID],
		strings[RUNNER_MAIL_ABOUT], strings[RUNNER_MAIL_EVENT]);
	fputs("X-Mailer: Keepalived\r\n", to_server); /* filters know it */
	write_recipients();
	fputs("\r\n", to_server);
}

/* A line that begins with a dot gets a second one (RFC 5321 section 4.5.2). */
static void write_body(void)
{
	char *rest = strings[RUNNER_MAIL_BODY];

	for (char *line; (line = strsep(&rest, "\n"));)
		fprintf(to_server, "%s%s\r\n", *line == '.' ? "." : "", line);
	fputs("\r\n.", to_server);
}

/* A recipient that is refused does not cost the others the mail. Returns how many are accepted. */
static unsigned name_recipients(void)
{
	unsigned accepted = 0;

	for (char *const *recipient = strings + RUNNER_MAIL_RECIPIENTS; *recipient; recipient++) {
		char what[96];

		snprintf(what, sizeof(what), "recipient %.60s", *recipient);
		accepted += command(what, "250", "RCPT TO:<%s>", *recipient);
	}
	return accepted;
}

static _Noreturn void converse(void)
{
	begin("greeting");
	if (!take_reply("220") || !command("HELO", "250", "HELO %s", strings[RUNNER_MAIL_HELO]) ||
	    !command("MAIL FROM", "250", "MAIL FROM:<%s>", strings[RUNNER_MAIL_FROM]) ||
	    !name_recipients() || !command("DATA", "354", "DATA"))
		leave();
	begin("text");
	write_header();
	write_body();
	command("text", "250", "%s", "");
	leave();
}

/* Whoever lacks the right to change the user has little to lose; capabilities go in any case. */
static void drop_privileges(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		errno = 0;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	capng_clear(CAPNG_SELECT_CAPS);
	capng_apply(CAPNG_SELECT_CAPS);
}

/* Keeps 0 to 2, /dev/null, and the report. */
static void take_descriptors(int report_fd)
{
	dup2(report_fd, REPORT_FD);
	close_range(REPORT_FD + 1, ~0U, 0);
}

static void take_strings(char *const given[])
{
	for (size_t i = 0; given[i]; i++) {
		strings[i] = printable_text(given[i], i == RUNNER_MAIL_BODY ? PRINTABLE_LINES
									    : PRINTABLE_LINE);
		if (!strings[i])
			_exit(EXIT_FAILURE);
	}
}

pid_t send_mail_fork(const struct runner_mail_request *request, char *const given[], int report_fd)
{
	const struct passwd *user;
	pid_t pid = fork();

	if (pid)
		return pid;
	mail = request;
	setsid();
	take_descriptors(report_fd);
	runner_reset_signals();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, on_alarm);
	take_strings(given);
	user = getpwuid(geteuid());
	complete_names(user ? user->pw_name : "root");
	drop_privileges();
	connect_server();
	converse();
}
