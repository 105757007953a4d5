/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Start and stop of the exporter; see exporter.h. */
#include "user/exporter/exporter.h"
#include "user/exporter/pages.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/service/service_manager.h"
#include <errno.h>
#include <signal.h>

/* Once, for the first such address. */
static void warn_beyond_loopback(const struct options *options)
{
	size_t i = 0;

	while (i < options->listen_count && listen_is_loopback(&options->addresses[i]))
		i++;
	if (i == options->listen_count)
		return;
	if (!options->files.users)
		log_warning("whoever reaches %s can read all that xbeatd knows; give --users",
			    options->listen[i]);
	else if (!options->files.certificate)
		log_warning(
			"passwords go to %s in clear text; give --certificate and --key, or listen on 127.0.0.1 behind a proxy",
			options->listen[i]);
}

static int listen_everywhere(struct exporter *exporter)
{
	const struct options *options = exporter->options;
	size_t listening = 0;
	int error = 0;

	for (size_t i = 0; i < options->listen_count; i++) {
		int failure = http_server_listen(&exporter->server, &options->addresses[i],
						 options->listen[i]);

		listening += !failure;
		error = failure ? failure : error;
	}
	return listening && options->listen_is_default ? 0 : error;
}

int exporter_start(struct exporter *exporter, const struct options *options)
{
	int error;

	*exporter = (struct exporter){.options = options, .base = event_base_new()};
	if (!exporter->base) {
		log_error("cannot make an event loop: %s", limits_strerror(ENOMEM));
		return -ENOMEM;
	}
	exporter->source = snapshot_source_new(exporter->base, options->socket);
	error = http_server_start(&exporter->server, exporter->base, &options->files);
	if (error)
		return error;
	for (size_t i = 0; i < options->host_count; i++)
		hosts_add(&exporter->server.hosts, options->hosts[i]);
	warn_beyond_loopback(options);
	http_server_add(&exporter->server, pages_routes, exporter);
	exporter->page =
		page_new(&exporter->server, exporter->source, exporter->base, options->socket);
	return listen_everywhere(exporter);
}

static void on_end(evutil_socket_t signal_number, short what, void *context)
{
	struct exporter *exporter = context;

	(void)signal_number;
	(void)what;
	event_base_loopbreak(exporter->base);
}

static void on_hang_up(evutil_socket_t signal_number, short what, void *context)
{
	struct exporter *exporter = context;

	(void)signal_number;
	(void)what;
	http_server_reload(&exporter->server);
}

void exporter_run(struct exporter *exporter)
{
	static const struct {
		int number;
		event_callback_fn call;
	} signals[] = {{SIGTERM, on_end}, {SIGINT, on_end}, {SIGHUP, on_hang_up}};
	struct event *events[ARRAY_SIZE(signals)];

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		events[i] =
			evsignal_new(exporter->base, signals[i].number, signals[i].call, exporter);
		if (!events[i] || event_add(events[i], NULL))
			limits_out_of_memory();
	}
	service_manager_notify("READY=1");
	event_base_dispatch(exporter->base);
	service_manager_notify("STOPPING=1");
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		event_free(events[i]);
}

void exporter_stop(struct exporter *exporter)
{
	http_server_stop(&exporter->server);
	page_free(exporter->page);
	snapshot_source_free(exporter->source);
	if (exporter->base)
		event_base_free(exporter->base);
}
