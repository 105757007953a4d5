/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The set of instances. */
#include "user/vrrp/state/instances.h"
#include "user/config/model/config.h"
#include "user/vrrp/state/instance.h"
#include <string.h>

struct instance *instances_find(const struct instances *instances, const char *name)
{
	for (size_t i = 0; i < instances->count; i++)
		if (!strcmp(instances->list[i]->config->name, name))
			return instances->list[i];
	return NULL;
}
