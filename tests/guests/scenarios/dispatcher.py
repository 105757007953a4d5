#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An interface with libxdp's dispatcher: xbeatd joins it, heartbeats and the other program work, and
the other program stays whatever becomes of xbeatd."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.support.cluster import Cluster  # noqa: E402 (needs the path above)
from tests.support.configuration import Settings  # noqa: E402
from tests.support.laboratory import BUILD, Laboratory, wait_until  # noqa: E402


def loader(lab, *words):
    return lab.run("node-b", "xdp-loader", *words).stdout


def load(lab, name, file):
    loader(lab, "load", "-m", "native", "-n", name, "eth0", BUILD / "tools" / file)


def members(lab):
    """Their names in the order in which they run."""
    return [line.split()[2] for line in loader(lab, "status", "eth0").splitlines() if line.startswith(" =>")]


def is_pinged(lab):
    return lab.run("client", "ping", "-c", "1", "-W", "1", lab.address("node-b"), check=False).returncode == 0


def interface(daemon):
    return daemon.json("status")["interfaces"][0]


def check(lab, cluster, others):
    """Both programs work."""
    cluster.wait_up()
    names = members(lab)
    assert names[0] == "xbeat" and sorted(names[1:]) == sorted(others), loader(lab, "status", "eth0")
    assert not is_pinged(lab), "no_ping runs"
    assert interface(cluster["node-b"])["attached_by"] == "dispatcher"


def main():
    with Laboratory("guest", nodes=2, ends="program") as lab:
        lab.ping("client", lab.address("node-b"))
        load(lab, "no_ping", "next.bpf.o")
        cluster = Cluster(lab, Settings(interval="100ms", multiplier=10, daemon_timeout="5s"))
        cluster.start_active()
        daemon = cluster["node-b"]
        check(lab, cluster, ["no_ping"])
        assert "detached_reason" not in interface(daemon), interface(daemon)

        load(lab, "lab_pass", "lab_pass.bpf.o")
        check(lab, cluster, ["no_ping", "lab_pass"])
        daemon.kill()
        daemon.start()
        check(lab, cluster, ["no_ping", "lab_pass"])
        done = daemon.ctl("chain", "add", "/sys/fs/bpf/no_ping", check=False)
        assert done.returncode == 1 and "dispatcher" in done.stderr, done

        number, = [line.split()[3] for line in loader(lab, "status", "eth0").splitlines() if " xbeat " in line]
        loader(lab, "unload", "eth0", "-i", number)
        wait_until(lambda: "dispatcher" in interface(daemon).get("detached_reason", ""), "it is reported")
        daemon.stop()
        daemon.start()
        check(lab, cluster, ["no_ping", "lab_pass"])
        daemon.stop()
        assert sorted(members(lab)) == ["lab_pass", "no_ping"], loader(lab, "status", "eth0")
        assert not is_pinged(lab)
        loader(lab, "unload", "eth0", "--all")
        assert is_pinged(lab)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}: {error.stdout} {error.stderr}")
