# SPDX-License-Identifier: GPL-2.0-or-later
"""Which alerts fire in an hour of health: three nodes with exporters, and a Prometheus with the rules
and intervals of service. Every few minutes an operator does something that must fire no alert.

    tests/bench/run health            an hour; XBEAT_HEALTH_MINUTES: another time
"""

import os
import time

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.exporter import PORT, Exporter
from tests.support.laboratory import Laboratory, wait_until
from tests.support.prometheus import Prometheus, of_nodes

MINUTES = float(os.environ.get("XBEAT_HEALTH_MINUTES", "60"))
# Shortly after a start, later, and near the end of a window of the rules.
PAUSE_SECONDS = 240


class Healthy:
    def __init__(self, lab):
        self.lab = lab
        self.cluster = Cluster(lab, Settings(multiplier="auto", advert_interval="1", daemon_timeout="3s",
                                             heartbeat_lines=["detection_min 30ms"])).start_active()
        self.exporters = {node: self.start_exporter(node) for node in lab.nodes}
        self.prometheus = Prometheus(lab, of_nodes(lab), by=1)

    def __getitem__(self, node):
        return self.cluster[node]

    def start_exporter(self, node):
        return Exporter(self.lab, node, "--listen", f"127.0.0.1:{PORT}", "--listen", f"{self.lab.address(node)}:{PORT}")

    def restart_exporter(self, node):
        self.exporters[node].stop()
        self.exporters[node] = self.start_exporter(node)

    def fail_over(self):
        self["node-a"].ctl("failover", "VI_1", "-t", "20s")
        self.cluster.wait_holder("node-b")
        self.cluster.wait_holder("node-a")

    def stop_and_start(self, node):
        """As systemctl restart does, or a package upgrade of an older version."""
        self[node].ctl("stop", "--keep")
        self[node].process.wait()
        self[node].start()
        self.cluster.wait_up()


# In turn: name, what is done.
WORK = [
    ("reload node-b", lambda scene: scene["node-b"].json("reload")),
    ("restart node-c", lambda scene: scene["node-c"].restart()),
    ("failover of node-a", Healthy.fail_over),
    ("restart of node-b's exporter", lambda scene: scene.restart_exporter("node-b")),
    ("stop --keep and start of node-a", lambda scene: scene.stop_and_start("node-a")),
    ("restart node-a", lambda scene: scene["node-a"].restart()),
    ("stop and start of node-c", lambda scene: (scene["node-c"].stop(), scene["node-c"].start())),
]


def run():
    with Laboratory(f"xh{os.getpid()}") as lab:
        scene = Healthy(lab)
        wait_until(lambda: scene.prometheus.query("sum(xbeat_up)") == [({}, 3)], "all nodes are scraped")
        end, turn = time.monotonic() + 60 * MINUTES, 0
        while time.monotonic() < end:
            time.sleep(min(PAUSE_SECONDS, max(0, end - time.monotonic())))
            name, work = WORK[turn % len(WORK)]
            work(scene)
            turn += 1
            print(f"{time.strftime('%T')} {name}; fired so far: {scene.prometheus.ever_fired() or 'none'}")
        report(scene)


def report(scene):
    samples = scene.prometheus.query("sum(count_over_time(xbeat_up[2h]))")
    pending = scene.prometheus.query('count by (alertname) (last_over_time(ALERTS{alertstate="pending"}[2h]))')
    print(f"   {MINUTES:.0f} minutes, {samples[0][1]:.0f} scrapes: fired {scene.prometheus.ever_fired() or 'none'}; "
          f"pending for a while {sorted(labels['alertname'] for labels, _ in pending)}")
