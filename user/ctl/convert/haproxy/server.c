// SPDX-License-Identifier: GPL-2.0-or-later
/* Parameters of server and default-server: a row for each, which is taken or named with its reason. */
#include "user/ctl/convert/haproxy/model.h"
#include "user/lib/array.h"
#include <stddef.h>
#include <string.h>

#define TLS_TRAFFIC                                                                                \
	"IPVS forwards packets as they are: clients and servers speak TLS with each other"
#define CONNECTIONS "IPVS makes no connections of its own to servers"
#define PROXY_PROTOCOL                                                                             \
	"servers see the client's own address, and no PROXY header: turn it off on the servers"
#define NO_NAMES "addresses are fixed"
#define PASSIVE "only checks decide about a server, not what clients receive"

enum kind {
	NAMED, /* not converted, for the reason beside it */
	ON,
	OFF,
	TEXT,
	TIME,
	NUMBER,
	VERIFY,
	PROTOCOL,
	SOURCE,
};

struct parameter {
	const char *name;
	enum kind kind;
	unsigned values; /* of NAMED: words that follow */
	size_t field;
	const char *reason;
};

#define FIELD(name) .field = offsetof(struct haproxy_server, name)
#define LOST(text, words, why)                                                                     \
	{                                                                                          \
		text, NAMED, words, 0, why                                                         \
	}

static const struct parameter parameters[] = {
	{"check", ON, FIELD(check)},
	{"no-check", OFF, FIELD(check)},
	{"backup", ON, FIELD(backup)},
	{"no-backup", OFF, FIELD(backup)},
	{"disabled", ON, FIELD(disabled)},
	{"enabled", OFF, FIELD(disabled)},
	{"ssl", ON, FIELD(tls)},
	{"no-ssl", OFF, FIELD(tls)},
	{"check-ssl", ON, FIELD(check_tls)},
	{"no-check-ssl", ON, FIELD(no_check_tls)},
	{"agent-check", ON, FIELD(agent)},
	{"no-agent-check", OFF, FIELD(agent)},
	{"inter", TIME, FIELD(interval_ns)},
	{"fastinter", TIME, FIELD(fast_interval_ns)},
	{"downinter", TIME, FIELD(down_interval_ns)},
	{"slowstart", TIME, FIELD(slow_start_ns)},
	{"agent-inter", TIME, FIELD(agent_interval_ns)},
	{"rise", NUMBER, FIELD(rise)},
	{"fall", NUMBER, FIELD(fall)},
	{"weight", NUMBER, FIELD(weight)},
	{"maxconn", NUMBER, FIELD(connections_max)},
	{"port", NUMBER, FIELD(check_port)},
	{"agent-port", NUMBER, FIELD(agent_port)},
	{"addr", TEXT, FIELD(check_address)},
	{"check-sni", TEXT, FIELD(check_sni)},
	{"agent-addr", TEXT, FIELD(agent_address)},
	{"agent-send", TEXT, FIELD(agent_send)},
	{"track", TEXT, FIELD(track)},
	{"verify", VERIFY, FIELD(verify)},
	{"check-proto", PROTOCOL, FIELD(http_2)},
	{"check-alpn", PROTOCOL, FIELD(http_2)},
	{"source", SOURCE, FIELD(source)},
	LOST("alpn", 1, TLS_TRAFFIC),
	LOST("allow-0rtt", 0, TLS_TRAFFIC),
	LOST("ca-file", 1,
	     "the SSL block has one file of authorities for all checks: add it there"),
	LOST("check-send-proxy", 0, "checks send no PROXY header"),
	LOST("no-check-send-proxy", 0, "checks send no PROXY header"),
	LOST("check-via-socks4", 0, "checks connect to the server itself"),
	LOST("ciphers", 1, TLS_TRAFFIC),
	LOST("ciphersuites", 1, TLS_TRAFFIC),
	LOST("cookie", 1, "IPVS reads no HTTP; persistence_timeout keeps clients by their address"),
	LOST("crl-file", 1, "checks use no list of revoked certificates"),
	LOST("crt", 1, "the SSL block has one certificate for all checks: add it there"),
	LOST("error-limit", 1, PASSIVE),
	LOST("force-sslv3", 0, TLS_TRAFFIC),
	LOST("force-tlsv10", 0, TLS_TRAFFIC),
	LOST("force-tlsv11", 0, TLS_TRAFFIC),
	LOST("force-tlsv12", 0, TLS_TRAFFIC),
	LOST("force-tlsv13", 0, TLS_TRAFFIC),
	LOST("id", 1, "servers are known by their address and port"),
	LOST("init-addr", 1, NO_NAMES),
	LOST("init-state", 1, "set initial_state in the check"),
	LOST("log-bufsize", 1, HAPROXY_READS_DATA),
	LOST("log-proto", 1, HAPROXY_READS_DATA),
	LOST("max-reuse", 1, CONNECTIONS),
	LOST("maxqueue", 1, "IPVS has no queue of connections"),
	LOST("minconn", 1, "IPVS has no queue of connections"),
	LOST("namespace", 1, "checks and packets leave from the network namespace of xbeatd"),
	LOST("no-send-proxy", 0, PROXY_PROTOCOL),
	LOST("no-send-proxy-v2", 0, PROXY_PROTOCOL),
	LOST("no-ssl-reuse", 0, TLS_TRAFFIC),
	LOST("no-sslv3", 0, TLS_TRAFFIC),
	LOST("no-tfo", 0, CONNECTIONS),
	LOST("no-tls-tickets", 0, TLS_TRAFFIC),
	LOST("no-tlsv10", 0, TLS_TRAFFIC),
	LOST("no-tlsv11", 0, TLS_TRAFFIC),
	LOST("no-tlsv12", 0, TLS_TRAFFIC),
	LOST("no-tlsv13", 0, TLS_TRAFFIC),
	LOST("no-verifyhost", 0, TLS_TRAFFIC),
	LOST("non-stick", 0, "persistence is a setting of the whole virtual server"),
	LOST("npn", 1, TLS_TRAFFIC),
	LOST("observe", 1, PASSIVE),
	LOST("on-error", 1, PASSIVE),
	LOST("on-marked-down", 1,
	     "connections to a server that fails end with it, or by its timeouts in IPVS"),
	LOST("on-marked-up", 1, "connections to backup servers go on until they end"),
	LOST("pool-low-conn", 1, CONNECTIONS),
	LOST("pool-max-conn", 1, CONNECTIONS),
	LOST("pool-purge-delay", 1, CONNECTIONS),
	LOST("proto", 1, HAPROXY_READS_DATA),
	LOST("proxy-v2-options", 1, PROXY_PROTOCOL),
	LOST("redir", 1, HAPROXY_READS_DATA),
	LOST("resolve-net", 1, NO_NAMES),
	LOST("resolve-opts", 1, NO_NAMES),
	LOST("resolve-prefer", 1, NO_NAMES),
	LOST("resolvers", 1, NO_NAMES),
	LOST("send-proxy", 0, PROXY_PROTOCOL),
	LOST("send-proxy-v2", 0, PROXY_PROTOCOL),
	LOST("send-proxy-v2-ssl", 0, PROXY_PROTOCOL),
	LOST("send-proxy-v2-ssl-cn", 0, PROXY_PROTOCOL),
	LOST("shard", 1, HAPROXY_READS_DATA),
	LOST("sni", 1, TLS_TRAFFIC),
	LOST("socks4", 1, CONNECTIONS),
	LOST("ssl-max-ver", 1, TLS_TRAFFIC),
	LOST("ssl-min-ver", 1, TLS_TRAFFIC),
	LOST("ssl-reuse", 0, TLS_TRAFFIC),
	LOST("stick", 0, "persistence is a setting of the whole virtual server"),
	LOST("tcp-ut", 1, CONNECTIONS),
	LOST("tfo", 0, CONNECTIONS),
	LOST("tls-tickets", 0, TLS_TRAFFIC),
	LOST("usesrc", 1, "servers see the client's own address already"),
	LOST("interface", 1, "routes of the machine decide from which interface packets leave"),
	LOST("verifyhost", 1, TLS_TRAFFIC),
	LOST("ws", 1, HAPROXY_READS_DATA),
};

static const struct parameter *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(parameters); i++)
		if (!strcmp(parameters[i].name, name))
			return &parameters[i];
	return NULL;
}

/* Takes the one word that follows. Returns whether it is what the parameter needs. */
static bool take_value(struct haproxy_server *server, const struct parameter *parameter,
		       const char *value)
{
	char *field = (char *)server + parameter->field;

	switch (parameter->kind) {
	case TIME:
		return haproxy_time(value, (uint64_t *)(void *)field);
	case NUMBER:
		return haproxy_number(value, INT32_MAX, (uint64_t *)(void *)field);
	case VERIFY:
		*(bool *)field = strcmp(value, "none") != 0;
		return true;
	case PROTOCOL:
		*(bool *)field = strstr(value, "h2") != NULL;
		return true;
	default:
		*(const char **)(void *)field = value;
		return true;
	}
}

static void name_lost(const struct parameter *parameter, const struct haproxy_line *line,
		      struct notes *notes)
{
	notes_add(notes, line->number, "%s %s: %s", line->words[0], parameter->name,
		  parameter->reason);
}

/* Returns how many words it took. */
static size_t take(struct haproxy_server *server, const struct haproxy_line *line, size_t index,
		   struct notes *notes)
{
	const char *name = line->words[index], *value = line->words[index + 1];
	const struct parameter *parameter = find(name);

	if (!parameter) {
		notes_add(notes, line->number, "%s: '%s' is unknown to the import", line->words[0],
			  name);
		return 1;
	}
	if (parameter->kind == NAMED) {
		name_lost(parameter, line, notes);
		return 1 + parameter->values;
	}
	if (parameter->kind == ON || parameter->kind == OFF) {
		*(bool *)((char *)server + parameter->field) = parameter->kind == ON;
		return 1;
	}
	if (!value || !take_value(server, parameter, value))
		notes_add(notes, line->number, "%s: '%s %s' is not a valid value", line->words[0],
			  name, value ? value : "");
	return 2;
}

void haproxy_server_take(struct haproxy_server *server, const struct haproxy_line *line,
			 size_t index, struct notes *notes)
{
	while (index < line->count)
		index += take(server, line, index, notes);
}
