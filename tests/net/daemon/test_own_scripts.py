# SPDX-License-Identifier: GPL-2.0-or-later
"""startup_script and shutdown_script, with their timeouts, and the umask of scripts."""

import pathlib
import signal
import stat

import pytest

from tests.support.configuration import VIP, block, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import BUILD, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"


def script(lab, name, *lines):
    """Notes in a file that it began, whether the address was there, and that it ended."""
    has = f"ip addr show dev eth0 | grep -q {VIP}/ && echo {name}-with-address >>{lab.path('notes')}"
    return lab.write(name, "\n".join(["#!/bin/sh", f"echo {name} >>{lab.path('notes')}", has, *lines,
                                      f"echo {name}-end >>{lab.path('notes')}"]) + "\n", mode=0o755)


def notes(lab):
    path = lab.path("notes")
    return path.read_text().split() if path.exists() else []


def texts(lab, *lines, **scripts):
    found = [f'{name}_script "{script(lab, name, *commands)}"' for name, commands in scripts.items()]
    notify = lab.write("notify", f"#!/bin/sh\necho notify >>{lab.path('notes')}\n", mode=0o755)
    return block("global_defs", "script_user root", *found, *lines), instance(notify_backup=str(notify))


@pytest.mark.parametrize("daemon", ["xbeatd", "keepalived"])
def test_scripts_run_before_and_after_everything(lab, daemon):
    blocks = texts(lab, startup=["sleep 0.5"], shutdown=["sleep 0.5"])
    if daemon == "xbeatd":
        daemon = Xbeatd(lab, NODE, *blocks).start_active()
    else:
        daemon = Keepalived(lab, NODE, *blocks).start()
    wait_until(lambda: lab.has_address(NODE, VIP), "it is Active")
    assert daemon.stop() == 0
    # A start that needs no vacancy is no Backup first.
    assert [note for note in notes(lab) if note != "notify"] == ["startup", "startup-end", "shutdown", "shutdown-end"]
    assert "notify" not in notes(lab)[:2], "the instances start after it"


def test_late_script_is_killed(lab):
    daemon = Xbeatd(lab, NODE, *texts(lab, "startup_script_timeout 1", "shutdown_script_timeout 1",
                                      startup=["sleep 1000"], shutdown=["sleep 1000"]))
    daemon.start_active()
    assert daemon.stop() == 0
    assert [note for note in notes(lab) if note != "notify"] == ["startup", "shutdown"]
    for word in "startup_script", "shutdown_script":
        assert any(word in line and "killed" in line for line in daemon.process.output().splitlines()), word


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_while_the_script_runs(lab, number):
    """Nothing starts any more, the script is ended, and the pid file is removed."""
    pid_file = lab.path("pid")
    daemon = Xbeatd(lab, NODE, *texts(lab, startup=["echo $$ >>" + str(lab.path("script.pid")), "sleep 1000"]))
    daemon.process = lab.spawn(NODE, *daemon.argv(), "-p", pid_file)
    wait_until(lambda: lab.path("script.pid").exists() and lab.path("script.pid").read_text().strip(), "it runs")
    assert pid_file.exists()
    daemon.process.send_signal(number)
    assert daemon.process.wait() == 0
    assert not pid_file.exists() and "active" not in daemon.process.output()
    script_process = pathlib.Path("/proc") / lab.path("script.pid").read_text().strip()
    wait_until(lambda: not script_process.exists(), "the script has ended")


def test_failure_does_not_prevent_the_start(lab):
    daemon = Xbeatd(lab, NODE, *texts(lab, startup=["exit 3"])).start_active()
    assert "exit status 3" in daemon.process.output()


def test_reload_changes_the_script_of_the_end(lab):
    daemon = Xbeatd(lab, NODE, *texts(lab, shutdown=[])).start_active()
    daemon.reload(*texts(lab, startup=[], shutdown=["echo reloaded >>" + str(lab.path("notes"))]))
    assert daemon.stop() == 0
    assert [note for note in notes(lab) if note != "notify"] == ["shutdown", "reloaded", "shutdown-end"]


def test_start_that_fails_runs_no_script_of_the_end(lab):
    """After startup_script: something else is in the place of the control socket."""
    daemon = Xbeatd(lab, NODE, *texts(lab, startup=[], shutdown=[]))
    daemon.socket.parent.mkdir(mode=0o755, exist_ok=True)
    daemon.socket.touch()
    try:
        done = lab.run(NODE, BUILD / "xbeatd", "-f", "-c", daemon.configuration, "-i", daemon.instance, check=False)
    finally:
        daemon.socket.unlink()
    assert done.returncode == 1 and "startup" in notes(lab) and "shutdown" not in notes(lab)


@pytest.mark.parametrize("line, options, mode", [
    ("", [], 0o644), ("umask 077", [], 0o600), ("umask IWGRP | IRWXO", [], 0o640), ("umask 077", ["-u", "02"], 0o664)])
def test_umask_is_that_of_scripts(lab, line, options, mode):
    made = lab.path("made")
    notify = lab.write("notify", f"#!/bin/sh\n>>{made}\n", mode=0o755)
    daemon = Xbeatd(lab, NODE, block("global_defs", "script_user root", line), instance(notify=str(notify)))
    daemon.process = lab.spawn(NODE, BUILD / "xbeatd", "-f", "-c", daemon.configuration, "-i", daemon.instance, *options)
    wait_until(made.exists, "it notifies")
    assert stat.S_IMODE(made.stat().st_mode) == mode
