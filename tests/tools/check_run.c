// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes checks of layer 7 without the process and the daemon that schedule them:
 *
 *	check_run OPTION…       as kind=http target=10.0.0.1:80 path=/ status=200-299 regex=ok
 *
 * and prints one line for each run, "good http 200 after 1.2 ms", then "kib N", the most memory that
 * was in use. All runs are in progress at the same time with at_once=1.
 */
#include "user/checker/dns/dns.h"
#include "user/checker/http/http.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include <arpa/nameser.h>
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS_MAX 8

static struct config_check check;
static char root[] = "/";
static struct config_check_url url;
static char *headers[HEADERS_MAX + 1];
static size_t header_count;
static struct checker_tls tls;
static const struct method *method;
static unsigned run_count = 1, left_count, at_once;

static char *read_file(const char *name)
{
	FILE *file = fopen(name, "r");
	char *text = calloc(1, 65536);

	if (!file || !text)
		exit(2);
	text[fread(text, 1, 65535, file)] = '\0';
	fclose(file);
	return text;
}

static int set_endpoint(struct config_endpoint *endpoint, char *text)
{
	char *port = strrchr(text, ':');

	if (!port)
		return -EINVAL;
	*port++ = '\0';
	endpoint->port = (uint16_t)strtoul(port, NULL, 10);
	if (*text == '[') {
		text++;
		text[strcspn(text, "]")] = '\0';
	}
	return *text ? address_parse(text, &endpoint->address) : 0;
}

static void set_status(const char *text)
{
	unsigned first, last;

	if (sscanf(text, "%u-%u", &first, &last) == 1)
		last = first;
	memset(url.status_good, 0, sizeof(url.status_good));
	for (; first <= last; first++)
		url.status_good[first / 64] |= UINT64_C(1) << first % 64;
}

static void set_kind(const char *text)
{
	static const struct {
		enum config_check_kind kind;
		const struct method *method;
	} kinds[] = {{CONFIG_CHECK_HTTP, &http_method},
		     {CONFIG_CHECK_GRPC, &grpc_method},
		     {CONFIG_CHECK_DNS, &dns_method}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].method->name, text)) {
			check.kind = kinds[i].kind;
			method = kinds[i].method;
		}
}

static void set_protocol(const char *text)
{
	static const char *const names[] = {[CONFIG_HTTP_1_0] = "1.0",
					    [CONFIG_HTTP_1_0C] = "1.0C",
					    [CONFIG_HTTP_1_1] = "1.1",
					    [CONFIG_HTTP_2] = "2"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], text))
			check.http.protocol = (enum config_http_protocol)i;
}

/* Options of a text or a file. */
static const struct {
	const char *name;
	char **text;
	bool is_file;
} texts[] = {
	{"path", &url.path, false},
	{"digest", &url.digest, false},
	{"regex", &url.regex, false},
	{"url_virtualhost", &url.virtualhost, false},
	{"url_method", &url.method, false},
	{"virtualhost", &check.http.virtualhost, false},
	{"sni_name", &check.http.sni_name, false},
	{"service", &check.http.grpc_service, false},
	{"name", &check.text, false},
	{"password", &tls.password, false},
	{"ca", &tls.ca, true},
	{"certificate", &tls.certificate, true},
	{"key", &tls.key, true},
};

static const struct {
	const char *name;
	bool *flag;
} flags[] = {
	{"tls", &check.http.tls},
	{"verify", &check.http.verify},
	{"follow_redirects", &check.http.follow_redirects},
	{"enable_sni", &check.http.enable_sni},
	{"regex_no_match", &url.regex_no_match},
	{"whole_limit", &check.rules.from_start},
};

static bool set_text(const char *name, char *value)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!strcmp(texts[i].name, name)) {
			*texts[i].text = texts[i].is_file ? read_file(value) : value;
			return true;
		}
	return false;
}

static bool set_flag(const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (!strcmp(flags[i].name, name)) {
			*flags[i].flag = *value == '1';
			return true;
		}
	return false;
}

static bool set_number(const char *name, const char *value)
{
	unsigned long number = strtoul(value, NULL, 10);

	if (!strcmp(name, "timeout_ms"))
		check.rules.timeout_ns = number * NS_PER_MS;
	else if (!strcmp(name, "runs"))
		run_count = (unsigned)number;
	else if (!strcmp(name, "at_once"))
		at_once = (unsigned)number;
	else if (!strcmp(name, "type"))
		check.dns_type = (uint16_t)number;
	else if (!strcmp(name, "mark"))
		check.mark = (uint32_t)number;
	else if (!strcmp(name, "regex_min_offset"))
		url.regex_min_offset = (uint32_t)number;
	else if (!strcmp(name, "regex_max_offset"))
		url.regex_max_offset = (uint32_t)number;
	else if (!strcmp(name, "regex_options"))
		url.regex_options = (uint32_t)number;
	else
		return false;
	return true;
}

static int set_option(char *text)
{
	char *value = strchr(text, '=');

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (set_text(text, value) || set_flag(text, value) || set_number(text, value))
		return 0;
	if (!strcmp(text, "target"))
		return set_endpoint(&check.target, value);
	if (!strcmp(text, "bind"))
		return set_endpoint(&check.bind, value);
	if (!strcmp(text, "kind"))
		set_kind(value);
	else if (!strcmp(text, "protocol"))
		set_protocol(value);
	else if (!strcmp(text, "status"))
		set_status(value);
	else if (!strcmp(text, "interface"))
		snprintf(check.interface, sizeof(check.interface), "%s", value);
	else if (!strcmp(text, "header") && header_count < HEADERS_MAX)
		headers[header_count++] = value;
	else
		return -EINVAL;
	return 0;
}

static void begin(struct run *run)
{
	run->began_ns = clock_now_ns();
	run->in_progress = true;
	run->method->start(run);
}

static void on_done(struct run *run, enum check_outcome outcome, bool timed_out)
{
	static const char *const names[] = {"good", "bad", "local", "stalled"};

	printf("%s %s\n", timed_out ? "timeout" : names[outcome], run->reason);
	fflush(stdout);
	if (!--left_count)
		event_base_loopbreak(run->owner->base);
	else if (!at_once)
		begin(run);
}

static struct run *make_runs(struct run_owner *owner, unsigned count)
{
	struct run *runs = calloc(count, sizeof(*runs));

	if (!runs)
		exit(1);
	for (unsigned i = 0; i < count; i++) {
		runs[i].check = &check;
		runs[i].method = method;
		runs[i].owner = owner;
	}
	return runs;
}

/* The most of this program, not of the one that executed it, as getrusage(2) has it. */
static long memory_kib(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[128];
	long kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

static void finish(struct run_owner *owner, struct run *runs, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (runs[i].deadline)
			event_free(runs[i].deadline);
	free(runs);
	http_stop(owner);
	event_base_free(owner->base);
	curl_global_cleanup();
	printf("kib %ld\n", memory_kib());
}

int main(int argc, char **argv)
{
	struct run_owner owner = {.tls = &tls, .done = on_done};
	struct run *runs;
	unsigned count;

	set_status("200-299");
	url.path = root;
	check.rules.timeout_ns = NS_PER_SECOND;
	check.dns_type = ns_t_soa;
	check.http.urls = &url;
	check.http.url_count = 1;
	check.http.headers = headers;
	for (int i = 1; i < argc; i++)
		if (set_option(argv[i])) {
			fprintf(stderr, "check_run: no option '%s'\n", argv[i]);
			return 2;
		}
	if (!method)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_ALL);
	owner.base = event_base_new();
	left_count = run_count;
	count = at_once ? run_count : 1;
	runs = make_runs(&owner, count);
	for (unsigned i = 0; i < count; i++)
		begin(&runs[i]);
	event_base_dispatch(owner.base);
	finish(&owner, runs, count);
	return 0;
}
