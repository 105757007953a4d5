// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a reload changes a pool. */
#include "user/config/model/pool.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

/* A field without pointers and padding. */
struct part {
	size_t offset, bytes;
};

#define PART(type, field)                                                                          \
	{                                                                                          \
		offsetof(type, field), sizeof(((type *)0)->field)                                  \
	}

static bool parts_equal(const void *one, const void *other, const struct part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp((const char *)one + parts[i].offset,
			   (const char *)other + parts[i].offset, parts[i].bytes) != 0)
			return false;
	return true;
}

#define PARTS_EQUAL(one, other, parts) parts_equal(one, other, parts, ARRAY_SIZE(parts))

static bool texts_equal(const char *one, const char *other)
{
	return one && other ? !strcmp(one, other) : one == other;
}

#define URL(field) PART(struct config_check_url, field)
static const struct part url_parts[] = {
	URL(status_good),      URL(regex_no_match),   URL(regex_options),
	URL(regex_min_offset), URL(regex_max_offset), URL(tls_compliant),
};

static bool urls_equal(const struct config_check_url *one, const struct config_check_url *other)
{
	return PARTS_EQUAL(one, other, url_parts) && texts_equal(one->path, other->path) &&
	       texts_equal(one->method, other->method) &&
	       texts_equal(one->virtualhost, other->virtualhost) &&
	       texts_equal(one->digest, other->digest) && texts_equal(one->regex, other->regex);
}

#define HTTP(field) PART(struct config_check_http, field)
static const struct part http_parts[] = {
	HTTP(protocol),	     HTTP(tls),	       HTTP(verify),	HTTP(follow_redirects),
	HTTP(fast_recovery), HTTP(enable_sni), HTTP(url_count),
};

static bool headers_equal(char *const *one, char *const *other)
{
	return one && other ? arguments_equal(one, other) : one == other;
}

static bool http_equal(const struct config_check_http *one, const struct config_check_http *other)
{
	if (!PARTS_EQUAL(one, other, http_parts) ||
	    !texts_equal(one->virtualhost, other->virtualhost) ||
	    !texts_equal(one->sni_name, other->sni_name) ||
	    !texts_equal(one->grpc_service, other->grpc_service) ||
	    !headers_equal(one->headers, other->headers))
		return false;
	for (size_t i = 0; i < one->url_count; i++)
		if (!urls_equal(&one->urls[i], &other->urls[i]))
			return false;
	return true;
}

#define UDP(field) PART(struct config_check_udp, field)
static const struct part udp_parts[] = {
	UDP(payload_length), UDP(reply_length), UDP(require_reply), UDP(reply_min), UDP(reply_max),
};

static bool bytes_equal(const uint8_t *one, const uint8_t *other, size_t count)
{
	return !count || !memcmp(one, other, count);
}

static bool udp_equal(const struct config_check_udp *one, const struct config_check_udp *other)
{
	return PARTS_EQUAL(one, other, udp_parts) &&
	       bytes_equal(one->payload, other->payload, one->payload_length) &&
	       bytes_equal(one->reply, other->reply, one->reply_length) &&
	       bytes_equal(one->reply_mask, other->reply_mask, one->reply_length);
}

static bool tcp_equal(const struct config_check_tcp *one, const struct config_check_tcp *other)
{
	if (one->step_count != other->step_count)
		return false;
	for (size_t i = 0; i < one->step_count; i++) {
		const struct config_tcp_step *step = &one->steps[i], *with = &other->steps[i];

		if (step->action != with->action || step->length != with->length ||
		    !bytes_equal(step->bytes, with->bytes, step->length))
			return false;
	}
	return true;
}

#define BFD(field) PART(struct config_check_bfd, field)
static const struct part bfd_parts[] = {
	BFD(min_rx_us), BFD(min_tx_us), BFD(idle_tx_us), BFD(multiplier),
	BFD(ttl),	BFD(max_hops),	BFD(passive),	 BFD(multihop),
};

#define CHECK(field) PART(struct config_check, field)
static const struct part check_parts[] = {
	CHECK(kind),
	CHECK(target.address),
	CHECK(target.port),
	CHECK(bind.address),
	CHECK(bind.port),
	CHECK(mark),
	CHECK(log_all_failures),
	CHECK(dns_type),
	CHECK(dynamic),
	CHECK(file_weight),
	CHECK(file_reverse),
	CHECK(keepalive_idle_ns),
	CHECK(keepalive_interval_ns),
	CHECK(user_timeout_ns),
	CHECK(keepalive_count),
};

static bool checks_equal(const struct config_check *one, const struct config_check *other)
{
	return PARTS_EQUAL(one, other, check_parts) &&
	       PARTS_EQUAL(&one->bfd, &other->bfd, bfd_parts) &&
	       check_rules_equal(&one->rules, &other->rules) &&
	       !strcmp(one->interface, other->interface) && http_equal(&one->http, &other->http) &&
	       tcp_equal(&one->tcp, &other->tcp) && udp_equal(&one->udp, &other->udp) &&
	       texts_equal(one->text, other->text) && texts_equal(one->file, other->file) &&
	       command_equal(&one->command, &other->command);
}

#define SERVER(field) PART(struct config_real_server, field)
static const struct part server_parts[] = {
	SERVER(endpoint.address), SERVER(endpoint.port),
	SERVER(weight),		  SERVER(upper_threshold),
	SERVER(lower_threshold),  SERVER(inhibit_on_failure),
	SERVER(backup),		  SERVER(mail),
	SERVER(check_count),
};

static bool servers_equal(const struct config_real_server *one,
			  const struct config_real_server *other)
{
	if (!PARTS_EQUAL(one, other, server_parts) ||
	    !config_forwarding_equal(&one->forwarding, &other->forwarding) ||
	    !texts_equal(one->snmp_name, other->snmp_name) ||
	    !texts_equal(one->virtualhost, other->virtualhost) ||
	    !command_equal(&one->notify_up, &other->notify_up) ||
	    !command_equal(&one->notify_down, &other->notify_down))
		return false;
	for (size_t i = 0; i < one->check_count; i++)
		if (!checks_equal(&one->checks[i], &other->checks[i]))
			return false;
	return true;
}

#define POOL(field) PART(struct config_pool, field)
static const struct part pool_parts[] = {
	POOL(endpoint.address),
	POOL(endpoint.port),
	POOL(mark),
	POOL(family),
	POOL(protocol),
	POOL(plane),
	POOL(scheduler_flags),
	POOL(one_packet),
	POOL(persistence_timeout_s),
	POOL(persistence_mask),
	POOL(persistence_prefix),
	POOL(quorum),
	POOL(hysteresis),
	POOL(alpha),
	POOL(omega),
	POOL(inhibit_on_failure),
	POOL(ha_suspend),
	POOL(mail),
	POOL(slow_start_ns),
	POOL(drain_timeout_ns),
	POOL(has_sorry),
	POOL(server_count),
};

static bool settings_equal(const struct config_pool *one, const struct config_pool *other)
{
	return PARTS_EQUAL(one, other, pool_parts) &&
	       config_forwarding_equal(&one->forwarding, &other->forwarding) &&
	       !strcmp(one->name, other->name) && !strcmp(one->scheduler, other->scheduler) &&
	       !strcmp(one->persistence_engine, other->persistence_engine) &&
	       texts_equal(one->snmp_name, other->snmp_name) &&
	       texts_equal(one->group, other->group) &&
	       command_equal(&one->quorum_up, &other->quorum_up) &&
	       command_equal(&one->quorum_down, &other->quorum_down);
}

bool config_pool_equal(const struct config_pool *one, const struct config_pool *other)
{
	if (!settings_equal(one, other) ||
	    (one->has_sorry && !servers_equal(&one->sorry, &other->sorry)))
		return false;
	for (size_t i = 0; i < one->server_count; i++)
		if (!servers_equal(&one->servers[i], &other->servers[i]))
			return false;
	return true;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp((*(const struct config_pool *const *)left)->name,
		      (*(const struct config_pool *const *)right)->name);
}

/* Returns the pools by name, to be freed, with a NULL at the end. */
static const struct config_pool **sorted(const struct config_pools *pools)
{
	const struct config_pool **list = calloc(pools->count + 1, sizeof(struct config_pool *));

	if (!list)
		limits_out_of_memory();
	for (size_t i = 0; i < pools->count; i++)
		list[i] = &pools->list[i];
	qsort(list, pools->count, sizeof(struct config_pool *), compare_names);
	return list;
}

/* Which of two comes first; the end of a list comes last. */
static int order(const struct config_pool *one, const struct config_pool *other)
{
	if (!one || !other)
		return one ? -1 : 1;
	return strcmp(one->name, other->name);
}

struct config_pool_changes config_pools_compare(const struct config_pools *from,
						const struct config_pools *to)
{
	const struct config_pool **before = sorted(from), **after = sorted(to);
	const struct config_pool **old = before, **now = after;
	struct config_pool_changes changes = {0};

	while (*old || *now) {
		int first = order(*old, *now);

		if (!first && config_pool_equal(*old, *now))
			changes.unchanged++;
		else if (!first)
			changes.changed++;
		else if (first < 0)
			changes.removed++;
		else
			changes.added++;
		old += first <= 0;
		now += first >= 0;
	}
	free(before);
	free(after);
	return changes;
}
