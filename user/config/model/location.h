/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a part of a configuration is written. */
#ifndef XBEAT_CONFIG_MODEL_LOCATION_H
#define XBEAT_CONFIG_MODEL_LOCATION_H

struct config_location {
	unsigned line;
	unsigned column;
	unsigned source; /* index of the file; 0: the configuration itself */
	unsigned expansion; /* number of the definition's use that it comes from; 0: none */
};

#endif
