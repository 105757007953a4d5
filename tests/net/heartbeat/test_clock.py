# SPDX-License-Identifier: GPL-2.0-or-later
"""A node returns with its wall clock set back by an hour. Its first epoch is older than the one
that its peers know, so they accept nothing from it until it has learned the higher epoch from
them, and begun one above it."""

import pytest

from tests.support.xbeatd import libfaketime


@pytest.mark.laboratory(nodes=2)
def test_clock_that_went_back(cluster):
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    before = cluster["node-b"].json("status")["epoch"]
    cluster["node-b"].stop()
    daemon = cluster.daemon("node-b", instance=False).start(
        "env", f"LD_PRELOAD={libfaketime()}", "FAKETIME=-1h", "FAKETIME_DONT_FAKE_MONOTONIC=1")
    cluster.wait_up()
    assert daemon.json("status")["epoch"] > before
    assert "its clock went back" in daemon.process.output()
