/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Start and end of the exporter; see exporter.h. */
#include "user/exporter/exporter.h"
#include "user/exporter/pages.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <signal.h>

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
	error = http_server_start(&exporter->server, exporter->base);
	if (error)
		return error;
	for (size_t i = 0; i < options->host_count; i++)
		hosts_add(&exporter->server.hosts, options->hosts[i]);
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

void exporter_run(struct exporter *exporter)
{
	struct event *term = evsignal_new(exporter->base, SIGTERM, on_end, exporter);
	struct event *interrupt = evsignal_new(exporter->base, SIGINT, on_end, exporter);

	if (!term || !interrupt)
		limits_out_of_memory();
	event_add(term, NULL);
	event_add(interrupt, NULL);
	event_base_dispatch(exporter->base);
	event_free(term);
	event_free(interrupt);
}

void exporter_stop(struct exporter *exporter)
{
	http_server_stop(&exporter->server);
	page_free(exporter->page);
	snapshot_source_free(exporter->source);
	if (exporter->base)
		event_base_free(exporter->base);
}
