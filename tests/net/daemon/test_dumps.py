# SPDX-License-Identifier: GPL-2.0-or-later
"""SIGUSR1, SIGUSR2 and keepalived's JSON signal write what keepalived writes: beside keepalived 2.2.7,
which is Backup on node-b, the names of the fields and the states are the same."""

import json
import os
import pathlib
import re
import signal
import stat
import tempfile

import pytest

from tests.support.configuration import VIP, block, instance, sync_group
from tests.support.daemon import Keepalived
from tests.support.laboratory import SOCKETS, wait_until
from tests.support.xbeatd import Xbeatd

JSON = 36
# keepalived writes its password, and these are settings and counters that xbeat does not have for an
# instance.
ONLY_KEEPALIVED = {"skip_check_adv_addr", "auth_data"}
ONLY_KEEPALIVED_STATISTICS = {
    "packet_len_err", "advert_interval_err", "ip_ttl_err", "invalid_type_rcvd", "addr_list_err",
    "invalid_authtype", "authtype_mismatch", "auth_failure", "pri_zero_rcvd"}


def fields(text):
    """The names before " = " and " :" or a colon, of a text file of either."""
    return {line.replace(" = ", ":").partition(":")[0].strip() for line in text.splitlines()
            if " = " in line or line.rstrip().endswith(":") or ": " in line}


def written(daemon, number, path):
    """Sends the signal; returns the text of the new file."""
    path.unlink(missing_ok=True)
    daemon.process.send_signal(number)
    return wait_until(lambda: path.exists() and path.stat().st_size and path.read_text(), f"{path} is written")


def blocks(priority):
    return [block("global_defs", "router_id lab"), sync_group("G", "VI_1", "VI_6"),
            instance("VI_1", block("virtual_ipaddress_excluded", "10.77.0.111/32"), version=2,
                     advert_int=1, priority=priority, notify='"/bin/true x"',
                     authentication=["auth_type PASS", "auth_pass secret"],
                     vips=[f"{VIP}/24 label eth0:1", "10.77.0.101"]),
            instance("VI_6", vrid=60, priority=priority, advert_int=1, vips=["fe80::99", "fd77::99/64"])]


@pytest.mark.laboratory(nodes=2)
def test_files_are_those_of_keepalived(lab):
    ours = Xbeatd(lab, "node-a", *blocks(150)).start_active()
    theirs = Keepalived(lab, "node-b", *blocks(100)).start()
    wait_until(lambda: theirs.process.output().count("Entering BACKUP STATE") >= 2, "it is Backup")
    run, tmp = SOCKETS / ours.instance, pathlib.Path(tempfile.gettempdir(), "keepalived")

    state, other = (written(daemon, signal.SIGUSR1, path.with_suffix(".data"))
                    for daemon, path in ((ours, run), (theirs, tmp)))
    assert fields(state) <= fields(other) | {"Notify deleted", "Multicast address"}, fields(state) - fields(other)
    for line in ("VRRP Instance = VI_1", "State = MASTER", "Virtual Router ID = 51",
                 f"{VIP}/24 dev eth0 scope global label eth0:1 set", "VRRP Sync Group = G, MASTER"):
        assert line in state, state
    assert "State = BACKUP" in other and "secret" not in state
    assert stat.S_IMODE(os.stat(run.with_suffix(".data")).st_mode) == 0o600

    statistics, other = (written(daemon, signal.SIGUSR2, path.with_suffix(".stats"))
                         for daemon, path in ((ours, run), (theirs, tmp)))
    assert fields(statistics) <= fields(other), fields(statistics) - fields(other)
    assert "Became master: 1\n  Released master: 0" in statistics

    mine, other = (json.loads(written(daemon, JSON, path.with_suffix(".json")))
                   for daemon, path in ((ours, run), (theirs, tmp)))
    for own, its in zip(mine, other, strict=True):
        assert set(its["data"]) - set(own["data"]) <= ONLY_KEEPALIVED
        assert set(own["data"]) <= set(its["data"])
        assert set(its["stats"]) - set(own["stats"]) == ONLY_KEEPALIVED_STATISTICS
        for name in set(own["data"]) - {"last_transition", "script"}:
            assert type(own["data"][name]) is type(its["data"][name]), name
        assert (own["data"]["state"], its["data"]["state"]) == (2, 1)
        assert own["stats"]["become_master"] == 1
        # The order and "set" are the role's.
        assert [vip.removesuffix(" set").split()[0] for vip in own["data"]["vips"]] == \
            [vip.split()[0] for vip in its["data"]["vips"]]
    for kind in ("data", "stats", "json"):
        tmp.with_suffix(f".{kind}").unlink()
    pathlib.Path("/tmp/keepalived_parent.data").unlink(missing_ok=True)


@pytest.mark.laboratory(nodes=1)
def test_paths_and_version_of_the_configuration(lab):
    paths = {number: lab.path(f"dump-{number}") for number in (signal.SIGUSR1, signal.SIGUSR2, JSON)}
    lines = [f"{name}_dump_file {path}" for name, path in
             zip(("state", "stats", "json"), paths.values(), strict=True)]
    daemon = Xbeatd(lab, "node-a", block("global_defs", *lines, "json_version 2"),
                    block("vrrp_track_process apache", "process apache2", "quorum 2", "weight 3"),
                    instance(track_process=["apache"])).start_active()
    assert "VRRP Instance = VI_1" in written(daemon, signal.SIGUSR1, paths[signal.SIGUSR1])
    assert "VRRP Instance: VI_1" in written(daemon, signal.SIGUSR2, paths[signal.SIGUSR2])
    answer = json.loads(written(daemon, JSON, paths[JSON]))
    assert [entry["data"]["iname"] for entry in answer["vrrp"]] == ["VI_1"]
    assert answer["track_process"][0]["process"] == "apache2"
    assert answer["track_process"][0]["min_processes"] == 2


@pytest.mark.laboratory(nodes=1)
def test_neither_a_link_nor_a_foreign_directory_is_followed(lab):
    victim = lab.write("victim", "untouched\n")
    link = lab.path("state")
    link.symlink_to(victim)
    exposed = lab.path("exposed")
    exposed.mkdir()
    exposed.chmod(0o777)
    daemon = Xbeatd(lab, "node-a", block("global_defs", f"state_dump_file {link}",
                                         f"stats_dump_file {exposed}/stats",
                                         f"json_dump_file {lab.path('none')}/json"),
                    instance()).start_active()
    for number, words in ((signal.SIGUSR1, f"{link} is not a regular file; remove it"),
                          (signal.SIGUSR2, f"other users can change {exposed}"),
                          (JSON, "No such file or directory")):
        daemon.process.send_signal(number)
        wait_until(lambda words=words: words in daemon.process.output(), words)
    assert victim.read_text() == "untouched\n" and not list(exposed.iterdir())
    assert daemon.state() == "active"


def saved(directory):
    """Names of the files without the process id, and their texts."""
    return {re.sub(r"\.\d+(?=\.\d)", "", path.name): path.read_text() for path in directory.glob("keepalived*")}


AROUND = {"keepalived_vrrp.1.pre", "keepalived_vrrp.1.post"}


def states_are_saved(directory):
    """Whether both states around the first reload are there whole: keepalived writes into the open file."""
    texts = saved(directory)
    return all("Priority = " in texts.get(name, "") for name in AROUND)


@pytest.mark.laboratory(nodes=2)
def test_save_directory_beside_keepalived(lab):
    """Files and state around a reload have keepalived's names, and no other user can read them."""
    daemons = {}
    for node, kind in (("node-a", Xbeatd), ("node-b", Keepalived)):
        directory = lab.path(f"saved-{node}")
        included = lab.write(f"included-{node}", instance("VI_1", priority=150, version=2, advert_int=1,
                                                          authentication=["auth_type PASS", "auth_pass secret"]))
        daemons[node] = (kind(lab, node, block("global_defs", f"config_save_dir {directory}"),
                              f"include {included}\n").start(), directory, included)
    ours, theirs = daemons["node-a"][0], daemons["node-b"][0]
    ours.wait_state("active")
    wait_until(lambda: "Entering BACKUP STATE" in theirs.process.output(), "keepalived has started")
    names = []
    for daemon, directory, included in daemons.values():
        included.write_text(included.read_text().replace("150", "140"))
        daemon.hang_up()
        wait_until(lambda d=directory: states_are_saved(d), f"the reload is saved in {directory}")
        texts = saved(directory)
        names.append(set(texts))
        for number, priority in (("0", "150"), ("1", "140")):
            text = texts[f"keepalived.conf.{number}"]
            assert f"# {included}" in text and f"# {daemon.configuration}" in text
            assert f"priority {priority}" in text and "auth_pass secret" in text
            state = texts[f"keepalived_vrrp.1.{'post' if number == '1' else 'pre'}"]
            assert f"Priority = {priority}" in state
        modes = {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
        assert modes == {0o600} and not stat.S_IMODE(directory.stat().st_mode) & 0o077
    assert names[0] == names[1] == AROUND | {"keepalived.conf.0", "keepalived.conf.1"}
    assert all("secret" not in text for name, text in saved(daemons["node-a"][1]).items() if "vrrp" in name)


@pytest.mark.laboratory(nodes=1)
def test_save_directory_of_a_refused_reload_and_one_that_cannot_be_made(lab):
    directory = lab.path("saved")
    node = Xbeatd(lab, "node-a", block("global_defs", f"config_save_dir {directory}"), instance()).start_active()
    node.refused_reload(instance(priority=300))
    texts = saved(directory)
    assert set(texts) == {"keepalived.conf.0", "keepalived.conf.1", "keepalived_vrrp.1.pre"}
    assert "priority 300" in texts["keepalived.conf.1"]
    missing = lab.path("none") / "deep"
    node.reload(block("global_defs", f"config_save_dir {missing}"), instance(priority=120))
    assert node.priority() == 120 and not missing.exists()
    wait_until(lambda: f"cannot make config_save_dir {missing}" in node.process.output(), "the log gives the reason")
