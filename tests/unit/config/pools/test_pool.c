// SPDX-License-Identifier: GPL-2.0-or-later
/* virtual_server and real_server: what they set, inherit and correct. */
#include "tests/unit/config/fixture.h"
#include "user/lib/time.h"
#include <netinet/in.h>

#define QUIET "lvs_sched rr\nlvs_method NAT\nprotocol TCP\n"
#define POOL(lines) "virtual_server 10.0.0.1 80 {\n" QUIET lines "}\n"

static void everything(void **state)
{
	struct config *config = fixture_parse(
		"virtual_server 10.0.0.1 80 {\nlb_algo sh\nlb_kind DR\nprotocol tcp\n"
		"sh-port\nsh-fallback\npersistence_timeout 60\n"
		"persistence_granularity 255.255.255.0\npersistence_engine sip\n"
		"quorum 3\nhysteresis 1\nquorum_up \"/bin/true up\"\nquorum_down /bin/false root\n"
		"omega\ninhibit_on_failure\nha_suspend\nsmtp_alert\nsnmp_name vs\nvirtualhost www\n"
		"slow_start 30\ndrain_timeout 1s\nweight 2\n"
		"sorry_server 10.0.0.9 81\nsorry_server_inhibit\nsorry_server_lvs_method NAT\n"
		"real_server 10.0.0.2 80 {\n}\n"
		"real_server 10.0.0.3 {\nweight 0\nlvs_method TUN type gue port 6080 remcsum\n"
		"uthreshold 10\nlthreshold 5\ninhibit_on_failure off\nnotify_up /bin/true\n"
		"notify_down /bin/false\nsmtp_alert off\nvirtualhost two\nsnmp_name rs\nbackup\n}\n"
		"real_server 10.0.0.4 80 {\n}\n}\n",
		"");
	const struct config_pool *pool = &config->pools.list[0];

	(void)state;
	assert_int_equal(config->pools.count, 1);
	assert_string_equal(pool->name, "10.0.0.1:80/tcp");
	assert_int_equal(pool->family, 4);
	assert_int_equal(pool->protocol, IPPROTO_TCP);
	assert_string_equal(pool->scheduler, "sh");
	assert_int_equal(pool->scheduler_flags, 3);
	assert_int_equal(pool->persistence_timeout_s, 60);
	check_address(&pool->persistence_mask, "255.255.255.0");
	assert_string_equal(pool->persistence_engine, "sip");
	assert_int_equal(pool->quorum, 3);
	assert_int_equal(pool->hysteresis, 1);
	assert_string_equal(pool->quorum_up.arguments[1], "up");
	assert_string_equal(pool->quorum_down.user, "root");
	assert_true(pool->omega && pool->inhibit_on_failure && pool->ha_suspend && pool->mail);
	assert_false(pool->alpha);
	assert_string_equal(pool->snmp_name, "vs");
	assert_int_equal(pool->slow_start_ns, 30 * NS_PER_SECOND);
	assert_int_equal(pool->drain_timeout_ns, NS_PER_SECOND);
	assert_true(pool->has_sorry && pool->sorry.inhibit_on_failure);
	assert_int_equal(pool->sorry.forwarding.method, CONFIG_LVS_NAT);
	assert_int_equal(pool->sorry.endpoint.port, 81);
	assert_int_equal(pool->server_count, 3);
	assert_int_equal(pool->servers[0].weight, 2);
	assert_int_equal(pool->servers[0].forwarding.method, CONFIG_LVS_DR);
	assert_true(pool->servers[0].inhibit_on_failure && pool->servers[0].mail);
	assert_string_equal(pool->servers[0].virtualhost, "www");
	assert_int_equal(pool->servers[1].weight, 0);
	assert_int_equal(pool->servers[1].endpoint.port, 80);
	assert_int_equal(pool->servers[1].forwarding.method, CONFIG_LVS_TUN);
	assert_int_equal(pool->servers[1].forwarding.tunnel, CONFIG_TUNNEL_GUE);
	assert_int_equal(pool->servers[1].forwarding.tunnel_port, 6080);
	assert_int_equal(pool->servers[1].forwarding.checksum, CONFIG_TUNNEL_REMCSUM);
	assert_int_equal(pool->servers[1].upper_threshold, 10);
	assert_int_equal(pool->servers[1].lower_threshold, 5);
	assert_false(pool->servers[1].inhibit_on_failure || pool->servers[1].mail);
	assert_string_equal(pool->servers[1].virtualhost, "two");
	assert_true(pool->servers[1].backup);
	config_free(config);
}

static void inherited_rules(void **state)
{
	struct config *config = fixture_parse(
		POOL("real_server 10.0.0.2 80 {\nretry 4\nTCP_CHECK {\ndelay_loop 5\nretry 0\n}\n"
		     "TCP_CHECK {\n}\n}\n"
		     "real_server 10.0.0.3 80 {\nalpha\nTCP_CHECK {\nalpha off\n}\nTCP_CHECK {\n"
		     "startup { failures 30 interval 2 }\nflap_damping {\nchanges 5\nhold 9\n}\n}\n}\n"
		     "delay_loop 10\nwarmup 1\nconnect_timeout 3\nrise 2\ndown_interval 30\n"),
		"");
	const struct config_real_server *servers = config->pools.list[0].servers;
	const struct check_rules *own = &servers[0].checks[0].rules;
	const struct check_rules *of_server = &servers[0].checks[1].rules;
	const struct check_rules *last = &servers[1].checks[1].rules;

	(void)state;
	assert_int_equal(own->interval_ns, 5 * NS_PER_SECOND);
	assert_int_equal(own->fall, 1);
	assert_int_equal(own->rise, 2);
	assert_int_equal(own->timeout_ns, 3 * NS_PER_SECOND);
	assert_int_equal(own->warmup_ns, NS_PER_SECOND);
	assert_int_equal(own->down_interval_ns, 30 * NS_PER_SECOND);
	assert_int_equal(own->fast_interval_ns, NS_PER_SECOND);
	assert_int_equal(own->initial, CHECK_INITIAL_UP);
	assert_int_equal(of_server->interval_ns, 10 * NS_PER_SECOND);
	assert_int_equal(of_server->fall, 5);
	assert_int_equal(servers[1].checks[0].rules.initial, CHECK_INITIAL_UP);
	assert_int_equal(last->initial, CHECK_INITIAL_DOWN);
	assert_int_equal(last->fall, 2);
	assert_int_equal(last->startup_failures, 30);
	assert_int_equal(last->startup_interval_ns, 2 * NS_PER_SECOND);
	assert_int_equal(last->flap_changes, 5);
	assert_int_equal(last->flap_window_ns, 60 * NS_PER_SECOND);
	assert_int_equal(last->flap_hold_ns, 9 * NS_PER_SECOND);
	config_free(config);
}

static void short_intervals(void **state)
{
	struct config *config = fixture_parse(
		POOL("delay_loop 10ms\nfall 3\nreal_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}\n"),
		"");
	const struct check_rules *rules = &config->pools.list[0].servers[0].checks[0].rules;

	(void)state;
	assert_int_equal(rules->interval_ns, 10 * NS_PER_MS);
	assert_int_equal(rules->fast_interval_ns, 10 * NS_PER_MS);
	assert_int_equal(rules->fall, 3);
	config_free(config);
}

static void interval_of_a_url_that_is_down(void **state)
{
	struct config *config = fixture_parse(
		POOL("delay_loop 2\nreal_server 10.0.0.2 80 {\nHTTP_GET {\nurl {\npath /\n}\n"
		     "delay_before_retry 3\n}\nTCP_CHECK {\ndelay_before_retry 3\n}\n}\n"),
		"");
	const struct config_check *checks = config->pools.list[0].servers[0].checks;

	(void)state;
	assert_int_equal(checks[0].rules.down_interval_ns, 3 * NS_PER_SECOND);
	assert_int_equal(checks[1].rules.down_interval_ns, 2 * NS_PER_SECOND);
	config_free(config);
}

static void groups(void **state)
{
	struct config *config = fixture_parse(
		"virtual_server group g {\n" QUIET "real_server 10.0.0.2 80 {\n}\n}\n"
		"virtual_server group g {\nlvs_sched rr\nlvs_method NAT\nprotocol UDP\n"
		"real_server 10.0.0.2 80 {\n}\n}\n"
		"virtual_server fwmark 7 {\nlvs_sched rr\nlvs_method NAT\nip_family inet6\n"
		"real_server fd00::2 80 {\n}\n}\n"
		"virtual_server_group g {\n10.0.0.1 80\n10.0.1.5-9 81\n10.0.2.0/24 82\nfwmark 5\n"
		"10.0.3.1-10.0.3.2 83\n}\n",
		"");
	const struct config_server_group *group = &config->pools.groups[0];

	(void)state;
	assert_string_equal(config->pools.list[0].name, "g:0/tcp");
	assert_string_equal(config->pools.list[1].name, "g:1/udp");
	assert_string_equal(config->pools.list[2].name, "fwmark/7/inet6");
	assert_int_equal(group->entry_count, 5);
	assert_int_equal(group->entries[0].address_count, 1);
	assert_int_equal(group->entries[1].address_count, 5);
	assert_int_equal(group->entries[1].first.port, 81);
	assert_int_equal(group->entries[2].address_count, 256);
	assert_int_equal(group->entries[3].mark, 5);
	assert_int_equal(group->entries[4].address_count, 2);
	config_free(config);
}

static void corrected(void **state)
{
	static const struct config_case cases[] = {
		{"virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 80 {\n}\n}\n",
		 "1:1: warning: virtual_server has no forwarding method; as in keepalived it is NAT; add \"lvs_method NAT\"\n"
		 "1:1: warning: virtual_server has no protocol; as in keepalived it is UDP; add \"protocol TCP\" or \"protocol UDP\"\n"
		 "1:1: warning: virtual_server has no scheduler; as in keepalived it is wlc; add \"lvs_sched wlc\"\n"},
		{POOL("quorum 9\nhysteresis 9\nreal_server 10.0.0.2 80 {\n}\n"
		      "real_server 10.0.0.2 {\n}\nreal_server fd00::2 80 {\n}\n"),
		 "5:1: warning: quorum 9 is above the sum of the weights of the real servers; it is lowered to 1, as in keepalived\n"
		 "6:1: warning: hysteresis 9 is not below the quorum; it is lowered to 0, as in keepalived\n"
		 "9:1: warning: real_server 10.0.0.2 port 80 is already listed on line 7; this one is ignored, as in keepalived\n"
		 "11:1: warning: the real_server is not of the virtual server's address family; it is ignored, as in keepalived; only TUN can mix families\n"},
		{POOL("real_server www.example.org 80 {\n}\n"),
		 "5:13: error: 'www.example.org' is not an address; write an address of IPv4 or IPv6 without a prefix length\n"},
		{POOL("real_server 10.0.0.2:80 {\n}\nreal_server [fd00::2]:80 {\n}\n"),
		 "5:13: error: '10.0.0.2:80' is not an address; write \"10.0.0.2 80\"\n"
		 "7:13: error: '[fd00::2]:80' is not an address; write \"fd00::2 80\"\n"},
		{"virtual_server fwmark {\n" QUIET "real_server 10.0.0.2 80 {\n}\n}\n"
		 "virtual_server group {\n" QUIET "real_server 10.0.0.2 80 {\n}\n}\n",
		 "1:16: error: write \"virtual_server fwmark MARK\", without a port\n"
		 "8:16: error: write \"virtual_server group NAME\", without a port\n"},
		{"virtual_server fwmark 0x10 {\n" QUIET "real_server 10.0.0.2 80 {\n}\n}\n",
		 "1:23: error: '0x10' is not a mark; 1 to 4294967295 in decimal is allowed\n"},
		{"virtual_server 10.0.0.1 80 {\nprotocol HTTP\nlvs_sched rr\nlvs_method NAT\n"
		 "real_server 10.0.0.2 80 {\n}\n}\n",
		 "2:10: error: unknown protocol 'HTTP'; write \"protocol TCP|UDP|SCTP\"\n"},
		{POOL("retry 2\nfall 2\nsh-port\nops\nreal_server 10.0.0.2 80 {\nlvs_method DR\n}\n"
		      "real_server 10.0.0.3 81 {\nlvs_method DR\n}\n"),
		 "6:1: warning: fall and retry on line 5 are one setting (fall = retry + 1), the last one counts; keep one\n"
		 "7:1: error: sh-port is a flag of scheduler sh, not of rr; remove it\n"
		 "8:1: warning: ops has no effect without UDP or a mark; remove it\n"
		 "12:1: warning: port 81 has no effect with DR and TUN, which keep the port of the virtual server; it is reset to that, as in keepalived\n"},
		{"virtual_server 10.0.0.1 {\n" QUIET "real_server 10.0.0.2 80 {\n}\n}\n",
		 "1:1: warning: without a port the virtual server needs persistence; persistence_timeout is set to 360; add a port, or the timeout\n"},
		{"virtual_server 10.0.0.1 80 {\nsorry_server 10.0.0.2 80\n}\nvrrp_script S {\nscript /bin/true\n}\n" INSTANCE
			 VIPS "}\n",
		 "1:1: warning: virtual_server has no real_server; it is ignored, as in keepalived; add one\n"},
		{POOL("real_server 10.0.0.2 80 {\n}\n") POOL("real_server 10.0.0.3 80 {\n}\n"),
		 "8:1: error: virtual_server 10.0.0.1:80/tcp is already defined on line 1; keep one of them\n"},
		{"virtual_server group on {\n" QUIET "real_server 10.0.0.2 80 {\n}\n}\n"
		 "virtual_server_group one {\n10.0.0.1 80\n}\n",
		 "1:1: error: virtual_server_group on is not defined; did you mean 'one'?\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

#define CONFUSED(written, meant)                                                                   \
	{                                                                                          \
		POOL("real_server 10.0.0.2 80 {\n" written " {\npath /\n}\n}\n"),                  \
			"6:1: error: unknown keyword '" written                                    \
			"' in real_server; did you mean '" meant "'?\n"                            \
	}

static void confused(void **state)
{
	static const struct config_case cases[] = {
		CONFUSED("HTTP_CHECK", "HTTP_GET"),   CONFUSED("http_check", "HTTP_GET"),
		CONFUSED("HTTP_CHEK", "HTTP_GET"),    CONFUSED("HTTP_GTE", "HTTP_GET"),
		CONFUSED("HTTPS_CHECK", "SSL_GET"),   CONFUSED("HTTPS_GET", "SSL_GET"),
		CONFUSED("SSL_CHECK", "SSL_GET"),     CONFUSED("TCP_GET", "TCP_CHECK"),
		CONFUSED("TCP_CHEKC", "TCP_CHECK"),   CONFUSED("PING", "PING_CHECK"),
		CONFUSED("ICMP_CHECK", "PING_CHECK"), CONFUSED("MISC", "MISC_CHECK"),
		CONFUSED("SMTP_GET", "SMTP_CHECK"),   CONFUSED("DNS_GET", "DNS_CHECK"),
		CONFUSED("UDP_GET", "UDP_CHECK"),     CONFUSED("DNS", "DNS_CHECK"),
		CONFUSED("UDP", "UDP_CHECK"),	      CONFUSED("retyr", "retry"),
		CONFUSED("weigth", "weight"),
	};

	(void)state;
	RUN_CASES(cases);
}

/* That of pools, in blocks with too many keywords for a list of them. */
static void manual_of_keywords(void **state)
{
	static const struct config_case cases[] = {
		{POOL("nonsense\nreal_server 10.0.0.2 80 {\n}\n"),
		 "5:1: error: unknown keyword 'nonsense' in virtual_server; see xbeat-pools(5) for the valid keywords\n"},
		{POOL("real_server 10.0.0.2 80 {\nnonsense\n}\n"),
		 "6:1: error: unknown keyword 'nonsense' in real_server; see xbeat-pools(5) for the valid keywords\n"},
		{POOL("real_server 10.0.0.2 80 {\nHTTP_GET {\nnonsense\nurl {\npath /\n}\n}\n}\n"),
		 "7:1: error: unknown keyword 'nonsense' in HTTP_GET; see xbeat-pools(5) for the valid keywords\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

#define GROUP(name, lines) "virtual_server_group " name " {\n" lines "}\n"
#define OF_GROUP(name, protocol, server, weight)                                                   \
	"virtual_server group " name " {\nlvs_sched rr\nlvs_method NAT\nprotocol " protocol        \
	"\nreal_server " server " {\nweight " weight "\n}\n}\n"
#define TWO_WEIGHTS(line, here, there, before, service, one, other)                                \
	line ":1: warning: real_server 10.0.0.9 has weight " here " here and " there               \
	     " on line " before ", but virtual_server " one " and " other " share " service        \
	     ", where the weight that was set last applies; give both the same weight\n"

/* A server of a service that several pools have has one weight in the data plane. */
static void shared_services(void **state)
{
	static const struct config_case cases[] = {
		{GROUP("g", "10.0.0.1 80\n10.0.0.2 80\n") OF_GROUP("g", "TCP", "10.0.0.9 80", "2")
			 OF_GROUP("g", "TCP", "10.0.0.9 80", "3"),
		 TWO_WEIGHTS("17", "3", "2", "9", "10.0.0.1 port 80", "g:1/tcp", "g:0/tcp")},
		{GROUP("g", "10.0.0.1-9 80\n") GROUP("h", "10.0.0.8/31 80\n") OF_GROUP(
			 "g", "TCP", "10.0.0.9 80", "2") OF_GROUP("h", "TCP", "10.0.0.9 80", "3"),
		 TWO_WEIGHTS("19", "3", "2", "11", "10.0.0.8 port 80", "h:0/tcp", "g:0/tcp")},
		{GROUP("g", "fwmark 5\n") OF_GROUP("g", "TCP", "10.0.0.9 80", "2")
			 OF_GROUP("g", "UDP", "10.0.0.9 80", "3"),
		 TWO_WEIGHTS("16", "3", "2", "8", "fwmark 5", "g:1/udp", "g:0/tcp")},
		{POOL("real_server 10.0.0.9 80 {\n}\n") GROUP("g", "10.0.0.1 80\n")
			 OF_GROUP("g", "TCP", "10.0.0.9 80", "3"),
		 TWO_WEIGHTS("15", "3", "1", "5", "10.0.0.1 port 80", "g:0/tcp",
			     "10.0.0.1:80/tcp")},
		/* The same weight, another protocol, port, address or server. */
		{GROUP("g", "10.0.0.1 80\n") OF_GROUP("g", "TCP", "10.0.0.9 80", "2")
			 OF_GROUP("g", "TCP", "10.0.0.9 80", "2"),
		 ""},
		{GROUP("g", "10.0.0.1 80\n") OF_GROUP("g", "TCP", "10.0.0.9 80", "2")
			 OF_GROUP("g", "UDP", "10.0.0.9 80", "3"),
		 ""},
		{GROUP("g", "10.0.0.1-7 80\n") GROUP("h", "10.0.0.8/31 80\n10.0.0.1 81\n") OF_GROUP(
			 "g", "TCP", "10.0.0.9 80", "2") OF_GROUP("h", "TCP", "10.0.0.9 80", "3"),
		 ""},
		{GROUP("g", "10.0.0.1 80\n") OF_GROUP("g", "TCP", "10.0.0.9 80", "2")
			 OF_GROUP("g", "TCP", "10.0.0.9 81", "3"),
		 ""},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything),
		cmocka_unit_test(inherited_rules),
		cmocka_unit_test(short_intervals),
		cmocka_unit_test(groups),
		cmocka_unit_test(interval_of_a_url_that_is_down),
		cmocka_unit_test(corrected),
		cmocka_unit_test(confused),
		cmocka_unit_test(manual_of_keywords),
		cmocka_unit_test(shared_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
