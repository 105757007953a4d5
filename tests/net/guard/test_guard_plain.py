# SPDX-License-Identifier: GPL-2.0-or-later
"""The guard of instances without heartbeats, whose nodes know of each other by adverts alone."""

import signal
import time

import pytest

from tests.support.configuration import VIP, instance, sync_group
from tests.support.laboratory import PINS, SOCKETS, wait_until
from tests.support.moment import stop_for
from tests.support.owners import OwnerWatch
from tests.support.probe import serve_everywhere
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

SECOND_VIP, OTHER_VIP = "10.77.0.101", "10.77.1.100"
# Two nodes become Active at the same moment: the overlap lasts until the lower one has heard the
# other and has removed the address.
CONTEST_MS = 20


def stop_all(daemons, seconds):
    stop_for(seconds, *(daemon.process for daemon in daemons))


def start_all(lab, *more, blocks=(), **keys):
    """node-a is Active; returns the daemons, and the watch that records the answers from now on."""
    lab.run("client", "sysctl", "-q", "-w", "net.ipv4.neigh.eth0.locktime=0")
    keys = {"state": "BACKUP", "nopreempt": True, **keys}
    daemons = []
    for node, priority in zip(lab.nodes, (254, 253, 100)):
        instances = [instance(priority=priority, **keys), *(instance(priority=priority, **one) for one in more)]
        daemons.append(Xbeatd(lab, node, *blocks, *instances).start())
        lab.wait_holders(VIP, ["node-a"])
    serve_everywhere(lab)
    watch = OwnerWatch(lab, VIP)
    watch.client.wait_owner("node-a")
    return daemons, watch


def test_all_stopped_together(lab):
    """A short stop changes nothing. After a longer one no node is Active, and the two best nodes
    wait for their Skew_Time, which differs by 0.4 ms only."""
    daemons, watch = start_all(lab)
    stop_all(daemons, 0.15)
    stop_all(daemons[1:], 0.5)  # adverts came meanwhile
    time.sleep(0.3)
    assert [len(daemon.activations()) for daemon in daemons] == [1, 0, 0]
    stop_all(daemons, 0.6)
    wait_until(lambda: sorted(daemon.state() for daemon in daemons) == ["active", "backup", "backup"],
               "one is Active")
    time.sleep(0.3)
    seen = watch.finish()
    assert seen.two_owners_ms() <= CONTEST_MS + seen.stalled_ms, seen.two_owners()
    assert seen.outage_ms() < 600 + seen.stalled_ms, "somewhat less than they were stopped"
    assert not daemons[2].activations()


@pytest.mark.laboratory(nodes=2)
def test_group_whose_members_are_fenced_one_after_the_other(lab):
    """It fails over as one, once, and returns as one."""
    daemons, watch = start_all(lab, {"name": "VI_2", "vrid": 52}, blocks=[sync_group("both", "VI_1", "VI_2")],
                               guard_timeout="200ms")
    first, second = daemons
    stop_all([first], 0.6)
    for daemon, state in ((first, "backup"), (second, "active")):
        for name in ("VI_1", "VI_2"):
            daemon.wait_state(state, name)
    time.sleep(0.5)
    assert lab.holders(VIP) == lab.holders(SECOND_VIP) == ["node-b"]
    for daemon in daemons:
        assert [len(daemon.activations(name)) for name in ("VI_1", "VI_2")] == [1, 1]
    seen = watch.finish()
    assert seen.order() == ["node-a", "node-b"]
    assert seen.two_owners() == []


@pytest.mark.laboratory(nodes=1)
def test_reload_that_shortens_it(lab):
    """Shorter than the age of the last advert: the next one, which leaves at once, counts."""
    node = Xbeatd(lab, "node-a", instance(advert_int=0.5)).start_active()
    with Watch(lab, "node-a") as watch:
        watch.wait_advert(sent=True)
    time.sleep(0.4)
    node.reload(instance(vips=[f"{VIP}/24", f"{SECOND_VIP}/24"]))
    time.sleep(0.4)
    assert len(node.activations()) == 1 and node.state() == "active"
    assert node.vrrp()["guard"]["timeout_ns"] == 300 * 10**6


@pytest.mark.laboratory(nodes=2, links=2)
def test_two_daemons_on_a_node(lab):
    """Each daemon has its own guard, kernel side and death."""
    first = Xbeatd(lab, "node-a", instance()).start_active()
    second = Xbeatd(lab, "node-a")
    second.configuration = lab.path("second.conf")
    second.instance, second.socket = lab.instance("node-b"), SOCKETS / f"{lab.instance('node-b')}.sock"
    second.configure(instance(interface="eth1", vips=[f"{OTHER_VIP}/24"])).start_active()

    def answering():
        commands = [f"ping -c 1 -W 0.3 {address} >/dev/null && echo {address};" for address in (VIP, OTHER_VIP)]
        return lab.run("client", "sh", "-c", " ".join(commands) + " true").stdout.split()

    first.kill()
    time.sleep(0.4)
    wait_until(lambda: answering() == [OTHER_VIP], "the other one answers, and that alone")
    assert first.map("xb_self")[0]["died_ns"] and not second.map("xb_self")[0]["died_ns"]
    second.process.send_signal(signal.SIGSTOP)
    time.sleep(0.4)
    assert answering() == []
    first.start_active()
    wait_until(lambda: answering() == [VIP], "the first answers again, and that alone")
    second.process.send_signal(signal.SIGCONT)
    wait_until(lambda: answering() == [VIP, OTHER_VIP], "both answer")
    second.kill()
    assert first.stop() == 0
    assert not (PINS / first.instance).exists() and (PINS / second.instance / "exit").exists()
    assert not lab.has_program("node-a") and lab.has_program("node-a", "eth1")
    second.start()
    assert second.stop() == 0
    assert not (PINS / second.instance).exists() and not lab.has_program("node-a", "eth1")
