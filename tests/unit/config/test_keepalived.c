// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configurations of keepalived users: they work, and everything ignored is reported. Then the same
 * text, truncated everywhere and with random damage, for the sanitizers. The same for a template:
 * definitions, conditions, loops and an include.
 */
#include "tests/unit/config/fixture.h"
#include "user/lib/address.h"
#include "user/lib/time.h"

static const char keepalived[] = "! Configuration File for keepalived\n"
				 "\n"
				 "global_defs {\n"
				 "   notification_email {\n"
				 "     admin@example.net\n"
				 "   }\n"
				 "   notification_email_from keepalived@example.net\n"
				 "   smtp_server 192.0.2.1\n"
				 "   router_id LB_EAST\n"
				 "   vrrp_version 3\n"
				 "   vrrp_garp_master_repeat 2\n"
				 "   enable_script_security\n"
				 "}\n"
				 "\n"
				 "vrrp_script check_proxy {\n"
				 "    script \"/usr/bin/pidof haproxy # not a comment }\"\n"
				 "    interval 2\n"
				 "    weight -20\n"
				 "}\n"
				 "\n"
				 "vrrp_sync_group G1\n"
				 "{\n"
				 "    group {\n"
				 "        VI_1\n"
				 "        VI_2\n"
				 "    }\n"
				 "    notify_master \"/etc/keepalived/up.sh all\"\n"
				 "}\n"
				 "\n"
				 "vrrp_instance VI_1 {\n"
				 "    state BACKUP\n"
				 "    interface eth0\n"
				 "    virtual_router_id 51\n"
				 "    priority 150\n"
				 "    advert_int 1\n"
				 "    nopreempt\n"
				 "    authentication {\n"
				 "        auth_type PASS\n"
				 "        auth_pass 1111\n"
				 "    }\n"
				 "    virtual_ipaddress {\n"
				 "        192.0.2.10/24 dev eth0 label eth0:vip\n"
				 "        # 192.0.2.11\n"
				 "        192.0.2.12/24\n"
				 "    }\n"
				 "    track_script { check_proxy }\n"
				 "    track_interface {\n"
				 "        eth0\n"
				 "        eth1 weight -10\n"
				 "    }\n"
				 "    smtp_alert\n"
				 "    notify_master \"/etc/keepalived/up.sh VI_1\" root\n"
				 "}\n"
				 "\n"
				 "vrrp_instance VI_2 {\n"
				 "    state MASTER\n"
				 "    interface eth1\n"
				 "    virtual_router_id 52\n"
				 "    priority 100\n"
				 "    garp_master_delay 10\n"
				 "    virtual_ipaddress {\n"
				 "        198.51.100.10 brd 198.51.100.255\n"
				 "    }\n"
				 "}\n"
				 "\n"
				 "virtual_server 192.0.2.10 80 {\n"
				 "    delay_loop 6\n"
				 "    lb_algo rr\n"
				 "    real_server 10.0.0.1 80 {\n"
				 "        TCP_CHECK { connect_timeout 3 }\n"
				 "    }\n"
				 "}\n";

static const char what_is_left_out[] =
	"37:5: warning: authentication has no effect with VRRP version 3; remove one\n"
	"46:20: warning: the weight -20 of check_proxy has no effect in a sync group without sync_group_tracking_weight: it is not tracked; remove it, or write \"weight 0\" to make its failure a fault\n"
	"48:9: warning: eth0 is the instance's own interface, which is always tracked; this line is ignored\n"
	"49:9: warning: the weight -10 of eth1 has no effect in a sync group without sync_group_tracking_weight: its failure is a fault; remove the weight\n"
	"66:1: warning: virtual_server has no forwarding method; as in keepalived it is NAT; add \"lvs_method NAT\"\n"
	"66:1: warning: virtual_server has no protocol; as in keepalived it is UDP; add \"protocol TCP\" or \"protocol UDP\"\n";

static void whole_file(void **state)
{
	struct config *config = fixture_parse(keepalived, what_is_left_out);

	(void)state;
	assert_int_equal(config->instance_count, 2);
	assert_int_equal(config->instances[0].vip_count, 2);
	assert_false(config->instances[0].preempt);
	assert_int_equal(config->instances[0].garp_repeat, 2);
	assert_true(config->instances[1].start_as_master);
	assert_int_equal(config->instances[1].garp_delay_ns, 10 * NS_PER_SECOND);
	assert_true(config->instances[1].vips[0].has_broadcast);
	config_free(config);
}

/* The usual first configuration of a keepalived user. */
static const char first_of_all[] = "vrrp_script chk_nginx {\n"
				   "    script \"pidof nginx\"\n"
				   "    interval 2\n"
				   "    weight 50\n"
				   "}\n"
				   "vrrp_instance VI_1 {\n"
				   "    state MASTER\n"
				   "    interface eth0\n"
				   "    virtual_router_id 51\n"
				   "    priority 100\n"
				   "    advert_int 1\n"
				   "    authentication {\n"
				   "        auth_type PASS\n"
				   "        auth_pass 12345\n"
				   "    }\n"
				   "    virtual_ipaddress {\n"
				   "        192.168.1.100\n"
				   "    }\n"
				   "    track_script {\n"
				   "        chk_nginx\n"
				   "    }\n"
				   "}\n";

static void usual_first_file(void **state)
{
	struct config *config = fixture_parse(first_of_all, "");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_int_equal(instance->version, 2);
	assert_int_equal(instance->family, 4);
	assert_int_equal(instance->priority, 100);
	assert_true(instance->start_as_master);
	assert_int_equal(instance->authentication, CONFIG_AUTHENTICATION_PASS);
	assert_memory_equal(instance->password, "12345\0\0", sizeof(instance->password));
	assert_int_equal(instance->advertised_count, 1);
	check_address(&instance->vips[0].address, "192.168.1.100");
	assert_string_equal(config->scripts[0].command.arguments[1], "nginx");
	assert_int_equal(config->scripts[0].timeout_ns, 2 * NS_PER_SECOND);
	assert_int_equal(instance->tracks[0].weight, 50);
	check_address(&instance->group, "224.0.0.18");
	config_free(config);
}

/* Parses a copy of exact size, so that a read past its end is detected. */
static void parse_exactly(const char *text, size_t length)
{
	struct diagnostics diagnostics = {0};
	struct config *config = NULL;
	char *copy = malloc(length ? length : 1);
	int result;

	memcpy(copy, text, length);
	result = config_parse("test.conf", copy, length, &fixture_node, &config, &diagnostics);
	assert_int_equal(result == 0, diagnostics.error_count == 0);
	assert_int_equal(result == 0, config != NULL);
	config_free(config);
	diagnostics_free(&diagnostics);
	free(copy);
}

static const char own_blocks[] =
	"global_defs { router_id a\n vrrp_version 3\n vrrp_rt_priority 5\n }\n"
	"heartbeat lan {\n interface eth0\n interface eth1\n key_file \"k\"\n interval 10ms\n"
	" daemon_timeout 1.5s\n node 1 a 10.0.0.1 fd00::1\n node 2 b 10.0.0.2 fd00::2 witness\n}\n"
	"vrrp_instance V {\n interface eth0\n virtual_router_id 1\n state MASTER\n nopreempt\n"
	" preempt_delay 3\n advert_int 0.015\n mcast_src_ip 10.0.0.1\n heartbeat lan\n"
	" virtual_ipaddress { 10.0.0.9/24 brd + dev eth1 scope 5 label x -nodad }\n}\n"
	"vrrp_instance U { interface eth0\n virtual_router_id 2\n version 2\n strict_mode off\n"
	" authentication { auth_type PASS\n auth_pass 123456789\n }\n use_vmac\n nopreempt\n"
	" unicast_src_ip 10.0.0.1\n unicast_peer { 10.0.0.2 min_ttl 1 max_ttl 9\n }\n no_accept\n"
	" virtual_ipaddress_excluded { fd00::1 peer fd00::2/64 preferred_lft 5 home\n }\n"
	" timer_expired_backup 3\n virtual_ipaddress { 10.0.0.8\n }\n}\n"
	"static_ipaddress { 10.0.0.7/24 dev lo\n }\n"
	"$X=1 \\\n 2\n~SEQ(A,1,2) {\n@a b ${C} \\# ! c\n";

/* The whole grammar at once; its include finds one file, with a comment. */
static const char template[] =
	"# One file for both routers\n"
	"@main   $PRIORITY=150\n"
	"@^main  $PRIORITY=100 # the other one\n"
	"$NET=10.${SITE}\n"
	"$SITE=7\n"
	"global_defs {\n"
	"    include_check wildcard_match\n"
	"    vrrp_version 3\n"
	"    router_id \"${_INSTANCE}@${_PWD}${_HASH}${_RANDOM 4 4}${_ENV SITE}\"\n"
	"}\n"
	"$INSTANCE= \\\n"
	"vrrp_instance VI_${NUM} { \\\n"
	"    interface eth${NUM} # each has its own \\\n"
	"    virtual_router_id ${NUM} \\\n"
	"    priority $PRIORITY \\\n"
	"    @main nopreempt \\\n"
	"    @other state MASTER \\\n"
	"    virtual_ipaddress { \\\n"
	"        ~LST({LAST, TAG}, {9,a}, {10,b}) ${NET}.${NUM}.${LAST}/24 label e:${TAG} \\\n"
	"        ~SEQ(A,1,2) ~SEQx(B,3,-1,2) 10.${A}.${B}.${NUM} \\\n"
	"    } \\\n"
	"}\n"
	"\n"
	"~SEQ(NUM,51,53) $INSTANCE\n"
	"include conf.d/{more,less}.conf\n";

static void whole_template(void **state)
{
	struct config *config = fixture_parse(template, "");
	const struct config_instance *last = &config->instances[2];

	(void)state;
	assert_string_equal(config->router_id, "main@/etc#4${_ENV SITE}");
	assert_int_equal(config->instance_count, 3);
	assert_string_equal(last->name, "VI_53");
	assert_string_equal(last->interface, "eth53");
	assert_int_equal(last->vrid, 53);
	assert_int_equal(last->priority, 150);
	assert_false(last->preempt);
	assert_false(last->start_as_master);
	assert_int_equal(last->vip_count, 6);
	check_address(&last->vips[1].address, "10.7.53.10");
	assert_string_equal(last->vips[1].label, "e:b");
	check_address(&last->vips[5].address, "10.2.2.53");
	config_free(config);
}

static void truncated_everywhere(void **state)
{
	(void)state;
	for (size_t length = 0; length <= sizeof(keepalived) - 1; length++)
		parse_exactly(keepalived, length);
	for (size_t length = 0; length <= sizeof(own_blocks) - 1; length++)
		parse_exactly(own_blocks, length);
	for (size_t length = 0; length <= sizeof(template) - 1; length++)
		parse_exactly(template, length);
}

/* The generator of Numerical Recipes: the same damage in every run. */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * UINT32_C(1664525) + UINT32_C(1013904223);
	return *seed >> 8;
}

/* Replaces, removes, duplicates or moves a few bytes; returns the new length. */
static size_t damage(char *text, size_t length, size_t room, uint32_t *seed)
{
	static const char likely[] = "{}\"#!\\\n\r\t $@~=/.(),0123456789ax\x01\xff";
	size_t at = next_random(seed) % length, span = next_random(seed) % 40 + 1;

	if (at + span > length)
		span = length - at;
	switch (next_random(seed) % 4) {
	case 0:
	case 1: /* the NUL of the string is one of the likely bytes */
		text[at] = likely[next_random(seed) % sizeof(likely)];
		return length;
	case 2:
		memmove(text + at, text + at + span, length - at - span);
		return length > span ? length - span : length;
	default:
		if (length + span > room)
			return length;
		memmove(text + at + span, text + at, length - at);
		return length + span;
	}
}

static void random_damage(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} originals[] = {
		{keepalived, sizeof(keepalived) - 1},
		{own_blocks, sizeof(own_blocks) - 1},
		{template, sizeof(template) - 1},
	};
	static char text[2 * sizeof(keepalived)];
	uint32_t seed = 20;

	(void)state;
	for (unsigned round = 0; round < 6000; round++) {
		size_t length = originals[round % 3].length;

		memcpy(text, originals[round % 3].text, length);
		for (unsigned changes = next_random(&seed) % 8 + 1; changes > 0; changes--)
			length = damage(text, length, sizeof(text), &seed);
		parse_exactly(text, length);
	}
}

/* Nested blocks do not exhaust the stack. */
static void deep_nesting(void **state)
{
	static char text[200000];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "a{\n"[i % 3];
	parse_exactly(text, sizeof(text));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "{\n"[i % 2];
	parse_exactly(text, sizeof(text));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "}\n"[i % 2];
	parse_exactly(text, sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_file),	  cmocka_unit_test(usual_first_file),
		cmocka_unit_test(whole_template), cmocka_unit_test(truncated_everywhere),
		cmocka_unit_test(random_damage),  cmocka_unit_test(deep_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
