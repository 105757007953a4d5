/* SPDX-License-Identifier: GPL-2.0-or-later */
/* getifaddrs(3) in the one type that everything else uses. */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <user/core/address.h>
#include <user/daemon/local_address.h>

static bool take(const struct ifaddrs *entry, struct local_address *local)
{
	if (!entry->ifa_addr)
		return false;
	if (entry->ifa_addr->sa_family == AF_INET)
		local->address = address_from_ipv4(
			((const struct sockaddr_in *)(const void *)entry->ifa_addr)
				->sin_addr.s_addr);
	else if (entry->ifa_addr->sa_family == AF_INET6)
		memcpy(local->address.bytes,
		       &((const struct sockaddr_in6 *)(const void *)entry->ifa_addr)->sin6_addr,
		       16);
	else
		return false;
	snprintf(local->interface, sizeof(local->interface), "%s", entry->ifa_name);
	return true;
}

int local_addresses(struct local_address **list, size_t *count)
{
	struct ifaddrs *entries;
	size_t total = 0;

	if (getifaddrs(&entries))
		return -errno;
	for (const struct ifaddrs *entry = entries; entry; entry = entry->ifa_next)
		total++;
	*count = 0;
	*list = calloc(total + 1, sizeof(**list));
	for (const struct ifaddrs *entry = entries; *list && entry; entry = entry->ifa_next)
		*count += take(entry, &(*list)[*count]);
	freeifaddrs(entries);
	return *list ? 0 : -ENOMEM;
}
