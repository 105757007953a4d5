# SPDX-License-Identifier: GPL-2.0-or-later
"""BFD_CHECK of xbeatd on node-a, with FRR's bfdd or keepalived on node-b, and tshark as the decoder."""

import os
import signal
import struct
import time

import pytest

from tests.interop.test_tshark import capture, decode
from tests.support.configuration import block, instance
from tests.support.daemon import Keepalived
from tests.support.frr import Bfdd
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server

pytestmark = pytest.mark.laboratory(nodes=2)
FIELDS = ["ip.ttl", "ip.dsfield.dscp", "udp.srcport", "udp.checksum.status", "bfd.version", "bfd.sta",
          "bfd.desired_min_tx_interval", "bfd.required_min_rx_interval", "bfd.detect_time_multiplier",
          "bfd.my_discriminator"]
SETTINGS = {"min_rx": 50, "min_tx": 50, "multiplier": 3}
SEND = """
import socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.bind((sys.argv[1], 50000))
sender.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(sys.argv[3]))
sender.sendto(bytes.fromhex(sys.argv[4]), (sys.argv[2], 3784))
"""


def settings(*lines):
    """The usual ones, unless lines have others."""
    given = {line.split()[0] for line in lines}
    return [*(f"{name} {value}" for name, value in SETTINGS.items() if name not in given), *lines]


def bfd_instance(lab, *lines, neighbour=None):
    return block("bfd_instance other", f"neighbor_ip {neighbour or lab.address('node-b')}", *settings(*lines))


def start_pools(lab, *lines, neighbour=None):
    """Returns the daemon and the server that the session is about."""
    server = Server(lab, "node-b", 80)
    check = block("BFD_CHECK", "name other")
    return Pools(lab, "node-a", bfd_instance(lab, *lines, neighbour=neighbour),
                 virtual_server(real_server(server, check=check))).start(), server


def bfdd(lab, **options):
    return Bfdd(lab, "node-b", lab.address("node-a"), lab.address("node-b"), **options).start()


def start_up(lab):
    """Returns bfdd, the daemon and the server, when the session is up."""
    frr = bfdd(lab)
    daemon, server = start_pools(lab)
    wait_reason(daemon, server, "session up")
    return frr, daemon, server


def send_packet(lab, destination, ttl=255):
    """Of node-b, as after its restart: Down, multiplier 3, discriminator 7, 1 s."""
    packet = struct.pack("!BBBBIIIII", 0x20, 0x40, 3, 24, 7, 0, 1000000, 1000000, 0).hex()
    lab.run("node-b", "/usr/bin/python3", "-c", SEND, lab.address("node-b"), destination, ttl, packet)


def reason(daemon, server):
    return daemon.server(server)["checks"][0].get("reason", "")


def wait_reason(daemon, server, text):
    wait_until(lambda: text in reason(daemon, server), lambda: f"{text}: {daemon.server(server)}")


def checker_pid(daemon):
    return daemon.pools()["checker"]["pid"]


def downs(daemon):
    return [event for event in daemon.of_kind("server") if event["to"] == "down"]


def test_bfdd_dies_and_returns(lab):
    frr, daemon, server = start_up(lab)
    shown = frr.wait_status("up")
    assert (shown["remote-receive-interval"], shown["remote-transmit-interval"],
            shown["remote-detect-multiplier"]) == (50, 50, 3), "the poll sequence has told them"
    assert not downs(daemon)
    frr.process.send_signal(signal.SIGKILL)
    daemon.wait_server(server, "down")
    assert "session down: no packet for " in downs(daemon)[0]["reason"]
    assert "detection time 150 ms" in downs(daemon)[0]["reason"]
    frr.process.wait()
    frr.start_program()
    daemon.wait_server(server, "up")
    frr.wait_status("up")


@pytest.mark.parametrize("program", ["checker", "bfdd"])
def test_a_stop_by_the_machine(lab, program):
    """bfdd reports Down, because the checker did not run; and the other way round."""
    frr, daemon, server = start_up(lab)
    stopped = checker_pid(daemon) if program == "checker" else frr.process.pid
    os.kill(stopped, signal.SIGSTOP)
    time.sleep(1)
    os.kill(stopped, signal.SIGCONT)
    frr.wait_status("up")
    wait_reason(daemon, server, "session up")
    assert bool(downs(daemon)) == (program == "bfdd")


def test_a_killed_checker_accuses_nobody(lab):
    frr, daemon, server = start_up(lab)
    before = frr.show()["remote-id"]
    os.kill(checker_pid(daemon), signal.SIGKILL)
    wait_until(lambda: frr.show()["status"] == "up" and frr.show()["remote-id"] != before, "another session is up")
    wait_reason(daemon, server, "session up")
    assert not downs(daemon)


def test_switched_off_at_the_neighbour(lab):
    """RFC 5882 section 3.2: the path may be good."""
    frr, daemon, server = start_up(lab)
    frr.set_shut_down(True)
    wait_reason(daemon, server, "BFD is switched off at the neighbour")
    assert daemon.server(server)["state"] == "up"
    frr.set_shut_down(False)
    wait_reason(daemon, server, "session up")
    assert not downs(daemon)


def test_the_neighbour_learns_of_a_stop(lab):
    """Also of a session that a reload ends: it is no failure."""
    frr, daemon, server = start_up(lab)
    frr.wait_status("up")
    daemon.stop()
    wait_until(lambda: frr.show()["status"] == "down", frr.show)
    assert frr.show()["remote-diagnostic"] == "administratively down"


def test_a_reload_with_other_settings(lab):
    frr, daemon, server = start_up(lab)
    texts = (bfd_instance(lab, "min_rx 70"), virtual_server(real_server(server, check=block("BFD_CHECK", "name other"))))
    daemon.configure(*texts)
    daemon.ctl("reload")
    wait_until(lambda: frr.show()["remote-receive-interval"] == 70 and frr.show()["status"] == "up", frr.show)
    wait_reason(daemon, server, "session up")
    assert not downs(daemon)


def test_the_way_is_gone_for_a_while(lab):
    """The own interface is down: nothing can be sent, nothing comes."""
    frr, daemon, server = start_up(lab)
    lab.run("node-a", "ip", "link", "set", "eth0", "down")
    daemon.wait_server(server, "down")
    wait_reason(daemon, server, "send to 10.77.0.2: Network is unreachable")
    lab.run("node-a", "ip", "link", "set", "eth0", "up")
    daemon.wait_server(server, "up")
    frr.wait_status("up")


def test_the_own_address_comes_later(lab):
    frr = Bfdd(lab, "node-b", "10.77.0.77", lab.address("node-b")).start()
    daemon, server = start_pools(lab, "source_ip 10.77.0.77")
    wait_reason(daemon, server, "bindto: Cannot assign requested address; the address is not on this machine")
    assert daemon.server(server)["state"] == "up"
    lab.run("node-a", "ip", "address", "add", "10.77.0.77/24", "dev", "eth0")
    wait_reason(daemon, server, "session up")
    frr.wait_status("up")


def test_multihop(lab):
    frr = bfdd(lab, multihop=True)
    daemon, server = start_pools(lab, "multihop", f"source_ip {lab.address('node-a')}", "max_hops 1")
    wait_reason(daemon, server, "session up")
    frr.wait_status("up")


def test_link_local(lab):
    for index, node in enumerate(lab.nodes, 1):
        lab.run(node, "ip", "address", "add", f"fe80::77:{index}/64", "dev", "eth0", "nodad")
    frr = Bfdd(lab, "node-b", "fe80::77:1", "fe80::77:2", interface="eth0").start()
    daemon, server = start_pools(lab, "interface eth0", "source_ip fe80::77:1", neighbour="fe80::77:2")
    wait_reason(daemon, server, "session up")
    frr.wait_status("up")


def test_two_sessions_with_one_neighbour(lab):
    """From two addresses of this machine: packets that name no session yet belong to one of them."""
    own, theirs, other = lab.address("node-a"), lab.address("node-b"), "10.77.0.77"
    lab.run("node-a", "ip", "address", "add", f"{other}/24", "dev", "eth0")
    frr = Bfdd(lab, "node-b", own, theirs, other=other).start()
    servers = [Server(lab, "node-b", port) for port in (80, 81)]
    sessions = [block(f"bfd_instance {name}", f"neighbor_ip {theirs}", f"source_ip {source}", *settings())
                for name, source in (("one", own), ("two", other))]
    checks = [block("BFD_CHECK", f"name {name}") for name in ("one", "two")]
    daemon = Pools(lab, "node-a", *sessions, virtual_server(
        *(real_server(server, check=check) for server, check in zip(servers, checks)))).start()
    for ended, (source, server) in enumerate(zip((own, other), servers), 1):
        wait_until(lambda: [peer["status"] for peer in frr.peers()] == ["up", "up"], frr.peers)
        for each in servers:
            wait_reason(daemon, each, "session up")
        send_packet(lab, source)
        wait_until(lambda ended=ended: len(downs(daemon)) == ended, lambda: downs(daemon))
        assert downs(daemon)[-1]["subject"] == server.address


def test_ipv6(lab):
    for index, node in enumerate(lab.nodes, 1):
        lab.run(node, "ip", "address", "add", f"fd00:77::{index}/64", "dev", "eth0", "nodad")
    frr = Bfdd(lab, "node-b", "fd00:77::1", "fd00:77::2").start()
    daemon, server = start_pools(lab, neighbour="fd00:77::2")
    wait_reason(daemon, server, "session up")
    frr.wait_status("up")


def test_keepalived(lab):
    """It reports the state to an instance of its own."""
    theirs = block("bfd_instance ours", f"neighbor_ip {lab.address('node-a')}", f"source_ip {lab.address('node-b')}",
                   *settings())
    keepalived = Keepalived(lab, "node-b", theirs, instance("A", vips=["10.77.0.100"], track_bfd=["ours"])).start()
    daemon, server = start_pools(lab)
    wait_reason(daemon, server, "session up")
    wait_until(lambda: "Entering Up state" in keepalived.process.output(), keepalived.process.output)
    assert not downs(daemon)
    keepalived.stop()
    daemon.wait_server(server, "down")


def test_tshark(lab):
    lab.run("node-a", "ethtool", "-K", "eth0", "tx", "off")  # the kernel computes checksums before the capture
    path, process = capture(lab, "node-a", "eth0", "udp port 3784")
    bfdd(lab)
    daemon, server = start_pools(lab)
    wait_reason(daemon, server, "session up")
    time.sleep(1)
    daemon.stop()
    process.end(signal.SIGINT)
    only_ours = f"ip.src == {lab.address('node-a')}"
    rows = [line.split("\t") for line in
            decode(lab, path, "-Y", only_ours, "-T", "fields",
                   *[part for field in FIELDS for part in ("-e", field)]).splitlines()]
    assert len(rows) > 10
    assert decode(lab, path, "-Y", f"{only_ours} && (_ws.malformed || _ws.expert)") == ""
    for row in rows:
        ttl, dscp, port, checksum, version, state, desired, required, multiplier, discriminator = row
        assert (ttl, dscp, checksum, version, multiplier) == ("255", "48", "1", "1", "3"), row
        assert 49152 <= int(port) <= 65535
        assert int(required) == 50000
        assert int(desired) == (50000 if int(state, 0) == 3 else 1000000), row
        assert int(discriminator, 0)
    assert len({row[2] for row in rows}) == 1, "one port for the whole session"


def test_settings_on_the_wire(lab):
    path, process = capture(lab, "node-b", "eth0", "udp port 3784")
    daemon, server = start_pools(lab, "idle_tx 1500", "min_rx 70", "multiplier 7", "ttl 200")
    wait_reason(daemon, server, "no session within 6.00 s: send to 10.77.0.2: Connection refused")
    process.end(signal.SIGINT)
    rows = {tuple(line.split("\t")) for line in
            decode(lab, path, "-T", "fields", "-e", "ip.ttl", "-e", "bfd.sta", "-e", "bfd.desired_min_tx_interval",
                   "-e", "bfd.required_min_rx_interval", "-e", "bfd.detect_time_multiplier").splitlines()}
    assert [(ttl, int(state, 0), *numbers) for ttl, state, *numbers in rows if numbers[0]] == [
        ("200", 1, "1500000", "70000", "7")]


def test_passive(lab):
    path, process = capture(lab, "node-b", "eth0", "udp port 3784")
    daemon, server = start_pools(lab, "passive")
    wait_reason(daemon, server, "10.77.0.2 sends nothing")
    process.end(signal.SIGINT)
    assert not decode(lab, path)
    frr = bfdd(lab)
    wait_reason(daemon, server, "session up")
    frr.wait_status("up")


def test_a_packet_from_afar(lab):
    daemon, server = start_pools(lab)
    send_packet(lab, lab.address("node-a"), ttl=254)
    wait_reason(daemon, server, "its TTL 254 is below 255 (ttl, max_hops)")
    assert daemon.server(server)["state"] == "down"


def test_another_daemon_has_the_port(lab):
    bfdd_here = Bfdd(lab, "node-a", lab.address("node-b"), lab.address("node-a")).start()
    daemon, server = start_pools(lab)
    wait_reason(daemon, server, "bind UDP port 3784: Address already in use")
    assert daemon.server(server)["state"] == "up", "it is no sign of the server"
    bfdd_here.process.end(signal.SIGKILL)
    daemon.wait_server(server, "down")
