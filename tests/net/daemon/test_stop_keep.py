# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl stop --keep: another daemon goes on. No verdict and no role changes, nothing is lost; what
an operator has asked for stays."""

import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, block, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

# Longer than a virtual machine stalls: a verdict that changes is the restart's.
SETTINGS = {"advert_interval": "0.2", "multiplier": 20, "daemon_timeout": "30s",
            "heartbeat_lines": ["restart_grace 20s"]}
CHANGES = ("peer", "vrrp")  # verdicts and roles


@pytest.fixture
def cluster(lab):
    return Cluster(lab, Settings(**SETTINGS)).start_active()


def stop_keeping(daemon):
    assert daemon.json("stop", "--keep")["keep"]
    assert daemon.process.wait() == 0
    return daemon


@pytest.mark.parametrize("node", ["node-a", "node-b"], ids=["active", "backup"])
def test_nothing_changes(lab, cluster, node):
    cluster.start_client()
    before = {name: daemon.vrrp() for name, daemon in cluster.daemons.items()}
    epoch = cluster[node].json("status")["epoch"]
    seen = {name: len(daemon.events()) for name, daemon in cluster.daemons.items() if name != node}
    stop_keeping(cluster[node]).start()
    cluster.wait_up()
    time.sleep(1)  # longer than Active_Down_Interval
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result
    assert cluster[node].json("status")["epoch"] == epoch
    for name, count in seen.items():
        assert cluster[name].changed(CHANGES, count) == [], name
        kinds = [(event["from"], event["to"]) for event in cluster[name].events()[count:]
                 if event["kind"] == "daemon"]
        assert kinds == [("running", "restarting"), ("restarting", "running")]
    after = cluster[node].vrrp()
    for field in ("state", "since_unix_ns", "reason"):
        assert after[field] == before[node][field], field
    assert [event for event in cluster[node].events() if event["kind"] == "vrrp"] == []


def test_no_daemon_goes_on(lab):
    """Its addresses are fenced after restart_grace, and a Backup takes over."""
    cluster = Cluster(lab, Settings(**{**SETTINGS, "heartbeat_lines": []})).start_active()
    stop_keeping(cluster["node-a"])
    assert lab.has_address("node-a", VIP)
    cluster["node-b"].wait_state("active")
    assert cluster["node-b"].verdict("node-a") in ("hung", "fenced")
    taken = cluster["node-b"].activations()[-1]
    assert "fenced" in taken["reason"] and "ended to restart" in taken["reason"], taken
    cluster["node-a"].start()
    cluster.wait_holder("node-a")


@pytest.mark.laboratory(nodes=2)
def test_notifications_are_not_repeated(lab):
    cluster = Cluster(lab, Settings(**SETTINGS))
    log = lab.path("notified")
    script = lab.write("notify", f"#!/bin/sh\necho \"$*\" >> {log}\n", mode=0o755)
    for node in lab.nodes:
        notified = [f"notify {script}"] if node == "node-a" else []
        cluster.daemon(node, instance=False)
        cluster[node].configure(
            cluster[node].configuration.read_text(),
            cluster.vrrp_instance(node, "heartbeat lan", *notified),
            block("vrrp_sync_group G", block("group", "VI_1"), *notified))
        cluster[node].start()
    cluster["node-a"].wait_state("active")
    cluster.wait_up()
    wait_until(lambda: "GROUP G MASTER" in log.read_text().replace('"', ""), "the group is notified")
    before = log.read_text()
    stop_keeping(cluster["node-a"]).start().wait_state("active")
    cluster["node-a"].json("failover", "VI_1", "--force")  # a later one, in order
    wait_until(lambda: "FAULT" in log.read_text()[len(before):], "the failover is notified")
    assert "MASTER" not in log.read_text()[len(before):]
    assert "BACKUP" not in log.read_text()[len(before):]


ENDS = {
    "kill": lambda daemon: daemon.kill(),
    "stop --keep": stop_keeping,
}


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("end", ENDS)
def test_operator_state_survives(lab, cluster, end):
    configured = cluster["node-a"].priority()
    cluster["node-a"].json("priority", "VI_1", "222")
    cluster["node-b"].json("failover", "VI_1", "--force", "-t", "10m")
    for daemon in cluster.daemons.values():
        ENDS[end](daemon)
        daemon.start()
    assert cluster["node-a"].priority() == 222
    assert cluster["node-b"].obstacles() == ["operator"]
    cluster["node-b"].json("resume", "VI_1")
    cluster["node-a"].json("priority", "VI_1", "default")
    cluster["node-b"].json("drain", "--force")
    for daemon in cluster.daemons.values():
        ENDS[end](daemon)
        daemon.start()
    assert cluster["node-a"].priority() == configured
    assert cluster["node-b"].json("status")["state"] == "draining"
    # A clean stop forgets all of it.
    assert cluster["node-b"].stop() == 0
    cluster["node-b"].start()
    assert cluster["node-b"].json("status")["state"] == "running"


@pytest.mark.laboratory(nodes=2)
def test_weights_of_scripts_do_not_flap(lab):
    """The first result of the next daemon comes late; the one before counts until then."""
    cluster = Cluster(lab, Settings(**SETTINGS))
    script = lab.write("check", f"#!/bin/sh\nsleep $(cat {lab.path('delay')})\n", mode=0o755)
    lab.write("delay", "0")
    tracked = block("vrrp_script slow", f"script {script}", "interval 1", "timeout 30", "weight 20",
                    "user root")
    for node in lab.nodes:
        cluster.daemon(node, instance=False)
        cluster[node].configure(cluster[node].configuration.read_text(), tracked,
                                cluster.vrrp_instance(node, "heartbeat lan", "track_script {", "slow", "}"))
        cluster[node].start()
    cluster["node-a"].wait_state("active")
    cluster.wait_up()
    cluster["node-a"].wait_tracked("slow", "up")
    priority = cluster["node-a"].priority()
    lab.write("delay", "20")
    stop_keeping(cluster["node-a"]).start().wait_state("active")
    assert cluster["node-a"].priority() == priority
    assert cluster["node-a"].tracked("slow")["status"] == "up"


@pytest.mark.laboratory(nodes=1)
def test_stop_waits_for_the_end(lab):
    """Without --keep it is a clean stop."""
    daemon = Xbeatd(lab, "node-a", instance()).start_active()
    assert not daemon.json("stop")["keep"]
    assert not lab.has_address("node-a", VIP)
    assert daemon.process.wait() == 0
    assert not lab.has_program("node-a")
