/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a configuration file, added and removed without a change of the others. */
#ifndef XBEAT_CTL_FILE_NODE_FILE_H
#define XBEAT_CTL_FILE_NODE_FILE_H

/* Returns where the line of this number (from 1) begins, or NULL. */
const char *node_file_line(const char *text, unsigned number);

/* Returns the text with a line after the line of this number, indented as that one; to be freed.
 * NULL: there is no such line, or no memory. */
char *node_file_add(const char *text, unsigned after, const char *line);

/* Returns the text without the line of this number; to be freed. NULL: likewise, or the line does
 * not begin with these words, whatever is between them. */
char *node_file_remove(const char *text, unsigned number, const char *const words[],
		       unsigned word_count);

/* Writes a text as the file, at once, with its mode and owner. Returns 0 or a negative errno. */
int node_file_write(const char *path, const char *text);

#endif
