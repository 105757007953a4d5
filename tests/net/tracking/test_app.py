# SPDX-License-Identifier: GPL-2.0-or-later
"""Applications that write beats to their pages: real ones, stopped, killed and restarted, as are
the daemons."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

from tests.support.configuration import block, heartbeat, instance
from tests.support.laboratory import BUILD, NEVER_SECONDS, SOCKETS, wait_until
from tests.support.moment import punctual
from tests.support.probe import REALTIME

pytestmark = pytest.mark.laboratory(nodes=2)
NODE, PEER = "node-a", "node-b"
USER = 65534
TIMEOUT_MS = 200
# A check is due with the timeout, a PROBE an interval later.
SLACK_MS = 150


def app(name, *lines, timeout_ms=TIMEOUT_MS):
    return block(f"vrrp_app {name}", f"timeout {timeout_ms}ms", *lines)


@pytest.fixture
def public_tools():
    """Copies that every user can execute, wherever this tree is."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        for tool in (BUILD / "xbeatctl", BUILD / "tools" / "app_example"):
            shutil.copy(tool, directory)
        yield directory


class Applications:
    """Two nodes whose first instance tracks an application, which is not started."""

    def __init__(self, lab, cluster):
        self.lab = lab
        self.cluster = cluster

    def blocks(self, node, *apps, weight=None):
        line = "web" if weight is None else f"web weight {weight}"
        return [*apps, self.cluster.vrrp_instance(node, "heartbeat lan", block("track_app", line))]

    def daemon(self, node, *apps, weight=None):
        return self.cluster.daemon(node, *self.blocks(node, *(apps or [app("web")]), weight=weight),
                                   instance=False)

    def run(self, node=NODE, name="web", interval_ms=10):
        """Starts a program that beats in time on a busy machine; returns once it beats."""
        process = self.lab.spawn(node, *REALTIME, BUILD / "tools" / "app_example", self.lab.instance(node),
                                 name, interval_ms)
        wait_until(lambda: "opened" in process.output(), f"{name} is opened")
        return process


@pytest.fixture
def applications(lab, cluster):
    return Applications(lab, cluster)


def shown(daemon, name="web"):
    return next(entry for entry in daemon.json("app") if entry["name"] == name)


def late_bits(daemon):
    """What a daemon's kernel side heard of its first peer."""
    return daemon.map("xb_peers")[0]["late_apps_bits"]


def wait_late(daemon, bits):
    wait_until(lambda: late_bits(daemon) == bits, lambda: f"late bits {bits}: {late_bits(daemon)}")


def last_event(daemon, kind, to):
    return wait_until(lambda: [event for event in daemon.events() if (event["kind"], event["to"]) == (kind, to)],
                      f"{daemon.node}: {kind} {to}")[-1]


def test_a_stopped_application_is_a_fault_and_peers_know(lab, applications):
    """Without weight: no node is Active without the application, and one is again as soon as the
    application continues."""
    node, peer = (applications.daemon(name).start() for name in (NODE, PEER))
    assert node.state() == "initialize" and "not opened yet" in node.explain()["said"]
    assert shown(node)["state"] == "unopened" and late_bits(peer) == 1
    web = applications.run()
    node.wait_state("active")
    wait_late(peer, 0)
    entry = shown(node)
    assert entry["state"] == "beating" and entry["beat_age_ns"] < TIMEOUT_MS * 1e6, entry
    assert entry["tracked_by"] == ["VI_1"] and entry["opened_by_uid"] == 0, entry
    applications.run(PEER)
    peer.wait_state("backup")
    stopped = lab.moment(lambda: web.send_signal(signal.SIGSTOP))
    wait_late(peer, 1)
    late = last_event(peer, "app", "late")
    assert stopped.least_ms(late) < TIMEOUT_MS + SLACK_MS, late
    # PROBEs and answers report the same.
    assert {late_bits(peer) for _ in range(30)} == {1}
    assert peer.peer(NODE)["late_apps"] == ["web"]
    assert f"{TIMEOUT_MS} ms" in late["reason"], late
    peer.wait_state("active")
    assert node.state() == "initialize" and "timeout 200 ms" in node.explain()["said"]
    assert "last beat" in node.tracked("web")["reason"] and shown(node)["state"] == "late"
    continued = lab.moment(lambda: web.send_signal(signal.SIGCONT))
    node.wait_tracked("web", "up")
    up = [event for event in node.events() if event["subject"] == "app web"][-1]
    assert up["to"] == "up" and continued.least_ms(up) < TIMEOUT_MS / 4 + SLACK_MS, up
    node.wait_state("active")
    wait_late(peer, 0)


def test_what_a_silent_peer_reported_is_past(lab, applications):
    applications.daemon(NODE).start()
    peer = applications.daemon(PEER).start()
    wait_until(lambda: late_bits(peer) == 1, "the application is late")
    said = peer.explain(NODE)["said"]
    assert "Its application web is late:" in said
    assert "its timeout (200 ms in the file here)" in said, said
    lab.cut(NODE)
    wait_until(lambda: peer.verdict(NODE) == "down", "node-a is down")
    assert "Its application web was late then:" in peer.explain(NODE)["said"]
    assert "late applications when last heard: web" in peer.text("peers")


def test_priority_falls_by_the_weight(applications):
    node, peer = (applications.daemon(name, weight=-60).start() for name in (NODE, PEER))
    web, other = applications.run(), applications.run(PEER)
    node.wait_priority(150)
    node.wait_state("active")
    peer.wait_priority(100)
    web.send_signal(signal.SIGKILL)
    peer.wait_state("active")
    assert node.priority() == 90
    events = [event for event in node.events() if event["subject"] == "app web"]
    assert (events[-1]["from"], events[-1]["to"]) == ("up", "down"), events
    assert "timeout 200 ms" in events[-1]["reason"]
    applications.run()
    node.wait_state("active")
    assert other.running()


def test_reverse_and_sync_group(applications, lab):
    """One application lowers the priority while it beats; the other, when late, is a fault of its
    whole group."""
    node = applications.daemon(NODE, app("spare"), app("web"))
    track = block("track_app", "spare weight 20 reverse")
    node.configure(heartbeat(lab, applications.cluster.settings), app("spare"), app("web"),
                   block("vrrp_sync_group both", block("group", "VI_1", "VI_2"), "track_app web",
                         "sync_group_tracking_weight"),
                   instance("VI_1", "heartbeat lan", track), instance("VI_2", "heartbeat lan", vrid=52)).start()
    assert node.priority() == 100
    assert [node.state(name) for name in ("VI_1", "VI_2")] == ["initialize"] * 2
    spare, web = applications.run(name="spare"), applications.run()
    node.wait_priority(80)
    for name in "VI_1", "VI_2":
        node.wait_state("active", name)
    web.send_signal(signal.SIGSTOP)
    for name in "VI_1", "VI_2":
        node.wait_state("initialize", name)
    spare.send_signal(signal.SIGKILL)
    node.wait_priority(100)


def test_the_page_outlives_a_killed_daemon(applications):
    node, peer = (applications.daemon(name).start() for name in (NODE, PEER))
    web = applications.run()
    node.wait_state("active")
    applications.cluster.wait_up()  # in the mode in which answers arrive
    node.kill()
    time.sleep(2 * TIMEOUT_MS / 1e3)
    assert late_bits(peer) == 0, "its kernel side still answers that it beats"
    web.send_signal(signal.SIGSTOP)
    wait_late(peer, 1)
    web.send_signal(signal.SIGCONT)
    wait_late(peer, 0)
    node.start()
    assert node.tracked("web")["status"] == "up" and node.events()[0]["kind"] != "vrrp"
    node.wait_state("active")
    assert "stale" not in web.output()
    assert "opened_unix_ns" in shown(node)


def test_the_page_outlives_a_killed_daemon_of_another_heartbeat(applications):
    node = applications.daemon(NODE).start()
    web = applications.run()
    node.wait_state("active")
    node.kill()
    applications.cluster.settings.interval = "20ms"
    node = applications.daemon(NODE).start()
    assert node.tracked("web")["status"] == "up"
    assert "stale" not in web.output()


def test_a_page_that_cannot_be_taken_over_is_ended(applications):
    """As when a daemon of another version follows a killed one: nothing shows which daemon owns the
    page."""
    node = applications.daemon(NODE).start()
    web = applications.run()
    node.wait_state("active")
    node.kill()
    node.make_maps_older(4)
    node.start()
    node.wait_state("active")
    assert "stale" in web.output() and shown(node)["state"] == "beating"


def test_a_clean_restart_is_noticed_by_the_application(applications, lab):
    node = applications.daemon(NODE).start()
    web = applications.run()
    node.wait_state("active")
    assert node.stop() == 0
    assert not lab.run_files(NODE)
    wait_until(lambda: "stale" in web.output(), "the application hears of the end")
    node.start()
    node.wait_state("active")
    assert web.output().count("opened") == 2


def test_reload_adds_moves_and_removes(applications, lab):
    """A program does not notice that others arrive, that its slot changes, or its timeout."""
    node, peer = (applications.daemon(name).start() for name in (NODE, PEER))
    web = applications.run()
    node.wait_state("active")
    heartbeat = node.configuration.read_text().split("vrrp_app")[0]
    node.reload(heartbeat, *applications.blocks(NODE, app("first"), app("web", timeout_ms=400)))
    assert [entry["name"] for entry in node.json("app")] == ["first", "web"]
    wait_late(peer, 1)
    first = applications.run(name="first")
    wait_late(peer, 0)
    assert node.tracked("web")["status"] == "up" and "stale" not in web.output()
    assert (shown(node)["timeout_ns"], shown(node)["place"]) == (400_000_000, 1)
    node.reload(heartbeat, *applications.blocks(NODE, app("web")))
    wait_until(lambda: "stale" in first.output(), "its page is gone")
    assert shown(node)["state"] == "beating" and web.running() and "stale" not in web.output()
    assert late_bits(peer) == 0
    node.reload(heartbeat, applications.cluster.vrrp_instance(NODE, "heartbeat lan"))
    assert node.json("app") == [] and not (SOCKETS / f"{node.instance}.app").exists()
    wait_until(lambda: "stale" in web.output(), "its page is gone, too")
    assert "refused: No such file or directory" in web.output()
    assert len(node.activations()) == 1


def as_user(tools, daemon, *command, group=USER, groups=()):
    """Runs a tool of the copies as an ordinary user."""
    return subprocess.run([os.path.join(tools, command[0]), *command[1:]], user=USER, group=group,
                          extra_groups=groups, cwd="/", text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=NEVER_SECONDS)


def test_who_may_open(applications, public_tools):
    node = applications.daemon(NODE, app("web", f"user {USER}"), app("other")).start()

    def beat(name, **credentials):
        return as_user(public_tools, node, "xbeatctl", "-i", node.instance, "app", "beat", name,
                       **credentials)

    assert beat("web").returncode == 0
    assert shown(node)["state"] == "beating" and shown(node)["opened_by_uid"] == USER
    done = beat("other")
    assert done.returncode == 4 and "not permitted" in done.stderr, done
    assert shown(node, "other")["state"] == "unopened"
    assert beat("nothing").returncode == 1
    done = as_user(public_tools, node, "xbeatctl", "-i", node.instance, "app")
    assert done.returncode == 4, "the control socket stays closed to it"


def test_a_user_of_no_application_is_sent_away(applications, public_tools):
    node = applications.daemon(NODE).start()
    done = as_user(public_tools, node, "app_example", node.instance, "web")
    assert done.returncode == 1 and "Operation not permitted" in done.stdout, done
    assert shown(node)["state"] == "unopened"


FLOOD = """
import socket, sys, time
end = time.monotonic() + 1.5
while time.monotonic() < end:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(0.1)
        try:
            client.connect(sys.argv[1])
        except OSError:
            pass
"""


def busy_share(node):
    """The share of a processor, during a second."""
    before_ns, start_ns = node.cpu_ns(), time.monotonic_ns()
    time.sleep(1)
    return (node.cpu_ns() - before_ns) / (time.monotonic_ns() - start_ns)


def test_strangers_cost_little_and_stand_in_nobodys_way(applications):
    node = applications.daemon(NODE, app("web", f"user {USER}")).start()
    applications.run()
    node.wait_state("active")
    usual = busy_share(node)
    flood = [subprocess.Popen(["/usr/bin/python3", "-c", FLOOD, SOCKETS / f"{node.instance}.app"],
                              user=USER - 1, group=USER - 1, extra_groups=[]) for _ in range(4)]
    cost = busy_share(node) - usual
    assert node.ctl("app", "beat", "web").returncode == 0
    assert [process.wait() for process in flood] == [0] * 4
    assert cost < 0.1, cost
    assert node.state() == "active"


def test_beat_for_scripts(applications):
    node = applications.daemon(NODE).start()
    assert node.ctl("app", "beat", "web").returncode == 0
    # One beat lasts for its timeout: the state may have come and gone before the query.
    wait_until(lambda: {"up", "down"} <= {event["to"] for event in node.events() if event["subject"] == "app web"},
               "the beat is taken, and then the next is missed")
    done = node.ctl("app", "beat", "nothing", check=False)
    assert done.returncode == 1 and "no vrrp_app nothing" in done.stderr, done
    assert node.ctl("app", "beet", "web", check=False).returncode == 2
    node.stop()
    done = node.ctl("app", "beat", "web", check=False)
    assert done.returncode == 3 and "start xbeatd with" in done.stderr, done


def test_own_standstill_accuses_nobody(applications):
    """Daemon and application stall together, as when a machine is paused, and the daemon wakes
    first."""
    node = applications.daemon(NODE).start()
    web = applications.run()
    node.wait_state("active")
    with punctual():
        for process in (web, node.process):
            process.send_signal(signal.SIGSTOP)
        time.sleep(3 * TIMEOUT_MS / 1e3)
        node.process.send_signal(signal.SIGCONT)
        time.sleep(TIMEOUT_MS / 4e3)
        web.send_signal(signal.SIGCONT)
    time.sleep(TIMEOUT_MS / 1e3)
    assert [event for event in node.events() if event["subject"] == "app web"][1:] == []
    web.send_signal(signal.SIGSTOP)
    node.wait_tracked("web", "down")


def test_installed_library(tmp_path):
    """A program that knows only the installed header and library, shared and static."""
    subprocess.run(["make", "-s", "install", f"DESTDIR={tmp_path}", f"BUILD={BUILD}"], cwd=BUILD.parent,
                   check=True, stdout=subprocess.DEVNULL)
    environment = dict(os.environ, PKG_CONFIG_SYSROOT_DIR=str(tmp_path),
                       PKG_CONFIG_LIBDIR=str(tmp_path / "usr/local/lib/pkgconfig"))
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "xbeat"], env=environment, check=True,
                           stdout=subprocess.PIPE, text=True).stdout.split()
    source = BUILD.parent / "tests" / "tools" / "app_example.c"
    libraries = tmp_path / "usr/local/lib"
    symbols = subprocess.run(["nm", "--dynamic", "--defined-only", "--with-symbol-versions",
                              libraries / "libxbeat.so"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert sorted(line.split()[-1] for line in symbols.splitlines() if " T " in line) == [
        f"xbeat_app_{name}@@XBEAT_0" for name in ("beat", "close", "open", "timeout_ns")], symbols
    for more, needs in ([], True), (["-static"], False):
        program = tmp_path / "example"
        subprocess.run(["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", source, *flags, *more,
                        "-o", program], check=True, cwd=tmp_path)
        done = subprocess.run([program, "nobody-is-there", "web"], text=True, stdout=subprocess.PIPE,
                              env=dict(os.environ, LD_LIBRARY_PATH=str(libraries)), timeout=NEVER_SECONDS)
        assert done.returncode == 1 and "Connection refused" in done.stdout, done
        dynamic = subprocess.run(["readelf", "-d", program], stdout=subprocess.PIPE, text=True).stdout
        assert ("libxbeat.so.0" in dynamic) == needs
