// SPDX-License-Identifier: GPL-2.0-or-later
/* HTTP_GET, SSL_GET and their url blocks; GRPC_CHECK. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "user/config/blocks/unsupported.h"
#include "user/config/pools/check_rows.h"
#include "user/config/pools/pools.h"
#include "user/lib/limits.h"
#include <ctype.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#define URL struct config_check_url
#define STATUS_LOWEST 100
#define STATUS_HIGHEST 639
#define DIGEST_DIGITS 32
#define METHOD_BYTES_MAX 32

static const struct {
	const char *name;
	uint32_t option;
} regex_options[] = {
	{"allow_empty_class", PCRE2_ALLOW_EMPTY_CLASS},
	{"alt_bsux", PCRE2_ALT_BSUX},
	{"alt_circumflex", PCRE2_ALT_CIRCUMFLEX},
	{"alt_verbnames", PCRE2_ALT_VERBNAMES},
	{"anchored", PCRE2_ANCHORED},
	{"auto_callout", PCRE2_AUTO_CALLOUT},
	{"caseless", PCRE2_CASELESS},
	{"dollar_endonly", PCRE2_DOLLAR_ENDONLY},
	{"dotall", PCRE2_DOTALL},
	{"dupnames", PCRE2_DUPNAMES},
	{"endanchored", PCRE2_ENDANCHORED},
	{"extended", PCRE2_EXTENDED},
	{"firstline", PCRE2_FIRSTLINE},
	{"match_unset_backref", PCRE2_MATCH_UNSET_BACKREF},
	{"multiline", PCRE2_MULTILINE},
	{"never_backslash_c", PCRE2_NEVER_BACKSLASH_C},
	{"never_ucp", PCRE2_NEVER_UCP},
	{"never_utf", PCRE2_NEVER_UTF},
	{"no_auto_capture", PCRE2_NO_AUTO_CAPTURE},
	{"no_auto_possess", PCRE2_NO_AUTO_POSSESS},
	{"no_dotstar_anchor", PCRE2_NO_DOTSTAR_ANCHOR},
	{"no_start_optimize", PCRE2_NO_START_OPTIMIZE},
	{"ucp", PCRE2_UCP},
	{"ungreedy", PCRE2_UNGREEDY},
	{"use_offset_limit", PCRE2_USE_OFFSET_LIMIT},
	{"utf", PCRE2_UTF},
};

const char *config_regex_option_name(size_t index, uint32_t *option)
{
	if (index >= ARRAY_SIZE(regex_options))
		return NULL;
	*option = regex_options[index].option;
	return regex_options[index].name;
}

static void read_regex_options(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	URL *url = block->target;

	(void)keyword;
	for (size_t i = 1; i < statement->count; i++) {
		const char *name = statement->tokens[i].text;
		size_t k = 0;

		while (k < ARRAY_SIZE(regex_options) && strcasecmp(regex_options[k].name, name))
			k++;
		if (k == ARRAY_SIZE(regex_options))
			config_error(parser, statement->tokens[i].location,
				     "unknown regex option '%s'; see xbeat-pools(5)", name);
		else
			url->regex_options |= regex_options[k].option;
	}
}

/* Returns whether text is FIRST or FIRST-LAST, within what a status can be. */
static bool parse_statuses(const char *text, unsigned *first, unsigned *last)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	*first = *last = (unsigned)strtoul(text, &end, 10);
	if (*end == '-' && isdigit((unsigned char)end[1]))
		*last = (unsigned)strtoul(end + 1, &end, 10);
	return !*end && *first >= STATUS_LOWEST && *last <= STATUS_HIGHEST && *first <= *last;
}

static void set_statuses(URL *url, unsigned first, unsigned last)
{
	for (unsigned status = first; status <= last; status++)
		url->status_good[status / 64] |= UINT64_C(1) << status % 64;
}

/* keepalived also takes "200 - 299" in three tokens. */
static void read_statuses(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	for (size_t i = 1; i < statement->count; i++) {
		const struct config_token *token = &statement->tokens[i];
		unsigned first, last;

		if (parse_statuses(token->text, &first, &last))
			set_statuses(block->target, first, last);
		else
			config_error(parser, token->location,
				     "'%s' is not an HTTP status; write \"%s\" with %d to %d",
				     token->text, keyword->usage, STATUS_LOWEST, STATUS_HIGHEST);
	}
}

static void read_digest(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];

	if (strlen(token->text) != DIGEST_DIGITS ||
	    token->text[strspn(token->text, "0123456789abcdefABCDEF")])
		config_error(parser, token->location,
			     "'%s' is not a digest; write the %d hexadecimal digits of md5sum(1)",
			     token->text, DIGEST_DIGITS);
	else
		config_read_string(parser, block, keyword, statement);
}

static void read_path(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];

	for (const char *byte = token->text; *byte; byte++)
		if ((unsigned char)*byte <= ' ' || *byte == 0x7f) {
			config_error(
				parser, token->location,
				"a path has no blanks and no control characters; write %%20 for a blank");
			return;
		}
	config_read_string(parser, block, keyword, statement);
}

static bool is_token_byte(char byte)
{
	return isalnum((unsigned char)byte) || (byte && strchr("!#$%&'*+-.^_`|~", byte));
}

static void read_method(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];
	size_t length = 0;

	while (is_token_byte(token->text[length]))
		length++;
	if (!length || length > METHOD_BYTES_MAX || token->text[length]) {
		config_error(parser, token->location,
			     "'%s' is not a method of HTTP; write one as GET, HEAD or OPTIONS",
			     token->text);
		return;
	}
	config_read_string(parser, block, keyword, statement);
	if (!strcmp(token->text, "GET")) {
		URL *url = block->target;

		free(url->method);
		url->method = NULL;
	}
}

#define URL_ROWS                                                                                   \
	CONFIG_VALUE("path", "PATH", read_path, URL, path),                                        \
		CONFIG_VALUE("method", "GET|HEAD|OPTIONS|...", read_method, URL, method),          \
		CONFIG_VALUE("digest", "MD5", read_digest, URL, digest),                           \
		{                                                                                  \
			.name = "status_code",                                                     \
			.usage = "status_code NUMBER[-NUMBER] ...",                                \
			.read = read_statuses,                                                     \
			.values_minimum = 1,                                                       \
			.values_maximum = CONFIG_VALUES_ANY,                                       \
		},                                                                                 \
		CONFIG_VALUE("virtualhost", "NAME", config_read_string, URL, virtualhost),         \
		CONFIG_VALUE("regex", "PCRE", config_read_string, URL, regex),                     \
		CONFIG_FLAG("regex_no_match", URL, regex_no_match, true),                          \
		{                                                                                  \
			.name = "regex_options",                                                   \
			.usage = "regex_options OPTION ...",                                       \
			.read = read_regex_options,                                                \
			.flags = CONFIG_REPEATABLE,                                                \
			.values_minimum = 1,                                                       \
			.values_maximum = CONFIG_VALUES_ANY,                                       \
		},                                                                                 \
		CONFIG_U32("regex_min_offset", URL, regex_min_offset, 0, 4294967295),              \
		CONFIG_U32("regex_max_offset", URL, regex_max_offset, 0, 4294967295),              \
	{                                                                                          \
		.name = "regex_stack", .usage = "regex_stack START MAXIMUM",                       \
		.read = config_read_nothing, .values_minimum = 2, .values_maximum = 2,             \
	}

static const struct config_keyword url_rows[] = {URL_ROWS};
static const struct config_keyword ssl_url_rows[] = {
	URL_ROWS,
	CONFIG_BOOL("tls_compliant", URL, tls_compliant, 0, 1),
};

#define TYPE(keyword, rows)                                                                        \
	{                                                                                          \
		.name = (keyword), .keywords = (rows), .keyword_count = ARRAY_SIZE(rows),          \
		.unsupported = &config_unsupported_none, .of_pools = true                          \
	}

static const struct config_block_type url_type = TYPE("url", url_rows);
static const struct config_block_type ssl_url_type = TYPE("url", ssl_url_rows);

/* What is good: to Kubernetes redirects are, too. */
static void set_default_statuses(const struct check_draft *draft, URL *url)
{
	set_statuses(url, 200, draft->is_probe ? 399 : 299);
}

static void check_url(struct config_parser *parser, URL *url, const struct config_block *block)
{
	static const char *const of_regex[] = {"regex_no_match", "regex_options",
					       "regex_min_offset", "regex_max_offset"};

	if (!url->path)
		config_error(parser, block->location, "url has no path; add \"path /\"");
	if (url->digest && url->method && !strcmp(url->method, "HEAD"))
		config_error(parser, *config_block_seen(block, "digest"),
			     "the answer to HEAD has no body; remove digest, or method HEAD");
	if (url->regex)
		pool_check_regex(parser, url->regex, url->regex_options,
				 *config_block_seen(block, "regex"));
	for (size_t i = 0; !url->regex && i < ARRAY_SIZE(of_regex); i++)
		if (config_block_seen(block, of_regex[i]))
			config_warning(parser, *config_block_seen(block, of_regex[i]),
				       "%s has no effect without a regex; add one, or remove it",
				       of_regex[i]);
	if (url->regex_max_offset && url->regex_max_offset < url->regex_min_offset)
		config_error(parser, *config_block_seen(block, "regex_max_offset"),
			     "regex_max_offset is below regex_min_offset; raise it");
}

static void read_url(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	struct check_draft *draft = block->target;
	struct config_check_http *http = &draft->check.http;
	struct config_block inner = {
		.type = http->tls ? &ssl_url_type : &url_type,
		.name = "",
		.location = statement->tokens[0].location,
	};

	(void)keyword;
	http->urls = array_grow(http->urls, &http->url_count, sizeof(*http->urls));
	inner.target = &http->urls[http->url_count - 1];
	config_parser_block(parser, &inner);
	check_url(parser, inner.target, &inner);
	if (!config_block_seen(&inner, "status_code"))
		set_default_statuses(draft, inner.target);
}

/* A url block with a path alone. */
static void read_path_alone(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	struct check_draft *draft = block->target;
	struct config_check_http *http = &draft->check.http;
	struct config_block url = {.type = block->type};
	struct config_keyword plain = *keyword;

	http->urls = array_grow(http->urls, &http->url_count, sizeof(*http->urls));
	url.target = &http->urls[http->url_count - 1];
	plain.offset = offsetof(URL, path);
	read_path(parser, &url, &plain, statement);
	set_default_statuses(draft, url.target);
}

const char *const config_http_protocol_names[CONFIG_HTTP_PROTOCOL_COUNT] = {
	[CONFIG_HTTP_1_0] = "1.0",
	[CONFIG_HTTP_1_0C] = "1.0C",
	[CONFIG_HTTP_1_1] = "1.1",
	[CONFIG_HTTP_2] = "2",
};

void pool_read_http_protocol(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	struct check_draft *draft = block->target;
	const struct config_token *token = &statement->tokens[1];

	for (size_t i = 0; i < CONFIG_HTTP_PROTOCOL_COUNT; i++)
		if (!strcasecmp(config_http_protocol_names[i], token->text)) {
			draft->check.http.protocol = (enum config_http_protocol)i;
			return;
		}
	config_error(parser, token->location, "unknown http_protocol '%s'; write \"%s\"",
		     token->text, keyword->usage);
}

/* "NAME: VALUE" in one line, so that no value adds another header. */
static bool is_header(const char *text)
{
	size_t length = strcspn(text, ":");

	if (!length || !text[length])
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_token_byte(text[i]))
			return false;
	for (const char *byte = text + length; *byte; byte++)
		if ((unsigned char)*byte < ' ' || *byte == 0x7f)
			return false;
	return true;
}

void pool_read_header(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_check_http *http = &((struct check_draft *)block->target)->check.http;
	const struct config_token *token = &statement->tokens[1];
	size_t count = 0;

	if (!is_header(token->text)) {
		config_error(parser, token->location, "'%s' is not a header; write \"%s\"",
			     token->text, keyword->usage);
		return;
	}
	while (http->headers && http->headers[count])
		count++;
	http->headers = reallocarray(http->headers, count + 2, sizeof(*http->headers));
	if (!http->headers)
		limits_out_of_memory();
	http->headers[count] = text_copy(token->text);
	http->headers[count + 1] = NULL;
}

#define HTTP_ROWS                                                                                  \
	CHECK_ROWS, CONNECTION_ROWS, NAME_ROWS,                                                    \
		CONFIG_VALUE("http_protocol", "1.0|1.0C|1.1|2", pool_read_http_protocol, DRAFT,    \
			     check.http.protocol),                                                 \
		CONFIG_BOOL("fast_recovery", DRAFT, check.http.fast_recovery, 0, 1),               \
		CONFIG_BOOL("follow_redirects", DRAFT, check.http.follow_redirects, 0, 1),         \
		CONFIG_U32("nb_get_retry", DRAFT, rules.retry, 0, 2147483646),                     \
		{                                                                                  \
			.name = "path",                                                            \
			.usage = "path PATH",                                                      \
			.read = read_path_alone,                                                   \
			CONFIG_ONE_VALUE,                                                          \
		},                                                                                 \
		CONFIG_BLOCK("url", "path PATH ...", read_url, CONFIG_REPEATABLE)

static const struct config_keyword http_rows[] = {HTTP_ROWS};
static const struct config_keyword ssl_rows[] = {
	HTTP_ROWS,
	CONFIG_BOOL("tls_compliant", DRAFT, tls_compliant, 0, 1),
};
static const struct config_keyword grpc_rows[] = {
	CHECK_ROWS,
	CONNECTION_ROWS,
	NAME_ROWS,
	CONFIG_VALUE("service", "NAME", config_read_string, DRAFT, check.http.grpc_service),
	CONFIG_BOOL("tls", DRAFT, check.http.tls, 0, 1),
};

const struct config_block_type pool_http_type = TYPE("HTTP_GET", http_rows);
const struct config_block_type pool_ssl_type = TYPE("SSL_GET", ssl_rows);
const struct config_block_type pool_grpc_type = TYPE("GRPC_CHECK", grpc_rows);
