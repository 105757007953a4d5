/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of a pool: of its address, its mark or its group; and the ports of its servers. */
#include "user/lib/address.h"
#include "user/pools/entries/services.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct xb_address address(const char *text)
{
	struct xb_address parsed;

	assert_int_equal(address_parse(text, &parsed), 0);
	return parsed;
}

static void check_endpoint(const struct plane_service *service, const char *text, uint16_t port)
{
	char found[ADDRESS_TEXT_BYTES];

	assert_string_equal(address_format(&service->endpoint.address, found), text);
	assert_int_equal(service->endpoint.port, port);
	assert_int_equal(service->mark, 0);
}

static void test_an_address(void **state)
{
	struct config_pool pool = {.family = 4, .protocol = IPPROTO_UDP};
	const struct config_pools config = {.list = &pool, .count = 1};
	struct plane_service service;

	(void)state;
	pool.endpoint = (struct config_endpoint){address("10.0.0.1"), 53};
	assert_int_equal(services_count(&config, &pool), 1);
	services_fill(&config, &pool, &service);
	check_endpoint(&service, "10.0.0.1", 53);
	assert_int_equal(service.protocol, IPPROTO_UDP);
	assert_ptr_equal(service.pool, &pool);
}

static void test_a_group(void **state)
{
	struct config_group_entry entries[] = {
		{.family = 4, .first = {address("10.0.0.254"), 80}, .address_count = 3},
		{.family = 6, .first = {address("2001:db8::ffff"), 81}, .address_count = 2},
		{.family = 6, .mark = 7, .address_count = 1},
	};
	struct config_server_group group = {
		.name = (char[]){"G"}, .entries = entries, .entry_count = 3};
	struct config_pool pool = {.family = 4, .protocol = IPPROTO_TCP, .group = (char[]){"G"}};
	const struct config_pools config = {
		.list = &pool, .count = 1, .groups = &group, .group_count = 1};
	struct plane_service services[6];

	(void)state;
	assert_int_equal(services_count(&config, &pool), 6);
	services_fill(&config, &pool, services);
	check_endpoint(&services[0], "10.0.0.254", 80);
	check_endpoint(&services[1], "10.0.0.255", 80);
	check_endpoint(&services[2], "10.0.1.0", 80);
	check_endpoint(&services[3], "2001:db8::ffff", 81);
	check_endpoint(&services[4], "2001:db8::1:0", 81);
	assert_int_equal(services[4].family, 6);
	assert_int_equal(services[5].mark, 7);
	assert_int_equal(services[5].family, 6);
	assert_int_equal(services[5].protocol, 0);
}

static uint16_t port_of(enum config_lvs_method method, uint16_t port,
			const struct plane_service *service)
{
	struct config_real_server config = {.endpoint = {.port = port}};

	config.forwarding.method = method;
	return services_server(service, &config, 1).endpoint.port;
}

static void test_ports_of_servers(void **state)
{
	const struct plane_service service = {.endpoint = {.port = 80}}, marked = {.mark = 7};

	(void)state;
	assert_int_equal(port_of(CONFIG_LVS_NAT, 8080, &service), 8080);
	assert_int_equal(port_of(CONFIG_LVS_NAT, 0, &service), 80);
	assert_int_equal(port_of(CONFIG_LVS_DR, 8080, &service), 80);
	assert_int_equal(port_of(CONFIG_LVS_TUN, 8080, &service), 80);
	assert_int_equal(port_of(CONFIG_LVS_NAT, 8080, &marked), 8080);
	assert_int_equal(port_of(CONFIG_LVS_DR, 8080, &marked), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_address),
		cmocka_unit_test(test_a_group),
		cmocka_unit_test(test_ports_of_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
