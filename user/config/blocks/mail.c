// SPDX-License-Identifier: GPL-2.0-or-later
/* Mail about changes of state: notification_email, smtp_server and what belongs to them. */
#include "user/config/blocks/mail.h"
#include "user/config/blocks/globals.h"
#include <stdlib.h>
#include <string.h>

#define PORT_DEFAULT 25

/* keepalived takes any text, which a server then refuses. */
static void warn_of_address(struct config_parser *parser, const struct config_token *token)
{
	if (strpbrk(token->text, " \t<>"))
		config_warning(
			parser, token->location,
			"'%s' is more than a mail address, which servers refuse; write \"user@example.org\"",
			token->text);
}

/* Appends to the list, which a NULL ends. */
static void add_recipient(struct config_mail *mail, const char *address)
{
	size_t entries = mail->recipient_count ? mail->recipient_count + 1 : 0;

	mail->recipients = array_grow(mail->recipients, &entries, sizeof(char *));
	if (entries == 1)
		mail->recipients = array_grow(mail->recipients, &entries, sizeof(char *));
	mail->recipients[mail->recipient_count++] = text_copy(address);
}

static void read_recipients(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	(void)block;
	(void)keyword;
	for (size_t i = 0; i < statement->count; i++) {
		warn_of_address(parser, &statement->tokens[i]);
		add_recipient(&parser->config->mail, statement->tokens[i].text);
	}
}

void config_read_recipients(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	size_t count = parser->config->mail.recipient_count;

	config_parser_list(parser, block, keyword->name, statement->tokens[0].location,
			   read_recipients);
	if (parser->config->mail.recipient_count == count)
		config_warning(parser, statement->tokens[0].location,
			       "%s is empty; write \"%s\", or remove it", keyword->name,
			       keyword->usage);
}

static bool read_port(struct config_parser *parser, const struct config_token *token,
		      uint16_t *port)
{
	uint64_t number;

	if (config_parse_number(token->text, &number) || !number || number > UINT16_MAX) {
		config_error(parser, token->location, "'%s' is not a port; 1 to 65535 is allowed",
			     token->text);
		return false;
	}
	*port = (uint16_t)number;
	return true;
}

void config_read_mail_server(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	struct config_mail *mail = &parser->config->mail;

	(void)block;
	(void)keyword;
	mail->port = PORT_DEFAULT;
	if (statement->count > 2 && !read_port(parser, &statement->tokens[2], &mail->port))
		return;
	free(mail->server);
	mail->server = text_copy(statement->tokens[1].text);
}

void config_read_mail_text(struct config_parser *parser, struct config_block *block,
			   const struct config_keyword *keyword,
			   const struct config_statement *statement)
{
	struct config_block whole = {.type = block->type, .target = parser->config};

	if (keyword->offset == offsetof(struct config, mail.from))
		warn_of_address(parser, &statement->tokens[1]);
	config_read_string(parser, &whole, keyword, statement);
}

/* Once for the file. */
static void warn_of_silence(struct config_parser *parser, struct config_location location)
{
	const struct config_mail *mail = &parser->config->mail;

	if (!mail->server)
		config_warning(
			parser, location,
			"smtp_alert sends nothing without a server; add \"smtp_server HOST\" to global_defs");
	else if (!mail->recipient_count)
		config_warning(
			parser, location,
			"smtp_alert sends nothing without recipients; add \"notification_email { ADDRESS }\" to global_defs");
}

/* Returns something that has smtp_alert in effect, or NULL. */
static const struct config_location *find_alert(const struct config *config)
{
	for (size_t i = 0; i < config->instance_count; i++)
		if (config->instances[i].notify.mail)
			return &config->instances[i].location;
	for (size_t i = 0; i < config->group_count; i++)
		if (config->groups[i].notify.mail)
			return &config->groups[i].location;
	return NULL;
}

void config_finalize_mail(struct config_parser *parser)
{
	struct config *config = parser->config;
	const struct config_location *alert;

	for (size_t i = 0; i < config->group_count; i++)
		if (!config->groups[i].notify.has_mail)
			config->groups[i].notify.mail = parser->globals->defaults.notify.mail;
	if (config->mail.server && !config->mail.timeout_s)
		config->mail.timeout_s = 1; /* as keepalived */
	alert = find_alert(config);
	if (alert)
		warn_of_silence(parser, *alert);
}
