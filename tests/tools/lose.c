// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lose: makes ports of a laboratory's switch lose packets, in one direction.
 *
 *	lose OBJECT RULE…	RULE: PORT,from | PORT,to [,MAC|,any [,claims|,fenced [,COUNT]]]
 *
 * "from": packets that the member at this port sends; "to": packets to it, all or only those from
 * one Ethernet address; "claims": only PROBEs over IPv4 that carry a claim, "fenced": only those
 * that report a fence; COUNT: no more than so many. All rules are prepared first, then attached within microseconds of each
 * other. Prints the time of that, CLOCK_MONOTONIC in ns. They stay until the clsact qdisc of their
 * port is deleted: tc qdisc del dev PORT clsact.
 */
#include "user/lib/time.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/tools/lose_shared.h"

#define RULES_MAX 64

struct rule {
	int interface_index;
	enum bpf_tc_attach_point point;
	struct lose_constants constants;
	int program_fd;
};

static void fail(const char *what, int error)
{
	fprintf(stderr, "lose: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(EXIT_FAILURE);
}

static void parse_source(const char *source, struct lose_constants *constants)
{
	const struct ether_addr *address = source ? ether_aton(source) : NULL;

	constants->any_source = !source || !strcmp(source, "any");
	if (!constants->any_source && !address)
		fail(source, EINVAL);
	if (address)
		memcpy(constants->source, address->ether_addr_octet, ETH_ALEN);
}

static void parse_kind(const char *kind, struct lose_constants *constants)
{
	if (kind && strcmp(kind, "claims") != 0 && strcmp(kind, "fenced") != 0)
		fail(kind, EINVAL);
	constants->kind = !kind ? LOSE_ALL : strcmp(kind, "claims") ? LOSE_FENCED : LOSE_CLAIMS;
}

static void parse_rule(char *text, struct rule *rule)
{
	const char *port = strtok(text, ","), *direction = strtok(NULL, ","),
		   *source = strtok(NULL, ","), *kind = strtok(NULL, ","),
		   *limit = strtok(NULL, ",");

	if (!port || !direction || (strcmp(direction, "from") != 0 && strcmp(direction, "to") != 0))
		fail("a rule begins with PORT,from or PORT,to", EINVAL);
	parse_source(source, &rule->constants);
	parse_kind(kind, &rule->constants);
	rule->constants.limit = limit ? (uint32_t)strtoul(limit, NULL, 10) : 0;
	rule->interface_index = (int)if_nametoindex(port);
	if (!rule->interface_index)
		fail(port, errno);
	rule->point = strcmp(direction, "to") == 0 ? BPF_TC_EGRESS : BPF_TC_INGRESS;
}

static struct bpf_map *constants_of(const struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) if (strstr(bpf_map__name(map), ".rodata")) return map;
	return NULL;
}

/* The object stays open until this process ends; the filter keeps a reference to its program. */
static void load_rule(const char *path, struct rule *rule)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_map *map = object ? constants_of(object) : NULL;
	int error;

	if (!map)
		fail(path, object ? ENOENT : errno);
	error = bpf_map__set_initial_value(map, &rule->constants, sizeof(rule->constants));
	if (error || (error = bpf_object__load(object)))
		fail(path, error);
	rule->program_fd = bpf_program__fd(bpf_object__find_program_by_name(object, "lose"));
}

static void make_hook(const struct rule *rule)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = rule->interface_index,
		    .attach_point = rule->point);
	int error = bpf_tc_hook_create(&hook);

	if (error && error != -EEXIST)
		fail("clsact", error);
}

static void attach_rule(const struct rule *rule)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = rule->interface_index,
		    .attach_point = rule->point);
	LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = rule->program_fd);
	int error = bpf_tc_attach(&hook, &options);

	if (error)
		fail("attach", error);
}

/* Suppresses libbpf's message about a hook that exists already. */
static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

int main(int count, char **words)
{
	static struct rule rules[RULES_MAX];
	int rule_count = count - 2;
	struct timespec now;

	if (rule_count < 1 || rule_count > RULES_MAX) {
		fputs("wrong usage; see the head of tests/tools/lose.c\n", stderr);
		return 2;
	}
	libbpf_set_print(print_nothing);
	for (int i = 0; i < rule_count; i++) {
		parse_rule(words[i + 2], &rules[i]);
		load_rule(words[1], &rules[i]);
		make_hook(&rules[i]);
	}
	for (int i = 0; i < rule_count; i++)
		attach_rule(&rules[i]);
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%" PRIu64 "\n", (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec);
	return EXIT_SUCCESS;
}
