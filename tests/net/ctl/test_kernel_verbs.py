# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl interfaces and maps: what the kernel has of a daemon, as bpftool shows it."""

import json
import pathlib
import subprocess

import pytest

from tests.support.laboratory import PINS
from tests.support.programs import loaded
from tests.support.xbeatd import find_bpftool

pytestmark = pytest.mark.laboratory(nodes=2, links=2, ends="program")
COUNTING = pathlib.Path("/proc/sys/kernel/bpf_stats_enabled")
NOBODY = 65534


@pytest.fixture
def daemon(cluster):
    return cluster.start_active()["node-a"]


def bpftool(*arguments):
    return json.loads(subprocess.run([find_bpftool(), "-j", *arguments], text=True, stdout=subprocess.PIPE,
                                     check=True).stdout)


def test_maps(daemon):
    """All that are pinned, and the constants of the programs."""
    maps = {entry["id"]: entry for entry in daemon.json("maps")}
    pins = [path for path in (PINS / daemon.instance).iterdir() if path.name.startswith("xb_")]
    assert pins
    for path in pins:
        shown = bpftool("map", "show", "pinned", str(path))
        entry = maps[shown["id"]]
        assert entry["pin"] == str(path) and entry["name"] == shown["name"] and entry["type"] == shown["type"]
        assert entry["max_entries_count"] == shown["max_entries"]
        assert entry["memory_bytes"] == shown["bytes_memlock"]
        if shown["type"] in ("hash", "lpm_trie"):
            assert entry["entries_count"] == len(bpftool("map", "dump", "pinned", str(path))), path
    assert any("rodata" in entry["name"] and "pin" not in entry for entry in maps.values())
    assert "xb_peers" in daemon.text("maps")


def test_interfaces(lab, daemon):
    """Runs are counted for the time of the command alone."""
    before = COUNTING.read_text()
    answer = daemon.json("interfaces", "-t", "1s")
    assert COUNTING.read_text() == before
    first, second = answer["interfaces"]
    status = daemon.json("status")["interfaces"]
    for shown, interface in zip((first, second), status):
        assert {key: shown[key] for key in interface if key in shown} == \
            {key: value for key, value in interface.items() if key in shown}
        assert shown["links"][0]["node"] == "node-b" and shown["links"][0]["verdict"] == "up"
    assert first["instances"] == ["VI_1"] and second["instances"] == []
    program = next(entry for entry in answer["programs"] if entry["id"] == first["program_id"])
    assert program["type"] == "xdp" and program["name"] == bpftool("prog", "show", "id", str(program["id"]))["name"]
    # At 10 ms over two links, PROBEs and REPLYs of one node.
    assert program["run_count"] > 100 and program["measured_ns"] >= 10**9
    assert program["run_mean_ns"] == program["run_time_ns"] // program["run_count"] > 0
    assert "measured_ns" not in daemon.json("interfaces")["programs"][0]
    text = daemon.text("interfaces")
    assert "eth0" in text and "eth1" in text and "xdp" in text


def test_next_program(daemon):
    """Is shown, and measured, but its maps are not xbeat's."""
    before = {entry["id"] for entry in daemon.json("maps")}
    with loaded() as programs:
        entry, = daemon.json("chain", "add", programs["no_ping"], "eth0")
        answer = daemon.json("interfaces", "-t", "1s")
        assert answer["interfaces"][0]["next_program_id"] == entry["program_id"]
        assert "next_program_id" not in answer["interfaces"][1]
        assert "no_ping" in [program["name"] for program in answer["programs"]]
        assert {entry["id"] for entry in daemon.json("maps")} == before
        assert f"then program {entry['program_id']}" in daemon.text("interfaces")
        daemon.ctl("chain", "remove")


def test_users_see_no_objects(daemon):
    """Only what the daemon reports: here a user that may connect, as members of the group may."""
    def ask(*arguments):
        daemon.socket.chmod(0o666)
        return subprocess.run(daemon.ctl_argv("-j", *arguments), user=NOBODY, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")

    done = ask("interfaces")
    assert done.returncode == 0, done.stderr
    assert "programs" not in json.loads(done.stdout)
    for arguments in (["maps"], ["interfaces", "-t", "1s"]):
        done = ask(*arguments)
        assert done.returncode == 4 and "only root" in done.stderr, done
