/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/plane/nft against the kernel, in a network namespace of its own: nft(8) lists what was made. */
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/plane/nft/nft.h"
#include <cmocka.h>

#define TEXT_BYTES 16384

static struct nft nft;

static int set_up(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET))
		return 0; /* the tests skip */
	return nft_open(&nft);
}

static int tear_down(void **state)
{
	(void)state;
	nft_close(&nft);
	return 0;
}

static void need_namespace(void)
{
	if (!nft.socket)
		skip(); /* not root */
}

static struct nft_entry entry(uint8_t protocol, const char *address, uint16_t port, uint32_t mark)
{
	struct nft_entry result = {.protocol = protocol, .port = port, .mark = mark};

	assert_int_equal(address_parse(address, &result.first), 0);
	result.last = result.first;
	return result;
}

static int run(const char *command)
{
	return system(command); /* NOLINT(cert-env33-c) */
}

static const char *ruleset(void)
{
	static char text[TEXT_BYTES];
	FILE *pipe = popen("nft list ruleset", "r"); /* NOLINT(cert-env33-c) */
	size_t length;

	assert_non_null(pipe);
	length = fread(text, 1, sizeof(text) - 1, pipe);
	text[length] = '\0';
	assert_int_equal(pclose(pipe), 0);
	return text;
}

static void make(const char *name)
{
	struct nft_entry entries[] = {
		entry(IPPROTO_UDP, "10.0.0.1", 53, 1002),
		entry(IPPROTO_TCP, "10.0.0.3", 80, 1000),
		entry(IPPROTO_TCP, "10.0.0.1", 80, 1000),
		entry(IPPROTO_TCP, "10.0.0.2", 80, 1000),
		entry(IPPROTO_TCP, "10.0.0.2", 80, 1001), /* of another group, too */
		entry(IPPROTO_TCP, "10.0.0.4", 80, 1001),
		entry(IPPROTO_TCP, "10.0.0.4", 81, 1001),
		entry(IPPROTO_SCTP, "fd00::ffff", 80, 1003),
		entry(IPPROTO_SCTP, "fd00::1:0", 80, 1003),
	};

	assert_int_equal(nft_replace(&nft, name, -1, entries, ARRAY_SIZE(entries)), 0);
}

static void neighbours_are_joined(void **state)
{
	(void)state;
	need_namespace();
	make("test");
	assert_string_equal(ruleset(),
			    "table ip test {\n"
			    "\tmap tcp_map {\n"
			    "\t\ttype ipv4_addr . inet_service : mark\n"
			    "\t\tflags interval\n"
			    "\t\telements = { 10.0.0.1-10.0.0.3 . 80 : 0x000003e8,\n"
			    "\t\t\t     10.0.0.4 . 80 : 0x000003e9,\n"
			    "\t\t\t     10.0.0.4 . 81 : 0x000003e9 }\n"
			    "\t}\n\n"
			    "\tmap udp_map {\n"
			    "\t\ttype ipv4_addr . inet_service : mark\n"
			    "\t\tflags interval\n"
			    "\t\telements = { 10.0.0.1 . 53 : 0x000003ea }\n"
			    "\t}\n\n"
			    "\tchain in {\n"
			    "\t\ttype filter hook input priority filter - 1; policy accept;\n"
			    "\t\tmeta mark set ip daddr . tcp dport map @tcp_map return\n"
			    "\t\tmeta mark set ip daddr . udp dport map @udp_map return\n"
			    "\t}\n"
			    "}\n"
			    "table ip6 test {\n"
			    "\tmap sctp_map {\n"
			    "\t\ttype ipv6_addr . inet_service : mark\n"
			    "\t\tflags interval\n"
			    "\t\telements = { fd00::ffff-fd00::1:0 . 80 : 0x000003eb }\n"
			    "\t}\n\n"
			    "\tchain in {\n"
			    "\t\ttype filter hook input priority filter - 1; policy accept;\n"
			    "\t\tmeta mark set ip6 daddr . sctp dport map @sctp_map return\n"
			    "\t}\n"
			    "}\n");
}

static void a_change_by_another_program_is_seen(void **state)
{
	(void)state;
	need_namespace();
	make("test");
	assert_true(nft_is_intact(&nft));
	assert_int_equal(run("nft add table ip other"), 0);
	assert_true(nft_is_intact(&nft));
	assert_int_equal(run("nft delete table ip6 test"), 0);
	assert_false(nft_is_intact(&nft));
	make("test");
	assert_true(nft_is_intact(&nft));
	assert_int_equal(run("nft flush ruleset"), 0);
	assert_false(nft_is_intact(&nft));
	make("test"); /* a firewall that saves all and loads it again */
	assert_int_equal(run("saved=$(nft list ruleset) && nft flush ruleset && "
			     "echo \"$saved\" | nft -f -"),
			 0);
	assert_false(nft_is_intact(&nft));
}

static void what_is_refused_changes_nothing(void **state)
{
	struct nft_entry wrong = entry(IPPROTO_TCP, "10.0.0.9", 80, 1);
	char *before;

	(void)state;
	need_namespace();
	make("test");
	before = strdup(ruleset());
	wrong.last = entry(IPPROTO_TCP, "10.0.0.1", 80, 1).first; /* before the first */
	assert_int_not_equal(nft_replace(&nft, "test", -1, &wrong, 1), 0);
	assert_string_equal(ruleset(), before);
	assert_true(nft_is_intact(&nft));
	free(before);
}

static void many_addresses_take_several_messages(void **state)
{
	struct nft_entry *entries = calloc(5000, sizeof(*entries));

	(void)state;
	need_namespace();
	for (uint32_t i = 0; i < 5000; i++)
		entries[i] = entry(IPPROTO_TCP, "10.0.0.1", (uint16_t)(1 + i), 1000 + i);
	assert_int_equal(nft_replace(&nft, "many", 0, entries, 5000), 0);
	assert_true(nft_is_intact(&nft));
	free(entries);
	assert_int_equal(nft_remove(&nft, "many"), 0);
	assert_int_equal(nft_remove(&nft, "test"), 0);
	assert_string_equal(ruleset(), "");
	assert_int_equal(nft_remove(&nft, "test"), 0); /* there is none */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_are_joined),
		cmocka_unit_test(a_change_by_another_program_is_seen),
		cmocka_unit_test(what_is_refused_changes_nothing),
		cmocka_unit_test(many_addresses_take_several_messages),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
