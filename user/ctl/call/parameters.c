// SPDX-License-Identifier: GPL-2.0-or-later
/* Arguments as parameters: see parameters.h. Only the daemon knows whether an instance exists. */
#include "user/ctl/call/parameters.h"
#include "user/lib/log.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* On the wire 255 is the address owner's priority, and 0 releases the Active role. */
#define PRIORITY_MIN 1
#define PRIORITY_MAX 254
#define PRIORITY_CONFIGURED 0

json_t *parameters_instance(const struct command *command)
{
	json_t *parameters;

	if (command->argument_count == 0)
		return json_object();
	parameters = json_pack("{s:s}", "instance", command->arguments[0]);
	if (!parameters)
		log_error("the instance name is not valid UTF-8");
	return parameters;
}

json_t *parameters_drain(const struct command *command)
{
	json_t *parameters = json_object();

	if (command->force)
		json_object_set_new(parameters, "force", json_true());
	return parameters;
}

json_t *parameters_stop(const struct command *command)
{
	return json_pack("{s:b}", "keep", command->keep);
}

json_t *parameters_failover(const struct command *command)
{
	json_t *parameters = parameters_instance(command);

	if (parameters && command->force)
		json_object_set_new(parameters, "force", json_true());
	if (parameters && command->duration_ns > 0)
		json_object_set_new(parameters, "duration_ns",
				    json_integer((json_int_t)command->duration_ns));
	return parameters;
}

static bool parse_priority(const char *text, json_int_t *priority)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (strcmp(text, "default") == 0) {
		*priority = PRIORITY_CONFIGURED;
		return true;
	}
	if (!isdigit((unsigned char)*text) || *end || value < PRIORITY_MIN || value > PRIORITY_MAX)
		return false;
	*priority = (json_int_t)value;
	return true;
}

json_t *parameters_priority(const struct command *command)
{
	json_int_t priority;
	json_t *parameters;

	if (!parse_priority(command->arguments[1], &priority)) {
		log_error("'%s' is not a priority; use %d to %d, or default for the configured one",
			  command->arguments[1], PRIORITY_MIN, PRIORITY_MAX);
		return NULL;
	}
	parameters = parameters_instance(command);
	if (parameters)
		json_object_set_new(parameters, "priority", json_integer(priority));
	return parameters;
}
