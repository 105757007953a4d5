/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual MAC interfaces, by rtnetlink; see macvlan.h. Their settings: macvlan_settings.h. */
#include "user/net/macvlan.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/macvlan_settings.h"
#include "user/net/netlink/interface_setting.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#define REQUEST_BYTES 512
#define MAC_BYTES CONFIG_MAC_BYTES
#define KIND "macvlan"
#define KIND_IPVLAN "ipvlan"
#define KIND_VRF "vrf"

/* An interface as rtnetlink describes it. */
struct link {
	unsigned index;
	unsigned base_index; /* 0: none, or in another namespace */
	unsigned master_index; /* 0: none */
	uint32_t mtu, group;
	uint8_t mac[MAC_BYTES];
	bool is_macvlan, is_ipvlan, is_vrf;
	bool up;
};

/* What macvlan_ensure() is to create. */
struct wanted {
	const struct config_vmac *vmac;
	unsigned base_index;
	unsigned known_index; /* what was there before; 0: nothing */
	char base[IF_NAMESIZE];
};

/* buffer: REQUEST_BYTES; name or index identifies the interface. */
static struct nlmsghdr *begin(char *buffer, uint16_t type, uint16_t flags, const char *name,
			      unsigned index)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *message;

	request->nlmsg_type = type;
	request->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message = mnl_nlmsg_put_extra_header(request, sizeof(*message));
	message->ifi_index = (int)index;
	if (name)
		mnl_attr_put_strz(request, IFLA_IFNAME, name);
	return request;
}

static bool is_kind(const struct nlattr *link_info, const char *name)
{
	const struct nlattr *info[IFLA_INFO_KIND + 1] = {0}, *kind;

	if (link_info)
		netlink_nested_attributes(link_info, info, IFLA_INFO_KIND + 1);
	kind = info[IFLA_INFO_KIND];
	return kind && mnl_attr_get_payload_len(kind) == strlen(name) + 1 &&
	       !memcmp(mnl_attr_get_payload(kind), name, strlen(name) + 1);
}

static uint32_t number(const struct nlattr *attribute)
{
	return attribute ? mnl_attr_get_u32(attribute) : 0;
}

static int read_link(const struct nlmsghdr *answer, void *context)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(answer);
	const struct nlattr *found[IFLA_LINK_NETNSID + 1] = {0};
	struct link *link = context;

	netlink_attributes(answer, sizeof(*head), found, IFLA_LINK_NETNSID + 1);
	*link = (struct link){
		.index = (unsigned)head->ifi_index,
		.base_index = found[IFLA_LINK_NETNSID] ? 0 : number(found[IFLA_LINK]),
		.mtu = number(found[IFLA_MTU]),
		.group = number(found[IFLA_GROUP]),
		.up = head->ifi_flags & IFF_UP,
		.master_index = number(found[IFLA_MASTER]),
		.is_macvlan = is_kind(found[IFLA_LINKINFO], KIND),
		.is_ipvlan = is_kind(found[IFLA_LINKINFO], KIND_IPVLAN),
		.is_vrf = is_kind(found[IFLA_LINKINFO], KIND_VRF),
	};
	if (found[IFLA_ADDRESS] && mnl_attr_get_payload_len(found[IFLA_ADDRESS]) == MAC_BYTES)
		memcpy(link->mac, mnl_attr_get_payload(found[IFLA_ADDRESS]), MAC_BYTES);
	return MNL_CB_OK;
}

/* Returns 0, -ENODEV if there is none, or a negative errno. */
static int find_link(struct netlink *netlink, const char *name, unsigned index, struct link *link)
{
	char buffer[REQUEST_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));

	return netlink_query(netlink, begin(buffer, RTM_GETLINK, 0, name, index), read_link, link);
}

static const char *kind_of(const struct config_vmac *vmac)
{
	return vmac->ipvlan ? KIND_IPVLAN : KIND;
}

static int make(struct netlink *netlink, const struct wanted *wanted)
{
	const struct config_vmac *vmac = wanted->vmac;
	char buffer[REQUEST_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = begin(buffer, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
					 wanted->vmac->name, 0);
	struct nlattr *info, *data;

	mnl_attr_put_u32(request, IFLA_LINK, wanted->base_index);
	if (!vmac->ipvlan)
		mnl_attr_put(request, IFLA_ADDRESS, MAC_BYTES, vmac->mac);
	mnl_attr_put_u32(request, IFLA_GROUP, vmac->group);
	info = mnl_attr_nest_start(request, IFLA_LINKINFO);
	mnl_attr_put_strz(request, IFLA_INFO_KIND, kind_of(vmac));
	data = mnl_attr_nest_start(request, IFLA_INFO_DATA);
	if (vmac->ipvlan) {
		mnl_attr_put_u16(request, IFLA_IPVLAN_MODE, IPVLAN_MODE_L2);
		mnl_attr_put_u16(request, IFLA_IPVLAN_FLAGS, vmac->ipvlan_flags);
	} else {
		mnl_attr_put_u32(request, IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE);
	}
	mnl_attr_nest_end(request, data);
	mnl_attr_nest_end(request, info);
	return netlink_transact(netlink, request);
}

static int set_number(struct netlink *netlink, unsigned index, uint16_t attribute, uint32_t value)
{
	char buffer[REQUEST_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = begin(buffer, RTM_SETLINK, NLM_F_ACK, NULL, index);

	mnl_attr_put_u32(request, attribute, value);
	return netlink_transact(netlink, request);
}

static int set_up(struct netlink *netlink, const char *name, bool up)
{
	char buffer[REQUEST_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = begin(buffer, RTM_SETLINK, NLM_F_ACK, name, 0);
	struct ifinfomsg *message = mnl_nlmsg_get_payload(request);
	int error;

	message->ifi_change = IFF_UP;
	message->ifi_flags = up ? IFF_UP : 0;
	error = netlink_transact(netlink, request);
	if (error)
		log_error(
			"cannot bring %s %s: %s%s", name, up ? "up" : "down",
			limits_strerror(-error),
			error == -EADDRINUSE
				? "; another interface has its MAC address on the same base: remove that (ip link delete)"
				: "");
	return error;
}

static bool is_down(struct netlink *netlink, const char *name)
{
	struct link link;

	return !find_link(netlink, name, 0, &link) && !link.up;
}

/* What can be done where the kernel refuses a macvlan. */
static const char *remedy(int error)
{
	switch (error) {
	case -EOPNOTSUPP:
		return "; the kernel needs the module macvlan, or ipvlan";
	case -EBUSY:
		return "; if the interface is a port of a bridge or bond, use the bridge or bond itself";
	case -EINVAL:
		return "; without Ethernet headers there is no virtual MAC address: remove use_vmac";
	default:
		return "";
	}
}

static int make_new(struct netlink *netlink, const struct wanted *wanted)
{
	int error = make(netlink, wanted);

	if (error)
		log_error("cannot create %s, %s on %s: %s%s", wanted->vmac->name,
			  wanted->vmac->ipvlan ? "an ipvlan" : "a macvlan", wanted->base,
			  limits_strerror(-error), remedy(error));
	return error;
}

/* Returns 0 if an existing interface is what would be created. */
static int check(const struct link *link, const struct wanted *wanted)
{
	const uint8_t *mac = wanted->vmac->mac;

	if (link->base_index == wanted->base_index &&
	    (wanted->vmac->ipvlan ? link->is_ipvlan
				  : link->is_macvlan && !memcmp(link->mac, mac, MAC_BYTES)))
		return 0;
	if (wanted->vmac->ipvlan) {
		log_error(
			"interface %s exists but is not an ipvlan on %s; remove it (ip link delete %s), or choose another name with use_ipvlan NAME",
			wanted->vmac->name, wanted->base, wanted->vmac->name);
		return -EEXIST;
	}
	log_error(
		"interface %s exists but is not a macvlan on %s with %02x:%02x:%02x:%02x:%02x:%02x; remove it (ip link delete %s), or choose another name with use_vmac NAME",
		wanted->vmac->name, wanted->base, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
		wanted->vmac->name);
	return -EEXIST;
}

static int find_or_make(struct netlink *netlink, const struct wanted *wanted, struct link *link)
{
	int error = find_link(netlink, wanted->vmac->name, 0, link);

	if (!error) {
		error = check(link, wanted);
		if (!error && !wanted->known_index)
			log_notice("took over the interface %s, left by an earlier daemon",
				   wanted->vmac->name);
		return error;
	}
	if (error == -ENODEV) {
		error = make_new(netlink, wanted);
		return error ? error : find_link(netlink, wanted->vmac->name, 0, link);
	}
	log_error("cannot look up interface %s: %s", wanted->vmac->name, limits_strerror(-error));
	return error;
}

/* The kernel reduces the MTU with the base's, but does not raise it again. */
static int follow_mtu(struct netlink *netlink, const char *name, const struct link *link,
		      const struct link *base)
{
	int error =
		link->mtu == base->mtu ? 0 : set_number(netlink, link->index, IFLA_MTU, base->mtu);

	if (error)
		log_error("cannot set the MTU of %s to %u, the MTU of its base: %s", name,
			  base->mtu, limits_strerror(-error));
	return error;
}

bool macvlan_speaks(const char *name)
{
	return interface_setting(6, name, "disable_ipv6") == 0;
}

/* Packets to the virtual MAC belong to the VRF of the base. */
static int follow_vrf(struct netlink *netlink, const char *name, const struct link *link,
		      const struct link *base)
{
	struct link master;
	bool in_vrf = base->master_index &&
		      !find_link(netlink, NULL, base->master_index, &master) && master.is_vrf;
	unsigned vrf_index = in_vrf ? base->master_index : 0;
	int error = link->master_index == vrf_index
			    ? 0
			    : set_number(netlink, link->index, IFLA_MASTER, vrf_index);

	if (error)
		log_error("cannot put %s into the VRF of its base: %s", name,
			  limits_strerror(-error));
	return error;
}

static int prepare_ipvlan(struct netlink *netlink, const char *name, const struct link *link,
			  const struct link *base)
{
	int error = follow_mtu(netlink, name, link, base);

	if (!error)
		error = follow_vrf(netlink, name, link, base);
	return error || link->up ? error : set_up(netlink, name, true);
}

/* report: what cannot be set is logged, also if the interface can do without. */
static int prepare(struct netlink *netlink, const struct wanted *wanted, const struct link *link,
		   const struct link *base, bool report)
{
	const char *name = wanted->vmac->name;
	struct macvlan_refused refused;
	int error;

	if (wanted->vmac->ipvlan) /* its MAC address is the base's, so it need not be silent */
		return prepare_ipvlan(netlink, name, link, base);
	macvlan_settings_apply(netlink, name, wanted->base, &refused);
	if (report)
		macvlan_settings_report(&refused, name);
	error = refused.error ? refused.error : follow_mtu(netlink, name, link, base);
	if (!error)
		error = follow_vrf(netlink, name, link, base);
	/* A new interface, or one left incomplete, must be silent before it comes up. */
	if (!error && !link->up)
		error = macvlan_set_backup(netlink, name);
	if (!error && !link->up && !macvlan_speaks(name))
		error = set_up(netlink, name, true);
	return error;
}

/* For programs that follow the interface by its messages: none comes when the kernel only begins to
 * receive for another MAC address on it. What is set is what is. */
static int notify_base(struct netlink *netlink, const struct link *base)
{
	return set_number(netlink, base->index, IFLA_GROUP, base->group);
}

int macvlan_ensure(struct netlink *netlink, const struct config_vmac *vmac, unsigned base_index,
		   unsigned *index)
{
	struct wanted wanted = {.vmac = vmac, .base_index = base_index, .known_index = *index};
	struct link link, base;
	int error = base_index ? find_link(netlink, NULL, base_index, &base) : -ENODEV;

	if (error || !if_indextoname(base_index, wanted.base)) {
		log_error("cannot create %s: its base interface (index %u) is gone", vmac->name,
			  base_index);
		*index = 0;
		return -ENODEV;
	}
	if (base.is_macvlan) { /* its packets would bypass the base, where the XDP program is */
		log_error(
			"cannot create %s: %s is a macvlan itself, and the kernel would use the interface below it; use that one, or no use_vmac",
			vmac->name, wanted.base);
		*index = 0;
		return -EOPNOTSUPP;
	}
	error = find_or_make(netlink, &wanted, &link);
	if (!error) {
		error = prepare(netlink, &wanted, &link, &base, link.index != *index);
		*index = link.index;
	} else {
		*index = 0;
	}
	if (!error && vmac->notify_base && !link.up)
		notify_base(netlink, &base);
	return error;
}

int macvlan_set_active(struct netlink *netlink, const char *name, const char *base, bool ipv6)
{
	int error = ipv6 ? macvlan_settings_ipv6(netlink, name, true) : 0;

	if (error)
		log_error(
			"cannot switch IPv6 on on %s: %s; if /proc/sys is read-only here, start the container with --sysctl net.ipv6.conf.default.disable_ipv6=0",
			name, limits_strerror(-error));
	else
		error = macvlan_settings_forward(netlink, name,
						 interface_setting(4, base, "forwarding") > 0);
	if (macvlan_speaks(name) && is_down(netlink, name))
		set_up(netlink, name, true);
	return error;
}

int macvlan_set_backup(struct netlink *netlink, const char *name)
{
	int error = macvlan_settings_ipv6(netlink, name, false);

	if (interface_is_denied(error))
		error = set_up(netlink, name, false);
	else if (error)
		log_error("cannot switch IPv6 off on %s: %s", name, limits_strerror(-error));
	return error ? error : macvlan_settings_forward(netlink, name, false);
}

int macvlan_remove(struct netlink *netlink, const struct config_vmac *vmac)
{
	char buffer[REQUEST_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct link link;
	int error = find_link(netlink, vmac->name, 0, &link);

	if (error)
		return error == -ENODEV ? 0 : error;
	if (vmac->ipvlan ? !link.is_ipvlan
			 : !link.is_macvlan || memcmp(link.mac, vmac->mac, sizeof(link.mac)) != 0)
		return 0;
	return netlink_transact(netlink, begin(buffer, RTM_DELLINK, NLM_F_ACK, NULL, link.index));
}

int link_promote_secondaries(struct netlink *netlink, const char *interface)
{
	int error = interface_set(netlink, 4, interface, "promote_secondaries", 1);

	if (error)
		log_error("cannot set net.ipv4.conf.%s.promote_secondaries to 1: %s", interface,
			  limits_strerror(-error));
	return error;
}

bool link_is_in_vrf(struct netlink *netlink, unsigned index, const char *vrf)
{
	struct link link, master;

	return !find_link(netlink, NULL, index, &link) && link.master_index &&
	       !find_link(netlink, vrf, 0, &master) && master.is_vrf &&
	       link.master_index == master.index;
}
