// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl import" of what is no configuration of keepalived: prints blocks of xbeat.conf. */
#include "user/ctl/convert/convert.h"
#include "user/ctl/call/output.h"
#include "user/ctl/file/import.h"
#include "user/lib/cleanup.h"
#include "user/lib/log.h"
#include "user/lib/printable.h"

#define HAPROXY_FILE "/etc/haproxy/haproxy.cfg"

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void log_errors(const json_t *conversion)
{
	const json_t *error;
	size_t index;

	json_array_foreach(json_object_get(conversion, "errors"), index, error)
	{
		json_int_t line = json_integer_value(json_object_get(error, "line"));

		if (line > 0)
			log_error("%s:%" JSON_INTEGER_FORMAT ": %s", text_of(conversion, "file"),
				  line, text_of(error, "text"));
		else
			log_error("%s: %s", text_of(conversion, "file"), text_of(error, "text"));
	}
}

static void print_blocks(const json_t *conversion)
{
	_cleanup_free_ char *blocks =
		printable_text(text_of(conversion, "blocks"), PRINTABLE_LINES);

	printf("# Made from %s by xbeatctl import\n%s", text_of(conversion, "file"),
	       blocks ? blocks : "");
}

enum convert_source import_source(const struct command *command, const char *text)
{
	if (command->from)
		return convert_source_named(command->from);
	return text ? convert_detect(text) : CONVERT_KEEPALIVED;
}

const char *import_default_file(const struct command *command)
{
	return import_source(command, NULL) == CONVERT_HAPROXY ? HAPROXY_FILE
							       : IMPORT_KEEPALIVED_FILE;
}

enum command_status import_converted(const struct command *command, enum convert_source source,
				     const char *path, const char *text)
{
	json_t *conversion = convert(source, path, text, command->address);
	bool failed;
	enum command_status status;

	if (!conversion) {
		log_error("'%s' is not an address; write 10.0.0.1, 10.0.0.1:80 or [2001:db8::1]:80",
			  command->address);
		return COMMAND_USAGE;
	}
	failed = json_array_size(json_object_get(conversion, "errors")) > 0;
	log_errors(conversion);
	if (command->json)
		output_json(conversion);
	else if (!failed)
		print_blocks(conversion);
	json_decref(conversion);
	status = output_finish();
	return status == COMMAND_OK && failed ? COMMAND_FAILED : status;
}
