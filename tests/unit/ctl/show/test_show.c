// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's answers as tables: unknown values are shown as "-", and 80 columns suffice. */
#include "tests/unit/ctl/show/fixture.h"
#include <time.h>

static void peers_with_one_link(void **state)
{
	(void)state;
	assert_shown(
		show_peers,
		"[{\"id\":2,\"name\":\"node-b\",\"verdict\":\"up\",\"reason\":\"fine\",\"verdict_age_ns\":31000000000,\"daemon_age_ns\":2000000,\"links\":[{\"interface\":\"eth0\","
		"\"address\":\"10.0.0.2\",\"verdict\":\"up\",\"age_ns\":4100000,\"sent\":9,\"received\":6,\"lost\":3,\"rtt_ns\":{\"min\":1,\"p50\":92000,"
		"\"p99\":140000,\"max\":1200000}}]}]",
		"NODE    VERDICT  LINK  ADDRESS    HEARD    P50     P99     MAX  LOST\n"
		"node-b  up       eth0  10.0.0.2  4.1 ms  92 us  140 us  1.2 ms     3\n"
		"    for 31 s: fine\n"
		"    its daemon made progress 2 ms ago\n");
}

static void peers_held_to_their_link(void **state)
{
	(void)state;
	assert_shown(
		show_peers,
		"[{\"name\":\"b\",\"verdict\":\"up\",\"reason\":\"r\",\"links\":[{\"interface\":\"eth0\",\"on_link\":true},{\"interface\":\"eth1\",\"on_link\":false},"
		"{\"interface\":\"eth2\",\"on_link\":true,\"off_link\":3},{\"interface\":\"eth3\",\"routed\":true}]}]",
		"NODE  VERDICT  LINK  ADDRESS  HEARD  P50  P99  MAX  LOST\n"
		"b     up\n"
		"      -        eth0  -            -    -    -    -     -\n"
		"      -        eth1  -            -    -    -    -     -\n"
		"      -        eth2  -            -    -    -    -     -\n"
		"      -        eth3  -            -    -    -    -     -\n"
		"    r\n"
		"    on-link, held to TTL 255: eth0, eth2\n"
		"    eth2: 3 packets refused: through a router, or on another interface\n");
}

static void peers_never_heard_on_two_links(void **state)
{
	(void)state;
	assert_shown(
		show_peers,
		"[{\"id\":2,\"name\":\"b\",\"verdict\":\"down\",\"reason\":\"never heard\",\"links\":[{\"interface\":\"eth0\",\"address\":\"10.0.0.2\",\"verdict\":"
		"\"down\",\"sent\":9},{\"interface\":\"eth1\",\"verdict\":\"down\",\"lost\":-1}]}]",
		"NODE  VERDICT  LINK  ADDRESS   HEARD  P50  P99  MAX  LOST\n"
		"b     down\n"
		"      down     eth0  10.0.0.2      -    -    -    -     -\n"
		"      down     eth1  -             -    -    -    -     -\n"
		"    never heard\n");
}

static void peers_with_every_field(void **state)
{
	(void)state;
	assert_shown(
		show_peers,
		"[{\"name\":\"b\",\"verdict\":\"up\",\"degraded\":true,\"reason\":\"r\",\"daemon\":\"dead\",\"daemon_age_ns\":2000000,\"fenced\":[\"VI_1\",\"VI_2\"],"
		"\"late_apps\":[\"db\"],\"links\":[{\"interface\":\"eth0\",\"verdict\":\"up\"},{\"interface\":\"eth1\",\"verdict\":\"one-way\"}]},{\"name\":\"c\","
		"\"verdict\":\"unreachable\",\"reason\":\"r\",\"heard_by\":[{\"node\":\"b\",\"age_ns\":4100000},{\"node\":\"d\"}],\"links\":[{\"interface\":\"eth0\"}]},"
		"{\"name\":\"d\",\"verdict\":\"one-way\",\"reason\":\"r\",\"hears\":[{\"node\":\"b\",\"age_ns\":4100000},{\"node\":\"c\"}],\"links\":[{\"interface\":\"eth0\"}]}]",
		"NODE  VERDICT       LINK  ADDRESS  HEARD  P50  P99  MAX  LOST\n"
		"b     up, degraded\n"
		"      up            eth0  -            -    -    -    -     -\n"
		"      one-way       eth1  -            -    -    -    -     -\n"
		"    r\n"
		"    its daemon is dead; its last progress was 2 ms ago\n"
		"    fenced on that node: VI_1, VI_2\n"
		"    late applications: db\n"
		"c     unreachable   eth0  -            -    -    -    -     -\n"
		"    r\n"
		"    b heard it 4.1 ms ago\n"
		"    d has never heard it\n"
		"d     one-way       eth0  -            -    -    -    -     -\n"
		"    r\n"
		"    it heard b 4.1 ms ago\n"
		"    it has never heard c\n");
}

static void detection_times_that_follow_the_gaps(void **state)
{
	(void)state;
	assert_shown(
		show_peers,
		"[{\"name\":\"b\",\"reason\":\"r\",\"detection\":{\"time_ns\":500000000},\"links\":[{}]},{\"name\":\"c\",\"reason\":\"r\",\"detection\":{"
		"\"time_ns\":41200000,\"phi\":8.26,\"false_alarm_every_ns\":1040000000000000},\"links\":[{}]},{\"name\":\"d\",\"reason\":\"r\",\"detection\":{\"time_ns\":"
		"20000000,\"phi\":34,\"false_alarm_every_ns\":3155760000000000000},\"links\":[{}]}]",
		"NODE  VERDICT  LINK  ADDRESS  HEARD  P50  P99  MAX  LOST\n"
		"b     -        -     -            -    -    -    -     -\n"
		"    r\n"
		"    detection time 500 ms until more gaps are measured\n"
		"c     -        -     -            -    -    -    -     -\n"
		"    r\n"
		"    detection time 41 ms: phi 8.3, a false alarm in 12 d\n"
		"d     -        -     -            -    -    -    -     -\n"
		"    r\n"
		"    detection time 20 ms: phi 34.0, no false alarm in 100 years\n");
	assert_shown(
		show_status,
		"{\"heartbeat\":{\"name\":\"lan\",\"interval_ns\":10000000,\"detection_min_ns\":20000000,\"detection_max_ns\":500000000},\"links\":[{\"interface\":\"eth0\","
		"\"bad\":true,\"reason\":\"no node\"},{\"interface\":\"eth1\",\"bad\":false}]}",
		"node           -\n"
		"epoch          0\n"
		"daemon         version -, pid 0, up for -\n"
		"daemon name    -\n"
		"configuration  -\n"
		"heartbeat      lan: every 10 ms, detection time 20 ms to 500 ms (from gaps seen)\n"
		"               a daemon is hung after - without progress\n"
		"bad link       eth0: no node\n"
		"scheduling     -, memory not locked\n");
}

static void explanation_of_a_node(void **state)
{
	(void)state;
	assert_shown(
		show_explain,
		"{\"peer\":\"node-b\",\"verdict\":\"down\",\"verdict_age_ns\":31000000000,\"reason\":\"no node hears it\",\"lines\":[\"It is silent.\",\"It was.\"]}",
		"verdict    node-b is down, for 31 s\n"
		"reason     no node hears it\n"
		"known      It is silent.\n"
		"           It was.\n");
}

static void vrrp_instances(void **state)
{
	(void)state;
	assert_shown(
		show_vrrp,
		"[{\"name\":\"VI_1\",\"vrid\":51,\"family\":\"ipv4\",\"interface\":\"eth0\",\"version\":3,\"state\":\"backup\",\"priority\":100,"
		"\"effective_priority\":80,\"reason\":\"advert of 10.0.0.1\",\"addresses\":[\"10.0.0.100/32\",\"10.0.0.101/24\"],\"adverts\":{\"sent\":0,"
		"\"received\":4},\"transitions\":2}]",
		"NAME  STATE   VRID  INTERFACE   PRIORITY  ACTIVE  SINCE\n"
		"VI_1  backup    51  eth0       80 of 100  -           -\n"
		"    advert of 10.0.0.1\n"
		"    addresses 10.0.0.100/32 10.0.0.101/24\n"
		"    version 3, adverts sent 0, received 4, transitions 2\n");
}

static void vrrp_instances_with_every_field(void **state)
{
	(void)state;
	assert_shown(
		show_vrrp,
		"[{\"name\":\"VI_1\",\"vrid\":51,\"interface\":\"eth0\",\"version\":2,\"state\":\"initialize\",\"priority\":100,\"effective_priority\":200,"
		"\"pinned_priority\":200,\"obstacles\":[{\"kind\":\"interface\",\"text\":\"eth0 has no carrier\"}],\"stays_away\":\"operator\",\"unicast_peers\":"
		"[\"10.0.0.2\",\"10.0.0.3\"],\"destination\":\"224.0.0.18\",\"virtual_mac_interface\":\"vrrp.51\",\"group\":\"G1\",\"transitions\":0},"
		"{\"name\":\"VI_2\",\"stays_away\":\"drained\",\"version\":3},"
		"{\"name\":\"VI_3\",\"stays_away\":\"operator\",\"until_unix_ns\":1772366400031999999,\"version\":3}]",
		"NAME  STATE       VRID  INTERFACE    PRIORITY  ACTIVE  SINCE\n"
		"VI_1  initialize    51  eth0       200 of 100  -           -\n"
		"    waits for interface: eth0 has no carrier\n"
		"    out of elections: handed over by failover; to rejoin: xbeatctl resume VI_1\n"
		"    priority 200 set by an operator; to restore: xbeatctl priority VI_1 default\n"
		"    unicast to 10.0.0.2 10.0.0.3\n"
		"    multicast to 224.0.0.18\n"
		"    virtual MAC on vrrp.51\n"
		"    in sync group G1\n"
		"    version 2, adverts sent -, received -, transitions 0\n"
		"VI_2  -              -  -                   -  -           -\n"
		"    out of elections: the node is drained; to rejoin: xbeatctl resume\n"
		"    version 3, adverts sent -, received -, transitions -\n"
		"VI_3  -              -  -                   -  -           -\n"
		"    out of elections: handed over by failover until 2026-03-01 12:00:00.031; to\n"
		"    rejoin earlier: xbeatctl resume VI_3\n"
		"    version 3, adverts sent -, received -, transitions -\n");
}

static void explanation_of_a_backup(void **state)
{
	(void)state;
	assert_shown(
		show_explain,
		"{\"instance\":\"VI_1\",\"state\":\"backup\",\"reason\":\"an advert of a higher priority came\",\"lines\":[\"Active when node-b is silent for 3.6 s.\",\"It would preempt node-b if its priority were above 150, which script chk_nginx keeps it from.\"],"
		"\"configured_priority\":100,\"effective_priority\":130,"
		"\"priority_parts\":[{\"what\":\"script chk_nginx\",\"weight\":50,\"reason\":\"exit status 0\"},{\"what\":\"interface eth1\",\"weight\":-20}],"
		"\"obstacles\":[{\"kind\":\"preempt_delay\",\"text\":\"20 s more\"},{\"kind\":\"sync group\",\"text\":\"VI_2 is not ready\"}],"
		"\"active\":{\"address\":\"10.0.0.2\",\"node\":\"node-b\",\"priority\":150}}",
		"state      VI_1 is backup, for -\n"
		"reason     an advert of a higher priority came\n"
		"active     node-b, 10.0.0.2, priority 150\n"
		"waits for  preempt_delay: 20 s more\n"
		"           sync group: VI_2 is not ready\n"
		"next       Active when node-b is silent for 3.6 s.\n"
		"           It would preempt node-b if its priority were above 150, which script\n"
		"           chk_nginx keeps it from.\n"
		"priority    100  configured\n"
		"            +50  script chk_nginx: exit status 0\n"
		"            -20  interface eth1\n"
		"            130  in effect\n");
}

static void explanation_of_the_least_and_the_most(void **state)
{
	(void)state;
	assert_shown(show_explain, "{\"instance\":\"VI_1\",\"state\":\"initialize\"}",
		     "state      VI_1 is initialize, for -\n"
		     "active     none known to this node\n");
	assert_shown(
		show_explain,
		"{\"instance\":\"VI_1\",\"state\":\"active\",\"reason\":\"\",\"active\":{\"address\":\"10.0.0.1\"},\"configured_priority\":200,"
		"\"effective_priority\":254,\"priority_parts\":[{\"what\":\"script a\",\"weight\":100}]}",
		"state      VI_1 is active, for -\n"
		"active     10.0.0.1\n"
		"priority    200  configured\n"
		"           +100  script a\n"
		"            254  in effect: the sum is 300, limited to 1 to 254\n");
}

static void tracked_things(void **state)
{
	(void)state;
	assert_shown(
		show_tracking,
		"[{\"kind\":\"script\",\"name\":\"chk_nginx\",\"status\":\"down\",\"reason\":\"exit status 1\"},{\"kind\":\"file\",\"name\":\"f\",\"status\":\"up\",\"value\":-7}]",
		"KIND    NAME       STATUS  VALUE  SINCE\n"
		"script  chk_nginx  down               -\n"
		"    exit status 1\n"
		"file    f          up         -7      -\n");
	assert_shown(show_tracking, "[]", "nothing is tracked\n");
}

static const struct {
	show_function show;
	const char *json;
	const char *text;
} changes[] = {
	{show_reload,
	 "{\"added\":[\"VI_3\"],\"changed\":[\"VI_1\",\"VI_2\"],\"removed\":[],\"renamed\":[{\"from\":\"a\",\"to\":\"VI_2\"}],\"unchanged_count\":97,\"warnings\":[\"x.conf:9:1: warning: virtual_server\"]}",
	 "warning  x.conf:9:1: warning: virtual_server\n"
	 "added    VI_3\n"
	 "changed  VI_1 VI_2\n"
	 "renamed  a to VI_2\n"
	 "reloaded: 1 added, 2 changed, 0 removed, 97 unchanged\n"},
	{show_reload,
	 "{\"added\":[],\"changed\":[],\"removed\":[],\"renamed\":[],\"unchanged_count\":1,\"pools\":{\"added\":1,\"changed\":2,\"removed\":3,\"unchanged\":4},\"warnings\":[]}",
	 "reloaded: 0 added, 0 changed, 0 removed, 1 unchanged\n"
	 "pools: 1 added, 2 changed, 3 removed, 4 unchanged\n"},
	{show_config, "{\"text\":\"vrrp_instance a {\\n\\tpriority 1\\n}\\n\"}",
	 "vrrp_instance a {\n\tpriority 1\n}\n"},
	{show_failover,
	 "{\"instance\":\"VI_1\",\"state\":\"initialize\",\"successor\":\"node-b\",\"until_unix_ns\":1772366400031999999}",
	 "VI_1 is now initialize on this node; node-b takes over\n"
	 "    out of elections until 2026-03-01 12:00:00.031, or until: xbeatctl resume\n"
	 "    VI_1\n"},
	{show_failover, "{\"instance\":\"VI_1\",\"state\":\"initialize\"}",
	 "VI_1 is now initialize on this node; no node is known that takes over\n"
	 "    out of elections until: xbeatctl resume VI_1\n"},
	{show_failover, "{\"instance\":\"VI_1\",\"state\":\"initialize\",\"was_active\":false}",
	 "VI_1 is now initialize on this node; it was not Active\n"
	 "    out of elections until: xbeatctl resume VI_1\n"},
	{show_resume, "{\"instances\":[\"VI_1\",\"VI_2\"]}", "resumed: VI_1 VI_2\n"},
	{show_resume, "{\"instances\":[]}",
	 "nothing to resume: no failover or drain is in effect\n"},
	{show_drain, "{\"instances\":[\"VI_1\"]}",
	 "given up: VI_1\n    out of elections until: xbeatctl resume\n"},
	{show_drain, "{\"instances\":[]}",
	 "no instance was Active on this node\n    out of elections until: xbeatctl resume\n"},
	{show_priority, "{\"instance\":\"VI_1\",\"configured\":100,\"effective\":200}",
	 "VI_1: priority 200 (configured: 100)\n"},
	{show_priority, "{\"instance\":\"VI_1\",\"configured\":100,\"effective\":100}",
	 "VI_1: priority 100, as configured\n"},
};

static void applications(void **state)
{
	(void)state;
	assert_shown(
		show_apps,
		"[{\"name\":\"web\",\"place\":0,\"state\":\"beating\",\"timeout_ns\":200000000,\"tracked_by\":[\"VI_1\",\"G\"],\"beat_age_ns\":12000000,\"opened_by_uid\":33,"
		"\"opened_by_pid\":812},{\"name\":\"backup\",\"state\":\"unopened\",\"timeout_ns\":90000000000,\"tracked_by\":[]}]",
		"NAME    STATE     LAST BEAT     TIMEOUT  OPENED  TRACKED BY\n"
		"web     beating       12 ms      200 ms       -  VI_1, G\n"
		"    opened by process 812 of user 33\n"
		"backup  unopened          -  1 min 30 s       -  none\n");
	assert_shown(show_apps, "[]", "no applications (vrrp_app) are configured\n");
}

static void results_of_commands(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		assert_shown(changes[i].show, changes[i].json, changes[i].text);
}

static void drops_that_occurred_come_first(void **state)
{
	(void)state;
	assert_shown(
		show_drops, "{\"too_short\":0,\"bad_tag\":12,\"bad_type\":0,\"news\":1}",
		"COUNT  REASON   NORMAL  MEANING\n"
		"   12  bad_tag  never   authentication tag is wrong: another key, or forged\n"
		"    1  news     ?       unknown to this xbeatctl, whose version differs from\n"
		"                        xbeatd's\n"
		"\n"
		"none for: too_short, bad_type\n");
	assert_shown(show_drops, "{\"bad_tag\":0}", "no packet was refused for: bad_tag\n");
}

static void events_with_and_without_a_past(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_shown(
		show_event,
		"{\"time_unix_ns\":1772366400031999999,\"kind\":\"peer\",\"subject\":\"node-b\",\"from\":\"up\",\"to\":\"down\",\"reason\":\"no evidence for 31 ms\"}",
		"2026-03-01 12:00:00.031  peer  node-b  up -> down\n"
		"    no evidence for 31 ms\n");
	assert_shown(show_event, "{\"kind\":\"daemon\",\"subject\":\"xbeatd\",\"to\":\"running\"}",
		     "-  daemon  xbeatd  running\n");
}

static void status_of_a_whole_daemon(void **state)
{
	(void)state;
	assert_shown(
		show_status,
		"{\"node\":{\"id\":1,\"name\":\"node-a\"},\"epoch\":7,\"pid\":12,\"configuration_file\":\"/etc/x.conf\",\"instance\":\"default\","
		"\"version\":\"0.1.0\",\"state\":\"running\",\"interfaces\":[{\"name\":\"eth0\",\"mode\":\"native\",\"program_id\":12}],\"scheduling\":{\"policy\":"
		"\"deadline\",\"runtime_ns\":2000000,\"period_ns\":10000000,\"memory_locked\":true},\"runner\":{\"pid\":13,\"service\":true},\"uptime_ns\":31000000000,\"heartbeat\":{\"name\":\"lan\",\"interval_ns\":10000000,\"multiplier\":3,"
		"\"detection_time_ns\":30000000,\"daemon_timeout_ns\":3000000000}}",
		"node           node-a (1), running\n"
		"epoch          7\n"
		"daemon         version 0.1.0, pid 12, up for 31 s\n"
		"daemon name    default\n"
		"configuration  /etc/x.conf\n"
		"heartbeat      lan: every 10 ms, detection time 30 ms (3 intervals)\n"
		"               a daemon is hung after 3 s without progress\n"
		"interface      eth0: native, program 12\n"
		"scheduling     deadline, at least 2 ms of each 10 ms, memory locked\n"
		"scripts        run by the runner service (pid 13)\n");
}

static void what_a_daemon_refuses(void **state)
{
	(void)state;
	assert_shown(
		show_status,
		"{\"guard_refused_reason\":\"pins die\",\"runner\":{\"pid\":0,\"service\":false},\"refused\":{\"connections\":3,\"requests\":0,\"gone\":1,\"fifos\":0}}",
		"node           -\n"
		"epoch          0\n"
		"daemon         version -, pid 0, up for -\n"
		"daemon name    -\n"
		"configuration  -\n"
		"guard          addresses are not guarded: pins die\n"
		"scheduling     -, memory not locked\n"
		"scripts        not run: there is no runner; the log gives the reason\n"
		"refused        control connections: 3\n"
		"               requests of clients that had gone: 1\n");
}

static void lost_replies(void **state)
{
	(void)state;
	assert_shown(
		show_status,
		"{\"interfaces\":[{\"name\":\"eth0\",\"mode\":\"native\",\"answers\":\"redirect\","
		"\"mode_reason\":\"10 answers did not reach b\",\"program_id\":12}]}",
		"node           -\n"
		"epoch          0\n"
		"daemon         version -, pid 0, up for -\n"
		"daemon name    -\n"
		"configuration  -\n"
		"interface      eth0: native, answers by redirect, program 12\n"
		"               10 answers did not reach b\n"
		"scheduling     -, memory not locked\n");
	assert_shown(
		show_peers,
		"[{\"name\":\"b\",\"verdict\":\"up\",\"reason\":\"fine\",\"links\":[{\"interface\":\"eth0\","
		"\"address\":\"10.0.0.2\",\"verdict\":\"up\",\"lost\":30,\"replies_missing_age_ns\":31000000000}]}]",
		"NODE  VERDICT  LINK  ADDRESS   HEARD  P50  P99  MAX  LOST\n"
		"b     up       eth0  10.0.0.2      -    -    -    -    30\n"
		"    fine\n"
		"    eth0: its PROBEs arrive, its REPLYs are missing for 31 s\n");
}

/* A daemon of another version must not crash its client. */
static void unexpected_values(void **state)
{
	static const show_function functions[] = {
		show_status,   show_peers,  show_vrrp,	   show_drops,	show_event, show_explain,
		show_tracking, show_reload, show_failover, show_resume, show_drain, show_priority,
	};
	static const char *const values[] = {
		"null",
		"[]",
		"{}",
		"7",
		"[1,null]",
		"[[]]",
		"[{\"links\":7,\"reason\":null}]",
		"{\"node\":1,\"time_unix_ns\":-1,\"interfaces\":{}}",
		("{\"instance\":\"\\u001b[2J\",\"lines\":[\"\\u001b\",1],\"active\":7,\"obstacles\":[1,{}],\"priority_parts\":[[],{\"weight\":\"x\"}],"
		 "\"configured_priority\":1,\"effective_priority\":2,\"instances\":[1],\"warnings\":[{},\"\\u001b\"],\"added\":[\"\\u001b\"]}"),
		"[{\"obstacles\":7,\"stays_away\":1,\"unicast_peers\":[1],\"group\":[]}]",
		"[{\"addresses\":[1],\"adverts\":[],\"name\":\"\\u001b[2J\"}]",
		("[{\"name\":\"\\u009b2J\",\"reason\":\"\\u202e\\n\",\"interface\":\"\\u2066\",\"state\":\"\\u0085\","
		 "\"links\":[{\"interface\":\"\\u0090\",\"reason\":\"\\u200f\"}],\"obstacles\":[{\"kind\":\"\\r\",\"text\":\"\\u061c\"}]}]"),
		("{\"peer\":\"\\u009b\",\"reason\":\"\\u202a\",\"lines\":[\"\\u0080\\u2069\"],\"kind\":\"\\u007f\",\"subject\":\"\\u009d\","
		 "\"from\":\"\\u009e\",\"to\":\"\\u200e\",\"instances\":[\"\\u009b\"],\"successor\":\"\\u202d\",\"instance\":\"\\u0085\"}"),
	};

	static const char *const controls[] = {
		"\033",	    "\r",	"\x7f",	    "\xc2\x80", "\xc2\x85", "\xc2\x90",
		"\xc2\x9b", "\xc2\x9d", "\xc2\x9e", "\u061c",	"\u200e",   "\u200f",
		"\u202a",   "\u202d",	"\u202e",   "\u2066",	"\u2069",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
			_cleanup_free_ char *text = shown(functions[i], values[k]);

			for (size_t m = 0; m < sizeof(controls) / sizeof(controls[0]); m++)
				assert_null(strstr(text, controls[m]));
		}
}

static void the_longest_names_fit(void **state)
{
	_cleanup_free_ char *text = shown(
		show_peers,
		"[{\"name\":\"a-node-name-15c\",\"verdict\":\"unreachable\",\"links\":[{\"interface\":\"enp0s31f6np0v12\",\"verdict\":\"unreachable\",\"address\":"
		"\"fd77:1234:5678:9abc:def0:1234:5678:9abc\",\"age_ns\":31000000,\"lost\":123456,\"rtt_ns\":{\"p50\":120000,\"p99\":140000000,\"max\":150000000}}]}]");

	(void)state;
	assert_non_null(strstr(text, "unreachable  "));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers_with_one_link),
		cmocka_unit_test(peers_held_to_their_link),
		cmocka_unit_test(peers_never_heard_on_two_links),
		cmocka_unit_test(peers_with_every_field),
		cmocka_unit_test(detection_times_that_follow_the_gaps),
		cmocka_unit_test(explanation_of_a_node),
		cmocka_unit_test(vrrp_instances),
		cmocka_unit_test(vrrp_instances_with_every_field),
		cmocka_unit_test(explanation_of_a_backup),
		cmocka_unit_test(explanation_of_the_least_and_the_most),
		cmocka_unit_test(tracked_things),
		cmocka_unit_test(applications),
		cmocka_unit_test(results_of_commands),
		cmocka_unit_test(drops_that_occurred_come_first),
		cmocka_unit_test(events_with_and_without_a_past),
		cmocka_unit_test(status_of_a_whole_daemon),
		cmocka_unit_test(what_a_daemon_refuses),
		cmocka_unit_test(lost_replies),
		cmocka_unit_test(unexpected_values),
		cmocka_unit_test(the_longest_names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
