/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which notify sockets are open; see app_notify.h. */
#include "user/tracking/app_notify.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void on_message(void *context, const struct ucred *sender,
		       const struct notify_message *message)
{
	struct app_notify *notify = context;

	if (message->has_status)
		memcpy(notify->status, message->status, sizeof(notify->status));
	notify->owner->notified(notify->owner->context, notify->name, sender, message);
}

static bool fits(const struct app_notify *notify, const struct config_app *app)
{
	return app->notify_socket && !strcmp(notify->name, app->name) &&
	       !strcmp(notify->socket.path, app->notify_socket) && notify->socket.uid == app->uid;
}

static bool is_wanted(const struct app_notify *notify, const struct config *config)
{
	for (size_t i = 0; i < config->app_count; i++)
		if (fits(notify, &config->apps[i]))
			return true;
	return false;
}

static void close_one(struct app_notify *notify)
{
	notify_socket_close(&notify->socket);
	notify->name[0] = '\0';
}

static int open_one(struct app_notifies *notifies, struct event_base *base,
		    const struct config_app *app)
{
	struct app_notify *free_one = NULL;
	int error;

	for (size_t i = 0; i < XB_APPS_MAX; i++) {
		if (notifies->list[i].name[0] && fits(&notifies->list[i], app))
			return 0;
		if (!free_one && !notifies->list[i].name[0])
			free_one = &notifies->list[i];
	}
	if (!free_one)
		return -ENOSPC;
	*free_one = (struct app_notify){.owner = notifies};
	error = notify_socket_open(&free_one->socket, base, app->notify_socket, app->uid,
				   on_message, free_one);
	if (!error)
		snprintf(free_one->name, sizeof(free_one->name), "%s", app->name);
	return error;
}

int app_notify_use(struct app_notifies *notifies, struct event_base *base,
		   const struct config *config)
{
	int first = 0;

	for (size_t i = 0; i < XB_APPS_MAX; i++)
		if (notifies->list[i].name[0] && !is_wanted(&notifies->list[i], config))
			close_one(&notifies->list[i]);
	for (size_t i = 0; i < config->app_count; i++) {
		int error = config->apps[i].notify_socket
				    ? open_one(notifies, base, &config->apps[i])
				    : 0;

		if (!first)
			first = error;
	}
	return first;
}

void app_notify_stop(struct app_notifies *notifies)
{
	for (size_t i = 0; i < XB_APPS_MAX; i++)
		if (notifies->list[i].name[0])
			close_one(&notifies->list[i]);
}

const char *app_notify_status(const struct app_notifies *notifies, const char *name)
{
	for (size_t i = 0; i < XB_APPS_MAX; i++)
		if (notifies->list[i].status[0] && !strcmp(notifies->list[i].name, name))
			return notifies->list[i].status;
	return NULL;
}
