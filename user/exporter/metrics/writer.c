/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of metrics; see writer.h. */
#include "user/exporter/metrics/writer.h"
#include "user/lib/time.h"
#include <inttypes.h>
#include <string.h>

static const struct {
	const char *name; /* in OpenMetrics */
	const char *old_name;
	const char *suffix; /* of samples */
} types[] = {
	[METRICS_GAUGE] = {"gauge", "gauge", ""},
	[METRICS_COUNTER] = {"counter", "counter", "_total"},
	[METRICS_INFO] = {"info", "gauge", "_info"},
	[METRICS_SUMMARY] = {"summary", "summary", ""},
	[METRICS_HISTOGRAM] = {"histogram", "histogram", ""},
};

/* In help texts and label values. */
static void write_escaped(FILE *output, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n') {
			fputs("\\n", output);
			continue;
		}
		if (*text == '\\' || *text == '"')
			fputc('\\', output);
		fputc(*text, output);
	}
}

static const char *find_unit(const char *name)
{
	const char *last = strrchr(name, '_');

	return last && !strcmp(last, "_seconds") ? last + 1 : NULL;
}

void metrics_family(struct metrics_writer *writer, const char *name, enum metrics_type type,
		    const char *help)
{
	bool open = writer->format == METRICS_OPEN;
	const char *suffix = open ? "" : types[type].suffix;
	const char *unit = open ? find_unit(name) : NULL;

	writer->name = name;
	writer->type = type;
	fprintf(writer->output, "# TYPE %s%s %s\n", name, suffix,
		open ? types[type].name : types[type].old_name);
	if (unit)
		fprintf(writer->output, "# UNIT %s %s\n", name, unit);
	fprintf(writer->output, "# HELP %s%s %s\n", name, suffix, help);
}

/* Also labels beyond the list: le. */
static void begin_sample(const struct metrics_writer *writer, const char *suffix,
			 const struct metrics_label *labels, const char *le)
{
	FILE *output = writer->output;
	char before = '{';

	fprintf(output, "%s%s", writer->name, suffix);
	for (; labels && labels->name; labels++) {
		if (!labels->value || !*labels->value)
			continue;
		fprintf(output, "%c%s=\"", before, labels->name);
		write_escaped(output, labels->value);
		fputc('"', output);
		before = ',';
	}
	if (le)
		fprintf(output, "%cle=\"%s\"", before, le);
	fputs(le || before == ',' ? "} " : " ", output);
}

/* Without a detour through floating point. */
static void format_seconds(char text[static 32], uint64_t ns)
{
	snprintf(text, 32, "%" PRIu64 ".%09" PRIu64, ns / NS_PER_SECOND, ns % NS_PER_SECOND);
}

void metrics_number(const struct metrics_writer *writer, const char *suffix,
		    const struct metrics_label *labels, int64_t value)
{
	begin_sample(writer, suffix, labels, NULL);
	fprintf(writer->output, "%" PRId64 "\n", value);
}

void metrics_count(const struct metrics_writer *writer, const struct metrics_label *labels,
		   int64_t value)
{
	metrics_number(writer, types[writer->type].suffix, labels, value);
}

void metrics_seconds(const struct metrics_writer *writer, const struct metrics_label *labels,
		     uint64_t value_ns)
{
	char text[32];

	format_seconds(text, value_ns);
	begin_sample(writer, types[writer->type].suffix, labels, NULL);
	fprintf(writer->output, "%s\n", text);
}

void metrics_sum(const struct metrics_writer *writer, const struct metrics_label *labels,
		 uint64_t count, uint64_t sum_ns)
{
	char text[32];

	format_seconds(text, sum_ns);
	metrics_number(writer, "_count", labels, (int64_t)count);
	begin_sample(writer, "_sum", labels, NULL);
	fprintf(writer->output, "%s\n", text);
}

void metrics_bucket(const struct metrics_writer *writer, const struct metrics_label *labels,
		    uint64_t bound_ns, uint64_t count)
{
	char text[32];

	format_seconds(text, bound_ns);
	begin_sample(writer, "_bucket", labels, bound_ns == METRICS_NO_BOUND ? "+Inf" : text);
	fprintf(writer->output, "%" PRIu64 "\n", count);
}

void metrics_end(const struct metrics_writer *writer)
{
	if (writer->format == METRICS_OPEN)
		fputs("# EOF\n", writer->output);
}
