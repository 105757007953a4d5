// SPDX-License-Identifier: GPL-2.0-or-later
/* Every setting of a pool makes it another one. */
#include "tests/unit/config/fixture.h"
#include "user/lib/array.h"

#define HEAD "virtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n"
#define POOL(lines) HEAD lines "real_server 10.0.0.2 80 {\n}\nreal_server 10.0.0.3 80 {\n}\n}\n"
#define SERVER(lines) HEAD "real_server 10.0.0.2 80 {\n" lines "}\n}\n"
#define CHECK(lines) SERVER("TCP_CHECK {\n" lines "}\n")
#define HTTP(lines) SERVER("HTTP_GET {\n" lines "}\n")
#define URL(lines) HTTP("url {\npath /\n" lines "}\n")
#define REGEX(lines) URL("regex a\n" lines)
#define UDP(lines) SERVER("UDP_CHECK {\n" lines "}\n")
#define MISC(lines) SERVER("MISC_CHECK {\nmisc_path /bin/sh\n" lines "}\n")
#define SESSION(lines) SERVER("TCP_SESSION {\n" lines "}\n")
#define BFD(lines)                                                                                 \
	SERVER("BFD_CHECK {\nname b\n}\n")                                                         \
	"bfd_instance b {\nneighbor_ip 10.0.0.2\n" lines "}\n"
#define SORRY(lines) POOL("sorry_server 10.0.0.9 80\n" lines)
#define PERSISTENT(lines) POOL("persistence_timeout 5\n" lines)
#define FILES "track_file f {\nfile /f\n}\ntrack_file g {\nfile /g\n}\n"

/* All differ from each other. */
static const char *const texts[] = {
	POOL(""),
	POOL("weight 2\n"),
	POOL("quorum 2\n"),
	POOL("quorum 2\nhysteresis 1\n"),
	POOL("quorum_up /bin/sh\n"),
	POOL("quorum_down /bin/sh\n"),
	POOL("omega\n"),
	POOL("alpha\n"),
	POOL("inhibit_on_failure\n"),
	POOL("ha_suspend\n"),
	POOL("smtp_alert\n"),
	POOL("snmp_name a\n"),
	POOL("virtualhost a\n"),
	POOL("slow_start 3\n"),
	POOL("drain_timeout 3\n"),
	POOL("data_plane none\n"),
	POOL("flag-1\n"),
	PERSISTENT(""),
	PERSISTENT("persistence_granularity 255.0.0.0\n"),
	PERSISTENT("persistence_engine sip\n"),
	SORRY(""),
	SORRY("sorry_server_inhibit\n"),
	SORRY("sorry_server_lvs_method DR\n"),
	SERVER(""),
	SERVER("weight 3\n"),
	SERVER("lvs_method DR\n"),
	SERVER("lvs_method TUN\n"),
	SERVER("lvs_method TUN type gre\n"),
	SERVER("lvs_method TUN type gre csum\n"),
	SERVER("lvs_method TUN type gue port 3\n"),
	SERVER("lvs_method TUN type gue port 4\n"),
	SERVER("uthreshold 3\n"),
	SERVER("uthreshold 3\nlthreshold 2\n"),
	SERVER("inhibit_on_failure\n"),
	SERVER("backup\n"),
	SERVER("smtp_alert off\n"),
	SERVER("snmp_name a\n"),
	SERVER("virtualhost a\n"),
	SERVER("notify_up /bin/sh\n"),
	SERVER("notify_down /bin/sh\n"),
	BFD(""),
	BFD("source_ip 10.0.0.4\n"),
	BFD("interface eth3\n"),
	BFD("min_rx 3\n"),
	BFD("min_tx 3\n"),
	BFD("idle_tx 2000\n"),
	BFD("multiplier 3\n"),
	BFD("ttl 254\n"),
	BFD("max_hops 1\n"),
	BFD("max_hops 1\nmultihop\n"),
	BFD("passive\n"),
	CHECK(""),
	CHECK("delay_loop 3\n"),
	CHECK("retry 3\n"),
	CHECK("rise 3\n"),
	CHECK("fast_interval 3\n"),
	CHECK("down_interval 3\n"),
	CHECK("warmup 3\n"),
	CHECK("connect_timeout 3\n"),
	CHECK("initial_state down\n"),
	CHECK("startup { failures 3 }\n"),
	CHECK("startup { failures 3 interval 2 }\n"),
	CHECK("flap_damping { changes 3 }\n"),
	CHECK("flap_damping { changes 3 hold 4 }\n"),
	CHECK("flap_damping { changes 3 window 4 hold 60 }\n"),
	CHECK("log_all_failures\n"),
	CHECK("connect_ip 10.0.0.4\n"),
	CHECK("connect_port 81\n"),
	CHECK("bindto 10.0.0.4\n"),
	CHECK("bind_port 4\n"),
	CHECK("bind_if eth0\n"),
	CHECK("fwmark 4\n"),
	URL(""),
	URL("virtualhost a\n"),
	URL("status_code 201\n"),
	URL("method HEAD\n"),
	URL("method OPTIONS\n"),
	URL("digest 0123456789abcdef0123456789abcdef\n"),
	REGEX(""),
	REGEX("regex_no_match\n"),
	REGEX("regex_options utf\n"),
	REGEX("regex_min_offset 2\n"),
	REGEX("regex_max_offset 2\n"),
	HTTP("path /a\n"),
	HTTP("path /a\nhttp_protocol 1.1\n"),
	HTTP("path /a\nvirtualhost a\n"),
	HTTP("path /a\nenable_sni\n"),
	HTTP("path /a\nsni_name a\n"),
	HTTP("path /a\nverify\n"),
	HTTP("path /a\nfollow_redirects\n"),
	HTTP("path /a\nfast_recovery\n"),
	HTTP("path /a\nheader \"A: b\"\n"),
	SERVER("SSL_GET {\npath /a\n}\n"),
	SERVER("SSL_GET {\npath /a\ntls_compliant\n}\n"),
	SERVER("GRPC_CHECK {\n}\n"),
	SERVER("GRPC_CHECK {\nservice a\n}\n"),
	SERVER("SMTP_CHECK {\n}\n"),
	SERVER("SMTP_CHECK {\nhelo_name a\n}\n"),
	SERVER("DNS_CHECK {\n}\n"),
	SERVER("DNS_CHECK {\ntype A\n}\n"),
	SERVER("TCP_CHECK {\nsend a\n}\n"),
	SERVER("TCP_CHECK {\nsend b\n}\n"),
	SERVER("TCP_CHECK {\nexpect a\n}\n"),
	SERVER("TCP_CHECK {\nexpect a\nexpect a\n}\n"),
	UDP(""),
	UDP("payload 01\n"),
	UDP("payload 02\n"),
	UDP("require_reply\n"),
	UDP("require_reply 01\n"),
	UDP("require_reply 02\n"),
	UDP("require_reply 0x\n"),
	UDP("min_reply_length 2\n"),
	UDP("max_reply_length 2\n"),
	MISC(""),
	MISC("misc_dynamic\n"),
	SERVER("MISC_CHECK {\nmisc_path /bin/true\n}\n"),
	SERVER("FILE_CHECK {\ntrack_file f\n}\n") FILES,
	SERVER("FILE_CHECK {\ntrack_file g\n}\n") FILES,
	SERVER("FILE_CHECK {\ntrack_file g\nweight 3\n}\n") FILES,
	SERVER("FILE_CHECK {\ntrack_file g\nweight 3 reverse\n}\n") FILES,
	SESSION(""),
	SESSION("keepalive_idle 4\n"),
	SESSION("keepalive_interval 4\n"),
	SESSION("keepalive_count 4\n"),
	SESSION("user_timeout 4\n"),
};

static void each_differs(void **state)
{
	struct config *configs[ARRAY_SIZE(texts)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		configs[i] = fixture_parse(texts[i], "");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct config *again = fixture_parse(texts[i], "");

		if (!config_pool_equal(&again->pools.list[0], &configs[i]->pools.list[0]))
			fail_msg("not equal to itself: %s", texts[i]);
		config_free(again);
		for (size_t k = 0; k < i; k++)
			if (config_pool_equal(&configs[k]->pools.list[0],
					      &configs[i]->pools.list[0]))
				fail_msg("equal: %s\n%s", texts[k], texts[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		config_free(configs[i]);
}

#define ONE(port, lines)                                                                           \
	"virtual_server 10.0.0.1 " port " {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n"         \
	"real_server 10.0.0.2 80 {\n" lines "}\n}\n"

static void changes(void **state)
{
	struct config *from = fixture_parse(
		ONE("9", "") ONE("1", "") ONE("3", "") ONE("5", "weight 2\n") ONE("7", ""), "");
	struct config *to = fixture_parse(
		ONE("7", "") ONE("5", "weight 3\n") ONE("2", "") ONE("99", "") ONE("9", ""), "");
	struct config_pool_changes found = config_pools_compare(&from->pools, &to->pools);
	struct config_pool_changes none = config_pools_compare(&from->pools, &from->pools);

	(void)state;
	assert_int_equal(found.added, 2);
	assert_int_equal(found.changed, 1);
	assert_int_equal(found.removed, 2);
	assert_int_equal(found.unchanged, 2);
	assert_int_equal(none.unchanged, 5);
	assert_int_equal(none.added + none.changed + none.removed, 0);
	config_free(from);
	config_free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_differs),
		cmocka_unit_test(changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
