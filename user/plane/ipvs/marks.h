/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nftables_ipvs: the addresses of a group become one service of a mark, in each family, and nftables
 * gives their packets that mark. The owner of the plane sets a service for each address as ever.
 */
#ifndef XBEAT_PLANE_IPVS_MARKS_H
#define XBEAT_PLANE_IPVS_MARKS_H

#include "user/plane/ipvs/state.h"

/* Whether a service is to be reached by a mark of ours. */
bool ipvs_marks_wanted(const struct ipvs_plane *plane, const struct plane_service *service);

/* Returns the address of a service that is reached by a mark; NULL: it is not. */
struct ipvs_service *ipvs_marks_find(const struct ipvs_plane *plane,
				     const struct plane_service *service);

/* Gives the packets of a service the mark of its pool; no other pool's may have them. Returns the
 * service of the mark. */
struct plane_service ipvs_marks_add(struct ipvs_plane *plane, const struct plane_service *service);

/* Takes it away. Returns the service of the mark, and whether no address is left that uses it. */
struct plane_service ipvs_marks_remove(struct ipvs_plane *plane, struct ipvs_service *address,
				       bool *unused);

/* The service of the mark of an address. */
struct plane_service ipvs_marks_service(const struct ipvs_service *address);

/* A mark of an earlier daemon: the pool gets the same one again. */
struct ipvs_mark *ipvs_marks_remember(struct ipvs_plane *plane, uint32_t number, const char *pool);

/* Marks that no address uses are free for others. */
void ipvs_marks_forget(struct ipvs_plane *plane);

/* Replaces the tables if anything has changed. */
void ipvs_marks_apply(struct ipvs_plane *plane);

/* From time to time: puts them back if another program has removed or changed them. */
void ipvs_marks_check(struct ipvs_plane *plane);

void ipvs_marks_stop(struct ipvs_plane *plane);
void ipvs_marks_free(struct ipvs_plane *plane);

#endif
