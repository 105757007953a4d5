/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of numbers that every iproute2 has, so that its files are read for others only. */
#include "user/config/blocks/route.h"
#include <linux/rtnetlink.h>

const struct config_name config_table_names[] = {
	{"default", RT_TABLE_DEFAULT},
	{"main", RT_TABLE_MAIN},
	{"local", RT_TABLE_LOCAL},
	{0},
};

const struct config_name config_protocol_names[] = {
	{"unspec", RTPROT_UNSPEC},
	{"redirect", RTPROT_REDIRECT},
	{"kernel", RTPROT_KERNEL},
	{"boot", RTPROT_BOOT},
	{"static", RTPROT_STATIC},
	{"gated", RTPROT_GATED},
	{"ra", RTPROT_RA},
	{"mrt", RTPROT_MRT},
	{"zebra", RTPROT_ZEBRA},
	{"bird", RTPROT_BIRD},
	{"dnrouted", RTPROT_DNROUTED},
	{"xorp", RTPROT_XORP},
	{"ntk", RTPROT_NTK},
	{"dhcp", RTPROT_DHCP},
	{"keepalived", RTPROT_KEEPALIVED},
	{"babel", RTPROT_BABEL},
	{"bgp", RTPROT_BGP},
	{"isis", RTPROT_ISIS},
	{"ospf", RTPROT_OSPF},
	{"rip", RTPROT_RIP},
	{"eigrp", RTPROT_EIGRP},
	{0},
};

const struct config_name config_scope_names[] = {
	{"global", RT_SCOPE_UNIVERSE},
	{"universe", RT_SCOPE_UNIVERSE},
	{"site", RT_SCOPE_SITE},
	{"link", RT_SCOPE_LINK},
	{"host", RT_SCOPE_HOST},
	{"nowhere", RT_SCOPE_NOWHERE},
	{0},
};

/* The code points of RFC 2474, 2597, 3246 and 5865, shifted to their position in the byte. */
const struct config_name config_tos_names[] = {
	{"default", 0x00},
	{"AF11", 0x28},
	{"AF12", 0x30},
	{"AF13", 0x38},
	{"AF21", 0x48},
	{"AF22", 0x50},
	{"AF23", 0x58},
	{"AF31", 0x68},
	{"AF32", 0x70},
	{"AF33", 0x78},
	{"AF41", 0x88},
	{"AF42", 0x90},
	{"AF43", 0x98},
	{"CS1", 0x20},
	{"CS2", 0x40},
	{"CS3", 0x60},
	{"CS4", 0x80},
	{"CS5", 0xa0},
	{"CS6", 0xc0},
	{"CS7", 0xe0},
	{"EF", 0xb8},
	{"VOICE-ADMIT", 0xb0},
	{0},
};
