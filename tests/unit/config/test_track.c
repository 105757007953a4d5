// SPDX-License-Identifier: GPL-2.0-or-later
/* What instances and sync groups track, and the groups themselves. */
#include "tests/unit/config/fixture.h"
#include "user/lib/array.h"

#define THINGS                                                                                     \
	"vrrp_script s { script x }\nvrrp_script w {\nscript x\nweight 7 reverse\n}\n"             \
	"vrrp_track_process p {\nprocess x\nweight 254\n}\ntrack_file f { file x }\n"              \
	"heartbeat h {\ninterface eth0\nkey_file k\nnode 1 a 10.0.0.1\nnode 2 b 10.0.0.2\n}\n"
#define OWNER "priority 255\n"
#define GROUPS                                                                                     \
	V3 "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n"                              \
	   "virtual_ipaddress { 10.0.0.8 }\n}\n"                                                   \
	   "vrrp_instance B {\ninterface eth0\nvirtual_router_id 2\n"                              \
	   "virtual_ipaddress { 10.0.0.9 }\n}\n"

static void check(const struct config_track *track, enum config_track_kind kind, const char *name,
		  int weight, bool reverse)
{
	assert_int_equal(track->kind, kind);
	assert_string_equal(track->name, name);
	assert_int_equal(track->weight, weight);
	assert_int_equal(track->reverse, reverse);
}

static void lines(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE VIPS "track_interface {\neth1\neth2 weight -254 reverse\n}\n"
			      "track_script {\ns\nw\n}\ntrack_process { p }\ntrack_file { f }\n"
			      "track_peer a\ntrack_peer b weight 20\n}\n" THINGS,
		"");
	const struct config_track *tracks = config->instances[0].tracks;

	(void)state;
	assert_int_equal(config->instances[0].track_count, 8);
	check(&tracks[0], CONFIG_TRACK_INTERFACE, "eth1", 0, false);
	check(&tracks[1], CONFIG_TRACK_INTERFACE, "eth2", -254, true);
	check(&tracks[2], CONFIG_TRACK_SCRIPT, "s", 0, false);
	check(&tracks[3], CONFIG_TRACK_SCRIPT, "w", 7, true);
	check(&tracks[4], CONFIG_TRACK_PROCESS, "p", 254, false);
	check(&tracks[5], CONFIG_TRACK_FILE, "f", 1, false);
	check(&tracks[6], CONFIG_TRACK_PEER, "a", 0, false);
	check(&tracks[7], CONFIG_TRACK_PEER, "b", 20, false);
	config_free(config);
}

/* The line's weight has precedence over the tracked thing's; "reverse" is inherited unless the line
 * has its own. */
static void weights_of_lines(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE VIPS
		"track_script { s weight 3 reverse }\ntrack_process { p weight 0 }\n"
		"track_peer { a weight 1\nb weight 2 no_reverse\n}\n"
		"track_file { f weight -254 noreverse }\n}\n"
		"vrrp_instance W {\ninterface eth0\nvirtual_router_id 2\n"
		"virtual_ipaddress { 10.0.0.8 }\ntrack_script { w weight 3 }\n}\n"
		"vrrp_instance X {\ninterface eth0\nvirtual_router_id 3\n"
		"virtual_ipaddress { 10.0.0.7 }\ntrack_script { w weight 3 noreverse }\n}\n" THINGS,
		"");
	const struct config_track *tracks = config->instances[0].tracks;

	(void)state;
	check(&tracks[0], CONFIG_TRACK_SCRIPT, "s", 3, true);
	check(&tracks[1], CONFIG_TRACK_PROCESS, "p", 0, false);
	check(&tracks[2], CONFIG_TRACK_PEER, "a", 1, false);
	check(&tracks[3], CONFIG_TRACK_PEER, "b", 2, false);
	check(&tracks[4], CONFIG_TRACK_FILE, "f", -254, false);
	check(&config->instances[1].tracks[0], CONFIG_TRACK_SCRIPT, "w", 3, true);
	check(&config->instances[2].tracks[0], CONFIG_TRACK_SCRIPT, "w", 3, false);
	config_free(config);
}

/* What addresses, routes and rules name is tracked, unless no_track, and once. */
static void used_interfaces(void **state)
{
	struct config *config = fixture_parse(
		V3 "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\ndont_track_primary\n"
		   "use_vmac vrrp.1\ntrack_interface {\neth1\neth2 weight 5 reverse\n}\n"
		   "virtual_ipaddress {\n10.0.0.1\n10.0.0.2 dev eth1\n10.0.0.3 dev eth2\n"
		   "10.0.0.4 dev eth3 no_track\n10.0.0.5 dev eth0\n10.0.0.6 dev vrrp.1\n}\n"
		   "virtual_ipaddress_excluded { 10.0.0.7 dev lo }\nvirtual_routes {\n"
		   "10.1.0.0/16 via 10.0.0.9 dev eth4\n10.2.0.0/16 dev eth5 no_track\n"
		   "10.3.0.0/16 nexthop via 10.0.0.9 dev eth6 nexthop via 10.0.0.8 dev eth7\n"
		   "10.4.0.0/16 dev eth4\n}\nvirtual_rules {\n"
		   "iif eth8 oif eth9 table 100 priority 1\n"
		   "iif eth10 table 100 priority 2 no_track\n}\n}\n",
		"9:1: warning: the weight 5 of eth2 has no effect: what line 14 adds needs the interface, so its failure is a fault; remove the weight, or add no_track there\n");
	static const struct {
		const char *name;
		enum config_track_use use;
	} expected[] = {
		{"eth1", CONFIG_TRACK_LISTED},	 {"eth2", CONFIG_TRACK_LISTED},
		{"lo", CONFIG_TRACK_OF_ADDRESS}, {"eth4", CONFIG_TRACK_OF_ROUTE},
		{"eth8", CONFIG_TRACK_OF_RULE},	 {"eth9", CONFIG_TRACK_OF_RULE},
	};
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_int_equal(instance->track_count, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		check(&instance->tracks[i], CONFIG_TRACK_INTERFACE, expected[i].name, 0, false);
		assert_int_equal(instance->tracks[i].use, expected[i].use);
	}
	config_free(config);
}

static void bad_lines(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "track_interface {\n\"\"\neth1 weight\neth2 weight 255\neth3 foo 3\n"
			       "eth4 weight 3 foo\neth5 weight 3 reverse 4\neth6 weight x\n}\n}\n",
		 "7:1: error: '' is not a valid interface name; write a name of 1 to 15 characters, as \"ip link\" shows it\n"
		 "8:6: error: 'weight' is not a weight of eth1; write \"NAME [weight NUMBER [reverse|noreverse]]\"\n"
		 "9:13: error: weight 255 is out of range; -254 to 254 is allowed\n"
		 "10:6: error: 'foo' is not a weight of eth3; write \"NAME [weight NUMBER [reverse|noreverse]]\"\n"
		 "11:15: error: unexpected 'foo' after a weight; write \"NAME [weight NUMBER [reverse|noreverse]]\"\n"
		 "12:6: error: '4' is not a weight of eth5; write \"NAME [weight NUMBER [reverse|noreverse]]\"\n"
		 "13:13: error: 'x' is not a weight; write \"NAME [weight NUMBER [reverse|noreverse]]\"\n"},
		{INSTANCE VIPS "track_script\n}\n",
		 "6:1: error: track_script has no block; write \"track_script { NAME [weight NUMBER [reverse]] ... }\"\n"},
		{INSTANCE VIPS "track_interface {\neth1\neth1 weight 3\neth0\n}\n}\n",
		 "8:1: warning: track_interface eth1 is already listed on line 7; this one is ignored\n"
		 "9:1: warning: eth0 is the instance's own interface, which is always tracked; this line is ignored\n"},
		{INSTANCE VIPS "track_peer a\n}\n",
		 "6:12: error: node a is not defined; use a node of the heartbeat block\n"},
		{INSTANCE VIPS "track_script { check_ngnix }\n}\n"
			       "vrrp_script check_nginx { script x }\n",
		 "6:16: error: vrrp_script check_ngnix is not defined; did you mean 'check_nginx'?\n"},
		{INSTANCE VIPS "track_process { a }\ntrack_file { b }\n}\n",
		 "6:17: error: vrrp_track_process a is not defined; add \"vrrp_track_process a { ... }\"\n"
		 "7:14: error: track_file b is not defined; add \"track_file b { ... }\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void owner(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE OWNER VIPS "track_script {\ns\nw\n}\ntrack_file { f }\n}\n" THINGS,
		"9:1: warning: the weight 7 of w has no effect with priority 255: it is not tracked; remove it, or write \"weight 0\" to make its failure a fault\n"
		"11:14: warning: the weight 1 of f has no effect with priority 255: its failure is a fault; remove the weight\n");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_int_equal(instance->track_count, 2);
	check(&instance->tracks[0], CONFIG_TRACK_SCRIPT, "s", 0, false);
	check(&instance->tracks[1], CONFIG_TRACK_FILE, "f", 0, false);
	config_free(config);
}

static void groups(void **state)
{
	struct config *config = fixture_parse(
		"vrrp_sync_group G {\ngroup {\nB\nA\n}\ntrack_script { w }\nnotify_stop x\n"
		"notify_deleted\nnotify_priority_changes on\nsync_group_tracking_weight\n}\n" GROUPS
			THINGS,
		"");
	const struct config_group *group = &config->groups[0];

	(void)state;
	assert_string_equal(group->name, "G");
	assert_int_equal(group->member_count, 2);
	assert_int_equal(group->members[0], 1);
	assert_int_equal(group->members[1], 0);
	assert_int_equal(group->track_count, 1);
	check(&group->tracks[0], CONFIG_TRACK_SCRIPT, "w", 7, true);
	assert_true(group->tracking_weight && group->notify.deleted);
	assert_true(group->notify.priority_changes);
	assert_string_equal(group->notify.commands[CONFIG_NOTIFY_STOP].arguments[0], "x");
	config_free(config);
}

/* The instance's word counts before the group's, and that before the one of global_defs. */
static void priority_changes_of_groups(void **state)
{
	struct config *config = fixture_parse(
		"global_defs {\nvrrp_notify_priority_changes on\n}\n"
		"vrrp_sync_group G {\ngroup {\nB\nC\n}\nnotify_priority_changes off\n}\n" GROUPS
		"vrrp_instance C {\ninterface eth0\nvirtual_router_id 3\n"
		"notify_priority_changes on\nvirtual_ipaddress { 10.0.0.7 }\n}\n",
		"");

	(void)state;
	assert_true(config->instances[0].notify.priority_changes);
	assert_false(config->instances[1].notify.priority_changes);
	assert_true(config->instances[2].notify.priority_changes);
	config_free(config);
}

static void bad_groups(void **state)
{
	static const struct config_case cases[] = {
		{GROUPS "vrrp_sync_group G {\ngroup { A }\n}\n",
		 "12:1: warning: vrrp_sync_group G has only one instance, so it synchronizes nothing; add another\n"},
		{GROUPS "vrrp_sync_group G {\n}\n",
		 "12:1: warning: vrrp_sync_group G has no instance; add \"group { INSTANCE ... }\"\n"},
		{GROUPS
		 "vrrp_sync_group G {\ngroup { A B A }\n}\nvrrp_sync_group H { group { A } }\n",
		 "13:13: warning: A is already listed on line 13; this one is ignored\n"
		 "15:1: warning: vrrp_sync_group H has only one instance, so it synchronizes nothing; add another\n"
		 "15:29: error: vrrp_instance A is already in vrrp_sync_group G on line 13; keep it in one group\n"},
		{GROUPS "vrrp_sync_group G {\ngroup {\nA\nnobody\n}\n}\n",
		 "15:1: error: vrrp_instance nobody is not defined; add it, or remove it from the group\n"},
		{GROUPS "vrrp_sync_group G {\ngroup { A B }\n}\nvrrp_sync_group G { }\n",
		 "15:1: error: vrrp_sync_group G is already defined on line 12; give each group its own name\n"
		 "15:1: warning: vrrp_sync_group G has no instance; add \"group { INSTANCE ... }\"\n"},
		{GROUPS "vrrp_sync_group G {\ngroup { A B }\nglobal_tracking\nsmtp_alert off\n"
			"track_bfd { x }\nnotify_master_rx_lower_pri x\n}\n",
		 "14:1: warning: global_tracking is deprecated; write sync_group_tracking_weight, or move the track_* blocks to the group\n"
		 "16:1: error: keepalived's 'track_bfd' in vrrp_sync_group is not supported; BFD sessions serve the checks of server pools only: remove it, and watch the other machine with a heartbeat block and \"track_peer NODE\", or a service with vrrp_check\n"
		 "17:1: error: unknown keyword 'notify_master_rx_lower_pri' in vrrp_sync_group; valid keywords: group, sync_group_tracking_weight, global_tracking, notify_priority_changes, track_interface, track_script, track_process, track_file, track_peer, track_app, track_link, track_check, notify, notify_master, notify_backup, notify_fault, notify_stop, notify_deleted, smtp_alert\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

/* A witness removes the instances with heartbeats; groups must follow. */
static void dropped_members(void **state)
{
	struct config *config =
		fixture_parse(V3 "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n"
				 "heartbeat h\nvirtual_ipaddress { 10.0.0.8 }\n}\n"
				 "vrrp_instance B {\ninterface eth0\nvirtual_router_id 2\n"
				 "virtual_ipaddress { 10.0.0.9 }\n}\n"
				 "vrrp_instance C {\ninterface eth0\nvirtual_router_id 3\n"
				 "virtual_ipaddress { 10.0.0.7 }\n}\n"
				 "vrrp_sync_group G {\ngroup { C A B }\n}\n" THINGS,
			      "");

	(void)state;
	config_drop_driven_instances(config);
	assert_int_equal(config->instance_count, 2);
	assert_int_equal(config->groups[0].member_count, 2);
	assert_int_equal(config->groups[0].members[0], 1);
	assert_int_equal(config->groups[0].members[1], 0);
	config_free(config);
}

#define GROUPED INSTANCE VIPS "}\ntrack_group G { group { V } }\n"

static void track_groups(void **state)
{
	static const struct config_case cases[] = {
		{GROUPED "static_ipaddress {\n10.1.0.1 dev eth5 track_group H\n}\n",
		 "9:1: error: track_group H is not defined; add \"track_group H { group { INSTANCE } }\"\n"},
		{GROUPED "track_group G { group { W } }\n",
		 "8:1: error: track_group G is already defined on line 7; give each its own name\n"
		 "8:25: error: vrrp_instance W is not defined; add it, or remove it from the group\n"},
		{GROUPED "static_rules {\nfrom 10.1.0.1 table 5 priority 1 track_group G\n}\n",
		 "9:1: warning: track_group has no effect on a line that names no interface, or several; remove it\n"},
	};
	struct config *config = fixture_parse(
		"static_routes {\n10.2.0.0/24 dev eth2 track_group G\n10.3.0.0/24 dev eth3\n}\n" GROUPED,
		"");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_int_equal(instance->track_count, 1);
	assert_string_equal(instance->tracks[0].name, "eth2");
	assert_int_equal(instance->tracks[0].use, CONFIG_TRACK_OF_STATIC);
	assert_int_equal(instance->tracks[0].weight, 0);
	config_free(config);
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(weights_of_lines),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(owner),
		cmocka_unit_test(groups),
		cmocka_unit_test(bad_groups),
		cmocka_unit_test(dropped_members),
		cmocka_unit_test(used_interfaces),
		cmocka_unit_test(priority_changes_of_groups),
		cmocka_unit_test(track_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
