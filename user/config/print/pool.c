// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints virtual_server and virtual_server_group. */
#include "user/config/print/printer.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include <netinet/in.h>
#include <string.h>

static void write_endpoint(struct config_printer *printer, const struct config_endpoint *endpoint)
{
	char text[ADDRESS_TEXT_BYTES];

	fprintf(printer->stream, "%s %u", address_format(&endpoint->address, text), endpoint->port);
}

static void open_endpoint(struct config_printer *printer, const char *keyword,
			  const struct config_endpoint *endpoint)
{
	config_print_indent(printer);
	fprintf(printer->stream, "%s ", keyword);
	write_endpoint(printer, endpoint);
	fputs(" {\n", printer->stream);
	printer->depth++;
}

static void print_forwarding(struct config_printer *printer, const char *keyword,
			     const struct config_forwarding *forwarding)
{
	static const char *const methods[] = {
#define X(id, name) name,
		CONFIG_LVS_METHODS(X)
#undef X
	};
	static const char *const tunnels[] = {
#define X(id, name) name,
		CONFIG_LVS_TUNNELS(X)
#undef X
	};
	static const char *const checksums[] = {"", " csum", " remcsum"};

	config_print_indent(printer);
	fprintf(printer->stream, "%s %s", keyword, methods[forwarding->method]);
	if (forwarding->method == CONFIG_LVS_TUN) {
		fprintf(printer->stream, " type %s", tunnels[forwarding->tunnel]);
		if (forwarding->tunnel_port)
			fprintf(printer->stream, " port %u", forwarding->tunnel_port);
		fputs(checksums[forwarding->checksum], printer->stream);
	}
	fputc('\n', printer->stream);
}

static void print_server(struct config_printer *printer, const struct config_pool *pool,
			 const struct config_real_server *server)
{
	open_endpoint(printer, "real_server", &server->endpoint);
	config_print_line(printer, "weight %lld", (long long)server->weight);
	if (!config_forwarding_equal(&server->forwarding, &pool->forwarding))
		print_forwarding(printer, "lvs_method", &server->forwarding);
	if (server->upper_threshold)
		config_print_line(printer, "uthreshold %u", server->upper_threshold);
	if (server->lower_threshold)
		config_print_line(printer, "lthreshold %u", server->lower_threshold);
	if (server->inhibit_on_failure != pool->inhibit_on_failure)
		config_print_line(printer, "inhibit_on_failure %s",
				  server->inhibit_on_failure ? "on" : "off");
	config_print_flag(printer, "backup", server->backup);
	config_print_command(printer, "notify_up", &server->notify_up);
	config_print_command(printer, "notify_down", &server->notify_down);
	config_print_flag(printer, "smtp_alert off", !server->mail);
	config_print_text(printer, "virtualhost", server->virtualhost);
	config_print_text(printer, "snmp_name", server->snmp_name);
	for (size_t i = 0; i < server->check_count; i++)
		config_print_server_check(printer, &server->checks[i], &server->endpoint,
					  pool->alpha);
	config_print_close(printer);
}

static void open_pool(struct config_printer *printer, const struct config_pool *pool)
{
	if (!pool->mark && !pool->group) {
		open_endpoint(printer, "virtual_server", &pool->endpoint);
		return;
	}
	config_print_indent(printer);
	if (pool->mark)
		fprintf(printer->stream, "virtual_server fwmark %u {\n", pool->mark);
	if (pool->group) {
		fputs("virtual_server group ", printer->stream);
		config_write_token(printer->stream, pool->group);
		fputs(" {\n", printer->stream);
	}
	printer->depth++;
}

static void print_flags(struct config_printer *printer, const struct config_pool *pool)
{
	for (unsigned flag = 1; flag <= 3; flag++)
		if (pool->scheduler_flags & 1U << (flag - 1))
			config_print_line(printer, "flag-%u", flag);
	config_print_flag(printer, "ops", pool->one_packet);
}

static void print_persistence(struct config_printer *printer, const struct config_pool *pool)
{
	char text[ADDRESS_TEXT_BYTES];

	if (!pool->persistence_timeout_s)
		return;
	config_print_line(printer, "persistence_timeout %u", pool->persistence_timeout_s);
	if (pool->family == 6)
		config_print_line(printer, "persistence_granularity %u", pool->persistence_prefix);
	else
		config_print_line(printer, "persistence_granularity %s",
				  address_format(&pool->persistence_mask, text));
	if (*pool->persistence_engine)
		config_print_token(printer, "persistence_engine", pool->persistence_engine);
}

static void print_protocol(struct config_printer *printer, const struct config_pool *pool)
{
	static const char *const planes[] = {
#define X(id, name) name,
		CONFIG_DATA_PLANES(X)
#undef X
	};

	if (pool->mark || pool->group)
		config_print_line(printer, "ip_family %s", pool->family == 6 ? "inet6" : "inet");
	if (!pool->mark)
		config_print_line(printer, "protocol %s",
				  pool->protocol == IPPROTO_TCP	   ? "TCP"
				  : pool->protocol == IPPROTO_SCTP ? "SCTP"
								   : "UDP");
	if (pool->plane != CONFIG_PLANE_IPVS)
		config_print_line(printer, "data_plane %s", planes[pool->plane]);
}

static void print_sorry(struct config_printer *printer, const struct config_pool *pool)
{
	if (!pool->has_sorry)
		return;
	config_print_indent(printer);
	fputs("sorry_server ", printer->stream);
	write_endpoint(printer, &pool->sorry.endpoint);
	fputc('\n', printer->stream);
	config_print_flag(printer, "sorry_server_inhibit", pool->sorry.inhibit_on_failure);
	print_forwarding(printer, "sorry_server_lvs_method", &pool->sorry.forwarding);
}

/* All but the servers. */
static void print_settings(struct config_printer *printer, const struct config_pool *pool)
{
	print_protocol(printer, pool);
	config_print_token(printer, "lvs_sched", pool->scheduler);
	print_flags(printer, pool);
	print_forwarding(printer, "lvs_method", &pool->forwarding);
	print_persistence(printer, pool);
	config_print_line(printer, "quorum %u", pool->quorum);
	config_print_line(printer, "hysteresis %u", pool->hysteresis);
	config_print_command(printer, "quorum_up", &pool->quorum_up);
	config_print_command(printer, "quorum_down", &pool->quorum_down);
	config_print_flag(printer, "alpha", pool->alpha);
	config_print_flag(printer, "omega", pool->omega);
	config_print_flag(printer, "inhibit_on_failure", pool->inhibit_on_failure);
	config_print_flag(printer, "ha_suspend", pool->ha_suspend);
	config_print_flag(printer, "smtp_alert", pool->mail);
	config_print_text(printer, "snmp_name", pool->snmp_name);
	config_print_delay(printer, "slow_start", pool->slow_start_ns);
	config_print_delay(printer, "drain_timeout", pool->drain_timeout_ns);
	print_sorry(printer, pool);
}

char *config_print_pool(const struct config_pool *pool)
{
	struct config_printer printer;

	config_printer_open(&printer);
	open_pool(&printer, pool);
	print_settings(&printer, pool);
	for (size_t i = 0; i < pool->server_count; i++)
		print_server(&printer, pool, &pool->servers[i]);
	config_print_close(&printer);
	return config_printer_close(&printer);
}

/* The address count - 1 after another; a group has no more than fit in 16 bits. */
static struct xb_address last_of(const struct config_group_entry *entry)
{
	struct xb_address last = entry->first.address;
	uint32_t carry = entry->address_count - 1;

	for (size_t i = sizeof(last.bytes); carry && i-- > 0; carry >>= 8) {
		carry += last.bytes[i];
		last.bytes[i] = (uint8_t)carry;
	}
	return last;
}

static void print_entry(struct config_printer *printer, const struct config_group_entry *entry)
{
	static const char *const families[] = {[4] = " inet", [6] = " inet6"};
	char first[ADDRESS_TEXT_BYTES], text[ADDRESS_TEXT_BYTES];
	struct xb_address last;

	if (entry->mark) {
		config_print_line(printer, "fwmark %u%s", entry->mark,
				  entry->family ? families[entry->family] : "");
		return;
	}
	last = last_of(entry);
	address_format(&entry->first.address, first);
	if (entry->address_count == 1)
		config_print_line(printer, "%s %u", first, entry->first.port);
	else
		config_print_line(printer, "%s-%s %u", first, address_format(&last, text),
				  entry->first.port);
}

void config_print_server_groups(struct config_printer *printer, const struct config_pools *pools)
{
	for (size_t i = 0; i < pools->group_count; i++) {
		const struct config_server_group *group = &pools->groups[i];

		config_print_open(printer, "virtual_server_group", group->name);
		for (size_t k = 0; k < group->entry_count; k++)
			print_entry(printer, &group->entries[k]);
		config_print_close(printer);
	}
}
