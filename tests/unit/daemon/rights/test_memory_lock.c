/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which memory the loop must never wait for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/daemon/rights/memory_lock.h"
#include "user/lib/array.h"
#include <cmocka.h>

/* Lines as of /proc/PID/maps. */
static void what_the_loop_uses_is_needed(void **state)
{
	static const char *const lines[] = {
		"55d0c0000000-55d0c0021000 r-xp 00002000 fd:01 77 /usr/sbin/xbeatd\n",
		"55d0c1000000-55d0c1021000 rw-p 00000000 00:00 0 [heap]\n",
		"7f0000000000-7f0000400000 rw-p 00000000 00:00 0 \n",
		"7f0000a00000-7f0000a22000 r-xp 00002000 fd:01 78 /usr/lib/x86_64-linux-gnu/libc.so.6\n",
		"7f0000b00000-7f0000b22000 rw-s 00000000 00:1b 79 /run/xbeat/lan.events\n",
		"7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0 [stack]\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_true(memory_lock_is_needed(lines[i]));
}

static void what_it_never_waits_for_is_not(void **state)
{
	static const char *const lines[] = {
		"7f0000c00000-7f0000c01000 ---p 00000000 00:00 0 \n",
		"7f0000c10000-7f0000c11000 rw-s 00000000 00:0e 12 anon_inode:bpf-map\n",
		"7f0000c20000-7f0000c21000 r-xp 00002000 fd:01 80 /usr/lib/x86_64-linux-gnu/libnss_files.so.2\n",
		"7f0000c30000-7f0000c31000 r-xp 00002000 fd:01 81 /usr/lib/x86_64-linux-gnu/libelf-0.188.so\n",
		"7ffd00030000-7ffd00034000 r--p 00000000 00:00 0 [vvar]\n",
		"7ffd00034000-7ffd00036000 r-xp 00000000 00:00 0 [vdso]\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_false(memory_lock_is_needed(lines[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_loop_uses_is_needed),
		cmocka_unit_test(what_it_never_waits_for_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
