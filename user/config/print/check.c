// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints checks of real servers, and vrrp_check. */
#include "user/config/pools/pools.h"
#include "user/config/print/printer.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/text/byte_text.h"
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_COUNT 640
#define STATUS_LOWEST 100

/* What a check that prints nothing has: its server's, or that of a vrrp_check. */
struct context {
	struct config_endpoint target;
	enum check_initial initial;
};

static void print_startup(struct config_printer *printer, const struct check_rules *rules)
{
	if (rules->startup_failures) {
		config_print_open(printer, "startup", NULL);
		config_print_line(printer, "failures %u", rules->startup_failures);
		config_print_seconds(printer, "interval", rules->startup_interval_ns);
		config_print_close(printer);
	}
	if (rules->flap_changes) {
		config_print_open(printer, "flap_damping", NULL);
		config_print_line(printer, "changes %u", rules->flap_changes);
		config_print_seconds(printer, "window", rules->flap_window_ns);
		config_print_seconds(printer, "hold", rules->flap_hold_ns);
		config_print_close(printer);
	}
}

static void print_initial(struct config_printer *printer, enum check_initial initial,
			  enum check_initial otherwise)
{
	if (initial == otherwise)
		return;
	if (initial == CHECK_INITIAL_DOWN)
		config_print_line(printer, "alpha");
	else
		config_print_line(printer, "initial_state %s", config_initial_names[initial]);
}

/* A program's time has its own keyword. */
static void print_rules(struct config_printer *printer, const struct config_check *check,
			const struct context *context)
{
	const struct check_rules *rules = &check->rules;
	bool is_program = check->kind == CONFIG_CHECK_MISC;

	config_print_seconds(printer, "delay_loop", rules->interval_ns);
	config_print_seconds(printer, is_program ? "misc_timeout" : "connect_timeout",
			     rules->timeout_ns);
	config_print_line(printer, "retry %u", rules->fall - 1);
	config_print_seconds(printer, "delay_before_retry", rules->fast_interval_ns);
	config_print_seconds(printer, "warmup", rules->warmup_ns);
	if (rules->rise != 1)
		config_print_line(printer, "rise %u", rules->rise);
	if (rules->down_interval_ns != rules->interval_ns)
		config_print_seconds(printer, "down_interval", rules->down_interval_ns);
	print_initial(printer, rules->initial, context->initial);
	print_startup(printer, rules);
}

/* What stands in the method of a vrrp_check, because it has no keyword of its own. */
static void print_probe_rules(struct config_printer *printer, const struct check_rules *rules)
{
	if (rules->fast_interval_ns != rules->interval_ns)
		config_print_seconds(printer, "delay_before_retry", rules->fast_interval_ns);
	if (rules->down_interval_ns != rules->interval_ns)
		config_print_seconds(printer, "down_interval", rules->down_interval_ns);
	config_print_delay(printer, "warmup", rules->warmup_ns);
}

/* A session has no timeouts and retries besides its own. keepalived has none of these keywords but
 * alpha: what is the default stays away. */
static void print_bfd_rules(struct config_printer *printer, const struct config_check *check,
			    const struct context *context)
{
	const struct check_rules *rules = &check->rules;

	if (rules->interval_ns != POOL_INTERVAL_DEFAULT_NS)
		config_print_seconds(printer, "delay_loop", rules->interval_ns);
	if (rules->rise != 1)
		config_print_line(printer, "rise %u", rules->rise);
	print_initial(printer, rules->initial, context->initial);
	print_startup(printer, rules);
}

static void print_address(struct config_printer *printer, const char *keyword,
			  const struct xb_address *address)
{
	char text[ADDRESS_TEXT_BYTES];

	config_print_line(printer, "%s %s", keyword, address_format(address, text));
}

static void print_connection(struct config_printer *printer, const struct config_check *check,
			     const struct context *context)
{
	if (check->kind == CONFIG_CHECK_MISC || check->kind == CONFIG_CHECK_FILE)
		return;
	if (!address_equal(&check->target.address, &context->target.address))
		print_address(printer, "connect_ip", &check->target.address);
	if (check->target.port != context->target.port || check->kind == CONFIG_CHECK_AGENT)
		config_print_line(printer, "connect_port %u", check->target.port);
	if (!address_is_unset(&check->bind.address))
		print_address(printer, "bindto", &check->bind.address);
	if (check->bind.port)
		config_print_line(printer, "bind_port %u", check->bind.port);
	if (*check->interface)
		config_print_token(printer, "bind_if", check->interface);
	if (check->mark)
		config_print_line(printer, "fwmark %u", check->mark);
}

static bool is_good(const struct config_check_url *url, unsigned status)
{
	return status < STATUS_COUNT && url->status_good[status / 64] >> status % 64 & 1;
}

static void print_statuses(struct config_printer *printer, const struct config_check_url *url)
{
	config_print_indent(printer);
	fputs("status_code", printer->stream);
	for (unsigned first = STATUS_LOWEST; first < STATUS_COUNT; first++) {
		unsigned last = first;

		if (!is_good(url, first))
			continue;
		while (is_good(url, last + 1))
			last++;
		fprintf(printer->stream, first == last ? " %u" : " %u-%u", first, last);
		first = last;
	}
	fputc('\n', printer->stream);
}

static void print_regex(struct config_printer *printer, const struct config_check_url *url)
{
	const char *name;
	uint32_t option;

	if (!url->regex)
		return;
	config_print_token(printer, "regex", url->regex);
	config_print_flag(printer, "regex_no_match", url->regex_no_match);
	for (size_t i = 0; (name = config_regex_option_name(i, &option)); i++)
		if (url->regex_options & option)
			config_print_line(printer, "regex_options %s", name);
	if (url->regex_min_offset)
		config_print_line(printer, "regex_min_offset %u", url->regex_min_offset);
	if (url->regex_max_offset)
		config_print_line(printer, "regex_max_offset %u", url->regex_max_offset);
}

static void print_url(struct config_printer *printer, const struct config_check_url *url)
{
	config_print_open(printer, "url", NULL);
	config_print_token(printer, "path", url->path);
	config_print_text(printer, "method", url->method);
	print_statuses(printer, url);
	config_print_text(printer, "digest", url->digest);
	config_print_text(printer, "virtualhost", url->virtualhost);
	print_regex(printer, url);
	config_print_flag(printer, "tls_compliant", url->tls_compliant);
	config_print_close(printer);
}

/* What HTTP_GET and GRPC_CHECK have. */
static void print_names(struct config_printer *printer, const struct config_check_http *http)
{
	config_print_text(printer, "virtualhost", http->virtualhost);
	config_print_flag(printer, "enable_sni", http->enable_sni);
	config_print_text(printer, "sni_name", http->sni_name);
	config_print_flag(printer, "verify", http->verify);
	for (char **header = http->headers; header && *header; header++)
		config_print_token(printer, "header", *header);
}

static void print_http(struct config_printer *printer, const struct config_check *check)
{
	const struct config_check_http *http = &check->http;

	config_print_line(printer, "http_protocol %s", config_http_protocol_names[http->protocol]);
	print_names(printer, http);
	config_print_flag(printer, "fast_recovery", http->fast_recovery);
	for (size_t i = 0; i < http->url_count; i++)
		print_url(printer, &http->urls[i]);
}

/* Only if it is not the default; keepalived has no such keyword. */
static void print_redirects(struct config_printer *printer, const struct config_check *check,
			    bool by_default)
{
	if (check->kind == CONFIG_CHECK_HTTP && check->http.follow_redirects != by_default)
		config_print_line(printer, "follow_redirects %s", by_default ? "off" : "on");
}

static void print_grpc(struct config_printer *printer, const struct config_check *check)
{
	print_names(printer, &check->http);
	if (check->http.grpc_service && *check->http.grpc_service)
		config_print_token(printer, "service", check->http.grpc_service);
	config_print_flag(printer, "tls", check->http.tls);
}

static void print_smtp(struct config_printer *printer, const struct config_check *check)
{
	config_print_text(printer, "helo_name", check->text);
}

static void print_dns(struct config_printer *printer, const struct config_check *check)
{
	config_print_line(printer, "type %s", config_dns_type_name(check->dns_type));
	config_print_text(printer, "name", check->text);
}

static void print_tcp(struct config_printer *printer, const struct config_check *check)
{
	static const char *const names[CONFIG_TCP_ACTION_COUNT] = {
		[CONFIG_TCP_SEND] = "send",
		[CONFIG_TCP_EXPECT] = "expect",
		[CONFIG_TCP_EXPECT_REGEX] = "expect_regex",
	};

	for (size_t i = 0; i < check->tcp.step_count; i++) {
		const struct config_tcp_step *step = &check->tcp.steps[i];
		_cleanup_free_ char *text = byte_text_new(step->bytes, step->length);
		bool is_regex = step->action == CONFIG_TCP_EXPECT_REGEX;

		config_print_token(printer, names[step->action],
				   is_regex ? (const char *)step->bytes : text);
	}
}

/* mask: NULL: all digits count. */
static void write_hex(struct config_printer *printer, const uint8_t *bytes, const uint8_t *mask,
		      size_t count)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; bytes && i < count; i++) {
		bool high = !mask || mask[i] & 0xf0, low = !mask || mask[i] & 0x0f;

		fputc(high ? digits[bytes[i] >> 4] : 'x', printer->stream);
		fputc(low ? digits[bytes[i] & 0xf] : 'x', printer->stream);
	}
	fputc('\n', printer->stream);
}

static void print_udp(struct config_printer *printer, const struct config_check *check)
{
	const struct config_check_udp *udp = &check->udp;

	if (udp->payload) {
		config_print_indent(printer);
		fputs("payload ", printer->stream);
		write_hex(printer, udp->payload, NULL, udp->payload_length);
	}
	if (!udp->require_reply)
		return;
	config_print_indent(printer);
	fputs(udp->reply ? "require_reply " : "require_reply", printer->stream);
	write_hex(printer, udp->reply, udp->reply_mask, udp->reply_length);
	config_print_line(printer, "min_reply_length %u", udp->reply_min);
	config_print_line(printer, "max_reply_length %u", udp->reply_max);
}

static void print_misc(struct config_printer *printer, const struct config_check *check)
{
	struct config_command program = {.arguments = check->command.arguments};

	config_print_command(printer, "misc_path", &program);
	config_print_flag(printer, "misc_dynamic", check->dynamic);
	config_print_user(printer, "user", &check->command);
}

static void print_file(struct config_printer *printer, const struct config_check *check)
{
	config_print_token(printer, "track_file", check->file);
	config_print_line(printer, "weight %d %s", check->file_weight,
			  check->file_reverse ? "reverse" : "noreverse");
}

static void print_agent(struct config_printer *printer, const struct config_check *check)
{
	config_print_text(printer, "send", check->text);
}

static void print_session(struct config_printer *printer, const struct config_check *check)
{
	config_print_seconds(printer, "keepalive_idle", check->keepalive_idle_ns);
	config_print_seconds(printer, "keepalive_interval", check->keepalive_interval_ns);
	config_print_line(printer, "keepalive_count %u", check->keepalive_count);
	config_print_seconds(printer, "user_timeout", check->user_timeout_ns);
}

static void print_bfd(struct config_printer *printer, const struct config_check *check)
{
	config_print_text(printer, "name", check->text);
}

static void print_nothing(struct config_printer *printer, const struct config_check *check)
{
	(void)printer;
	(void)check;
}

static const char *const keywords[] = {
#define X(id, name, keyword) [CONFIG_CHECK_##id] = (keyword),
	CONFIG_CHECK_KINDS(X)
#undef X
};

static const struct {
	const char *method; /* of a vrrp_check; NULL: it has none */
	void (*print)(struct config_printer *printer, const struct config_check *check);
} kinds[CONFIG_CHECK_KIND_COUNT] = {
	[CONFIG_CHECK_TCP] = {"tcp", print_tcp},
	[CONFIG_CHECK_HTTP] = {"http", print_http},
	[CONFIG_CHECK_SMTP] = {"smtp", print_smtp},
	[CONFIG_CHECK_DNS] = {"dns", print_dns},
	[CONFIG_CHECK_UDP] = {"udp", print_udp},
	[CONFIG_CHECK_PING] = {"ping", print_nothing},
	[CONFIG_CHECK_MISC] = {"exec", print_misc},
	[CONFIG_CHECK_FILE] = {NULL, print_file},
	[CONFIG_CHECK_GRPC] = {"grpc", print_grpc},
	[CONFIG_CHECK_AGENT] = {NULL, print_agent},
	[CONFIG_CHECK_SESSION] = {"session", print_session},
	[CONFIG_CHECK_BFD] = {NULL, print_bfd},
};

static bool is_https(const struct config_check *check)
{
	return check->kind == CONFIG_CHECK_HTTP && check->http.tls;
}

void config_print_server_check(struct config_printer *printer, const struct config_check *check,
			       const struct config_endpoint *server, bool pool_alpha)
{
	struct context context = {.target = *server,
				  .initial = pool_alpha ? CHECK_INITIAL_DOWN : CHECK_INITIAL_UP};

	config_print_open(printer, is_https(check) ? "SSL_GET" : keywords[check->kind], NULL);
	if (check->kind == CONFIG_CHECK_BFD) {
		print_bfd_rules(printer, check, &context);
	} else if (check->kind != CONFIG_CHECK_FILE) {
		print_rules(printer, check, &context);
		print_connection(printer, check, &context);
		config_print_flag(printer, "log_all_failures", check->log_all_failures);
	}
	print_redirects(printer, check, false);
	kinds[check->kind].print(printer, check);
	config_print_close(printer);
}

char *config_print_probe(const struct config_probe *probe)
{
	const struct check_rules *rules = &probe->check.rules;
	struct context context = {0};
	struct config_printer printer;

	config_printer_open(&printer);
	address_parse("127.0.0.1", &context.target.address);
	config_print_open(&printer, "vrrp_check", probe->name);
	config_print_open(&printer,
			  is_https(&probe->check) ? "https" : kinds[probe->check.kind].method,
			  NULL);
	print_probe_rules(&printer, rules);
	print_connection(&printer, &probe->check, &context);
	config_print_flag(&printer, "log_all_failures", probe->check.log_all_failures);
	print_redirects(&printer, &probe->check, true);
	kinds[probe->check.kind].print(&printer, &probe->check);
	config_print_close(&printer);
	config_print_seconds(&printer, "initial_delay", rules->first_delay_ns);
	config_print_seconds(&printer, "period", rules->interval_ns);
	config_print_seconds(&printer, "timeout", rules->timeout_ns);
	config_print_line(&printer, "success_threshold %u", rules->rise);
	config_print_line(&printer, "failure_threshold %u", rules->fall);
	if (rules->initial != CHECK_INITIAL_UP)
		config_print_line(&printer, "initial_state %s",
				  config_initial_names[rules->initial]);
	print_startup(&printer, rules);
	config_print_weight(&printer, probe->weight, probe->reverse);
	config_print_close(&printer);
	return config_printer_close(&printer);
}
