/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The blocks virtual_server, virtual_server_group, SSL and vrrp_check. */
#ifndef XBEAT_CONFIG_POOLS_POOLS_H
#define XBEAT_CONFIG_POOLS_POOLS_H

#include "user/config/syntax/parser.h"

#endif
