// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Has the daemon capture, reads its ring buffer, and writes the file. The daemon ends a capture
 * when it replaces its programs or stops; then this begins another one for the rest of the time,
 * into the same file.
 */
#include "user/ctl/capture/capture.h"
#include "user/ctl/call/query.h"
#include "user/ctl/capture/file.h"
#include "user/ctl/capture/ring.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DURATION_DEFAULT_NS (60 * NS_PER_SECOND)
#define POLL_MS 20 /* the ring buffer has room for 300 ms at the limit */
#define RESUME_TRIES 50
#define RESUME_MS 200

static volatile sig_atomic_t stopped;

struct capture {
	const struct command *command;
	struct client client;
	struct ring ring;
	struct capture_file file;
	uint64_t until_ns;
	unsigned long limit_per_second_count;
};

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* Without SA_RESTART, so that waiting ends. */
static void catch_signals(void)
{
	const struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static bool to_standard_output(const struct command *command)
{
	return !command->file || !strcmp(command->file, "-");
}

/* Packets are no text. */
static bool check_output(const struct command *command)
{
	if (!to_standard_output(command) || !isatty(STDOUT_FILENO))
		return true;
	log_error(
		"standard output is a terminal: write to a file (-w FILE), or pipe it (xbeatctl capture | wireshark -k -i -)");
	return false;
}

static FILE *open_output(const struct command *command)
{
	int fd = to_standard_output(command)
			 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
			 : open(command->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *stream = fd < 0 ? NULL : fdopen(fd, "w");

	if (!stream)
		log_error("cannot open %s: %s", command->file ? command->file : "standard output",
			  strerror(errno));
	if (!stream && fd >= 0)
		close(fd);
	return stream;
}

static uint64_t left_ns(const struct capture *capture)
{
	uint64_t now_ns = clock_now_ns();

	return capture->until_ns > now_ns ? capture->until_ns - now_ns : 0;
}

static void release_names(struct words_names *names)
{
	json_decref(names->status);
	json_decref(names->peers);
	json_decref(names->vrrp);
	*names = (struct words_names){0};
}

static void ask_names(struct capture *capture)
{
	struct words_names *names = &capture->file.names;

	release_names(names);
	names->status = query_try(capture->command, "status", json_object());
	names->peers = query_try(capture->command, "peers", json_object());
	names->vrrp = query_try(capture->command, "vrrp", json_object());
}

/* Of the answer to "capture". */
static int open_ring(struct capture *capture, const json_t *begun)
{
	json_int_t bytes = json_integer_value(json_object_get(begun, "ring_bytes"));
	json_int_t record_bytes = json_integer_value(json_object_get(begun, "record_bytes"));
	int fd = client_take_descriptor(&capture->client), error = -EPROTO;

	if (fd >= 0 && bytes > 0 && record_bytes == sizeof(struct xb_captured))
		error = ring_open(&capture->ring, fd, (size_t)bytes);
	if (fd >= 0)
		close(fd);
	return error;
}

static json_t *parameters(const struct capture *capture)
{
	return json_pack("{s:I}", "duration_ns", (json_int_t)left_ns(capture));
}

/* Takes what the daemon answered; begun: is released. */
static int take_begun(struct capture *capture, json_t *begun)
{
	int error = open_ring(capture, begun);

	capture->limit_per_second_count =
		(unsigned long)json_integer_value(json_object_get(begun, "limit_per_second_count"));
	if (!error && capture->file.stream)
		capture_file_session(&capture->file, json_object_get(begun, "interfaces"));
	return error;
}

static enum command_status begin(struct capture *capture)
{
	json_t *begun = NULL;
	enum command_status status = query_ask_open(capture->command, "capture",
						    parameters(capture), &capture->client, &begun);
	FILE *stream = status == COMMAND_OK ? open_output(capture->command) : NULL;
	int error = 0;

	if (stream) {
		capture_file_begin(&capture->file, stream);
		error = take_begun(capture, begun);
	}
	if (error)
		log_error("cannot read the daemon's ring buffer: %s%s", strerror(-error),
			  error == -EPROTO ? "; xbeatd has another version" : "");
	json_decref(begun);
	if (status == COMMAND_OK && (!stream || error))
		return COMMAND_FAILED;
	return status;
}

static void close_session(struct capture *capture)
{
	ring_close(&capture->ring);
	client_close(&capture->client);
}

/* Tries to begin again, without messages: the daemon may not be there yet. */
static bool try_resume(struct capture *capture)
{
	json_t *begun =
		query_try_open(capture->command, "capture", parameters(capture), &capture->client);
	bool resumed = begun && !take_begun(capture, begun);

	json_decref(begun);
	if (!resumed)
		close_session(capture);
	return resumed;
}

/* Returns whether another capture was begun. */
static bool resume(struct capture *capture)
{
	ring_read(&capture->ring, capture_file_take, &capture->file);
	close_session(capture);
	capture_file_interrupt(&capture->file);
	for (int i = 0; i < RESUME_TRIES && !stopped && left_ns(capture); i++) {
		if (try_resume(capture)) {
			ask_names(capture);
			return true;
		}
		poll(NULL, 0, RESUME_MS);
	}
	return false;
}

static bool is_done(const struct capture *capture)
{
	const struct capture_file *file = &capture->file;

	return stopped || !left_ns(capture) || file->error ||
	       (file->limit_count && file->written_count >= file->limit_count);
}

/* Returns false if the daemon has ended the capture and could not begin another one. */
static bool read_all(struct capture *capture)
{
	while (!is_done(capture)) {
		struct pollfd polled = {.fd = capture->client.fd, .events = POLLIN};
		bool ended = poll(&polled, 1, POLL_MS) > 0;

		if (ring_read(&capture->ring, capture_file_take, &capture->file))
			capture_file_flush(&capture->file);
		if (ended && left_ns(capture) && !resume(capture))
			return is_done(capture);
	}
	return true;
}

/* Returns what the daemon did not capture. */
static uint64_t end_session(struct capture *capture)
{
	json_t *ended = NULL;
	uint64_t unseen_count;
	const char *text;

	if (capture->client.fd >= 0 &&
	    !client_send(&capture->client, "{\"method\":\"capture_end\"}") &&
	    !client_receive(&capture->client, &text))
		ended = json_loads(text, 0, NULL);
	if (capture->ring.consumed)
		ring_read(&capture->ring, capture_file_take, &capture->file);
	unseen_count = (uint64_t)json_integer_value(
		json_object_get(json_object_get(ended, "result"), "unseen_count"));
	json_decref(ended);
	return unseen_count;
}

static void print_counts(const struct capture *capture)
{
	const struct capture_file *file = &capture->file;
	uint64_t unseen_count = file->unseen_before_count + file->unseen_count;

	fprintf(stderr, "%llu packets captured, %llu more not captured",
		(unsigned long long)file->flushed_count, (unsigned long long)unseen_count);
	if (unseen_count)
		fprintf(stderr, " (limit %lu per second)", capture->limit_per_second_count);
	fputc('\n', stderr);
}

/* A reader that has closed the pipe has seen enough. */
static enum command_status finish_output(struct capture *capture)
{
	struct capture_file *file = &capture->file;

	if (fclose(file->stream) && !file->error)
		file->error = errno;
	if (!file->error || file->error == EPIPE) {
		print_counts(capture);
		return COMMAND_OK;
	}
	log_error("cannot write %s: %s; the file ends after %llu packets",
		  capture->command->file ? capture->command->file : "standard output",
		  strerror(file->error), (unsigned long long)file->flushed_count);
	return COMMAND_FAILED;
}

static enum command_status finish(struct capture *capture, bool complete)
{
	enum command_status status;

	capture_file_end(&capture->file, end_session(capture));
	status = finish_output(capture);
	if (!complete)
		log_error("xbeatd has ended the capture; the file is complete up to then");
	return complete ? status : COMMAND_FAILED;
}

enum command_status capture_run(const struct command *command)
{
	uint64_t duration_ns = command->duration_ns ? command->duration_ns : DURATION_DEFAULT_NS;
	struct capture capture = {.command = command,
				  .client = CLIENT_CLOSED,
				  .until_ns = clock_now_ns() + duration_ns,
				  .file.limit_count = command->count};
	enum command_status status;

	if (!check_output(command))
		return COMMAND_USAGE;
	catch_signals();
	ask_names(&capture);
	status = begin(&capture);
	if (status == COMMAND_OK)
		status = finish(&capture, read_all(&capture));
	else if (capture.file.stream)
		fclose(capture.file.stream);
	close_session(&capture);
	release_names(&capture.file.names);
	return status;
}
