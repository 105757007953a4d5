/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Releases the keys of auth_hmac. */
#ifndef XBEAT_CONFIG_MODEL_SIGNING_H
#define XBEAT_CONFIG_MODEL_SIGNING_H

#include "user/config/model/config.h"

void config_signing_free(struct config_signing *signing);

#endif
