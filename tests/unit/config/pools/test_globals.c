// SPDX-License-Identifier: GPL-2.0-or-later
/* What global_defs has of server pools. */
#include "tests/unit/config/fixture.h"

#define POOL                                                                                       \
	"virtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n"               \
	"real_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n}\n"

static void everything(void **state)
{
	struct config *config = fixture_parse(
		"global_defs {\nlvs_timeouts tcp 100 udp 7\nlvs_flush\nlvs_flush_on_stop VS\n"
		"lvs_sync_daemon eth0 V id 9 maxlen 1400 port 8849 ttl 3 group 224.0.0.90\n"
		"lvs_notify_fifo /run/f root\nlvs_notify_fifo_script /bin/cat\n"
		"nftables_ipvs mine\nnftables_ipvs_priority -5\nnftables_ipvs_start_fwmark 77\n"
		"no_checker_emails\nrs_init_notifies\nchecker_user who\nchecker_log_all_failures\n"
		"smtp_alert_checker off\nsmtp_alert\nsmtp_server s\n"
		"notification_email {\na@b\n}\n}\n" INSTANCE VIPS "}\n" POOL,
		"");
	const struct config_pools *pools = &config->pools;

	(void)state;
	assert_true(pools->has_timeouts && pools->flush && pools->flush_on_stop);
	assert_int_equal(pools->timeout_tcp_s, 100);
	assert_int_equal(pools->timeout_tcpfin_s, 0);
	assert_int_equal(pools->timeout_udp_s, 7);
	assert_true(pools->flush_on_stop_services);
	assert_string_equal(pools->sync.interface, "eth0");
	assert_string_equal(pools->sync.instance, "V");
	assert_true(pools->sync.has_id);
	assert_int_equal(pools->sync.id, 9);
	assert_int_equal(pools->sync.length_max, 1400);
	assert_int_equal(pools->sync.port, 8849);
	assert_int_equal(pools->sync.ttl, 3);
	check_address(&pools->sync.group, "224.0.0.90");
	assert_string_equal(pools->notify_fifo, "/run/f");
	assert_string_equal(pools->notify_fifo_owner.user, "root");
	assert_string_equal(pools->notify_fifo_script.arguments[0], "/bin/cat");
	assert_true(pools->nftables);
	assert_string_equal(pools->nftables_table, "mine");
	assert_int_equal(pools->nftables_priority, -5);
	assert_int_equal(pools->nftables_first_mark, 77);
	assert_true(pools->no_checker_mails && pools->notify_at_start);
	assert_string_equal(pools->checker_user, "who");
	assert_true(pools->list[0].servers[0].checks[0].log_all_failures);
	assert_false(pools->list[0].servers[0].mail || pools->list[0].mail);
	config_free(config);
}

static void defaults(void **state)
{
	struct config *config = fixture_parse(POOL, "");
	const struct config_pools *pools = &config->pools;

	(void)state;
	assert_false(pools->has_timeouts || pools->flush || pools->nftables);
	assert_string_equal(pools->nftables_table, "keepalived_ipvs");
	assert_int_equal(pools->nftables_priority, -1);
	assert_int_equal(pools->nftables_first_mark, 1000);
	assert_true(pools->list[0].servers[0].mail);
	assert_false(pools->list[0].mail);
	config_free(config);
}

static void old_sync(void **state)
{
	struct config *config =
		fixture_parse(INSTANCE VIPS "lvs_sync_daemon_interface eth1\n}\n", "");

	(void)state;
	assert_string_equal(config->pools.sync.interface, "eth1");
	assert_string_equal(config->pools.sync.instance, "V");
	config_free(config);
}

static void wrong(void **state)
{
	static const struct config_case cases[] = {
		{"global_defs {\nlvs_timeouts tcp\nlvs_timeouts tcp 9 foo 3\nlvs_sync_daemon eth0 inst W id 300\n}\n" POOL,
		 "2:1: error: lvs_timeouts lacks a value; write \"lvs_timeouts [tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]\"\n"
		 "3:1: warning: lvs_timeouts is already set on line 2; the last one counts, as in keepalived; keep one of them\n"
		 "3:20: error: unexpected 'foo'; write \"lvs_timeouts [tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]\"\n"
		 "4:1: error: vrrp_instance W is not defined; add it, or name another one in lvs_sync_daemon\n"
		 "4:32: error: '300' is out of range; 0 to 255 is allowed; write \"lvs_sync_daemon INTERFACE [[inst] INSTANCE] [id 0-255] [maxlen BYTES] [port PORT] [ttl TTL] [group ADDRESS]\"\n"},
		{"global_defs {\nnotify_fifo /run/f\nlvs_notify_fifo /run/f\n}\n" POOL,
		 "3:17: error: notify_fifo and lvs_notify_fifo are both /run/f; give each its own path\n"},
		{"net_namespace_ipvs a\n" POOL,
		 "1:1: error: keepalived's 'net_namespace_ipvs' is not supported; IPVS is used in the network namespace of xbeatd: write \"net_namespace NAME\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything),
		cmocka_unit_test(defaults),
		cmocka_unit_test(old_sync),
		cmocka_unit_test(wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
