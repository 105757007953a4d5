// SPDX-License-Identifier: GPL-2.0-or-later
/* vrrp_app, and the lines that track applications and links. */
#include "tests/unit/config/fixture.h"
#include "user/lib/time.h"

#define HEARTBEAT                                                                                  \
	"heartbeat h {\ninterface eth0\ninterface eth10\nkey_file k\n"                             \
	"node 1 a 10.0.0.1 10.0.1.1\nnode 2 b 10.0.0.2 10.0.1.2\n" WITNESS "}\n"
#define WITNESS "node 3 c 10.0.0.3 10.0.1.3 witness\n"
#define APPS "vrrp_app web { }\nvrrp_app db {\nweight -20 reverse\n}\n"
#define TRACKING(lines) INSTANCE VIPS lines "}\n" HEARTBEAT APPS

static void check(const struct config_track *track, enum config_track_kind kind, const char *name,
		  int weight, bool reverse)
{
	assert_int_equal(track->kind, kind);
	assert_string_equal(track->name, name);
	assert_int_equal(track->weight, weight);
	assert_int_equal(track->reverse, reverse);
}

static void applications(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE VIPS "}\nvrrp_app web { }\n"
			      "vrrp_app a-very_long.nam {\ntimeout 250ms\nuser www-data\n"
			      "notify_socket /run/xbeat/web\nweight 30 reverse\n}\n",
		"");
	const struct config_app *apps = config->apps;

	(void)state;
	assert_int_equal(config->app_count, 2);
	assert_string_equal(apps[0].name, "web");
	assert_int_equal(apps[0].timeout_ns, NS_PER_SECOND);
	assert_string_equal(apps[0].user, "");
	assert_int_equal(apps[0].uid, UINT32_MAX);
	assert_int_equal(apps[0].weight, 0);
	assert_null(apps[0].notify_socket);
	assert_string_equal(apps[1].name, "a-very_long.nam");
	assert_int_equal(apps[1].timeout_ns, 250 * NS_PER_MS);
	assert_string_equal(apps[1].user, "www-data");
	assert_int_equal(apps[1].weight, 30);
	assert_string_equal(apps[1].notify_socket, "/run/xbeat/web");
	assert_true(apps[1].reverse);
	config_free(config);
}

static void wrong_applications(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "}\nvrrp_app {\n}\nvrrp_app web\n",
		 "7:1: error: vrrp_app lacks a value; write \"vrrp_app NAME { ... }\"\n"
		 "9:1: error: vrrp_app has no block; write \"vrrp_app NAME { ... }\"\n"},
		{INSTANCE VIPS "}\nvrrp_app sixteen-bytes-xx { }\nvrrp_app \"a b\" { }\n",
		 "7:10: error: 'sixteen-bytes-xx' is not a valid application name; write 1 to 15 letters, digits, '_', '.' or '-'\n"
		 "8:10: error: 'a b' is not a valid application name; write 1 to 15 letters, digits, '_', '.' or '-'\n"},
		{INSTANCE VIPS
		 "}\nvrrp_app web {\nnotify_socket run/web\n}\n"
		 "vrrp_app a {\nnotify_socket /a\n}\nvrrp_app b {\nnotify_socket /a\n}\n",
		 "8:15: error: notify_socket takes an absolute path of at most 107 bytes, not 'run/web'\n"
		 "13:1: error: vrrp_app b has the notify_socket of vrrp_app a; name another path\n"},
		{INSTANCE VIPS "}\nvrrp_app web { }\nvrrp_app web { }\n",
		 "8:1: error: vrrp_app web is already defined on line 7; give each its own name\n"},
		{INSTANCE VIPS "}\nvrrp_app web {\ntimeout 0.5\nuser\nweight 254\ntimout 3s\n}\n",
		 "8:9: error: timeout 0.5 has no unit; write 0.5ms or 0.5s\n"
		 "9:1: error: user lacks a value; write \"user USER [GROUP]\"\n"
		 "10:8: error: weight 254 is out of range; -253 to 253 is allowed\n"
		 "11:1: error: unknown keyword 'timout' in vrrp_app; did you mean 'timeout'?\n"},
		{INSTANCE VIPS "}\nvrrp_app web {\ntimeout 999us\n}\nvrrp_ap x { }\n",
		 "8:9: error: timeout 999us is out of range; 1ms to 3600s is allowed\n"
		 "10:1: error: unknown keyword 'vrrp_ap'; did you mean 'vrrp_app'?\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void too_many(void **state)
{
	char text[4096] = INSTANCE VIPS "}\n";
	size_t used = strlen(text);

	(void)state;
	for (unsigned i = 1; i <= XB_APPS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "vrrp_app a%u { }\n", i);
	config_free(fixture_parse(text, ""));
	snprintf(text + used, sizeof(text) - used, "vrrp_app b { }\nvrrp_app c { }\n");
	assert_null(fixture_parse(
		text,
		"39:1: error: vrrp_app b exceeds the limit of 32 applications (heartbeats carry one bit for each); remove one\n"));
}

static void lines(void **state)
{
	struct config *config = fixture_parse(
		TRACKING("track_app web\ntrack_app {\ndb\n}\n"
			 "track_link eth10 weight 20\ntrack_link {\neth0 weight -5 reverse\n}\n"),
		"");
	const struct config_track *tracks = config->instances[0].tracks;

	(void)state;
	assert_int_equal(config->instances[0].track_count, 4);
	check(&tracks[0], CONFIG_TRACK_APP, "web", 0, false);
	check(&tracks[1], CONFIG_TRACK_APP, "db", -20, true);
	check(&tracks[2], CONFIG_TRACK_LINK, "eth10", 20, false);
	check(&tracks[3], CONFIG_TRACK_LINK, "eth0", -5, true);
	config_free(config);
}

static void lines_of_a_group(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE VIPS
		"}\nvrrp_instance W {\ninterface eth0\nvirtual_router_id 2\n"
		"virtual_ipaddress { 10.0.0.8 }\n}\nvrrp_sync_group G {\ngroup { V W }\n"
		"track_app db weight 3 noreverse\ntrack_link eth0\n}\n" HEARTBEAT APPS,
		"");

	(void)state;
	check(&config->groups[0].tracks[0], CONFIG_TRACK_APP, "db", 3, false);
	check(&config->groups[0].tracks[1], CONFIG_TRACK_LINK, "eth0", 0, false);
	config_free(config);
}

static void links_without_effect(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "track_link eth0\n}\nheartbeat h {\ninterface eth0\nkey_file k\n"
			       "node 1 a 10.0.0.1\nnode 2 b 10.0.0.2\n}\n",
		 "6:12: warning: track_link eth0 has no effect with one link: a link is bad only if nodes are heard on another link; add an \"interface\" to heartbeat h\n"},
		{INSTANCE VIPS
		 "track_link eth0\ntrack_link eth1 weight 3\n}\nheartbeat h {\ninterface eth0\n"
		 "interface eth1\nkey_file k\nnode 1 a 10.0.0.1 10.0.1.1\n"
		 "node 2 b 10.0.0.2 10.0.1.2\n}\n",
		 "6:12: warning: track_link eth0 without a weight is a fault on both nodes when the link fails, so that neither is Active; write \"weight NUMBER\", or add a witness\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void wrong_lines(void **state)
{
	static const struct config_case cases[] = {
		{TRACKING("track_app wbe\ntrack_app other weight 4\n"),
		 "6:11: error: vrrp_app wbe is not defined; did you mean 'web'?\n"
		 "7:11: error: vrrp_app other is not defined; add \"vrrp_app other { ... }\"\n"},
		{TRACKING("track_link eth01\ntrack_link wlan0\n"),
		 "6:12: error: link eth01 is not defined; did you mean 'eth0'?\n"
		 "7:12: error: wlan0 is not an interface of heartbeat h; use one of its interfaces (eth0, eth10)\n"},
		{INSTANCE VIPS "track_link eth0\n}\n",
		 "6:12: error: track_link eth0 needs a heartbeat block; add one, or write \"track_interface { eth0 }\"\n"},
		{TRACKING("track_app {\nweb weight 254\n}\ntrack_link eth0 waight 3\n"),
		 "7:12: error: weight 254 is out of range; -253 to 253 is allowed\n"
		 "9:17: error: 'waight' is not a weight of eth0; write \"NAME [weight NUMBER [reverse|noreverse]]\"\n"},
		{TRACKING("track_app web\ntrack_app web\ntrak_app web\n"),
		 "7:11: warning: track_app web is already listed on line 6; this one is ignored\n"
		 "8:1: error: unknown keyword 'trak_app' in vrrp_instance; did you mean 'track_app'?\n"},
		{TRACKING("priority 255\ntrack_app web\ntrack_app db\ntrack_link eth0 weight 3\n"),
		 "8:11: warning: the weight -20 of db has no effect with priority 255: it is not tracked; remove it, or write \"weight 0\" to make its failure a fault\n"
		 "9:12: warning: the weight 3 of eth0 has no effect with priority 255: it is not tracked; remove it, or write \"weight 0\" to make its failure a fault\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(applications),
		cmocka_unit_test(wrong_applications),
		cmocka_unit_test(too_many),
		cmocka_unit_test(lines),
		cmocka_unit_test(lines_of_a_group),
		cmocka_unit_test(wrong_lines),
		cmocka_unit_test(links_without_effect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
