/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Server pools as configured: virtual_server, its real servers and their checks, with keepalived's
 * defaults and inheritance applied. Part of struct config.
 */
#ifndef XBEAT_CONFIG_MODEL_POOL_H
#define XBEAT_CONFIG_MODEL_POOL_H

#include "user/config/model/command.h"
#include "user/config/model/location.h"
#include "user/core/pool/check.h"
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/types.h>

#define CONFIG_SCHEDULER_BYTES 16 /* IP_VS_SCHEDNAME_MAXLEN */

/* Of SMTP_CHECK: keepalived's, which its users know. */
#define CONFIG_HELO_DEFAULT "smtpchecker.keepalived.org"

struct config_endpoint {
	struct xb_address address;
	uint16_t port; /* 0: none */
};

/* Forwarding methods, lvs_method; their values are not the kernel's. */
#define CONFIG_LVS_METHODS(X) X(NAT, "NAT") X(DR, "DR") X(TUN, "TUN")

enum config_lvs_method {
#define X(id, name) CONFIG_LVS_##id,
	CONFIG_LVS_METHODS(X)
#undef X
		CONFIG_LVS_METHOD_COUNT,
};

#define CONFIG_LVS_TUNNELS(X) X(IPIP, "ipip") X(GUE, "gue") X(GRE, "gre")

enum config_lvs_tunnel {
#define X(id, name) CONFIG_TUNNEL_##id,
	CONFIG_LVS_TUNNELS(X)
#undef X
		CONFIG_TUNNEL_COUNT,
};

enum config_lvs_tunnel_checksum {
	CONFIG_TUNNEL_NOCSUM,
	CONFIG_TUNNEL_CSUM,
	CONFIG_TUNNEL_REMCSUM,
};

struct config_forwarding {
	enum config_lvs_method method;
	enum config_lvs_tunnel tunnel; /* of TUN */
	uint16_t tunnel_port; /* of gue */
	enum config_lvs_tunnel_checksum checksum;
};

/* The kinds of checks: identifier, name in output, keyword of its block. HTTP_GET and SSL_GET are
 * both HTTP. */
#define CONFIG_CHECK_KINDS(X)                                                                      \
	X(TCP, "tcp", "TCP_CHECK")                                                                 \
	X(HTTP, "http", "HTTP_GET")                                                                \
	X(SMTP, "smtp", "SMTP_CHECK")                                                              \
	X(DNS, "dns", "DNS_CHECK")                                                                 \
	X(UDP, "udp", "UDP_CHECK")                                                                 \
	X(PING, "ping", "PING_CHECK")                                                              \
	X(MISC, "misc", "MISC_CHECK")                                                              \
	X(FILE, "file", "FILE_CHECK")                                                              \
	X(GRPC, "grpc", "GRPC_CHECK")                                                              \
	X(AGENT, "agent", "AGENT_CHECK")                                                           \
	X(SESSION, "session", "TCP_SESSION")                                                       \
	X(BFD, "bfd", "BFD_CHECK")

enum config_check_kind {
#define X(id, name, keyword) CONFIG_CHECK_##id,
	CONFIG_CHECK_KINDS(X)
#undef X
		CONFIG_CHECK_KIND_COUNT,
};

/* One url block of HTTP_GET. */
struct config_check_url {
	char *path;
	char *method; /* a token of RFC 9110; NULL: GET */
	char *virtualhost; /* NULL: the check's */
	char *digest; /* MD5 of the body, 32 hex digits; NULL: any */
	uint64_t status_good[10]; /* a bit for each status 0..639 */
	char *regex; /* PCRE; NULL: none */
	bool regex_no_match; /* a match is a failure */
	uint32_t regex_options; /* PCRE2_* */
	uint32_t regex_min_offset, regex_max_offset; /* where a match may start; max 0: anywhere */
	bool tls_compliant; /* send close_notify */
};

enum config_http_protocol {
	CONFIG_HTTP_1_0,
	CONFIG_HTTP_1_0C, /* with "Connection: close" */
	CONFIG_HTTP_1_1,
	CONFIG_HTTP_2,
};

/* HTTP_GET, SSL_GET and GRPC_CHECK */
struct config_check_http {
	enum config_http_protocol protocol;
	bool tls;
	bool verify; /* the certificate; keepalived never does */
	bool follow_redirects; /* on the same host only, as Kubernetes does */
	bool fast_recovery;
	char *virtualhost; /* its own, else the server's; NULL: address and port */
	bool enable_sni;
	char *sni_name; /* NULL: as virtualhost */
	char **headers; /* "NAME: VALUE", ended by NULL; or NULL */
	struct config_check_url *urls;
	size_t url_count;
	char *grpc_service; /* "": the whole server */
};

struct config_check_udp {
	uint8_t *payload, *reply, *reply_mask; /* of mask a bit 0: any */
	size_t payload_length, reply_length;
	bool require_reply;
	uint16_t reply_min, reply_max; /* 0, 255 */
};

#define CONFIG_TCP_STEPS_MAX 16
#define CONFIG_TCP_STEP_BYTES 1024

enum config_tcp_action {
	CONFIG_TCP_SEND,
	CONFIG_TCP_EXPECT, /* these bytes somewhere in what has come since the last SEND */
	CONFIG_TCP_EXPECT_REGEX, /* the same for a regular expression (PCRE) */
	CONFIG_TCP_ACTION_COUNT,
};

struct config_tcp_step {
	enum config_tcp_action action;
	uint8_t *bytes; /* never NULL; a NUL follows */
	size_t length; /* 1 to CONFIG_TCP_STEP_BYTES */
};

/* TCP_CHECK */
struct config_check_tcp {
	struct config_tcp_step *steps; /* in their order; without any it only connects */
	size_t step_count;
};

#define CONFIG_BFD_ANY_HOPS 255
#define CONFIG_BFD_NAME_BYTES 32 /* of a bfd_instance, with its NUL */

/* How a BFD session is kept (RFC 5880). */
struct config_check_bfd {
	uint32_t min_rx_us, min_tx_us;
	uint32_t idle_tx_us; /* until the session is up */
	uint8_t multiplier;
	uint8_t ttl; /* sent, and expected less max_hops */
	uint8_t max_hops; /* CONFIG_BFD_ANY_HOPS: any */
	bool passive; /* sends nothing before it hears the neighbour */
	bool multihop; /* RFC 5883 */
};

struct config_check {
	enum config_check_kind kind;
	struct check_rules rules;
	/* connect_ip, connect_port, else the server's; BFD: neighbor_ip with the port of BFD */
	struct config_endpoint target;
	struct config_endpoint bind; /* bindto, bind_port; BFD: source_ip; address unset: any */
	char interface[16]; /* bind_if; BFD: interface; "": none */
	uint32_t mark; /* fwmark; 0: none */
	bool log_all_failures;
	bool has_log_all_failures; /* given; used only by the parser */
	/* of its kind */
	struct config_check_http http; /* HTTP, GRPC */
	struct config_check_tcp tcp;
	struct config_check_udp udp;
	struct config_check_bfd bfd;
	/* SMTP: helo_name; DNS: name; AGENT: what is sent, or NULL; BFD: name of its bfd_instance */
	char *text;
	uint16_t dns_type;
	struct config_command command; /* MISC */
	bool dynamic; /* MISC: misc_dynamic */
	char *file; /* FILE: name of its track_file */
	int file_weight;
	bool file_reverse;
	bool has_file_weight; /* given; used only by the parser */
	/* TCP_SESSION */
	uint64_t keepalive_idle_ns, keepalive_interval_ns, user_timeout_ns;
	uint32_t keepalive_count;
	struct config_location location;
};

struct config_real_server {
	struct config_endpoint endpoint;
	int64_t weight; /* 1 */
	struct config_forwarding forwarding;
	uint32_t upper_threshold, lower_threshold; /* of connections; 0: none */
	bool inhibit_on_failure;
	bool backup; /* gets connections only while no other server is alive */
	bool mail; /* smtp_alert */
	bool has_mail; /* given; used only by the parser */
	char *snmp_name; /* NULL: none */
	char *virtualhost;
	struct config_command notify_up, notify_down;
	struct config_check *checks;
	size_t check_count;
	struct config_location location;
};

/* A line of virtual_server_group. */
struct config_group_entry {
	uint32_t mark; /* fwmark; 0: addresses */
	uint8_t family; /* 4 or 6 */
	struct config_endpoint first;
	uint32_t address_count; /* of a range; 1: one address */
};

struct config_server_group {
	char *name;
	struct config_group_entry *entries;
	size_t entry_count;
	struct config_location location;
};

/* Who forwards to the servers: data_plane. */
#define CONFIG_DATA_PLANES(X) X(IPVS, "ipvs") X(NONE, "none")

enum config_data_plane {
#define X(id, name) CONFIG_PLANE_##id,
	CONFIG_DATA_PLANES(X)
#undef X
		CONFIG_PLANE_COUNT,
};

/* virtual_server */
struct config_pool {
	/* one of: an address with port, a mark, a group */
	struct config_endpoint endpoint;
	uint32_t mark; /* 0: none */
	char *group; /* NULL: none */
	unsigned group_ordinal; /* among the users of the group, from 0 */
	char name[96]; /* as output shows it: "10.0.0.1:80/tcp", "fwmark/7", "NAME:0/tcp" */
	char *snmp_name; /* NULL: none */
	uint8_t family; /* 4 or 6 */
	uint8_t protocol; /* IPPROTO_TCP, UDP, SCTP; 0 with a mark */
	enum config_data_plane plane;
	char scheduler[CONFIG_SCHEDULER_BYTES];
	uint32_t scheduler_flags; /* flag-1 1, flag-2 2, flag-3 4 */
	bool one_packet; /* ops */
	uint32_t persistence_timeout_s; /* 0: off */
	struct xb_address persistence_mask; /* IPv4 */
	uint8_t persistence_prefix; /* IPv6: 128 */
	char persistence_engine[CONFIG_SCHEDULER_BYTES]; /* "": none */
	struct config_forwarding forwarding;
	uint32_t quorum, hysteresis; /* weights: 1, 0 */
	bool alpha, omega, inhibit_on_failure, ha_suspend;
	bool mail; /* smtp_alert */
	bool has_mail; /* given; used only by the parser */
	uint64_t slow_start_ns; /* 0: none */
	uint64_t drain_timeout_ns; /* 0: none */
	struct config_command quorum_up, quorum_down;
	struct config_real_server *servers;
	size_t server_count;
	bool has_sorry;
	struct config_real_server sorry; /* sorry_server: no checks */
	struct config_location location;
};

/* lvs_sync_daemon */
struct config_lvs_sync {
	char interface[16]; /* "": none */
	char *instance; /* NULL: both daemons run */
	uint8_t id;
	bool has_id;
	uint16_t length_max, port; /* 0: the kernel's */
	uint8_t ttl; /* 0: the kernel's */
	struct xb_address group; /* unset: the kernel's */
	struct config_location location;
};

/* SSL { } */
struct config_tls_client {
	char *password, *ca, *certificate, *key; /* NULL: none */
	struct config_location location;
};

/* vrrp_check: a probe of a local service, which instances track (track_check). */
struct config_probe {
	char *name;
	struct config_check check;
	int weight; /* 0: a failure is a fault */
	bool reverse;
	struct config_location location;
};

/* bfd_instance: a BFD session, which a BFD_CHECK names. */
struct config_bfd {
	char *name;
	struct config_endpoint neighbour, source; /* source.address unset: any */
	char interface[16]; /* "": none */
	struct config_check_bfd settings;
	bool vrrp_only; /* no check may name it */
	struct config_location location;
};

/* What global_defs and the top-level blocks have of pools. */
struct config_pools {
	struct config_pool *list;
	size_t count;
	struct config_server_group *groups;
	size_t group_count;
	struct config_probe *checks; /* vrrp_check */
	size_t check_count;
	struct config_bfd *bfd;
	size_t bfd_count;
	struct config_tls_client tls;
	bool has_timeouts;
	uint32_t timeout_tcp_s, timeout_tcpfin_s, timeout_udp_s; /* 0: unchanged */
	bool flush, flush_on_stop, flush_on_stop_services;
	struct config_lvs_sync sync;
	char *notify_fifo; /* lvs_notify_fifo; NULL: none */
	struct config_command notify_fifo_owner, notify_fifo_script;
	bool nftables;
	char nftables_table[64]; /* keepalived_ipvs */
	int nftables_priority; /* -1 */
	uint32_t nftables_first_mark; /* 1000 */
	bool no_checker_mails, notify_at_start; /* no_checker_emails, rs_init_notifies */
	char checker_user[CONFIG_USER_BYTES]; /* of xbeat-checker; "": xbeat-checker, else nobody */
	struct config_location checker_user_location;
};

void config_check_free(struct config_check *check);
void config_server_free(struct config_real_server *server);
void config_pool_free(struct config_pool *pool);
void config_pools_free(struct config_pools *pools);

/* Compares all settings, those of the servers and their checks as well, in their order. Commands need
 * their users (command_users_resolve()). */
bool config_pool_equal(const struct config_pool *one, const struct config_pool *other);

/* What a reload changes: numbers of pools. */
struct config_pool_changes {
	size_t added, changed, removed, unchanged;
};

struct config_pool_changes config_pools_compare(const struct config_pools *from,
						const struct config_pools *to);

bool config_forwarding_equal(const struct config_forwarding *one,
			     const struct config_forwarding *other);

const char *config_check_kind_name(enum config_check_kind kind);

/* "tcp", "udp", "sctp"; "none" with a mark. protocol: IPPROTO_* */
const char *config_protocol_name(uint8_t protocol);

#endif
