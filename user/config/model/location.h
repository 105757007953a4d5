/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a thing stands in a configuration. */
#ifndef XBEAT_CONFIG_MODEL_LOCATION_H
#define XBEAT_CONFIG_MODEL_LOCATION_H

struct config_location {
	unsigned line;
	unsigned column;
	unsigned source; /* number of the file; 0: the configuration itself */
	unsigned expansion; /* number of the use of a definition it comes from; 0: none */
};

#endif
