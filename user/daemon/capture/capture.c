/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Begins and ends captures; see capture.h. */
#include "user/daemon/capture/capture.h"
#include "user/kernel/load/capture.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/thread.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STACK_BYTES (512 * 1024)
#define DURATION_MAX_NS (3600 * NS_PER_SECOND)
/* The client ends by itself; this is for one that does not. */
#define CLIENT_GRACE_NS (2 * NS_PER_SECOND)

struct capture_session {
	struct capture *capture;
	struct control_client *client; /* NULL: it has gone */
	struct control_promise *promise; /* of the answer; NULL: given */
	uint64_t duration_ns, until_ns;
	const char *why_ended; /* NULL: its client has disconnected */
	pthread_t thread;
	bool loading;
	int done_fd; /* the thread has ended */
	struct event *done, *over;
	struct xbeat_bpf *loaded; /* by the thread */
	int error; /* of the thread */
};

static void free_session(struct capture_session *session)
{
	if (session->done)
		event_free(session->done);
	if (session->over)
		event_free(session->over);
	if (session->done_fd >= 0)
		close(session->done_fd);
	kernel_capture_discard(session->loaded);
	session->capture->session = NULL;
	free(session);
}

/* Of one that is not loading. */
static void end(struct capture_session *session)
{
	struct kernel *kernel = session->capture->kernel;
	struct xb_capture counts;

	kernel_capture_read(kernel, &counts);
	kernel_capture_end(kernel);
	log_info(
		"capture: stopped: %s (after %.1f s; %llu packets, %llu more not captured)",
		session->why_ended ? session->why_ended : "its client has disconnected",
		duration_s(time_since_ns(clock_now_ns(), session->until_ns - session->duration_ns)),
		(unsigned long long)counts.captured_count, (unsigned long long)counts.unseen_count);
	if (session->client)
		control_let_go(session->client);
	free_session(session);
}

static void on_client_end(void *context)
{
	struct capture_session *session = context;

	session->client = NULL;
	if (!session->loading)
		end(session);
}

/* Its client has not ended it in time. */
static void on_over(evutil_socket_t fd, short what, void *context)
{
	struct capture_session *session = context;

	(void)fd;
	(void)what;
	session->why_ended = "its client has not stopped it in time";
	control_disconnect(session->client);
}

static void *load(void *context)
{
	struct capture_session *session = context;
	uint64_t one = 1;

	session->error = kernel_capture_load(session->capture->kernel, &session->loaded);
	if (write(session->done_fd, &one, sizeof(one)) != sizeof(one))
		log_error("capture: cannot signal completion: %s", limits_strerror(errno));
	return NULL;
}

static json_t *interfaces_json(const struct kernel *kernel)
{
	json_t *array = json_array();

	for (size_t i = 0; i < kernel->attachment_count; i++)
		json_array_append_new(array,
				      json_pack("{s:I, s:o, s:b}", "index",
						(json_int_t)kernel->attachments[i].interface_index,
						"name", json_text(kernel->attachments[i].interface),
						"ip_only", kernel->attachments[i].ip_only));
	return array;
}

static json_t *begun_json(const struct capture_session *session)
{
	return json_pack("{s:i, s:i, s:i, s:I, s:o}", "ring_bytes", XB_CAPTURE_RING_BYTES,
			 "record_bytes", (int)sizeof(struct xb_captured), "limit_per_second_count",
			 (int)(XB_CAPTURE_SPAN_PACKETS * (NS_PER_SECOND / XB_CAPTURE_SPAN_NS)),
			 "duration_ns", (json_int_t)session->duration_ns, "interfaces",
			 interfaces_json(session->capture->kernel));
}

/* Returns 0 or a negative errno. */
static int begin(struct capture_session *session)
{
	struct xbeat_bpf *loaded = session->loaded;

	session->loaded = NULL;
	session->until_ns = clock_now_ns() + session->duration_ns;
	session->error = session->error ? session->error
					: kernel_capture_begin(session->capture->kernel, loaded,
							       session->until_ns);
	if (session->error)
		return session->error;
	clock_arm(session->over, session->until_ns + CLIENT_GRACE_NS);
	log_info("capture: started (limit %.1f s)", duration_s(session->duration_ns));
	return 0;
}

static void fail(struct capture_session *session)
{
	struct control_failure failure = {.error = "refused"};

	snprintf(failure.message, sizeof(failure.message),
		 "cannot load the BPF programs that capture: %s", limits_strerror(-session->error));
	if (session->client)
		control_let_go(session->client);
	control_answer(session->promise, NULL, &failure);
	free_session(session);
}

static void on_loaded(evutil_socket_t fd, short what, void *context)
{
	struct capture_session *session = context;
	struct capture *capture = session->capture;
	struct control_promise *promise = session->promise;

	(void)fd;
	(void)what;
	pthread_join(session->thread, NULL);
	session->loading = false;
	event_free(session->done);
	session->done = NULL;
	if (!session->client) {
		free_session(session);
		control_answer(promise, NULL, NULL);
	} else if (begin(session)) {
		fail(session);
	} else {
		session->promise = NULL;
		control_answer_with(promise, begun_json(session),
				    kernel_capture_fd(capture->kernel));
	}
	capture->on_loaded(capture->context);
}

/* Returns 0 or a negative errno. */
static int start_loading(struct capture_session *session)
{
	struct event_base *base = session->capture->base;
	int error;

	session->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (session->done_fd < 0)
		return -errno;
	session->done = event_new(base, session->done_fd, EV_READ, on_loaded, session);
	session->over = evtimer_new(base, on_over, session);
	if (!session->done || !session->over || event_add(session->done, NULL))
		return -ENOMEM;
	error = thread_start_ordinary(&session->thread, "xbeat-capture", STACK_BYTES, load,
				      session);
	session->loading = !error;
	return error;
}

/* Returns the duration, or 0 with the failure set. */
static uint64_t read_duration(struct control_call *call)
{
	json_int_t duration_ns = 0;

	if (!control_unpack(call, "{s:I}", "duration_ns", &duration_ns))
		return 0;
	if (duration_ns > 0 && (uint64_t)duration_ns <= DURATION_MAX_NS)
		return (uint64_t)duration_ns;
	control_fail(call, "invalid_parameter", "duration_ns must be from 1 to %llu (1 hour)",
		     (unsigned long long)DURATION_MAX_NS);
	return 0;
}

static json_t *refuse_second(struct control_call *call, const struct capture_session *session)
{
	if (session->loading)
		return control_fail(call, "refused", "another capture is about to begin");
	return control_fail(
		call, "refused", "another capture is running, for %llu s more at most",
		(unsigned long long)((session->until_ns - clock_now_ns()) / NS_PER_SECOND + 1));
}

json_t *capture_call_begin(struct capture *capture, struct control_call *call)
{
	uint64_t duration_ns = read_duration(call);
	struct capture_session *session;
	int error;

	if (!duration_ns)
		return NULL;
	if (capture->session)
		return refuse_second(call, capture->session);
	session = calloc(1, sizeof(*session));
	if (!session)
		return control_fail(call, "refused", "out of memory");
	*session = (struct capture_session){
		.capture = capture, .duration_ns = duration_ns, .done_fd = -1};
	capture->session = session;
	error = start_loading(session);
	if (error) {
		free_session(session);
		return control_fail(call, "refused",
				    "cannot start the thread that loads the programs: %s",
				    limits_strerror(-error));
	}
	session->client = control_hold(call, on_client_end, session);
	session->promise = control_defer(call);
	return NULL;
}

json_t *capture_call_end(struct capture *capture, struct control_call *call)
{
	struct xb_capture counts;

	if (!capture->session || capture->session->loading)
		return control_fail(call, "refused", "no capture is running");
	kernel_capture_read(capture->kernel, &counts);
	capture->session->why_ended = "its client has stopped it";
	end(capture->session);
	return json_pack("{s:I, s:I}", "captured_count", (json_int_t)counts.captured_count,
			 "unseen_count", (json_int_t)counts.unseen_count);
}

bool capture_is_loading(const struct capture *capture)
{
	return capture->session && capture->session->loading;
}

void capture_stop(struct capture *capture, const char *why)
{
	struct capture_session *session = capture->session;

	if (!session || session->loading)
		return;
	session->why_ended = why;
	if (session->client)
		control_disconnect(session->client);
	else
		end(session);
}

void capture_finish(struct capture *capture)
{
	struct capture_session *session = capture->session;

	if (!session)
		return;
	pthread_join(session->thread, NULL);
	session->loading = false;
	if (!session->error)
		session->error = -ECANCELED;
	fail(session);
}
