/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See mail.h. */
#include "user/pools/notify/mail.h"
#include "user/lib/address.h"
#include <stdio.h>

static const struct {
	const char *good, *bad;
} bodies[CONFIG_CHECK_KIND_COUNT + 1] = {
	[CONFIG_CHECK_TCP] = {"TCP CHECK succeed on service", "TCP CHECK failed on service"},
	[CONFIG_CHECK_HTTP] = {"CHECK succeed on service", "CHECK failed on service"},
	[CONFIG_CHECK_SMTP] = {"CHECK succeed on service", "CHECK failed on service"},
	[CONFIG_CHECK_DNS] = {"DNS_CHECK: succeed on service", "DNS_CHECK: failed on service"},
	[CONFIG_CHECK_UDP] = {"UDP CHECK succeed on service", "UDP CHECK failed on service"},
	[CONFIG_CHECK_PING] = {"ICMP CHECK succeed on service", "ICMP CHECK failed on service"},
	[CONFIG_CHECK_MISC] = {"MISC CHECK succeeded on service", "MISC CHECK failed on service"},
	[CONFIG_CHECK_FILE] = {"FILE CHECK succeed on service", "FILE CHECK failed on service"},
	[CONFIG_CHECK_GRPC] = {"GRPC CHECK succeed on service", "GRPC CHECK failed on service"},
	[CONFIG_CHECK_AGENT] = {"AGENT CHECK succeed on service", "AGENT CHECK failed on service"},
	[CONFIG_CHECK_SESSION] = {"TCP SESSION succeed on service",
				  "TCP SESSION failed on service"},
	[CONFIG_CHECK_BFD] = {"succeed on service", "failed on service"},
	[CONFIG_CHECK_KIND_COUNT] = {"Starting up", "Removing"},
};

static const char *endpoint_name(const struct config_endpoint *endpoint, uint8_t protocol,
				 char text[static MAIL_NAME_BYTES])
{
	char address[ADDRESS_TEXT_BYTES];

	snprintf(text, MAIL_NAME_BYTES, "[%s]:%s:%u", address_format(&endpoint->address, address),
		 config_protocol_name(protocol), endpoint->port);
	return text;
}

const char *mail_pool_name(const struct pool_entry *pool, char text[static MAIL_NAME_BYTES])
{
	const struct config_pool *config = pool->config;

	if (config->group)
		snprintf(text, MAIL_NAME_BYTES, "[%s]:%u", config->group, config->group_ordinal);
	else if (config->mark)
		snprintf(text, MAIL_NAME_BYTES, "FWM %u", config->mark);
	else
		endpoint_name(&config->endpoint, config->protocol, text);
	return text;
}

const char *mail_server_name(const struct server_entry *server, char text[static MAIL_NAME_BYTES])
{
	const struct config_pool *config = server->pool->config;

	return endpoint_name(&server->config->endpoint, config->mark ? 0 : config->protocol, text);
}

const char *mail_server_body(enum config_check_kind kind, const char *session, bool up,
			     char text[static MAIL_BODY_BYTES])
{
	const char *result = up ? bodies[kind].good : bodies[kind].bad;

	if (kind == CONFIG_CHECK_BFD)
		snprintf(text, MAIL_BODY_BYTES, "=> BFD CHECK %s %s <=", session, result);
	else
		snprintf(text, MAIL_BODY_BYTES, "=> %s <=", result);
	return text;
}

void mail_server(const struct server_entry *server, enum config_check_kind kind,
		 const char *session, bool up)
{
	const struct pools *pools = server->pool->pools;
	char name[MAIL_NAME_BYTES], pool_name[MAIL_NAME_BYTES], about[2 * MAIL_NAME_BYTES + 32];
	char body[MAIL_BODY_BYTES];
	const struct runner_mail mail = {.about = about,
					 .event = up ? "UP" : "DOWN",
					 .body = mail_server_body(kind, session, up, body)};

	if (!server->config->mail)
		return;
	snprintf(about, sizeof(about), "Realserver %s of virtual server %s",
		 mail_server_name(server, name), mail_pool_name(server->pool, pool_name));
	runner_mail(pools->setup.runner, pools->config, &mail);
}

void mail_quorum(const struct pool_entry *pool, bool up)
{
	const struct pools *pools = pool->pools;
	const struct pool_rules *rules = &pool->core.rules;
	unsigned long long weight = pool_alive_weight(&pool->core);
	char name[MAIL_NAME_BYTES], about[MAIL_NAME_BYTES + 32], body[MAIL_BODY_BYTES];
	const struct runner_mail mail = {.about = about, .event = up ? "UP" : "DOWN", .body = body};

	if (!pool->config->mail)
		return;
	snprintf(about, sizeof(about), "Virtualserver %s", mail_pool_name(pool, name));
	if (up)
		snprintf(body, sizeof(body), "=> Gained quorum %u+%u=%u <= %llu <=", rules->quorum,
			 rules->hysteresis, rules->quorum + rules->hysteresis, weight);
	else
		snprintf(body, sizeof(body), "=> Lost quorum %u-%u=%u > %llu <=", rules->quorum,
			 rules->hysteresis, rules->quorum - rules->hysteresis, weight);
	runner_mail(pools->setup.runner, pools->config, &mail);
}
