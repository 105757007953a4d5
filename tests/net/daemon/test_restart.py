# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon that was killed and restarts soon resumes its state; what it left misleads no other
node."""

import json
import subprocess
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, instance
from tests.support.laboratory import NEVER_SECONDS, PINS, wait_until
from tests.support.moment import moment_of
from tests.support.xbeatd import Xbeatd, find_bpftool

SECOND_VRID, SECOND_VIP = 52, "10.77.0.101"
ACTIVE = 3  # enum xb_instance_state as maps and packets carry it
RESUME_MS_MAX = 100
OLDER_MAPS = 4  # of a version that is not migrated any more


@pytest.fixture
def quick(lab):
    """A short advert interval, so that a start is quick and always shorter than daemon_timeout."""
    return Cluster(lab, Settings(advert_interval="0.1", daemon_timeout="20s"))


def restart(daemon):
    daemon.kill()
    return daemon.start()


def test_quick_restart_moves_nothing(quick):
    """A daemon that is back within daemon_timeout counts as never absent."""
    quick.start_active().start_client()
    epoch = quick["node-a"].json("status")["epoch"]
    restart(quick["node-a"]).wait_state("active")
    quick.wait_up()
    assert quick["node-a"].json("status")["epoch"] == epoch
    result = quick.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result
    for other in ("node-b", "node-c"):
        assert quick[other].state() == "backup"
        assert quick[other].activations() == [], f"{other} took over"


def test_restarted_after_takeover_resumes_though_the_first_died_active(lab, quick):
    """node-a's last report before it died is no claim that node-b must yield to."""
    quick.start_active()
    lab.cut("node-a", "eth0")
    quick["node-b"].wait_state("active")
    wait_until(lambda: quick["node-b"].verdict("node-a") == "down", "node-a is down")
    restart(quick["node-b"]).wait_state("active")
    start = next(event for event in quick["node-b"].events() if event["kind"] == "vrrp")
    activation, = quick["node-b"].activations()
    assert "was Active" in activation["reason"], activation
    assert moment_of(lab, start).least_ms(activation) < RESUME_MS_MAX, activation
    assert quick["node-c"].activations() == [], "two nodes took over"
    assert lab.has_address("node-b", VIP) and not lab.has_address("node-c", VIP)


@pytest.mark.laboratory(nodes=2)
def test_instance_taken_out_of_the_file_is_claimed_no_more(lab, quick):
    def claims():
        """The VRIDs for which node-a reports to node-b that it is Active."""
        slot = next(slot for slot in quick["node-b"].map("xb_peers") if slot["node_id"] == 1)
        return [entry["vrid"] for entry in slot["instances"] if entry["state"] == ACTIVE]

    for node in lab.nodes:
        second = quick.vrrp_instance(node, "heartbeat lan", name="VI_2", vrid=SECOND_VRID,
                                     vips=[f"{SECOND_VIP}/24"])
        quick.daemon(node, second).start()
    wait_until(lambda: SECOND_VRID in claims(), "node-a is Active of VI_2")
    quick["node-a"].kill()
    quick.daemon("node-a").start().wait_state("active")
    wait_until(lambda: SECOND_VRID not in claims(), "node-a gives VI_2 up")
    wait_until(lambda: lab.has_address("node-b", SECOND_VIP), "node-b has VI_2's address")
    wait_until(lambda: lab.has_address("node-a", VIP) and not lab.has_address("node-b", VIP),
               "node-a alone has VI_1's address")


@pytest.mark.laboratory(nodes=2)
def test_address_written_otherwise_is_still_the_same(lab, quick):
    """The next daemon finds the address without the label that it would have set."""
    quick.start_active()
    quick["node-a"].kill()
    quick.settings.vip_lines = [f"{VIP}/24 label eth0:vip"]
    quick.daemon("node-a").start().wait_state("active")
    wait_until(lambda: lab.holders(VIP) == ["node-a"], "node-a alone has the address")
    assert quick["node-a"].stop() == 0
    assert not lab.has_address("node-a", VIP), "left by a clean stop"
    quick["node-b"].wait_state("active")


@pytest.mark.parametrize("daemon_timeout", ["300ms", "10s"], ids=["fresh", "resumed"])
def test_release_while_away_is_no_news(lab, daemon_timeout):
    """node-c's kernel heard node-a release the instance; node-b took it while node-c was away."""
    cluster = Cluster(lab, Settings(advert_interval="0.1", daemon_timeout=daemon_timeout))
    cluster.start_active()
    cluster["node-c"].kill()
    assert cluster["node-a"].stop() == 0
    cluster["node-b"].wait_state("active")
    time.sleep(0.5)  # longer than the shorter daemon_timeout
    cluster["node-c"].start()
    wait_until(lambda: cluster["node-c"].verdict("node-b") == "up", "node-c hears node-b")
    time.sleep(0.5)  # longer than its Active_Down_Interval, 381 ms
    assert cluster["node-c"].activations() == [], "node-b was Active all the time"
    assert len(cluster["node-b"].activations()) == 1
    assert lab.holders(VIP) == ["node-b"]


@pytest.mark.laboratory(nodes=1)
def test_link_of_an_instance_without_heartbeats_is_taken_over(lab):
    """If it were detached first, it might still be on the interface when the program is attached
    there."""
    def link_id():
        done = subprocess.run([find_bpftool(), "-j", "link", "show", "pinned",
                               PINS / node.instance / "link_eth0"],
                              text=True, stdout=subprocess.PIPE, check=True, timeout=NEVER_SECONDS)
        return json.loads(done.stdout)["id"]

    node = Xbeatd(lab, "node-a", instance()).start_active()
    before = link_id()
    restart(node)
    assert link_id() == before
    node.wait_state("active")
    # A link that the new configuration does not use is detached.
    node.kill()
    node.configure(instance(vrid=52, interface="lo1"))
    node.lab.run("node-a", "ip", "link", "add", "lo1", "type", "veth", "peer", "lo2")
    node.lab.run("node-a", "ip", "link", "set", "lo1", "up")
    node.start()
    wait_until(lambda: not lab.has_program("node-a"), "the program is off eth0")


@pytest.mark.laboratory(nodes=1)
def test_maps_of_another_version_are_not_taken_over(lab):
    """The log names both versions."""
    node = Xbeatd(lab, "node-a", instance()).start_active()
    node.kill()
    own = node.make_maps_older(OLDER_MAPS)
    node.start().wait_state("active")
    assert f"maps of version {OLDER_MAPS}, not {own}: fresh start" in node.process.output()
