/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of configured pools; their names. */
#include "user/config/model/pool.h"
#include <stdlib.h>

static void free_urls(struct config_check_http *http)
{
	for (size_t i = 0; i < http->url_count; i++) {
		free(http->urls[i].path);
		free(http->urls[i].method);
		free(http->urls[i].virtualhost);
		free(http->urls[i].digest);
		free(http->urls[i].regex);
	}
	free(http->urls);
}

static void free_http(struct config_check_http *http)
{
	free_urls(http);
	config_arguments_free(http->headers);
	free(http->virtualhost);
	free(http->sni_name);
	free(http->grpc_service);
}

static void free_steps(struct config_check_tcp *tcp)
{
	for (size_t i = 0; i < tcp->step_count; i++)
		free(tcp->steps[i].bytes);
	free(tcp->steps);
}

void config_check_free(struct config_check *check)
{
	free_steps(&check->tcp);
	free_http(&check->http);
	free(check->udp.payload);
	free(check->udp.reply);
	free(check->udp.reply_mask);
	free(check->text);
	free(check->file);
	config_command_free(&check->command);
}

void config_server_free(struct config_real_server *server)
{
	for (size_t i = 0; i < server->check_count; i++)
		config_check_free(&server->checks[i]);
	free(server->checks);
	free(server->snmp_name);
	free(server->virtualhost);
	config_command_free(&server->notify_up);
	config_command_free(&server->notify_down);
}

void config_pool_free(struct config_pool *pool)
{
	for (size_t i = 0; i < pool->server_count; i++)
		config_server_free(&pool->servers[i]);
	free(pool->servers);
	config_server_free(&pool->sorry);
	free(pool->group);
	free(pool->snmp_name);
	config_command_free(&pool->quorum_up);
	config_command_free(&pool->quorum_down);
}

static void free_tls(struct config_tls_client *tls)
{
	free(tls->password);
	free(tls->ca);
	free(tls->certificate);
	free(tls->key);
}

void config_pools_free(struct config_pools *pools)
{
	for (size_t i = 0; i < pools->count; i++)
		config_pool_free(&pools->list[i]);
	free(pools->list);
	for (size_t i = 0; i < pools->group_count; i++) {
		free(pools->groups[i].name);
		free(pools->groups[i].entries);
	}
	free(pools->groups);
	for (size_t i = 0; i < pools->check_count; i++) {
		free(pools->checks[i].name);
		config_check_free(&pools->checks[i].check);
	}
	free(pools->checks);
	for (size_t i = 0; i < pools->bfd_count; i++)
		free(pools->bfd[i].name);
	free(pools->bfd);
	free_tls(&pools->tls);
	free(pools->sync.instance);
	free(pools->notify_fifo);
	config_command_free(&pools->notify_fifo_owner);
	config_command_free(&pools->notify_fifo_script);
}

bool config_forwarding_equal(const struct config_forwarding *one,
			     const struct config_forwarding *other)
{
	return one->method == other->method && one->tunnel == other->tunnel &&
	       one->tunnel_port == other->tunnel_port && one->checksum == other->checksum;
}

const char *config_check_kind_name(enum config_check_kind kind)
{
	static const char *const names[] = {
#define X(id, name, keyword) [CONFIG_CHECK_##id] = (name),
		CONFIG_CHECK_KINDS(X)
#undef X
	};

	return names[kind];
}

const char *config_protocol_name(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		return "none";
	}
}
