/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See replace.h. */
#include "user/kernel/interfaces/replace.h"
#include "user/kernel/skeleton.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"

static int program_of(const int fds[static KERNEL_PROGRAMS], const struct attachment *attachment)
{
	return fds[attachment->ip_only ? KERNEL_XDP_IP : KERNEL_XDP];
}

int kernel_replace_programs(struct kernel *kernel, const int old_fds[static KERNEL_PROGRAMS],
			    size_t *count)
{
	int error = skeleton_hold_programs(kernel);

	for (*count = 0; !error && *count < kernel->attachment_count; ++*count) {
		struct attachment *attachment = &kernel->attachments[*count];

		error = attach_replace(attachment, program_of(old_fds, attachment));
		if (error)
			log_error("interface %s: cannot replace the XDP program: %s",
				  attachment->interface, limits_strerror(-error));
	}
	return error;
}

void kernel_put_programs_back(struct kernel *kernel, const int old_fds[static KERNEL_PROGRAMS],
			      size_t count)
{
	skeleton_hold_programs(kernel);
	for (size_t i = 0; i < count; i++)
		attach_replace(&kernel->attachments[i],
			       program_of(old_fds, &kernel->attachments[i]));
}
