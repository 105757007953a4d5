/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last number of a signed advert (auth_hmac, anti_replay monotonic), kept over stops
 * (XB_SEQUENCE_FILE): receivers refuse a lower one for good, and the clock may have gone back since
 * it was made.
 */
#ifndef XBEAT_DAEMON_FILES_SEQUENCE_FILE_H
#define XBEAT_DAEMON_FILES_SEQUENCE_FILE_H

struct kernel;

/* Numbers begin after the one in the file, if there is one. */
void sequence_file_load(struct kernel *kernel);

/* Writes it, if an instance has used one. May wait for the disk. A failure is logged. */
void sequence_file_save(const struct kernel *kernel);

#endif
