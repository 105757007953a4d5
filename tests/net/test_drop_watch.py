# SPDX-License-Identifier: GPL-2.0-or-later
"""A node with another key is not heard; the log of those that refuse it says why."""

import pytest

from tests.support.laboratory import wait_until

OTHER_KEY = "1 ffeeddccbbaa99887766554433221100\n"


@pytest.mark.laboratory(nodes=2)
def test_wrong_key_is_in_the_log(lab, cluster):
    cluster.start_xbeatd("node-a", instance=False)
    cluster.key_file = lab.write("other.key", OTHER_KEY)
    cluster.start_xbeatd("node-b", instance=False)
    daemon = cluster["node-a"]
    wait_until(lambda: daemon.json("drops")["bad_tag"] > 10, 5, "node-a refuses node-b's tags")
    assert daemon.verdict("node-b") == "down"
    wait_until(lambda: "bad_tag (authentication tag is wrong" in daemon.process.output(), 15,
               "the log of node-a says why")
