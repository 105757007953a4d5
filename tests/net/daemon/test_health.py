# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl health: what is wrong on a node, its exit status, and waiting until nothing is."""

import json
import signal
import subprocess

from tests.support.laboratory import NEVER_SECONDS, wait_until


def problems(daemon):
    """The exit status, and severity, kind and subject of each problem but those that are no fault."""
    done = daemon.ctl("health", check=False)
    health = json.loads(done.stdout)
    assert health["healthy"] == (done.returncode == 0)
    return done.returncode, {(problem["severity"], problem["kind"], problem["subject"])
                             for problem in health["problems"] if problem["severity"] != "info"}


def test_a_peer_stops_and_returns(cluster):
    """Waits are started before there is a daemon, and while a node is down."""
    daemon = cluster.daemon("node-a")
    with subprocess.Popen(daemon.ctl_argv("health", "-w"), text=True, stdout=subprocess.PIPE) as waiting:
        cluster.start_active()
        output, _ = waiting.communicate(timeout=NEVER_SECONDS)
        assert waiting.returncode == 0 and "healthy" in output.splitlines()
    daemon = cluster["node-a"]
    assert problems(daemon) == (0, set())

    cluster["node-c"].stop()
    wait_until(lambda: daemon.verdict("node-c") == "released", "node-c has stopped")
    assert problems(daemon) == (1, {("warning", "peer", "node-c")})
    done = subprocess.run(daemon.ctl_argv("health", "-w", "-t", "1s"), text=True, stdout=subprocess.PIPE,
                          check=False)
    assert done.returncode == 1 and "node-c is released" in " ".join(done.stdout.split()), "the time is over"
    waiting = daemon.command("health", "-w")
    cluster["node-c"].start()
    assert json.loads(waiting.communicate(timeout=NEVER_SECONDS)[0])["healthy"]
    assert waiting.returncode == 0


def test_a_stopped_daemon_does_not_outlast_the_time(cluster):
    """Each question while it waits has a shorter limit than that of other verbs, 5 s."""
    daemon = cluster.daemon("node-a").start()
    daemon.process.send_signal(signal.SIGSTOP)
    done = subprocess.run(daemon.ctl_argv("health", "-w", "-t", "1s"), text=True, stderr=subprocess.PIPE, check=False)
    daemon.process.send_signal(signal.SIGCONT)
    assert done.returncode == 1 and "no answer from xbeatd for 1 s" in done.stderr, done


def test_no_node_owns_an_address(cluster):
    """A drained node is as its operator wants it; but nothing owns the address when all are."""
    cluster.start_active("node-a", "node-b", "node-c")
    cluster["node-a"].json("drain")
    cluster.wait_holder("node-b")
    done = cluster["node-a"].ctl("health", "-w")
    assert {problem["kind"] for problem in json.loads(done.stdout)["problems"]} >= {"draining", "stays_away"}
    cluster["node-b"].json("drain")
    cluster["node-c"].json("drain", "--force")
    # It might be on its way to another node, for a moment.
    wait_until(lambda: problems(cluster["node-c"]) == (1, {("error", "no_owner", "VI_1")}), "no node owns it")


def test_an_instance_in_fault(lab, cluster):
    """And its warning has the cause."""
    cluster.settings.instance_lines = ["track_interface {\n eth9\n}"]
    lab.run("node-b", "ip", "link", "add", "eth9", "type", "veth", "peer", "eth8")
    cluster.start_xbeatd("node-b")
    status, found = problems(cluster["node-b"])
    assert status == 1 and ("warning", "fault", "VI_1") in found
