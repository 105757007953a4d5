# SPDX-License-Identifier: GPL-2.0-or-later
"""An interface whose driver does not support XDP (a macvlan) uses generic mode, which is logged."""

import pytest

from tests.support.laboratory import put_on_macvlan


@pytest.mark.laboratory(nodes=2)
def test_generic_mode_answers_and_takes_over(lab, cluster):
    put_on_macvlan(lab, "node-b")
    cluster.start_active()
    interface = cluster["node-b"].json("status")["interfaces"][0]
    assert (interface["name"], interface["mode"]) == ("eth0", "generic")
    assert "attached in generic mode" in cluster["node-b"].process.output()
    assert cluster["node-a"].peer("node-b")["links"][0]["received"] > 0
    assert cluster["node-b"].vrrp()["adverts"]["received"] > 0
    cluster["node-a"].kill()
    cluster["node-b"].wait_state("active")
