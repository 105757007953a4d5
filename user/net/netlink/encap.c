/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The encapsulation of a route or next hop, as attributes (RTA_ENCAP). */
#include "user/net/netlink/encap.h"
#include "user/net/netlink/address.h"
#include <arpa/inet.h>
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/ila.h>
#include <linux/lwtunnel.h>
#include <linux/mpls.h>
#include <linux/mpls_iptunnel.h>
#include <linux/rtnetlink.h>

static void put_u8(struct nlmsghdr *header, uint16_t type, const struct config_number *number)
{
	if (number->given)
		mnl_attr_put_u8(header, type, (uint8_t)number->value);
}

static void put_address(struct nlmsghdr *header, uint16_t type, const struct config_prefix *address)
{
	if (address->given)
		netlink_put_address(header, type, &address->address);
}

/* The attributes of ip and ip6 have the same numbers. */
static void put_tunnel(struct nlmsghdr *header, const struct config_encap *encap)
{
	_Static_assert(LWTUNNEL_IP_ID == (int)LWTUNNEL_IP6_ID, "ID");
	_Static_assert(LWTUNNEL_IP_DST == (int)LWTUNNEL_IP6_DST, "DST");
	_Static_assert(LWTUNNEL_IP_SRC == (int)LWTUNNEL_IP6_SRC, "SRC");
	_Static_assert(LWTUNNEL_IP_TTL == (int)LWTUNNEL_IP6_HOPLIMIT, "TTL");
	_Static_assert(LWTUNNEL_IP_TOS == (int)LWTUNNEL_IP6_TC, "TOS");
	_Static_assert(LWTUNNEL_IP_FLAGS == (int)LWTUNNEL_IP6_FLAGS, "FLAGS");
	if (encap->id.given)
		mnl_attr_put_u64(header, LWTUNNEL_IP_ID, htobe64(encap->id.value));
	put_address(header, LWTUNNEL_IP_DST, &encap->destination);
	put_address(header, LWTUNNEL_IP_SRC, &encap->source);
	put_u8(header, LWTUNNEL_IP_TTL, &encap->ttl);
	put_u8(header, LWTUNNEL_IP_TOS, &encap->tos);
	if (encap->flags.given)
		mnl_attr_put_u16(header, LWTUNNEL_IP_FLAGS, htons((uint16_t)encap->flags.value));
}

static void put_labels(struct nlmsghdr *header, const struct config_encap *encap)
{
	uint32_t stack[CONFIG_MPLS_LABELS_MAX];

	for (size_t i = 0; i < encap->label_count; i++)
		stack[i] = htonl(encap->labels[i] << MPLS_LS_LABEL_SHIFT |
				 (i + 1 == encap->label_count ? 1U << MPLS_LS_S_SHIFT : 0));
	mnl_attr_put(header, MPLS_IPTUNNEL_DST, encap->label_count * sizeof(stack[0]), stack);
}

void netlink_put_encap(struct nlmsghdr *header, const struct config_encap *encap)
{
	struct nlattr *nest;

	if (!encap->given)
		return;
	nest = mnl_attr_nest_start(header, RTA_ENCAP);
	if (encap->type == LWTUNNEL_ENCAP_MPLS)
		put_labels(header, encap);
	else if (encap->type == LWTUNNEL_ENCAP_ILA)
		mnl_attr_put_u64(header, ILA_ATTR_LOCATOR, htobe64(encap->locator));
	else
		put_tunnel(header, encap);
	mnl_attr_nest_end(header, nest);
	mnl_attr_put_u16(header, RTA_ENCAP_TYPE, encap->type);
}
