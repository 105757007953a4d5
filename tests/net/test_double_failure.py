# SPDX-License-Identifier: GPL-2.0-or-later
"""The Active and the best Backup die together: the third does not wait for one who is dead."""

# Skew_Time of node-c, for which it would wait behind node-b, is 805 ms here.
TAKEOVER_NS_MAX = 200 * 10**6


def test_active_and_best_backup_die_together(lab, cluster):
    cluster.start_active()
    cut_ns = lab.cut_together("node-a", "node-b")
    cluster["node-c"].wait_state("active")
    activation, = cluster["node-c"].activations()
    assert activation["time_unix_ns"] - cut_ns < TAKEOVER_NS_MAX, activation
