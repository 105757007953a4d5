// SPDX-License-Identifier: GPL-2.0-or-later
/* The blocks of checks, in real_server and in vrrp_check. */
#include "tests/unit/config/fixture.h"
#include "user/lib/time.h"
#include <netinet/in.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define SERVER(lines)                                                                              \
	"virtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n"               \
	"real_server 10.0.0.2 80 {\n" lines "}\n}\n"

static struct config *parse(const char *text, const struct config_check **checks)
{
	struct config *config = fixture_parse(text, "");

	*checks = config->pools.list[0].servers[0].checks;
	return config;
}

static void connections(void **state)
{
	const struct config_check *checks;
	struct config *config =
		parse(SERVER("TCP_CHECK {\nconnect_ip 10.1.0.2\nconnect_port 81\nbindto 10.1.0.1\n"
			     "bind_port 1024\nbind_if eth1\nconnect_timeout 2\nfwmark 7\n"
			     "log_all_failures\n}\nPING_CHECK {\n}\n"),
		      &checks);

	(void)state;
	check_address(&checks[0].target.address, "10.1.0.2");
	assert_int_equal(checks[0].target.port, 81);
	check_address(&checks[0].bind.address, "10.1.0.1");
	assert_int_equal(checks[0].bind.port, 1024);
	assert_string_equal(checks[0].interface, "eth1");
	assert_int_equal(checks[0].rules.timeout_ns, 2 * NS_PER_SECOND);
	assert_int_equal(checks[0].mark, 7);
	assert_true(checks[0].log_all_failures);
	assert_int_equal(checks[1].kind, CONFIG_CHECK_PING);
	check_address(&checks[1].target.address, "10.0.0.2");
	assert_int_equal(checks[1].target.port, 80);
	assert_false(checks[1].log_all_failures);
	config_free(config);
}

static void http(void **state)
{
	const struct config_check *checks;
	struct config *config = parse(
		SERVER("HTTP_GET {\nhttp_protocol 1.1\nvirtualhost a\nfast_recovery\nenable_sni\n"
		       "sni_name b\nnb_get_retry 4\nheader \"X-A: 1\"\nheader \"B: 2\"\nverify\n"
		       "follow_redirects\nurl {\npath /\n}\nurl {\npath /x\n"
		       "digest 0123456789abcdef0123456789abcdef\nstatus_code 200 404 500-503\n"
		       "virtualhost c\nregex \"a.b\"\nregex_no_match\nregex_options caseless utf\n"
		       "regex_min_offset 3\nregex_max_offset 9\nregex_stack 1 2\n}\n}\n"
		       "SSL_GET {\ntls_compliant\npath /y\n}\n"),
		&checks);
	const struct config_check_http *http = &checks[0].http;

	(void)state;
	assert_int_equal(http->protocol, CONFIG_HTTP_1_1);
	assert_string_equal(http->virtualhost, "a");
	assert_true(http->fast_recovery && http->enable_sni && http->verify);
	assert_true(http->follow_redirects);
	assert_false(http->tls);
	assert_string_equal(http->sni_name, "b");
	assert_int_equal(checks[0].rules.fall, 5);
	assert_int_equal(checks[0].rules.fast_interval_ns, 3 * NS_PER_SECOND);
	assert_string_equal(http->headers[1], "B: 2");
	assert_null(http->headers[2]);
	assert_int_equal(http->url_count, 2);
	assert_int_equal(http->urls[0].status_good[3], UINT64_C(0xff) << 8 | UINT64_C(~0) << 16);
	assert_int_equal(http->urls[1].status_good[3], UINT64_C(1) << 8);
	assert_int_equal(http->urls[1].status_good[6], UINT64_C(1) << 20);
	assert_int_equal(http->urls[1].status_good[7], UINT64_C(15) << 52);
	assert_int_equal(http->urls[1].regex_options, PCRE2_CASELESS | PCRE2_UTF);
	assert_true(http->urls[1].regex_no_match);
	assert_int_equal(http->urls[1].regex_min_offset, 3);
	assert_int_equal(http->urls[1].regex_max_offset, 9);
	assert_true(checks[1].http.tls && checks[1].http.urls[0].tls_compliant);
	assert_string_equal(checks[1].http.urls[0].path, "/y");
	config_free(config);
}

static void names_of_hosts(void **state)
{
	struct config *config = fixture_parse(
		"virtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n"
		"real_server 10.0.0.2 80 {\nHTTP_GET {\npath /\n}\n}\n"
		"real_server 10.0.0.3 80 {\nHTTP_GET {\npath /\n}\nGRPC_CHECK {\n}\n"
		"HTTP_GET {\nvirtualhost c\npath /\n}\nTCP_CHECK {\n}\nvirtualhost b\n}\n"
		"virtualhost a\n}\n",
		"");
	const struct config_real_server *servers = config->pools.list[0].servers;

	(void)state;
	assert_string_equal(servers[0].checks[0].http.virtualhost, "a");
	assert_string_equal(servers[1].checks[0].http.virtualhost, "b");
	assert_string_equal(servers[1].checks[1].http.virtualhost, "b");
	assert_string_equal(servers[1].checks[2].http.virtualhost, "c");
	assert_null(servers[1].checks[3].http.virtualhost);
	config_free(config);
}

static void others(void **state)
{
	const struct config_check *checks;
	struct config *config = parse(
		SERVER("SMTP_CHECK {\n}\nSMTP_CHECK {\nhelo_name me\nretry 4\nhost {\nconnect_ip 10.0.0.5\n}\n"
		       "host {\nconnect_port 26\nretry 1\n}\n}\n"
		       "DNS_CHECK {\n}\nDNS_CHECK {\ntype AAAA\nname example.org\n}\n"
		       "UDP_CHECK {\n}\nUDP_CHECK {\npayload 00ff\nrequire_reply 1x2F xx\n"
		       "min_reply_length 3\nmax_reply_length 9\n}\n"
		       "MISC_CHECK {\nmisc_path \"/bin/true a\"\nuser nobody\nmisc_dynamic\n}\n"
		       "AGENT_CHECK {\nport 99\ninterval 200ms\nsend hello\n}\n"
		       "GRPC_CHECK {\nservice s\ntls\n}\n"
		       "TCP_SESSION {\nkeepalive_idle 9\nuser_timeout 2500ms\n}\n"),
		&checks);

	(void)state;
	assert_int_equal(config->pools.list[0].servers[0].check_count, 11);
	assert_string_equal(checks[0].text, "smtpchecker.keepalived.org");
	assert_string_equal(checks[1].text, "me");
	check_address(&checks[1].target.address, "10.0.0.5");
	assert_int_equal(checks[1].rules.fall, 5);
	assert_int_equal(checks[2].target.port, 26);
	assert_int_equal(checks[2].rules.fall, 2);
	assert_int_equal(checks[3].dns_type, 6);
	assert_string_equal(checks[3].text, ".");
	assert_int_equal(checks[3].rules.fall, 4);
	assert_int_equal(checks[3].rules.fast_interval_ns, 60 * NS_PER_SECOND);
	assert_int_equal(checks[4].dns_type, 28);
	assert_null(checks[5].udp.payload);
	assert_int_equal(checks[5].udp.reply_max, 255);
	assert_memory_equal(checks[6].udp.payload, "\0\xff", 2);
	assert_true(checks[6].udp.require_reply);
	assert_int_equal(checks[6].udp.reply_length, 3);
	assert_memory_equal(checks[6].udp.reply, "\x10\x2f\0", 3);
	assert_memory_equal(checks[6].udp.reply_mask, "\xf0\xff\0", 3);
	assert_int_equal(checks[6].udp.reply_min, 3);
	assert_int_equal(checks[6].udp.reply_max, 9);
	assert_string_equal(checks[7].command.arguments[1], "a");
	assert_string_equal(checks[7].command.user, "nobody");
	assert_true(checks[7].dynamic && checks[7].rules.from_start);
	assert_int_equal(checks[7].rules.timeout_ns, 60 * NS_PER_SECOND);
	assert_int_equal(checks[7].rules.fall, 1);
	assert_int_equal(checks[8].target.port, 99);
	assert_int_equal(checks[8].rules.interval_ns, 200 * NS_PER_MS);
	assert_string_equal(checks[8].text, "hello");
	assert_string_equal(checks[9].http.grpc_service, "s");
	assert_true(checks[9].http.tls);
	assert_int_equal(checks[10].keepalive_idle_ns, 9 * NS_PER_SECOND);
	assert_int_equal(checks[10].keepalive_interval_ns, NS_PER_SECOND);
	assert_int_equal(checks[10].keepalive_count, 3);
	assert_int_equal(checks[10].user_timeout_ns, 2500 * NS_PER_MS);
	config_free(config);
}

static void steps(void **state)
{
	const struct config_check *checks;
	struct config *config = parse(SERVER("TCP_CHECK {\nsend PING\\r\\n\nexpect \"+PO NG\"\n"
					     "expect \\xfF\\x00\\\\x\n}\nTCP_CHECK {\n}\n"),
				      &checks);
	const struct config_tcp_step *step = checks[0].tcp.steps;

	(void)state;
	assert_int_equal(checks[0].tcp.step_count, 3);
	assert_int_equal(step[0].action, CONFIG_TCP_SEND);
	assert_int_equal(step[0].length, 6);
	assert_memory_equal(step[0].bytes, "PING\r\n", 6);
	assert_int_equal(step[1].action, CONFIG_TCP_EXPECT);
	assert_memory_equal(step[1].bytes, "+PO NG", step[1].length);
	assert_int_equal(step[2].length, 4);
	assert_memory_equal(step[2].bytes, "\xff\0\\x", 4);
	assert_int_equal(checks[1].tcp.step_count, 0);
	config_free(config);
}

/* The example of keepalived.conf(5). */
static void free_format(void **state)
{
	const struct config_check *checks;
	struct config *config =
		parse(SERVER("UDP_CHECK {\npayload Ab12f 3 \"456 546443123\"\n}\n"), &checks);

	(void)state;
	assert_int_equal(checks[0].udp.payload_length, 11);
	assert_memory_equal(checks[0].udp.payload, "\xab\x12\x0f\x03\x45\x06\x54\x64\x43\x12\x03",
			    11);
	config_free(config);
}

static void files(void **state)
{
	const struct config_check *checks;
	struct config *config = parse(
		SERVER("FILE_CHECK {\ntrack_file f\n}\nFILE_CHECK {\ntrack_file f weight 3\n}\n"
		       "FILE_CHECK {\ntrack_file f\nweight 4 reverse\n}\nalpha\n") "track_file f {\nfile /run/f\nweight 2 reverse\n}\n",
		&checks);

	(void)state;
	assert_string_equal(checks[0].file, "f");
	assert_int_equal(checks[0].file_weight, 2);
	assert_true(checks[0].file_reverse);
	assert_int_equal(checks[0].rules.initial, CHECK_INITIAL_UP);
	assert_int_equal(checks[1].file_weight, 3);
	assert_false(checks[1].file_reverse);
	assert_int_equal(checks[2].file_weight, 4);
	assert_true(checks[2].file_reverse);
	config_free(config);
}

static void probes(void **state)
{
	struct config *config = fixture_parse(
		"vrrp_check web {\nhttp {\nport 8080\npath /healthz\n}\nperiod 2\ntimeout 500ms\n"
		"failure_threshold 5\nsuccess_threshold 2\ninitial_delay 3\nweight -20\n}\n"
		"vrrp_check db {\nexec {\ncommand \"/bin/true\"\n}\n}\n" INSTANCE VIPS
		"track_check {\nweb weight 10\ndb\n}\n}\n",
		"");
	const struct config_probe *web = &config->pools.checks[0], *db = &config->pools.checks[1];
	const struct config_track *tracks = config->instances[0].tracks;

	(void)state;
	assert_string_equal(web->name, "web");
	assert_int_equal(web->weight, -20);
	check_address(&web->check.target.address, "127.0.0.1");
	assert_int_equal(web->check.target.port, 8080);
	assert_int_equal(web->check.rules.interval_ns, 2 * NS_PER_SECOND);
	assert_int_equal(web->check.rules.fast_interval_ns, 2 * NS_PER_SECOND);
	assert_int_equal(web->check.rules.timeout_ns, 500 * NS_PER_MS);
	assert_int_equal(web->check.rules.fall, 5);
	assert_int_equal(web->check.rules.rise, 2);
	assert_int_equal(web->check.rules.first_delay_ns, 3 * NS_PER_SECOND);
	assert_int_equal(web->check.rules.warmup_ns, 0);
	assert_true(web->check.rules.from_start && web->check.http.follow_redirects);
	assert_int_equal(web->check.http.urls[0].status_good[5], UINT64_MAX);
	assert_int_equal(db->check.kind, CONFIG_CHECK_MISC);
	assert_int_equal(db->check.rules.interval_ns, 10 * NS_PER_SECOND);
	assert_int_equal(db->check.rules.timeout_ns, NS_PER_SECOND);
	assert_int_equal(db->check.rules.fall, 3);
	assert_int_equal(db->check.rules.first_delay_ns, 0);
	assert_int_equal(config->instances[0].track_count, 2);
	assert_int_equal(tracks[0].kind, CONFIG_TRACK_CHECK);
	assert_int_equal(tracks[0].weight, 10);
	assert_int_equal(tracks[1].weight, 0);
	config_free(config);
}

#define EIGHT                                                                                      \
	"send a\nsend a\nsend a\nsend a\n"                                                         \
	"send a\nsend a\nsend a\nsend a\n"
#define MANY(some) some some "send a\n"

static void wrong(void **state)
{
	static const struct config_case cases[] = {
		{SERVER("HTTP_GET {\nurl {\nstatus_code 99\n}\nheader X\n}\nHTTP_GET {\n}\n"),
		 "7:1: error: url has no path; add \"path /\"\n"
		 "8:13: error: '99' is not an HTTP status; write \"status_code NUMBER[-NUMBER] ...\" with 100 to 639\n"
		 "10:8: error: 'X' is not a header; write \"header \"NAME: VALUE\"\"\n"
		 "12:1: error: HTTP_GET has no url; add \"url { path / }\"\n"},
		{SERVER("TCP_CHECK {\nexpect_regex \"a(b\"\n}\n"),
		 "7:14: error: 'a(b' is no regular expression: missing closing parenthesis at its character 3; see pcre2pattern(3)\n"},
		{SERVER("HTTP_GET {\nurl {\npath /\nregex \"a(b\"\n}\n}\n"),
		 "9:1: error: 'a(b' is no regular expression: missing closing parenthesis at its character 3; see pcre2pattern(3)\n"},
		{SERVER("HTTP_GET {\nurl {\npath /\nmethod \"A B\"\n}\nurl {\npath /\nmethod HEAD\n"
			"digest 0123456789abcdef0123456789abcdef\n}\nurl {\npath /\nmethod GET\n"
			"digest 0123456789abcdef0123456789abcdef\n}\nurl {\npath /\nmethod "
			"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG\n}\n}\n"),
		 "9:8: error: 'A B' is not a method of HTTP; write one as GET, HEAD or OPTIONS\n"
		 "14:1: error: the answer to HEAD has no body; remove digest, or method HEAD\n"
		 "23:8: error: 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG' is not a method of HTTP; write one as GET, HEAD or OPTIONS\n"},
		{SERVER("UDP_CHECK {\npayload 12g\n}\nMISC_CHECK {\n}\nAGENT_CHECK {\n}\n"),
		 "7:9: error: payload takes hexadecimal digits, at most 2400; write \"payload HEX\"\n"
		 "9:1: error: MISC_CHECK has no misc_path; add \"misc_path \"PROGRAM\"\"\n"
		 "11:1: error: AGENT_CHECK has no port; add \"port NUMBER\"\n"},
		{SERVER("TCP_CHECK {\nconnect_ip fe80::1\n}\nTCP_CHECK {\nbindto fd00::1\n}\n"
			"TCP_CHEK {\n}\nstartup { failure 3 }\nflap_damping { hold 3 }\n"),
		 "6:1: error: a link-local address needs an interface; add \"bind_if NAME\"\n"
		 "9:1: error: bindto has another address family than the server; write one of IPv4\n"
		 "12:1: error: unknown keyword 'TCP_CHEK' in real_server; did you mean 'TCP_CHECK'?\n"
		 "14:1: error: startup has no failures; write \"startup { failures NUMBER interval SECONDS }\"\n"
		 "14:11: error: unknown keyword 'failure' in startup; write startup { failures NUMBER interval SECONDS }\n"
		 "15:1: error: flap_damping has no changes; write \"flap_damping { changes NUMBER window SECONDS hold SECONDS }\"\n"},
		{SERVER("TCP_CHECK {\nsend a\\q\nexpect \"\"\nsend \\x0\nexpect\n" MANY(
			 EIGHT) "}\n"),
		 "7:6: error: '\\q' is not an escape; write \\r, \\n, \\t, \\\\ or \\xHH\n"
		 "8:8: error: expect has 0 bytes; write 1 to 1024\n"
		 "9:6: error: '\\x' is not an escape; write \\r, \\n, \\t, \\\\ or \\xHH\n"
		 "10:1: error: expect lacks a value; write \"expect \"TEXT\"\"\n"
		 "27:1: error: a TCP_CHECK has at most 16 lines of send and expect; remove some\n"},
		{"vrrp_check a {\n}\nvrrp_check b {\ntcp {\nport 1\n}\nping {\n}\n}\n" INSTANCE VIPS
		 "track_check c\n}\n",
		 "1:1: error: vrrp_check a has no method; add one, as \"tcp { connect_port 80 }\"\n"
		 "7:1: error: vrrp_check b has a method on line 4; give each its own vrrp_check\n"
		 "15:13: error: vrrp_check c is not defined; add \"vrrp_check c { ... }\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

/* The checker would refuse it, and with it all others. */
static void too_long(void **state)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	(void)state;
	assert_non_null(stream);
	fputs("vrrp_check a {\nhttp {\nport 80\n", stream);
	for (unsigned i = 0; i < 200; i++)
		fprintf(stream, "url {\npath /%u\n}\n", i);
	fputs("}\n}\n" INSTANCE VIPS "}\n", stream);
	fclose(stream);
	config_free(fixture_parse(
		text,
		"2:1: error: the http check is too long (64754 bytes, at most 60000); divide it among several checks\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections),	  cmocka_unit_test(http),
		cmocka_unit_test(names_of_hosts), cmocka_unit_test(others),
		cmocka_unit_test(free_format),	  cmocka_unit_test(files),
		cmocka_unit_test(probes),	  cmocka_unit_test(wrong),
		cmocka_unit_test(too_long),	  cmocka_unit_test(steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
