/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the preprocessing stage share. */
#include "user/config/syntax/preprocess.h"
#include <stdlib.h>
#include <string.h>

void config_preprocess_error(const struct config_preprocessor *preprocessor,
			     struct config_location location, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	config_sources_report(&preprocessor->sources, DIAGNOSTIC_ERROR, location, format,
			      arguments);
	va_end(arguments);
}

bool config_preprocess_charge(struct config_preprocessor *preprocessor, size_t bytes,
			      struct config_location location)
{
	if (preprocessor->exhausted)
		return false;
	preprocessor->work_bytes += bytes;
	if (preprocessor->work_bytes <= CONFIG_WORK_BYTES_MAX)
		return true;
	preprocessor->exhausted = true;
	config_preprocess_error(
		preprocessor, location,
		"definitions, loops and includes expand to too much text; simplify them");
	return false;
}
