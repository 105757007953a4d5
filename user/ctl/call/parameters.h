/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parameters of a method from the arguments of its verb: a new JSON object, or NULL after
 * logging what is wrong with them.
 */
#ifndef XBEAT_CTL_CALL_PARAMETERS_H
#define XBEAT_CTL_CALL_PARAMETERS_H

#include "user/ctl/call/command.h"
#include <jansson.h>

json_t *parameters_instance(const struct command *command); /* [INSTANCE] */
json_t *parameters_failover(const struct command *command); /* INSTANCE [-t TIME] [--force] */
json_t *parameters_drain(const struct command *command); /* [--force] */
json_t *parameters_stop(const struct command *command); /* [--keep] */
json_t *parameters_priority(const struct command *command); /* INSTANCE N|default */

#endif
