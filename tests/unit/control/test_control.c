// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control server on a real socket and loop: calls with parameters, failures with text, answers
 * that come later, who may call what, and idle clients that are disconnected for new ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/control/control.h"
#include "user/ctl/command.h"
#include "user/lib/clock.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLIENTS_MAX 16
#define EVENTS 1200 /* more than may wait for a follower */
#define PROMISES_MAX 4
#define ANSWER_BYTES 8192
#define WAIT_NS (60 * NS_PER_SECOND) /* never reached */
#define SILENCE_NS (30 * NS_PER_MS)
#define USER_OTHER 65534
#define GROUP_OTHER 65533
#define GROUP_XBEAT 64242

struct server {
	char directory[32];
	char path[64];
	struct event_base *base;
	struct event_log event_log;
	struct control control;
	struct control_promise *promises[PROMISES_MAX];
	size_t promise_count;
};

static json_t *call_echo(void *context, struct control_call *call)
{
	const char *text;
	json_int_t number = -1;

	(void)context;
	if (!control_unpack(call, "{s:s, s?I}", "text", &text, "number", &number))
		return NULL;
	return json_pack("{s:s, s:I}", "text", text, "number", number);
}

static json_t *call_refuse(void *context, struct control_call *call)
{
	(void)context;
	return control_fail(call, "refused", "%s \xff is in FAULT", "VI_1");
}

static json_t *call_fail_silently(void *context, struct control_call *call)
{
	(void)context;
	(void)call;
	return NULL;
}

static json_t *call_later(void *context, struct control_call *call)
{
	struct server *server = context;

	assert_true(server->promise_count < PROMISES_MAX);
	server->promises[server->promise_count++] = control_defer(call);
	return NULL;
}

static json_t *call_later_at_once(void *context, struct control_call *call)
{
	(void)context;
	control_answer(control_defer(call), json_string("at once"), NULL);
	return NULL;
}

static json_t *call_event(void *context, struct control_call *call)
{
	struct server *server = context;
	int output = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);

	(void)call;
	dup2(null, STDERR_FILENO); /* each is also a log line */
	for (int i = 0; i < EVENTS; i++)
		event_log_add(&server->event_log, "vrrp", "VI_\xe4", "backup", "active", "%0200d",
			      i);
	dup2(output, STDERR_FILENO);
	close(output);
	close(null);
	return json_true();
}

static json_t *call_nothing(void *context, struct control_call *call)
{
	(void)context;
	(void)call;
	return json_object();
}

static const struct control_method methods[] = {
	{"echo", call_echo, false},
	{"refuse", call_refuse, false},
	{"fail", call_fail_silently, false},
	{"later", call_later, false},
	{"at_once", call_later_at_once, false},
	{"event", call_event, false},
	{"drops", call_nothing, false},
	{"drain", call_nothing, true},
	{NULL, NULL, false},
};

static int start(void **state)
{
	struct server *server = calloc(1, sizeof(*server));

	assert_non_null(server);
	strcpy(server->directory, "/tmp/xbeat-control-XXXXXX");
	assert_non_null(mkdtemp(server->directory));
	snprintf(server->path, sizeof(server->path), "%s/c.sock", server->directory);
	server->base = event_base_new();
	assert_int_equal(control_start(&server->control, server->base, server->path,
				       &server->event_log, methods, server),
			 0);
	*state = server;
	return 0;
}

static int stop(void **state)
{
	struct server *server = *state;

	control_stop(&server->control);
	event_base_free(server->base);
	assert_int_equal(rmdir(server->directory), 0);
	free(server);
	return 0;
}

static void turn(struct server *server)
{
	event_base_loop(server->base, EVLOOP_NONBLOCK);
	usleep(100);
}

static void turn_for(struct server *server, uint64_t duration_ns)
{
	uint64_t end_ns = clock_now_ns() + duration_ns;

	while (!time_reached(clock_now_ns(), end_ns))
		turn(server);
}

static int connect_to(const struct server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, server->path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void request(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text) + 1, MSG_NOSIGNAL), strlen(text) + 1);
}

/* Returns whether a whole message came in time; "" if the daemon closed the connection. */
static bool receive(struct server *server, int fd, uint64_t wait_ns, char text[ANSWER_BYTES])
{
	uint64_t end_ns = clock_now_ns() + wait_ns;
	size_t length = 0;

	while (!time_reached(clock_now_ns(), end_ns)) {
		ssize_t received = recv(fd, text + length, 1, MSG_DONTWAIT);

		if (received < 0) {
			turn(server);
			continue;
		}
		if (received == 0)
			text[length] = '\0';
		if (text[length] == '\0')
			return true;
		length++;
		assert_true(length < ANSWER_BYTES);
	}
	return false;
}

static void assert_answer(struct server *server, int fd, const char *expected)
{
	char text[ANSWER_BYTES];

	assert_true(receive(server, fd, WAIT_NS, text));
	assert_string_equal(text, expected);
}

static void assert_silence(struct server *server, int fd)
{
	char text[ANSWER_BYTES];

	assert_false(receive(server, fd, SILENCE_NS, text));
}

static void methods_get_parameters(void **state)
{
	struct server *server = *state;
	int fd = connect_to(server);

	request(fd, "{\"method\":\"echo\",\"parameters\":{\"text\":\"a\",\"number\":7}}");
	request(fd, "{\"method\":\"echo\",\"parameters\":{\"text\":\"b\"}}");
	assert_answer(server, fd, "{\"result\":{\"text\":\"a\",\"number\":7}}");
	assert_answer(server, fd, "{\"result\":{\"text\":\"b\",\"number\":-1}}");
	close(fd);
}

static const struct {
	const char *request;
	const char *answer;
} failures[] = {
	{"{\"method\":\"echo\"}",
	 "{\"error\":\"invalid_parameter\",\"message\":\"parameters: Object item not found: text\"}"},
	{"{\"method\":\"echo\",\"parameters\":{\"text\":1}}",
	 "{\"error\":\"invalid_parameter\",\"message\":\"parameters: Expected string, got integer\"}"},
	{"{\"method\":\"echo\",\"parameters\":[]}",
	 "{\"error\":\"invalid_parameter\",\"message\":\"a request is {\\\"method\\\": NAME, \\\"parameters\\\": {}}\"}"},
	{"{\"method\":\"refuse\"}",
	 "{\"error\":\"refused\",\"message\":\"VI_1 \\\\xff is in FAULT\"}"},
	{"{\"method\":\"fail\"}",
	 "{\"error\":\"internal\",\"message\":\"the daemon cannot answer; see its log\"}"},
	{"{\"method\":\"nothing\"}",
	 "{\"error\":\"unknown_method\",\"message\":\"unknown method\"}"},
};

static void failures_have_a_text(void **state)
{
	struct server *server = *state;
	int fd = connect_to(server);

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		request(fd, failures[i].request);
		assert_answer(server, fd, failures[i].answer);
	}
	close(fd);
}

static void a_promise_is_kept(void **state)
{
	static const struct control_failure failure = {"refused", "no"};
	struct server *server = *state;
	int fd = connect_to(server);

	request(fd, "{\"method\":\"later\"}");
	request(fd, "{\"method\":\"drops\"}");
	assert_silence(server, fd);
	assert_int_equal(server->promise_count, 1);
	control_answer(server->promises[0], json_integer(1), NULL);
	assert_answer(server, fd, "{\"result\":1}");
	assert_answer(server, fd, "{\"result\":{}}"); /* the request that waited */
	request(fd, "{\"method\":\"later\"}");
	turn_for(server, SILENCE_NS);
	control_answer(server->promises[1], NULL, &failure);
	assert_answer(server, fd, "{\"error\":\"refused\",\"message\":\"no\"}");
	close(fd);
}

static void a_promise_may_be_kept_before_the_method_returns(void **state)
{
	struct server *server = *state;
	int fd = connect_to(server);

	request(fd, "{\"method\":\"at_once\"}");
	request(fd, "{\"method\":\"drops\"}");
	shutdown(fd, SHUT_WR);
	assert_answer(server, fd, "{\"result\":\"at once\"}");
	assert_answer(server, fd, "{\"result\":{}}");
	assert_answer(server, fd, "");
	close(fd);
}

static void promises_of_two_clients_are_separate(void **state)
{
	struct server *server = *state;
	int one = connect_to(server);
	int two = connect_to(server);

	request(one, "{\"method\":\"later\"}");
	turn_for(server, SILENCE_NS);
	request(two, "{\"method\":\"later\"}");
	turn_for(server, SILENCE_NS);
	assert_int_equal(server->promise_count, 2);
	control_answer(server->promises[1], json_integer(2), NULL);
	assert_answer(server, two, "{\"result\":2}");
	assert_silence(server, one);
	control_answer(server->promises[0], json_integer(1), NULL);
	assert_answer(server, one, "{\"result\":1}");
	close(one);
	close(two);
}

/* A half-closed client still gets its answer; one that has gone costs only its slot. */
static void a_client_may_leave_before_its_answer(void **state)
{
	struct server *server = *state;
	int half = connect_to(server);
	int gone = connect_to(server);
	int reset = connect_to(server);

	request(half, "{\"method\":\"later\"}");
	request(gone, "{\"method\":\"later\"}");
	request(reset, "{\"method\":\"drops\"}");
	request(reset, "{\"method\":\"later\"}");
	turn_for(server, SILENCE_NS);
	shutdown(half, SHUT_WR);
	close(gone);
	close(reset); /* with an answer unread, which resets the connection */
	turn_for(server, SILENCE_NS);
	assert_int_equal(server->promise_count, 3);
	assert_int_equal(server->control.client_count, 3);
	for (json_int_t i = 0; i < 3; i++)
		control_answer(server->promises[i], json_integer(i), NULL);
	assert_answer(server, half, "{\"result\":0}");
	assert_answer(server, half, "");
	turn_for(server, SILENCE_NS);
	assert_int_equal(server->control.client_count, 0);
	close(half);
}

static void a_promise_outlives_the_server(void **state)
{
	struct server *server = *state;
	int fd = connect_to(server);

	request(fd, "{\"method\":\"later\"}");
	turn_for(server, SILENCE_NS);
	control_stop(&server->control);
	assert_answer(server, fd, "");
	control_answer(server->promises[0], json_integer(1), NULL);
	close(fd);
}

/* Its own request makes more events than may wait for a follower. */
static void a_follower_may_cause_events(void **state)
{
	struct server *server = *state;
	int fd = connect_to(server);
	char text[ANSWER_BYTES];
	bool answered = false;

	request(fd, "{\"method\":\"events\",\"parameters\":{\"follow\":true}}");
	request(fd, "{\"method\":\"event\"}");
	for (int i = 0; i < 2 * EVENTS && !answered; i++) {
		assert_true(receive(server, fd, WAIT_NS, text));
		assert_true(strstr(text, "VI_\\\\xe4") || !strcmp(text, "{\"result\":true}"));
		answered = !strstr(text, "VI_\\\\xe4");
	}
	assert_true(answered);
	close(fd);
}

/* Sixteen idle clients: all but a follower and one with a promise are disconnected, each for one
 * that waits, the least recently used first. */
static void idle_clients_are_disconnected_for_new_ones(void **state)
{
	struct server *server = *state;
	int fds[CLIENTS_MAX];
	int late;

	for (int i = 0; i < 2; i++)
		fds[i] = connect_to(server);
	request(fds[0], "{\"method\":\"events\",\"parameters\":{\"follow\":true}}");
	request(fds[1], "{\"method\":\"later\"}");
	turn_for(server, SILENCE_NS);
	for (int i = 2; i < CLIENTS_MAX; i++)
		fds[i] = connect_to(server);
	turn_for(server, SILENCE_NS);
	request(fds[2], "{\"method\":\"drops\"}");
	assert_answer(server, fds[2], "{\"result\":{}}");

	late = connect_to(server);
	request(late, "{\"method\":\"drops\"}");
	assert_silence(server, late); /* no client is idle for a minute */
	server->control.idle_ns = 1;
	assert_answer(server, late, "{\"result\":{}}");
	assert_answer(server, fds[3], "");
	for (int i = 0; i < CLIENTS_MAX; i++)
		if (i != 3)
			assert_silence(server, fds[i]);
	control_answer(server->promises[0], json_null(), NULL);
	for (int i = 0; i < CLIENTS_MAX; i++)
		close(fds[i]);
	close(late);
}

/* In the child process: xbeatctl as that user. */
static void run_xbeatctl(const struct server *server, const char *verb, uid_t user, gid_t group)
{
	char *words[] = {"xbeatctl", (char *)verb, "-s", (char *)server->path, NULL};
	int null = open("/dev/null", O_WRONLY);
	struct command command;

	if (setgroups(0, NULL) || setresgid(group, group, group) || setresuid(user, user, user))
		_exit(99);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	_exit(command_parse(4, words, &command) ? 98 : (int)command_run(&command));
}

static const struct {
	const char *verb;
	uid_t user;
	gid_t group;
	enum command_status status;
} accesses[] = {
	{"drops", 0, 0, COMMAND_OK},
	{"drain", 0, 0, COMMAND_OK},
	{"drain", 0, GROUP_OTHER, COMMAND_OK},
	{"drops", USER_OTHER, GROUP_XBEAT, COMMAND_OK},
	{"drain", USER_OTHER, GROUP_XBEAT, COMMAND_NOT_PERMITTED},
	{"drops", USER_OTHER, GROUP_OTHER, COMMAND_NOT_PERMITTED},
	{"drain", USER_OTHER, GROUP_OTHER, COMMAND_NOT_PERMITTED},
};

static void the_group_reads_and_root_changes(void **state)
{
	struct server *server = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(server->directory, 0755), 0);
	assert_int_equal(chown(server->path, 0, GROUP_XBEAT), 0);
	assert_int_equal(chmod(server->path, 0660), 0);
	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
		pid_t child = fork();
		int status;

		assert_true(child >= 0);
		if (child == 0)
			run_xbeatctl(server, accesses[i].verb, accesses[i].user, accesses[i].group);
		while (waitpid(child, &status, WNOHANG) == 0)
			turn(server);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), accesses[i].status);
	}
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)
	static const struct CMUnitTest tests[] = {
		TEST(methods_get_parameters),
		TEST(failures_have_a_text),
		TEST(a_promise_is_kept),
		TEST(a_promise_may_be_kept_before_the_method_returns),
		TEST(promises_of_two_clients_are_separate),
		TEST(a_client_may_leave_before_its_answer),
		TEST(a_promise_outlives_the_server),
		TEST(a_follower_may_cause_events),
		TEST(idle_clients_are_disconnected_for_new_ones),
		TEST(the_group_reads_and_root_changes),
	};

	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
