# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals that a person sends out of keepalived's habit, or by mistake, do not end xbeatd."""

import os
import signal

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import BUILD, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)

STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP,
         signal.SIGTTIN, signal.SIGTTOU}
CRASHES = {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV,
           signal.SIGSYS, signal.SIGTRAP}
HARMLESS = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH, signal.SIGHUP}
C_LIBRARY = {32, 33}
WRITE = {signal.SIGUSR1, signal.SIGUSR2, signal.SIGRTMIN + 2}
IGNORED = sorted((set(signal.valid_signals()) | C_LIBRARY) - STOPS - CRASHES - HARMLESS)


def handled(daemon, name):
    """The signals in one of the sets of /proc/PID/status."""
    line = next(line for line in (daemon.proc() / "status").read_text().splitlines()
                if line.startswith(name))
    return {number for number in range(1, 65) if int(line.split()[1], 16) >> (number - 1) & 1}


def test_signals_end_no_process(lab):
    daemon = Xbeatd(lab, "node-a", instance()).start_active()
    starter, runner = daemon.starter(), daemon.child()
    for number in IGNORED * 2:
        os.kill(starter, number)
        os.kill(runner, number)
        daemon.process.send_signal(number)
        # Its next answer comes after the signal.
        assert daemon.state() == "active", number
    assert (daemon.starter(), daemon.child()) == (starter, runner)
    lines = [line for line in daemon.process.output().splitlines() if "ignored" in line]
    assert 0 < len(lines) == len(set(lines)) <= len(IGNORED), lines
    wait_until(lambda: daemon.process.output().count(" written to ") >= len(WRITE), "their files are written")
    assert len(daemon.activations()) == 1


def test_line_names_what_to_do_instead(lab):
    daemon = Xbeatd(lab, "node-a", instance()).start_active()
    for number, words in ((signal.SIGRTMAX - 1, "SIGUSR2"), (signal.SIGALRM, "SIGTERM"),
                          (signal.SIGQUIT, "SIGTERM")):
        daemon.process.send_signal(number)
        wait_until(lambda words=words: words in daemon.process.output().split("ignored")[-1], words)


def test_reload_waits_for_the_start(lab):
    """The configuration may be on a server that is slow."""
    daemon = Xbeatd(lab, "node-a", instance())
    text = daemon.configuration.read_text()
    daemon.configuration.unlink()
    os.mkfifo(daemon.configuration)
    daemon.process = lab.spawn("node-a", BUILD / "xbeatd", "-f", "-c", daemon.configuration, "-i",
                               daemon.instance)
    wait_until(lambda: daemon.process.running() and (daemon.proc() / "comm").read_text() == "xbeatd\n"
               and signal.SIGUSR1 in handled(daemon, "SigIgn"), "xbeatd runs")
    daemon.hang_up()
    daemon.configuration.write_text(text)
    wait_until(daemon.ready, "it starts")
    wait_until(daemon.reads_files, "it reads the file again")


def test_stop_works_where_the_parent_blocked_its_signals(lab):
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGHUP])
    try:
        daemon = Xbeatd(lab, "node-a", instance()).start_active()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    assert daemon.stop() == 0


def test_scripts_inherit_nothing_of_it(lab):
    seen = lab.path("seen")
    script = lab.write("check", f"#!/bin/sh\ncat /proc/self/status >{seen}.new && mv {seen}.new {seen}\n",
                       mode=0o755)
    daemon = Xbeatd(lab, "node-a",
                    block("global_defs", "script_user root", "enable_script_security"),
                    block("vrrp_script mask", f"script {script}", "interval 1"),
                    instance(track_script=["mask"])).start()
    assert {signal.SIGUSR1, signal.SIGQUIT, signal.SIGALRM} <= (
        handled(daemon, "SigIgn") | handled(daemon, "SigCgt"))
    wait_until(seen.exists, "the script ran")
    sets = dict(line.split(":\t") for line in seen.read_text().splitlines() if line.startswith("Sig"))
    assert int(sets["SigBlk"], 16) == 0 and int(sets["SigIgn"], 16) == 0, sets
