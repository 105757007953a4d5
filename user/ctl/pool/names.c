// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of pools and servers; one of a server may lack its port. */
#include "user/ctl/pool/pool.h"

#define POOLS "pools" /* the method, and the member of its answer */
#define SERVERS .inner = "servers", .inner_key = "address"

const struct names pool_members = {
	.what = "pool or server",
	.method = POOLS,
	.ports = true,
	.parts = {{.list = POOLS, .keys = {"name"}, SERVERS}},
};

const struct names pool_names = {
	.what = "pool",
	.method = POOLS,
	.ports = true,
	.parts = {{.list = POOLS, .keys = {"name"}}},
};

const struct names pool_servers = {
	.what = "server",
	.method = POOLS,
	.ports = true,
	.parts = {{.list = POOLS, SERVERS}},
};
