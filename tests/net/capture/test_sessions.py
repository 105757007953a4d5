# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures begin, end, are killed, and go on while the daemon changes under them."""

import os
import pathlib
import pty
import signal
import socket
import struct
import subprocess
import time

import pytest

from tests.support import captured
from tests.support.cluster import Cluster
from tests.support.configuration import Settings, heartbeat
from tests.support.laboratory import BUILD, NEVER_SECONDS, wait_until

pytestmark = pytest.mark.laboratory(nodes=3)
PAIR = ["node-a", "node-b"]
# A daemon that is restarted on a busy machine is back in time.
SLOW = {"advert_interval": "0.1", "daemon_timeout": "20s", "heartbeat_lines": ["restart_grace 10s"]}


@pytest.fixture
def pair(lab):
    return Cluster(lab, Settings(**SLOW, members=PAIR)).start_active(*PAIR)


def interrupted(packets):
    return [packet for packet in packets if "the capture was interrupted before" in packet.comment]


def wait_grown(path, process):
    """Until the file has more packets than now."""
    size = path.stat().st_size
    wait_until(lambda: path.stat().st_size > size or process.poll() is not None, "the capture goes on")
    assert process.poll() is None, process.stderr.read()


def capture_some(daemon, path):
    done = subprocess.run(daemon.ctl_argv("capture", "-w", path, "-c", "3"), capture_output=True, text=True, check=False)
    assert done.returncode == 0 or "about to begin" in done.stderr, done.stderr
    return done.returncode == 0


def is_loading(daemon):
    threads = pathlib.Path("/proc", str(daemon.process.pid), "task").glob("*/comm")
    return "xbeat-capture\n" in [thread.read_text() for thread in threads]


def begin_loading(daemon):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(NEVER_SECONDS)
    client.connect(str(daemon.socket))
    client.sendall(b'{"method":"capture","parameters":{"duration_ns":5000000000}}\0')
    wait_until(lambda: is_loading(daemon), "the programs are loading")
    return client


def test_captures_leave_nothing(lab, pair):
    """Some end by themselves, some are killed at any moment of their life."""
    daemon, path = pair["node-a"], lab.path("again.pcapng")
    traces = captured.Traces(daemon)
    captured.end(captured.start(daemon, path))
    descriptors, program = daemon.descriptors(), daemon.json("status")["interfaces"][0]["program_id"]
    for number in range(6):
        if number % 3 == 0:
            # The programs of one that was killed may still be loading.
            wait_until(lambda: capture_some(daemon, path), "another capture")
            assert len(captured.read(path)) == 3
            continue
        process = subprocess.Popen(daemon.ctl_argv("capture", "-w", path), stderr=subprocess.DEVNULL)
        if number % 3 == 1:
            wait_until(lambda: traces.look() and captured.runs(daemon), "the capture runs")
        else:
            time.sleep(number * 0.02)
        process.kill()
        process.wait()
        traces.wait_gone()
    assert daemon.json("status")["interfaces"][0]["program_id"] == program
    wait_until(lambda: daemon.descriptors() == descriptors, "all descriptors are closed")
    assert pair["node-b"].verdict("node-a") == "up" and len(pair["node-b"].changed(["peer"])) == 1
    log = daemon.process.output()
    for text in ("started (limit ", "stopped: its client has stopped it (after ",
                 "stopped: its client has disconnected (after "):
        assert f"capture: {text}" in log, log


def test_a_full_disk_is_reported_at_once(pair):
    argv = pair["node-a"].ctl_argv("capture", "-w", "/dev/full", "-t", "1h")
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=NEVER_SECONDS)
    assert done.returncode == 1 and "packets captured" not in done.stderr, done.stderr
    assert done.stderr.endswith("cannot write /dev/full: No space left on device; the file ends after 0 packets\n")


def test_goes_on_after_a_reload_with_other_nodes(lab, pair):
    daemon, path = pair["node-a"], lab.path("reload.pcapng")
    process = captured.start(daemon, path)
    pair.settings.members = ["node-c", *PAIR]
    daemon.reload(heartbeat(lab, pair.settings, pair.key_file), pair.vrrp_instance("node-a", "heartbeat lan"))
    wait_until(lambda: captured.runs(daemon), "the capture goes on")
    wait_grown(path, process)
    captured.end(process)
    packets = captured.read(path)
    assert len(interrupted(packets)) == 1
    assert "capture: stopped: a reload changes the programs (after " in daemon.process.output()
    after = packets[packets.index(interrupted(packets)[0]):]
    assert any(packet.comment.startswith("PROBE from node-b") for packet in after)


def test_reload_waits_for_the_programs(pair):
    """It is asked for while they are loaded."""
    daemon = pair["node-a"]
    traces = captured.Traces(daemon)
    with begin_loading(daemon) as client:
        reloads = [daemon.command("reload") for _ in range(2)]
        assert b'"ring_bytes"' in client.recv(4096)
        errors = [process.communicate(timeout=NEVER_SECONDS)[1] for process in reloads]
    assert all(not text or "another reload" in text for text in errors) and "" in errors, errors
    traces.wait_gone()
    assert any(event["reason"].startswith("reloaded ") for event in daemon.events())


def test_restart_does_not_wait_for_the_programs(pair):
    """A daemon that hands over makes no progress meanwhile."""
    daemon = pair["node-a"]
    with begin_loading(daemon) as client:
        refused = daemon.ctl("restart", check=False)
        assert b'"ring_bytes"' in client.recv(4096)
    assert refused.returncode and "a capture is about to begin" in refused.stderr, refused


def test_stop_does_not_wait_for_the_programs(lab):
    """The addresses are released at once, and not fenced while the daemon waits."""
    pair = Cluster(lab, Settings(advert_interval="0.1", members=PAIR)).start_active(*PAIR)
    with begin_loading(pair["node-a"]):
        assert pair["node-a"].stop() == 0
    wait_until(lambda: pair["node-b"].verdict("node-a") == "released", "node-a has released all")
    assert [(event["from"], event["to"]) for event in pair["node-b"].changed(["peer"])] == [
        ("down", "up"), ("up", "released")]


def test_goes_on_after_a_restart_and_a_death(lab, pair):
    daemon, path = pair["node-a"], lab.path("restart.pcapng")
    traces = captured.Traces(daemon)
    process = captured.start(daemon, path)
    daemon.restart()
    wait_until(lambda: captured.runs(daemon), "the capture goes on after the restart")
    wait_grown(path, process)
    daemon.kill()
    daemon.start()
    wait_until(lambda: captured.runs(daemon), "the capture goes on after the death")
    wait_grown(path, process)
    captured.end(process)
    assert len(interrupted(captured.read(path))) == 2
    traces.wait_gone()
    assert pair["node-b"].verdict("node-a") == "up"


def test_file_is_complete_when_the_daemon_stops(lab, pair):
    daemon, path = pair["node-a"], lab.path("stopped.pcapng")
    traces = captured.Traces(daemon)
    process = captured.start(daemon, path)
    wait_grown(path, process)
    assert traces.look()
    assert daemon.stop() == 0
    traces.wait_gone()
    process.send_signal(signal.SIGINT)  # it may still be waiting for another daemon
    process.communicate(timeout=NEVER_SECONDS)
    assert captured.read(path)


def test_refusals(lab, pair):
    daemon, path = pair["node-a"], lab.path("refused.pcapng")
    process = captured.start(daemon, path)
    second = daemon.ctl_argv("capture", "-w", lab.path("second.pcapng"))
    done = subprocess.run(second, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "another capture is running, for " in done.stderr
    assert not lab.path("second.pcapng").exists()
    captured.end(process)
    for options, message in ((["-t", "2h"], "duration_ns must be from 1 to"), (["-c", "0"], "is not a count")):
        done = subprocess.run([*second, *options], capture_output=True, text=True, check=False)
        assert done.returncode and message in done.stderr, done
    terminal, end = pty.openpty()
    done = subprocess.run(daemon.ctl_argv("capture"), stdout=end, stderr=subprocess.PIPE, text=True, check=False)
    os.close(end)
    os.close(terminal)
    assert done.returncode == 2 and "standard output is a terminal" in done.stderr


def test_pipe(pair):
    """Whose reader has seen enough."""
    capture = subprocess.Popen(pair["node-a"].ctl_argv("capture"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tshark = subprocess.run(["tshark", "-i", "-", "-c", "5"], stdin=capture.stdout, capture_output=True, text=True,
                            check=True)
    capture.stdout.close()
    assert len(tshark.stdout.splitlines()) == 5
    assert capture.wait(timeout=60) == 0, capture.stderr.read()
    capture.stderr.close()


def test_flood_is_bounded(lab, pair):
    daemon, path, junk = pair["node-a"], lab.path("flood.pcapng"), lab.path("junk")
    mac = bytes.fromhex(lab.mac("node-a").replace(":", ""))
    frame = mac + bytes.fromhex("020000000099") + b"\x08\0" + struct.pack(
        "!BBHHHBBH4B4B", 0x45, 0, 164, 0, 0, 255, 17, 0, 10, 77, 0, 99, 10, 77, 0, 1) + struct.pack(
        "!4H", 694, 694, 144, 0) + bytes(136)
    junk.write_bytes(struct.pack("!H", len(frame)) + frame)
    process = captured.start(daemon, path)
    before, start = daemon.ask("drops")["bad_magic"], time.monotonic()
    lab.run("switch", BUILD / "tools" / "replay", "node-a.0", junk, "1")
    sent, seconds = daemon.ask("drops")["bad_magic"] - before, time.monotonic() - start
    printed = captured.end(process, signal.SIGTERM)
    junk_captured = sum("bad_magic" in comment for comment in captured.comments(path))
    unseen = int(printed.split("captured, ")[1].split()[0])
    assert sent > 30_000, sent
    # A span more than the time has, and what processors that begin one together let through.
    assert junk_captured <= 10_000 * (seconds + 0.2) * 1.02
    assert unseen > 0 and abs(junk_captured + unseen - sent) < 0.02 * sent, (junk_captured, unseen, sent)
    assert pair["node-b"].verdict("node-a") == "up"
