# SPDX-License-Identifier: GPL-2.0-or-later
"""The heartbeat block of running daemons is changed by reloads, node by node: what stays is not
disturbed, and no verdict changes but that of a node that comes or goes."""

import contextlib
import os
import re
import subprocess
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, heartbeat
from tests.support.laboratory import NEVER_SECONDS, wait_until
from tests.support.xbeatd import find_bpftool, wait_up

# A change of the XDP mode loses REPLYs, which are counted here.
pytestmark = pytest.mark.laboratory(ends="program")
PAIR = ["node-a", "node-b"]


@pytest.fixture
def cluster(lab):
    return Cluster(lab, Settings(multiplier=10, advert_interval="0.1", daemon_timeout="2s"))


def reload(cluster, node, **settings):
    """The node's daemon gets the same instances and a block of other settings."""
    for name, value in settings.items():
        setattr(cluster.settings, name, value)
    daemon = cluster[node]
    blocks = [heartbeat(cluster.lab, cluster.settings, cluster.key_file),
              cluster.vrrp_instance(node, "heartbeat lan")]
    return daemon.reload(*blocks)


def verdicts(daemon):
    return [(event["subject"], event["to"]) for event in daemon.events() if event["kind"] == "peer"]


def roles(daemon):
    return [event["to"] for event in daemon.events()
            if event["kind"] == "vrrp" and event["from"] != event["to"]]


def test_node_comes_and_goes(lab, cluster):
    """It is first in the blocks, so that all slots move; the nodes have different blocks for a
    while."""
    cluster.settings.members = PAIR
    cluster.start_active(*PAIR).start_client()
    before = {node: (cluster[node].json("status")["epoch"], verdicts(cluster[node]), roles(cluster[node]),
                     cluster[node].slot(other)) for node, other in zip(PAIR, reversed(PAIR))}
    for node in PAIR:
        answer = reload(cluster, node, members=["node-c", "node-b", "node-a"])
        assert answer["unchanged_count"] == 1, answer
    cluster.daemon("node-c").start()
    wait_up(*cluster.daemons.values())
    assert cluster["node-c"].stop() == 0
    for node in reversed(PAIR):
        reload(cluster, node, members=PAIR)
    for node, other in zip(PAIR, reversed(PAIR)):
        epoch, verdicts_before, roles_before, slot = before[node]
        daemon = cluster[node]
        assert daemon.json("status")["epoch"] == epoch
        assert [event for event in verdicts(daemon) if event[0] != "node-c"] == verdicts_before
        assert roles(daemon) == roles_before
        now = daemon.slot(other)
        assert now["evidence_count"] > slot["evidence_count"]
        assert now["peer_epoch"] == slot["peer_epoch"] and now["probe_sent_seq"] > slot["probe_sent_seq"]
        assert now["probe_lost_count"] == slot["probe_lost_count"]
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result


def test_interval_and_multiplier_change(lab, cluster):
    """The nodes differ for a while."""
    cluster.settings.members = PAIR
    cluster.start_active(*PAIR).start_client()
    before = {node: (verdicts(cluster[node]), roles(cluster[node])) for node in PAIR}
    for interval, multiplier in (("100ms", 3), ("10ms", 10), ("5ms", 20)):
        for node in PAIR:
            answer = reload(cluster, node, interval=interval, multiplier=multiplier)
            assert answer["unchanged_count"] == 1, answer
            time.sleep(0.5)
    for node in PAIR:
        assert cluster[node].json("status")["heartbeat"]["interval_ns"] == 5_000_000
        assert (verdicts(cluster[node]), roles(cluster[node])) == before[node]
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result


def test_the_port_changes_in_three_steps(lab, cluster):
    """Both ports are accepted, then the new one is used, then the old one is refused; the nodes
    differ for a while."""
    cluster.settings.members = PAIR
    cluster.start_active(*PAIR).start_client()
    before = {node: (verdicts(cluster[node]), roles(cluster[node])) for node in PAIR}
    for port in "694 700", "700 694", "700":
        for node in PAIR:
            answer = reload(cluster, node, heartbeat_lines=[f"port {port}"])
            assert answer["unchanged_count"] == 1, answer
            time.sleep(0.5)
    for node in PAIR:
        assert f"port {port}\n" in cluster[node].text("config")
        assert (verdicts(cluster[node]), roles(cluster[node])) == before[node]
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result


def test_what_cannot_change_is_named_with_both_values(lab, cluster):
    cluster.settings.members = PAIR
    cluster.start_xbeatd(*PAIR)
    wait_up(*cluster.daemons.values())
    daemon = cluster["node-a"]
    instance = cluster.vrrp_instance("node-a", "heartbeat lan")
    block = heartbeat(lab, cluster.settings, cluster.key_file)
    before = verdicts(daemon)
    for text, named in ((block.replace("heartbeat lan", "heartbeat wan"), ["lan", "wan"]),
                        (block.replace("interval", "cluster_id 7\ninterval"), ["cluster_id", "from 1 to 7"]),
                        (block.replace("interval", "mode generic\ninterval"), ["mode", "from auto to generic"]),
                        ("instance other\n" + block, ["instance", "from none to other"]),
                        (block.replace("node 1 node-a", "node 9 node-a"), ["node 1", "node 9"]),
                        (block.replace("interval", "port 700\ninterval"), ["from 694 to 700", 'with "port 694 700", then with "port 700 694"'])):
        reason = daemon.refused_reload(text, instance.replace("heartbeat lan", re.search(r"heartbeat \w+", text)[0]))
        assert all(part in reason for part in (*named, "configuration is kept")), reason
        # A restart with another port would part this node from the others.
        assert ("restart xbeatd" in reason) == ("694" not in named[0]), reason
    assert verdicts(daemon) == before


def bpf_objects(daemon):
    """The ids of maps and programs that the daemon has open."""
    texts = []
    for path in (daemon.proc() / "fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
            texts.append(path.read_text())
    return {kind: sorted(set(re.findall(rf"^{kind}:\s+(\d+)$", "\n".join(texts), re.MULTILINE)))
            for kind in ("map_id", "prog_id")}


def program_exists(program_id):
    return subprocess.run([find_bpftool(), "prog", "show", "id", program_id], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=NEVER_SECONDS).returncode == 0


def map_exists(map_id):
    return subprocess.run([find_bpftool(), "map", "show", "id", map_id], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=NEVER_SECONDS).returncode == 0


def test_many_changes_leave_nothing(lab, cluster):
    """By hand with more: XBEAT_CHANGES=1000."""
    count = int(os.environ.get("XBEAT_CHANGES", "12"))
    cluster.settings.members = PAIR
    cluster.start_active(*PAIR).start_client()
    daemon = cluster["node-a"]
    before = {node: (verdicts(cluster[node]), roles(cluster[node])) for node in PAIR}
    seen, sizes = {"map_id": set(), "prog_id": set()}, []
    for number in range(count):
        reload(cluster, "node-a", members=PAIR if number % 2 else ["node-c", *PAIR])
        for kind, ids in bpf_objects(daemon).items():
            seen[kind].update(ids)
        sizes.append((daemon.memory_kib(), daemon.descriptors(), {kind: len(ids) for kind, ids in
                                                                bpf_objects(daemon).items()}))
    time.sleep(0.1)  # what the last one replaced is freed
    now = bpf_objects(daemon)
    assert [old for old in seen["prog_id"] - set(now["prog_id"]) if program_exists(old)] == []
    # The program that sees the daemon die knows no nodes: it stays, with two maps of the start.
    assert len([old for old in seen["map_id"] - set(now["map_id"]) if map_exists(old)]) <= 2
    assert sizes[-1][1] <= sizes[3][1] + 2 and sizes[-1][0] < sizes[3][0] + 2000, (sizes[3], sizes[-1])
    for node in PAIR:
        events = [event for event in verdicts(cluster[node]) if event[0] != "node-c"]
        assert (events, roles(cluster[node])) == before[node]
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result


def link_verdicts(daemon, name):
    return {link["interface"]: link["verdict"] for link in daemon.peer(name)["links"]}


@pytest.mark.laboratory(nodes=2, links=2, ends="program")
def test_link_comes_moves_and_goes(lab, cluster):
    """A second link gets other addresses on one node after the other; the first carries the verdict."""
    cluster.settings.heartbeat_links = [0]
    cluster.start_active(*PAIR).start_client()
    before = {node: (verdicts(cluster[node]), roles(cluster[node])) for node in PAIR}
    for node in PAIR:
        reload(cluster, node, heartbeat_links=[0, 1])
        time.sleep(0.3)  # longer than the detection time
    for node, other in zip(PAIR, reversed(PAIR)):
        wait_until(lambda: set(link_verdicts(cluster[node], other).values()) == {"up"}, "both links are up")
        assert [event for event in cluster[node].events() if event["kind"] == "link"
                and event["subject"] == "self/eth1"] == []
    moved = {"node-a": "10.78.9.1", "node-b": "10.78.9.2"}
    for node, address in moved.items():
        lab.run(node, "ip", "address", "add", f"{address}/24", "dev", "eth1")
    for node in PAIR:
        reload(cluster, node, heartbeat_addresses={name: [lab.address(name), address]
                                                   for name, address in moved.items()})
    for node, other in zip(PAIR, reversed(PAIR)):
        wait_until(lambda: set(link_verdicts(cluster[node], other).values()) == {"up"},
                   "the link is up at its new addresses")
    for node in PAIR:
        reload(cluster, node, heartbeat_links=[0], heartbeat_addresses={})
    for node in PAIR:
        assert lab.has_program(node) and not lab.has_program(node, "eth1")
        assert (verdicts(cluster[node]), roles(cluster[node])) == before[node]
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result


@pytest.mark.laboratory(nodes=2, links=2, ends="program")
def test_wrong_interface_is_corrected(lab, cluster):
    """The socket is bound where the address is, and stays; where it is not, the reload is refused."""
    cluster.settings.heartbeat_links = [0]
    cluster.start_xbeatd("node-b")
    right = heartbeat(lab, cluster.settings, cluster.key_file)
    instance = cluster.vrrp_instance("node-a", "heartbeat lan")
    daemon = cluster.daemon("node-a")
    daemon.configure(right.replace("interface eth0", "interface eth9"), instance)
    daemon.start()
    daemon.reload(right, instance)
    wait_up(daemon, cluster["node-b"])
    reason = daemon.refused_reload(right.replace("interface eth0", "interface eth1"), instance)
    assert "check that the address is on eth1" in reason, reason
    assert set(link_verdicts(daemon, "node-b").values()) == {"up"}


@pytest.mark.laboratory(nodes=2, links=2, ends="program")
def test_links_that_change_places_are_refused(lab, cluster):
    cluster.start_xbeatd(*PAIR)
    wait_up(*cluster.daemons.values())
    daemon = cluster["node-a"]
    block = heartbeat(lab, cluster.settings, cluster.key_file)
    for name in PAIR:
        first, second = lab.address(name, 0), lab.address(name, 1)
        block = block.replace(f"{first} {second}", f"{second} {first}")
    block = block.replace("interface eth0", "interface ethX").replace("interface eth1", "interface eth0")
    reason = daemon.refused_reload(block.replace("interface ethX", "interface eth1"),
                                   cluster.vrrp_instance("node-a", "heartbeat lan"))
    assert "number 1 to 2" in reason or "number 2 to 1" in reason, reason
    assert set(link_verdicts(daemon, "node-b").values()) == {"up"}


def test_restart_and_death_after_a_change(lab, cluster):
    """What was replaced is pinned, watched and guarded as what was there at the start."""
    cluster.settings.members = PAIR
    cluster.settings.heartbeat_lines = ["restart_grace 10s"]
    cluster.start_active(*PAIR).start_client()
    epoch = cluster["node-a"].json("status")["epoch"]
    for node in PAIR:
        reload(cluster, node, members=["node-c", *PAIR])
    cluster["node-a"].restart()
    cluster["node-a"].kill()
    wait_until(lambda: "dead" in [event["to"] for event in cluster["node-b"].events() if event["kind"] == "daemon"],
               "node-a's kernel reports the death")
    cluster["node-a"].start().wait_state("active")
    assert cluster["node-a"].json("status")["epoch"] == epoch
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result
    for node in PAIR:
        reload(cluster, node, heartbeat_lines=["restart_grace 200ms"])
    cluster["node-a"].kill()
    lab.wait_holders(cluster.settings.vip, ["node-a", "node-b"])  # node-a's is fenced
    cluster["node-b"].wait_state("active")
    assert "fenced" in cluster["node-b"].activations()[0]["reason"], cluster["node-b"].activations()
