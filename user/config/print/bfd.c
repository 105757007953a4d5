// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints bfd_instance. */
#include "user/config/print/printer.h"
#include "user/lib/address.h"
#include "user/lib/time.h"

static void print_address(struct config_printer *printer, const char *keyword,
			  const struct xb_address *address)
{
	char text[ADDRESS_TEXT_BYTES];

	if (!address_is_unset(address))
		config_print_line(printer, "%s %s", keyword, address_format(address, text));
}

/* Milliseconds have as many decimals as seconds that are as many. */
static void print_ms(struct config_printer *printer, const char *keyword, uint32_t us)
{
	config_print_seconds(printer, keyword, us * NS_PER_MS);
}

static void print_settings(struct config_printer *printer, const struct config_check_bfd *settings)
{
	print_ms(printer, "min_rx", settings->min_rx_us);
	print_ms(printer, "min_tx", settings->min_tx_us);
	print_ms(printer, "idle_tx", settings->idle_tx_us);
	config_print_line(printer, "multiplier %u", settings->multiplier);
	config_print_flag(printer, "passive", settings->passive);
	config_print_line(printer, "ttl %u", settings->ttl);
	config_print_line(printer, "max_hops %u", /* as many as ttl are any */
			  settings->max_hops == CONFIG_BFD_ANY_HOPS ? settings->ttl
								    : settings->max_hops);
	config_print_flag(printer, "multihop", settings->multihop);
}

void config_print_bfd(struct config_printer *printer, const struct config_pools *pools)
{
	for (size_t i = 0; i < pools->bfd_count; i++) {
		const struct config_bfd *bfd = &pools->bfd[i];

		config_print_open(printer, "bfd_instance", bfd->name);
		print_address(printer, "neighbor_ip", &bfd->neighbour.address);
		print_address(printer, "source_ip", &bfd->source.address);
		if (*bfd->interface)
			config_print_token(printer, "interface", bfd->interface);
		print_settings(printer, &bfd->settings);
		config_print_flag(printer, "vrrp", bfd->vrrp_only);
		config_print_close(printer);
	}
}
