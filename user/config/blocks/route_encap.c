/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "encap" of a route or next hop: packets leave in another header. The types are those of
 * keepalived 2.2; what follows the type belongs to it as far as it can. */
#include "user/config/blocks/route.h"
#include "user/config/syntax/options.h"
#include "user/lib/address.h"
#include <errno.h>
#include <inttypes.h>
#include <linux/lwtunnel.h>
#include <stdlib.h>
#include <string.h>

#define ENCAP(field) .offset = offsetof(struct config_encap, field)
#define ID_FIELD .kind = &config_kind_number, ENCAP(id), .maximum = UINT32_MAX
#define FLAGS_FIELD .kind = &config_kind_name, ENCAP(flags), .maximum = UINT16_MAX
#define TOS_FIELD                                                                                  \
	.kind = &config_kind_name, ENCAP(tos), .names = config_tos_names,                          \
	.names_file = "rt_dsfield", .maximum = UINT8_MAX
#define TTL_FIELD .kind = &config_kind_number, ENCAP(ttl), .maximum = UINT8_MAX

static const struct config_option ip_entries[] = {
	{.name = "id", ID_FIELD},
	{.name = "dst", .kind = &config_kind_address, ENCAP(destination)},
	{.name = "src", .kind = &config_kind_address, ENCAP(source)},
	{.name = "tos", TOS_FIELD},
	{.name = "ttl", TTL_FIELD},
	{.name = "flags", FLAGS_FIELD},
};

static const struct config_option ip6_entries[] = {
	{.name = "id", ID_FIELD},
	{.name = "dst", .kind = &config_kind_address, ENCAP(destination)},
	{.name = "src", .kind = &config_kind_address, ENCAP(source)},
	{.name = "tc", TOS_FIELD},
	{.name = "hoplimit", TTL_FIELD},
	{.name = "flags", FLAGS_FIELD},
};

static const struct config_options ip_options = CONFIG_OPTIONS(ip_entries);
static const struct config_options ip6_options = CONFIG_OPTIONS(ip6_entries);

static void read_tunnel(struct config_line *line, struct config_encap *encap,
			const struct config_options *options, uint8_t family)
{
	const struct config_token *type = &line->tokens[line->next - 1];

	while (line->next < line->count && config_options_read(options, line, encap))
		;
	if (line->failed)
		return;
	if (!encap->destination.given && !encap->id.given)
		config_line_error(line, type->location,
				  "encap %s has no destination; write \"encap %s dst ADDRESS\"",
				  type->text, type->text);
	else if ((encap->destination.given &&
		  address_family(&encap->destination.address) != family) ||
		 (encap->source.given && address_family(&encap->source.address) != family))
		config_line_error(line, type->location,
				  "encap %s has an address of the other family; write encap %s",
				  type->text, family == 4 ? "ip6" : "ip");
}

static void read_ip(struct config_line *line, struct config_encap *encap)
{
	read_tunnel(line, encap, &ip_options, 4);
}

static void read_ip6(struct config_line *line, struct config_encap *encap)
{
	read_tunnel(line, encap, &ip6_options, 6);
}

/* Parses numbers of the base with a separator between them. Returns how many; 0 if the text is
 * wrong. */
static size_t parse_list(const char *text, char separator, int base, uint32_t maximum,
			 uint32_t *numbers, size_t room)
{
	size_t count = 0;
	char *end;

	for (const char *next = text; count < room; next = end + 1) {
		unsigned long number = strtoul(next, &end, base);

		if (end == next || *next == '-' || *next == '+' || number > maximum)
			return 0;
		numbers[count++] = (uint32_t)number;
		if (!*end)
			return count;
		if (*end != separator)
			return 0;
	}
	return 0;
}

static void read_mpls(struct config_line *line, struct config_encap *encap)
{
	const struct config_token *token = config_line_value(line);

	if (!token)
		return;
	encap->label_count = parse_list(token->text, '/', 10, CONFIG_MPLS_LABEL_MAX, encap->labels,
					CONFIG_MPLS_LABELS_MAX);
	if (!encap->label_count)
		config_line_error(
			line, token->location,
			"'%s' is not a stack of labels; write up to %d of 0 to %d: LABEL/LABEL...",
			token->text, CONFIG_MPLS_LABELS_MAX, CONFIG_MPLS_LABEL_MAX);
}

static void read_ila(struct config_line *line, struct config_encap *encap)
{
	const struct config_token *token = config_line_value(line);
	uint32_t parts[4];

	if (!token)
		return;
	if (parse_list(token->text, ':', 16, UINT16_MAX, parts, 4) != 4) {
		config_line_error(line, token->location,
				  "'%s' is not a locator; write 4 hexadecimal numbers: a:b:c:d",
				  token->text);
		return;
	}
	for (size_t i = 0; i < 4; i++)
		encap->locator = encap->locator << 16 | parts[i];
}

static const struct {
	const char *name;
	uint16_t type;
	void (*read)(struct config_line *line, struct config_encap *encap);
} types[] = {
	{"mpls", LWTUNNEL_ENCAP_MPLS, read_mpls},
	{"ip", LWTUNNEL_ENCAP_IP, read_ip},
	{"ip6", LWTUNNEL_ENCAP_IP6, read_ip6},
	{"ila", LWTUNNEL_ENCAP_ILA, read_ila},
};

static void read_encap(struct config_line *line, const struct config_option *option, void *field)
{
	const struct config_token *token = config_line_value(line);
	struct config_encap *encap = field;

	(void)option;
	for (size_t i = 0; token && i < ARRAY_SIZE(types); i++) {
		if (strcmp(token->text, types[i].name) != 0)
			continue;
		encap->given = true;
		encap->type = types[i].type;
		types[i].read(line, encap);
		return;
	}
	if (token)
		config_line_error(line, token->location,
				  "unknown encapsulation '%s'; write mpls, ip, ip6 or ila",
				  token->text);
}

static void print_encap(FILE *out, const struct config_option *option, const void *field)
{
	const struct config_encap *encap = field;
	bool first = false;

	(void)option;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == encap->type)
			fprintf(out, " %s", types[i].name);
	if (encap->type == LWTUNNEL_ENCAP_IP || encap->type == LWTUNNEL_ENCAP_IP6)
		config_options_print(encap->type == LWTUNNEL_ENCAP_IP ? &ip_options : &ip6_options,
				     out, encap, &first);
	for (size_t i = 0; i < encap->label_count; i++)
		fprintf(out, "%c%" PRIu32, i ? '/' : ' ', encap->labels[i]);
	for (int shift = 48; encap->type == LWTUNNEL_ENCAP_ILA && shift >= 0; shift -= 16)
		fprintf(out, "%c%x", shift == 48 ? ' ' : ':',
			(unsigned)(encap->locator >> shift & UINT16_MAX));
}

const struct config_option_kind config_kind_encap = {read_encap, print_encap, NULL};
