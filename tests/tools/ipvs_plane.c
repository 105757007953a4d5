// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ipvs_plane: the data plane IPVS without the daemon. Reads commands from the standard input, a line
 * each, and prints a line "done COMMAND RESULT" for each, and what the plane reports.
 *
 *   ipvs_plane [NAME=VALUE…]           global settings: record=FILE timeouts=TCP,FIN,UDP flush
 *                                      flush_on_stop sync=INTERFACE sync_instance maxlen port ttl group
 *                                      nftables=TABLE
 *
 *   service SERVICE [NAME=VALUE…]      adds or changes; scheduler flags persistence mask engine ops
 *                                      group=A:PROTOCOL (A to D)
 *   server SERVICE ADDRESS PORT [NAME=VALUE…]    weight method tunnel tunnel_port checksum upper lower
 *   servers SERVICE COUNT [NAME=VALUE…]          10.128.0.0, port 80, and those after it
 *   remove-service SERVICE
 *   remove-server SERVICE ADDRESS PORT
 *   complete
 *   counters SERVICE
 *   reload [NAME=VALUE…]               other global settings
 *   sync master|backup VRID            of the instance
 *   wait MS                            the loop runs for this time
 *   stop | keep                        ends; keep: for another daemon
 *
 * SERVICE: PROTOCOL ADDRESS PORT, or: mark NUMBER FAMILY; then @POOL if several pools have it
 */
#include "user/lib/address.h"
#include "user/lib/log.h"
#include "user/plane/ipvs/ipvs.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 24
#define SERVICES_MAX 64

struct line {
	char *words[WORDS_MAX + 1]; /* ended by NULL */
	size_t at;
};

static struct event_base *base;
static struct plane *plane;
static struct config_pools settings;
static const char *record;
/* Those that were set: a plane borrows their settings. */
static struct config_pool pools[SERVICES_MAX];
static struct plane_service set_services[SERVICES_MAX];
static size_t pool_count;

static const char *next(struct line *line)
{
	const char *word = line->words[line->at];

	if (!word) {
		fprintf(stderr, "ipvs_plane: a word is missing\n");
		exit(2);
	}
	line->at++;
	return word;
}

static uint32_t to_number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 0);
}

static struct config_endpoint read_endpoint(struct line *line)
{
	struct config_endpoint endpoint = {0};

	if (address_parse(next(line), &endpoint.address)) {
		fprintf(stderr, "ipvs_plane: '%s' is no address\n", line->words[line->at - 1]);
		exit(2);
	}
	endpoint.port = (uint16_t)to_number(next(line));
	return endpoint;
}

static struct plane_service read_identity(struct line *line)
{
	static const struct {
		const char *name;
		uint8_t number;
	} protocols[] = {{"tcp", IPPROTO_TCP}, {"udp", IPPROTO_UDP}, {"sctp", IPPROTO_SCTP}};
	struct plane_service service = {0};
	const char *kind = next(line);

	if (!strcmp(kind, "mark")) {
		service.mark = to_number(next(line));
		service.family = (uint8_t)to_number(next(line));
		return service;
	}
	for (size_t i = 0; i < 3; i++)
		if (!strcmp(kind, protocols[i].name))
			service.protocol = protocols[i].number;
	service.endpoint = read_endpoint(line);
	service.family = address_family(&service.endpoint.address);
	return service;
}

/* "": the word is missing. */
static const char *read_user(struct line *line)
{
	const char *word = line->words[line->at];

	if (!word || word[0] != '@')
		return "";
	line->at++;
	return word + 1;
}

static bool is_same(const struct plane_service *one, const struct plane_service *other)
{
	return one->mark == other->mark && one->family == other->family &&
	       one->protocol == other->protocol &&
	       !memcmp(&one->endpoint, &other->endpoint, sizeof(one->endpoint));
}

/* With the pool that has set it last. */
static struct plane_service read_service(struct line *line)
{
	struct plane_service service = read_identity(line);
	const char *user = read_user(line);

	service.pool = &pools[pool_count];
	for (size_t i = 0; i < pool_count; i++)
		if (is_same(&set_services[i], &service) &&
		    (!user[0] || !strcmp(pools[i].name, user)))
			service.pool = &pools[i];
	return service;
}

/* Calls set for each word NAME=VALUE that is left. */
static void read_settings(struct line *line,
			  void (*set)(void *context, const char *name, const char *value),
			  void *context)
{
	char *word;
	char *equals;

	while ((word = line->words[line->at])) {
		equals = strchr(word, '=');
		if (equals)
			*equals = '\0';
		set(context, word, equals ? equals + 1 : "");
		line->at++;
	}
}

/* The name of the group ends at a colon. */
static void set_group(struct config_pool *pool, const char *value)
{
	snprintf(pool->name, sizeof(pool->name), "%s", value);
	pool->group = strndup(value, strcspn(value, ":"));
}

static void set_pool(void *context, const char *name, const char *value)
{
	struct config_pool *pool = context;

	if (!strcmp(name, "scheduler"))
		snprintf(pool->scheduler, sizeof(pool->scheduler), "%s", value);
	else if (!strcmp(name, "engine"))
		snprintf(pool->persistence_engine, sizeof(pool->persistence_engine), "%s", value);
	else if (!strcmp(name, "flags"))
		pool->scheduler_flags = to_number(value);
	else if (!strcmp(name, "persistence"))
		pool->persistence_timeout_s = to_number(value);
	else if (!strcmp(name, "mask") && strchr(value, '.'))
		address_parse(value, &pool->persistence_mask);
	else if (!strcmp(name, "mask"))
		pool->persistence_prefix = (uint8_t)to_number(value);
	else if (!strcmp(name, "ops"))
		pool->one_packet = true;
	else if (!strcmp(name, "group"))
		set_group(pool, value);
}

static int named(const char *value, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(value, names[i]))
			return (int)i;
	return 0;
}

static void set_server(void *context, const char *name, const char *value)
{
#define X(id, text) text,
	static const char *const methods[] = {CONFIG_LVS_METHODS(X)};
	static const char *const tunnels[] = {CONFIG_LVS_TUNNELS(X)};
#undef X
	static const char *const checksums[] = {"nocsum", "csum", "remcsum"};
	struct plane_server *server = context;
	struct config_forwarding *forwarding = &server->forwarding;

	if (!strcmp(name, "weight"))
		server->weight = to_number(value);
	else if (!strcmp(name, "upper"))
		server->upper_threshold = to_number(value);
	else if (!strcmp(name, "lower"))
		server->lower_threshold = to_number(value);
	else if (!strcmp(name, "tunnel_port"))
		forwarding->tunnel_port = (uint16_t)to_number(value);
	else if (!strcmp(name, "method"))
		forwarding->method = (enum config_lvs_method)named(value, methods, 3);
	else if (!strcmp(name, "tunnel"))
		forwarding->tunnel = (enum config_lvs_tunnel)named(value, tunnels, 3);
	else if (!strcmp(name, "checksum"))
		forwarding->checksum = (enum config_lvs_tunnel_checksum)named(value, checksums, 3);
}

static void set_sync(struct config_lvs_sync *sync, const char *name, const char *value)
{
	static char instance[] = "VI_1";

	if (!strcmp(name, "sync"))
		snprintf(sync->interface, sizeof(sync->interface), "%s", value);
	else if (!strcmp(name, "sync_instance"))
		sync->instance = instance;
	else if (!strcmp(name, "maxlen"))
		sync->length_max = (uint16_t)to_number(value);
	else if (!strcmp(name, "port"))
		sync->port = (uint16_t)to_number(value);
	else if (!strcmp(name, "ttl"))
		sync->ttl = (uint8_t)to_number(value);
	else if (!strcmp(name, "group"))
		address_parse(value, &sync->group);
}

/* Groups A to D have no marks of their own. */
static void set_nftables(struct config_pools *global, const char *table)
{
	static char names[][2] = {"A", "B", "C", "D"};
	static struct config_server_group groups[4];

	for (size_t i = 0; i < 4; i++)
		groups[i].name = names[i];
	global->groups = groups;
	global->group_count = 4;
	global->nftables = true;
	global->nftables_priority = -1;
	global->nftables_first_mark = 1000;
	snprintf(global->nftables_table, sizeof(global->nftables_table), "%s", table);
}

static void set_global(void *context, const char *name, const char *value)
{
	struct config_pools *global = context;

	if (!strcmp(name, "record"))
		record = value;
	else if (!strcmp(name, "timeouts"))
		global->has_timeouts =
			sscanf(value, "%u,%u,%u", &global->timeout_tcp_s, &global->timeout_tcpfin_s,
			       &global->timeout_udp_s) == 3;
	else if (!strcmp(name, "flush"))
		global->flush = true;
	else if (!strcmp(name, "flush_on_stop"))
		global->flush_on_stop = true;
	else if (!strcmp(name, "nftables"))
		set_nftables(global, value);
	else
		set_sync(&global->sync, name, value);
}

static void print_subject(const struct plane_service *service, const struct plane_server *server)
{
	char text[ADDRESS_TEXT_BYTES];

	if (service->mark)
		printf(" mark %u", service->mark);
	else
		printf(" %s %u", address_format(&service->endpoint.address, text),
		       service->endpoint.port);
	if (server)
		printf(" server %s %u", address_format(&server->endpoint.address, text),
		       server->endpoint.port);
}

static void on_refused(void *context, const struct plane_service *service,
		       const struct plane_server *server, const char *why)
{
	(void)context;
	printf("refused");
	print_subject(service, server);
	printf(": %s\n", why);
}

static void on_restored(void *context, const struct plane_service *service,
			const struct plane_server *server, const char *what)
{
	(void)context;
	printf("restored");
	print_subject(service, server);
	printf(": %s\n", what);
}

static int do_service(struct line *line)
{
	struct plane_service service = read_identity(line);

	service.pool = &pools[pool_count];
	pools[pool_count] = (struct config_pool){.scheduler = "wlc"};
	snprintf(pools[pool_count].name, sizeof(pools[pool_count].name), "%s", read_user(line));
	read_settings(line, set_pool, &pools[pool_count]);
	set_services[pool_count] = service;
	if (pool_count + 1 < SERVICES_MAX)
		pool_count++;
	return plane->operations->set_service(plane, &service);
}

static int do_remove_service(struct line *line)
{
	struct plane_service service = read_service(line);

	return plane->operations->remove_service(plane, &service);
}

static int do_server(struct line *line)
{
	struct plane_service service = read_service(line);
	struct plane_server server = {.endpoint = read_endpoint(line), .weight = 1};

	read_settings(line, set_server, &server);
	return plane->operations->set_server(plane, &service, &server);
}

static int do_servers(struct line *line)
{
	struct plane_service service = read_service(line);
	struct plane_server server = {.weight = 1};
	uint32_t count = to_number(next(line));
	int error = 0;

	read_settings(line, set_server, &server);
	server.endpoint.port = 80;
	for (uint32_t i = 0; i < count && !error; i++) {
		server.endpoint.address = address_from_ipv4(htonl(UINT32_C(0x0a800000) + i));
		error = plane->operations->set_server(plane, &service, &server);
	}
	return error;
}

static int do_remove_server(struct line *line)
{
	struct plane_service service = read_service(line);
	struct plane_server server = {.endpoint = read_endpoint(line)};

	return plane->operations->remove_server(plane, &service, &server);
}

static int do_complete(struct line *line)
{
	(void)line;
	plane->operations->complete(plane);
	return 0;
}

static int do_counters(struct line *line)
{
	struct plane_service service = read_service(line);
	json_t *counters = plane->operations->counters(plane, &service);

	if (!counters)
		return -ENOENT;
	json_dumpf(counters, stdout, JSON_COMPACT);
	puts("");
	json_decref(counters);
	return 0;
}

static int do_sync(struct line *line)
{
	bool master = !strcmp(next(line), "master");

	plane_ipvs_sync(plane, master, (uint8_t)to_number(next(line)));
	return 0;
}

static int do_reload(struct line *line)
{
	static struct config_pools other;

	other = (struct config_pools){0};
	read_settings(line, set_global, &other);
	plane_ipvs_reload(plane, &other);
	settings = other;
	plane_ipvs_reload(plane, &settings);
	return 0;
}

static int do_wait(struct line *line)
{
	uint32_t ms = to_number(next(line));
	struct timeval time = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};

	event_base_loopexit(base, &time);
	event_base_dispatch(base);
	return 0;
}

static int do_stop(struct line *line)
{
	plane->operations->stop(plane, !strcmp(line->words[0], "keep"));
	exit(0);
}

static const struct verb {
	const char *name;
	int (*run)(struct line *line);
} verbs[] = {
	{"service", do_service},
	{"remove-service", do_remove_service},
	{"server", do_server},
	{"servers", do_servers},
	{"remove-server", do_remove_server},
	{"complete", do_complete},
	{"counters", do_counters},
	{"reload", do_reload},
	{"sync", do_sync},
	{"wait", do_wait},
	{"stop", do_stop},
	{"keep", do_stop},
};

static void split(struct line *line, char *text)
{
	size_t count = 0;

	for (char *word = strtok(text, " \n"); word && count < WORDS_MAX;
	     word = strtok(NULL, " \n"))
		line->words[count++] = word;
	line->words[count] = NULL;
	line->at = 1;
}

static void run(char *text)
{
	struct line line;
	int result = -EINVAL;

	split(&line, text);
	if (!line.words[0])
		return;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(line.words[0], verbs[i].name))
			result = verbs[i].run(&line);
	printf("done %s %s\n", line.words[0], result ? strerrorname_np(-result) : "0");
}

int main(int argc, char **argv)
{
	static const struct plane_events events = {.refused = on_refused, .restored = on_restored};
	struct line arguments = {.at = 1};
	char text[512], problem[PLANE_PROBLEM_BYTES];

	for (int i = 0; i < argc && i < WORDS_MAX; i++)
		arguments.words[i] = argv[i];
	read_settings(&arguments, set_global, &settings);
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_open("ipvs_plane", false);
	base = event_base_new();
	plane = plane_ipvs_start(base, &settings, record, &events, problem);
	if (!plane)
		return 1;
	while (fgets(text, sizeof(text), stdin))
		run(text);
	return 0;
}
