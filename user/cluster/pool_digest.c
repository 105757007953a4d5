// SPDX-License-Identifier: GPL-2.0-or-later
/* See pool_digest.h. SipHash with a key of zeros: it only compares. */
#include "user/cluster/pool_digest.h"
#include <string.h>
#include <xbeat/siphash.h>

struct digest {
	struct xb_siphash hash;
	size_t words;
};

static void add(struct digest *digest, uint64_t word)
{
	xb_siphash_word(&digest->hash, word);
	digest->words++;
}

/* NULL is another text than "". */
static void add_text(struct digest *digest, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	add(digest, text ? length : UINT64_MAX);
	for (size_t i = 0; i < length; i += sizeof(uint64_t)) {
		uint64_t word = 0;
		size_t left = length - i;

		memcpy(&word, text + i, left < sizeof(word) ? left : sizeof(word));
		add(digest, word);
	}
}

static void add_endpoint(struct digest *digest, const struct config_endpoint *endpoint)
{
	uint64_t words[2];

	_Static_assert(sizeof(words) == sizeof(endpoint->address), "of one address");
	memcpy(words, &endpoint->address, sizeof(words));
	add(digest, words[0]);
	add(digest, words[1]);
	add(digest, endpoint->port);
}

static void add_forwarding(struct digest *digest, const struct config_forwarding *forwarding)
{
	add(digest, (uint64_t)forwarding->method << 32 | forwarding->tunnel);
	add(digest, (uint64_t)forwarding->tunnel_port << 32 | forwarding->checksum);
}

static void add_rules(struct digest *digest, const struct check_rules *rules)
{
	add(digest, (uint64_t)rules->rise << 32 | rules->fall);
	add(digest, rules->interval_ns);
	add(digest, rules->fast_interval_ns);
	add(digest, rules->down_interval_ns);
	add(digest, rules->timeout_ns);
	add(digest, rules->initial);
}

static void add_url(struct digest *digest, const struct config_check_url *url)
{
	add_text(digest, url->path);
	if (url->method) /* without one as in the version before */
		add_text(digest, url->method);
	add_text(digest, url->virtualhost);
	add_text(digest, url->digest);
	for (size_t i = 0; i < sizeof(url->status_good) / sizeof(url->status_good[0]); i++)
		add(digest, url->status_good[i]);
	add_text(digest, url->regex);
	add(digest, (uint64_t)url->regex_options << 1 | url->regex_no_match);
	add(digest, url->regex_min_offset);
	add(digest, url->regex_max_offset);
}

static void add_texts(struct digest *digest, char *const *texts)
{
	for (; texts && *texts; texts++)
		add_text(digest, *texts);
	add_text(digest, NULL);
}

static void add_http(struct digest *digest, const struct config_check_http *http)
{
	add(digest, http->protocol);
	add(digest, (uint64_t)http->tls << 4 | (uint64_t)http->verify << 3 |
			    (uint64_t)http->follow_redirects << 2 |
			    (uint64_t)http->fast_recovery << 1 | http->enable_sni);
	add_text(digest, http->virtualhost);
	add_text(digest, http->sni_name);
	add_text(digest, http->grpc_service);
	add_texts(digest, http->headers);
	for (size_t i = 0; i < http->url_count; i++)
		add_url(digest, &http->urls[i]);
}

static void add_bytes(struct digest *digest, const uint8_t *bytes, size_t count)
{
	add(digest, count);
	for (size_t i = 0; i < count; i++)
		add(digest, bytes[i]);
}

/* Nothing without steps: nodes of the version before have the same digest then. */
static void add_tcp(struct digest *digest, const struct config_check_tcp *tcp)
{
	for (size_t i = 0; i < tcp->step_count; i++) {
		add(digest, tcp->steps[i].action);
		add_bytes(digest, tcp->steps[i].bytes, tcp->steps[i].length);
	}
}

static void add_udp(struct digest *digest, const struct config_check_udp *udp)
{
	add_bytes(digest, udp->payload, udp->payload_length);
	add_bytes(digest, udp->reply, udp->reply_length);
	add_bytes(digest, udp->reply_mask, udp->reply_length);
	add(digest,
	    (uint64_t)udp->require_reply << 32 | (uint64_t)udp->reply_min << 16 | udp->reply_max);
}

/* What may differ from node to node is left out: from where a check is made. */
static void add_check(struct digest *digest, const struct config_check *check)
{
	add(digest, check->kind);
	add_rules(digest, &check->rules);
	add_endpoint(digest, &check->target);
	add_text(digest, check->text);
	add_http(digest, &check->http);
	add_tcp(digest, &check->tcp);
	add_udp(digest, &check->udp);
	add(digest, (uint64_t)check->dns_type << 1 | check->dynamic);
	add_texts(digest, check->command.arguments);
	add_text(digest, check->file);
	add(digest, (uint64_t)(uint32_t)check->file_weight << 1 | check->file_reverse);
	add(digest, check->keepalive_idle_ns);
	add(digest, check->keepalive_interval_ns);
	add(digest, (uint64_t)check->keepalive_count);
	add(digest, check->user_timeout_ns);
}

static void add_server(struct digest *digest, const struct config_real_server *server)
{
	add_endpoint(digest, &server->endpoint);
	add(digest, (uint64_t)server->weight);
	add_forwarding(digest, &server->forwarding);
	add(digest, (uint64_t)server->upper_threshold << 32 | server->lower_threshold);
	add(digest, (uint64_t)server->inhibit_on_failure << 1 | server->backup);
	add(digest, server->check_count);
	for (size_t i = 0; i < server->check_count; i++)
		add_check(digest, &server->checks[i]);
}

static void add_group(struct digest *digest, const struct config_pools *pools, const char *name)
{
	for (size_t i = 0; name && i < pools->group_count; i++) {
		const struct config_server_group *group = &pools->groups[i];

		for (size_t k = 0; !strcmp(group->name, name) && k < group->entry_count; k++) {
			add(digest, group->entries[k].mark);
			add_endpoint(digest, &group->entries[k].first);
			add(digest, group->entries[k].address_count);
		}
	}
}

static void add_settings(struct digest *digest, const struct config_pool *pool)
{
	add_text(digest, pool->scheduler);
	add(digest, pool->scheduler_flags);
	add(digest, (uint64_t)pool->one_packet << 32 | pool->plane);
	add(digest, pool->persistence_timeout_s);
	add_text(digest, pool->persistence_engine);
	add_forwarding(digest, &pool->forwarding);
	add(digest, (uint64_t)pool->quorum << 32 | pool->hysteresis);
	add(digest,
	    (uint64_t)pool->alpha << 2 | (uint64_t)pool->omega << 1 | pool->inhibit_on_failure);
	add(digest, pool->slow_start_ns);
	add(digest, pool->drain_timeout_ns);
	add(digest, pool->has_sorry);
	if (pool->has_sorry)
		add_server(digest, &pool->sorry);
}

uint64_t pool_digest(const struct config_pools *pools, const struct config_pool *pool)
{
	static const __u64 zeros[2];
	struct digest digest = {.words = 0};

	xb_siphash_init(&digest.hash, zeros);
	add_text(&digest, pool->name);
	add_endpoint(&digest, &pool->endpoint);
	add_group(&digest, pools, pool->group);
	add_settings(&digest, pool);
	add(&digest, pool->server_count);
	for (size_t i = 0; i < pool->server_count; i++)
		add_server(&digest, &pool->servers[i]);
	return xb_siphash_finish(&digest.hash, digest.words * sizeof(uint64_t), 0);
}
