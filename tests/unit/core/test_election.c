// SPDX-License-Identifier: GPL-2.0-or-later
/* The choice of the next Active: user/core/election.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/election.h"
#include "user/lib/address.h"
#include <cmocka.h>
#include <errno.h>

static struct election_candidate candidate(uint8_t priority, enum xb_instance_state state,
					   bool live, const char *address)
{
	struct election_candidate made = {.priority = priority, .state = state, .live = live};

	assert_int_equal(address_parse(address, &made.address), 0);
	return made;
}

static void highest_live_backup_wins(void **state)
{
	struct election_candidate candidates[] = {
		candidate(100, XB_INSTANCE_BACKUP, true, "10.0.0.1"),
		candidate(200, XB_INSTANCE_BACKUP, false, "10.0.0.2"), /* dead */
		candidate(199, XB_INSTANCE_INITIALIZE, true, "10.0.0.3"), /* not ready */
		candidate(198, XB_INSTANCE_ACTIVE, true, "10.0.0.4"),
		candidate(120, XB_INSTANCE_BACKUP, true, "10.0.0.5"),
	};

	(void)state;
	assert_int_equal(election_best(candidates, 5), 4);
	assert_int_equal(election_best(candidates, 1), 0);
	assert_int_equal(election_best(candidates + 1, 3), -ENOENT);
	assert_int_equal(election_best(candidates, 0), -ENOENT);
}

/* All nodes must choose the same one, whatever the order of their candidates. */
static void equal_priorities_go_by_address(void **state)
{
	struct election_candidate low = candidate(100, XB_INSTANCE_BACKUP, true, "10.0.0.9");
	struct election_candidate high = candidate(100, XB_INSTANCE_BACKUP, true, "10.0.0.10");
	struct election_candidate one[] = {low, high}, other[] = {high, low};

	(void)state;
	assert_int_equal(election_best(one, 2), 1);
	assert_int_equal(election_best(other, 2), 0);
}

static void finds_by_vrid_and_family(void **state)
{
	struct xb_instance instances[XB_INSTANCES_MAX] = {
		{.vrid = 51, .family_flags = 6, .state = XB_INSTANCE_BACKUP},
		{.vrid = 51, .family_flags = 0x14, .state = XB_INSTANCE_ACTIVE},
		{.vrid = 7, .family_flags = 4, .state = XB_INSTANCE_NONE},
	};

	(void)state;
	assert_ptr_equal(election_find(instances, 51, 4), &instances[1]);
	assert_ptr_equal(election_find(instances, 51, 6), &instances[0]);
	assert_null(election_find(instances, 7, 4));
	assert_null(election_find(instances, 8, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(highest_live_backup_wins),
		cmocka_unit_test(equal_priorities_go_by_address),
		cmocka_unit_test(finds_by_vrid_and_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
