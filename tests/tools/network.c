// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's network functions by hand, in the network namespace in which it runs:
 *
 *	network add|remove DEVICE ADDRESS/LENGTH [KEYWORD VALUE]…
 *		KEYWORD: peer ADDRESS/LENGTH, brd ADDRESS, label TEXT, scope N, flags N, preferred N
 *	network macvlan NAME BASE VRID FAMILY
 *	network active NAME BASE FAMILY | backup NAME | promote NAME
 *	network unmake NAME VRID FAMILY
 *	network lookup NAME
 *	network addresses
 *	network monitor [MS]	until it is ended; MS: sleeps this long first, to lose notifications
 *
 * Prints "0" or the name of an error ("EEXIST"), or the requested objects, one per line.
 */
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/net/macvlan.h"
#include "user/net/netlink/interface_monitor.h"
#include "user/net/netlink/local_address.h"
#include "user/net/netlink/netlink.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 0);
}

static void usage(void)
{
	fputs("wrong usage; see the head of tests/tools/network.c\n", stderr);
	exit(2);
}

static void parse_prefix(char *text, struct xb_address *address, uint8_t *prefix_length)
{
	char *slash = strchr(text, '/');

	if (slash)
		*slash = '\0';
	if (!slash || address_parse(text, address))
		usage();
	*prefix_length = (uint8_t)number(slash + 1);
}

static void parse_keyword(struct config_vip *vip, const char *keyword, char *value)
{
	if (!strcmp(keyword, "peer")) {
		vip->has_peer = true;
		parse_prefix(value, &vip->peer, &vip->peer_prefix_length);
	} else if (!strcmp(keyword, "brd")) {
		vip->has_broadcast = !address_parse(value, &vip->broadcast);
	} else if (!strcmp(keyword, "label")) {
		snprintf(vip->label, sizeof(vip->label), "%s", value);
	} else if (!strcmp(keyword, "scope")) {
		vip->scope = (uint8_t)number(value);
	} else if (!strcmp(keyword, "flags")) {
		vip->flags = number(value);
	} else if (!strcmp(keyword, "preferred")) {
		vip->preferred_lifetime_s = number(value);
	} else {
		usage();
	}
}

static int change_address(struct netlink *netlink, int count, char **words)
{
	struct config_vip vip = {.preferred_lifetime_s = UINT32_MAX};
	unsigned index = 0;

	if (count < 3 || count % 2 == 0)
		usage();
	index = if_nametoindex(words[1]);
	parse_prefix(words[2], &vip.address, &vip.prefix_length);
	for (int i = 3; i < count; i += 2)
		parse_keyword(&vip, words[i], words[i + 1]);
	return !strcmp(words[0], "add") ? netlink_add_vip(netlink, index, &vip)
					: netlink_remove_vip(netlink, index, &vip);
}

static void describe_vmac(struct config_vmac *vmac, const char *name, const char *vrid,
			  const char *family)
{
	*vmac = (struct config_vmac){0};
	strncpy(vmac->name, name, sizeof(vmac->name) - 1);
	config_vmac_complete(vmac, (uint8_t)number(family), (uint8_t)number(vrid));
}

static int make_macvlan(struct netlink *netlink, int count, char **words)
{
	struct config_vmac vmac;
	unsigned index;

	if (count != 5)
		usage();
	describe_vmac(&vmac, words[1], words[3], words[4]);
	return macvlan_ensure(netlink, &vmac, if_nametoindex(words[2]), &index);
}

static int unmake_macvlan(struct netlink *netlink, int count, char **words)
{
	struct config_vmac vmac;

	if (count != 4)
		usage();
	describe_vmac(&vmac, words[1], words[2], words[3]);
	return macvlan_remove(netlink, &vmac);
}

static int activate(struct netlink *netlink, int count, char **words)
{
	if (count != 4)
		usage();
	return macvlan_set_active(netlink, words[1], words[2], number(words[3]) == 6);
}

static int change_link(struct netlink *netlink, int count, char **words)
{
	if (count != 2)
		usage();
	if (!strcmp(words[0], "promote"))
		return link_promote_secondaries(netlink, words[1]);
	return macvlan_set_backup(netlink, words[1]);
}

static void print_link(void *context, const struct interface_event *event)
{
	(void)context;
	printf("link %s %u %s\n", event->name, event->interface_index,
	       event->running	? "running"
	       : event->present ? "present"
				: "gone");
	fflush(stdout);
}

static void print_address(void *context, const struct address_event *event)
{
	char text[ADDRESS_TEXT_BYTES];

	(void)context;
	printf("address %u %s/%u %s\n", event->interface_index,
	       address_format(&event->address, text), event->prefix_length,
	       event->present ? "present" : "gone");
	fflush(stdout);
}

static void print_overrun(void *context)
{
	(void)context;
	puts("overrun");
	fflush(stdout);
}

static int monitor(struct netlink *netlink, int count, char **words)
{
	static const struct interface_handlers handlers = {print_link, print_address,
							   print_overrun};
	struct event_base *base = event_base_new();
	struct interface_monitor links;
	int error = interface_monitor_start(&links, base, &handlers, NULL);

	(void)netlink;
	if (error)
		return error;
	puts("started");
	fflush(stdout);
	if (count > 1)
		usleep(number(words[1]) * 1000);
	event_base_dispatch(base);
	return 0;
}

static int lookup(struct netlink *netlink, int count, char **words)
{
	struct interface_event event;

	(void)netlink;
	if (count != 2)
		usage();
	if (!interface_lookup(words[1], &event))
		return -ENODEV;
	print_link(NULL, &event);
	return 0;
}

static int list_addresses(struct netlink *netlink, int count, char **words)
{
	_cleanup_free_ struct local_address *list = NULL;
	size_t total = 0;
	int error = local_addresses(&list, &total);

	(void)netlink;
	(void)count;
	(void)words;
	for (size_t i = 0; i < total; i++) {
		char text[ADDRESS_TEXT_BYTES];

		printf("%s %u %s/%u%s\n", list[i].interface, list[i].interface_index,
		       address_format(&list[i].address, text), list[i].prefix_length,
		       list[i].usable ? "" : " unusable");
	}
	return error;
}

static const struct {
	const char *name;
	int (*run)(struct netlink *netlink, int count, char **words);
} verbs[] = {
	{"add", change_address},  {"remove", change_address}, {"macvlan", make_macvlan},
	{"active", activate},	  {"backup", change_link},    {"unmake", unmake_macvlan},
	{"promote", change_link}, {"lookup", lookup},	      {"addresses", list_addresses},
	{"monitor", monitor},
};

int main(int count, char **words)
{
	struct netlink netlink;

	if (netlink_open(&netlink)) {
		perror("netlink");
		return 1;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (count > 1 && !strcmp(words[1], verbs[i].name)) {
			int error = verbs[i].run(&netlink, count - 1, words + 1);

			puts(error ? strerrorname_np(-error) : "0");
			netlink_close(&netlink);
			return 0;
		}
	}
	usage();
}
