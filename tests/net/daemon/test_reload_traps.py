# SPDX-License-Identifier: GPL-2.0-or-later
"""A reload applies the new file and affects nothing that the file does not change."""

import os
import time

import pytest

from tests.support.configuration import VIP, instance
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)


def test_instance_without_interface_still_hears(lab):
    """With unicast, an instance need not name its interface; the program stays attached there."""
    daemons = {}
    for node, other, priority in (("node-a", "node-b", 150), ("node-b", "node-a", 100)):
        text = instance(unicast_src_ip=lab.address(node), unicast_peer=[lab.address(other)],
                        interface=None, priority=priority)
        daemons[node] = Xbeatd(lab, node, text).start()
    daemons["node-a"].wait_state("active")
    daemons["node-b"].wait_state("backup")
    daemons["node-b"].ctl("reload")
    assert lab.has_program("node-b")
    time.sleep(0.6)  # more than Active_Down_Interval
    assert daemons["node-b"].state() == "backup"


def test_refresh_that_is_taken_away_ends(lab):
    """Its timer was armed already; it must neither announce nor fire again at once, in a loop."""
    daemon = Xbeatd(lab, "node-a", instance(garp_master_refresh=1)).start()
    daemon.wait_state("active")
    daemon.reload(instance())
    time.sleep(1.1)  # the refresh would be due
    before_ns, start_ns = daemon.cpu_ns(), time.monotonic_ns()
    time.sleep(0.3)
    assert daemon.cpu_ns() - before_ns < 0.17 * (time.monotonic_ns() - start_ns), "the daemon is busy"


def test_source_ownership_and_tracking_follow(lab):
    daemon = Xbeatd(lab, "node-a", instance()).start()
    daemon.wait_state("active")
    lab.run("node-a", "ip", "address", "add", "10.77.0.77/24", "dev", "eth0")
    daemon.reload(instance(mcast_src_ip="10.77.0.77"))
    assert daemon.vrrp()["active_address"] == "10.77.0.77"
    assert daemon.vrrp()["transitions"] == 2, "a change of state"
    daemon.reload(instance(priority=255))
    assert daemon.vrrp()["effective_priority"] == 255
    daemon.reload(instance(dont_track_primary=True))
    daemon.wait_state("active")
    lab.cut("node-a", "eth0", "--carrier")
    time.sleep(0.2)
    assert daemon.state() == "active"
    daemon.reload(instance())
    assert daemon.state() == "initialize"


def test_reload_that_hangs_does_not_keep_the_daemon(lab):
    """A file of the configuration may be on a server that is unreachable."""
    included = lab.write("included.conf", "")
    daemon = Xbeatd(lab, "node-a", instance() + f"include {included}\n").start()
    daemon.wait_state("active")
    included.unlink()
    os.mkfifo(included)  # opening it blocks until it has a writer
    daemon.hang_up()
    time.sleep(0.2)
    assert daemon.state() == "active", "the loop continues"
    assert daemon.stop() == 0
    assert not lab.has_address("node-a", VIP)


def test_instance_without_room_harms_no_other(lab):
    """The map has room for 4096 unicast peers; when it is full, running instances continue."""
    daemon = Xbeatd(lab, "node-a", instance()).start()
    daemon.wait_state("active")
    greedy = "".join(
        instance(f"VU_{k}", vrid=100 + k, vips=[f"10.77.0.{210 + k}/24"],
                 unicast_src_ip=lab.address("node-a"),
                 unicast_peer=[f"10.78.{k}.{j}" for j in range(1, 251)])
        for k in range(17))
    daemon.reload(greedy + instance())
    assert daemon.state() == "active"
    assert daemon.stop() == 0
    assert not lab.has_address("node-a", VIP)


def test_one_interface_that_is_gone_does_not_stop_changes(lab):
    """The instance on it waits, and reports this; the reload changes the others."""
    lab.run("node-a", "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
    lab.run("node-a", "ip", "address", "add", "10.88.0.1/24", "dev", "v0")
    other = instance("VI_2", vrid=52, interface="v0", vips=["10.88.0.100/24"])
    daemon = Xbeatd(lab, "node-a", instance() + other).start()
    lab.run("node-a", "ip", "link", "delete", "v0")
    assert daemon.reload(instance(priority=120) + other)["changed"] == ["VI_1"]
    assert daemon.vrrp()["effective_priority"] == 120
    assert "v0" in daemon.vrrp("VI_2")["obstacles"][0]["text"]


def test_failover_outlives_a_reload(lab):
    """Also when the change requires that the instance is created again."""
    daemon = Xbeatd(lab, "node-a", instance()).start()
    daemon.wait_state("active")
    daemon.ctl("priority", "VI_1", "77")
    daemon.ctl("failover", "VI_1", "--force")
    assert daemon.reload(instance(no_accept=True))["changed"] == ["VI_1"]
    time.sleep(0.6)  # more than Active_Down_Interval
    assert daemon.state() == "initialize"
    assert daemon.vrrp()["stays_away"] == "operator"
    daemon.ctl("resume", "VI_1")
    daemon.wait_state("active")
    assert daemon.vrrp()["effective_priority"] == 77


@pytest.mark.laboratory(nodes=1)
@pytest.mark.parametrize("taker", ["VI_1", "VI_2"])
def test_address_that_goes_to_another_instance_stays(lab, taker):
    """Whichever of the two instances is processed first; the address is guarded as before."""
    moved = "10.77.0.120/24"

    def blocks(owner):
        return [instance(name, vrid=vrid, vips=[f"10.77.0.{vrid}/24"] + [moved] * (name == owner))
                for name, vrid in (("VI_1", 51), ("VI_2", 52))]

    giver = "VI_2" if taker == "VI_1" else "VI_1"
    daemon = Xbeatd(lab, "node-a", *blocks(giver)).start_active("VI_2")
    daemon.wait_state("active")
    daemon.reload(*blocks(taker))
    time.sleep(0.3)
    assert lab.has_address("node-a", "10.77.0.120")
    assert "guard" in daemon.vrrp(taker) and "guard" in daemon.vrrp(giver)
    assert not [event for event in daemon.events() if event["kind"] == "address"], "it went, and came back"
    assert "not guarded" not in daemon.process.output()
