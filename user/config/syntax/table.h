/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of keyword tables, one macro for each kind of value. */
#ifndef XBEAT_CONFIG_SYNTAX_TABLE_H
#define XBEAT_CONFIG_SYNTAX_TABLE_H

#include "user/config/syntax/value.h"
#include "user/lib/time.h"

#define CONFIG_DAY_NS (24 * 60 * 60 * NS_PER_SECOND)

#define CONFIG_FIELD(type, field) .offset = offsetof(type, field)
#define CONFIG_ONE_VALUE .values_minimum = 1, .values_maximum = 1

/* A keyword without a value, which stores value (0 or 1) into a bool. */
#define CONFIG_FLAG(keyword, type, field, value)                                                   \
	{                                                                                          \
		.name = (keyword), .usage = keyword, .read = config_read_flag,                     \
		CONFIG_FIELD(type, field), .minimum = (value)                                      \
	}

/* A keyword that asks for what xbeat does anyway. */
#define CONFIG_NOTHING(keyword)                                                                    \
	{                                                                                          \
		.name = (keyword), .usage = keyword, .read = config_read_nothing                   \
	}

/* keepalived's BOOL, "on" if there is no value. The range is unused; all kinds of rows take one. */
#define CONFIG_BOOL(keyword, type, field, low, high)                                               \
	{                                                                                          \
		.name = (keyword), .usage = keyword " [on|off]", .read = config_read_bool,         \
		.values_maximum = 1, CONFIG_FIELD(type, field), .minimum = (low),                  \
		.maximum = (high)                                                                  \
	}

#define CONFIG_SECONDS(keyword, type, field, low, high)                                            \
	{                                                                                          \
		.name = (keyword), .usage = keyword " SECONDS", .read = config_read_duration,      \
		.flags = CONFIG_BARE_SECONDS, CONFIG_ONE_VALUE, CONFIG_FIELD(type, field),         \
		.minimum = (low), .maximum = (high)                                                \
	}

/* Whole numbers; low and high are literals, because the usage shows them. */
#define CONFIG_NUMBER(keyword, reader, type, field, low, high)                                     \
	{                                                                                          \
		.name = (keyword), .usage = keyword " " #low "-" #high, .read = (reader),          \
		CONFIG_ONE_VALUE, CONFIG_FIELD(type, field), .minimum = (low), .maximum = (high)   \
	}
#define CONFIG_U8(keyword, type, field, low, high)                                                 \
	CONFIG_NUMBER(keyword, config_read_u8, type, field, low, high)
#define CONFIG_U32(keyword, type, field, low, high)                                                \
	CONFIG_NUMBER(keyword, config_read_u32, type, field, low, high)

/* A text; its field has room for the NUL. */
#define CONFIG_TEXT(keyword, type, field)                                                          \
	{                                                                                          \
		.name = (keyword), .usage = keyword " NAME", .read = config_read_text,             \
		CONFIG_ONE_VALUE, CONFIG_FIELD(type, field), .bytes = sizeof(((type *)0)->field)   \
	}

/* One value with a reader of its own. */
#define CONFIG_VALUE(keyword, what, reader, type, field)                                           \
	{                                                                                          \
		.name = (keyword), .usage = keyword " " what, .read = (reader), CONFIG_ONE_VALUE,  \
		CONFIG_FIELD(type, field)                                                          \
	}

/* A block of lines or keywords, without a name. */
#define CONFIG_BLOCK(keyword, lines, reader, more_flags)                                           \
	{                                                                                          \
		.name = (keyword), .usage = keyword " { " lines " }", .read = (reader),            \
		.flags = CONFIG_OPENS_BLOCK | (more_flags)                                         \
	}

#endif
