// SPDX-License-Identifier: GPL-2.0-or-later
/* strict_mode: what it resets, what it forbids, and accept mode with and without it. */
#include "tests/unit/config/fixture.h"

#define STRICT INSTANCE "strict_mode\n"
#define RESET(keyword) "6:1: warning: " keyword " has no effect with strict_mode; remove one\n"

static void resets(void **state)
{
	static const struct config_case cases[] = {
		{STRICT VIPS "}", ""},
		{STRICT "preempt_delay 3\n" VIPS "}", RESET("preempt_delay")},
		{STRICT "down_timer_adverts 4\n" VIPS "}", RESET("down_timer_adverts")},
		{STRICT "down_timer_adverts 3\n" VIPS "}", ""},
		{STRICT "garp_lower_prio_delay 1\n" VIPS "}", RESET("garp_lower_prio_delay")},
		{STRICT "garp_lower_prio_repeat 1\n" VIPS "}", RESET("garp_lower_prio_repeat")},
		{STRICT "lower_prio_no_advert no\n" VIPS "}", RESET("lower_prio_no_advert")},
		{STRICT "higher_prio_send_advert\n" VIPS "}", RESET("higher_prio_send_advert")},
		{STRICT "vmac_xmit_base\nuse_vmac\n" VIPS "}", RESET("vmac_xmit_base")},
		{STRICT "authentication {\nauth_type PASS\nauth_pass 1\n}\n" VIPS "}",
		 RESET("authentication")},
	};

	(void)state;
	RUN_CASES(cases);
}

static void finalized_values(void **state)
{
	struct config *config = fixture_parse(STRICT VIPS "}", "");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_true(instance->strict);
	assert_false(instance->accept);
	assert_true(instance->lower_prio_no_advert);
	assert_int_equal(instance->garp_lower_prio_delay_ns, 0);
	assert_int_equal(instance->garp_lower_prio_repeat, 0);
	assert_int_equal(instance->garp_repeat, 5);
	config_free(config);

	config = fixture_parse(
		STRICT "state BACKUP\npriority 255\n" VIPS "}",
		"6:1: warning: state has no effect with priority 255 and strict_mode; remove one\n");
	assert_true(config->instances[0].start_as_master);
	config_free(config);
}

static void states_and_addresses(void **state)
{
	static const struct config_case cases[] = {
		{STRICT "state MASTER\npriority 254\n" VIPS "}",
		 "6:1: warning: state has no effect with a priority other than 255 and strict_mode; remove one\n"},
		{STRICT "state MASTER\npriority 255\n" VIPS "}", ""},
		{STRICT "}",
		 "2:1: error: vrrp_instance V has no virtual_ipaddress, which strict_mode requires; add one\n"},
		{STRICT "virtual_ipaddress { fd00::9 }\n}",
		 "6:21: error: the first address must be link-local in strict_mode (RFC 9568 section 5.2.9); put a link-local address before it\n"},
		{STRICT "virtual_ipaddress {\nfe80::9\nfd00::9\n}\n}", ""},
		{STRICT "unicast_peer {\n10.0.0.2\n}\n" VIPS "}",
		 "6:1: error: unicast is not in the RFCs, which strict_mode enforces; remove unicast_peer, or add \"strict_mode off\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void accept_mode(void **state)
{
	static const struct {
		const char *text;
		bool accept;
		const char *diagnostics;
	} cases[] = {
		{"strict_mode off\n", true, ""},
		{"no_accept\n", false, ""},
		{"strict_mode\naccept\n", true, ""},
		{"strict_mode\npriority 255\n", true, ""},
		{"strict_mode\npriority 255\nno_accept\n", false, ""},
		{"strict_mode\nversion 2\naccept\n", false,
		 "7:1: warning: accept has no effect with strict_mode and version 2; remove one\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[300];
		struct config *config;

		snprintf(text, sizeof(text), INSTANCE "%s" VIPS "}", cases[i].text);
		config = fixture_parse(text, cases[i].diagnostics);
		assert_int_equal(config->instances[0].accept, cases[i].accept);
		config_free(config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resets),
		cmocka_unit_test(finalized_values),
		cmocka_unit_test(states_and_addresses),
		cmocka_unit_test(accept_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
