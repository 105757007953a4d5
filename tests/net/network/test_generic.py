# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic mode: where the driver does not support XDP (a macvlan), and where it is configured."""

import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, heartbeat
from tests.support.laboratory import BUILD, put_on_macvlan, wait_until
from tests.support.xbeatd import Xbeatd


def interface(daemon):
    return daemon.json("status")["interfaces"][0]


@pytest.mark.laboratory(nodes=2)
def test_generic_mode_answers_and_takes_over(lab, cluster):
    put_on_macvlan(lab, "node-b")
    cluster.start_active()
    interface = cluster["node-b"].json("status")["interfaces"][0]
    assert (interface["name"], interface["mode"]) == ("eth0", "generic")
    assert "another adapter" in interface["mode_reason"], "what can be done about it"
    assert "attached in generic mode" in cluster["node-b"].process.output()
    assert cluster["node-a"].peer("node-b")["links"][0]["received"] > 0
    assert cluster["node-b"].vrrp()["adverts"]["received"] > 0
    cluster["node-a"].kill()
    cluster["node-b"].wait_state("active")


@pytest.mark.laboratory(nodes=2, ends="program")
def test_configured_generic_mode(lab):
    """It never tries native mode, and replaces the mode that a killed daemon left."""
    cluster = Cluster(lab).start_active()
    assert interface(cluster["node-a"])["mode"] == "native"
    cluster["node-a"].kill()
    cluster.settings.heartbeat_lines = ["mode generic"]
    cluster.daemon("node-a").start()
    assert interface(cluster["node-a"])["mode"] == "generic"
    cluster.wait_up()
    before = cluster["node-b"].peer("node-a")["links"][0]["received"]
    wait_until(lambda: cluster["node-b"].peer("node-a")["links"][0]["received"] > before + 10, "it answers")
    assert not [event for event in cluster["node-a"].events() if event["kind"] == "mode"]


@pytest.mark.laboratory(nodes=2, ends="plain")
def test_configured_native_mode_only_reports_lost_answers(lab):
    cluster = Cluster(lab, Settings(heartbeat_lines=["mode native"])).start_xbeatd()
    daemon = cluster["node-a"]
    wait_until(lambda: "in generic mode" not in interface(daemon).get("mode_reason", "")
               and "by redirect" in interface(daemon).get("mode_reason", ""), "it is reported")
    time.sleep(0.5)
    assert interface(daemon)["mode"] == "native"
    assert len([event for event in daemon.events() if event["kind"] == "mode"]) == 2
    seen, = daemon.peer("node-b")["links"]
    assert seen["replies_missing_age_ns"] > 0 and seen["received"] == 0 and seen["lost"] > 10, seen
    assert "REPLYs are missing" in daemon.text("peers")
    assert "its REPLYs have been missing" in daemon.explain("node-b")["said"]


@pytest.mark.laboratory(nodes=2)
def test_configured_native_mode_is_refused(lab):
    put_on_macvlan(lab, "node-a")
    daemon = Xbeatd(lab, "node-a", heartbeat(lab, heartbeat_lines=["mode native"]))
    process = lab.spawn("node-a", BUILD / "xbeatd", "-f", "-c", daemon.configuration, "-i", daemon.instance)
    assert process.wait() != 0
    assert "native mode" in process.output() and "mode auto" in process.output()
