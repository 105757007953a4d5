/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of /proc/sys/net/ipv4/conf and /proc/sys/net/ipv6/conf; and the same by rtnetlink:
 * IFLA_INET_CONF sets what IPV4_DEVCONF_… number in linux/ip.h. */
#include "user/net/netlink/interface_setting.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_BYTES 256

static int open_setting(uint8_t family, const char *interface, const char *key, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv%u/conf/%s/%s", family, interface, key);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int interface_setting(uint8_t family, const char *interface, const char *key)
{
	_cleanup_close_ int fd = open_setting(family, interface, key, O_RDONLY);
	char text[16] = "";

	if (fd < 0)
		return fd;
	if (read(fd, text, sizeof(text) - 1) < 0)
		return -errno;
	return atoi(text);
}

static int write_setting(uint8_t family, const char *interface, const char *key, int value)
{
	_cleanup_close_ int fd = open_setting(family, interface, key, O_WRONLY);
	char text[16];

	if (fd < 0)
		return fd;
	snprintf(text, sizeof(text), "%d", value);
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* Returns its number for rtnetlink, or 0. */
static uint16_t number_of(uint8_t family, const char *key)
{
	static const struct {
		const char *key;
		uint16_t number;
	} settings[] = {
		{"arp_announce", IPV4_DEVCONF_ARP_ANNOUNCE},
		{"arp_ignore", IPV4_DEVCONF_ARP_IGNORE},
		{"forwarding", IPV4_DEVCONF_FORWARDING},
		{"promote_secondaries", IPV4_DEVCONF_PROMOTE_SECONDARIES},
		{"rp_filter", IPV4_DEVCONF_RP_FILTER},
	};

	if (family == 6)
		return strcmp(key, "addr_gen_mode") ? 0 : IFLA_INET6_ADDR_GEN_MODE;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!strcmp(settings[i].key, key))
			return settings[i].number;
	return 0;
}

static int set_by_netlink(struct netlink *netlink, uint8_t family, const char *interface,
			  uint16_t number, int value)
{
	char buffer[REQUEST_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct nlattr *all, *own, *list;

	request->nlmsg_type = RTM_SETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request, IFLA_IFNAME, interface);
	all = mnl_attr_nest_start(request, IFLA_AF_SPEC);
	own = mnl_attr_nest_start(request, family == 4 ? AF_INET : AF_INET6);
	if (family == 4) {
		list = mnl_attr_nest_start(request, IFLA_INET_CONF);
		mnl_attr_put_u32(request, number, (uint32_t)value);
		mnl_attr_nest_end(request, list);
	} else {
		mnl_attr_put_u8(request, number, (uint8_t)value);
	}
	mnl_attr_nest_end(request, own);
	mnl_attr_nest_end(request, all);
	return netlink_transact(netlink, request);
}

bool interface_is_denied(int error)
{
	return error == -EROFS || error == -EACCES || error == -EPERM;
}

int interface_set(struct netlink *netlink, uint8_t family, const char *interface, const char *key,
		  int value)
{
	uint16_t number = number_of(family, key);
	int error;

	if (interface_setting(family, interface, key) == value)
		return 0;
	error = write_setting(family, interface, key, value);
	return interface_is_denied(error) && number
		       ? set_by_netlink(netlink, family, interface, number, value)
		       : error;
}
