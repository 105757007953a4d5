// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The printed configuration: its form, that parsing it prints the same again, and that every change
 * of a setting changes the print.
 */
#include "tests/unit/config/fixture.h"
#include "user/config/print/print.h"

#define EMPTY V3 "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\n" VIPS "}\n"
#define INSTANCE_WITH(more) INSTANCE VIPS more "\n}\n"
#define WITHOUT_INTERFACE(more)                                                                    \
	V3 "vrrp_instance V {\nvirtual_router_id 1\nunicast_src_ip 10.0.0.3\n" more                \
	   "\nunicast_peer { 10.0.0.2 }\n" VIPS "}\n"
#define VIP(line) INSTANCE "virtual_ipaddress {\n" line "\n}\n}\n"
#define EXCLUDED(line) INSTANCE VIPS "virtual_ipaddress_excluded {\n" line "\n}\n}\n"
#define GLOBAL(more) "global_defs {\n" more "\n}\n" EMPTY
#define MAIL "global_defs {\nnotification_email { b@x }\nsmtp_server m\n}\n"
#define SCRIPT(more) EMPTY "vrrp_script s {\nscript x\n" more "\n}\n"
#define PROCESS(more) EMPTY "vrrp_track_process p {\nprocess x\n" more "\n}\n"
#define APP(more) EMPTY "vrrp_app a {\n" more "\n}\n"
#define TRACKED_FILE(more) EMPTY "track_file f {\nfile /x\n" more "\n}\n"
#define TRACKING(lines)                                                                            \
	INSTANCE_WITH(lines)                                                                       \
	"vrrp_script s { script x }\nvrrp_script r {\nscript x\nweight 5 reverse\n}\n"             \
	"vrrp_track_process p { process x }\ntrack_file f { file x }\n"                            \
	"vrrp_app a { }\nvrrp_app b {\nnotify_socket \"/run/a b\"\nweight 5 reverse\n}\n" LAN("",  \
											      "")
#define LAN(settings, nodes)                                                                       \
	"heartbeat h {\ninterface eth0\nkey_file /k\n" settings                                    \
	"node 1 a 10.0.0.1\nnode 2 b 10.0.0.2\n" nodes "}\n"
#define LINKS                                                                                      \
	"heartbeat h {\ninterface eth0\ninterface eth1\nkey_file /k\n"                             \
	"node 1 a 10.0.0.1 10.0.1.1\nnode 2 b 10.0.0.2 10.0.1.2\n}\n"
#define GROUP(more)                                                                                \
	EMPTY "vrrp_instance W {\ninterface eth0\nvirtual_router_id 2\n"                           \
	      "virtual_ipaddress { 10.0.0.8 }\n}\n"                                                \
	      "vrrp_sync_group G {\ngroup { V W }\n" more "\n}\n"

/* No two print the same. Each row is about one keyword, or one form of it. */
static const char *const different[] = {
	EMPTY,
	/* global_defs */
	GLOBAL("router_id r"),
	GLOBAL("router_id \"a b\""),
	GLOBAL("vrrp_rt_priority 51"),
	GLOBAL("no_realtime"),
	GLOBAL("vrrp_priority -20"),
	GLOBAL("vrrp_startup_delay 2.5"),
	GLOBAL("vrrp_garp_interval 0.000001"),
	GLOBAL("vrrp_gna_interval 0.25"),
	GLOBAL("script_user u"),
	GLOBAL("script_user u g"),
	GLOBAL("enable_script_security"),
	GLOBAL("dynamic_interfaces"),
	GLOBAL("notification_email { a@x }"),
	GLOBAL("notification_email { a@x b@x }"),
	GLOBAL("notification_email_from a@x"),
	GLOBAL("smtp_server mail.x"),
	GLOBAL("smtp_server mail.x 26"),
	GLOBAL("smtp_server mail.x\nsmtp_connect_timeout 4"),
	GLOBAL("smtp_helo_name x"),
	GLOBAL("no_email_faults"),
	GLOBAL("notification_email { a@x }\nsmtp_server m\nsmtp_alert"),
	INSTANCE_WITH("smtp_alert") MAIL,
	GROUP("smtp_alert") MAIL,
	GLOBAL("net_namespace blue"),
	GLOBAL("instance \"a b\""),
	GLOBAL("use_pid_dir"),
	GLOBAL("startup_script \"a b\""),
	GLOBAL("startup_script a\nstartup_script_timeout 5"),
	GLOBAL("shutdown_script \"a b\" u"),
	GLOBAL("umask 077"),
	GLOBAL("state_dump_file /s"),
	GLOBAL("stats_dump_file /s"),
	GLOBAL("json_dump_file \"/a b\""),
	GLOBAL("json_version 2"),
	GLOBAL("config_save_dir \"/a b\""),
	GLOBAL("notify_fifo /f"),
	GLOBAL("notify_fifo /f u"),
	GLOBAL("vrrp_notify_fifo \"/f g\" u g"),
	GLOBAL("notify_fifo_script \"a b\""),
	GLOBAL("vrrp_notify_fifo_script \"a b\" u"),
	GLOBAL("vrrp_mcast_group4 224.0.0.19"),
	GLOBAL("vrrp_down_timer_adverts 4"),
	EMPTY "static_ipaddress {\n10.0.0.7/24\n}\n",
	EMPTY "static_ipaddress {\n10.0.0.7/24 dev eth1\n}\n",
	/* routes and rules */
	EMPTY "static_routes {\n10.1.0.0/16 via 10.0.0.254\n}\n",
	EMPTY "static_routes {\n10.1.0.0/16 via 10.0.0.254 metric 5\n}\n",
	EMPTY "static_rules {\nfrom 10.1.0.0/16 table 7\n}\n",
	EMPTY "static_rules {\nfrom 10.1.0.0/16 table 7 priority 9\n}\n",
	INSTANCE_WITH("virtual_routes {\n10.1.0.0/16 via 10.0.0.254\n}\n"),
	INSTANCE_WITH("virtual_routes {\n10.1.0.0/16 dev eth1 scope link\n}\n"),
	INSTANCE_WITH("virtual_routes {\nblackhole 10.1.0.0/16\n}\n"),
	INSTANCE_WITH("virtual_routes {\ndefault nexthop via 10.0.0.2 nexthop via 10.0.0.3\n}\n"),
	INSTANCE_WITH("virtual_routes {\n10.1.0.0/16 via 10.0.0.254 no_track\n}\n"),
	INSTANCE_WITH("virtual_rules {\nfrom 10.1.0.0/16 table 7\n}\n"),
	INSTANCE_WITH("virtual_rules {\nto 10.1.0.0/16 fwmark 3 table 7\n}\n"),
	/* heartbeat */
	EMPTY LAN("", ""),
	EMPTY LAN("port 700\n", ""),
	EMPTY LAN("port 700 694\n", ""),
	EMPTY LAN("cluster_id 2\n", ""),
	EMPTY LAN("interval 15ms\n", ""),
	EMPTY LAN("multiplier 4\n", ""),
	EMPTY LAN("multiplier auto\n", ""),
	EMPTY LAN("multiplier auto\ndetection_min 30ms\n", ""),
	EMPTY LAN("multiplier auto\ndetection_max 300ms\n", ""),
	EMPTY LAN("daemon_timeout 2500ms\n", ""),
	EMPTY LAN("daemon_timeout 50ms\n", ""),
	EMPTY LAN("guard_timeout 2500ms\n", ""),
	EMPTY LAN("restart_grace 0ms\n", ""),
	EMPTY LAN("restart_grace 2500ms\n", ""),
	EMPTY LAN("", "node 3 \"c d\" 10.0.0.3\n"),
	EMPTY LAN("", "node 3 \"c d\" 10.0.0.3 witness\n"),
	EMPTY LAN("on_isolated release\n", "node 3 c 10.0.0.3\n"),
	EMPTY LAN("on_isolated keep\n", "node 3 c 10.0.0.3\n"),
	EMPTY LAN("mode generic\n", ""),
	EMPTY "heartbeat h {\ninterface eth0 routed\nkey_file /k\n"
	      "node 1 a 10.0.0.1\nnode 2 b 10.0.0.2\n}\n",
	EMPTY LAN("mode native\n", ""),
	INSTANCE_WITH("heartbeat h") LAN("", ""),
	INSTANCE_WITH("heartbeat h\nguard_timeout 900ms") LAN("", ""),
	INSTANCE_WITH("heartbeat h\nguard_timeout 900ms") LAN("guard_timeout 800ms\n", ""),
	INSTANCE_WITH("heartbeat h") LAN("guard_timeout 900ms\n", ""),
	INSTANCE_WITH("heartbeat h") LAN("", "node 3 c 10.0.0.3\n"),
	INSTANCE_WITH("heartbeat h\non_partition hold") LAN("", "node 3 c 10.0.0.3\n"),
	INSTANCE_WITH("heartbeat h\nrouters nodes") LAN("", ""),
	INSTANCE_WITH("heartbeat h\nrouters any") LAN("", ""),
	INSTANCE_WITH("heartbeat h\nadvert_int_max 20") LAN("", ""),
	INSTANCE_WITH("guard_timeout 1500ms"),
	/* scripts, processes, files */
	SCRIPT(""),
	SCRIPT("interval 2"),
	SCRIPT("interval 0.25"),
	SCRIPT("timeout 0.001"),
	SCRIPT("rise 2"),
	SCRIPT("fall 2"),
	SCRIPT("weight -3"),
	SCRIPT("weight -3 reverse"),
	SCRIPT("user u"),
	SCRIPT("user u g"),
	SCRIPT("init_fail"),
	EMPTY "vrrp_script s {\nscript \"x ''\"\n}\n",
	EMPTY "vrrp_script s {\nscript \"x 'a  b' c\"\n}\n",
	EMPTY "vrrp_script s {\nscript \"x \\\\042 \\\\047 \\\\\\\\ \\\\n #!{}~@\"\n}\n",
	EMPTY "vrrp_script s {\nscript \"x $A $\\\\{_HASH} \\\\1771\"\n}\n",
	EMPTY "vrrp_script \"a b\" {\nscript x\n}\n",
	PROCESS(""),
	PROCESS("param_match"),
	PROCESS("param_match partial"),
	PROCESS("param_match initial"),
	PROCESS("full_command"),
	PROCESS("weight 3 reverse"),
	PROCESS("quorum 2"),
	PROCESS("quorum_max 2"),
	PROCESS("quorum_max 0"),
	PROCESS("fork_delay 0.000001"),
	PROCESS("terminate_delay 1.5"),
	PROCESS("delay 1.5"),
	EMPTY "vrrp_track_process p {\nprocess \"a b\" \"c\\\\\\\\ d\\\\042\" e\n}\n",
	TRACKED_FILE(""),
	TRACKED_FILE("weight 0"),
	TRACKED_FILE("weight 1 reverse"),
	TRACKED_FILE("init_file"),
	TRACKED_FILE("init_file -3"),
	TRACKED_FILE("init_file -3 overwrite"),
	APP(""),
	APP("timeout 1500ms"),
	APP("timeout 999ms"),
	APP("user u"),
	APP("user 33"),
	APP("user 33 g"),
	APP("user 33 \"g h\""),
	APP("weight 3"),
	APP("weight 3 reverse"),
	APP("}\nvrrp_app b {"),
	EMPTY "vrrp_app b { }\nvrrp_app a { }\n",
	/* groups */
	GROUP(""),
	GROUP("sync_group_tracking_weight"),
	GROUP("notify_priority_changes on"),
	GROUP("notify_deleted"),
	GROUP("notify_deleted x"),
	GROUP("notify x"),
	GROUP("track_interface { eth9 weight 3 }"),
	/* what instances track and notify */
	TRACKING(""),
	TRACKING("track_interface {\neth8\neth9 weight -3 reverse\n}"),
	TRACKING("track_script {\ns\nr\n}"),
	TRACKING("track_script {\ns weight 4\nr weight 4\n}"),
	TRACKING("track_script {\ns weight 4\nr weight 4 noreverse\n}"),
	TRACKING("track_process { p }"),
	TRACKING("track_file { f }"),
	TRACKING("track_peer b weight 30"),
	TRACKING("track_peer b weight 30 reverse"),
	TRACKING("track_app a"),
	TRACKING("track_app a weight 30"),
	TRACKING("track_app b"),
	TRACKING("track_app b weight 4 noreverse"),
	INSTANCE_WITH("track_link eth0 weight 3") LINKS,
	INSTANCE_WITH("track_link eth1 weight 3") LINKS,
	INSTANCE_WITH("track_link eth1 weight -3 reverse") LINKS,
	INSTANCE_WITH("notify x"),
	INSTANCE_WITH("notify x u g"),
	INSTANCE_WITH("notify_master x"),
	INSTANCE_WITH("notify_backup x"),
	INSTANCE_WITH("notify_fault x"),
	INSTANCE_WITH("notify_stop x"),
	INSTANCE_WITH("notify_deleted"),
	INSTANCE_WITH("notify_deleted x"),
	INSTANCE_WITH("notify_master_rx_lower_pri x"),
	INSTANCE_WITH("notify_priority_changes"),
	/* the instance itself */
	INSTANCE_WITH("state MASTER\npriority 100"),
	INSTANCE_WITH("priority 101"),
	INSTANCE_WITH("version 2"),
	INSTANCE_WITH("version 2\nauthentication {\nauth_type PASS\nauth_pass \"1# 2\"\n}"),
	INSTANCE_WITH("version 2\nauthentication {\nauth_type PASS\nauth_pass 12345678\n}"),
	INSTANCE_WITH("advert_int 0.03"),
	INSTANCE_WITH("nopreempt"),
	INSTANCE_WITH("preempt_delay 2.5"),
	INSTANCE_WITH("nopreempt\ntimer_expired_backup"),
	INSTANCE_WITH("mcast_src_ip 10.0.0.200"),
	INSTANCE_WITH("mcast_src_ip 10.0.0.200\ntrack_src_ip"),
	INSTANCE VIPS "}\ninterface_up_down_delays {\neth0 1.5 0.25\neth1 3\n}\n",
	INSTANCE_WITH("mcast_dst_ip 224.0.0.20"),
	INSTANCE_WITH("unicast_peer { 10.0.0.2 }"),
	INSTANCE_WITH("unicast_peer { 10.0.0.2 min_ttl 3 }"),
	INSTANCE_WITH("unicast_peer { 10.0.0.2 min_ttl 0 }"),
	INSTANCE_WITH("unicast_peer { 10.0.0.2 max_ttl 3 }"),
	INSTANCE_WITH("unicast_peer { 10.0.0.2 }\nunicast_ttl 3"),
	INSTANCE_WITH("unicast_peer { 10.0.0.2 }\nunicast_src_ip 10.0.0.3"),
	WITHOUT_INTERFACE(""),
	WITHOUT_INTERFACE("vrf blue"),
	INSTANCE_WITH("use_vmac"),
	INSTANCE_WITH("use_vmac v0"),
	INSTANCE_WITH("use_vmac v0 02:00:00:00:07 group 7 netlink_notify_msg"),
	INSTANCE_WITH("use_vmac\nvmac_xmit_base"),
	INSTANCE_WITH("use_vmac_addr"),
	INSTANCE_WITH("garp_extra_if 7"),
	INSTANCE_WITH("garp_extra_if all 7"),
	INSTANCE_WITH("") "garp_group {\ninterface eth0\ngna_interval 1\n}\n",
	"global_defs {\nvmac_addr_prefix a\n}\n" INSTANCE_WITH("use_vmac_addr"),
	INSTANCE_WITH("no_accept"),
	INSTANCE_WITH("strict_mode on"),
	INSTANCE_WITH("strict_mode on\naccept"),
	INSTANCE_WITH("dont_track_primary"),
	INSTANCE_WITH("promote_secondaries"),
	INSTANCE_WITH("garp_master_delay 1.25"),
	INSTANCE_WITH("garp_master_repeat 6"),
	INSTANCE_WITH("garp_master_refresh 6"),
	INSTANCE_WITH("garp_master_refresh_repeat 6"),
	INSTANCE_WITH("garp_lower_prio_delay 6"),
	INSTANCE_WITH("garp_lower_prio_repeat 6"),
	INSTANCE_WITH("down_timer_adverts 6"),
	INSTANCE_WITH("lower_prio_no_advert"),
	INSTANCE_WITH("higher_prio_send_advert"),
	/* addresses */
	VIP("10.0.0.9/24"),
	VIP("10.0.0.9 dev eth1"),
	VIP("10.0.0.9 dev eth1 use_vmac"),
	VIP("10.0.0.9/24 brd +"),
	VIP("10.0.0.9 scope link"),
	VIP("10.0.0.9 label eth0:1"),
	VIP("10.0.0.9 peer 10.0.0.10"),
	VIP("10.0.0.9 peer 10.0.0.10/24"),
	VIP("10.0.0.9 preferred_lft 0"),
	VIP("10.0.0.9 noprefixroute"),
	VIP("10.0.0.9 autojoin"),
	VIP("10.0.0.9 no_track"),
	VIP("10.0.0.9\n10.0.0.8"),
	VIP("10.0.0.8\n10.0.0.9"),
	VIP("fe80::1/64"),
	VIP("fe80::1/128"),
	VIP("fe80::1/64 -nodad"),
	VIP("fe80::1/64 home"),
	VIP("fe80::1/64 mngtmpaddr"),
	VIP("fe80::1/64 preferred_lft 9"),
	VIP("fe80::1/128 preferred_lft forever"),
	EXCLUDED("10.0.0.8"),
	EXCLUDED("2001:db8::8/64"),
};

static struct config *parse_silently(const char *text)
{
	struct diagnostics diagnostics = {0};
	struct config *config = NULL;

	if (config_parse("test.conf", text, strlen(text), &fixture_node, &config, &diagnostics)) {
		char *messages = fixture_render(&diagnostics);

		fail_msg("%s\n%s", messages, text);
	}
	diagnostics_free(&diagnostics);
	return config;
}

static void reading_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(different) / sizeof(different[0]); i++) {
		struct config *config = parse_silently(different[i]), *again;
		char *printed = config_print(config), *printed_again;

		again = fixture_parse(printed, "");
		printed_again = config_print(again);
		assert_string_equal(printed, printed_again);
		free(printed);
		free(printed_again);
		config_free(config);
		config_free(again);
	}
}

static void every_setting_changes_the_print(void **state)
{
	char *printed[sizeof(different) / sizeof(different[0])];
	size_t count = sizeof(different) / sizeof(different[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct config *config = parse_silently(different[i]);

		printed[i] = config_print(config);
		config_free(config);
		for (size_t j = 0; j < i; j++) {
			if (!strcmp(printed[i], printed[j]))
				fail_msg("these print the same:\n%s\n%s", different[i],
					 different[j]);
		}
	}
	for (size_t i = 0; i < count; i++)
		free(printed[i]);
}

static void check_printed(char *printed, const char *expected)
{
	assert_string_equal(printed, expected);
	free(printed);
}

static void defaults(void **state)
{
	struct config *config =
		parse_silently("vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\n" VIPS
			       "track_script { chk }\nnotify \"/bin/x 'a b'\" root\n}\n"
			       "vrrp_script chk { script \"pidof nginx\" }\n" LAN("", ""));

	(void)state;
	check_printed(config_print_instance(&config->instances[0]),
		      "vrrp_instance VI_1 {\n"
		      "    state BACKUP\n"
		      "    interface eth0\n"
		      "    virtual_router_id 51\n"
		      "    version 2\n"
		      "    priority 100\n"
		      "    advert_int 1\n"
		      "    mcast_dst_ip 224.0.0.18\n"
		      "    strict_mode off\n"
		      "    accept\n"
		      "    garp_master_delay 5\n"
		      "    garp_master_repeat 5\n"
		      "    garp_master_refresh 0\n"
		      "    garp_master_refresh_repeat 1\n"
		      "    garp_lower_prio_delay 5\n"
		      "    garp_lower_prio_repeat 5\n"
		      "    down_timer_adverts 3\n"
		      "    lower_prio_no_advert off\n"
		      "    higher_prio_send_advert off\n"
		      "    notify_priority_changes off\n"
		      "    virtual_ipaddress {\n"
		      "        10.0.0.9/32\n"
		      "    }\n"
		      "    track_script {\n"
		      "        chk weight 0 noreverse\n"
		      "    }\n"
		      "    notify \"/bin/x 'a b'\" root\n"
		      "}\n");
	check_printed(config_print_script(&config->scripts[0]), "vrrp_script chk {\n"
								"    script \"pidof nginx\"\n"
								"    interval 1\n"
								"    timeout 1\n"
								"    rise 1\n"
								"    fall 1\n"
								"    weight 0\n"
								"}\n");
	check_printed(config_print_heartbeat(config->heartbeat), "heartbeat h {\n"
								 "    interface eth0\n"
								 "    port 694\n"
								 "    cluster_id 1\n"
								 "    key_file /k\n"
								 "    interval 10ms\n"
								 "    multiplier 3\n"
								 "    daemon_timeout 3s\n"
								 "    guard_timeout 3s\n"
								 "    restart_grace 1s\n"
								 "    on_isolated keep\n"
								 "    node 1 a 10.0.0.1\n"
								 "    node 2 b 10.0.0.2\n"
								 "}\n");
	config_free(config);
}

/* Weights without effect are printed as they are used, not as they were written. */
static void finalized_weights(void **state)
{
	struct config *config = parse_silently(
		"vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\npriority 255\n" VIPS
		"track_script { s weight 5 }\ntrack_file { f }\n}\n"
		"vrrp_script s { script x }\ntrack_file f { file x }\n");
	char *printed = config_print(config);
	struct config *again = fixture_parse(printed, "");

	(void)state;
	assert_int_equal(again->instances[0].track_count, 1);
	assert_int_equal(again->instances[0].tracks[0].weight, 0);
	free(printed);
	config_free(config);
	config_free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_again),
		cmocka_unit_test(every_setting_changes_the_print),
		cmocka_unit_test(defaults),
		cmocka_unit_test(finalized_weights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
