# SPDX-License-Identifier: GPL-2.0-or-later
"""The next program gets what xbeat passes, through restarts, reloads and deaths of the daemon; what
goes wrong with it is reported, and packets pass. A program that is there before xbeat's is named, with
how it is attached, and no advice throws it out."""

import json
import shutil
import socket

import pytest

from tests.support import schemas
from tests.support.cluster import Cluster
from tests.support import captured
from tests.support.configuration import VIP, Settings, instance
from tests.support.laboratory import BUILD, PINS, wait_until
from tests.support.programs import FOLDER, MAPS, attach, attach_link, bpftool, loaded
from tests.support.xbeatd import Xbeatd, wait_up

pytestmark = pytest.mark.laboratory(nodes=2, ends="program")


@pytest.fixture
def programs():
    with loaded() as pins:
        yield pins


@pytest.fixture
def daemon(lab):
    return Xbeatd(lab, "node-a", instance()).start_active()


def is_pinged(lab):
    return lab.run("client", "ping", "-c", "1", "-W", "0.2", lab.address("node-a"), check=False).returncode == 0


def chain_event(daemon):
    return next(event for event in reversed(daemon.events()) if event["kind"] == "chain")


def test_next_program_gets_what_passes(lab, daemon, programs):
    assert is_pinged(lab)
    entry, = daemon.json("chain", "add", programs["no_ping"], "eth0")
    schemas.check([entry], schemas.show.CHAIN, "chain add")
    assert (entry["interface"], entry["program"], entry["runs"]) == ("eth0", "no_ping", True)
    assert daemon.json("chain", "show", "eth*") == daemon.json("chain", "show", "no_ping") == [entry]
    assert not is_pinged(lab)
    assert "eth0: program no_ping" in daemon.text("status")
    daemon.restart()
    assert not is_pinged(lab), "the next daemon has the chain"
    daemon.kill()
    assert not is_pinged(lab), "it works without a daemon"
    daemon.start()
    assert daemon.json("chain") == [entry]
    daemon.reload(instance(priority=120))
    assert not is_pinged(lab)
    assert daemon.json("chain", "remove") == [entry]
    assert is_pinged(lab)
    assert chain_event(daemon)["to"] == "removed"


def test_program_by_id_and_by_name(lab, daemon, programs):
    del programs
    daemon.ctl("chain", "add", "no_ping")
    assert not is_pinged(lab)
    program_id, = (program["id"] for program in bpftool("prog", "show") if program.get("name") == "no_ping")
    daemon.ctl("chain", "remove")
    entry, = daemon.json("chain", "add", str(program_id))
    assert entry["program_id"] == program_id
    assert not is_pinged(lab)
    assert not [path for path in PINS.iterdir() if path.name.startswith("next_")], "its own pins are removed"


def test_removed_by_something_else(lab, daemon, programs):
    """Packets pass, and it is reported; the same program put back is, too."""
    daemon.ctl("chain", "add", programs["no_ping"])
    daemon.bpftool_map("delete", "xb_next", *"key 0 0 0 0".split())
    assert is_pinged(lab)
    wait_until(lambda: chain_event(daemon)["to"] == "lost", "it is reported")
    assert not daemon.json("chain")[0]["runs"]
    assert "NOT RUN" in daemon.text("chain") and "NOT RUN" in daemon.text("status")
    daemon.bpftool_map("update", "xb_next", *"key 0 0 0 0 value pinned".split(), programs["no_ping"])
    wait_until(lambda: chain_event(daemon)["from"] == "lost", "it is back")
    assert daemon.json("chain")[0]["runs"] and not is_pinged(lab)


def test_pin_of_its_owner_may_go(lab, daemon, programs):
    daemon.ctl("chain", "add", programs["no_ping"])
    shutil.rmtree(FOLDER)
    assert not is_pinged(lab)
    assert daemon.json("chain")[0]["runs"]


def test_follows_an_interface_that_returns(lab, daemon, programs):
    daemon.ctl("chain", "add", programs["no_ping"])
    lab.run("node-a", "ip", "link", "set", "eth0", "name", "lan0")
    daemon.wait_state("initialize")
    assert is_pinged(lab)
    assert not daemon.json("chain")[0]["runs"]
    lab.run("node-a", "ip", "link", "set", "lan0", "name", "eth0")
    daemon.wait_state("active")
    assert not is_pinged(lab)


def own_program(daemon):
    return str(daemon.json("status")["interfaces"][0]["program_id"])


def test_what_is_refused(daemon, programs):
    tc_id = next(program["id"] for program in bpftool("prog", "show") if program.get("name") == "xbeat_tc")
    for wish, message in [
        ([programs["no_ping_plain"]], 'SEC("xdp.frags")'),
        ([programs["no_ping_devmap"]], "devmap or cpumap"),
        (["no_such"], "bpftool prog lists"),
        (["4000000000"], "bpftool prog lists"),
        ([FOLDER / "nothing"], "bpftool prog load"),
        ([own_program(daemon)], "own program"),
        ([programs["no_ping"], "eth7"], "not on interface eth7"),
        ([str(tc_id)], "no XDP program"),
        (["4x"], "begins with /"),
    ]:
        done = daemon.ctl("chain", "add", *wish, check=False)
        assert done.returncode == 1 and message in done.stderr, done.stderr
        assert daemon.json("chain") == []
    assert daemon.ctl("chain", "remove", check=False).returncode == 1
    assert daemon.ctl("chain", "put", check=False).returncode == 2


def test_own_program_is_refused_also_during_a_capture(lab, daemon):
    """Then another one of its own is attached."""
    plain = own_program(daemon)
    process = captured.start(daemon, lab.path("capture.pcapng"))
    seen = own_program(daemon)
    for program in (plain, seen):
        done = daemon.ctl("chain", "add", program, check=False)
        assert done.returncode == 1 and "own program" in done.stderr, done
    captured.end(process)
    assert plain != seen and daemon.json("chain") == []


def test_stop_ends_the_chain(lab, daemon, programs):
    daemon.ctl("chain", "add", programs["no_ping"])
    daemon.stop()
    assert is_pinged(lab)
    daemon.start_active()
    assert daemon.json("chain") == []
    assert lab.has_address("node-a", VIP)


def refusal(lab):
    daemon = Xbeatd(lab, "node-a", instance()).start()
    wait_until(lambda: daemon.json("status")["waiting_interfaces"], "it waits")
    waiting, = daemon.json("status")["waiting_interfaces"]
    reason = waiting["reason"]
    assert " off" not in reason and "link detach" not in reason and "unload -a" not in reason, reason
    assert len(reason) < 255, "it is cut"
    return reason


def test_by_netlink(lab, programs):
    attach(lab, "node-a", programs["no_ping"])
    reason = refusal(lab)
    assert '"no_ping"' in reason and "xbeatctl chain add" in reason and "BPF link" not in reason, reason


def test_by_a_bpf_link(lab, programs):
    attach_link(lab, "node-a", programs["no_ping"])
    reason = refusal(lab)
    assert '"no_ping"' in reason and "by BPF link " in reason, reason


def test_dispatcher_of_libxdp(lab, programs):
    attach(lab, "node-a", programs["xdp_dispatcher"])
    reason = refusal(lab)
    assert "libxdp" in reason and "xdp-loader status" in reason, reason


def test_another_xbeatd(lab):
    first = Xbeatd(lab, "node-a", instance()).start_active()
    other = Xbeatd(lab, "node-a", instance(name="VI_9", vrid=99))
    other.instance += "-2"
    other.socket = other.socket.with_name(f"{other.instance}.sock")
    other.start()
    waiting, = other.json("status")["waiting_interfaces"]
    assert "belongs to another xbeatd" in waiting["reason"], waiting
    assert first.state() == "active"


def check(lab, daemon):
    """What xbeatctl check finds on the node's interfaces."""
    done = lab.run("node-a", BUILD / "xbeatctl", "-j", "check", daemon.configuration)
    return json.loads(done.stdout)["foreign_programs"]


def test_check_names_programs_on_the_way(lab, programs):
    daemon = Xbeatd(lab, "node-a", instance(), instance("VI_2", vrid=52, interface="vlan7"))
    lab.run("node-a", "ip", "link", "add", "vlan7", "link", "eth0", "type", "macvlan")
    assert check(lab, daemon) == []
    attach(lab, "node-a", programs["no_ping"])
    lab.run("node-a", "tc", "qdisc", "add", "dev", "eth0", "clsact")
    lab.run("node-a", "tc", "filter", "add", "dev", "eth0", "ingress", "bpf", "direct-action", "obj",
            BUILD / "tools" / "tc_filters.bpf.o", "sec", "tc")
    found = [(entry["interface"], entry["hook"], entry.get("program")) for entry in check(lab, daemon)]
    assert found[:2] == [("eth0", "xdp", "no_ping"), ("eth0", "tc", None)], found
    assert ("eth0", "xdp", "no_ping") in found[2:], "the macvlan's packets come through eth0"
    texts = [entry["text"] for entry in check(lab, daemon)]
    assert "xbeatctl chain add" in texts[0] and "decides itself" in texts[1] and "carries vlan7" in texts[2], texts
    text = lab.run("node-a", BUILD / "xbeatctl", "check", daemon.configuration).stdout
    assert '"no_ping"' in text


def add_filter(lab, priority, interface="eth0"):
    lab.run("node-a", "tc", "filter", "add", "dev", interface, "ingress", "pref", str(priority), "bpf",
            "direct-action", "obj", BUILD / "tools" / "tc_filters.bpf.o", "sec", "tc")


def filters_of(daemon):
    """By the interface that xbeatd uses: where each program is, its pref or hook, and whether it comes before ours."""
    return {interface["name"]: [(entry["interface"], entry.get("priority", entry["hook"]), entry["before_ours"])
                                for entry in interface["foreign_programs"]]
            for interface in daemon.json("status")["interfaces"] if "foreign_programs" in interface}


def wait_filters(daemon, **expected):
    wait_until(lambda: filters_of(daemon) == expected, f"the filters are {expected}")


def test_status_names_filters_on_the_way(lab):
    """As they come and go, and those of the interface below."""
    lab.run("node-a", "ip", "link", "add", "vlan7", "link", "eth0", "type", "macvlan")
    daemon = Xbeatd(lab, "node-a", instance(), instance("VI_2", vrid=52, interface="vlan7")).start()
    wait_filters(daemon, eth0=[], vlan7=[])
    add_filter(lab, 7)
    wait_filters(daemon, eth0=[("eth0", 7, False)], vlan7=[("eth0", 7, True)])
    for interface in daemon.json("status")["interfaces"]:
        schemas.check(interface, schemas.show.INTERFACE, "status")
    assert "which carries vlan7" in daemon.text("status")
    assert [problem["subject"] for problem in json.loads(daemon.ctl("health", check=False).stdout)["problems"]
            if problem["kind"] == "foreign"] == ["vlan7"]
    # Of the same priority, the newest comes first.
    add_filter(lab, 1)
    wait_filters(daemon, eth0=[("eth0", 1, True), ("eth0", 7, False)], vlan7=[("eth0", 1, True), ("eth0", 7, True)])
    lab.run("node-a", "tc", "filter", "del", "dev", "eth0", "ingress", "pref", "7")
    wait_filters(daemon, eth0=[("eth0", 1, True)], vlan7=[("eth0", 1, True)])
    lab.run("node-a", "tc", "qdisc", "del", "dev", "eth0", "clsact")
    wait_filters(daemon, eth0=[], vlan7=[])


@pytest.mark.parametrize("put_on", [attach, attach_link])
def test_status_names_xdp_programs_below(lab, programs, put_on):
    """They were there before, because the kernel refuses changes while ours is above, but for the end of a BPF link."""
    lab.run("node-a", "ip", "link", "add", "vlan7", "link", "eth0", "type", "macvlan")
    put_on(lab, "node-a", programs["no_ping"])
    daemon = Xbeatd(lab, "node-a", instance(interface="vlan7")).start()
    wait_filters(daemon, vlan7=[("eth0", "xdp", True)])
    schemas.check(daemon.json("status")["interfaces"][0], schemas.show.INTERFACE, "status")
    assert "which carries vlan7, runs the XDP program" in " ".join(daemon.text("status").split())
    if put_on == attach_link:
        (FOLDER / "link").unlink()
        wait_filters(daemon, vlan7=[])


def test_called_by_another_program(lab, programs):
    """mode none: xbeatd attaches nothing, and its pinned program works once another program calls it."""
    cluster = Cluster(lab, Settings(heartbeat_lines=["mode none"]))
    called = cluster.start_xbeatd("node-a")["node-a"]
    cluster.settings = Settings()
    other = cluster.start_xbeatd("node-b")["node-b"]
    interface, = called.json("status")["interfaces"]
    schemas.check(interface, schemas.show.INTERFACE, "status")
    pin = PINS / called.instance / "program"
    assert interface["attached_by"] == "others" and str(pin) in interface["mode_reason"], interface
    assert "evidence_age_ns" not in interface and not lab.has_program("node-a")
    assert "never" in called.text("status")
    bpftool("map", "update", "pinned", MAPS / "called", *"key 0 0 0 0 value pinned".split(), pin)
    attach(lab, "node-a", programs["caller"], mode="xdpdrv")
    wait_up(called, other)
    assert not [entry for entry in check(lab, called) if entry["hook"] == "xdp"], "the caller belongs there"
    assert called.json("status")["interfaces"][0]["evidence_age_ns"] < 10**9
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(called.socket))
        client.sendall(b'{"method":"capture","parameters":{"duration_ns":5000000000}}\0')
        assert b'"ring_bytes"' in client.recv(4096)
        assert called.json("status")["interfaces"][0]["program_id"] == interface["program_id"], "a capture replaces nothing"
    called.stop()
    assert lab.has_program("node-a"), "the other program stays"
    assert not pin.exists()
