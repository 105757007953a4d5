#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of two nginx behind IPVS (DR): 2,000 that keep their connections, over a killed
daemon, a restarted one, a drained server, and a server that ends."""

import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.traffic import check_drain, check_failure, directed, none_lost, table  # noqa: E402 (see above)
from tests.support.laboratory import wait_until  # noqa: E402

CLIENTS = 2000


def check_daemon(lab, director, clients):
    """Its end and its start are nothing to the clients."""
    before = table(lab)
    director.kill()
    none_lost(clients, "killed")
    director.start()
    wait_until(lambda: director.pool()["state"] == "up", "the pool is up")
    time.sleep(7)  # a look
    none_lost(clients, "started again")
    assert table(lab) == before and "had left" not in director.process.output()
    director.restart()
    none_lost(clients, "restarted")
    assert table(lab) == before


def main():
    with directed(CLIENTS) as (lab, director, clients, (first, second)):
        none_lost(clients, "at first")
        check_daemon(lab, director, clients)
        check_drain(director, clients, first)
        check_failure(director, clients, second)


os.environ.setdefault("XBEAT_SECCOMP", "kill")
main()
