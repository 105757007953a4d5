/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Snapshots as text: both formats, escaping, histograms, what is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/exporter/metrics/metrics.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* To be freed. snapshot: JSON, or NULL. */
static char *write(const char *snapshot, enum metrics_format format)
{
	json_t *json = snapshot ? json_loads(snapshot, 0, NULL) : NULL;
	struct metrics_writer writer = {.format = format};
	size_t length;
	char *text;

	assert_true(json || !snapshot);
	writer.output = open_memstream(&text, &length);
	metrics_write(&writer, json);
	metrics_end(&writer);
	fclose(writer.output);
	json_decref(json);
	return text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s is not in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("%s is in:\n%s", part, text);
}

static void test_without_a_daemon(void **state)
{
	char *text = write(NULL, METRICS_OPEN);

	(void)state;
	assert_has(text, "\nxbeat_up 0\n");
	assert_lacks(text, "xbeat_problems");
	assert_string_equal(text + strlen(text) - strlen("# EOF\n"), "# EOF\n");
	free(text);
}

/* Whatever a snapshot lacks or has of another type, there is text. */
static void test_of_nothing(void **state)
{
	static const char *const snapshots[] = {
		"{}",
		"{\"status\":[],\"peers\":{},\"vrrp\":[1,null,{}],\"drops\":7}",
		"{\"peers\":[{\"links\":[null]}],\"vrrp\":[{\"takeovers\":[{}],\"keepalived_addresses\":[1,{}]}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(snapshots) / sizeof(snapshots[0]); i++) {
		char *text = write(snapshots[i], METRICS_TEXT);

		assert_has(text, "\nxbeat_up 1\n");
		free(text);
	}
}

static void test_labels_are_escaped(void **state)
{
	char *text = write("{\"peers\":[{\"name\":\"a\\\"b\\\\c\\nd\",\"verdict\":\"one-way\"}]}",
			   METRICS_TEXT);

	(void)state;
	assert_has(text, "xbeat_peer_verdict{peer=\"a\\\"b\\\\c\\nd\",verdict=\"one_way\"} 1\n");
	assert_has(text, "xbeat_peer_verdict{peer=\"a\\\"b\\\\c\\nd\",verdict=\"up\"} 0\n");
	free(text);
}

static void test_names_of_both_formats(void **state)
{
	static const char snapshot[] =
		"{\"status\":{\"version\":\"1\",\"loop\":{\"stalled_ns\":1500000000}}}";
	char *old = write(snapshot, METRICS_TEXT), *open = write(snapshot, METRICS_OPEN);

	(void)state;
	assert_has(old, "# TYPE xbeat_build_info gauge\n");
	assert_has(open, "# TYPE xbeat_build info\n");
	assert_has(
		open,
		"# TYPE xbeat_own_stall_seconds counter\n# UNIT xbeat_own_stall_seconds seconds\n");
	assert_has(old, "# TYPE xbeat_own_stall_seconds_total counter\n");
	assert_has(old, "\nxbeat_own_stall_seconds_total 1.500000000\n");
	assert_lacks(old, "# UNIT");
	assert_lacks(old, "# EOF");
	free(old);
	free(open);
}

/* Short buckets are one, finer ones are left out, and the last has all. */
static void test_histogram(void **state)
{
	static const char snapshot[] =
		"{\"histograms\":{\"rtt_bounds_ns\":[2048,4096,6000,8192,16384],\"links\":[{\"peer\":\"b\","
		"\"rtt_counts\":[1,2,4,8,16,32]}]}}";
	char *text = write(snapshot, METRICS_OPEN);

	(void)state;
	assert_lacks(text, "le=\"0.000002048\"");
	assert_lacks(text, "le=\"0.000006000\"");
	assert_has(text, "xbeat_rtt_seconds_bucket{peer=\"b\",le=\"0.000004096\"} 3\n");
	assert_has(text, "xbeat_rtt_seconds_bucket{peer=\"b\",le=\"0.000008192\"} 15\n");
	assert_has(text, "xbeat_rtt_seconds_bucket{peer=\"b\",le=\"0.000016384\"} 31\n");
	assert_has(text, "xbeat_rtt_seconds_bucket{peer=\"b\",le=\"+Inf\"} 63\n");
	assert_lacks(text, "xbeat_rtt_seconds_count");
	free(text);
}

static void test_fault_is_a_state(void **state)
{
	char *text = write(
		"{\"vrrp\":[{\"name\":\"VI\",\"vrid\":5,\"interface\":\"eth0\",\"state\":\"initialize\","
		"\"keepalived_state\":\"FAULT\",\"keepalived_addresses\":[{\"ip_address\":\"fd00::1/64\",\"intf\":\"eth1\"}],"
		"\"fences\":[{\"cause\":\"guard_expired\",\"count\":3}]}]}",
		METRICS_TEXT);

	(void)state;
	assert_has(text, "vrid=\"5\",interface=\"eth0\",state=\"fault\"} 1\n");
	assert_has(text, "state=\"initialize\"} 0\n");
	assert_has(
		text,
		"keepalived_vrrp_state{iname=\"VI\",intf=\"eth1\",vrid=\"5\",ip_address=\"fd00::1/64\"} 3\n");
	assert_has(text, "xbeat_guard_expiries_total{vrrp_instance=\"VI\"} 3\n");
	assert_has(text, "xbeat_fences_total{vrrp_instance=\"VI\",cause=\"claim\"} 0\n");
	assert_lacks(text, "xbeat_instance_owners{");
	free(text);
}

static void test_accept(void **state)
{
	(void)state;
	assert_int_equal(metrics_choose(NULL), METRICS_TEXT);
	assert_int_equal(metrics_choose("*/*"), METRICS_TEXT);
	assert_int_equal(
		metrics_choose("application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1"),
		METRICS_OPEN);
}

static const char pools[] =
	"{\"pools\":{\"checker\":{\"state\":\"running\",\"start_count\":2},\"plane\":{\"name\":\"ipvs\",\"state\":\"missing\"},\"pools\":["
	"{\"name\":\"10.0.0.1:80/tcp\",\"state\":\"down\",\"quorum\":{\"weight\":2,\"alive_weight\":1},\"servers_by_state\":{\"up\":1,\"down\":1},"
	"\"changes\":{\"up\":3,\"down\":4},\"sorry_active\":true,\"services\":[{\"address\":\"10.0.0.1:80\",\"protocol\":\"tcp\",\"counters\":{\"connections\":9}}],"
	"\"servers\":[{\"address\":\"10.0.0.11:80\",\"state\":\"down\",\"weight\":0,\"configured_weight\":5,\"changes\":{\"up\":1,\"down\":2},"
	"\"counters\":{\"connections\":7,\"bytes_in\":70},\"checks\":[{\"kind\":\"http\",\"state\":\"down\",\"results\":{\"good\":5,\"bad\":3},"
	"\"duration_ns\":12000000,\"held_ns\":1}]}]},"
	"{\"name\":\"10.0.0.2:80/tcp\",\"state\":\"up\",\"services\":[{\"address\":\"10.0.0.2:80\",\"protocol\":\"tcp\"}],"
	"\"servers\":[{\"address\":\"10.0.0.11:80\",\"state\":\"up\",\"counters\":{\"connections\":1}}]},"
	"{\"name\":\"fwmark/7\",\"services\":[{\"mark\":7,\"protocol\":\"fwmark\"}]}]}}";

static void test_pools(void **state)
{
	static const char *const samples[] = {
		"xbeat_checker_up 1\n",
		"xbeat_checker_starts_total 2\n",
		"xbeat_data_plane_up 0\n",
		"xbeat_pool_up{pool=\"10.0.0.1:80/tcp\"} 0\n",
		"xbeat_pool_up{pool=\"10.0.0.2:80/tcp\"} 1\n",
		"xbeat_pool_changes_total{pool=\"10.0.0.1:80/tcp\",state=\"down\"} 4\n",
		"xbeat_pool_servers{pool=\"10.0.0.1:80/tcp\",state=\"up\"} 1\n",
		"xbeat_pool_sorry_active{pool=\"10.0.0.1:80/tcp\"} 1\n",
		"xbeat_server_state{pool=\"10.0.0.1:80/tcp\",server=\"10.0.0.11:80\",state=\"down\"} 1\n",
		"xbeat_server_state{pool=\"10.0.0.1:80/tcp\",server=\"10.0.0.11:80\",state=\"drain\"} 0\n",
		"xbeat_server_configured_weight{pool=\"10.0.0.1:80/tcp\",server=\"10.0.0.11:80\"} 5\n",
		"xbeat_check_results_total{pool=\"10.0.0.1:80/tcp\",server=\"10.0.0.11:80\",check=\"0\",kind=\"http\",result=\"bad\"} 3\n",
		"xbeat_check_held{pool=\"10.0.0.1:80/tcp\",server=\"10.0.0.11:80\",check=\"0\",kind=\"http\"} 1\n",
		"xbeat_check_duration_seconds{pool=\"10.0.0.1:80/tcp\",server=\"10.0.0.11:80\",check=\"0\",kind=\"http\"} 0.012000000\n",
		"keepalived_lvs_vip_conn{addr=\"10.0.0.1:80\",proto=\"6\"} 9\n",
		/* of both pools */
		"keepalived_lvs_rs_conn{addr=\"10.0.0.11:80\",proto=\"6\"} 8\n",
		"keepalived_lvs_rs_in_bytes{addr=\"10.0.0.11:80\",proto=\"6\"} 70\n",
	};
	char *text = write(pools, METRICS_TEXT), *without = write("{}", METRICS_TEXT);

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		assert_has(text, samples[i]);
	assert_lacks(text, "proto=\"0\"");
	assert_lacks(without, "xbeat_checker_up 0");
	free(text);
	free(without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_daemon),
		cmocka_unit_test(test_of_nothing),
		cmocka_unit_test(test_labels_are_escaped),
		cmocka_unit_test(test_names_of_both_formats),
		cmocka_unit_test(test_histogram),
		cmocka_unit_test(test_fault_is_a_state),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_pools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
