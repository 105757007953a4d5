/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Active whose adverts do not leave this machine. */
#ifndef XBEAT_VRRP_RULES_SENDING_H
#define XBEAT_VRRP_RULES_SENDING_H

#include "user/vrrp/state/instance.h"

/* An advert has been sent, or could not be: an Active whose adverts have all failed for
 * Active_Down_Interval gives up, unless no node could take over. */
void instance_check_sending(struct instance *instance);

/* INSTANCE_TIMER_SENDING: tries whether adverts would leave now. */
void instance_try_sending(struct instance *instance);

/* Why an Active that cannot send stays Active, or NULL. */
const char *instance_stays_unheard_reason(const struct instance *instance);

#endif
