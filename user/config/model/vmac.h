/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An interface with a virtual MAC address (RFC 9568 section 7.3) on another interface. */
#ifndef XBEAT_CONFIG_MODEL_VMAC_H
#define XBEAT_CONFIG_MODEL_VMAC_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <xbeat/map.h>

#define CONFIG_MAC_BYTES 6
#define CONFIG_VMAC_PREFIX_BYTES 11 /* leaves room for "6.255" in a name */

struct config_vmac {
	char name[IF_NAMESIZE]; /* default vrrp.VRID, or vrrp6.VRID, vrrp1.VRID ... */
	char base[IF_NAMESIZE]; /* the interface that it is on */
	uint8_t mac[CONFIG_MAC_BYTES];
	uint8_t given_octets; /* of mac. 0: that of the virtual router; 5: the VRID follows; 6 */
	uint32_t group; /* as in "ip link set NAME group N"; 0 is the kernel's default */
	bool ipvlan; /* it has the base's MAC address, and none of its own (use_ipvlan) */
	uint16_t ipvlan_flags; /* IPVLAN_F_*; 0: bridge */
	bool has_address;
	struct xb_address address; /* of ipvlan: its own, from which adverts come */
	bool notify_base; /* the kernel reports the interface below again (netlink_notify_msg) */
};

/* Completes the MAC address: what was not given is the virtual router's, 00:00:5e:00:01:VRID, for
 * IPv6 00:00:5e:00:02:VRID. */
void config_vmac_complete(struct config_vmac *vmac, uint8_t family, uint8_t vrid);

/* Returns whether the two are on the same interface with the same virtual MAC address. */
bool config_vmac_same_place(const struct config_vmac *a, const struct config_vmac *b);

/* Returns whether the interface that the one describes is what the other describes, too. */
bool config_vmac_equal(const struct config_vmac *a, const struct config_vmac *b);

#endif
