# SPDX-License-Identifier: GPL-2.0-or-later
"""Metrics that have keepalived_exporter's names have the labels and values that it makes of
keepalived's own JSON. Both daemons run side by side, each with a virtual router of its own."""

import json
import os
import subprocess

import pytest

from tests.support.configuration import instance
from tests.support.daemon import Keepalived
from tests.support.exporter import Exporter
from tests.support.laboratory import wait_until
from tests.support.probe import REALTIME
from tests.support.xbeatd import Xbeatd

STATES = ("INIT", "BACKUP", "MASTER", "FAULT")
COUNTED = {"become_master": "become_master", "release_master": "release_master",
           "priority_zero_sent": "pri_zero_sent", "priority_zero_received": "pri_zero_rcvd"}


def configuration(number, interface="eth0"):
    """number: of the virtual router and its addresses."""
    addresses = f"10.77.0.{number}/24", f"10.77.1.{number}/25 dev eth1", f"10.77.0.{number + 1}"
    return instance("VI_1", f"virtual_ipaddress_excluded {{\n10.77.0.{number + 2}/24\n}}", "track_interface {\neth1\n}",
                    vrid=number, interface=interface, vips=addresses)


class WithJson(Keepalived):
    """Its temporary files are the laboratory's."""

    def start(self):
        vrrp_pid = self.lab.path("keepalived-vrrp.pid")
        self.process = self.lab.spawn(
            self.node, "env", f"TMPDIR={self.lab.directory}", *REALTIME, "keepalived", "--dont-fork", "--vrrp",
            "--use-file", self.configuration, f"--pid={self.lab.path('keepalived.pid')}", f"--vrrp_pid={vrrp_pid}")
        wait_until(vrrp_pid.exists, "keepalived runs")
        self.vrrp_pid = int(vrrp_pid.read_text())
        self.number = int(subprocess.run(["keepalived", "--signum=JSON"], stdout=subprocess.PIPE, check=True).stdout)
        return self

    def parse(self, path):
        try:
            return json.loads(path.read_text())[0]
        except (FileNotFoundError, ValueError):  # it is not whole yet
            return None

    def json(self):
        path = self.lab.path("keepalived.json")
        path.unlink(missing_ok=True)
        os.kill(self.vrrp_pid, self.number)
        return wait_until(lambda: self.parse(path), "keepalived writes its JSON")


def of_keepalived(kept):
    """What keepalived_exporter shows."""
    data, stats = kept["data"], kept["stats"]
    labels = {"iname": data["iname"], "intf": data["ifp_ifname"], "vrid": str(data["vrid"])}
    found = {f"keepalived_{name}_total": [({**labels, "state": STATES[data["state"]]}, stats[member])]
             for name, member in COUNTED.items()}
    found["keepalived_vrrp_state"] = sorted(
        (address, device, data["state"]) for address, _, device, *_ in (line.split() for line in data["vips"]))
    return found


def of_xbeat(metrics):
    found = {f"keepalived_{name}_total": metrics[f"keepalived_{name}_total"] for name in COUNTED}
    found["keepalived_vrrp_state"] = sorted((labels["ip_address"], labels["intf"], value)
                                            for labels, value in metrics["keepalived_vrrp_state"])
    return found


def both(number, text):
    """Of one virtual router as of the other."""
    return json.loads(json.dumps(text).replace(f"10.77.0.{number}", "10.77.0.60").replace(
        f"10.77.0.{number + 1}", "10.77.0.61").replace(f"10.77.1.{number}", "10.77.1.60").replace(
        f'"vrid": "{number}"', '"vrid": "60"'))


@pytest.mark.laboratory(nodes=1, links=2)
def test_labels_and_values(lab):
    xbeatd = Xbeatd(lab, "node-a", configuration(70)).start()
    exporter = Exporter(lab, "node-a")
    keepalived = WithJson(lab, "node-a", configuration(80)).start()

    def same():
        return both(70, of_xbeat(exporter.metrics())) == both(80, of_keepalived(keepalived.json()))

    def differ():
        return f"{both(70, of_xbeat(exporter.metrics()))} are {both(80, of_keepalived(keepalived.json()))}"

    for state in 2, 3, 2:
        lab.run("node-a", "ip", "link", "set", "eth1", "down" if state == 3 else "up")
        wait_until(lambda state=state: keepalived.json()["data"]["state"] == state, f"keepalived is in state {state}")
        wait_until(same, differ)
    assert xbeatd.vrrp()["left_active_count"] == 1
