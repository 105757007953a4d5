// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl cluster": one screen, whatever the daemon's answer lacks. */
#include "tests/unit/ctl/show/fixture.h"

#define NODE_A                                                                                     \
	"{\"id\":1,\"name\":\"node-a\",\"self\":true,\"state\":\"running\",\"version\":\"0.1.0\"}"
#define LINK                                                                                       \
	"{\"interface\":\"eth0\",\"address\":\"10.0.0.2\",\"verdict\":\"up\",\"rtt_ns\":{\"p50\":92000,\"max\":1200000}}"

static void two_nodes_that_differ(void **state)
{
	(void)state;
	assert_shown(
		show_cluster,
		"{\"nodes\":[" NODE_A
		",{\"id\":2,\"name\":\"node-b\",\"verdict\":\"up\",\"state\":\"draining\",\"comparison\":\"compared\","
		"\"version\":\"0.1.0\",\"links\":[" LINK "," LINK "]}],"
		"\"instances\":[{\"name\":\"VI_1\",\"vrid\":51,\"addresses\":[\"10.0.0.100\",\"10.0.0.101\"],\"nodes\":["
		"{\"node\":\"node-a\",\"state\":\"active\",\"priority\":150,\"fenced\":true},{\"node\":\"node-b\",\"state\":\"backup\",\"priority\":100},"
		"{\"node\":\"node-c\"},{\"node\":\"node-d\",\"state\":\"initialize\",\"priority\":9}]}],"
		"\"disagreements\":[{\"text\":\"guard_timeout: 3 s here (xbeat.conf:7), 1 s on node-b; write the same on all nodes\"}]}",
		"NODE    ID  VERDICT  VERSION  LINK       ADDRESS   VERDICT    P50     MAX\n"
		"node-a   1  running  0.1.0    this node\n"
		"node-b   2  up       0.1.0    eth0       10.0.0.2  up       92 us  1.2 ms\n"
		"                              eth0       10.0.0.2  up       92 us  1.2 ms\n"
		"    drained: out of elections\n"
		"\n"
		"INSTANCE  VRID  ADDRESSES             ACTIVE                OTHERS\n"
		"VI_1        51  10.0.0.100 and 1      node-a (150, fenced)  node-b (100), node-c\n"
		"                more                                        (not heard), node-d\n"
		"                                                            (initialize, 9)\n"
		"\n"
		"differs  guard_timeout: 3 s here (xbeat.conf:7), 1 s on node-b; write the same\n"
		"         on all nodes\n");
}

static void node_of_an_older_version(void **state)
{
	(void)state;
	assert_shown(
		show_cluster,
		"{\"nodes\":[" NODE_A
		",{\"id\":2,\"name\":\"node-b\",\"verdict\":\"down\",\"witness\":true,\"comparison\":\"no answer\"}],\"instances\":[],\"disagreements\":[]}",
		"NODE    ID  VERDICT  VERSION  LINK       ADDRESS  VERDICT  P50  MAX\n"
		"node-a   1  running  0.1.0    this node\n"
		"node-b   2  down     -\n"
		"    a witness: it runs no instances with heartbeats\n"
		"    its configuration was not compared: it does not answer, as nodes of an older\n"
		"    version\n"
		"\n"
		"no instances with a heartbeat line\n"
		"\n"
		"the configurations that were compared agree; not all were\n");
}

/* A daemon of another version must not crash its client. */
static void unexpected_values(void **state)
{
	static const char *const values[] = {
		"null",
		"[]",
		"7",
		"{\"nodes\":7,\"instances\":[1,{}],\"disagreements\":[null,{\"text\":\"\\u001b[2J\"}]}",
		"{\"nodes\":[1,{\"links\":[[]]}],\"instances\":[{\"nodes\":[7],\"addresses\":{}}]}",
		"{\"nodes\":[{\"name\":\"\\u009b\"}],\"instances\":[{\"name\":\"\\u202e\",\"nodes\":[{\"node\":\"\\u0085\"}]}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		_cleanup_free_ char *text = shown(show_cluster, values[i]);

		assert_null(strstr(text, "\033"));
		assert_null(strstr(text, "\xc2\x9b"));
		assert_null(strstr(text, "\u202e"));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_nodes_that_differ),
		cmocka_unit_test(node_of_an_older_version),
		cmocka_unit_test(unexpected_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
