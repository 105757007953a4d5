/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xbeat-checker: checks servers for xbeatd, which starts it. It has no privileges. */
#include "user/checker/protocol/protocol.h"
#include "user/lib/log.h"
#include <stdlib.h>

int main(void)
{
	log_open("xbeat-checker", false);
	return EXIT_SUCCESS;
}
