# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel reports to the daemon about interfaces and their addresses."""

import signal

import pytest

from tests.support.laboratory import wait_until
from tests.support.network import Network

pytestmark = pytest.mark.laboratory(nodes=1)
BURST_KEPT = 1000
BURST_LOST = 20000


@pytest.fixture
def network(lab):
    return Network(lab)


def test_life_of_an_interface(network):
    monitor = network.monitor()
    index = network.make_pair("x0", "x1")
    monitor.wait_for(f"link x0 {index} running")
    assert network.tool("lookup", "x0").splitlines()[0] == f"link x0 {index} running"
    network.ip("link", "set", "x1", "down")  # no carrier
    # It was also reported at creation, so it proves nothing by itself.
    wait_until(lambda: network.tool("lookup", "x0").splitlines()[0] == f"link x0 {index} present",
               "x0 has no carrier")
    monitor.wait_for(f"link x0 {index} present")
    network.ip("link", "set", "x0", "name", "y0")
    monitor.wait_for(f"link y0 {index} present")
    assert network.tool("lookup", "x0") == "ENODEV"
    network.ip("link", "del", "y0")
    monitor.wait_for(f"link y0 {index} gone")
    again = network.make_pair("x0", "x1")
    monitor.wait_for(f"link x0 {again} running")
    assert again != index


def test_another_namespace(lab, network):
    monitor = network.monitor()
    index = network.make_pair("x0", "x1")
    network.ip("link", "set", "x0", "netns", f"{lab.name}-client")
    monitor.wait_for(f"link x0 {index} gone")


def test_port_of_a_bridge(network):
    """A bridge reports with RTM_DELLINK that an interface is no longer its port."""
    index = network.make_pair("x0", "x1")
    network.ip("link", "add", "br0", "type", "bridge")
    monitor = network.monitor()
    network.ip("link", "set", "x0", "master", "br0")
    network.ip("link", "set", "x0", "nomaster")
    network.ip("link", "set", "x0", "down")
    monitor.wait_for(f"link x0 {index} present")
    assert f"link x0 {index} gone" not in monitor.lines()


def test_addresses(network):
    index = network.make_pair("x0", "x1")
    monitor = network.monitor()
    for words, told in ((["10.9.0.1/24", "label", "x0:vip"], "10.9.0.1/24"),
                        (["10.9.1.1", "peer", "10.9.1.9/30"], "10.9.1.1/30"),
                        (["fd99::1", "peer", "fd99::2/127", "nodad"], "fd99::1/127"),
                        (["fd99::9/128", "nodad"], "fd99::9/128")):
        network.ip("address", "add", *words, "dev", "x0")
        monitor.wait_for(f"address {index} {told} present")
        network.ip("address", "flush", "dev", "x0", "to", told.split("/", maxsplit=1)[0])
        monitor.wait_for(f"address {index} {told} gone")


def burst(lab, network, count):
    """Changes x0 that many times while the monitor is stopped; returns what it reports
    afterwards."""
    index = network.make_pair("x0", "x1")
    batch = lab.write("burst", "".join(f"link set x0 alias n{n}\n" for n in range(count)))
    monitor = network.monitor()
    monitor.process.send_signal(signal.SIGSTOP)
    network.ip("-batch", batch)
    network.ip("link", "set", "x1", "down")
    monitor.process.send_signal(signal.SIGCONT)
    return index, monitor


def test_burst_is_not_lost(lab, network):
    index, monitor = burst(lab, network, BURST_KEPT)
    monitor.wait_for(f"link x0 {index} present")
    assert "overrun" not in monitor.lines()
    assert len(monitor.lines()) > BURST_KEPT


def test_overrun_is_reported_last(lab, network):
    """Events still in the queue must not overwrite what is read after them."""
    _, monitor = burst(lab, network, BURST_LOST)
    monitor.wait_for("overrun")
    assert len(monitor.lines()) < BURST_LOST
    assert monitor.lines()[-1] == "overrun"
    assert monitor.lines().count("overrun") == 1
