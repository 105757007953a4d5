# SPDX-License-Identifier: GPL-2.0-or-later
"""What we put on the wire, read by somebody else's decoder."""

import signal
import time

import pytest

from tests.support.cluster import Cluster, Settings
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=2)
FIELDS = ["ip.dst", "ip.ttl", "vrrp.version", "vrrp.type", "vrrp.virt_rtr_id", "vrrp.prio",
          "vrrp.ip_addr", "eth.dst"]


def capture(lab, member, interface, capture_filter):
    """Starts a capture; returns its file, and the process, when it has begun."""
    path = lab.path("capture.pcapng")
    process = lab.spawn(member, "tshark", "-q", "-i", interface, "-f", capture_filter, "-w", path)
    wait_until(lambda: path.exists() and path.stat().st_size > 0, 20, "tshark captures")
    return path, process


def decode(lab, path, *arguments):
    return lab.run("client", "tshark", "-r", path, "-o", "ip.check_checksum:TRUE",
                   "-o", "udp.check_checksum:TRUE", *arguments, seconds=60).stdout


@pytest.fixture
def adverts(lab):
    """A capture of a start, a clean stop and what is between."""
    path, process = capture(lab, "client", "eth0", "ip proto 112")
    cluster = Cluster(lab, Settings(advert_interval="0.1"))
    cluster.start_xbeatd()
    cluster.wait_holder("node-a")
    time.sleep(1)
    cluster["node-a"].stop()
    cluster.wait_holder("node-b")
    time.sleep(0.5)
    process.end(signal.SIGINT)
    return path


def test_every_advert_decodes_without_complaint(lab, adverts):
    rows = decode(lab, adverts, "-T", "fields", *[part for field in FIELDS for part in ("-e", field)])
    rows = [row.split("\t") for row in rows.splitlines()]
    assert len(rows) > 10
    assert decode(lab, adverts, "-Y", "_ws.expert || !vrrp || _ws.malformed") == ""
    assert {tuple(row[:5]) for row in rows} == {("224.0.0.18", "255", "3", "1", "51")}
    assert {row[5] for row in rows} == {"150", "100", "0"}
    assert {row[6] for row in rows} == {"10.77.0.100"}
    assert {row[7] for row in rows} == {"01:00:5e:00:00:12"}


def test_checksums_are_good(lab, adverts):
    assert decode(lab, adverts, "-Y", "vrrp.checksum.status != 1 || ip.checksum.status != 1") == ""


@pytest.mark.parametrize("family", [4, 6])
def test_replies_have_full_checksums(lab, family):
    """A PROBE's checksum is left to the device; the REPLY made of it in the driver must be whole."""
    path, process = capture(lab, "switch", "node-a.0", "udp port 694")
    cluster = Cluster(lab, Settings(family=family))
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    time.sleep(0.5)
    process.end(signal.SIGINT)
    replies = f"udp.payload[40:1] == 02 && {'ip' if family == 4 else 'ipv6'}.src == {lab.address('node-a', 0, family)}"
    assert len(decode(lab, path, "-Y", replies).splitlines()) > 10
    assert decode(lab, path, "-Y", f"({replies}) && udp.checksum.status != 1") == ""
    assert decode(lab, path, "-Y", "_ws.malformed || udp.length != 144") == ""
