# SPDX-License-Identifier: GPL-2.0-or-later
"""The cluster that is attacked, shared by the tests of a file unless one of them fails."""

import pytest

from tests.support.attack.interleaved import all_packets
from tests.support.attack.scene import Attacked, laboratory


class Keeper:
    """Keeps the cluster for the next test."""

    def __init__(self):
        self.lab = self.scene = None

    def get(self):
        if not self.scene:
            self.lab = laboratory(links=2)
            self.scene = Attacked(self.lab.__enter__())
        return self.scene

    def clear(self):
        lab, self.lab, self.scene = self.lab, None, None
        if lab:
            lab.__exit__()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when == "call":
        item.has_failed = report.failed


@pytest.fixture(scope="module")
def keeper():
    kept = Keeper()
    try:
        yield kept
    finally:
        kept.clear()


@pytest.fixture
def scene(keeper, request):
    """With two links. A test that fails may leave anything: the next gets a new one."""
    yield keeper.get()
    if getattr(request.node, "has_failed", True):
        keeper.clear()


@pytest.fixture
def packets(scene):
    return all_packets(scene)
