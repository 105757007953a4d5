// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints a configuration: global_defs, what stands outside all blocks, and the blocks in the order
 * that keepalived needs.
 */
#include "user/config/print/printer.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include <stdlib.h>

char *config_print_script(const struct config_script *script)
{
	struct config_command program = {.arguments = script->command.arguments};
	struct config_printer printer;

	config_printer_open(&printer);
	config_print_open(&printer, "vrrp_script", script->name);
	config_print_command(&printer, "script", &program);
	config_print_user(&printer, "user", &script->command);
	config_print_seconds(&printer, "interval", script->interval_ns);
	config_print_seconds(&printer, "timeout", script->timeout_ns);
	config_print_line(&printer, "rise %u", script->rise);
	config_print_line(&printer, "fall %u", script->fall);
	config_print_weight(&printer, script->weight, script->reverse);
	config_print_flag(&printer, "init_fail", script->init_fail);
	config_print_close(&printer);
	return config_printer_close(&printer);
}

static void print_param_match(struct config_printer *printer, const struct config_process *process)
{
	if (process->match_partial)
		config_print_line(printer, "param_match partial");
	else if (process->match_initial)
		config_print_line(printer, "param_match initial");
	else if (process->match_parameters && !process->command[1])
		config_print_line(printer, "param_match");
}

/* A quorum of 0 follows from "quorum_max 0"; no number sets it. */
static void print_quorum(struct config_printer *printer, const struct config_process *process)
{
	if (process->quorum)
		config_print_line(printer, "quorum %u", process->quorum);
	if (process->quorum_max != UINT32_MAX)
		config_print_line(printer, "quorum_max %u", process->quorum_max);
}

char *config_print_process(const struct config_process *process)
{
	struct config_printer printer;

	config_printer_open(&printer);
	config_print_open(&printer, "vrrp_track_process", process->name);
	config_print_indent(&printer);
	fputs("process", printer.stream);
	config_write_arguments(printer.stream, process->command);
	fputc('\n', printer.stream);
	print_param_match(&printer, process);
	config_print_flag(&printer, "full_command", process->full_command);
	print_quorum(&printer, process);
	config_print_delay(&printer, "fork_delay", process->fork_delay_ns);
	config_print_delay(&printer, "terminate_delay", process->terminate_delay_ns);
	config_print_weight(&printer, process->weight, process->reverse);
	config_print_close(&printer);
	return config_printer_close(&printer);
}

/* keepalived prefers track_file, but all of its versions know vrrp_track_file. */
char *config_print_file(const struct config_file *file)
{
	struct config_printer printer;

	config_printer_open(&printer);
	config_print_open(&printer, "vrrp_track_file", file->name);
	config_print_token(&printer, "file", file->path);
	config_print_weight(&printer, file->weight, file->reverse);
	if (file->init)
		config_print_line(&printer, "init_file %d%s", file->init_value,
				  file->init_overwrite ? " overwrite" : "");
	config_print_close(&printer);
	return config_printer_close(&printer);
}

static void print_duration(struct config_printer *printer, const char *keyword,
			   uint64_t duration_ns)
{
	char text[CONFIG_DURATION_TEXT_BYTES];

	config_print_line(printer, "%s %s", keyword, config_format_duration(duration_ns, text));
}

static void print_app_user(struct config_printer *printer, const struct config_app *app)
{
	config_print_indent(printer);
	fputs("user ", printer->stream);
	config_write_token(printer->stream, app->user);
	if (*app->group) {
		fputc(' ', printer->stream);
		config_write_token(printer->stream, app->group);
	}
	fputc('\n', printer->stream);
}

char *config_print_app(const struct config_app *app)
{
	struct config_printer printer;

	config_printer_open(&printer);
	config_print_open(&printer, "vrrp_app", app->name);
	print_duration(&printer, "timeout", app->timeout_ns);
	if (*app->user)
		print_app_user(&printer, app);
	if (app->notify_socket)
		config_print_token(&printer, "notify_socket", app->notify_socket);
	config_print_weight(&printer, app->weight, app->reverse);
	config_print_close(&printer);
	return config_printer_close(&printer);
}

static void print_node(struct config_printer *printer, const struct config_node *node)
{
	char text[ADDRESS_TEXT_BYTES];

	config_print_indent(printer);
	fprintf(printer->stream, "node %u ", node->id);
	config_write_token(printer->stream, node->name);
	for (size_t i = 0; i < node->address_count; i++)
		fprintf(printer->stream, " %s", address_format(&node->addresses[i], text));
	fputs(node->witness ? " witness\n" : "\n", printer->stream);
}

static void print_link(struct config_printer *printer, const char *interface, bool routed)
{
	config_print_indent(printer);
	fputs("interface ", printer->stream);
	config_write_token(printer->stream, interface);
	fputs(routed ? " routed\n" : "\n", printer->stream);
}

/* With a fixed detection time its bounds would be reported as having no effect. */
static void print_detection(struct config_printer *printer,
			    const struct config_heartbeat *heartbeat)
{
	if (!heartbeat->multiplier_auto) {
		config_print_line(printer, "multiplier %u", heartbeat->multiplier);
		return;
	}
	config_print_line(printer, "multiplier auto");
	print_duration(printer, "detection_min", heartbeat->detection_min_ns);
	print_duration(printer, "detection_max", heartbeat->detection_max_ns);
}

char *config_print_heartbeat(const struct config_heartbeat *heartbeat)
{
	struct config_printer printer;

	config_printer_open(&printer);
	config_print_open(&printer, "heartbeat", heartbeat->name);
	for (size_t i = 0; i < heartbeat->interface_count; i++)
		print_link(&printer, heartbeat->interfaces[i], heartbeat->routed[i]);
	if (heartbeat->second_port)
		config_print_line(&printer, "port %u %u", heartbeat->port, heartbeat->second_port);
	else
		config_print_line(&printer, "port %u", heartbeat->port);
	config_print_line(&printer, "cluster_id %u", heartbeat->cluster_id);
	config_print_token(&printer, "key_file", heartbeat->key_file);
	print_duration(&printer, "interval", heartbeat->interval_ns);
	print_detection(&printer, heartbeat);
	print_duration(&printer, "daemon_timeout", heartbeat->daemon_timeout_ns);
	print_duration(&printer, "guard_timeout", heartbeat->guard_timeout_ns);
	print_duration(&printer, "restart_grace", heartbeat->restart_grace_ns);
	config_print_line(&printer, "on_isolated %s",
			  heartbeat->release_isolated ? "release" : "keep");
	if (heartbeat->mode != CONFIG_XDP_AUTO)
		config_print_line(&printer, "mode %s", config_xdp_mode_name(heartbeat->mode));
	for (size_t i = 0; i < heartbeat->node_count; i++)
		print_node(&printer, &heartbeat->nodes[i]);
	config_print_close(&printer);
	return config_printer_close(&printer);
}

static void print_mail(struct config_printer *printer, const struct config_mail *mail)
{
	if (mail->recipients) {
		config_print_open(printer, "notification_email", NULL);
		for (size_t i = 0; i < mail->recipient_count; i++) {
			config_print_indent(printer);
			config_write_token(printer->stream, mail->recipients[i]);
			fputc('\n', printer->stream);
		}
		config_print_close(printer);
	}
	config_print_text(printer, "notification_email_from", mail->from);
	if (mail->server) {
		config_print_indent(printer);
		fputs("smtp_server ", printer->stream);
		config_write_token(printer->stream, mail->server);
		fprintf(printer->stream, " %u\n", mail->port);
		config_print_line(printer, "smtp_connect_timeout %u", mail->timeout_s);
	}
	config_print_text(printer, "smtp_helo_name", mail->helo);
	config_print_flag(printer, "no_email_faults", mail->no_faults);
}

static void print_own_script(struct config_printer *printer, const char *keyword,
			     const struct config_own_script *script)
{
	char timeout[64];

	config_print_command(printer, keyword, &script->command);
	snprintf(timeout, sizeof(timeout), "%s_timeout", keyword);
	if (script->command.arguments)
		config_print_seconds(printer, timeout, script->timeout_ns);
}

static void print_globals(struct config_printer *printer, const struct config *config)
{
	config_print_open(printer, "global_defs", NULL);
	if (*config->router_id)
		config_print_token(printer, "router_id", config->router_id);
	if (config->realtime_priority)
		config_print_line(printer, "vrrp_rt_priority %d", config->realtime_priority);
	config_print_flag(printer, "no_realtime", config->no_realtime);
	config_print_line(printer, "vrrp_priority %d", config->nice);
	config_print_delay(printer, "vrrp_startup_delay", config->startup_delay_ns);
	config_print_delay(printer, "vrrp_delay_after_boot", config->delay_after_boot_ns);
	config_print_delay(printer, "vrrp_garp_interval", config->garp_interval_ns);
	config_print_delay(printer, "vrrp_gna_interval", config->gna_interval_ns);
	if (*config->vmac_addr_prefix)
		config_print_token(printer, "vmac_addr_prefix", config->vmac_addr_prefix);
	config_print_user(printer, "script_user", &config->script_user);
	config_print_flag(printer, "enable_script_security", config->script_security);
	config_print_flag(printer, "fifo_write_vrrp_states_on_reload", config->fifo_states);
	config_print_flag(printer, "dynamic_interfaces", config->dynamic_interfaces);
	if (config->reload_file && !*config->reload_file)
		config_print_line(printer, "reload_file");
	else
		config_print_text(printer, "reload_file", config->reload_file);
	config_print_text(printer, "net_namespace", config->net_namespace);
	config_print_text(printer, "instance", config->daemon_instance);
	config_print_flag(printer, "use_pid_dir", config->pid_directory);
	print_own_script(printer, "startup_script", &config->startup_script);
	print_own_script(printer, "shutdown_script", &config->shutdown_script);
	config_print_line(printer, "umask 0%o", config->umask);
	config_print_text(printer, "state_dump_file", config->state_dump_file);
	config_print_text(printer, "stats_dump_file", config->stats_dump_file);
	config_print_text(printer, "json_dump_file", config->json_dump_file);
	config_print_text(printer, "config_save_dir", config->config_save_dir);
	if (config->json_version != 1)
		config_print_line(printer, "json_version %u", config->json_version);
	print_mail(printer, &config->mail);
	config_print_fifo(printer, "notify_fifo", config->notify_fifo, &config->notify_fifo_owner);
	config_print_command(printer, "notify_fifo_script", &config->notify_fifo_script);
	config_print_fifo(printer, "vrrp_notify_fifo", config->vrrp_notify_fifo,
			  &config->vrrp_notify_fifo_owner);
	config_print_command(printer, "vrrp_notify_fifo_script", &config->vrrp_notify_fifo_script);
	config_print_pool_globals(printer, &config->pools);
	config_print_close(printer);
}

/* Static addresses always print their interface, because its default may change. */
static void print_static_addresses(struct config_printer *printer, const struct config *config)
{
	if (!config->static_address_count)
		return;
	config_print_open(printer, "static_ipaddress", NULL);
	for (size_t i = 0; i < config->static_address_count; i++) {
		struct config_vip address = config->static_addresses[i];

		address.has_interface = true;
		config_print_vip(printer, &address);
	}
	config_print_close(printer);
}

static void print_interface_delays(struct config_printer *printer, const struct config *config)
{
	if (!config->interface_delay_count)
		return;
	config_print_open(printer, "interface_up_down_delays", NULL);
	for (size_t i = 0; i < config->interface_delay_count; i++) {
		const struct config_interface_delay *delay = &config->interface_delays[i];

		config_print_indent(printer);
		config_write_token(printer->stream, delay->interface);
		fprintf(printer->stream, " %.9g %.9g\n", (double)delay->down_ns / NS_PER_SECOND,
			(double)delay->up_ns / NS_PER_SECOND);
	}
	config_print_close(printer);
}

static void print_garp_groups(struct config_printer *printer, const struct config *config)
{
	for (size_t i = 0; i < config->garp_group_count; i++) {
		const struct config_garp_group *group = &config->garp_groups[i];

		config_print_open(printer, "garp_group", NULL);
		config_print_seconds(printer, "garp_interval", group->garp_interval_ns);
		config_print_seconds(printer, "gna_interval", group->gna_interval_ns);
		config_print_open(printer, "interfaces", NULL);
		for (size_t k = 0; k < group->interface_count; k++) {
			config_print_indent(printer);
			config_write_token(printer->stream, group->interfaces[k]);
			fputc('\n', printer->stream);
		}
		config_print_close(printer);
		config_print_close(printer);
	}
}

/* Appends a block that was printed separately. */
static void append(struct config_printer *printer, char *block)
{
	fputs(block, printer->stream);
	free(block);
}

char *config_print(const struct config *config)
{
	struct config_printer printer;

	config_printer_open(&printer);
	print_globals(&printer, config);
	print_interface_delays(&printer, config);
	print_garp_groups(&printer, config);
	print_static_addresses(&printer, config);
	config_print_routes(&printer, "static_routes", &config->static_routes);
	config_print_rules(&printer, "static_rules", &config->static_rules);
	if (config->heartbeat)
		append(&printer, config_print_heartbeat(config->heartbeat));
	for (size_t i = 0; i < config->script_count; i++)
		append(&printer, config_print_script(&config->scripts[i]));
	for (size_t i = 0; i < config->process_count; i++)
		append(&printer, config_print_process(&config->processes[i]));
	for (size_t i = 0; i < config->file_count; i++)
		append(&printer, config_print_file(&config->files[i]));
	for (size_t i = 0; i < config->app_count; i++)
		append(&printer, config_print_app(&config->apps[i]));
	for (size_t i = 0; i < config->pools.check_count; i++)
		append(&printer, config_print_probe(&config->pools.checks[i]));
	config_print_tls(&printer, &config->pools.tls);
	config_print_server_groups(&printer, &config->pools);
	config_print_bfd(&printer, &config->pools);
	for (size_t i = 0; i < config->pools.count; i++)
		append(&printer, config_print_pool(&config->pools.list[i]));
	for (size_t i = 0; i < config->group_count; i++)
		append(&printer, config_print_group(config, &config->groups[i]));
	for (size_t i = 0; i < config->instance_count; i++)
		append(&printer, config_print_instance(&config->instances[i]));
	return config_printer_close(&printer);
}
