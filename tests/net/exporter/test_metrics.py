# SPDX-License-Identifier: GPL-2.0-or-later
"""/metrics shows what xbeatctl shows, in both formats, also to Prometheus' own parser."""

import subprocess

import pytest

from tests.support.exporter import OPEN, Exporter, parse
from tests.support.xbeatd import wait_up

pytestmark = pytest.mark.laboratory(nodes=2)


@pytest.fixture
def daemon(cluster):
    daemon, other = cluster.daemon("node-a").start(), cluster.daemon("node-b").start()
    wait_up(daemon, other)
    daemon.wait_state("active")
    return daemon


@pytest.fixture
def exporter(daemon):
    return Exporter(daemon.lab, daemon.node)


def promtool(text):
    return subprocess.run(["promtool", "check", "metrics"], input=text, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


def test_what_it_shows(daemon, exporter):
    status, (peer,), (instance,) = daemon.json("status"), daemon.json("peers"), daemon.json("vrrp")
    found = exporter.metrics()
    assert found["xbeat_up"] == found["keepalived_up"] == [({}, 1)]
    assert found["xbeat_build_info"] == [({"version": status["version"]}, 1)]
    assert found["xbeat_node_info"] == [({"node": "node-a", "id": "1", "daemon": daemon.instance}, 1)]
    assert {labels["verdict"]: value for labels, value in found["xbeat_peer_verdict"]
            if labels["peer"] == "node-b"}[peer["verdict"]] == 1
    labels = {"peer": "node-b", "interface": "eth0", "address": daemon.lab.address("node-b")}
    (sent,) = found["xbeat_probes_sent_total"]
    assert sent[0] == labels and sent[1] >= peer["links"][0]["sent"]
    assert found["xbeat_instance_priority"] == [({"instance": "VI_1"}, instance["effective_priority"])]
    kept = {"iname": "VI_1", "intf": "eth0", "vrid": "51"}
    assert found["keepalived_vrrp_state"] == [
        ({**kept, "ip_address": address.split("/")[0]}, 2) for address in instance["addresses"]]
    assert found["keepalived_advertisements_sent_total"][0][0] == {**kept, "state": "MASTER"}


def test_formats(exporter):
    exporter.get("/healthz")
    status, headers, old = exporter.get("/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    status, headers, new = exporter.get("/metrics", Accept=f"{OPEN},text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
    assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert new.endswith("# EOF\n") and "# TYPE xbeat_probes_sent counter" in new
    assert "# TYPE xbeat_probes_sent_total counter" in old and "# UNIT" not in old
    assert parse(old).keys() == parse(new).keys()
    done = promtool(old)
    assert done.returncode == 0 and not done.stdout, done.stdout


def test_without_xbeatd(daemon, exporter):
    daemon.stop()
    found = exporter.metrics()
    assert found["xbeat_up"] == found["keepalived_up"] == [({}, 0)]
    assert "xbeat_build_info" not in found
    assert exporter.get("/healthz")[::2] == (200, "ok\n")
    daemon.start()
    assert exporter.value("xbeat_up") == 1
