// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of tables and the like from files of iproute2, which exist only in this test. */
#include "tests/unit/config/fixture.h"
#include "user/config/print/print.h"
#include <errno.h>

static const struct {
	const char *path, *text;
} files[] = {
	{"/etc/iproute2/rt_tables", "#\n# reserved\n255\tlocal\n100 blue # a comment\n0x20\tshort\n"
				    "7 long\n\n  9  indented  \nx wrong\n22\n17 last"},
	{"/etc/iproute2/rt_tables.d/more.conf", "101 green\n102 blue\n"},
	{"/usr/share/iproute2/rt_tables", "200 blue\n201 system\n"},
	{"/usr/lib/iproute2/rt_tables", "211 older\n"},
	{"/etc/iproute2/rt_protos", "150 mine\n300 high\n"},
	{"/etc/iproute2/rt_scopes", "150 county\n"},
	{"/etc/iproute2/rt_dsfield", "0x04 cheap\n"},
	{"/etc/iproute2/rt_realms", "4 PQA\n5 customers\n"},
	{"/etc/iproute2/group", "8 uplinks\n"},
	{"/opt/rt_tables", "77 blue\n"},
	{"/opt/usr/rt_tables", "78 system\n"},
};

static int find(const char *pattern, char ***paths, size_t *count)
{
	*paths = calloc(1, sizeof(**paths));
	*count = !strcmp(pattern, "/etc/iproute2/rt_tables.d/*.conf");
	if (*count)
		**paths = strdup("/etc/iproute2/rt_tables.d/more.conf");
	return 0;
}

static int read_file(const char *path, char **text, size_t *length)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(path, files[i].path))
			continue;
		*text = strdup(files[i].text);
		*length = strlen(*text);
		return 0;
	}
	return -ENOENT;
}

static const struct config_environment node = {
	.config_id = "main", .directory = "/etc", .find = find, .read = read_file};

/* keyword: virtual_routes or virtual_rules. Returns the line as it is printed, or its first
 * diagnostic; to be freed. */
static char *read_line(const char *globals, const char *keyword, const char *line)
{
	struct diagnostics diagnostics = {0};
	struct config *config = NULL;
	char text[1024], *printed = NULL;
	size_t bytes;
	FILE *out = open_memstream(&printed, &bytes);
	int length =
		snprintf(text, sizeof(text),
			 "global_defs {\nvrrp_version 3\n%s\n}\nvrrp_instance V {\n"
			 "interface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.9\n}\n"
			 "%s {\n%s\n}\n}\n",
			 globals, keyword, line);

	config_parse("test.conf", text, (size_t)length, &node, &config, &diagnostics);
	if (diagnostics.count)
		fprintf(out, "%s", diagnostics.entries[0].text);
	else if (config->instances[0].routes.count)
		config_route_print(out, &config->instances[0].routes.entries[0]);
	else
		config_rule_print(out, &config->instances[0].rules.entries[0]);
	fclose(out);
	diagnostics_free(&diagnostics);
	config_free(config);
	return printed;
}

static void check(const char *globals, const char *keyword, const char *line, const char *printed)
{
	char *found = read_line(globals, keyword, line);

	assert_string_equal(found, printed);
	free(found);
}

static void names_in_routes(void **state)
{
	(void)state;
	check("", "virtual_routes", "192.0.2.0/24 table blue", "to 192.0.2.0/24 table 100");
	check("", "virtual_routes", "192.0.2.0/24 table short", "to 192.0.2.0/24 table 32");
	check("", "virtual_routes", "192.0.2.0/24 table indented", "to 192.0.2.0/24 table 9");
	check("", "virtual_routes", "192.0.2.0/24 table last", "to 192.0.2.0/24 table 17");
	check("", "virtual_routes", "192.0.2.0/24 table green", "to 192.0.2.0/24 table 101");
	check("", "virtual_routes", "192.0.2.0/24 table system", "to 192.0.2.0/24 table 201");
	check("", "virtual_routes", "192.0.2.0/24 table older", "to 192.0.2.0/24 table 211");
	check("", "virtual_routes", "192.0.2.0/24 table main", "to 192.0.2.0/24 table main");
	check("", "virtual_routes", "192.0.2.0/24 protocol mine", "to 192.0.2.0/24 protocol 150");
	check("", "virtual_routes", "192.0.2.0/24 scope county", "to 192.0.2.0/24 scope 150");
	check("", "virtual_routes", "192.0.2.0/24 tos cheap", "to 192.0.2.0/24 tos 4");
	check("", "virtual_routes", "192.0.2.0/24 dev eth0 realms PQA/0x14",
	      "to 192.0.2.0/24 dev eth0 realms 4/20");
}

static void names_in_rules(void **state)
{
	(void)state;
	check("", "virtual_rules", "table blue priority 5", "table 100 priority 5");
	check("", "virtual_rules", "table long realms PQA/customers priority 5",
	      "table 7 realms 4/5 priority 5");
	check("", "virtual_rules", "table 7 suppress_ifgroup uplinks protocol mine priority 5",
	      "table 7 suppress_ifgroup 8 priority 5 protocol 150");
}

static void other_directories(void **state)
{
	(void)state;
	check("iproute_etc_dir /opt", "virtual_rules", "table blue priority 5",
	      "table 77 priority 5");
	check("iproute_usr_dir /opt/usr", "virtual_rules", "table system priority 5",
	      "table 78 priority 5");
	check("iproute_usr_dir /opt/usr", "virtual_rules", "table older priority 5",
	      "'older' is not a value of table; write default, main, local or 1 to 4294967295, or add it to rt_tables of iproute2");
}

static void names_that_are_wrong(void **state)
{
	(void)state;
	check("", "virtual_rules", "table blu priority 5",
	      "'blu' is not a value of table; write default, main, local or 1 to 4294967295, or add it to rt_tables of iproute2");
	check("", "virtual_rules", "table 7 suppress_ifgroup few priority 5",
	      "'few' is not a value of suppress_ifgroup; write default or 0 to 2147483647, or add it to group of iproute2");
	check("", "virtual_rules", "table 99999999999999999999 priority 5",
	      "'99999999999999999999' is not a value of table; write default, main, local or 1 to 4294967295");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_routes),
		cmocka_unit_test(names_in_rules),
		cmocka_unit_test(other_directories),
		cmocka_unit_test(names_that_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
