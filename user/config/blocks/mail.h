/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keywords of global_defs that say where mail goes. */
#ifndef XBEAT_CONFIG_BLOCKS_MAIL_H
#define XBEAT_CONFIG_BLOCKS_MAIL_H

#include "user/config/syntax/table.h"

/* A text in struct config_mail. */
#define CONFIG_MAIL_TEXT(keyword, what, field)                                                     \
	CONFIG_VALUE(keyword, what, config_read_mail_text, struct config, mail.field)

/* All store into parser->config. */
config_read config_read_recipients;
config_read config_read_mail_server;
config_read config_read_mail_text;

/* Sets what depends on other settings, when instances and groups are finalized. */
void config_finalize_mail(struct config_parser *parser);

#endif
