#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""10,000 clients that keep their connections to two nginx behind IPVS (DR): a server is drained,
then one ends."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.traffic import check_drain, check_failure, directed  # noqa: E402 (needs the path above)

CLIENTS = 10000


def main():
    with directed(CLIENTS) as (_, director, clients, (first, second)):
        check_drain(director, clients, first)
        check_failure(director, clients, second)


os.environ.setdefault("XBEAT_SECCOMP", "kill")
main()
