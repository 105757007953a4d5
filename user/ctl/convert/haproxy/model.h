/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of an HAProxy configuration decides about servers and their checks. Texts are words of the
 * file, which is kept as long.
 */
#ifndef XBEAT_CTL_CONVERT_HAPROXY_MODEL_H
#define XBEAT_CTL_CONVERT_HAPROXY_MODEL_H

#include "user/ctl/convert/blocks/notes.h"
#include "user/ctl/convert/haproxy/words.h"
#include <xbeat/types.h>

/* Reasons why settings are lost. */
#define HAPROXY_READS_DATA "IPVS forwards packets and reads no data of connections"
#define HAPROXY_ENDS_CONNECTIONS                                                                   \
	"HAProxy ends the connections of clients; IPVS forwards their packets"

#define HAPROXY_HEADERS_MAX 16
#define HAPROXY_STATUS_MIN 100
#define HAPROXY_STATUS_COUNT 500 /* 100 to 599 */

/* An address of bind or server. */
struct haproxy_endpoint {
	struct xb_address address;
	bool any; /* every address of the machine */
	unsigned port, port_last; /* 0: none */
	int port_offset; /* +100: of the client's port */
	const char *name; /* of the host whose address it is; NULL: written as an address */
};

struct haproxy_server {
	const char *name, *address;
	unsigned line;
	bool check, disabled, backup, tls, check_tls, no_check_tls, verify, http_2, agent;
	uint64_t interval_ns, fast_interval_ns, down_interval_ns, slow_start_ns, agent_interval_ns;
	uint64_t rise, fall, weight, connections_max, check_port, agent_port;
	const char *check_address, *check_sni, *agent_address, *agent_send, *source, *track;
};

enum haproxy_check {
	HAPROXY_CHECK_TCP,
	HAPROXY_CHECK_HTTP,
	HAPROXY_CHECK_SMTP,
	HAPROXY_CHECK_EXTERNAL,
};

/* What an answer must contain. */
enum haproxy_expect {
	HAPROXY_EXPECT_STATUS,
	HAPROXY_EXPECT_TEXT,
	HAPROXY_EXPECT_REGEX,
};

struct haproxy_http {
	const char *method, *path, *version, *host;
	unsigned method_line;
	const char *header_names[HAPROXY_HEADERS_MAX], *header_values[HAPROXY_HEADERS_MAX];
	size_t header_count;
	enum haproxy_expect expect;
	bool not ; /* what expect describes is a failure */
	bool has_expect;
	bool status_good[HAPROXY_STATUS_COUNT];
	const char *text; /* or regular expression */
	bool connects, tls;
	uint64_t port; /* of http-check connect; 0: the server's */
	const char *sni;
};

#define HAPROXY_STEPS_MAX 16 /* of a TCP_CHECK */

/* "send" or "expect" of tcp-check. */
struct haproxy_step {
	bool expects;
	bool is_hex; /* text: hexadecimal digits */
	bool is_regex; /* text: a regular expression */
	const char *text;
};

struct haproxy_tcp {
	bool used; /* by "option tcp-check" */
	bool lost; /* one of the rules has no step */
	struct haproxy_step steps[HAPROXY_STEPS_MAX];
	size_t step_count;
	unsigned line; /* of the last rule; 0: none */
};

enum haproxy_section {
	HAPROXY_NONE, /* before the first, or one that has no servers */
	HAPROXY_DEFAULTS,
	HAPROXY_FRONTEND,
	HAPROXY_BACKEND,
	HAPROXY_LISTEN,
};

struct haproxy_bind {
	struct haproxy_endpoint endpoint;
	unsigned line;
};

/* A section; those of defaults are copied to the next ones. */
struct haproxy_proxy {
	enum haproxy_section section;
	const char *name;
	unsigned line;
	const char *balance, *source;
	unsigned balance_line;
	enum haproxy_check check;
	struct haproxy_http http;
	struct haproxy_tcp tcp;
	const char *smtp_name, *command;
	uint64_t connect_timeout_ns, check_timeout_ns; /* 0: none */
	uint64_t stick_ns;
	bool stick_source, all_backups, log_checks;
	const char *default_backend;
	struct haproxy_server defaults;
	/* not copied */
	struct haproxy_bind *binds;
	size_t bind_count;
	struct haproxy_server *servers;
	size_t server_count;
	const char **conditional; /* backends of use_backend */
	size_t conditional_count;
	struct notes notes;
};

struct haproxy {
	struct haproxy_proxy *proxies;
	size_t count;
	struct notes notes; /* of no proxy */
};

/* Reads a configuration; text changes and is used until haproxy_free(). */
void haproxy_read(struct haproxy *haproxy, char *text);
void haproxy_free(struct haproxy *haproxy);

/* Parses "10.0.0.1:80", "[2001:db8::1]:80", "*:80-90", "web.example:+1000". Returns NULL, or what
 * is wrong with it. Blocks while a host's name is resolved. */
const char *haproxy_endpoint_parse(const char *text, struct haproxy_endpoint *endpoint);

/* Takes the parameters of a server from the word at index on. */
void haproxy_server_take(struct haproxy_server *server, const struct haproxy_line *line,
			 size_t index, struct notes *notes);

/* "option NAME …" and "no option NAME …" */
void haproxy_option(struct haproxy_proxy *proxy, const struct haproxy_line *line, size_t index);

/* "http-check …" and "tcp-check …" */
void haproxy_http_check(struct haproxy_proxy *proxy, const struct haproxy_line *line);
void haproxy_tcp_check(struct haproxy_proxy *proxy, const struct haproxy_line *line);

/* "http-check connect" and "tcp-check connect" */
void haproxy_connect(struct haproxy_proxy *proxy, const struct haproxy_line *line);

/* "option redis-check" */
void haproxy_redis_check(struct haproxy_proxy *proxy, const struct haproxy_line *line);

/* "METHOD URI VERSION" of option httpchk. */
void haproxy_http_request(struct haproxy_proxy *proxy, const struct haproxy_line *line,
			  size_t index);

/* "200,300-399" or a regular expression into status_good. Returns whether it is one. */
bool haproxy_status_list(const char *text, bool good[static HAPROXY_STATUS_COUNT]);
bool haproxy_status_regex(const char *text, bool good[static HAPROXY_STATUS_COUNT]);

#endif
