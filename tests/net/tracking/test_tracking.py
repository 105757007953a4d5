# SPDX-License-Identifier: GPL-2.0-or-later
"""Tracked objects in the running daemon: priorities, faults, and adverts that continue on time."""

import shutil
import subprocess
import time

import pytest

from tests.support.configuration import VRID, block, heartbeat, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd, wait_up


@pytest.fixture
def watch(lab):
    with Watch(lab, "client") as opened:
        yield opened


def script(name, command, *lines, interval="0.1"):
    return block(f"vrrp_script {name}", f'script "{command}"', f"interval {interval}", *lines)


def track(*lines):
    return block("track_script", *lines)


def parts(node, name="VI_1"):
    return {part["what"]: part for part in node.explain(name)["priority_parts"]}


@pytest.mark.laboratory(nodes=2, links=2)
def test_interface_by_weight_and_as_fault(lab, watch):
    """eth1 of the Active goes down: one instance loses priority, the other gives up at once."""
    node = Xbeatd(lab, "node-a",
                  instance("weighed", block("track_interface", "eth1 weight 60"), priority=150),
                  instance("needed", block("track_interface", "eth1"), vrid=52, priority=150))
    other = Xbeatd(lab, "node-b", instance("weighed", priority=160),
                   instance("needed", vrid=52)).start()
    node.start()
    for name in ("weighed", "needed"):
        node.wait_state("active", name)
        other.wait_state("backup", name)
    assert parts(node, "weighed")["interface eth1"]["weight"] == 60
    lab.cut("node-a", "eth1", "--carrier")
    node.wait_state("initialize", "needed")
    released = watch.wait_advert(vrid=52, priority=0)
    taken = watch.wait_advert(vrid=52, priority=100)
    # Skew_Time at a priority of 100 is 61 ms, Active_Down_Interval 361 ms.
    assert watch.least_s(released, taken) < 0.2
    assert node.vrrp("needed")["obstacles"][0]["kind"] == "tracked"
    other.wait_state("active", "needed")
    explained = node.explain("needed")
    assert "eth1" in explained["said"] and "down" in explained["said"], explained
    assert "eth1" in node.text("explain", "needed")
    other.wait_state("active", "weighed")
    assert node.vrrp("weighed")["effective_priority"] == 150
    lab.heal("node-a", "eth1")
    for name in ("weighed", "needed"):
        node.wait_state("active", name)
    assert node.vrrp("weighed")["effective_priority"] == 210


@pytest.mark.laboratory(nodes=1)
def test_scripts_weights_rise_and_fall(lab):
    flag = lab.path("flag")
    log = lab.path("runs")
    lab.directory.chmod(0o755)
    node = Xbeatd(
        lab, "node-a",
        script("plain", f"/usr/bin/test -e {flag}", "weight 20"),
        script("turned", f"/usr/bin/test -e {flag}", "weight 30 reverse"),
        script("slow", f"/bin/sh -c 'test -e {flag} && date +%s%N >>{log}'", "weight -40", "rise 3",
               "fall 2"),
        script("nobody", "/bin/sh -c '[ $(id -u) = 65534 ]'", "weight 1", "user nobody"),
        instance("VI_1", track("plain", "turned", "slow", "nobody"))).start()
    node.wait_state("active")
    node.wait_priority(61)
    effects = {what: part["weight"] for what, part in parts(node).items()}
    assert effects == {"script plain": 0, "script turned": 0, "script slow": -40,
                       "script nobody": 1}, effects
    transitions = node.vrrp()["transitions"]
    flag.touch()
    node.wait_priority(91)
    risen = [event for event in node.events() if event["subject"] == "script slow"][-1]
    successes = [int(word) for word in log.read_text().split() if int(word) < risen["time_unix_ns"]]
    # The next may have been on its way when the third was reported.
    assert risen["to"] == "up" and len(successes) in (3, 4), (risen, successes)
    assert node.tracked("slow")["status"] == "up"
    text = node.text("explain", "VI_1")
    for expected in ("100  configured", "+20  script plain", "-30  script turned",
                     "+1  script nobody", "91  in effect"):
        assert expected in text, text
    flag.unlink()
    node.wait_priority(61)
    assert node.vrrp()["transitions"] == transitions


@pytest.mark.laboratory(nodes=1)
def test_bad_scripts_delay_nothing(lab, watch):
    """Each is a failing script with its reason; adverts continue on time meanwhile."""
    node = Xbeatd(
        lab, "node-a",
        script("hangs", "/bin/sleep 60", "weight -1", "timeout 0.2", interval="0.3"),
        script("floods", "/bin/sh -c 'exec cat /dev/zero'", "weight -2", "timeout 2"),
        script("missing", "/bin/sh -c 'exec /nonexistent/program'", "weight -4"),
        script("leaves", "/bin/sh -c 'sleep 60 & exit 0'", "weight -8", interval="0.3"),
        instance("VI_1", track("hangs", "floods", "missing", "leaves"))).start()
    node.wait_state("active")
    start_ns = time.time_ns()
    node.wait_priority(85)
    for name, word in (("hangs", "timeout"), ("floods", "64 KiB"), ("missing", "127"), ("leaves", "left")):
        wait_until(lambda name=name, word=word: word in node.tracked(name)["reason"],
                   lambda name=name: node.tracked(name))
    time.sleep(1)
    assert watch.longest_gap_s(VRID, start_ns) < 0.19
    assert node.vrrp()["transitions"] == 2


@pytest.mark.laboratory(nodes=2)
def test_signal_of_a_timeout_beside_keepalived(lab):
    """SIGKILL at once, for which a script cannot do anything; keepalived 2.2.7 sends SIGTERM first."""
    signals = {}
    for node, kind in (("node-a", Xbeatd), ("node-b", Keepalived)):
        signals[node] = lab.path(f"signals-{node}")
        program = lab.write(f"slow-{node}", "#!/bin/bash\n"
                            f"trap 'echo TERM >>{signals[node]}; exit 1' TERM\n"
                            f"echo start >>{signals[node]}\n"
                            "while :; do sleep 0.1; done\n", mode=0o755)
        kind(lab, node, block("global_defs", "script_user root"),
             script("slow", program, "timeout 1", interval="2"),
             instance("VI_1", track("slow"), version=2, advert_int=1)).start()
    for path in signals.values():
        wait_until(lambda path=path: path.exists() and path.read_text().count("start") >= 3, "the script is run again")
    assert "TERM" in signals["node-b"].read_text()
    assert "TERM" not in signals["node-a"].read_text()


@pytest.mark.laboratory(nodes=1)
def test_script_that_cannot_be_started_is_a_fault(lab):
    program = lab.path("check")
    program.write_text("#!/nonexistent/interpreter\n")
    program.chmod(0o755)
    node = Xbeatd(lab, "node-a", script("broken", program),
                  instance("VI_1", track("broken"))).start()
    status = node.wait_tracked("broken", "down")
    assert "check" in status["reason"], status
    assert node.vrrp()["state"] == "initialize"
    said = node.explain()["said"]
    assert "broken" in said and "check" in said, said
    program.write_text("#!/bin/sh\nexit 0\n")
    node.wait_state("active")


@pytest.mark.laboratory(nodes=1)
def test_process_file_and_bounds(lab):
    program = lab.path("xbeat-service")
    shutil.copy("/bin/sleep", program)
    number = lab.write("number", "5\n")
    node = Xbeatd(
        lab, "node-a",
        block("vrrp_track_process service", f"process {program.name}", "weight 50"),
        block("track_file load", f"file {number}", "weight 2"),
        instance("VI_1", block("track_process", "service"), block("track_file", "load"))).start()
    node.wait_state("active")
    node.wait_priority(110)
    with subprocess.Popen([program, "60"]) as process:
        node.wait_priority(160)
        number.write_text("100\n")
        node.wait_priority(254)
        text = node.text("explain", "VI_1")
        assert "the sum is 350" in text and "254" in text, text
        # Written as editors do.
        lab.write("next", "-100\n").rename(number)
        node.wait_priority(1)
        process.kill()
    wait_until(lambda: parts(node)["process service"]["weight"] == 0, "its end is seen")
    number.write_text("0\n")
    node.wait_priority(100)
    assert node.vrrp()["transitions"] == 2


@pytest.mark.laboratory(nodes=2)
def test_peer(lab):
    """A single node lowers one instance and disables another."""
    common = heartbeat(lab, daemon_timeout="1s")
    node = Xbeatd(lab, "node-a", common,
                  instance("weighed", "heartbeat lan", "track_peer node-b weight -30"),
                  instance("needed", "heartbeat lan", "track_peer node-b", vrid=52)).start()
    other = Xbeatd(lab, "node-b", common).start()
    wait_up(node, other)
    for name in ("weighed", "needed"):
        node.wait_state("active", name)
    assert node.priority("weighed") == 100
    other.stop()
    node.wait_state("initialize", "needed")
    assert node.priority("weighed") == 70 and node.vrrp("weighed")["state"] == "active"
    assert "node-b: released" in node.explain("needed")["said"]
    other.start()
    node.wait_state("active", "needed")
    node.wait_priority(100, "weighed")
