/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints a configuration in its own grammar, including defaults: for people ("xbeatctl config"),
 * and to detect what a reload changes. Parsing the printed text yields the same configuration.
 */
#ifndef XBEAT_CONFIG_PRINT_PRINT_H
#define XBEAT_CONFIG_PRINT_PRINT_H

#include "user/config/model/config.h"
#include <stdio.h>

/* Each returns a new text (to be freed); aborts if out of memory. Two texts are equal exactly if
 * the configurations are. Passwords are printed, because they are compared, too. */
char *config_print(const struct config *config);
char *config_print_heartbeat(const struct config_heartbeat *heartbeat);
char *config_print_instance(const struct config_instance *instance);
char *config_print_group(const struct config *config, const struct config_group *group);
char *config_print_script(const struct config_script *script);
char *config_print_process(const struct config_process *process);
char *config_print_file(const struct config_file *file);
char *config_print_app(const struct config_app *app);
char *config_print_pool(const struct config_pool *pool);
char *config_print_probe(const struct config_probe *probe);

/* One line of virtual_routes or virtual_rules, without its newline. */
void config_route_print(FILE *out, const struct config_route *route);
void config_rule_print(FILE *out, const struct config_rule *rule);

#endif
