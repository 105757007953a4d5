# SPDX-License-Identifier: GPL-2.0-or-later
"""A changed configuration on a running daemon: SIGHUP and "xbeatctl reload"."""

import os
import signal
import socket
import time

import pytest

from tests.support.configuration import VIP, VRID, block, heartbeat, instance, sync_group
from tests.support.fifo import Fifo
from tests.support.laboratory import NEVER_SECONDS, wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd, wait_up

OTHER_KEY = "2 " + "5a" * 16


def states(node):
    """State of each instance that a reload of other instances must not change, by name."""
    return {vrrp["name"]: (vrrp["state"], vrrp["since_unix_ns"], vrrp["transitions"])
            for vrrp in node.json("vrrp")}


@pytest.fixture
def watch(lab):
    with Watch(lab, "client") as opened:
        yield opened


@pytest.mark.laboratory(nodes=1, links=2)
def test_added_changed_removed_and_untouched(lab, watch):
    told = lab.path("told")
    deleted = f'notify_deleted "/bin/sh -c \'echo $0 $* >>{told}\' deleted"'
    node = Xbeatd(lab, "node-a", instance("kept", vrid=51), instance("changed", vrid=52),
                  instance("removed", deleted, vrid=53)).start()
    for name in ("kept", "changed", "removed"):
        node.wait_state("active", name)
    before = {name: states(node)[name] for name in ("kept", "changed")}
    start_ns = time.time_ns()
    answer = node.reload(
        instance("kept", vrid=51),
        instance("changed", block("track_interface", "eth1 weight 20"), vrid=52, priority=120,
                 advert_int="0.2", vips=["10.77.0.111/24", "10.77.0.101/32 dev eth0"]),
        instance("added", vrid=54))
    assert answer["added"] == ["added"] and answer["changed"] == ["changed"], answer
    assert answer["removed"] == ["removed"] and answer["unchanged_count"] == 1
    assert watch.wait_advert(vrid=53, priority=0), "what is removed is given up at once"
    assert not lab.has_address("node-a", "10.77.0.102")
    assert watch.wait_advert(vrid=52, priority=140, interval_cs=20)
    assert lab.has_address("node-a", "10.77.0.111"), "an address was added"
    assert lab.has_address("node-a", "10.77.0.101"), "an address was kept"
    node.wait_state("active", "added")
    answer = node.reload(instance("kept", vrid=51),
                         instance("changed", vrid=52, vips=["10.77.0.111/24"]),
                         instance("added", vrid=54))
    assert answer["changed"] == ["changed"] and answer["unchanged_count"] == 2
    assert not lab.has_address("node-a", "10.77.0.101"), "an address was removed"
    assert lab.has_address("node-a", "10.77.0.111")
    assert watch.wait_advert(vrid=52, priority=100, interval_cs=10)
    assert {name: states(node)[name] for name in before} == before
    wait_until(told.exists, "notify_deleted runs")
    assert told.read_text() == "deleted\n"
    assert watch.longest_gap_s(VRID, start_ns) < 0.19
    assert watch.adverts(vrid=53)[-1].priority == 0, "nothing after the release"


@pytest.mark.laboratory(nodes=1)
def test_bad_files_change_nothing_and_report_why(lab, watch):
    good = instance("VI_1")
    node = Xbeatd(lab, "node-a", good).start()
    node.wait_state("active")
    before = states(node)
    reason = node.refused_reload(good, instance("VI_2", priority=300, vrid=52))
    place = f"{node.configuration}:15:"
    assert place in reason and "300" in reason and "configuration is kept" in reason, reason
    node.hang_up()
    wait_until(lambda: node.process.output().count(place) >= 2, "the log gives the location, too")
    reason = node.refused_reload(instance("VI_1").replace("eth0", "eth7"))
    assert "eth7" in reason and "kept" in reason
    reason = node.refused_reload(good, heartbeat(lab, client_is_node=True))
    assert "heartbeat" in reason and "restart" in reason
    node.configuration.unlink()
    done = node.ctl("reload", check=False)
    assert done.returncode == 1 and "cannot read" in done.stderr
    assert states(node) == before and lab.has_address("node-a", VIP)
    assert node.reload(good)["unchanged_count"] == 1
    time.sleep(0.2)
    assert watch.longest_gap_s(VRID, before["VI_1"][1]) < 0.19


@pytest.mark.laboratory(nodes=1)
def test_file_that_blocks_delays_nothing(lab, watch):
    """Opening a FIFO blocks until it has a writer, like a file on a dead file server."""
    node = Xbeatd(lab, "node-a", instance()).start()
    node.wait_state("active")
    text = node.configuration.read_text()
    node.configuration.unlink()
    os.mkfifo(node.configuration)
    start_ns = time.time_ns()
    command = node.command("reload")
    wait_until(node.reads_files, "it waits for the file")
    assert "another reload" in node.ctl("reload", check=False).stderr
    node.hang_up()
    time.sleep(0.5)
    assert node.vrrp()["state"] == "active" and command.poll() is None
    node.configuration.write_text(text.replace("priority 100", "priority 99"))
    output, error = command.communicate(timeout=NEVER_SECONDS)
    assert command.returncode == 0 and '"changed":["VI_1"]' in output.replace(" ", ""), error
    assert node.priority() == 99
    # SIGHUP requested another reload meanwhile, which waits for a writer, too.
    node.configuration.write_text(text.replace("priority 100", "priority 98"))
    node.wait_priority(98)
    assert watch.longest_gap_s(VRID, start_ns) < 0.19


@pytest.mark.laboratory(nodes=1)
def test_stop_does_not_wait_for_a_file_that_blocks(lab, watch):
    node = Xbeatd(lab, "node-a", instance()).start()
    node.wait_state("active")
    node.configuration.unlink()
    os.mkfifo(node.configuration)
    node.hang_up()
    wait_until(node.reads_files, "it waits for the file")
    node.process.send_signal(signal.SIGTERM)
    assert node.process.wait() == 0
    assert watch.wait_advert(vrid=51, priority=0) and not lab.has_address("node-a", VIP)


@pytest.mark.laboratory(nodes=2)
def test_keys_are_changed_without_a_gap(lab):
    """As in the manual: all nodes get the new key, then all use it, then the old one is removed."""
    blocks = [heartbeat(lab, daemon_timeout="1s"), instance("VI_1", "heartbeat lan")]
    nodes = [Xbeatd(lab, name, *blocks).start() for name in lab.nodes]
    wait_up(*nodes)
    key_file = lab.path("lan.key")
    old = key_file.read_text().strip()
    for keys in ([old, OTHER_KEY], [OTHER_KEY, old], [OTHER_KEY]):
        key_file.write_text("\n".join(keys) + "\n")
        for node in nodes:
            assert node.json("reload")["unchanged_count"] == 1
            time.sleep(0.1)
    for node in nodes:
        changes = [event for event in node.events() if event["kind"] == "peer"]
        assert [event["to"] for event in changes] == ["up"], changes
        assert node.json("drops")["bad_tag"] == 0 and node.json("drops")["unknown_key"] == 0
    key_file.chmod(0o644)
    assert "chmod 600" in nodes[0].refused_reload(*blocks)
    key_file.chmod(0o600)
    assert nodes[0].verdict("node-b") == "up"


@pytest.mark.laboratory(nodes=2, ends="program")  # a change of mode is a gap that counts as silence
def test_times_of_the_heartbeat_block_are_changed(lab):
    """A timeout that a reload has shortened detects the daemon that stalls."""
    def blocks(daemon_timeout, *more):
        return [heartbeat(lab, daemon_timeout=daemon_timeout, heartbeat_lines=more),
                instance("VI_1", "heartbeat lan")]

    first, second = (Xbeatd(lab, name, *blocks("60s")) for name in lab.nodes)
    first.start_active()
    second.start()
    wait_up(first, second)
    answer = first.reload(*blocks("1s", "guard_timeout 500ms", "restart_grace 200ms"))
    assert answer["changed"] == ["VI_1"], "it takes its guard_timeout from the block"
    assert first.vrrp()["guard"]["timeout_ns"] == 500_000_000
    said = [event["reason"] for event in first.events() if event["kind"] == "daemon"]
    assert any("now daemon_timeout 1 s, guard_timeout 0.5 s, restart_grace 0.2 s, on_isolated keep"
               in reason for reason in said), said
    assert first.json("status")["heartbeat"]["daemon_timeout_ns"] == 1_000_000_000
    assert [event["to"] for event in first.events() if event["kind"] == "peer"] == ["up"]
    stopped = lab.moment(lambda: second.process.send_signal(signal.SIGSTOP))
    wait_until(lambda: first.verdict("node-b") != "up", "node-b hangs")
    hung = [event for event in first.events() if event["kind"] == "peer"][-1]
    assert stopped.most_ms(hung) > 800 and stopped.least_ms(hung) < 2000, hung
    second.process.send_signal(signal.SIGCONT)
    wait_until(lambda: first.verdict("node-b") == "up", "node-b continues")
    answer = first.reload(*blocks("1s", "guard_timeout 500ms", "restart_grace 200ms"))
    assert answer["unchanged_count"] == 1 and not answer["changed"]
    reason = first.refused_reload(*blocks("1s", "guard_timeout 500ms", "on_isolated release"))
    assert "2 other nodes" in reason and "configuration is kept" in reason
    assert first.json("status")["heartbeat"]["daemon_timeout_ns"] == 1_000_000_000


@pytest.mark.laboratory(nodes=2)
def test_grace_of_a_dead_daemon_is_changed(lab):
    def blocks(grace, priority):
        return [heartbeat(lab, daemon_timeout="20s", heartbeat_lines=[f"restart_grace {grace}"]),
                instance("VI_1", "heartbeat lan", priority=priority)]

    priorities = (150, 100)
    first, second = (Xbeatd(lab, name, *blocks("15s", priority)).start()
                     for name, priority in zip(lab.nodes, priorities))
    wait_up(first, second)
    first.wait_state("active")
    for node, priority in zip((first, second), priorities):
        assert node.reload(*blocks("300ms", priority))["unchanged_count"] == 1
    killed = lab.moment(first.kill)
    second.wait_state("active")
    activation, = second.activations()
    assert killed.most_ms(activation) > 200 and killed.least_ms(activation) < 3000, activation


def test_node_that_is_isolated_learns_what_to_do_about_it(lab):
    def blocks(choice):
        return [heartbeat(lab, heartbeat_lines=[f"on_isolated {choice}"]),
                instance("VI_1", "heartbeat lan", priority=150)]

    nodes = [Xbeatd(lab, name, *blocks("keep")).start() for name in lab.nodes]
    wait_up(*nodes)
    nodes[0].wait_state("active")
    lab.cut("node-a")
    wait_until(lambda: nodes[0].json("status").get("isolated"), "node-a hears no other node")
    assert nodes[0].state() == "active" and lab.has_address("node-a", VIP)
    nodes[0].reload(*blocks("release"))
    wait_until(lambda: not lab.has_address("node-a", VIP), "it gives its address up")
    assert "isolated" in nodes[0].obstacles()
    nodes[0].reload(*blocks("keep"))
    nodes[0].wait_state("active")
    assert lab.has_address("node-a", VIP)


@pytest.mark.laboratory(nodes=2)
def test_operator_state_outlives_a_reload(lab):
    nodes = [Xbeatd(lab, name, instance(priority=priority)).start()
             for name, priority in zip(lab.nodes, (150, 100))]
    first, second = nodes
    first.wait_state("active")
    first.json("priority", "VI_1", "90")
    second.wait_state("active")
    assert first.reload(instance(priority=160))["changed"] == ["VI_1"]
    assert first.priority() == 90
    first.json("priority", "VI_1", "default")
    first.wait_priority(160)
    first.wait_state("active")
    first.json("failover", "VI_1", "--force")
    first.reload(instance(priority=170), instance("VI_2", vrid=52))
    first.wait_state("active", "VI_2")
    assert first.vrrp()["stays_away"] == "operator" and second.vrrp()["state"] == "active"
    first.json("resume")
    first.json("drain", "--force")
    first.reload(instance(priority=170), instance("VI_2", vrid=52), instance("VI_3", vrid=53))
    assert {vrrp["stays_away"] for vrrp in first.json("vrrp")} == {"drained"}
    assert first.json("resume")["instances"] == ["VI_1", "VI_2", "VI_3"]
    first.wait_state("active")


@pytest.mark.laboratory(nodes=2, links=2)
def test_groups_and_identities_are_changed(lab, watch):
    """Instances join and leave a sync group; one is replaced by another with the same name."""
    tracked = instance("VI_1", block("track_interface", "eth1"), priority=150)
    other = instance("VI_2", vrid=52, priority=150)
    group = sync_group("both", "VI_1", "VI_2")
    node = Xbeatd(lab, "node-a", tracked, other).start()
    backup = Xbeatd(lab, "node-b", instance("VI_1"), instance("VI_2", vrid=52)).start()
    for name in ("VI_1", "VI_2"):
        node.wait_state("active", name)
    lab.cut("node-a", "eth1", "--carrier")
    node.wait_state("initialize", "VI_1")
    backup.wait_state("active", "VI_1")
    assert node.vrrp("VI_2")["state"] == "active"
    assert node.reload(group, tracked, other)["unchanged_count"] == 2
    assert node.vrrp("VI_2")["state"] == "initialize"
    assert "VI_1" in node.explain("VI_2")["said"]
    backup.wait_state("active", "VI_2")
    node.reload(tracked, other)
    node.wait_state("active", "VI_2")
    answer = node.reload(tracked, instance("VI_2", vrid=62, priority=150))
    assert answer["changed"] == ["VI_2"] and answer["added"] == answer["removed"] == []
    assert watch.wait_advert(vrid=52, priority=0, source=lab.address("node-a"))
    node.wait_state("active", "VI_2")
    assert lab.holders("10.77.0.111") == ["node-a"] and lab.holders("10.77.0.101") == ["node-b"]


def described(node):
    """What its heartbeats carry of instances, in order."""
    own = node.map("xb_self")[0]
    return [(entry["vrid"], entry["state"], entry["priority"])
            for entry in own["description"][own["current"]]["instances"]]


@pytest.mark.laboratory(nodes=2)
def test_renamed_instance_goes_on(lab, watch):
    """With its place in heartbeats and what an operator has set; peers notice nothing."""
    def texts(name, priority):
        return [heartbeat(lab, daemon_timeout="1s"),
                instance("VI_0", "heartbeat lan", vrid=50, priority=priority),
                instance(name, "heartbeat lan", priority=priority, garp_master_repeat=1,
                         garp_master_delay=0)]
    nodes = [Xbeatd(lab, name, *texts("VI_1", priority)).start()
             for name, priority in zip(lab.nodes, (150, 100))]
    wait_up(*nodes)
    nodes[0].wait_state("active")
    nodes[0].json("priority", "VI_1", "140")
    nodes[1].json("failover", "VI_1", "--force")
    before = [states(node)["VI_1"] for node in nodes]
    slots = [described(node) for node in nodes]
    start_ns = time.time_ns()
    for node, priority in zip(nodes, (150, 100)):
        answer = node.reload(*texts("web", priority))
        assert answer["renamed"] == [{"from": "VI_1", "to": "web"}] and answer["changed"] == ["web"]
        assert answer["added"] == answer["removed"] == [] and answer["unchanged_count"] == 1
    time.sleep(0.5)
    assert [states(node)["web"] for node in nodes] == before
    assert nodes[0].priority("web") == 140 and nodes[1].vrrp("web")["stays_away"] == "operator"
    assert [described(node) for node in nodes] == slots
    assert lab.holders(VIP) == ["node-a"] and watch.longest_gap_s(VRID, start_ns) < 0.19
    nodes[1].json("resume")
    nodes[0].stop()
    nodes[1].wait_state("active", "web")


@pytest.mark.laboratory(nodes=1)
def test_names_are_not_mixed(lab):
    """An instance takes the name of one that is removed, two exchange theirs in unequal states, and
    one asks to be told of its end."""
    def texts(asking, taker, first, second, *others):
        down = block("track_interface", "none")
        return [fifo.globals("dynamic_interfaces"), instance(asking, "notify_deleted", vrid=51),
                instance(taker, vrid=52), instance(first, vrid=53), instance(second, down, vrid=54),
                *others]
    with Fifo(lab, "node-a") as fifo:
        node = Xbeatd(lab, "node-a", *texts("asking", "taker", "one", "two",
                                            instance("taken", vrid=55))).start()
        wait_until(lambda: sum(" MASTER " in line for line in fifo.lines()) == 4
                   and fifo.has('INSTANCE "two" FAULT 100'), lambda: f"start: {fifo.lines()}")
        told = len(fifo.lines())
        answer = node.reload(*texts("asked", "taken", "two", "one"))
        assert answer["removed"] == ["taken"] and len(answer["renamed"]) == 4, answer
        assert {name: state[0] for name, state in states(node).items()} == {
            "asked": "active", "taken": "active", "two": "active", "one": "initialize"}
        assert fifo.lines()[told:] == [
            'INSTANCE "taken" FAULT 100', 'INSTANCE "asking" DELETED 100',
            'INSTANCE "asked" MASTER 100', 'INSTANCE "taken" MASTER 100',
            'INSTANCE "two" MASTER 100', 'INSTANCE "one" FAULT 100']
        assert lab.has_address("node-a", "10.77.0.102") and not lab.has_address("node-a", "10.77.0.104")


@pytest.mark.laboratory(nodes=1)
def test_states_are_written_if_asked_for(lab):
    with Fifo(lab, "node-a") as fifo:
        def texts(option, *others):
            return [fifo.globals(*option), instance("one", vrid=51), instance("two", vrid=52),
                    sync_group("both", "one", "two"), *others]
        node = Xbeatd(lab, "node-a", *texts([])).start()
        wait_until(lambda: fifo.has('GROUP "both" MASTER 0'), lambda: f"start: {fifo.lines()}")
        told = len(fifo.lines())
        node.reload(*texts(["fifo_write_vrrp_states_on_reload"], instance("new", vrid=53)))
        assert sorted(fifo.lines()[told:told + 4]) == [
            'GROUP "both" MASTER 0', 'INSTANCE "new" BACKUP 100', 'INSTANCE "one" MASTER 100',
            'INSTANCE "two" MASTER 100']
        wait_until(lambda: fifo.has('INSTANCE "new" MASTER 100'), "it starts")
        told = len(fifo.lines())
        node.reload(*texts([], instance("new", vrid=53)))
        assert fifo.lines()[told:] == []


@pytest.mark.laboratory(nodes=1)
def test_scripts_are_changed(lab):
    def script(command, *lines):
        return block("vrrp_script check", f'script "{command}"', "interval 0.1", *lines)
    tracking = instance("VI_1", block("track_script", "check"))
    node = Xbeatd(lab, "node-a", script("/bin/true", "weight 10"), tracking).start()
    node.wait_state("active")
    node.wait_priority(110)
    transitions = node.vrrp()["transitions"]
    answer = node.reload(script("/bin/true", "weight 30"), tracking)
    assert answer["changed"] == ["VI_1"], answer
    node.wait_priority(130)
    node.reload(script("/bin/false", "weight 30"), tracking)
    node.wait_priority(100)
    assert node.vrrp()["transitions"] == transitions
    node.reload(script("/bin/false"), tracking)
    node.wait_state("initialize")
    assert "check" in node.explain()["obstacles"][0]["text"]
    node.reload(instance("VI_1"))
    node.wait_state("active")
    assert [thing["kind"] for thing in node.json("tracking")] == ["interface"]


def hundred(changed=None):
    """A hundred instances, one of them optionally with another priority."""
    return [instance(f"VI_{vrid}", vrid=vrid, priority=101 if vrid == changed else 100,
                     vips=[f"10.77.1.{vrid}/32"]) for vrid in range(1, 101)]


@pytest.mark.laboratory(nodes=1)
def test_one_of_a_hundred_is_changed(lab, watch):
    node = Xbeatd(lab, "node-a", *hundred()).start()
    wait_until(lambda: all(vrrp["state"] == "active" for vrrp in node.json("vrrp")),
               "all are Active")
    time.sleep(0.3)
    before = states(node)
    start_ns = time.time_ns()
    answer = node.reload(*hundred(changed=7))
    assert answer["unchanged_count"] == 99 and answer["changed"] == ["VI_7"], answer
    assert watch.wait_advert(vrid=7, priority=101)
    time.sleep(0.3)
    assert states(node) == before
    assert max(watch.longest_gap_s(vrid, start_ns - 200 * 10**6) for vrid in range(1, 101)) < 0.19


def ask_reload(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(path))
        client.sendall(b'{"method":"reload"}\0')
        answer = b""
        while not answer.endswith(b"\0"):
            answer += client.recv(1 << 16)
    assert b'"result"' in answer, answer


@pytest.mark.laboratory(nodes=1)
def test_memory_does_not_grow_with_reloads(lab):
    def configuration(number):
        script = block("vrrp_script check", f'script "/bin/test {number}"', "interval 10")
        return [script, *(instance(f"VI_{vrid}", block("track_script", "check weight 5"),
                                   vrid=vrid, priority=100 + number % 2) for vrid in range(1, 11)),
                instance(f"other_{number % 3}", vrid=100 + number % 3)]

    node = Xbeatd(lab, "node-a", *configuration(0)).start()

    def reload_often(count):
        for number in range(count):
            node.configure(*configuration(number))
            ask_reload(node.socket)
        return node.memory_kib()

    before_kib = reload_often(50)
    assert reload_often(200) - before_kib <= 256


@pytest.mark.laboratory(nodes=1)
def test_reload_file_is_gone_when_the_files_have_been_read(lab):
    """keepalived's reload_file, written by who changes the configuration; also if it is refused."""
    marker = lab.path("reading")
    text = block("global_defs", f"reload_file {marker}") + instance("A")
    node = Xbeatd(lab, "node-a", text).start()
    for changed in (text, "nonsense\n"):
        marker.write_text("the configuration is being changed")
        node.configure(changed).hang_up()
        wait_until(lambda: not marker.exists(), "the files have been read")
