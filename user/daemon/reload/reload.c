/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIGHUP and "xbeatctl reload". A thread of its own reads the files and resolves users, because a
 * slow disk must not delay an advert. The loop then applies the result in one step, or refuses it
 * and keeps the running configuration.
 */
#include "user/vrrp/reload.h"
#include "user/config/print/print.h"
#include "user/daemon/block.h"
#include "user/daemon/daemon.h"
#include "user/daemon/files/reload_file.h"
#include "user/daemon/reload/save.h"
#include "user/kernel/maps/self.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/core_dump.h"
#include "user/lib/process/thread.h"
#include "user/lib/text/diagnostics_print.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include "user/vrrp/events.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The whole stack is locked into memory. */
#define STACK_BYTES (512 * 1024)
/* A file may be on an unreachable server: then the thread ends with the process. */
#define STOP_WAIT_SECONDS 1

struct reload {
	struct daemon *daemon;
	struct control_promise *promise;
	struct daemon_inputs inputs;
	struct diagnostics diagnostics;
	int error;
	int done_fd; /* the thread signals completion */
	pthread_t thread;
	/* Held while the thread uses the maps, which a stop closes. */
	pthread_mutex_t using_kernel;
	bool abandoned; /* the daemon stops while the thread still reads */
	char *file; /* reload_file; NULL: none */
	struct save *save; /* NULL: it has been taken */
	struct pools_prepared *pools; /* of its configuration; NULL: taken, or none */
	struct config_pool_changes pool_changes;
	struct block_change *block; /* NULL: the heartbeat block stays, but for its times */
	uint64_t started_ns;
	struct event *done;
	bool again; /* SIGHUP came meanwhile */
};

static int prepare_apps(struct reload *reload)
{
	int error = apps_prepare(&reload->daemon->kernel, reload->inputs.config);

	if (error)
		snprintf(reload->inputs.message, sizeof(reload->inputs.message),
			 "cannot make the pages of applications (vrrp_app): %s",
			 limits_strerror(-error));
	return error;
}

/* There may be tens of thousands of servers. */
static int prepare_pools(struct reload *reload)
{
	reload->pools = pools_prepare(reload->inputs.config);
	if (reload->pools)
		return 0;
	snprintf(reload->inputs.message, sizeof(reload->inputs.message),
		 "cannot make the pools: out of memory");
	return -ENOMEM;
}

/* Under the lock: a stop frees the running configuration. */
static void compare_pools(struct reload *reload)
{
	pthread_mutex_lock(&reload->using_kernel);
	if (!reload->abandoned)
		reload->pool_changes = config_pools_compare(&reload->daemon->config->pools,
							    &reload->inputs.config->pools);
	pthread_mutex_unlock(&reload->using_kernel);
}

/* In the thread, because to create maps and to load programs takes time. */
static int prepare_kernel(struct reload *reload)
{
	int error = -ECANCELED;

	pthread_mutex_lock(&reload->using_kernel);
	if (!reload->abandoned)
		error = prepare_apps(reload);
	if (!error)
		error = block_load(reload->daemon, &reload->inputs, &reload->block);
	pthread_mutex_unlock(&reload->using_kernel);
	return error;
}

static void *read_files(void *context)
{
	struct reload *reload = context;
	uint64_t one = 1;
	bool shown = reload_file_show(reload->file);

	reload->error = daemon_read_inputs(&reload->inputs, &reload->diagnostics);
	if (shown)
		unlink(reload->file);
	if (reload->inputs.text)
		save_inputs(reload->save, reload->inputs.config, reload->inputs.text);
	if (!reload->error)
		reload->error = prepare_kernel(reload);
	if (!reload->error)
		reload->error = prepare_pools(reload);
	if (!reload->error)
		compare_pools(reload);
	core_dump_clear_stack(); /* which the next thread gets as it is */
	if (write(reload->done_fd, &one, sizeof(one)) != sizeof(one))
		log_error("reload: cannot signal completion: %s", limits_strerror(errno));
	return NULL;
}

/* Its addresses may all be gone for the moment. */
static int identify(struct reload *reload)
{
	int error = daemon_identify(&reload->inputs);

	if (error != -EADDRNOTAVAIL ||
	    block_differs(reload->daemon->config->heartbeat, reload->inputs.config->heartbeat))
		return error;
	reload->inputs.own_node = reload->daemon->own_node;
	daemon_use_node(&reload->inputs);
	return 0;
}

/* Refuses as a whole what a running daemon cannot change: nothing is applied in part. */
static int check(struct reload *reload)
{
	struct daemon *daemon = reload->daemon;
	int error = identify(reload);

	if (!error)
		error = daemon_check_place(&reload->inputs, daemon->config);
	if (error)
		return error;
	error = block_check(daemon, &reload->inputs);
	if (error)
		return error;
	return instances_check(reload->inputs.config, daemon->config, &daemon->interfaces,
			       reload->inputs.message, sizeof(reload->inputs.message));
}

/* An operator who was told that it failed must not find it applied later. */
static int check_awaited(struct reload *reload)
{
	if (!reload->promise || control_is_awaited(reload->promise))
		return 0;
	snprintf(reload->inputs.message, sizeof(reload->inputs.message),
		 "the client that asked for it has disconnected");
	return -ECANCELED;
}

static bool is_wanted(const struct daemon *daemon, const struct attachment *attachment)
{
	return daemon_uses_for_heartbeats(daemon, attachment->interface) ||
	       instances_use_interface(door_enter(daemon->vrrp), attachment->interface_index);
}

static void detach_unwanted(struct daemon *daemon)
{
	for (size_t i = daemon->kernel.attachment_count; i-- > 0;) {
		struct attachment attachment = daemon->kernel.attachments[i];

		if (!is_wanted(daemon, &attachment))
			kernel_detach(&daemon->kernel, attachment.interface);
	}
	for (size_t i = daemon->kernel.wait_count; i-- > 0;) {
		const char *name = daemon->kernel.waits[i].interface;

		if (!daemon_uses_for_heartbeats(daemon, name) &&
		    !instances_use_name(door_enter(daemon->vrrp), name))
			attach_wait_end(&daemon->kernel, name);
	}
	daemon_report_waits(daemon);
}

/* Peers and links refer to the running block: it stays, and adopts the new times. */
static void retime(struct daemon *daemon, const struct config_heartbeat *wanted)
{
	struct config_heartbeat *running = daemon->config->heartbeat;

	if (!running || block_equal(running, wanted))
		return;
	config_heartbeat_retime(running, wanted);
	peers_retime(&daemon->peers, running);
	kernel_self_set_restart_grace(&daemon->kernel, running->restart_grace_ns);
	event_log_add(
		&daemon->event_log, "daemon", "self", "running", "running",
		"heartbeat %s: now daemon_timeout %g s, guard_timeout %g s, restart_grace %g s, on_isolated %s",
		running->name, duration_s(running->daemon_timeout_ns),
		duration_s(running->guard_timeout_ns), duration_s(running->restart_grace_ns),
		running->release_isolated ? "release" : "keep");
}

/* What refers to it stays. */
static void keep_block(struct daemon *daemon, struct config *to)
{
	struct config_heartbeat *wanted = to->heartbeat;

	retime(daemon, wanted);
	to->heartbeat = daemon->config->heartbeat;
	daemon->config->heartbeat = wanted;
}

static void apply(struct reload *reload, struct instances_changes *changes)
{
	struct daemon *daemon = reload->daemon;
	struct config *from = daemon->config, *to = reload->inputs.config;

	if (!reload->block)
		keep_block(daemon, to);
	apps_use(&daemon->apps, to); /* instances read them */
	instances_reload(door_enter(daemon->vrrp), from, to, changes);
	daemon->config = to;
	daemon_delay_interfaces(daemon);
	daemon_watch_routes(daemon);
	peers_use_config(&daemon->peers, to);
	pools_reload(daemon->pools, to, reload->pools);
	reload->pools = NULL;
	daemon_pools_follow_soon(daemon);
	reload->inputs.config = from;
	peers_repeat_isolated(&daemon->peers);
	daemon_use_keys(daemon, reload->inputs.keys);
	cluster_use_config(daemon->cluster, to, daemon->own_node); /* it describes the keys, too */
	daemon_obey_orders(daemon); /* servers that are new here */
	if (scheduling_differs(from, to))
		scheduling_apply(&daemon->scheduling, to);
	detach_unwanted(daemon);
	daemon_networks_changed(daemon);
	block_finish(daemon, reload->block);
}

static json_t *warnings_json(const struct daemon *daemon, const struct diagnostics *diagnostics)
{
	json_t *array = json_array();
	size_t missing = daemon->config->instance_count - instances_count(door_enter(daemon->vrrp));

	if (missing)
		json_array_append_new(
			array,
			json_sprintf(
				"%zu instances could not be started; the log gives the reasons",
				missing));
	for (size_t i = 0; i < diagnostics->count; i++) {
		_cleanup_free_ char *line = diagnostics_line(&diagnostics->entries[i]);

		json_array_append_new(array, json_text(line));
	}
	return array;
}

/* NULL: neither configuration has pools. */
static json_t *pools_json(const struct config_pool_changes *changes)
{
	if (!(changes->added + changes->changed + changes->removed + changes->unchanged))
		return NULL;
	return json_pack("{s:I, s:I, s:I, s:I}", "added", (json_int_t)changes->added, "changed",
			 (json_int_t)changes->changed, "removed", (json_int_t)changes->removed,
			 "unchanged", (json_int_t)changes->unchanged);
}

/* Leaves text if neither configuration has pools. */
static void print_pools(const struct config_pool_changes *changes, char *text, size_t size)
{
	if (changes->added + changes->changed + changes->removed + changes->unchanged)
		snprintf(text, size, "; pools %zu added, %zu changed, %zu removed, %zu unchanged",
			 changes->added, changes->changed, changes->removed, changes->unchanged);
}

static void report_success(struct reload *reload, const struct instances_changes *changes)
{
	char pools[128] = "";
	struct control_failure none = {0};
	json_t *result =
		json_pack("{s:o, s:o, s:o, s:o, s:I, s:o*, s:o}", "added", changes->added,
			  "changed", changes->changed, "removed", changes->removed, "renamed",
			  changes->renamed, "unchanged_count", (json_int_t)changes->unchanged_count,
			  "pools", pools_json(&reload->pool_changes), "warnings",
			  warnings_json(reload->daemon, &reload->diagnostics));

	reload->daemon->reload_counts.ok++;
	print_pools(&reload->pool_changes, pools, sizeof(pools));
	event_log_add(
		&reload->daemon->event_log, "daemon", "self", "running", "running",
		"reloaded %.100s: instances %zu added, %zu changed, %zu removed, %zu unchanged%s",
		reload->inputs.files.config_path, json_array_size(changes->added),
		json_array_size(changes->changed), json_array_size(changes->removed),
		changes->unchanged_count, pools);
	if (reload->promise)
		control_answer(reload->promise, result, &none);
	else
		json_decref(result);
}

/* Reports all errors, and that nothing has changed. */
static void report_failure(struct reload *reload)
{
	struct control_failure failure = {.error = "invalid_configuration"};
	size_t used =
		(size_t)snprintf(failure.message, sizeof(failure.message),
				 "%s; the running configuration is kept", reload->inputs.message);

	reload->daemon->reload_counts.refused++;
	/* Also an event: from now on the file and the running configuration differ. */
	event_log_add(&reload->daemon->event_log, "daemon", "self", "running", "running",
		      "reload refused: %.150s; the running configuration is kept",
		      reload->inputs.message);
	diagnostics_log(&reload->diagnostics);
	for (size_t i = 0; i < reload->diagnostics.count; i++) {
		_cleanup_free_ char *line = diagnostics_line(&reload->diagnostics.entries[i]);

		if (used < sizeof(failure.message))
			used += (size_t)snprintf(failure.message + used,
						 sizeof(failure.message) - used, "\n%s", line);
	}
	if (reload->promise)
		control_answer(reload->promise, NULL, &failure);
}

/* Its thread has ended, or never started. */
static void free_reload(struct reload *reload)
{
	if (reload->done)
		event_free(reload->done);
	if (reload->done_fd >= 0)
		close(reload->done_fd);
	block_free(reload->block);
	pools_prepared_free(reload->pools);
	config_free(reload->inputs.config);
	explicit_bzero(reload->inputs.keys, sizeof(reload->inputs.keys));
	diagnostics_free(&reload->diagnostics);
	free(reload->file);
	free(reload->inputs.text);
	save_free(reload->save);
	reload->daemon->reload = NULL;
	service_report_reload(reload->daemon, false);
	free(reload);
}

static void on_done(evutil_socket_t fd, short what, void *context)
{
	struct reload *reload = context;
	struct daemon *daemon = reload->daemon;
	struct instances_changes changes = {0};
	bool again = reload->again;

	(void)fd;
	(void)what;
	if (!reload->error)
		reload->error = check_awaited(reload);
	if (!reload->error)
		reload->error = check(reload);
	if (!reload->error) {
		reload->error = block_take(daemon, &reload->inputs, reload->block);
		if (reload->error)
			detach_unwanted(daemon);
	}
	if (reload->error) {
		report_failure(reload);
	} else {
		changes = (struct instances_changes){json_array(), json_array(), json_array(),
						     json_array(), 0};
		apply(reload, &changes);
		report_success(reload, &changes);
		save_end(reload->save, daemon);
		reload->save = NULL;
	}
	pthread_join(reload->thread, NULL);
	free_reload(reload);
	daemon_hide_secrets(daemon);
	if (again)
		daemon_reload(daemon, NULL);
}

static void refuse(struct daemon *daemon, struct control_promise *promise, const char *message)
{
	struct control_failure failure = {.error = "refused"};

	daemon->reload_counts.refused++;
	log_error("reload: %s", message);
	snprintf(failure.message, sizeof(failure.message), "%s", message);
	if (promise)
		control_answer(promise, NULL, &failure);
}

static void refuse_second(const struct reload *reload, struct control_promise *promise)
{
	char message[256];

	snprintf(message, sizeof(message),
		 "another reload has been reading its files for %.1f s; try again when it is done",
		 duration_s(time_since_ns(clock_now_ns(), reload->started_ns)));
	refuse(reload->daemon, promise, message);
}

static void refuse_unstarted(struct daemon *daemon, struct control_promise *promise, int error)
{
	char message[128];

	if (error == -ENOMEM)
		snprintf(message, sizeof(message), "out of memory");
	else
		snprintf(message, sizeof(message),
			 "cannot start the thread that reads the files: %s",
			 limits_strerror(-error));
	refuse(daemon, promise, message);
}

static int start_reading(struct reload *reload)
{
	reload->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (reload->done_fd < 0)
		return -errno;
	reload->done = event_new(reload->daemon->base, reload->done_fd, EV_READ, on_done, reload);
	if (!reload->done || event_add(reload->done, NULL))
		return -ENOMEM;
	return thread_start_ordinary(&reload->thread, "xbeat-reload", STACK_BYTES, read_files,
				     reload);
}

/* Returns 0, or a negative errno. */
static int start_reload(struct daemon *daemon, struct control_promise *promise)
{
	struct reload *reload = calloc(1, sizeof(*reload));
	int error;

	if (!reload)
		return -ENOMEM;
	*reload = (struct reload){
		.file = reload_file_path(daemon->config, daemon->daemon_name),
		.save = save_begin(daemon),
		.daemon = daemon,
		.promise = promise,
		.using_kernel = PTHREAD_MUTEX_INITIALIZER,
		.started_ns = clock_now_ns(),
		.inputs = {.files = daemon->files},
	};
	daemon->reload = reload;
	service_report_reload(daemon, true);
	error = start_reading(reload);
	if (error)
		free_reload(reload);
	return error;
}

void daemon_reload(struct daemon *daemon, struct control_promise *promise)
{
	int error;

	if (daemon_reload_waits(daemon, promise))
		return;
	if (daemon->reload && promise) {
		refuse_second(daemon->reload, promise);
	} else if (daemon->reload) {
		daemon->reload->again = true;
	} else {
		/* The successor may have read the files before they were changed. */
		daemon_cancel_restart(daemon, "was ended, because the configuration is reloaded");
		error = start_reload(daemon, promise);
		if (error)
			refuse_unstarted(daemon, promise, error);
	}
}

/* The thread hangs; it ends with the process. */
static void abandon(struct reload *reload)
{
	pthread_mutex_lock(&reload->using_kernel);
	reload->abandoned = true;
	pthread_mutex_unlock(&reload->using_kernel);
}

void daemon_reload_stop(struct daemon *daemon)
{
	struct timespec until;

	if (!daemon->reload)
		return;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STOP_WAIT_SECONDS;
	if (pthread_timedjoin_np(daemon->reload->thread, NULL, &until) == 0)
		free_reload(daemon->reload);
	else
		abandon(daemon->reload);
}
