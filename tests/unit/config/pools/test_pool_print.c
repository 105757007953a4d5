// SPDX-License-Identifier: GPL-2.0-or-later
/* A printed pool reads back as the same pool. */
#include "tests/unit/config/fixture.h"
#include "user/config/print/print.h"

#define QUIET "lvs_sched rr\nlvs_method NAT\nprotocol TCP\n"
#define POOL(lines) "virtual_server 10.0.0.1 80 {\n" QUIET lines "}\n"
#define CHECK(lines) POOL("real_server 10.0.0.2 80 {\n" lines "}\n")

/* Prints, reads that, and prints again. */
static void round_trip(const char *text, const char *expected)
{
	struct config *config = fixture_parse(text, "");
	char *printed = config_print(config), *again;

	config_free(config);
	if (!strstr(printed, expected))
		fail_msg("'%s' is not in:\n%s", expected, printed);
	config = fixture_parse(printed, "");
	again = config_print(config);
	assert_string_equal(printed, again);
	config_free(config);
	free(printed);
	free(again);
}

static void pools(void **state)
{
	(void)state;
	round_trip(POOL("real_server 10.0.0.2 80 {\n}\n"),
		   "virtual_server 10.0.0.1 80 {\n    protocol TCP\n    lvs_sched rr\n"
		   "    lvs_method NAT\n    quorum 1\n    hysteresis 0\n"
		   "    real_server 10.0.0.2 80 {\n        weight 1\n    }\n}\n");
	round_trip(
		"virtual_server fd00::1 80 {\nlvs_sched mh\nmh-port\nlvs_method DR\nprotocol UDP\n"
		"ops\npersistence_timeout 9\npersistence_granularity 64\npersistence_engine sip\n"
		"quorum 2\nhysteresis 1\nquorum_up \"/bin/true a b\" root\nquorum_down /bin/false\n"
		"alpha\nomega\ninhibit_on_failure\nha_suspend\nsmtp_alert\nsnmp_name x\n"
		"slow_start 3\ndrain_timeout 1500ms\nsorry_server fd00::9 80\n"
		"sorry_server_inhibit\nsorry_server_lvs_method NAT\nvirtualhost h\n"
		"real_server fd00::2 80 {\nweight 4\nlvs_method TUN type gre csum\nuthreshold 9\n"
		"lthreshold 3\ninhibit_on_failure off\nbackup\nnotify_up /bin/true\n"
		"notify_down \"/bin/x 'y z'\" root\nsmtp_alert off\nsnmp_name y\n"
		"TCP_CHECK {\nalpha off\n}\nTCP_CHECK {\n}\n}\n"
		"}\n",
		"initial_state up");
	round_trip(
		"virtual_server fwmark 7 {\nlvs_sched rr\nlvs_method TUN type gue port 9 remcsum\n"
		"ip_family inet6\ndata_plane none\nreal_server fd00::2 80 {\n}\n}\n",
		"virtual_server fwmark 7 {\n    ip_family inet6\n    data_plane none\n");
	round_trip("virtual_server_group \"a b\" {\n10.0.0.1-9 80\n10.0.1.0/24 81\nfwmark 3\n"
		   "fwmark 4 inet\n10.0.0.1 82\n10.0.0.254-10.0.1.3 83\n}\n"
		   "virtual_server group \"a b\" {\n" QUIET "real_server 10.0.0.2 80 {\n}\n}\n",
		   "    10.0.0.254-10.0.1.3 83\n");
}

#define SESSION(lines) "bfd_instance \"a b\" {\n" lines "}\n"

static void sessions(void **state)
{
	(void)state;
	round_trip(SESSION("neighbor_ip 10.0.0.2\n") CHECK("BFD_CHECK {\nname \"a b\"\n}\n"),
		   "bfd_instance \"a b\" {\n    neighbor_ip 10.0.0.2\n    min_rx 10\n"
		   "    min_tx 10\n    idle_tx 1000\n    multiplier 5\n    ttl 255\n"
		   "    max_hops 0\n}\n");
	round_trip(CHECK("BFD_CHECK {\nname \"a b\"\nalpha\nrise 2\ndelay_loop 7\n"
			 "flap_damping { changes 9 }\n}\n")
			   SESSION("neighbour_ip fe80::2\nsource_ip fe80::1\ninterface eth3\n"
				   "min_rx 10.5\nmin_tx 0.001s\nidle_tx 1000.001\nmultiplier 3\n"
				   "passive\nhoplimit 64\nmax_hops -1\nmultihop\n"),
		   "    source_ip fe80::1\n    interface eth3\n    min_rx 10.5\n    min_tx 1\n"
		   "    idle_tx 1000.001\n    multiplier 3\n    passive\n    ttl 64\n"
		   "    max_hops 64\n    multihop\n");
}

static void checks(void **state)
{
	(void)state;
	round_trip(
		CHECK("TCP_CHECK {\nretry 4\ndelay_loop 20ms\nconnect_ip 10.1.0.1\n"
		      "connect_port 9\nbindto 10.1.0.2\nbind_port 99\nbind_if eth3\nfwmark 8\n"
		      "log_all_failures\nrise 3\ndown_interval 9\nwarmup 0\ninitial_state fully_down\n"
		      "startup { failures 3 interval 4 }\nflap_damping { changes 9 }\n}\n"),
		"delay_loop 0.02\n");
	round_trip(
		CHECK("TCP_CHECK {\nexpect 220\nsend \"A \\x22\\x00#!$\\\\\\t\\r\\n\"\nexpect \"{x\"\nexpect_regex \"^a b\\s\\x41$\"\nsend QUIT\\r\\n\n}\n"),
		"send \"A \\x22\\x00\\x23\\x21\\x24\\\\\\t\\r\\n\"\n");
	round_trip(
		CHECK("HTTP_GET {\nurl {\npath /\n}\nurl {\npath /x?a=b&c\nmethod OPTIONS\nstatus_code 100 200-204 639\n"
		      "digest 0123456789abcdef0123456789abcdef\nvirtualhost v\nregex \"a b\"\n"
		      "regex_no_match\nregex_options caseless multiline\nregex_min_offset 1\n"
		      "regex_max_offset 5\n}\nheader \"A: b c\"\nvirtualhost w\nenable_sni\nsni_name s\n"
		      "verify\nfast_recovery\nfollow_redirects\nhttp_protocol 2\n}\n"
		      "SSL_GET {\ntls_compliant\npath /\n}\n"),
		"status_code 100 200-204 639\n");
	round_trip(
		CHECK("SMTP_CHECK {\nhelo_name \"a b\"\nhost {\nconnect_ip 10.0.0.9\n}\n}\n"
		      "DNS_CHECK {\ntype MX\nname a.b\n}\nUDP_CHECK {\npayload 00ff\n"
		      "require_reply 1xx2\nmin_reply_length 1\nmax_reply_length 3\n}\n"
		      "UDP_CHECK {\nrequire_reply\n}\nPING_CHECK {\n}\n"
		      "MISC_CHECK {\nmisc_path \"/bin/x 'a b' c\"\nmisc_timeout 3\nmisc_dynamic\n"
		      "user root root\n}\nAGENT_CHECK {\nport 80\nsend x\n}\n"
		      "GRPC_CHECK {\nservice s\ntls\n}\nTCP_SESSION {\nuser_timeout 2\n}\n"
		      "FILE_CHECK {\ntrack_file f\nweight 3 reverse\n}\n") "track_file f {\nfile /run/f\n}\n",
		"require_reply 1xx2\n");
	round_trip(
		"vrrp_check a {\nhttp {\nport 99\npath /x\ndelay_before_retry 2\n}\nperiod 3\n"
		"weight -3 reverse\n}\nvrrp_check b {\nping {\nconnect_ip 10.0.0.1\n}\n"
		"initial_state down\nstartup { failures 3 }\n}\n"
		"vrrp_check d {\ntcp {\nport 1\nsend x\nexpect y\n}\n}\nvrrp_check c {\nhttps {\nurl {\npath /\nstatus_code 200\n}\nport 443\n}\n}\n" INSTANCE
			VIPS "track_check {\na weight 3\nb\n}\n}\n",
		"status_code 200-399\n");
}

static void globals(void **state)
{
	(void)state;
	round_trip("global_defs {\nlvs_timeouts tcp 9\nlvs_flush\nlvs_flush_on_stop VS\n"
		   "lvs_sync_daemon eth0 V id 0 maxlen 9 port 8 ttl 7 group 224.0.0.9\n"
		   "lvs_notify_fifo /f root\nlvs_notify_fifo_script \"/bin/cat x\"\n"
		   "nftables_ipvs\nno_checker_emails\nrs_init_notifies\nchecker_user x\n}\n"
		   "SSL {\npassword \"a b\"\nca /c\ncertificate /d\nkey /e\n}\n" INSTANCE VIPS
		   "}\n",
		   "lvs_sync_daemon eth0 inst V id 0 maxlen 9 port 8 ttl 7 group 224.0.0.9\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pools),
		cmocka_unit_test(sessions),
		cmocka_unit_test(checks),
		cmocka_unit_test(globals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
