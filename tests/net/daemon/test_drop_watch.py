# SPDX-License-Identifier: GPL-2.0-or-later
"""Refused packets: the log reports why, and explain names their sender."""

import pytest

from tests.support.configuration import instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

OTHER_KEY = "1 ffeeddccbbaa99887766554433221100\n"


@pytest.mark.laboratory(nodes=2)
def test_wrong_key_is_in_the_log(lab, cluster):
    cluster.start_xbeatd("node-a", instance=False)
    cluster.key_file = lab.write("other.key", OTHER_KEY)
    cluster.start_xbeatd("node-b", instance=False)
    daemon = cluster["node-a"]
    wait_until(lambda: daemon.json("drops")["bad_tag"] > 10, "node-a refuses node-b's tags")
    assert daemon.verdict("node-b") == "down"
    wait_until(lambda: "bad_tag (authentication tag is wrong" in daemon.process.output(),
               "the log of node-a gives the reason")


@pytest.mark.laboratory(nodes=2)
def test_explain_names_who_is_refused(lab):
    """Both nodes are then Active, and neither would know of the other."""
    node = Xbeatd(lab, "node-a", instance(version=2, advert_int=1)).start()
    assert "refused" not in node.explain()["said"]
    Xbeatd(lab, "node-b", instance()).start()
    said = wait_until(lambda: "refused" in node.explain()["said"] and node.explain()["said"],
                      "node-a refuses node-b's adverts")
    assert "Adverts from 10.77.0.2 are refused" in said and "vrrp_bad_version" in said, said
