# SPDX-License-Identifier: GPL-2.0-or-later
"""A start before the network is there, as at boot: xbeatd waits, reports for what, and continues when it
comes. Missing interfaces are renamed ones, whose addresses stay."""

import os
import pathlib
import signal
import socket

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings
from tests.support.laboratory import BUILD, PINS, wait_until
from tests.support.port import inside
from tests.support.service_manager import ServiceManager

NODE, PEER = "node-a", "node-b"
PORT = 694  # the default
IP_FREEBIND = 15


def waits(daemon):
    """The last event of its waiting, or None."""
    assert daemon.process.running(), daemon.process.output()
    if not daemon.socket.exists() or daemon.ctl("events", check=False).returncode:
        return None
    found = [event for event in daemon.events() if event["to"] == "waiting"]
    return found[-1] if found else None


def wait_waiting(daemon):
    return wait_until(lambda: waits(daemon), f"xbeatd on {daemon.node} waits")


def nothing_left(lab, node=NODE):
    assert not (PINS / lab.instance(node)).exists()
    assert not lab.run_files(node)
    assert not lab.has_program(node)


def hide(daemon, interface):
    """As if it were not there yet."""
    daemon.batch(f"link set {interface} down", f"link set {interface} name later")


def show(daemon, interface):
    daemon.batch(f"link set later name {interface}", f"link set {interface} up")


@pytest.fixture
def without_address(lab):
    """The peer is Active; this node has no address yet."""
    cluster = Cluster(lab, Settings(priorities=[150, 100], preempt=False))
    cluster.start_xbeatd(PEER)
    cluster[PEER].wait_state("active")
    daemon = cluster.daemon(NODE)
    daemon.ip("address", "flush", "dev", "eth0")
    return cluster


def add_address(daemon):
    daemon.ip("address", "add", f"{daemon.lab.address(NODE)}/24", "dev", "eth0")


@pytest.mark.laboratory(nodes=2)
def test_address_that_comes_later(lab, without_address):
    """It is seen on stderr, in events and by xbeatctl; nothing is loaded meanwhile."""
    daemon = without_address[NODE].spawn()
    event = wait_waiting(daemon)
    assert "10.77.0.1, 10.77.0.2" in event["reason"] and "router_id" in event["reason"]
    assert daemon.process.output().count("10.77.0.1, 10.77.0.2") == 1
    refused = daemon.ctl("status", check=False)
    assert refused.returncode == 1 and "waiting for" in refused.stderr and "10.77.0.1" in refused.stderr
    assert not (PINS / lab.instance(NODE)).exists() and not lab.has_program(NODE)
    add_address(daemon)
    wait_until(daemon.ready, "it continues")
    without_address.wait_up()
    daemon.wait_state("backup")
    assert [event["from"] for event in daemon.events() if event["to"] == "starting"] == ["waiting"]
    assert lab.holders(VIP) == [PEER]
    assert daemon.stop() == 0


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_while_it_waits(lab, without_address, number):
    daemon = without_address[NODE].spawn()
    wait_waiting(daemon)
    assert daemon.process.end(number) == 0
    nothing_left(lab)


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("words", [["stop"], ["stop", "--keep"]])
def test_xbeatctl_stop_while_it_waits(lab, without_address, words):
    daemon = without_address[NODE].spawn()
    wait_waiting(daemon)
    assert daemon.json(*words)["keep"] is False
    assert daemon.process.wait() == 0
    nothing_left(lab)


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("way", ["signal", "xbeatctl"])
def test_reload_while_it_waits(lab, without_address, way):
    """A broken file changes nothing; one that names this node ends the waiting."""
    daemon = without_address[NODE].spawn()
    wait_waiting(daemon)
    good = daemon.configuration.read_text()
    daemon.configuration.write_text(good.replace("multiplier", "multiplyer"))
    if way == "xbeatctl":
        assert daemon.ctl("reload", check=False).returncode == 1
    else:
        daemon.hang_up()
        wait_until(lambda: "has 1 error" in daemon.process.output(), "it refuses the file")
    assert waits(daemon)
    daemon.configuration.write_text(f"global_defs {{\n    router_id {NODE}\n}}\n{good}")
    if way == "xbeatctl":
        daemon.ctl("reload")
    else:
        daemon.hang_up()
    wait_until(daemon.ready, "it continues, without its address")
    link, = daemon.json("status")["links"]
    assert link["waiting_for"] == lab.address(NODE)
    assert lab.address(NODE) not in lab.addresses(NODE) and "waits" in daemon.text("status")
    assert "waits" in daemon.explain(NODE)["said"]
    add_address(daemon)
    without_address.wait_up()
    assert "waiting_for" not in daemon.json("status")["links"][0]


@pytest.mark.laboratory(nodes=2)
def test_background(lab, without_address):
    """The parent process ends when the waiting begins, with 0, as keepalived's does."""
    daemon = without_address[NODE]
    done = lab.run(NODE, BUILD / "xbeatd", "-c", daemon.configuration, "-i", daemon.instance,
                   "-p", lab.path("pid"))
    assert "10.77.0.1" in done.stderr
    pid = int(lab.path("pid").read_text())
    try:
        assert daemon.ctl("status", check=False).returncode == 1
        add_address(daemon)
        wait_until(lambda: daemon.ctl("status", check=False).returncode == 0, "it continues")
    finally:
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "it stops")
    nothing_left(lab)


@pytest.mark.laboratory(nodes=2)
def test_service_manager_is_asked_for_time(lab, without_address):
    """READY=1 comes when it runs."""
    daemon = without_address[NODE]
    with ServiceManager(lab.path("notify")) as manager:
        daemon.spawn(*manager.environment())
        first = manager.receive()
        assert first["STATUS"].startswith("waits: no address") and "EXTEND_TIMEOUT_USEC" in first
        assert "READY" not in first
        add_address(daemon)
        assert "waits" not in manager.wait_for_variable("READY", "1")["STATUS"]
        assert daemon.stop() == 0


@pytest.mark.laboratory(nodes=2, links=2)
def test_status_for_the_service_manager_while_links_are_missing(lab):
    """It is ready, and its status names what it waits for."""
    daemon = Cluster(lab).daemon(NODE)
    hide(daemon, "eth1")
    daemon.ip("address", "flush", "dev", "eth0")
    daemon.configuration.write_text(f"global_defs {{\n    router_id {NODE}\n}}\n{daemon.configuration.read_text()}")
    with ServiceManager(lab.path("notify")) as manager:
        daemon.spawn(*manager.environment())
        status = manager.wait_for_variable("READY", "1")["STATUS"]
        assert "waits for interface eth1" in status and "waits for its address on eth0" in status
        show(daemon, "eth1")
        add_address(daemon)
        manager.wait_for(lambda message: "waits" not in message.get("STATUS", "waits"))
        assert daemon.stop() == 0


@pytest.mark.laboratory(nodes=2)
def test_check_of_a_file_for_another_machine(lab, without_address):
    """-t accepts it, with a warning."""
    daemon = without_address[NODE]
    done = lab.run(NODE, BUILD / "xbeatd", "-t", "-c", daemon.configuration)
    assert done.stdout.endswith(": ok\n") and "no address of a node" in done.stderr
    add_address(daemon)
    assert lab.run(NODE, BUILD / "xbeatd", "-t", "-c", daemon.configuration).stderr == ""


@pytest.mark.laboratory(nodes=2, links=2)
@pytest.mark.parametrize("missing", ["interface", "address", "carrier"])
def test_second_link_that_comes_later(lab, missing):
    """The first one works meanwhile."""
    cluster = Cluster(lab).start_xbeatd(PEER)
    daemon = cluster.daemon(NODE)
    if missing == "interface":
        hide(daemon, "eth1")
    elif missing == "carrier":
        daemon.ip("link", "set", "eth1", "down")
    else:
        daemon.ip("address", "flush", "dev", "eth1")
    daemon.spawn()
    wait_until(daemon.ready, "it runs")
    wait_until(lambda: daemon.verdict(PEER) == "up", "the first link works")
    # Without the address the kernel side still hears the peer, while the peer's neighbour entry lasts.
    wait_until(lambda: daemon.peer(PEER)["links"][1]["verdict"] in ("down", "one-way"), "the second does not")
    assert daemon.peer(PEER)["links"][0]["verdict"] == "up"
    if missing == "interface":
        assert [wait["interface"] for wait in daemon.json("status")["waiting_interfaces"]] == ["eth1"]
        assert "eth1" in waits(daemon)["reason"] and "eth1" in daemon.process.output()
        assert "interface eth1" in daemon.explain(NODE)["said"]
        show(daemon, "eth1")
    elif missing == "carrier":
        daemon.ip("link", "set", "eth1", "up")
    else:
        assert daemon.json("status")["links"][1]["waiting_for"] == lab.address(NODE, link=1)
        daemon.ip("address", "add", f"{lab.address(NODE, link=1)}/24", "dev", "eth1")
    wait_until(lambda: all(link["verdict"] == "up" and link["received"]
                           for link in daemon.peer(PEER)["links"]), "the second link works, too")
    assert lab.has_program(NODE, "eth1")
    assert daemon.json("status")["waiting_interfaces"] == []


@pytest.mark.laboratory(nodes=2)
def test_only_interface_that_comes_later(lab):
    """Heartbeats and adverts share it."""
    cluster = Cluster(lab).start_xbeatd(PEER)
    cluster[PEER].wait_state("active")
    daemon = cluster.daemon(NODE)
    hide(daemon, "eth0")
    daemon.spawn()
    wait_until(daemon.ready, "it runs")
    assert "eth0" in waits(daemon)["reason"] and daemon.state() == "initialize"
    show(daemon, "eth0")
    daemon.wait_state("active")
    cluster.wait_up()
    lab.wait_holders(VIP, [NODE])


@pytest.mark.laboratory(nodes=2)
def test_foreign_program_that_goes_later(lab):
    """It is left alone, and the interface is tried again."""
    cluster = Cluster(lab).start_xbeatd(PEER)
    daemon = cluster.daemon(NODE)
    program = BUILD / "tools" / "lab_pass.bpf.o"
    daemon.ip("link", "set", "dev", "eth0", "xdpdrv", "object", program, "program", "lab_pass")
    daemon.spawn()
    wait_until(daemon.ready, "it runs")
    assert "lab_pass" in waits(daemon)["reason"] and "lab_pass" in daemon.process.output()
    assert lab.has_program(NODE), "the foreign program stays"
    assert daemon.obstacles() == ["interface"]
    # Changes of the interface are no news.
    for mtu in (1400, 1300, 1500):
        daemon.ip("link", "set", "dev", "eth0", "mtu", mtu)
    daemon.ip("link", "set", "dev", "eth0", "xdpdrv", "off")
    daemon.wait_state("active")
    cluster.wait_up()
    assert len([event for event in daemon.events() if event["to"] == "waiting"]) == 1


@pytest.mark.laboratory(nodes=2)
def test_address_under_duplicate_address_detection(lab):
    """A tentative address cannot be used yet (RFC 4862)."""
    cluster = Cluster(lab, Settings(family=6, vip="fd77:0::100", vip_lines=["fe80::100/64", "fd77:0::100/64"]))
    cluster.start_xbeatd(PEER)
    daemon = cluster.daemon(NODE)
    address = lab.address(NODE, family=6)
    lab.run(NODE, "sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=1", "net.ipv6.conf.eth0.dad_transmits=3")
    daemon.batch(f"address del {address}/64 dev eth0", f"address add {address}/64 dev eth0")
    assert any(entry.get("tentative") for entry in daemon.address_entries())
    daemon.spawn()
    wait_until(daemon.ready, "it runs")
    assert daemon.json("status")["links"][0]["waiting_for"] == address
    cluster.wait_up()


@pytest.mark.laboratory(nodes=2)
def test_reload_while_the_address_is_gone(lab):
    """The daemon knows which node it is."""
    cluster = Cluster(lab).start_xbeatd()
    daemon = cluster[NODE]
    text = daemon.configuration.read_text()
    daemon.ip("address", "del", f"{lab.address(NODE)}/24", "dev", "eth0")
    assert daemon.reload(text.replace("priority 150", "priority 140"))["changed"] == ["VI_1"]


@pytest.mark.laboratory(nodes=2, links=2)
def test_port_that_is_held_when_the_address_comes(lab):
    """The event has the reason; the link works when the port is free."""
    cluster = Cluster(lab).start_xbeatd(PEER)
    daemon = cluster.daemon(NODE)
    daemon.ip("address", "flush", "dev", "eth1")
    daemon.spawn()
    wait_until(daemon.ready, "it runs")
    assert daemon.json("status")["links"][1]["waiting_for"] == lab.address(NODE, link=1)
    with inside(lab, NODE):
        holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with holder:
        holder.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        holder.bind((lab.address(NODE, link=1), PORT))
        daemon.ip("address", "add", f"{lab.address(NODE, link=1)}/24", "dev", "eth1")
        wait_until(lambda: [event for event in daemon.events() if event["subject"] == "self/eth1"
                            and "in use" in event["reason"]], "the reason is reported")
        assert "waiting_for" not in daemon.json("status")["links"][1]
    cluster.wait_up()
    wait_until(lambda: daemon.peer(PEER)["links"][1]["verdict"] == "up", "the link works")
