# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl import: a keepalived configuration in words, with a heartbeat block that xbeatd accepts."""

import json
import os
import re
import shlex
import subprocess

import pytest

from tests.interop.test_found import KINDS
from tests.support.configuration import instance, write_key
from tests.support.daemon import Keepalived
from tests.support.laboratory import BUILD, NEVER_SECONDS, wait_until
from tests.support.xbeatd import Xbeatd

CTL = str(BUILD / "xbeatctl")
COLUMNS = 80
UNICAST = """
global_defs {{
    enable_dbus
    router_id {router_id}
}}
vrrp_script chk_web {{
    script /usr/bin/true
}}
vrrp_instance VI_1 {{
    interface eth7
    virtual_router_id 51
    priority {priority}
    unicast_src_ip {own}
    unicast_peer {{
        {peers}
    }}
    virtual_ipaddress {{
        10.0.0.100
        10.0.0.101
    }}
    track_script {{
        chk_web
    }}
    linkbeat_use_polling
}}
vrrp_instance VI_2 {{
    interface eth7
    virtual_router_id 52
    unicast_src_ip {own}
    unicast_peer {{
        {peers}
    }}
    virtual_ipaddress {{
        10.0.0.102
    }}
    linkbeat_use_polling
}}
vrrp_instance OTHER {{
    interface eth8
    virtual_router_id 51
    virtual_ipaddress {{
        10.0.8.102
    }}
}}
"""
NODES = ["10.0.0.10", "10.0.0.9", "10.0.0.11"]
MULTICAST = """
vrrp_instance VI_1 {
    interface eth7
    virtual_router_id 51
    virtual_ipaddress {
        10.0.0.100/24
    }
}
"""


def write(path, text):
    path.write_text(text)
    return path


def write_unicast(path, own, router_id="here"):
    others = "\n        ".join(node for node in NODES if node != own)
    return write(path, UNICAST.format(own=own, peers=others, priority=100 + NODES.index(own),
                                      router_id=router_id))


def run(path, *before):
    """Returns the JSON, after a check of the text and of the exit status."""
    done = subprocess.run([*before, CTL, "import", "-j", path], capture_output=True, text=True)
    result = json.loads(done.stdout)
    assert done.returncode == int(result["result"] == "refused"), done.stderr
    text = subprocess.run([*before, CTL, "import", path], capture_output=True, text=True,
                          env={**os.environ, "COLUMNS": str(COLUMNS)})
    assert text.returncode == done.returncode and not text.stderr
    # Commands and the block are copied from here: they are not wrapped.
    wide = [line for line in text.stdout.splitlines() if len(line) > COLUMNS]
    kept = [step.get("command") for step in result["next"]] + [f"file       {path}"]
    assert not [line for line in wide if line.strip() not in kept and str(path.parent) not in line], wide
    return result


def with_heartbeat(path, result):
    """Writes the file with the proposed block, as the steps ask for."""
    text = path.read_text()
    for name in result["heartbeat"]["instances"]:
        text, count = re.subn(rf"^(vrrp_instance\s+\"?{re.escape(name)}\"?\s*{{)",
                              r"\1\n    heartbeat lan\n", text, flags=re.MULTILINE)
        assert count == 1, name
    return write(path.with_name("with_heartbeat.conf"), text + "\n" + result["heartbeat"]["block"])


def check(path):
    return subprocess.run([CTL, "check", path], capture_output=True, text=True)


def test_what_works_and_what_differs(tmp_path):
    path = write_unicast(tmp_path / "keepalived.conf", NODES[0])
    result = run(path)
    assert result["result"] == "works_with_differences" and result["errors"] == []
    works = {work["kind"]: (work["count"], work.get("names")) for work in result["works"]}
    assert works == {"vrrp_instance": (3, ["VI_1", "VI_2", "OTHER"]), "virtual_ipaddress": (4, None),
                     "unicast_peer": (2, ["VI_1", "VI_2"]), "vrrp_script": (1, ["chk_web"])}
    lines = path.read_text().splitlines()
    balances = [number for number, line in enumerate(lines, 1) if "linkbeat_use_polling" in line]
    bus = [number for number, line in enumerate(lines, 1) if "enable_dbus" in line]
    found = {tuple(location["line"] for location in difference["locations"]): difference["text"]
             for difference in result["differences"]}
    assert set(found) == {tuple(balances), tuple(bus)}, "equal ones are one"
    assert "linkbeat" in found[tuple(balances)]
    text = subprocess.run([CTL, "import", path], capture_output=True, text=True).stdout
    assert f"lines {balances[0]}, {balances[1]}: " in text and f"line {bus[0]}: " in text


def test_many_errors(tmp_path):
    """A file of another kind has errors in every line, each of its own."""
    path = write(tmp_path / "other", "".join(f"word{number} x\n" for number in range(80_000)))
    done = subprocess.run([CTL, "import", "-j", path], stdout=subprocess.PIPE, text=True,
                          timeout=NEVER_SECONDS)
    result = json.loads(done.stdout)
    assert result["result"] == "refused" and len(result["errors"]) == 80_000


def test_the_same_block_for_every_node(tmp_path):
    blocks = []
    for own in NODES:
        path = write_unicast(tmp_path / f"{own}.conf", own)
        heartbeat = run(path)["heartbeat"]
        assert heartbeat["complete"] and heartbeat["replace"] == []
        assert [node["address"] for node in heartbeat["nodes"]] == ["10.0.0.9", "10.0.0.10", "10.0.0.11"]
        assert [node["id"] for node in heartbeat["nodes"]] == [1, 2, 3]
        # Both of VRID 51 cannot use one heartbeat.
        assert heartbeat["instances"] == ["VI_1", "VI_2"]
        done = check(with_heartbeat(path, run(path)))
        assert done.returncode == 0 and "3 nodes on 1 interface" in done.stdout, done.stderr
        blocks.append(heartbeat["block"])
    assert len(set(blocks)) == 1 and "interface eth7\n" in blocks[0]


def test_no_node_has_the_name_of_another(tmp_path):
    """router_id names a node, too: the one with the name, whatever its addresses."""
    result = run(write_unicast(tmp_path / "a.conf", NODES[0], router_id="node-1"))
    assert not [node for node in result["heartbeat"]["nodes"] if node["name"] == "node-1"]


def test_the_daemon_accepts_the_block(tmp_path):
    path = write_unicast(tmp_path / "a.conf", NODES[0])
    changed = with_heartbeat(path, run(path))
    key = write(tmp_path / "lan.key", subprocess.run([CTL, "genkey"], capture_output=True,
                                                     text=True, check=True).stdout)
    key.chmod(0o600)
    write(changed, changed.read_text().replace("/etc/xbeat/lan.key", str(key)))
    done = subprocess.run([BUILD / "xbeatd", "-t", "-c", changed], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


IN_NAMESPACE = ["unshare", "--net", "sh", "-c", """
ip link add eth7 type veth peer name far
ip address add 10.0.0.100/24 dev eth7
ip address add 10.0.0.5/24 dev eth7
ip link set far up
ip link set eth7 up
exec "$0" "$@"
"""]


def test_the_address_of_the_interface(tmp_path):
    path = write(tmp_path / "a.conf", MULTICAST)
    heartbeat = run(path, *IN_NAMESPACE)["heartbeat"]
    addresses = [node["address"] for node in heartbeat["nodes"]]
    # The virtual address is there, too: this node is Active.
    assert "10.0.0.5" in addresses and "10.0.0.100" not in addresses
    assert not heartbeat["complete"] and len(heartbeat["replace"]) == 1 and len(addresses) == 2
    result = run(path)
    assert len(result["heartbeat"]["replace"]) == 2, "elsewhere it is not known"
    assert check(with_heartbeat(path, result)).returncode == 0


def test_unicast_without_a_source_address(tmp_path):
    text = MULTICAST.replace("virtual_ipaddress", "unicast_peer {\n10.0.0.6\n10.0.9.7\n}\nvirtual_ipaddress")
    path = write(tmp_path / "a.conf", text)
    result = run(path, *IN_NAMESPACE)
    assert result["heartbeat"]["complete"]
    assert [node["address"] for node in result["heartbeat"]["nodes"]] == ["10.0.0.5", "10.0.0.6", "10.0.9.7"]
    assert "interface eth7 routed" in result["heartbeat"]["block"], "10.0.9.7 is behind a router"
    assert check(with_heartbeat(path, result)).returncode == 0
    result = run(path)
    assert not result["heartbeat"]["complete"] and len(result["heartbeat"]["nodes"]) == 3
    assert check(with_heartbeat(path, result)).returncode == 0


def test_refused(tmp_path):
    path = write(tmp_path / "a.conf", MULTICAST.replace("virtual_router_id 51", "virtual_router_id 0"))
    result = run(path)
    assert result["result"] == "refused" and "works" not in result and "heartbeat" not in result
    assert [location["line"] for error in result["errors"] for location in error["locations"]] == [4]
    assert result["next"][-1]["command"] == f"xbeatctl import {path}"


POOL = ("virtual_server 10.0.0.9 80 {\n    lvs_sched rr\n    lvs_method NAT\n    protocol TCP\n"
        "    real_server 10.0.0.8 80 {\n        TCP_CHECK {\n        }\n    }\n}\n")


@pytest.mark.parametrize("more", ["", MULTICAST], ids=["alone", "beside_vrrp"])
def test_a_load_balancer(tmp_path, more):
    result = run(write(tmp_path / "a.conf", more + POOL))
    works = {work["kind"]: (work["count"], work.get("names")) for work in result["works"]}
    assert works["virtual_server"] == (1, ["10.0.0.9:80/tcp"])
    assert works["real_server"] == works["check"] == (1, None)
    assert [step for step in result["next"] if step.get("command") == "systemctl disable --now keepalived"]


def test_sessions_of_bfd(tmp_path):
    session = "bfd_instance b {\n    neighbor_ip 10.0.0.8\n}\n"
    result = run(write(tmp_path / "a.conf", session + POOL.replace("TCP_CHECK {", "BFD_CHECK {\n name b")))
    assert result["errors"] == result["differences"] == []
    works = {work["kind"]: (work["count"], work.get("names")) for work in result["works"]}
    assert works["bfd_instance"] == (1, ["b"]) and works["check"] == (1, None)


@pytest.mark.parametrize("name", ["a.conf", "with blank.conf", "it's.conf"])
def test_the_steps_can_be_copied(tmp_path, name):
    path = write(tmp_path / name, MULTICAST)
    steps = [step["command"] for step in run(path)["next"] if "command" in step]
    assert shlex.split(steps[0]) == ["install", "-D", "-m", "600", str(path), "/etc/xbeat/xbeat.conf"]
    assert steps[1:4] == ["xbeatd -t", "systemctl disable --now keepalived", "xbeatd"]


def test_included_files(tmp_path):
    """Relative names of included files are only right where the file is."""
    write(tmp_path / "more.conf", "vrrp_instance VI_2 {\n    linkbeat_use_polling\n" + MULTICAST.split("{\n", 1)[1]
          .replace("51", "52").replace("100", "102"))
    path = write(tmp_path / "a.conf", MULTICAST + "include more.conf\n")
    result = run(path)
    steps = [step["command"] for step in result["next"] if "command" in step]
    assert steps[:3] == [f"xbeatd -t -c {path}", "systemctl disable --now keepalived", f"xbeatd -c {path}"]
    location, = result["differences"][0]["locations"]
    assert location["file"].endswith("more.conf") and location["line"] == 2


def test_a_file_that_has_a_heartbeat(tmp_path):
    path = write_unicast(tmp_path / "a.conf", NODES[0])
    again = run(with_heartbeat(path, run(path)))
    assert again["heartbeat"].keys() == {"reason"}


def test_wrong_calls(tmp_path):
    def code(*arguments):
        return subprocess.run([CTL, "import", *arguments], capture_output=True).returncode

    assert code("a", "b") == 2 and code("--force") == 2
    assert code(tmp_path / "missing.conf") == 1


@pytest.mark.parametrize("name", KINDS)
def test_the_block_fits_every_kind(tmp_path, name):
    """Also those whose instances come from loops and definitions."""
    path = write(tmp_path / "a.conf", KINDS[name][1])
    result = run(path)
    if result["result"] == "refused":
        assert result["errors"]
        return
    block = result["heartbeat"]["block"]
    done = check(write(tmp_path / "with_block.conf", f"{path.read_text()}\n{block}"))
    assert done.returncode == 0 and "heartbeat lan with " in done.stdout, done.stderr


@pytest.mark.laboratory(nodes=2)
def test_changing_over(lab):
    """Two keepalived nodes follow the steps, the Backup first: xbeatd takes over from each, and with the
    blocks that were proposed the nodes find each other."""
    nodes = {"node-a": 150, "node-b": 100}
    texts = {node: instance(priority=priority, unicast_src_ip=lab.address(node),
                            unicast_peer=[lab.address(other) for other in nodes if other != node])
             for node, priority in nodes.items()}
    keepalived = {node: Keepalived(lab, node, text).start() for node, text in texts.items()}
    wait_until(lambda: "Entering MASTER STATE" in keepalived["node-a"].process.output(), "keepalived is Active")
    proposals, daemons = [], {}
    for node in ("node-b", "node-a"):
        done = lab.run(node, CTL, "import", "-j", keepalived[node].configuration)
        proposals.append(json.loads(done.stdout)["heartbeat"])
        keepalived[node].stop()
        daemons[node] = Xbeatd(lab, node, texts[node]).start()
    daemons["node-a"].wait_state("active")
    daemons["node-b"].wait_state("backup")
    assert proposals[0]["complete"] and proposals[0]["block"] == proposals[1]["block"]
    block = proposals[0]["block"].replace("/etc/xbeat/lan.key", str(write_key(lab)))
    for node in ("node-b", "node-a"):
        daemons[node].stop()
        daemons[node] = Xbeatd(lab, node, block, texts[node].replace("{\n", "{\n    heartbeat lan\n", 1)).start()
    wait_until(lambda: all([peer["verdict"] for peer in daemon.json("peers")] == ["up"]
                           for daemon in daemons.values()), "both are up for each other")
    daemons["node-a"].wait_state("active")
