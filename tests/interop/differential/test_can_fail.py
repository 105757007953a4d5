# SPDX-License-Identifier: GPL-2.0-or-later
"""A comparison that cannot fail shows nothing: differences that are planted are found."""

import concurrent.futures
import copy
import dataclasses
import os

import pytest

from tests.interop.differential.configurations import SOON, pair
from tests.interop.differential.scenarios import START_A
from tests.support.differential.accepted import plain, rule_for
from tests.support.differential.compare import deltas
from tests.support.differential.run import Scenario, play

PLAIN = Scenario("planted", pair(), [START_A])
# What the second node's program is configured to do otherwise: the part, and a fact of the line.
PLANTS = {
    "announcements": (pair(global_lines=[*SOON, "vrrp_garp_master_repeat 4"]), "wire", " x4"),
    "field": (pair(advert_int="0.3"), "wire", " interval 30 "),
    "addresses": (pair(vips=["10.77.0.100/25"]), "network", "10.77.0.100/25"),
}


@pytest.fixture(scope="module")
def records():
    """Of keepalived as it is, and of xbeatd without a plant and with each."""
    jobs = {"keepalived": (PLAIN, "kk"), "none": (PLAIN, "xx")}
    for name, (text, _, _) in PLANTS.items():
        jobs[name] = (dataclasses.replace(PLAIN, text=text), "xx")
    with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
        played = {name: pool.submit(play, f"xp{os.getpid()}-{number}", *job)
                  for number, (name, job) in enumerate(jobs.items())}
        return {name: plain(future.result()[0]) for name, future in played.items()}


def found(expected, actual):
    return [delta for delta in deltas(expected, actual) if not rule_for("planted", "xx", delta)]


def test_nothing_is_found_without_a_plant(records):
    assert found(records["keepalived"], records["none"]) == []


@pytest.mark.parametrize("plant", PLANTS)
def test_plant_is_found(records, plant):
    _, part, fact = PLANTS[plant]
    assert any(delta.part == part and delta.sign == "+" and fact in delta.line
               for delta in found(records["keepalived"], records[plant]))


def test_missing_line_of_the_fifo_is_found(records):
    actual = copy.deepcopy(records["none"])
    line = actual["start a"]["a"]["fifo"].pop(0)
    delta, = found(records["keepalived"], actual)
    assert (delta.part, delta.sign, delta.line) == ("fifo", "-", line)


def test_swapped_lines_of_the_fifo_are_found(records):
    actual = copy.deepcopy(records["none"])
    actual["start a"]["a"]["fifo"].reverse()
    assert {delta.sign for delta in found(records["keepalived"], actual)} == {"-", "+"}
