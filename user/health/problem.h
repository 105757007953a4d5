/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of problems, which the rules of this room fill. */
#ifndef XBEAT_HEALTH_PROBLEM_H
#define XBEAT_HEALTH_PROBLEM_H

#include <jansson.h>
#include <stdbool.h>

enum health_severity { HEALTH_ERROR, HEALTH_WARNING, HEALTH_INFO };

struct problem {
	enum health_severity severity;
	const char *kind; /* for programs: "peer", "instance", … */
	const char *subject; /* a node, instance, interface, … */
	const char *remedy;
	const char *reason; /* of when it began, with its figures; NULL: none, or in the text */
	const json_t *age; /* a number of ns; NULL: unknown */
};

#define REMEDY_BYTES 512

/* Writes a remedy; returns text. */
const char *problem_remedy(char text[static REMEDY_BYTES], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A name in a command to copy: itself, or "NAME" if a shell might read more in it. */
const char *problem_word(const char *name);

/* Appends a problem with its text, a format. */
void problem_add(json_t *list, const struct problem *problem, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A text of an object; "": there is none. */
const char *problem_text(const json_t *object, const char *name);

/* Whether a field of an object is there and true. */
bool problem_flag(const json_t *object, const char *name);

#endif
