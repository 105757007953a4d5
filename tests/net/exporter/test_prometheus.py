# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's Prometheus scrapes the exporter, by the format that it prefers."""

import pytest

from tests.support.exporter import PORT, Exporter
from tests.support.laboratory import wait_until
from tests.support.prometheus import Prometheus
from tests.support.xbeatd import wait_up

pytestmark = pytest.mark.laboratory(nodes=2)

TARGETS = [(f"localhost:{PORT}", {}), (f"[::1]:{PORT}", {})]


def health(prometheus):
    return [(target["health"], target["lastError"]) for target in prometheus.ask("targets")["activeTargets"]]


def test_prometheus_scrapes(cluster):
    lab = cluster.lab
    daemon, other = cluster.daemon("node-a").start(), cluster.daemon("node-b").start()
    wait_up(daemon, other)
    daemon.wait_state("active")
    exporter = Exporter(lab, "node-a")
    prometheus = Prometheus(lab, TARGETS, member="node-a")
    wait_until(lambda: health(prometheus) == 2 * [("up", "")], lambda: f"both targets are up: {health(prometheus)}")
    (labels, value), _ = prometheus.query("keepalived_vrrp_state")
    assert value == 2 and labels["iname"] == "VI_1"
    kinds = {name: entry[0]["type"] for name, entry in prometheus.ask("metadata").items()}
    assert kinds["xbeat_drops"] == "counter" and kinds["xbeat_rtt_seconds"] == "histogram"
    # A label of ours that Prometheus has itself would be renamed.
    assert not prometheus.query('{exported_instance!=""}')
    assert {labels["code"] for labels, _ in exporter.metrics()["xbeat_exporter_requests_total"]} == {"200"}
