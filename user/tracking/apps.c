/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket of applications, who may open which, and their state; see apps.h. */
#include "user/tracking/apps.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/text/json_text.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xbeat/paths.h>

#define GROUPS_MAX 1024 /* of a caller; of one with more only the first group counts */

static size_t wanted(const struct config *config, struct kernel_app list[static XB_APPS_MAX])
{
	size_t count = config->app_count < XB_APPS_MAX ? config->app_count : XB_APPS_MAX;

	for (size_t i = 0; i < count; i++)
		list[i] = (struct kernel_app){config->apps[i].name, config->apps[i].timeout_ns};
	return count;
}

int apps_prepare(struct kernel *kernel, const struct config *config)
{
	struct kernel_app list[XB_APPS_MAX];

	return kernel_apps_prepare(kernel, list, wanted(config, list));
}

/* first: of the caller's groups. */
static bool is_member(int connection, gid_t first, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	socklen_t bytes = sizeof(groups);

	if (first == group)
		return true;
	if (getsockopt(connection, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes))
		return false;
	for (size_t i = 0; i < bytes / sizeof(groups[0]); i++)
		if (groups[i] == group)
			return true;
	return false;
}

static bool read_credentials(int connection, struct ucred *peer)
{
	socklen_t bytes = sizeof(*peer);

	return !getsockopt(connection, SOL_SOCKET, SO_PEERCRED, peer, &bytes);
}

static bool is_named(const struct config_app *app, int connection, const struct ucred *peer)
{
	return (app->user[0] && app->uid == peer->uid) ||
	       (app->group[0] && is_member(connection, peer->gid, app->gid));
}

/* Whether the peer of the connection may open an application, or (NULL) any of them. */
static bool may_open(const struct apps *apps, int connection, const struct config_app *app)
{
	const struct config *config = apps->config;
	struct ucred peer;

	if (!read_credentials(connection, &peer))
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	for (size_t i = 0; i < config->app_count; i++)
		if ((!app || app == &config->apps[i]) &&
		    is_named(&config->apps[i], connection, &peer))
			return true;
	return false;
}

static bool admit(void *context, int connection)
{
	return may_open(context, connection, NULL);
}

static const struct config_app *find(const struct apps *apps, const char *name)
{
	for (size_t i = 0; i < apps->config->app_count; i++)
		if (!strcmp(apps->config->apps[i].name, name))
			return &apps->config->apps[i];
	return NULL;
}

static const struct app_opener *find_opener(const struct apps *apps, const char *name)
{
	for (size_t i = 0; i < XB_APPS_MAX; i++)
		if (!strcmp(apps->openers[i].name, name))
			return &apps->openers[i];
	return NULL;
}

static void note_opener(struct apps *apps, const char *name, const struct ucred *peer)
{
	struct app_opener *opener = (struct app_opener *)find_opener(apps, name);

	for (size_t i = 0; !opener && i < XB_APPS_MAX; i++)
		if (!find(apps, apps->openers[i]
					.name)) /* unused, or of an application that was removed */
			opener = &apps->openers[i];
	if (!opener)
		return;
	snprintf(opener->name, sizeof(opener->name), "%s", name);
	opener->uid = peer->uid;
	opener->pid = peer->pid;
}

/* Returns the index of the application that a call names, and its caller; -1, with the failure set, if
 * there is none, or the caller may not open it. */
static int find_for(struct apps *apps, struct control_call *call, const struct config_app **app,
		    struct ucred *caller)
{
	const char *name;
	int index;

	if (!control_unpack(call, "{s:s}", "name", &name))
		return -1;
	*app = find(apps, name);
	index = *app ? kernel_app_find(apps->kernel, name) : -ENOENT;
	if (index < 0) {
		control_fail(
			call, "no_app",
			"no vrrp_app %.40s is configured; \"xbeatctl app\" lists the configured ones",
			name);
		return -1;
	}
	if (may_open(apps, control_connection(call), *app) &&
	    read_credentials(control_connection(call), caller))
		return index;
	control_fail(
		call, "not_permitted",
		"app %s may be opened only by root%s%s%s%s; \"user\" in its vrrp_app names others",
		name, (*app)->user[0] ? ", user " : "", (*app)->user,
		(*app)->group[0] ? ", group " : "", (*app)->group);
	return -1;
}

/* Notes who opens an application, or sends beats for it. Returns the descriptor of its page. */
static int take_opener(struct apps *apps, size_t index, const char *name, const struct ucred *peer)
{
	note_opener(apps, name, peer);
	return kernel_app_open(apps->kernel, index, clock_now_ns());
}

static json_t *answer_app(const struct config_app *app)
{
	return json_pack("{s:I, s:o}", "timeout_ns", (json_int_t)app->timeout_ns, "name",
			 json_text(app->name));
}

json_t *apps_call_open(struct apps *apps, struct control_call *call)
{
	const struct config_app *app;
	struct ucred caller;
	int index = find_for(apps, call, &app, &caller);

	if (index < 0)
		return NULL;
	call->descriptor = take_opener(apps, (size_t)index, app->name, &caller);
	return answer_app(app);
}

/* Whose beats came last; another sender is noted as if it had opened the application. */
static bool is_opener(const struct apps *apps, const char *name, const struct ucred *peer)
{
	const struct app_opener *opener = find_opener(apps, name);

	return opener && opener->pid == peer->pid && opener->uid == peer->uid;
}

static void beat(struct apps *apps, size_t index, const char *name, const struct ucred *sender)
{
	if (!is_opener(apps, name, sender))
		take_opener(apps, index, name, sender);
	kernel_app_beat(apps->kernel, index, clock_now_ns());
}

json_t *apps_call_beat(struct apps *apps, struct control_call *call)
{
	const struct config_app *app;
	struct ucred caller;
	int index = find_for(apps, call, &app, &caller);

	if (index < 0)
		return NULL;
	beat(apps, (size_t)index, app->name, &caller);
	return answer_app(app);
}

/* A message at its notify_socket. */
static void on_notified(void *context, const char *name, const struct ucred *sender,
			const struct notify_message *message)
{
	struct apps *apps = context;
	int index = kernel_app_find(apps->kernel, name);

	if (index < 0)
		return;
	if (message->stops)
		kernel_app_beat(apps->kernel, (size_t)index, 0);
	else if (message->beats)
		beat(apps, (size_t)index, name, sender);
}

static json_t *app_open(void *context, struct control_call *call)
{
	return apps_call_open(context, call);
}

static json_t *app_beat(void *context, struct control_call *call)
{
	return apps_call_beat(context, call);
}

static const struct control_method methods[] = {
	{"app_open", app_open, false},
	{"beat", app_beat, false},
	{NULL, NULL, false},
};

/* Without applications there is no socket. */
static int listen_if_needed(struct apps *apps)
{
	bool listens = apps->socket.path[0];

	if (!apps->config->app_count)
		control_stop(&apps->socket);
	else if (!listens)
		return control_start_admitting(&apps->socket, apps->base, apps->path, admit,
					       methods, apps);
	return 0;
}

void apps_use(struct apps *apps, const struct config *config)
{
	struct kernel_app list[XB_APPS_MAX];
	size_t count = wanted(config, list);

	apps->config = config;
	kernel_apps_use(apps->kernel, list, count);
	listen_if_needed(apps);
	app_notify_use(&apps->notifies, apps->base, config);
}

int apps_start(struct apps *apps, struct event_base *base, struct kernel *kernel,
	       const struct config *config, const char *path)
{
	struct kernel_app list[XB_APPS_MAX];
	int error = apps_prepare(kernel, config);

	*apps = (struct apps){.base = base,
			      .kernel = kernel,
			      .config = config,
			      .notifies = {.notified = on_notified, .context = apps}};
	if (error) {
		log_error("cannot make the pages of applications (vrrp_app): %s",
			  limits_strerror(-error));
		return error;
	}
	snprintf(apps->path, sizeof(apps->path), "%s", path);
	kernel_apps_use(kernel, list, wanted(config, list));
	error = listen_if_needed(apps);
	return error ? error : app_notify_use(&apps->notifies, base, config);
}

void apps_stop(struct apps *apps)
{
	app_notify_stop(&apps->notifies);
	control_stop(&apps->socket);
}

static bool read_state(void *context, const char *name, struct tracking_app *app)
{
	const struct apps *apps = context;
	int index = kernel_app_find(apps->kernel, name);
	struct kernel_app_state state;

	if (index < 0)
		return false;
	kernel_app_read(apps->kernel, (size_t)index, &state);
	*app = (struct tracking_app){.opened_ns = state.opened_ns, .beat_ns = state.beat_ns};
	return true;
}

struct tracking_apps apps_tracking(struct apps *apps)
{
	return (struct tracking_apps){.read = read_state, .context = apps};
}

static void add_trackers(json_t *array, const char *owner, const struct config_track *tracks,
			 size_t count, const char *app)
{
	for (size_t i = 0; i < count; i++)
		if (tracks[i].kind == CONFIG_TRACK_APP && !strcmp(tracks[i].name, app))
			json_array_append_new(array, json_text(owner));
}

static json_t *trackers_json(const struct config *config, const char *app)
{
	json_t *array = json_array();

	for (size_t i = 0; i < config->instance_count; i++)
		add_trackers(array, config->instances[i].name, config->instances[i].tracks,
			     config->instances[i].track_count, app);
	for (size_t i = 0; i < config->group_count; i++)
		add_trackers(array, config->groups[i].name, config->groups[i].tracks,
			     config->groups[i].track_count, app);
	return array;
}

static const char *state_name(const struct kernel_app_state *state, uint64_t now_ns)
{
	if (!xb_app_is_late(now_ns, state->beat_ns, state->timeout_ns))
		return "beating";
	return state->opened_ns ? "late" : "unopened";
}

static json_t *app_json(const struct apps *apps, size_t index)
{
	const struct config_app *app = &apps->config->apps[index];
	const struct app_opener *opener = find_opener(apps, app->name);
	const char *status = app_notify_status(&apps->notifies, app->name);
	struct kernel_app_state state;
	uint64_t now_ns;
	json_t *json;

	kernel_app_read(apps->kernel, index, &state);
	now_ns = clock_now_ns();
	json = json_pack("{s:o, s:i, s:s, s:I, s:o}", "name", json_text(app->name), "place",
			 (int)index, "state", state_name(&state, now_ns), "timeout_ns",
			 (json_int_t)state.timeout_ns, "tracked_by",
			 trackers_json(apps->config, app->name));
	if (app->user[0])
		json_object_set_new(json, "user", json_text(app->user));
	if (app->group[0])
		json_object_set_new(json, "group", json_text(app->group));
	if (app->notify_socket)
		json_object_set_new(json, "notify_socket", json_text(app->notify_socket));
	if (status)
		json_object_set_new(json, "status", json_text(status));
	if (state.beat_ns)
		json_object_set_new(json, "beat_age_ns",
				    json_integer((json_int_t)time_since_ns(now_ns, state.beat_ns)));
	if (state.opened_ns)
		json_object_set_new(
			json, "opened_unix_ns",
			json_integer((json_int_t)(clock_unix_ns() -
						  time_since_ns(now_ns, state.opened_ns))));
	if (opener) {
		json_object_set_new(json, "opened_by_uid", json_integer(opener->uid));
		json_object_set_new(json, "opened_by_pid", json_integer(opener->pid));
	}
	return json;
}

json_t *apps_json(const struct apps *apps)
{
	json_t *array = json_array();

	for (size_t i = 0; i < apps->config->app_count && i < XB_APPS_MAX; i++)
		json_array_append_new(array, app_json(apps, i));
	return array;
}
