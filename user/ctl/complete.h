/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completion for shells: "xbeatctl __complete WORD..." prints what the last of the words may become,
 * one a line, with a tab and a description where there is one; ":file": a file.
 */
#ifndef XBEAT_CTL_COMPLETE_H
#define XBEAT_CTL_COMPLETE_H

#define COMPLETE_VERB "__complete"

/* argv: the words after the name of the program. */
void complete(int argc, char **argv);

#endif
