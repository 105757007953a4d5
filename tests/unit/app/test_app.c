// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The library against the daemon's own control server on a real socket: passed pages, refused
 * clients and invalid answers. The page is a memfd here; the kernel's are in tests/net.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/app/request.h"
#include "user/control/connection.h"
#include "user/lib/clock.h"
#include <cmocka.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xbeat/app.h>
#include <xbeat/map.h>

#define PAGE_BYTES 4096
#define NOBODY 65534
#define TIMEOUT_NS 250000000
#define CONNECTIONS 50
#define PLACES CONTROL_CLIENTS_MAX

struct server {
	char directory[32];
	char path[64];
	struct event_base *base;
	struct control control;
	int page_fd;
	struct xb_app_page *page; /* as the daemon maps it */
	unsigned admitted_count;
};

static json_t *call_open(void *context, struct control_call *call)
{
	const struct server *server = context;
	const char *name;

	if (!control_unpack(call, "{s:s}", "name", &name))
		return NULL;
	if (strcmp(name, "web") != 0)
		return strcmp(name, "secret")
			       ? control_fail(call, "no_app", "there is no vrrp_app %s", name)
			       : control_fail(call, "not_permitted", "not for you");
	call->descriptor = server->page_fd;
	return json_pack("{s:I, s:s}", "timeout_ns", (json_int_t)TIMEOUT_NS, "name", name);
}

/* Like the method of an older or a faulty daemon. */
static json_t *call_without(void *context, struct control_call *call)
{
	(void)context;
	(void)call;
	return json_pack("{s:I}", "timeout_ns", (json_int_t)TIMEOUT_NS);
}

static struct control_method methods[] = {
	{"app_open", call_open, false},
	{"other", call_without, false},
	{NULL, NULL, false},
};

static bool admit(void *context, int connection)
{
	struct server *server = context;
	struct ucred peer;
	socklen_t bytes = sizeof(peer);

	assert_int_equal(getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &bytes), 0);
	server->admitted_count += peer.uid != NOBODY;
	return peer.uid != NOBODY;
}

static int start(void **state)
{
	struct server *server = calloc(1, sizeof(*server));

	assert_non_null(server);
	strcpy(server->directory, "/tmp/xbeat-app-XXXXXX");
	assert_non_null(mkdtemp(server->directory));
	snprintf(server->path, sizeof(server->path), "%s/c.app", server->directory);
	server->page_fd = memfd_create("page", MFD_CLOEXEC);
	assert_int_equal(ftruncate(server->page_fd, PAGE_BYTES), 0);
	server->page =
		mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, server->page_fd, 0);
	assert_ptr_not_equal(server->page, MAP_FAILED);
	server->base = event_base_new();
	methods[0].call = call_open;
	assert_int_equal(control_start_admitting(&server->control, server->base, server->path,
						 admit, methods, server),
			 0);
	*state = server;
	return 0;
}

static int stop(void **state)
{
	struct server *server = *state;

	control_stop(&server->control);
	event_base_free(server->base);
	munmap(server->page, PAGE_BYTES);
	close(server->page_fd);
	assert_int_equal(rmdir(server->directory), 0);
	free(server);
	return 0;
}

/* The library blocks, so it runs beside the server's loop. */
struct attempt {
	struct server *server;
	const char *name;
	struct xbeat_app *app;
	int error;
	atomic_bool done;
};

static void *run_attempt(void *context)
{
	struct attempt *attempt = context;

	attempt->app = xbeat_app_open_at(attempt->server->path, attempt->name, &attempt->error);
	attempt->done = true;
	return NULL;
}

/* Returns the handle, or NULL with *error. */
static struct xbeat_app *open_app(struct server *server, const char *name, int *error)
{
	struct attempt attempt = {.server = server, .name = name};
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, run_attempt, &attempt), 0);
	while (!attempt.done) {
		event_base_loop(server->base, EVLOOP_NONBLOCK);
		usleep(100);
	}
	pthread_join(thread, NULL);
	*error = attempt.error;
	return attempt.app;
}

static void beats_and_the_end_are_seen(void **state)
{
	struct server *server = *state;
	uint64_t before_ns = clock_now_ns();
	int error;
	struct xbeat_app *app = open_app(server, "web", &error);

	assert_non_null(app);
	assert_int_equal(xbeat_app_timeout_ns(app), TIMEOUT_NS);
	assert_int_equal(server->page->beat_ns, 0);
	assert_int_equal(xbeat_app_beat(app), 0);
	assert_in_range(server->page->beat_ns, before_ns, clock_now_ns());
	server->page->gone = 1;
	assert_int_equal(xbeat_app_beat(app), -ESTALE);
	xbeat_app_close(app);
}

#ifndef __SANITIZE_ADDRESS__
static void read_clock(struct xbeat_app *app)
{
	struct timespec now;

	(void)app;
	clock_gettime(CLOCK_MONOTONIC, &now);
}

static void beat(struct xbeat_app *app)
{
	xbeat_app_beat(app);
}

/* In a child that the kernel kills at any system call but _exit(). */
static bool makes_no_call(void (*action)(struct xbeat_app *app), struct xbeat_app *app)
{
	static struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog filter = {.len = 4, .filter = rules};
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
			_exit(1);
		action(app);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* On machines whose clock can be read without a system call. */
static void a_beat_makes_no_system_call(void **state)
{
	struct server *server = *state;
	struct xbeat_app *app;
	int error;

	if (!makes_no_call(read_clock, NULL))
		skip();
	app = open_app(server, "web", &error);
	assert_non_null(app);
	assert_true(makes_no_call(beat, app));
	assert_true(server->page->beat_ns > 0); /* a child process has the page, too */
	xbeat_app_close(app);
}
#endif

/* The handle of a program that could not open its application is NULL. */
static void a_null_handle_is_stale(void **state)
{
	int error = 0;

	(void)state;
	assert_null(xbeat_app_open(NULL, NULL, &error));
	assert_int_equal(error, -EINVAL);
	assert_int_equal(xbeat_app_beat(NULL), -ESTALE);
	assert_int_equal(xbeat_app_timeout_ns(NULL), 0);
	xbeat_app_close(NULL);
}

static void assert_refused(struct server *server, const char *name, int expected)
{
	int error = 0;

	assert_null(open_app(server, name, &error));
	assert_int_equal(error, expected);
}

static void failures_have_an_errno(void **state)
{
	struct server *server = *state;
	int error = 0;

	assert_refused(server, "db", -ENOENT);
	assert_refused(server, "secret", -EPERM);
	assert_refused(server, "", -EINVAL);
	assert_refused(server, "a\"b", -EINVAL);
	methods[0].call = call_without;
	assert_refused(server, "web", -EPROTO);
	assert_null(xbeat_app_open("..", "web", &error));
	assert_int_equal(error, -EINVAL);
	assert_null(xbeat_app_open("a/b", "web", NULL));
	assert_null(xbeat_app_open("there-is-none-of-this-name", "web", &error));
	assert_int_equal(error, -ECONNREFUSED);
}

static int connect_to(const struct server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, server->path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Sends a request and returns how many descriptors came with its answer. */
static size_t descriptors_of(struct server *server, const char *text)
{
	char room[CMSG_SPACE(8 * sizeof(int))], answer[512];
	struct iovec data = {answer, sizeof(answer)};
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	int fd = connect_to(server);
	struct cmsghdr *along;
	size_t count;

	assert_int_equal(send(fd, text, strlen(text) + 1, 0), strlen(text) + 1);
	while (recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) <= 0)
		event_base_loop(server->base, EVLOOP_NONBLOCK);
	along = CMSG_FIRSTHDR(&header);
	count = along ? (along->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
	for (size_t i = 0; i < count; i++)
		close(((const int *)(const void *)CMSG_DATA(along))[i]);
	close(fd);
	return count;
}

static void only_a_successful_open_passes_a_descriptor(void **state)
{
	assert_int_equal(
		descriptors_of(*state,
			       "{\"method\":\"app_open\",\"parameters\":{\"name\":\"web\"}}"),
		1);
	assert_int_equal(
		descriptors_of(*state,
			       "{\"method\":\"app_open\",\"parameters\":{\"name\":\"db\"}}"),
		0);
	assert_int_equal(descriptors_of(*state, "{\"method\":\"app_open\"}"), 0);
	assert_int_equal(descriptors_of(*state, "{\"method\":\"other\"}"), 0);
	assert_int_equal(descriptors_of(*state, "{\"method\":\"events\"}"), 0);
}

/* A client that sends requests and reads no answers neither fills the server's memory nor stalls
 * it. */
static void a_client_that_does_not_read_gets_no_more(void **state)
{
	static const char request[] = "{\"method\":\"app_open\",\"parameters\":{\"name\":\"web\"}}";
	struct server *server = *state;
	int greedy = connect_to(server), error;
	struct xbeat_app *app;

	for (int i = 0; i < 2000; i++)
		if (send(greedy, request, sizeof(request), MSG_DONTWAIT) < 0)
			event_base_loop(server->base, EVLOOP_NONBLOCK);
	for (int i = 0; i < 3000; i++)
		event_base_loop(server->base, EVLOOP_NONBLOCK);
	app = open_app(server, "web", &error);
	assert_non_null(app);
	xbeat_app_close(app);
	close(greedy);
}

/* One user's programs hold all connections, and use them. */
static void a_user_with_all_connections_keeps_no_other_out(void **state)
{
	static const char request[] = "{\"method\":\"other\"}";
	struct server *server = *state;
	struct attempt attempt = {.server = server, .name = "web"};
	int holders[PLACES];
	char answer[512];
	pthread_t thread;

	server->control.idle_ns = 20 * NS_PER_MS;
	for (int i = 0; i < PLACES; i++)
		holders[i] = connect_to(server);
	while (server->control.client_count < PLACES)
		event_base_loop(server->base, EVLOOP_NONBLOCK);
	assert_int_equal(pthread_create(&thread, NULL, run_attempt, &attempt), 0);
	while (!attempt.done) {
		for (int i = 0; i < PLACES; i++) {
			recv(holders[i], answer, sizeof(answer), MSG_DONTWAIT);
			send(holders[i], request, sizeof(request), MSG_DONTWAIT | MSG_NOSIGNAL);
		}
		event_base_loop(server->base, EVLOOP_NONBLOCK);
		usleep(100);
	}
	pthread_join(thread, NULL);
	for (int i = 0; i < PLACES; i++)
		close(holders[i]);
	assert_non_null(attempt.app);
	xbeat_app_close(attempt.app);
}

/* In a child process, because it changes its user. */
static void ask_as_nobody(const char *path)
{
	uint64_t timeout_ns;

	if (setgid(NOBODY) || setuid(NOBODY))
		_exit(1);
	_exit(xbeat_app_request(path, "web", &timeout_ns) == -EPERM ? 0 : 2);
}

static void unauthorized_clients_are_refused_and_use_no_connection(void **state)
{
	struct server *server = *state;
	struct xbeat_app *app;
	int status, error;
	pid_t child;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(server->directory, 0755), 0);
	for (int i = 0; i < CONNECTIONS; i++) {
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			ask_as_nobody(server->path);
		while (waitpid(child, &status, WNOHANG) == 0) {
			event_base_loop(server->base, EVLOOP_NONBLOCK);
			usleep(100);
		}
		assert_int_equal(status, 0);
	}
	assert_int_equal(server->admitted_count, 0);
	assert_int_equal(server->control.client_count, 0);
	app = open_app(server, "web", &error);
	assert_non_null(app);
	xbeat_app_close(app);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)
	static const struct CMUnitTest tests[] = {
		TEST(beats_and_the_end_are_seen),
#ifndef __SANITIZE_ADDRESS__ /* which makes system calls of its own */
		TEST(a_beat_makes_no_system_call),
#endif
		TEST(a_null_handle_is_stale),
		TEST(failures_have_an_errno),
		TEST(only_a_successful_open_passes_a_descriptor),
		TEST(a_client_that_does_not_read_gets_no_more),
		TEST(a_user_with_all_connections_keeps_no_other_out),
		TEST(unauthorized_clients_are_refused_and_use_no_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
