# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's Prometheus scrapes the exporter, by the format that it prefers."""

import contextlib
import http.client
import json

import pytest

from tests.support.exporter import PORT, Exporter
from tests.support.laboratory import wait_until
from tests.support.xbeatd import wait_up

pytestmark = pytest.mark.laboratory(nodes=2)

PROMETHEUS_PORT = 9090
CONFIGURATION = f"""\
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: xbeat
    static_configs:
      - targets: ["localhost:{PORT}", "[::1]:{PORT}"]
"""


def ask(exporter, path):
    """Of Prometheus' API; None while it does not answer."""
    with contextlib.suppress(ConnectionRefusedError), exporter.connect(port=PROMETHEUS_PORT) as client:
        connection = http.client.HTTPConnection("localhost")
        connection.sock = client
        connection.request("GET", f"/api/v1/{path}")
        answer = connection.getresponse()
        text = answer.read()
        return json.loads(text)["data"] if answer.status == 200 else None


def targets(exporter):
    found = ask(exporter, "targets") or {"activeTargets": []}
    return [(target["health"], target["lastError"]) for target in found["activeTargets"]]


def test_prometheus_scrapes(cluster):
    lab = cluster.lab
    daemon, other = cluster.daemon("node-a").start(), cluster.daemon("node-b").start()
    wait_up(daemon, other)
    daemon.wait_state("active")
    exporter = Exporter(lab, "node-a")
    lab.spawn("node-a", "prometheus", f"--config.file={lab.write('prometheus.yml', CONFIGURATION)}",
              f"--storage.tsdb.path={lab.path('tsdb')}", f"--web.listen-address=127.0.0.1:{PROMETHEUS_PORT}")
    wait_until(lambda: targets(exporter) == 2 * [("up", "")], lambda: f"both targets are up: {targets(exporter)}")
    result, _ = ask(exporter, "query?query=keepalived_vrrp_state")["result"]
    assert result["value"][1] == "2" and result["metric"]["iname"] == "VI_1"
    kinds = {name: entry[0]["type"] for name, entry in ask(exporter, "metadata").items()}
    assert kinds["xbeat_drops"] == "counter" and kinds["xbeat_rtt_seconds"] == "histogram"
    # A label of ours that Prometheus has itself would be renamed.
    assert not ask(exporter, "query?query=%7Bexported_instance!=%22%22%7D")["result"]
    assert {labels["code"] for labels, _ in exporter.metrics()["xbeat_exporter_requests_total"]} == {"200"}
