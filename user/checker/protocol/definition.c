/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Definitions of checks as bytes. One list of the fields serves both directions: see visit_check(). */
#include "user/checker/protocol/definition.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 4096 /* of a list: URLs, headers, arguments */

/* Writes to bytes, or reads what is between next and end. The first error stays. */
struct codec {
	struct definition_bytes *bytes; /* NULL: it reads */
	const uint8_t *next, *end;
	int error;
};

int definition_append(struct definition_bytes *bytes, const void *added, size_t count)
{
	if (!count)
		return 0;
	if (bytes->count + count > bytes->room) {
		size_t room = 2 * bytes->room + count + 64;
		uint8_t *grown = realloc(bytes->start, room);

		if (!grown)
			return -ENOMEM;
		bytes->start = grown;
		bytes->room = room;
	}
	memcpy(bytes->start + bytes->count, added, count);
	bytes->count += count;
	return 0;
}

static void visit(struct codec *codec, void *field, size_t count)
{
	if (codec->error || !count)
		return;
	if (codec->bytes) {
		codec->error = definition_append(codec->bytes, field, count);
		return;
	}
	if (count > (size_t)(codec->end - codec->next)) {
		codec->error = -EINVAL;
		return;
	}
	memcpy(field, codec->next, count);
	codec->next += count;
}

#define VISIT(codec, field) visit(codec, &(field), sizeof(field))

/* A bool of any other value than 0 and 1 has no meaning in C. */
static void visit_bool(struct codec *codec, bool *field)
{
	uint8_t byte = codec->bytes ? *field : 0;

	VISIT(codec, byte);
	*field = byte != 0;
}

/* Memory with a NUL after it; count 0 and no NULL is an empty text. */
static void visit_memory(struct codec *codec, uint8_t **field, size_t *count)
{
	uint32_t length = *field ? (uint32_t)*count : UINT32_MAX;

	VISIT(codec, length);
	if (codec->error || length == UINT32_MAX)
		return;
	if (!codec->bytes) {
		if (length > (size_t)(codec->end - codec->next)) {
			codec->error = -EINVAL;
			return;
		}
		*field = calloc(1, (size_t)length + 1);
		*count = length;
		if (!*field) {
			codec->error = -ENOMEM;
			return;
		}
	}
	visit(codec, *field, length);
}

static void visit_text(struct codec *codec, char **field)
{
	size_t count = codec->bytes && *field ? strlen(*field) : 0;

	visit_memory(codec, (uint8_t **)field, &count);
	if (!codec->bytes && *field && strlen(*field) != count && !codec->error)
		codec->error = -EINVAL;
}

/* Of a list, whose entries are made in memory if it reads. Returns whether there is a list. */
static bool visit_count(struct codec *codec, void *list, size_t *count, size_t entry_bytes)
{
	uint32_t number = (uint32_t)*count;

	VISIT(codec, number);
	if (!codec->error && number > ENTRIES_MAX)
		codec->error = codec->bytes ? -E2BIG : -EINVAL;
	if (codec->error)
		return false;
	if (codec->bytes)
		return number > 0;
	if (number) {
		void *entries = calloc(number + 1, entry_bytes);

		memcpy(list, &entries, sizeof(entries));
		codec->error = entries ? 0 : -ENOMEM;
	}
	*count = codec->error ? 0 : number;
	return *count > 0;
}

/* A list ended by NULL. */
static void visit_texts(struct codec *codec, char ***list)
{
	size_t count = 0;

	if (codec->bytes)
		while (*list && (*list)[count])
			count++;
	if (!visit_count(codec, list, &count, sizeof(**list)))
		return;
	for (size_t i = 0; i < count && !codec->error; i++) {
		visit_text(codec, &(*list)[i]);
		if (!(*list)[i] && !codec->error)
			codec->error = -EINVAL; /* it would be the end of the list */
	}
}

static void visit_url(struct codec *codec, struct config_check_url *url)
{
	visit_text(codec, &url->path);
	visit_text(codec, &url->method);
	visit_text(codec, &url->virtualhost);
	visit_text(codec, &url->digest);
	VISIT(codec, url->status_good);
	visit_text(codec, &url->regex);
	visit_bool(codec, &url->regex_no_match);
	VISIT(codec, url->regex_options);
	VISIT(codec, url->regex_min_offset);
	VISIT(codec, url->regex_max_offset);
	visit_bool(codec, &url->tls_compliant);
}

static void visit_http(struct codec *codec, struct config_check_http *http)
{
	VISIT(codec, http->protocol);
	visit_bool(codec, &http->tls);
	visit_bool(codec, &http->verify);
	visit_bool(codec, &http->follow_redirects);
	visit_bool(codec, &http->fast_recovery);
	visit_text(codec, &http->virtualhost);
	visit_bool(codec, &http->enable_sni);
	visit_text(codec, &http->sni_name);
	visit_texts(codec, &http->headers);
	visit_text(codec, &http->grpc_service);
	if (!visit_count(codec, &http->urls, &http->url_count, sizeof(*http->urls)))
		return;
	for (size_t i = 0; i < http->url_count; i++)
		visit_url(codec, &http->urls[i]);
}

/* The method relies on an action that is one, and on bytes. */
static void visit_step(struct codec *codec, struct config_tcp_step *step)
{
	VISIT(codec, step->action);
	visit_memory(codec, &step->bytes, &step->length);
	if (!codec->error && (step->action >= CONFIG_TCP_ACTION_COUNT || !step->length ||
			      step->length > CONFIG_TCP_STEP_BYTES))
		codec->error = -EINVAL;
}

static void visit_tcp(struct codec *codec, struct config_check_tcp *tcp)
{
	if (!visit_count(codec, &tcp->steps, &tcp->step_count, sizeof(*tcp->steps)))
		return;
	for (size_t i = 0; i < tcp->step_count; i++)
		visit_step(codec, &tcp->steps[i]);
}

static void visit_udp(struct codec *codec, struct config_check_udp *udp)
{
	size_t mask_length = udp->reply_mask ? udp->reply_length : 0;

	visit_memory(codec, &udp->payload, &udp->payload_length);
	visit_memory(codec, &udp->reply, &udp->reply_length);
	visit_memory(codec, &udp->reply_mask, &mask_length);
	if (!codec->bytes && udp->reply_mask && mask_length != udp->reply_length)
		codec->error = codec->error ? codec->error : -EINVAL;
	visit_bool(codec, &udp->require_reply);
	VISIT(codec, udp->reply_min);
	VISIT(codec, udp->reply_max);
}

/* The program is of the identity, although it is the daemon that runs it. */
static void visit_command(struct codec *codec, struct config_check *check)
{
	visit_texts(codec, &check->command.arguments);
	VISIT(codec, check->command.uid);
	VISIT(codec, check->command.gid);
	visit_bool(codec, &check->dynamic);
}

static void visit_session(struct codec *codec, struct config_check *check)
{
	VISIT(codec, check->keepalive_idle_ns);
	VISIT(codec, check->keepalive_interval_ns);
	VISIT(codec, check->user_timeout_ns);
	VISIT(codec, check->keepalive_count);
}

/* The name of the instance is not of the identity: two names of one session are one check. */
static void visit_bfd(struct codec *codec, struct config_check_bfd *bfd)
{
	VISIT(codec, bfd->min_rx_us);
	VISIT(codec, bfd->min_tx_us);
	VISIT(codec, bfd->idle_tx_us);
	VISIT(codec, bfd->multiplier);
	VISIT(codec, bfd->ttl);
	VISIT(codec, bfd->max_hops);
	visit_bool(codec, &bfd->passive);
	visit_bool(codec, &bfd->multihop);
}

static void visit_endpoint(struct codec *codec, struct config_endpoint *endpoint)
{
	VISIT(codec, endpoint->address);
	VISIT(codec, endpoint->port);
}

static void visit_text_and_type(struct codec *codec, struct config_check *check)
{
	visit_text(codec, &check->text);
	VISIT(codec, check->dns_type);
}

static void visit_own(struct codec *codec, struct config_check *check)
{
	switch (check->kind) {
	case CONFIG_CHECK_HTTP:
	case CONFIG_CHECK_GRPC:
		visit_http(codec, &check->http);
		return;
	case CONFIG_CHECK_UDP:
		visit_udp(codec, &check->udp);
		return;
	case CONFIG_CHECK_SMTP:
	case CONFIG_CHECK_DNS:
	case CONFIG_CHECK_AGENT:
		visit_text_and_type(codec, check);
		return;
	case CONFIG_CHECK_MISC:
		visit_command(codec, check);
		return;
	case CONFIG_CHECK_SESSION:
		visit_session(codec, check);
		return;
	case CONFIG_CHECK_BFD:
		visit_bfd(codec, &check->bfd);
		return;
	case CONFIG_CHECK_TCP:
		visit_tcp(codec, &check->tcp);
		return;
	case CONFIG_CHECK_PING:
		return;
	case CONFIG_CHECK_FILE: /* of the daemon */
	case CONFIG_CHECK_KIND_COUNT:
		break;
	}
	codec->error = codec->error ? codec->error : -EINVAL;
}

static void visit_check(struct codec *codec, struct config_check *check)
{
	VISIT(codec, check->kind);
	visit_endpoint(codec, &check->target);
	visit_endpoint(codec, &check->bind);
	VISIT(codec, check->interface);
	VISIT(codec, check->mark);
	if (!codec->bytes)
		check->interface[sizeof(check->interface) - 1] = '\0';
	if (!codec->error)
		visit_own(codec, check);
}

/* What is appended is all of it, or nothing. */
static int encoded(struct codec *codec, size_t before)
{
	if (!codec->error && codec->bytes->count - before > DEFINITION_BYTES_MAX)
		codec->error = -E2BIG;
	if (codec->error)
		codec->bytes->count = before;
	return codec->error;
}

int definition_encode(struct definition_bytes *bytes, const struct config_check *check)
{
	struct codec codec = {.bytes = bytes};
	struct config_check copy = *check;
	size_t before = bytes->count, length = strnlen(copy.interface, sizeof(copy.interface));

	/* what follows the name is not of the identity */
	memset(copy.interface + length, 0, sizeof(copy.interface) - length);
	visit_check(&codec, &copy);
	return encoded(&codec, before);
}

static int decoded(const struct codec *codec)
{
	return codec->error ? codec->error : codec->next == codec->end ? 0 : -EINVAL;
}

int definition_decode(const uint8_t *bytes, size_t count, struct config_check *check)
{
	struct codec codec = {.next = bytes, .end = bytes + count};
	int error;

	memset(check, 0, sizeof(*check));
	visit_check(&codec, check);
	error = decoded(&codec);
	if (error)
		config_check_free(check);
	return error;
}

static void visit_tls(struct codec *codec, struct checker_tls *tls)
{
	visit_text(codec, &tls->password);
	visit_text(codec, &tls->ca);
	visit_text(codec, &tls->certificate);
	visit_text(codec, &tls->key);
}

int definition_encode_tls(struct definition_bytes *bytes, const struct checker_tls *tls)
{
	struct codec codec = {.bytes = bytes};
	struct checker_tls copy = *tls;
	size_t before = bytes->count;

	visit_tls(&codec, &copy);
	if (codec.error)
		bytes->count = before;
	return codec.error;
}

int definition_decode_tls(const uint8_t *bytes, size_t count, struct checker_tls *tls)
{
	struct codec codec = {.next = bytes, .end = bytes + count};
	int error;

	memset(tls, 0, sizeof(*tls));
	visit_tls(&codec, tls);
	error = decoded(&codec);
	if (error)
		checker_tls_free(tls);
	return error;
}

void checker_tls_free(struct checker_tls *tls)
{
	free(tls->password);
	free(tls->ca);
	free(tls->certificate);
	free(tls->key);
	memset(tls, 0, sizeof(*tls));
}
