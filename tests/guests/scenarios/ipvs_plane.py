#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The data plane IPVS on a kernel that has it, beside ipvsadm."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from tests.guests.ipvs import Plane, clear, table, thresholds  # noqa: E402 (needs the path above)


def check_table(*lines):
    assert table() == sorted(lines), table()


def add_change_remove():
    plane = Plane()
    plane.set("service tcp 10.0.0.1 80 scheduler=rr", "server tcp 10.0.0.1 80 192.168.0.1 8080",
              "server tcp 10.0.0.1 80 192.168.0.2 80 weight=3 method=DR upper=20 lower=10",
              "complete")
    check_table("-A -t 10.0.0.1:80 -s rr",
                "-a -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 1",
                "-a -t 10.0.0.1:80 -r 192.168.0.2:80 -g -w 3")
    assert thresholds() == {"192.168.0.1:8080": (0, 0), "192.168.0.2:80": (20, 10)}
    plane.set("service tcp 10.0.0.1 80 scheduler=wrr persistence=300",
              "server tcp 10.0.0.1 80 192.168.0.1 8080 weight=0",
              "remove-server tcp 10.0.0.1 80 192.168.0.2 80")
    check_table("-A -t 10.0.0.1:80 -s wrr -p 300",
                "-a -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 0")
    plane.set("remove-service tcp 10.0.0.1 80")
    check_table()
    assert plane.reports == []
    plane.end()


def main():
    for check in (add_change_remove,):
        clear()
        check()
        print(check.__name__, "ok")


main()
