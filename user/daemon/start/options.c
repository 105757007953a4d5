/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of options, and what each of them does. */
#include "user/daemon/start/options.h"
#include "user/daemon/start/signals.h"
#include "user/lib/array.h"
#include "user/lib/log.h"
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>
#include <xbeat/map.h>
#include <xbeat/paths.h>

#define KEEPALIVED "keepalived"
#define KEEPALIVED_CONFIG "/etc/keepalived/keepalived.conf"
#define CONFIG_DEFAULT "/etc/xbeat/xbeat.conf"

#define GO_ON (-1)
#define LONG_FIRST 256 /* values of long options for getopt_long(3), after all letters */

enum under { ANY_NAME, OWN_NAME, KEEPALIVED_NAME };

struct row {
	int letter; /* 0: none */
	const char *name; /* of the long option, or NULL */
	const char *argument; /* its name in the help; "[=FILE]" may be left out; NULL: none */
	enum under under; /* the name of the program under which it exists */
	/* Returns GO_ON or an exit status. */
	int (*take)(struct options *options, const struct row *row, char *const *argv);
	size_t offset; /* in struct options */
	const char *text; /* the help; for what has no effect, why */
};

static int usage_status(const struct options *options)
{
	return options->keepalived ? 1 : 2;
}

static int take_text(struct options *options, const struct row *row, char *const *argv)
{
	(void)argv;
	*(const char **)((char *)options + row->offset) = optarg;
	return GO_ON;
}

static int take_flag(struct options *options, const struct row *row, char *const *argv)
{
	(void)argv;
	*(bool *)((char *)options + row->offset) = true;
	return GO_ON;
}

/* With a file it is keepalived's; alone it keeps xbeatd in the foreground. */
static int take_file_or_foreground(struct options *options, const struct row *row,
				   char *const *argv)
{
	if (!optarg && argv[optind] && argv[optind][0] != '-')
		optarg = argv[optind++];
	if (optarg)
		return take_text(options, row, argv);
	options->foreground = options->console = options->no_syslog = true;
	return GO_ON;
}

static int take_daemon_name(struct options *options, const struct row *row, char *const *argv)
{
	(void)row;
	(void)argv;
	if (!options_is_daemon_name(optarg)) {
		log_error("\"%s\" is not a daemon name; use up to %d letters, digits, - and _",
			  optarg, XB_DAEMON_NAME_BYTES - 1);
		return usage_status(options);
	}
	options->daemon_name = optarg;
	return GO_ON;
}

static int take_test(struct options *options, const struct row *row, char *const *argv)
{
	options->test_only = true;
	return take_text(options, row, argv);
}

static int take_verbose(struct options *options, const struct row *row, char *const *argv)
{
	(void)options;
	(void)row;
	(void)argv;
	log_set_level(LOG_DEBUG);
	return GO_ON;
}

static int take_version(struct options *options, const struct row *row, char *const *argv)
{
	(void)options;
	(void)row;
	(void)argv;
	puts("xbeatd " XBEAT_VERSION);
	return EXIT_SUCCESS;
}

/* A digit and "localDIGIT" are the same facility. */
static int take_facility(struct options *options, const struct row *row, char *const *argv)
{
	const char *text = strncmp(optarg, "local", 5) ? optarg : optarg + 5;

	(void)row;
	(void)argv;
	if (!strcmp(text, "daemon"))
		options->facility = LOG_DAEMON;
	else if (!strcmp(text, "user"))
		options->facility = LOG_USER;
	else if (text[0] >= '0' && text[0] <= '7' && !text[1])
		options->facility = LOG_LOCAL0 + ((text[0] - '0') << 3);
	else {
		log_error("\"%s\" is not a log facility; use 0-7, local0-local7, user or daemon",
			  optarg);
		return usage_status(options);
	}
	return GO_ON;
}

static int take_umask(struct options *options, const struct row *row, char *const *argv)
{
	char *end;
	unsigned long mask = strtoul(optarg, &end, 0);

	(void)row;
	(void)argv;
	if (optarg[0] < '0' || optarg[0] > '9' || *end || mask > 0777) {
		log_error("\"%s\" is not a umask; use 0 to 0777", optarg);
		return usage_status(options);
	}
	options->umask = (int)mask;
	return GO_ON;
}

static int take_signal_name(struct options *options, const struct row *row, char *const *argv)
{
	static const struct {
		const char *name;
		int number;
	} functions[] = {
		{"STOP", SIGTERM},  {"RELOAD", SIGHUP},	    {"DATA", SIGUSR1},
		{"STATS", SIGUSR2}, {"JSON", SIGNALS_JSON}, {"STATS_CLEAR", SIGNALS_STATS_CLEAR},
	};

	(void)row;
	(void)argv;
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		if (strcasecmp(functions[i].name, optarg) != 0)
			continue;
		printf("%d\n", functions[i].number);
		return EXIT_SUCCESS;
	}
	log_error("no signal for \"%s\"; use STOP, RELOAD, DATA, STATS, STATS_CLEAR or JSON",
		  optarg);
	return usage_status(options);
}

/* xbeatd does it anyway, or has no such thing and no need of it. */
static int take_nothing(struct options *options, const struct row *row, char *const *argv)
{
	(void)options;
	(void)row;
	(void)argv;
	return GO_ON;
}

static int take_without_effect(struct options *options, const struct row *row, char *const *argv)
{
	(void)options;
	(void)argv;
	log_warning("--%s has no effect: %s", row->name, row->text);
	return GO_ON;
}

/* Its log would be nowhere with -G. */
static int take_log_file(struct options *options, const struct row *row, char *const *argv)
{
	options->console = true;
	return take_without_effect(options, row, argv);
}

static int take_refused(struct options *options, const struct row *row, char *const *argv)
{
	(void)argv;
	log_error("--%s: %s", row->name, row->text);
	return usage_status(options);
}

static int take_help(struct options *options, const struct row *row, char *const *argv);

#define FIELD(field) offsetof(struct options, field)
#define TEXT(letter, name, argument, under, field, text)                                           \
	{                                                                                          \
		letter, name, argument, under, take_text, FIELD(field), text                       \
	}
#define FLAG(letter, name, field, text)                                                            \
	{                                                                                          \
		letter, name, NULL, ANY_NAME, take_flag, FIELD(field), text                        \
	}
#define TAKEN(letter, name, argument, under, taker, text)                                          \
	{                                                                                          \
		letter, name, argument, under, taker, 0, text                                      \
	}
#define NEEDLESS(letter, name, argument)                                                           \
	{                                                                                          \
		letter, name, argument, ANY_NAME, take_nothing, 0, NULL                            \
	}
#define IGNORED(letter, name, argument, why)                                                       \
	{                                                                                          \
		letter, name, argument, ANY_NAME, take_without_effect, 0, why                      \
	}
#define REFUSED(letter, name, under, why)                                                          \
	{                                                                                          \
		letter, name, NULL, under, take_refused, 0, why                                    \
	}

#define KEPT "xbeatd removes the addresses when it stops; leave the option out"
#define SNMP "xbeat has no SNMP agent"
#define VERSION_TEXT "print the version"
#define PID_TEXT "also write the process id into FILE"

static const struct row rows[] = {
	{'f', NULL, "FILE", OWN_NAME, take_file_or_foreground, FIELD(config_path),
	 "configuration; without FILE: -n -l -G"},
	TEXT('f', "use-file", "FILE", KEEPALIVED_NAME, config_path, "configuration"),
	TEXT(0, "use-file", "FILE", OWN_NAME, config_path, NULL),
	TEXT('c', NULL, "FILE", OWN_NAME, config_path, "the same (" CONFIG_DEFAULT ")"),
	TAKEN('i', "daemon-name", "NAME", OWN_NAME, take_daemon_name,
	      "daemon name, part of the paths of its socket, pid file and maps"),
	TAKEN(0, "daemon-name", "NAME", KEEPALIVED_NAME, take_daemon_name,
	      "part of the paths of its socket, pid file and maps"),
	TEXT('i', "config-id", "ID", KEEPALIVED_NAME, config_id, "what @ID compares with"),
	TEXT(0, "config-id", "ID", OWN_NAME, config_id, "what @ID compares with"),
	{'t', "config-test", "[=FILE]", ANY_NAME, take_test, FIELD(test_log),
	 "check the configuration and its key file, start nothing"},
	FLAG('n', "dont-fork", foreground, "stay in the foreground"),
	FLAG('l', "log-console", console, "log to stderr, too"),
	FLAG('G', "no-syslog", no_syslog, "log to stderr instead of syslog"),
	TAKEN('S', "log-facility", "FACILITY", ANY_NAME, take_facility,
	      "of syslog: 0-7, local0-local7, user or daemon"),
	TEXT('s', "namespace", "NAME", ANY_NAME, net_namespace,
	     "run in this network namespace (net_namespace)"),
	TAKEN('u', "umask", "MASK", ANY_NAME, take_umask, "umask of scripts (umask)"),
	TEXT('p', "pid", "FILE", ANY_NAME, pid_files[0], PID_TEXT),
	TEXT('r', "vrrp_pid", "FILE", ANY_NAME, pid_files[1], PID_TEXT),
	FLAG('e', "all-config", files_required, "an included file that is missing is an error"),
	FLAG(0, "runner", runner,
	     "run scripts for every xbeatd that connects (xbeat-runner.service)"),
	FLAG('m', "core-dump", core_dump, "lift the limit of core dumps"),
	TAKEN(0, "signum", "SIGNAL", ANY_NAME, take_signal_name,
	      "print the number of STOP, RELOAD, DATA, STATS or JSON"),
	TAKEN('v', NULL, NULL, OWN_NAME, take_verbose, "also log the messages of libbpf"),
	TAKEN('V', "version", NULL, OWN_NAME, take_version, VERSION_TEXT),
	TAKEN('v', "version", NULL, KEEPALIVED_NAME, take_version, VERSION_TEXT),
	TAKEN('h', "help", NULL, ANY_NAME, take_help, "print this help"),

	NEEDLESS('P', "vrrp", NULL),
	NEEDLESS(0, "all", NULL),
	NEEDLESS('D', "log-detail", NULL),
	NEEDLESS('X', "release-vips", NULL),
	NEEDLESS('I', "dont-release-ipvs", NULL),
	{'c', "checkers_pid", "FILE", KEEPALIVED_NAME, take_nothing, 0, NULL},
	{0, "checkers_pid", "FILE", OWN_NAME, take_nothing, 0, NULL},
	NEEDLESS('b', "bfd_pid", "FILE"),
	NEEDLESS(0, "flush-log-file", NULL),
	NEEDLESS(0, "no-mem-check", NULL),

	IGNORED('d', "dump-conf", NULL, "\"xbeatctl config\" prints the configuration"),
	IGNORED('B', "no_bfd", NULL, "a BFD session runs if a BFD_CHECK names it"),
	IGNORED('a', "address-monitoring", NULL, "\"ip monitor address\" prints changes"),
	IGNORED('R', "dont-respawn", NULL, "a runner of scripts that dies is started again"),
	IGNORED('x', "snmp", NULL, SNMP),
	IGNORED('A', "snmp-agent-socket", "FILE", SNMP),
	IGNORED('M', "core-dump-pattern", "[=PATTERN]",
		"set the sysctl kernel.core_pattern yourself, and give -m"),
	IGNORED(0, "perf", "[=WHEN]", "\"perf record -p PID\" records the daemon"),
	IGNORED(0, "debug", "[=WHAT]", "\"xbeatctl explain\" gives reasons"),
	{'g', "log-file", "FILE", ANY_NAME, take_log_file, 0,
	 "the log goes to stderr and to syslog"},

	REFUSED('C', "check", ANY_NAME,
		"xbeatd does not check servers without VRRP; leave the option out"),
	REFUSED('T', "genhash", ANY_NAME, "xbeat has no genhash; use that of keepalived"),
	REFUSED('V', "dont-release-vrrp", KEEPALIVED_NAME, KEPT),
	REFUSED(0, "dont-release-vrrp", OWN_NAME, KEPT),
};

static bool exists(const struct row *row, const struct options *options)
{
	return row->under == ANY_NAME || (row->under == KEEPALIVED_NAME) == options->keepalived;
}

static int take_help(struct options *options, const struct row *row, char *const *argv)
{
	(void)row;
	(void)argv;
	printf("usage: %s [OPTION...]\n", options->keepalived ? KEEPALIVED : "xbeatd");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *argument = rows[i].argument ? rows[i].argument : "";
		char letter[4] = "  ", form[64] = "";

		if (!exists(&rows[i], options) || !rows[i].text ||
		    rows[i].take == take_without_effect || rows[i].take == take_refused ||
		    rows[i].take == take_log_file)
			continue;
		if (rows[i].letter)
			snprintf(letter, sizeof(letter), "-%c", rows[i].letter);
		if (rows[i].name)
			snprintf(form, sizeof(form), "--%s%s%s", rows[i].name,
				 *argument && *argument != '[' ? "=" : "", argument);
		else
			snprintf(form, sizeof(form), "%s", argument);
		printf("  %s %-30s %s\n", letter, form, rows[i].text);
	}
	puts("Other options of keepalived are accepted: xbeatd(8).");
	return EXIT_SUCCESS;
}

struct forms {
	char letters[3 * ARRAY_SIZE(rows) + 1];
	struct option names[ARRAY_SIZE(rows) + 1];
};

static int argument_kind(const struct row *row)
{
	if (!row->argument)
		return no_argument;
	return row->argument[0] == '[' || row->take == take_file_or_foreground ? optional_argument
									       : required_argument;
}

/* For getopt_long(3): letters stand for themselves, names for their row. */
static void make_forms(struct forms *forms, const struct options *options)
{
	char *letter = forms->letters;
	struct option *name = forms->names;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int kind = argument_kind(&rows[i]);

		if (!exists(&rows[i], options))
			continue;
		if (rows[i].letter) {
			*letter++ = (char)rows[i].letter;
			for (int colon = 0; colon < kind; colon++)
				*letter++ = ':';
		}
		if (rows[i].name)
			*name++ = (struct option){rows[i].name, kind, NULL, LONG_FIRST + (int)i};
	}
}

/* NULL: there is no such option, which getopt_long(3) has reported. */
static const struct row *find(int option, const struct options *options)
{
	if (option >= LONG_FIRST)
		return &rows[option - LONG_FIRST];
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].letter == option && exists(&rows[i], options))
			return &rows[i];
	return NULL;
}

static void set_defaults(struct options *options)
{
	if (!options->config_path)
		options->config_path = options->keepalived ? KEEPALIVED_CONFIG : CONFIG_DEFAULT;
	/* xbeatd's -i is both, unless it is the default. */
	if (!options->config_id && !options->keepalived && options->daemon_name &&
	    strcmp(options->daemon_name, XB_DAEMON_NAME_DEFAULT) != 0)
		options->config_id = options->daemon_name;
}

static bool is_keepalived(const char *program)
{
	const char *slash = strrchr(program, '/');

	return !strcmp(slash ? slash + 1 : program, KEEPALIVED);
}

int options_parse(int argc, char **argv, struct options *options)
{
	struct forms forms = {0};
	int option, status = GO_ON;

	*options = (struct options){.facility = LOG_DAEMON, .umask = -1};
	options->keepalived = argc > 0 && is_keepalived(argv[0]);
	make_forms(&forms, options);
	while (status == GO_ON &&
	       (option = getopt_long(argc, argv, forms.letters, forms.names, NULL)) != -1) {
		const struct row *row = find(option, options);

		status = row ? row->take(options, row, argv) : usage_status(options);
	}
	if (status == GO_ON && optind < argc) {
		log_error("\"%s\" is not an option; give the configuration with -f FILE",
			  argv[optind]);
		return usage_status(options);
	}
	set_defaults(options);
	return status;
}

bool options_is_daemon_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < XB_DAEMON_NAME_BYTES &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
		       length;
}
