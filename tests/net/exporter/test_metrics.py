# SPDX-License-Identifier: GPL-2.0-or-later
"""/metrics shows what xbeatctl shows, in both formats, also to Prometheus' own parser."""

import subprocess
import time

import pytest

from tests.support.exporter import OPEN, Exporter, parse
from tests.support.laboratory import wait_until
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
    assert found["xbeat_instance_priority"] == [({"vrrp_instance": "VI_1"}, instance["effective_priority"])]
    kept = {"iname": "VI_1", "intf": "eth0", "vrid": "51"}
    assert found["keepalived_vrrp_state"] == [
        ({**kept, "ip_address": address}, 2) for address in instance["addresses"]]
    assert found["keepalived_advertisements_sent_total"][0][0] == {**kept, "state": "MASTER"}
    (verdict,) = [labels["verdict"] for labels, value in found["xbeat_peer_verdict"] if value]
    assert verdict == "up"
    (state,) = [labels for labels, value in found["xbeat_instance_state"] if value]
    assert state == {"vrrp_instance": "VI_1", "vrid": "51", "interface": "eth0", "state": "active"}
    takeovers = {labels["cause"]: value for labels, value in found["xbeat_takeovers_total"]}
    assert takeovers.pop("cold_start") == 1 and len(takeovers) > 10 and not any(takeovers.values())
    assert {labels["reason"] for labels, _ in found["xbeat_drops_total"]} == daemon.json("drops").keys()


def test_histogram(daemon, exporter):
    """Cumulative, and its last bucket has all that the daemon counted before and after."""
    before = daemon.peer("node-b")["links"][0]["received"]
    buckets = exporter.metrics()["xbeat_rtt_seconds_bucket"]
    after = daemon.peer("node-b")["links"][0]["received"]
    counts, bounds = [value for _, value in buckets], [float(labels["le"]) for labels, _ in buckets]
    assert counts == sorted(counts) and bounds == sorted(bounds)
    assert bounds[-1] == float("inf") and before <= counts[-1] <= after
    seconds = daemon.peer("node-b")["links"][0]["rtt_ns"]["max"] / 1e9
    assert counts[next(i for i, bound in enumerate(bounds) if bound >= seconds)] > 0


def test_ready_while_all_is_well(daemon, exporter):
    wait_until(lambda: exporter.get("/readyz")[::2] == (200, "ok\n"), lambda: f"ready: {exporter.get('/readyz')}")
    daemon.lab.cut("node-b")
    wait_until(lambda: exporter.get("/readyz")[0] == 503, "not ready")
    assert exporter.get("/readyz")[2].startswith("warning: node-b is down: ")
    assert exporter.value("xbeat_problems", severity="warning") >= 1
    daemon.stop()
    status, _, text = exporter.get("/readyz")
    assert status == 503 and text.startswith("error: xbeatd: ")


def test_formats(exporter):
    exporter.get("/healthz")
    status, headers, old = exporter.get("/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    status, headers, new = exporter.get("/metrics", Accept=f"{OPEN},text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
    assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert new.endswith("# EOF\n") and "# TYPE xbeat_probes_sent counter" in new
    assert "# TYPE xbeat_probes_sent_total counter" in old and "# UNIT" not in old
    # Without a sum OpenMetrics has no count, either.
    assert parse(old).keys() - {"xbeat_rtt_seconds_count"} == parse(new).keys()
    done = promtool(old)
    assert done.returncode == 0 and not done.stdout, done.stdout


def test_without_xbeatd(daemon, exporter):
    daemon.stop()
    found = exporter.metrics()
    assert found["xbeat_up"] == found["keepalived_up"] == [({}, 0)]
    assert "xbeat_build_info" not in found
    assert exporter.get("/healthz")[::2] == (200, "ok\n")
    time.sleep(0.3)  # then xbeatd is asked again, with the same result
    assert exporter.value("xbeat_up") == 0
    assert exporter.process.output().count("no data from xbeatd: ") == 1
    assert "No such file or directory; is xbeatd running?" in exporter.process.output()
    daemon.start()
    wait_until(lambda: exporter.value("xbeat_up") == 1, "xbeatd answers the exporter again")
    assert "xbeatd answers again" in exporter.process.output()


def test_a_restart_of_xbeatd_is_no_gap(daemon, exporter):
    found = [exporter.metrics()]
    daemon.restart()
    found.append(exporter.metrics())
    assert all(metrics["xbeat_up"] == [({}, 1)] for metrics in found)
