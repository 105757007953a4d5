# SPDX-License-Identifier: GPL-2.0-or-later
"""More servers than an answer has room for: xbeatctl shows all, a snapshot each pool."""

import subprocess

import pytest

from tests.support import schemas
from tests.support.exporter import Exporter
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server
from tests.support.schemas import pools as pool_schemas

pytestmark = pytest.mark.laboratory(nodes=2)
MANY = 300
WEB, MAIL = "10.77.0.100:80/tcp", "10.77.0.100:25/tcp"


def test_many(lab):
    """Two of them are up."""
    there = [Server(lab, "node-b", port).start() for port in (9000, 9001)]
    servers = [*there, *(Server(lab, "node-b", 9000 + index) for index in range(2, MANY))]
    node = Pools(lab, "node-a", virtual_server(*map(real_server, servers)),
                 virtual_server(real_server(there[0]), port=25)).start()
    wait_until(lambda: node.pool()["servers_by_state"]["down"] == MANY - 2, node.pool)
    done = subprocess.run(node.ctl_argv("pool", "show", "-br"), stdout=subprocess.PIPE, text=True, check=True)
    assert len(set(done.stdout.splitlines())) == MANY + 1
    shown = node.json("pool")
    schemas.check(shown, pool_schemas.POOLS, "pool")
    assert [len(pool["servers"]) for pool in shown["pools"]] == [MANY, 1]
    web, mail = node.ask("snapshot")["pools"]["pools"]
    schemas.check(node.ask("snapshot")["pools"], pool_schemas.POOLS, "snapshot")
    assert web["name"] == WEB and web["partial"] and {each["state"] for each in web["servers"]} == {"down"}
    assert mail["name"] == MAIL and web["servers_by_state"]["up"] == 2
    found = Exporter(lab, "node-a").metrics()
    assert found["xbeat_pool_up"] == [({"pool": WEB}, 1), ({"pool": MAIL}, 1)]
    assert ({"pool": WEB, "state": "down"}, MANY - 2) in found["xbeat_pool_servers"]
    assert not [labels for labels, _ in found.get("xbeat_server_state", []) if labels["pool"] == WEB]
