# SPDX-License-Identifier: GPL-2.0-or-later
"""Thousands of servers that fail at once: all are taken out, and nothing else of the daemon waits."""

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, programs, tcp, virtual_server
from tests.support.xbeatd import Xbeatd

COUNT, POOLS = 3000, 100
PORT = 8001
ACCEPT = f"""
import socket
listener = socket.create_server(("0.0.0.0", {PORT}), backlog=4096)
print("listens", flush=True)
while True:
    listener.accept()[0].close()
"""


def configuration(*server_lines, count=COUNT, pools=POOLS):
    parts = []
    for pool in range(pools):
        servers = [block(f"real_server 127.1.{pool}.{number + 1} {PORT}", *server_lines, tcp())
                   for number in range(count // pools)]
        parts.append(virtual_server(*servers, vip=f"10.78.0.{pool + 1}"))
    return "".join(parts)


def down_count(node):
    counts, skip = {}, 0
    while skip is not None:
        answer = node.pools(skip=skip)
        counts.update({pool["name"]: pool["servers_by_state"]["down"] for pool in answer["pools"]})
        skip = answer.get("next")
    return sum(counts.values())


def start_listener(lab):
    listener = lab.spawn("node-a", "/usr/bin/python3", "-c", ACCEPT)
    wait_until(lambda: "listens" in listener.output(), listener.output)
    return listener


@pytest.mark.laboratory(nodes=2)
def test_thousands_fail_at_once(lab):
    listener = start_listener(lab)
    node = Pools(lab, "node-a", instance(priority=150), configuration()).start_active()
    other = Xbeatd(lab, "node-b", instance()).start()
    wait_until(lambda: not any("unchecked" in check for server in node.pools(skip=COUNT - 30)["pools"][-1]["servers"]
                               for check in server["checks"]), "the last ones are checked, too")
    mark = node.last_event()
    listener.end(9)
    wait_until(lambda: down_count(node) == COUNT, lambda: f"all are down: {down_count(node)}")
    assert all(pool["state"] == "down" for pool in node.pools()["pools"])
    assert other.changes() == [("initialize", "backup")], "adverts came on time"

    def events():
        return [event for event in node.events_since(mark) if event["kind"] in ("server", "pool")]
    wait_until(lambda: any("more servers changed" in event["reason"] for event in events()), "the rest is counted")
    assert len(events()) < 300, "the event log has room for others"


@pytest.mark.laboratory(nodes=1)
def test_a_program_for_each(lab):
    """500 notifications at once: all are run."""
    command, lines = programs(lab)
    listener = start_listener(lab)
    node = Pools(lab, "node-a", block("global_defs", "script_user root"),
                 configuration(f'notify_down "{command} down"', count=500, pools=5)).start()
    wait_until(lambda: not any("unchecked" in check for server in node.pools(skip=470)["pools"][-1]["servers"]
                               for check in server["checks"]), "the last ones are checked, too")
    listener.end(9)
    wait_until(lambda: lines().count("down") == 500, lambda: f"{len(lines())} ran: {node.process.output()[-500:]}")
