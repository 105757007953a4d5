/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's half of the checker, with its process:
 *
 *	check_servers [USER]
 *
 * takes commands from stdin, a line each, and prints a line of JSON for each change. Its own file has
 * to be beside that of xbeat-checker. Commands:
 *
 *	check KIND ADDRESS PORT [KEYWORD VALUE]…	adds a check to the next set; prints its index
 *	ca FILE		of the next set: SSL { ca }; before its first check
 *	use		takes that set
 *	read COUNT	prints the records of the first checks
 *	suspend|resume N
 *	ran N STATUS	the program of check N has ended
 *	process		prints its pid, and how often it was started
 *
 * KEYWORD: see keywords[]. Times are in ms.
 */
#include "user/checker/checker.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 64

static struct event_base *base;
static struct starter *starter;
static struct checker *checker;
static const char *user; /* of the process */
static struct checker_set *next;
static struct config_tls_client tls;

static void fail(const char *what, const char *word)
{
	fprintf(stderr, "check_servers: %s: %s\n", what, word ? word : "missing");
	exit(2);
}

static void set_ms(void *field, const char *value)
{
	*(uint64_t *)field = (uint64_t)(strtod(value, NULL) * (double)NS_PER_MS);
}

static void set_number(void *field, const char *value)
{
	*(uint32_t *)field = (uint32_t)strtoul(value, NULL, 0);
}

static void set_port(void *field, const char *value)
{
	*(uint16_t *)field = (uint16_t)strtoul(value, NULL, 0);
}

static void set_bool(void *field, const char *value)
{
	*(bool *)field = *value == '1';
}

static void set_address(void *field, const char *value)
{
	if (address_parse(value, field))
		fail("address", value);
}

static void set_interface(void *field, const char *value)
{
	snprintf(field, 16, "%s", value);
}

static void set_text(void *field, const char *value)
{
	*(char **)field = strdup(value);
}

static void set_http_protocol(void *field, const char *value)
{
	*(enum config_http_protocol *)field = (enum config_http_protocol)strtoul(value, NULL, 0);
}

/* One more URL, good with 200. */
static void add_url(void *field, const char *value)
{
	struct config_check_http *http = field;
	struct config_check_url *url;

	http->urls = realloc(http->urls, (http->url_count + 1) * sizeof(*http->urls));
	if (!http->urls)
		fail("path", "no memory");
	url = &http->urls[http->url_count++];
	*url = (struct config_check_url){.path = strdup(value)};
	url->status_good[200 / 64] = UINT64_C(1) << 200 % 64;
}

static void set_hex(uint8_t **bytes, size_t *length, const char *value)
{
	*length = strlen(value) / 2;
	*bytes = calloc(1, *length + 1);
	for (size_t i = 0; i < *length; i++) {
		char pair[3] = {value[2 * i], value[2 * i + 1], '\0'};

		(*bytes)[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
}

static void set_payload(void *field, const char *value)
{
	struct config_check_udp *udp = field;

	set_hex(&udp->payload, &udp->payload_length, value);
}

/* One more step, in hexadecimal digits. */
static void add_step(void *field, const char *value, enum config_tcp_action action)
{
	struct config_check_tcp *tcp = field;
	struct config_tcp_step *step;

	tcp->steps = realloc(tcp->steps, (tcp->step_count + 1) * sizeof(*tcp->steps));
	if (!tcp->steps)
		fail("step", "no memory");
	step = &tcp->steps[tcp->step_count++];
	step->action = action;
	set_hex(&step->bytes, &step->length, value);
}

static void add_send(void *field, const char *value)
{
	add_step(field, value, CONFIG_TCP_SEND);
}

static void add_expect(void *field, const char *value)
{
	add_step(field, value, CONFIG_TCP_EXPECT);
}

static void add_expect_regex(void *field, const char *value)
{
	add_step(field, value, CONFIG_TCP_EXPECT_REGEX);
}

/* A nibble "x" is any. */
static void set_reply(void *field, const char *value)
{
	struct config_check_udp *udp = field;
	char mask[256] = "", digits[256] = "";

	for (size_t i = 0; i < sizeof(mask) - 1 && value[i]; i++) {
		mask[i] = value[i] == 'x' ? '0' : 'f';
		digits[i] = value[i] == 'x' ? '0' : value[i];
	}
	set_hex(&udp->reply, &udp->reply_length, digits);
	set_hex(&udp->reply_mask, &udp->reply_length, mask);
	udp->require_reply = true;
	udp->reply_max = 255;
}

#define FIELD(name, setter, member)                                                                \
	{                                                                                          \
		(name), (setter), offsetof(struct config_check, member)                            \
	}

static const struct keyword {
	const char *name;
	void (*set)(void *field, const char *value);
	size_t offset;
} keywords[] = {
	FIELD("interval", set_ms, rules.interval_ns),
	FIELD("fast", set_ms, rules.fast_interval_ns),
	FIELD("down", set_ms, rules.down_interval_ns),
	FIELD("timeout", set_ms, rules.timeout_ns),
	FIELD("warmup", set_ms, rules.warmup_ns),
	FIELD("first", set_ms, rules.first_delay_ns),
	FIELD("from_start", set_bool, rules.from_start),
	FIELD("rise", set_number, rules.rise),
	FIELD("fall", set_number, rules.fall),
	FIELD("initial", set_number, rules.initial),
	FIELD("bindto", set_address, bind.address),
	FIELD("bind_port", set_port, bind.port),
	FIELD("bind_if", set_interface, interface),
	FIELD("mark", set_number, mark),
	FIELD("text", set_text, text),
	FIELD("dynamic", set_bool, dynamic),
	FIELD("idle", set_ms, keepalive_idle_ns),
	FIELD("keepalive", set_ms, keepalive_interval_ns),
	FIELD("count", set_number, keepalive_count),
	FIELD("user_timeout", set_ms, user_timeout_ns),
	FIELD("require_reply", set_bool, udp.require_reply),
	FIELD("path", add_url, http),
	FIELD("http_protocol", set_http_protocol, http.protocol),
	FIELD("tls", set_bool, http.tls),
	FIELD("verify", set_bool, http.verify),
	FIELD("fast_recovery", set_bool, http.fast_recovery),
	FIELD("virtualhost", set_text, http.virtualhost),
	FIELD("service", set_text, http.grpc_service),
	FIELD("type", set_port, dns_type),
	FIELD("payload", set_payload, udp),
	FIELD("reply", set_reply, udp),
	FIELD("send", add_send, tcp),
	FIELD("expect", add_expect, tcp),
	FIELD("expect_regex", add_expect_regex, tcp),
};

static void set_keyword(struct config_check *check, const char *name, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (!strcmp(keywords[i].name, name)) {
			keywords[i].set((char *)check + keywords[i].offset, value);
			return;
		}
	fail("keyword", name);
}

static enum config_check_kind kind_named(const char *name)
{
	for (enum config_check_kind i = 0; i < CONFIG_CHECK_KIND_COUNT; i++)
		if (!strcmp(config_check_kind_name(i), name))
			return i;
	fail("kind", name);
	return CONFIG_CHECK_KIND_COUNT;
}

static struct checker_set *next_set(void)
{
	if (!next)
		next = checker_set_new(&tls);
	if (!next)
		fail("set", "no memory");
	return next;
}

static void add_check(char **words, int count)
{
	struct config_check check = {.rules = {.rise = 1,
					       .fall = 1,
					       .interval_ns = NS_PER_SECOND,
					       .timeout_ns = NS_PER_SECOND}};

	if (count < 4)
		fail("check", "too few words");
	check.kind = kind_named(words[1]);
	set_address(&check.target.address, words[2]);
	set_port(&check.target.port, words[3]);
	for (int i = 4; i + 1 < count; i += 2)
		set_keyword(&check, words[i], words[i + 1]);
	if (!check.rules.fast_interval_ns)
		check.rules.fast_interval_ns = check.rules.interval_ns;
	if (!check.rules.down_interval_ns)
		check.rules.down_interval_ns = check.rules.interval_ns;
	printf("{\"added\": %lld}\n", (long long)checker_set_add(next_set(), &check));
	config_check_free(&check);
}

static void print_record(const char *what, uint32_t check, const struct checker_record *record)
{
	static const char *const outcomes[] = {"good", "bad", "local_error", "stalled"};
	json_t *json = json_pack(
		"{s:s, s:I, s:b, s:b, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:I, s:i, s:i}",
		"event", what, "check", (json_int_t)check, "up", record->state.up, "has_run",
		record->state.has_run, "outcome", outcomes[record->outcome], "reason",
		record->reason, "good", (json_int_t)record->good_total, "bad",
		(json_int_t)record->bad_total, "stalled", (json_int_t)record->stalled_total,
		"local_error", (json_int_t)record->local_error_total, "bad_count",
		(json_int_t)record->state.bad_count, "began_ns", (json_int_t)record->began_ns,
		"ended_ns", (json_int_t)record->ended_ns, "changed_ns",
		(json_int_t)record->state.changed_ns, "has_weight", (int)record->has_weight,
		"weight", (json_int_t)record->weight, "agent", (int)record->agent, "agent_health",
		(int)record->agent_health);

	if (!json)
		fail("record", record->reason);
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(json);
}

static void changed(void *context, uint32_t check)
{
	struct checker_record record;

	(void)context;
	if (!checker_read(checker, check, &record))
		print_record("changed", check, &record);
}

static void run(void *context, uint32_t check)
{
	(void)context;
	printf("{\"event\": \"run\", \"check\": %u}\n", check);
}

static void use(void)
{
	checker_use(checker, next_set(), user);
	next = NULL;
	puts("{\"used\": 0}");
}

static void read_all(uint32_t count)
{
	struct checker_record record;

	for (uint32_t i = 0; i < count; i++)
		if (!checker_read(checker, i, &record))
			print_record("record", i, &record);
	puts("{\"read\": true}");
}

static void command(char **words, int count)
{
	uint32_t number = count > 1 ? (uint32_t)strtoul(words[1], NULL, 0) : 0;

	if (!strcmp(words[0], "check"))
		add_check(words, count);
	else if (!strcmp(words[0], "ca") && count > 1)
		set_text(&tls.ca, words[1]);
	else if (!strcmp(words[0], "use"))
		use();
	else if (!strcmp(words[0], "read"))
		read_all(number);
	else if (!strcmp(words[0], "suspend") || !strcmp(words[0], "resume"))
		checker_suspend(checker, number, *words[0] == 's');
	else if (!strcmp(words[0], "ran") && count > 2)
		checker_ran(checker, number, atoi(words[2]));
	else if (!strcmp(words[0], "process"))
		printf("{\"pid\": %d, \"start_count\": %u}\n", (int)checker_pid(checker),
		       checker_start_count(checker));
	else
		fail("command", words[0]);
}

static void take_line(char *line)
{
	char *words[WORDS_MAX];
	int count = 0;

	for (char *word = strtok(line, " \n"); word && count < WORDS_MAX;
	     word = strtok(NULL, " \n"))
		words[count++] = word;
	if (count)
		command(words, count);
}

static void on_input(evutil_socket_t fd, short what, void *context)
{
	static char text[1 << 16];
	static size_t length;
	ssize_t got = read(fd, text + length, sizeof(text) - 1 - length);
	char *start = text, *end;

	(void)what;
	(void)context;
	if (got <= 0) {
		event_base_loopbreak(base);
		return;
	}
	length += (size_t)got;
	text[length] = '\0';
	for (; (end = strchr(start, '\n')); start = end + 1) {
		*end = '\0';
		take_line(start);
	}
	length -= (size_t)(start - text);
	memmove(text, start, length + 1);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct checker_setup setup = {.changed = changed, .run = run};
	struct event *input;

	user = argc > 1 ? argv[1] : "";
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_open("check_servers", false);
	starter = starter_fork();
	base = event_base_new();
	if (!starter || !base || starter_attach(starter, base))
		return EXIT_FAILURE;
	setup.base = base;
	setup.starter = starter;
	checker = checker_start(&setup);
	input = event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, NULL);
	if (!checker || !input || event_add(input, NULL))
		return EXIT_FAILURE;
	event_base_dispatch(base);
	checker_stop(checker);
	checker_set_free(next);
	event_free(input);
	starter_stop(starter);
	event_base_free(base);
	return EXIT_SUCCESS;
}
