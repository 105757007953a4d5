/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual MAC addresses. */
#include "user/config/model/vmac.h"
#include <string.h>

void config_vmac_complete(struct config_vmac *vmac, uint8_t family, uint8_t vrid)
{
	const uint8_t standard[CONFIG_MAC_BYTES] = {0, 0, 0x5e, 0, family == 4 ? 1 : 2, vrid};

	memcpy(vmac->mac + vmac->given_octets, standard + vmac->given_octets,
	       sizeof(standard) - vmac->given_octets);
}

bool config_vmac_same_place(const struct config_vmac *a, const struct config_vmac *b)
{
	return !a->ipvlan && !b->ipvlan && !strcmp(a->base, b->base) &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac));
}

bool config_vmac_equal(const struct config_vmac *a, const struct config_vmac *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->base, b->base) &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac)) && a->ipvlan == b->ipvlan &&
	       a->ipvlan_flags == b->ipvlan_flags && a->has_address == b->has_address &&
	       !memcmp(&a->address, &b->address, sizeof(a->address)) && a->group == b->group &&
	       a->notify_base == b->notify_base;
}
