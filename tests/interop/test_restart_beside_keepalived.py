# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd restarts beside a keepalived, without heartbeats: keepalived's state does not change."""

import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

# By stop --keep it is promised where 3 intervals and Skew_Time are longer than a start: 6 s here,
# because this machine may be busy. A successor needs no time.
WAYS = {
    "successor": ("0.3", lambda daemon: daemon.restart()),
    "stop --keep": ("2", lambda daemon: stop_and_start(daemon)),
}


def stop_and_start(daemon):
    daemon.json("stop", "--keep")
    assert daemon.process.wait() == 0
    daemon.start()


def states(keepalived):
    return [line.split("Entering ")[1].split()[0] for line in keepalived.process.output().splitlines()
            if "Entering " in line]


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", ["active", "backup"])
def test_state_of_keepalived_does_not_change(lab, way, role):
    interval, restart = WAYS[way]
    own, other = ("node-a", "node-b") if role == "active" else ("node-b", "node-a")
    cluster = Cluster(lab, Settings(advert_interval=interval))
    xbeatd = Xbeatd(lab, own, cluster.vrrp_instance(own))
    xbeatd.start()
    cluster.start_keepalived(other)
    xbeatd.wait_state(role)
    wait_until(lambda: lab.holders(VIP) == ["node-a"], "node-a has the address")
    expected = "BACKUP" if role == "active" else "MASTER"
    wait_until(lambda: states(cluster[other])[-1:] == [expected], "keepalived's state")
    before, since = states(cluster[other]), xbeatd.vrrp()["since_unix_ns"]
    for _ in range(3):
        restart(xbeatd)
    time.sleep(1.5)  # for a successor longer than Active_Down_Interval
    assert states(cluster[other]) == before
    assert lab.holders(VIP) == ["node-a"]
    assert xbeatd.vrrp()["state"] == role
    assert xbeatd.vrrp()["since_unix_ns"] == since
