// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of pools and servers; one of a server may lack its port. */
#include "user/ctl/pool/pool.h"

#define METHOD "pools"
#define PART(...)                                                                                  \
	{                                                                                          \
		.list = "pools", __VA_ARGS__                                                       \
	}

const struct names pool_members = {
	.what = "pool or server",
	.method = METHOD,
	.ports = true,
	.parts = {PART(.keys = {"name"}, .inner = "servers", .inner_key = "address")},
};

const struct names pool_names = {
	.what = "pool",
	.method = METHOD,
	.ports = true,
	.parts = {PART(.keys = {"name"})},
};

const struct names pool_servers = {
	.what = "server",
	.method = METHOD,
	.ports = true,
	.parts = {PART(.inner = "servers", .inner_key = "address")},
};
