// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keywords that keepalived knows and xbeat does not support, block by block. They are listed so
 * that keepalived's configurations parse and everything ignored is reported. A keyword that cannot
 * be ignored without harm is an error.
 */
#include "user/config/blocks/unsupported.h"
#include "user/config/syntax/parser.h"

#define IGNORED_SO(keyword, effect)                                                                \
	{                                                                                          \
		.name = (keyword), .severity = DIAGNOSTIC_WARNING, .consequence = (effect)         \
	}
#define REFUSED(keyword, harm)                                                                     \
	{                                                                                          \
		.name = (keyword), .severity = DIAGNOSTIC_ERROR, .consequence = (harm)             \
	}
/* A keyword for a task that xbeat does not have. */
#define FOREIGN(keyword, whose)                                                                    \
	{                                                                                          \
		.name = (keyword), .severity = DIAGNOSTIC_WARNING, .owner = (whose)                \
	}
/* xbeat behaves like this anyway, or it tunes keepalived's internals: no warning. */
#define NEEDLESS(keyword)                                                                          \
	{                                                                                          \
		.name = (keyword), .needless = true                                                \
	}
/* Without what it tracks, an instance would stay Active where it must not. */
#define TRACK_BFD                                                                                  \
	REFUSED("track_bfd",                                                                       \
		"BFD sessions serve the checks of server pools only: remove it, and watch the "    \
		"other machine with a heartbeat block and \"track_peer NODE\", or a service with " \
		"vrrp_check")
#define LIST(tokens)                                                                               \
	{                                                                                          \
		.entries = (tokens), .count = ARRAY_SIZE(tokens)                                   \
	}

#define SNMP "SNMP agent"
#define DBUS "D-Bus service"
#define LINKBEAT "the kernel reports the state of links"
#define RELOAD_TIME "reload with \"xbeatctl reload\", from a systemd timer if need be"

const struct config_unsupported_list config_unsupported_none;

static const struct config_unsupported top_keywords[] = {
	NEEDLESS("child_wait_time"),
	IGNORED_SO("linkbeat_interfaces", LINKBEAT),
	IGNORED_SO("linkbeat_use_polling", LINKBEAT),
	NEEDLESS("namespace_with_ipsets"),
	REFUSED("net_namespace_ipvs",
		"IPVS is used in the network namespace of xbeatd: write \"net_namespace NAME\""),
	NEEDLESS("random_seed"),
};
const struct config_unsupported_list config_unsupported_top = LIST(top_keywords);

static const struct config_unsupported globals_keywords[] = {
	IGNORED_SO("bfd_cpu_affinity", "set CPUAffinity= in the systemd unit"),
	NEEDLESS("bfd_no_swap"),
	NEEDLESS("bfd_priority"),
	NEEDLESS("bfd_process_name"),
	NEEDLESS("bfd_rlimit_rtime"),
	NEEDLESS("bfd_rlimit_rttime"),
	NEEDLESS("bfd_rt_priority"),
	IGNORED_SO("checker_cpu_affinity", "set CPUAffinity= in the systemd unit"),
	NEEDLESS("checker_no_swap"),
	NEEDLESS("checker_priority"),
	NEEDLESS("checker_process_name"),
	NEEDLESS("checker_rlimit_rtime"),
	NEEDLESS("checker_rlimit_rttime"),
	NEEDLESS("checker_rt_priority"),
	NEEDLESS("data_use_instance"),
	FOREIGN("dbus_no_interface_name", DBUS),
	FOREIGN("dbus_service_name", DBUS),
	IGNORED_SO("disable_local_igmp",
		   "set the sysctl net.ipv4.igmp_link_local_mcast_reports to 0 yourself"),
	FOREIGN("enable_dbus", DBUS),
	FOREIGN("enable_snmp_checker", SNMP),
	FOREIGN("enable_snmp_keepalived", SNMP),
	FOREIGN("enable_snmp_rfc", SNMP),
	FOREIGN("enable_snmp_rfcv2", SNMP),
	FOREIGN("enable_snmp_rfcv3", SNMP),
	FOREIGN("enable_snmp_vrrp", SNMP),
	FOREIGN("enable_traps", SNMP),
	IGNORED_SO("log_unknown_vrids", "adverts of other virtual routers are not logged"),
	NEEDLESS("lvs_netlink_cmd_rcv_bufs"),
	NEEDLESS("lvs_netlink_cmd_rcv_bufs_force"),
	NEEDLESS("lvs_netlink_monitor_rcv_bufs"),
	NEEDLESS("lvs_netlink_monitor_rcv_bufs_force"),
	NEEDLESS("lvs_process_name"),
	NEEDLESS("max_auto_priority"),
	NEEDLESS("min_auto_priority_delay"),
	NEEDLESS("nftables"),
	NEEDLESS("nftables_counters"),
	NEEDLESS("nftables_ifindex"),
	NEEDLESS("nftables_priority"),
	NEEDLESS("process_monitor_rcv_bufs"),
	NEEDLESS("process_monitor_rcv_bufs_force"),
	NEEDLESS("process_name"),
	NEEDLESS("process_names"),
	NEEDLESS("random_seed"),
	NEEDLESS("reload_check_config"),
	IGNORED_SO("reload_repeat", RELOAD_TIME),
	IGNORED_SO("reload_time_file", RELOAD_TIME),
	FOREIGN("snmp_rs_stats_update_interval", SNMP),
	FOREIGN("snmp_socket", SNMP),
	FOREIGN("snmp_vs_stats_update_interval", SNMP),
	NEEDLESS("tmp_config_directory"),
	IGNORED_SO("vrrp_cpu_affinity", "set CPUAffinity= in the systemd unit"),
	NEEDLESS("vrrp_ipsets"),
	NEEDLESS("vrrp_iptables"),
	NEEDLESS("vrrp_netlink_cmd_rcv_bufs"),
	NEEDLESS("vrrp_netlink_cmd_rcv_bufs_force"),
	NEEDLESS("vrrp_netlink_monitor_rcv_bufs"),
	NEEDLESS("vrrp_netlink_monitor_rcv_bufs_force"),
	NEEDLESS("vrrp_nftables"),
	NEEDLESS("vrrp_no_swap"),
	NEEDLESS("vrrp_process_name"),
	NEEDLESS("vrrp_rlimit_rtime"),
	NEEDLESS("vrrp_rlimit_rttime"),
	NEEDLESS("vrrp_rx_bufs_multiplier"),
	NEEDLESS("vrrp_rx_bufs_policy"),
	NEEDLESS("vrrp_skip_check_adv_addr"),
};
const struct config_unsupported_list config_unsupported_globals = LIST(globals_keywords);

static const struct config_unsupported instance_keywords[] = {
	NEEDLESS("debug"),
	IGNORED_SO("garp_extra_if_vmac", "write \"garp_extra_if SECONDS\""),
	NEEDLESS("kernel_rx_buf_size"),
	IGNORED_SO("linkbeat_use_polling", LINKBEAT),
	NEEDLESS("skip_check_adv_addr"),
	TRACK_BFD,
};
const struct config_unsupported_list config_unsupported_instance = LIST(instance_keywords);

static const struct config_unsupported group_keywords[] = {
	TRACK_BFD,
};
const struct config_unsupported_list config_unsupported_group = LIST(group_keywords);
