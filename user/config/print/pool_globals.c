// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints what global_defs has of server pools, and the block SSL. */
#include "user/config/print/printer.h"
#include "user/lib/address.h"
#include <stdio.h>

static void print_timeouts(struct config_printer *printer, const struct config_pools *pools)
{
	if (pools->has_timeouts)
		config_print_line(printer, "lvs_timeouts tcp %u tcpfin %u udp %u",
				  pools->timeout_tcp_s, pools->timeout_tcpfin_s,
				  pools->timeout_udp_s);
}

static void write_number(struct config_printer *printer, const char *keyword, unsigned number)
{
	if (number)
		fprintf(printer->stream, " %s %u", keyword, number);
}

static void print_sync(struct config_printer *printer, const struct config_lvs_sync *sync)
{
	char text[ADDRESS_TEXT_BYTES];

	if (!*sync->interface)
		return;
	config_print_indent(printer);
	fputs("lvs_sync_daemon ", printer->stream);
	config_write_token(printer->stream, sync->interface);
	if (sync->instance) {
		fputs(" inst ", printer->stream);
		config_write_token(printer->stream, sync->instance);
	}
	if (sync->has_id)
		fprintf(printer->stream, " id %u", sync->id);
	write_number(printer, "maxlen", sync->length_max);
	write_number(printer, "port", sync->port);
	write_number(printer, "ttl", sync->ttl);
	if (!address_is_unset(&sync->group))
		fprintf(printer->stream, " group %s", address_format(&sync->group, text));
	fputc('\n', printer->stream);
}

static void print_nftables(struct config_printer *printer, const struct config_pools *pools)
{
	if (!pools->nftables)
		return;
	config_print_token(printer, "nftables_ipvs", pools->nftables_table);
	config_print_line(printer, "nftables_ipvs_priority %d", pools->nftables_priority);
	config_print_line(printer, "nftables_ipvs_start_fwmark %u", pools->nftables_first_mark);
}

void config_print_pool_globals(struct config_printer *printer, const struct config_pools *pools)
{
	print_timeouts(printer, pools);
	config_print_flag(printer, "lvs_flush", pools->flush);
	if (pools->flush_on_stop)
		config_print_line(printer, "lvs_flush_on_stop%s",
				  pools->flush_on_stop_services ? " VS" : "");
	print_sync(printer, &pools->sync);
	config_print_fifo(printer, "lvs_notify_fifo", pools->notify_fifo,
			  &pools->notify_fifo_owner);
	config_print_command(printer, "lvs_notify_fifo_script", &pools->notify_fifo_script);
	print_nftables(printer, pools);
	config_print_flag(printer, "no_checker_emails", pools->no_checker_mails);
	config_print_flag(printer, "rs_init_notifies", pools->notify_at_start);
	if (*pools->checker_user)
		config_print_token(printer, "checker_user", pools->checker_user);
}

void config_print_tls(struct config_printer *printer, const struct config_tls_client *tls)
{
	if (!tls->password && !tls->ca && !tls->certificate && !tls->key)
		return;
	config_print_open(printer, "SSL", NULL);
	config_print_text(printer, "password", tls->password);
	config_print_text(printer, "ca", tls->ca);
	config_print_text(printer, "certificate", tls->certificate);
	config_print_text(printer, "key", tls->key);
	config_print_close(printer);
}
