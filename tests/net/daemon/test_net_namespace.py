# SPDX-License-Identifier: GPL-2.0-or-later
"""net_namespace and instance: where xbeatd runs, and the names of its files."""

import os
import pathlib
import signal

import pytest

from tests.support.configuration import VIP, block, default_vip, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import BUILD, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"
ELSEWHERE = "switch"
PIDS = pathlib.Path("/run/keepalived")


def namespace(lab):
    return f"{lab.name}-{NODE}"


def configured(lab, *lines, blocks=()):
    return Xbeatd(lab, NODE, "".join(f"{line}\n" for line in lines), *blocks, instance())


def start(lab, daemon, *options, program=BUILD / "xbeatd"):
    """From another namespace, and without a daemon name."""
    daemon.process = lab.spawn(ELSEWHERE, program, *options, "-n", "-l", "-f", daemon.configuration)
    wait_until(daemon.ready, "it answers by the name of its namespace")
    daemon.wait_state("active")
    return daemon


def network(process):
    return os.readlink(f"/proc/{process}/ns/net")


def inside(lab):
    return lab.run(NODE, "readlink", "/proc/self/ns/net").stdout.strip()


@pytest.mark.parametrize("place", ["", "global_defs"])
def test_daemon_runs_there(lab, place):
    """As keepalived does: addresses, adverts, and the processes of its scripts."""
    seen = lab.path("seen")
    script = lab.write("notify", f"#!/bin/sh\nreadlink /proc/self/ns/net >>{seen}\n", mode=0o755)
    line = f"net_namespace {namespace(lab)}"
    blocks = [block("global_defs", "script_user root", *([line] if place else []))]
    daemon = Xbeatd(lab, NODE, "" if place else line + "\n", *blocks, instance(notify=str(script)))
    start(lab, daemon)
    assert lab.has_address(NODE, VIP) and VIP not in lab.run(ELSEWHERE, "ip", "addr").stdout
    wait_until(seen.exists, "it notifies")
    assert set(seen.read_text().split()) == {inside(lab)} == {network(daemon.process.pid)}
    assert network(daemon.child()) == inside(lab)
    assert daemon.stop() == 0
    assert not lab.has_address(NODE, VIP)


def test_option_precedes_the_configuration(lab):
    daemon = configured(lab, "net_namespace nosuch")
    start(lab, daemon, "-s", namespace(lab))
    assert lab.has_address(NODE, VIP)


def test_namespace_that_is_missing(lab):
    daemon = configured(lab, "net_namespace nosuch")
    for options, status in ((), os.EX_CONFIG), (("-t",), 1):
        done = lab.run(ELSEWHERE, BUILD / "xbeatd", "-n", *options, "-f", daemon.configuration, check=False)
        assert done.returncode == status and "ip netns add nosuch" in done.stderr, done


def test_reload_does_not_move_it(lab):
    line = f"net_namespace {namespace(lab)}\n"
    daemon = start(lab, configured(lab, line.strip()))
    for changed in "", "net_namespace other\n", line + "instance a\n":
        assert "restart xbeatd" in daemon.refused_reload(changed, instance())
    daemon.reload(line, instance(advert_int=2))
    assert lab.has_address(NODE, VIP)


def test_instance_is_part_of_its_name(lab):
    daemon = configured(lab, f"net_namespace {namespace(lab)}", "instance i")
    daemon.instance += "_i"
    assert start(lab, daemon).stop() == 0


def test_long_names_are_cut(lab):
    """As neutron's, qrouter- and a UUID: the daemon name has what fits, and a hash."""
    daemon = configured(lab, f"net_namespace {namespace(lab)}", f"instance {'i' * 31}")
    daemon.instance = hashed(f"{namespace(lab)}_{'i' * 31}")
    assert start(lab, daemon).stop() == 0


def hashed(whole, label=None):
    value = 0xcbf29ce484222325
    for byte in whole.encode():
        value = (value ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return f"{(label or whole)[:22]}-{value & 0xffffffff:08x}"


@pytest.mark.laboratory(nodes=2)
def test_daemons_of_neutron_do_not_collide(lab, tmp_path):
    """By keepalived's name, each in a namespace of its own, distinguished by nothing but their pid files."""
    program = tmp_path / "keepalived"
    program.symlink_to(BUILD / "xbeatd")
    pids = {}
    routers = {"node-a": "0b6b4b1e-7c55-4c0e-8b83-a1f0c8f3d5aa", "node-b": "0b6b4b1e-7c55-4c0e-8b83-a1f0c8f3d5ab"}
    daemons = {node: Xbeatd(lab, node, instance("VI_1", vrid=vrid))
               for vrid, node in enumerate(routers, start=51)}
    try:
        for node, daemon in daemons.items():
            path = lab.path(f"{routers[node]}.pid.keepalived")
            lab.run(ELSEWHERE, "ip", "netns", "exec", f"{lab.name}-{node}", program, "-P",
                    "-f", daemon.configuration, "-p", path, "-r", f"{path}-vrrp")
            pids[node] = int(path.read_text())
            daemon.instance = hashed(str(path), routers[node])
        for node, daemon in daemons.items():
            assert len(daemon.instance) == 31 and daemon.json("status")["pid"] == pids[node]
            daemon.wait_state("active")
            assert lab.has_address(node, default_vip({"node-a": 51, "node-b": 52}[node]))
        shown = lab.run("node-a", BUILD / "xbeatctl", "status", check=False).stderr
        assert all(daemon.instance in shown for daemon in daemons.values()), shown
    finally:
        for pid in pids.values():
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda pid=pid: not pathlib.Path(f"/proc/{pid}").exists(), "it stops")


@pytest.mark.parametrize("lines", [["net_namespace NS"], ["net_namespace NS", "instance i"], ["instance i"],
                                   ["use_pid_dir"]], ids=" ".join)
def test_pid_files_are_where_keepalived_has_them(lab, tmp_path, lines):
    """By its name. 2.2.7 shows where; each is alone in /run/keepalived."""
    PIDS.mkdir(exist_ok=True)
    link = tmp_path / "keepalived"
    link.symlink_to(BUILD / "xbeatd")
    text = "\n".join(lines).replace("NS", namespace(lab)) + "\n" + instance()
    path = lab.write("place.conf", text)
    found = []
    for program in ("keepalived", link):
        shown = lab.path(f"run-{len(found)}")
        shown.mkdir()
        script = f"mount --bind {shown} {PIDS} && exec {program} -nl -f {path}"
        process = lab.spawn(NODE, "unshare", "--mount", "sh", "-c", script)
        wait_until(lambda shown=shown: len(pids(shown)) == 2, f"{program} writes two files")
        found.append(pids(shown))
        process.end()
        assert not pids(shown)
    assert found[0] == found[1]


def pids(shown):
    return {str(path.relative_to(shown)) for path in shown.rglob("*.pid")
            if path.read_text().strip()}


def test_keepalived_beside_it(lab):
    """keepalived 2.2.7 with the same keyword has its address in the same place."""
    keepalived = Keepalived(lab, NODE, f"net_namespace {namespace(lab)}\n", instance())
    keepalived.node = ELSEWHERE
    keepalived.start()
    wait_until(lambda: lab.has_address(NODE, VIP), "keepalived has its address there")
