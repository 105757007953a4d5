# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl dump: all for a bug report in one document, and no secret in it."""

import json
import os
import platform

import pytest

from tests.support.configuration import KEY, block
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=2, ends="program")
PASSWORD, HMAC, ARGUMENT, MORE = "pA5sw0rd", "c0ffee42" * 8, "arg-s3cret", "m0re-s3cret"
TOKEN, TLS_PASSWORD = "t0ken-s3cret", "tls-s3cret"
SECRETS = (PASSWORD, HMAC, HMAC.upper(), ARGUMENT, MORE, TOKEN, TLS_PASSWORD, KEY.hex(), KEY.hex().upper())


def pool():
    """With secrets in its checks and programs."""
    http = block("HTTP_GET", f'header "Authorization: Bearer {TOKEN}"', block("url", "path /", "status_code 200"))
    misc = block("MISC_CHECK", f'misc_path "/bin/true {ARGUMENT}"', "user root")
    return (block("SSL", f"password {TLS_PASSWORD}"),
            block("virtual_server 10.77.0.100 80", "protocol TCP", "data_plane none", f'quorum_down "/bin/true {MORE}"',
                  block("real_server 10.77.0.2 80", f'notify_up "/bin/true {MORE}"', http, misc)))


@pytest.fixture
def daemon(cluster):
    """With a secret of each kind in its configuration."""
    daemon = cluster.daemon(
        "node-a", block("global_defs", "script_user root", f'startup_script "/bin/true {ARGUMENT}"'),
        block("vrrp_script chk", f'script "/bin/true {ARGUMENT}"', "user root"),
        *pool(), block("vrrp_track_process web", f"process /bin/nothing {ARGUMENT}"),
        cluster.vrrp_instance("node-a", "heartbeat lan", block("track_script", "chk"),
                              f'notify_master "/bin/true {MORE}"'),
        cluster.vrrp_instance("node-a", block("authentication", "auth_type PASS", f"auth_pass {PASSWORD}"),
                              name="VI_2", vrid=52, version=2, advert_int="1", vips=["10.77.0.102/24"]),
        cluster.vrrp_instance("node-a", block("auth_hmac", f"key 1 hex:{HMAC}", "active_key 1"), name="VI_3",
                              vrid=53, vips=["10.77.0.103/24"]), instance=False)
    cluster.daemon("node-b")
    for node in ("node-a", "node-b"):
        cluster[node].start()
    cluster.wait_up()
    wait_until(lambda: daemon.tracked("chk")["status"] == "up", "the script has run")
    return daemon


def test_dump(daemon):
    done = daemon.ctl("dump")
    dump = json.loads(done.stdout)
    whole = daemon.json("config")["text"]
    assert all(secret in whole for secret in (PASSWORD, ARGUMENT, TOKEN, TLS_PASSWORD)), "what xbeatd runs with has secrets"
    for secret in SECRETS:
        assert secret not in done.stdout
    text = dump["configuration"]
    assert "auth_pass REMOVED" in text and '"/bin/true REMOVED"' in text and "digest" not in text
    for same in ("\n", "{", "}", "vrrp_script chk {"):
        assert text.count(same) == whole.count(same)

    assert {"status", "peers", "vrrp", "pools", "histograms"} <= dump["snapshot"].keys()
    assert dump["snapshot"]["status"]["pid"] == dump["process"]["pid"] == daemon.process.pid
    assert dump["machine"]["kernel"] == platform.release()
    assert dump["machine"]["processors_count"] == os.cpu_count()
    assert dump["made_unix_ns_text"] == str(dump["made_unix_ns"])
    limits = {limit["name"]: limit for limit in dump["process"]["limits"]}
    assert limits["Max locked memory"].keys() == {"name", "soft", "hard"}
    assert any(event["kind"] == "vrrp" for event in dump["events"])
    assert [key["id"] for key in dump["keys"]["keys"]] == [1]
    assert "healthy" in dump["health"] and dump["log"]["level"] == "info"
    assert any(entry["name"] == "xb_peers" for entry in dump["maps"])
    assert [program["type"] for program in dump["programs"]].count("xdp") == 1
