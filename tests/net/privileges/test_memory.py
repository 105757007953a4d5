# SPDX-License-Identifier: GPL-2.0-or-later
"""Core dumps: none by default; with --core-dump one without keys and passwords, which are in memory
that the kernel leaves out of it (VmFlags dd in /proc/PID/smaps)."""

import resource

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import KEY_ID, Settings, block
from tests.support.memory import holders

pytestmark = pytest.mark.laboratory(nodes=2)
# No other program's memory has these by chance.
KEY = "d41f8c03b97e5a62f0139bd77ac4e581"
PASSWORD = "qW7zR2uK"
HMAC = "6b3f1c9a5d2e8f704b1d6a39c8e5f27011223344556677889900aabbccddeeff"
SECRETS = {"key": bytes.fromhex(KEY), "key's text": KEY.encode(), "password": PASSWORD.encode(),
           "secret": bytes.fromhex(HMAC), "secret's text": HMAC.encode()}


@pytest.fixture
def daemon(lab):
    """Active, with an instance for each kind of secret; not started."""
    cluster = Cluster(lab, Settings(advert_interval="0.1"))
    cluster.key_file.write_text(f"{KEY_ID} {KEY}\n")
    return cluster.daemon(
        "node-a",
        cluster.vrrp_instance("node-a", block("authentication", "auth_type PASS", f"auth_pass {PASSWORD}"),
                              name="VI_2", vrid=52, version=2, advert_int=1, vips=["10.77.0.101/24"]),
        cluster.vrrp_instance("node-a", block("auth_hmac", f"key 7 hex:{HMAC}", "active_key 7"),
                              name="VI_3", vrid=53, vips=["10.77.0.102/24"]))


def dumped(daemon):
    """The secrets that a core dump would have."""
    return {name: found for name, secret in SECRETS.items()
            if (found := [region for region in holders(daemon.process.pid, secret) if region.is_dumped()])}


def core_limit(daemon):
    return resource.prlimit(daemon.process.pid, resource.RLIMIT_CORE)


def test_no_core_dump_by_default(daemon):
    daemon.start("prlimit", "--core=1000000")
    assert core_limit(daemon) == (0, 0)
    assert resource.prlimit(daemon.child(), resource.RLIMIT_CORE) == (1000000, 1000000), "of scripts"


def test_core_dumps_have_no_secrets(daemon):
    start = daemon.argv
    daemon.argv = lambda: [*start(), "--core-dump"]
    daemon.start("prlimit", "--core=unlimited")
    assert core_limit(daemon) == (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    assert holders(daemon.process.pid, SECRETS["key"]), "it is in memory"
    assert dumped(daemon) == {}
    for name in ("VI_1", "VI_2", "VI_3"):
        daemon.wait_state("active", name)
    daemon.json("reload")
    assert PASSWORD in daemon.text("config")
    assert dumped(daemon) == {}
