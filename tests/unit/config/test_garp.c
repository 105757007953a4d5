// SPDX-License-Identifier: GPL-2.0-or-later
/* garp_group and garp_extra_if. */
#include "tests/unit/config/fixture.h"
#include "user/lib/time.h"

#define TWO_INTERFACES                                                                             \
	INSTANCE "virtual_ipaddress {\n10.0.0.9\n10.1.0.9 dev eth1 use_vmac\n"                     \
		 "10.2.0.9 dev eth2\n}\n}\n"

static void groups(void **state)
{
	struct config *config = fixture_parse(
		"garp_group {\ninterface eth2\ngna_interval 0.5\n}\n"
		"garp_group {\ninterfaces {\neth0 eth1\n}\ngarp_interval 0.25\n}\n" TWO_INTERFACES,
		"");
	const struct config_vip *vips = config->instances[0].vips;

	(void)state;
	assert_int_equal(config->garp_groups[0].garp_interval_ns, 0);
	assert_int_equal(config->garp_groups[0].gna_interval_ns, NS_PER_SECOND / 2);
	assert_int_equal(config->garp_groups[1].garp_interval_ns, NS_PER_SECOND / 4);
	assert_int_equal(vips[0].garp_group, 2);
	assert_int_equal(vips[1].garp_group, 2);
	assert_int_equal(vips[2].garp_group, 1);
	config_free(config);
}

static void group_without_effect(void **state)
{
	static const struct config_case cases[] = {
		{"garp_group {\ninterface eth0\n}\n" TWO_INTERFACES,
		 "1:1: warning: garp_group without garp_interval and gna_interval has no effect; add one, or remove the block\n"},
		{"garp_group {\ninterface eth0\ngarp_interval 1\n}\n"
		 "garp_group {\ninterfaces { eth1 eth0 }\ngarp_interval 2\n}\n" TWO_INTERFACES,
		 "6:19: warning: eth0 is in a garp_group already, which counts, as in keepalived; remove it here\n"},
		{"garp_group {\ninterface lo\ngarp_interval x\n}\n" TWO_INTERFACES,
		 "2:11: error: the loopback interface reaches no other node; name the interface that does\n"
		 "3:15: error: 'x' is not a duration; write \"garp_interval SECONDS\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void check_extra(const char *globals, const char *line, uint64_t seconds, bool all)
{
	struct config *config;
	char *text;

	assert_true(asprintf(&text, "global_defs {\n%s\n}\n" INSTANCE "%s\n" VIPS "}", globals,
			     line) > 0);
	config = fixture_parse(text, "");
	free(text);
	assert_int_equal(config->instances[0].garp_extra.interval_ns, seconds * NS_PER_SECOND);
	assert_int_equal(config->instances[0].garp_extra.all, all);
	config_free(config);
}

static void extra(void **state)
{
	(void)state;
	check_extra("", "", 0, false);
	check_extra("", "garp_extra_if 100", 100, false);
	check_extra("", "garp_extra_if all 100", 100, true);
	check_extra("", "vmac_garp_intvl 100 all", 100, true);
	check_extra("vrrp_garp_extra_if all 60", "", 60, true);
	check_extra("vrrp_vmac_garp_intvl 60", "", 60, false);
	check_extra("vrrp_garp_extra_if all 60", "garp_extra_if 100", 100, false);
	check_extra("vrrp_garp_extra_if all 60", "garp_extra_if 0", 0, false);
}

static void wrong_extra(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "garp_extra_if all\n" VIPS "}",
		 "5:1: error: garp_extra_if lacks an interval; write \"garp_extra_if [all] SECONDS, 0 to 86400\"\n"},
		{INSTANCE "garp_extra_if 86401\n" VIPS "}",
		 "5:15: error: '86401' is not valid; write \"garp_extra_if [all] SECONDS, 0 to 86400\"\n"},
		{"global_defs {\nvrrp_garp_extra_if 0\n}\n" INSTANCE VIPS "}",
		 "2:20: error: '0' is not valid; write \"vrrp_garp_extra_if [all] SECONDS, 1 to 86400\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups),
		cmocka_unit_test(group_without_effect),
		cmocka_unit_test(extra),
		cmocka_unit_test(wrong_extra),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
