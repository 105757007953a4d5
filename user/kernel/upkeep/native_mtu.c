/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaves native mode where the MTU has become too large for it; see native_mtu.h. */
#include "user/kernel/upkeep/native_mtu.h"
#include "user/kernel/interfaces/mode_switch.h"
#include "user/kernel/system/mtu.h"
#include "user/kernel/upkeep/answer_way.h"
#include "user/lib/log.h"
#include <stdio.h>

static void leave_native(struct kernel *kernel, struct attachment *attachment, uint32_t mtu)
{
	if (attachment->wish == ATTACH_NATIVE) {
		snprintf(
			attachment->reason, sizeof(attachment->reason),
			"MTU %u is more than native XDP carries, except with drivers that know fragments: large packets may be lost; lower it, or write \"mode auto\"",
			mtu);
		log_warning("interface %s: %s", attachment->interface, attachment->reason);
		return;
	}
	log_warning(
		"interface %s: MTU %u is more than native XDP carries, except with drivers that know fragments: the program is attached again, in generic mode if the driver refuses native mode",
		attachment->interface, mtu);
	mode_switch_start_mtu(kernel, attachment, mtu);
}

void kernel_follow_mtu(struct kernel *kernel, const char *interface, uint32_t mtu)
{
	struct attachment *attachment = (struct attachment *)kernel_attachment(kernel, interface);
	uint32_t most = mtu_native_limit();

	/* While the mode is being changed, the MTU changes because of that. */
	if (!attachment || !mtu || mode_switch_in_progress(attachment))
		return;
	if (attachment->native && mtu > most && mtu > attachment->native_mtu)
		leave_native(kernel, attachment, mtu);
	else if (!attachment->native && attachment->mtu_refused && mtu <= most &&
		 kernel_holds_nothing(kernel))
		mode_switch_start(kernel, attachment, true);
}
