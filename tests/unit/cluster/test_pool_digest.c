// SPDX-License-Identifier: GPL-2.0-or-later
/* Directors whose checks differ in one setting have other digests. */
#include "user/cluster/pool_digest.h"
#include "user/lib/array.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* after the four that it needs */
#include <cmocka.h>

static char root[] = "/";

/* A pool with one server and one check with one URL. */
struct director {
	struct config_pool pool;
	struct config_real_server server;
	struct config_check check;
	struct config_check_url url;
};

static void make(struct director *director)
{
	*director = (struct director){0};
	director->url.path = root;
	director->check.http.urls = &director->url;
	director->check.http.url_count = 1;
	director->server.checks = &director->check;
	director->server.check_count = 1;
	director->pool.servers = &director->server;
	director->pool.server_count = 1;
}

static uint64_t digest_of(const struct director *director)
{
	const struct config_pools pools = {0};

	return pool_digest(&pools, &director->pool);
}

static char text[] = "text";
static char *texts[] = {text, NULL};
static uint8_t bytes[] = {1};
static struct config_tcp_step sent = {CONFIG_TCP_SEND, bytes, 1};
static struct config_tcp_step expected = {CONFIG_TCP_EXPECT, bytes, 1};

#define CHANGE(name, statement)                                                                    \
	static void name(struct director *d)                                                       \
	{                                                                                          \
		statement;                                                                         \
	}

CHANGE(status, d->url.status_good[3] = 1)
CHANGE(method, d->url.method = text)
CHANGE(body, d->url.digest = text)
CHANGE(expression, d->url.regex = text)
CHANGE(no_match, d->url.regex_no_match = true)
CHANGE(url_host, d->url.virtualhost = text)
CHANGE(protocol, d->check.http.protocol = CONFIG_HTTP_2)
CHANGE(verify, d->check.http.verify = true)
CHANGE(tls, d->check.http.tls = true)
CHANGE(sni, d->check.http.sni_name = text)
CHANGE(headers, d->check.http.headers = texts)
CHANGE(service, d->check.http.grpc_service = text)
CHANGE(sends, (d->check.tcp.steps = &sent, d->check.tcp.step_count = 1))
CHANGE(expects, (d->check.tcp.steps = &expected, d->check.tcp.step_count = 1))
CHANGE(payload, (d->check.udp.payload = bytes, d->check.udp.payload_length = 1))
CHANGE(reply, d->check.udp.require_reply = true)
CHANGE(dns_type, d->check.dns_type = 1)
CHANGE(program, d->check.command.arguments = texts)
CHANGE(file, d->check.file = text)
CHANGE(file_weight, d->check.file_weight = -1)
CHANGE(idle, d->check.keepalive_idle_ns = 1)
CHANGE(fall, d->check.rules.fall = 1)
CHANGE(target, d->check.target.port = 1)
CHANGE(weight, d->server.weight = 1)
CHANGE(quorum, d->pool.quorum = 1)

static void (*const changes[])(struct director *) = {
	status, method,	 body,	  expression, no_match, url_host, protocol, verify, tls,
	sni,	headers, service, payload,    reply,	dns_type, program,  file,   file_weight,
	idle,	fall,	 target,  weight,     quorum,	sends,	  expects,
};

static void each_setting_counts(void **state)
{
	uint64_t digests[ARRAY_SIZE(changes) + 1];
	struct director director;

	(void)state;
	make(&director);
	digests[0] = digest_of(&director);
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		make(&director);
		changes[i](&director);
		digests[i + 1] = digest_of(&director);
		for (size_t k = 0; k <= i; k++)
			assert_true(digests[k] != digests[i + 1]);
	}
}

/* Each node checks from an address of its own. */
static void where_checks_come_from_does_not(void **state)
{
	struct director director, other;

	(void)state;
	make(&director);
	make(&other);
	other.check.bind.port = 7;
	other.check.mark = 7;
	strcpy(other.check.interface, "eth7");
	assert_true(digest_of(&director) == digest_of(&other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_setting_counts),
		cmocka_unit_test(where_checks_come_from_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
