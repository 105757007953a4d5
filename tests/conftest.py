# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests in network namespaces.

A test that needs another laboratory than three nodes with one link says so:
@pytest.mark.laboratory(nodes=2, links=2). About half of the others have plain ends
(tests/support/laboratory.py), always the same ones. Daemons' output is shown when a test fails.
"""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tests.support.before import before_build  # noqa: E402 (needs the path above)
from tests.support.cluster import Cluster  # noqa: E402
from tests.support.failure import Stage  # noqa: E402
from tests.support.laboratory import BUILD, Laboratory, some_ends, wait_until  # noqa: E402
from tests.support.replay import Stalls, play  # noqa: E402


# The kernel ends an xbeatd that makes a system call which is not on its list.
os.environ.setdefault("XBEAT_SECCOMP", "kill")


def pytest_configure(config):
    config.addinivalue_line("markers", "laboratory(nodes, links, ends): size of the laboratory")
    config.addinivalue_line("markers", "alone: loads the machine, so nothing else may run beside it")
    config.addinivalue_line("markers", "whole: not part of make check, but of make check-interop")
    # Ended from outside, fixtures still clean up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def pytest_collection_modifyitems(items):
    if os.geteuid() == 0:
        return
    for item in items:
        item.add_marker(pytest.mark.skip(reason="needs root: makes network namespaces"))


def pytest_sessionstart(session):
    session.stalls = Stalls()


def pytest_sessionfinish(session):
    session.stalls.close()


def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in play(item, nextitem, item.session.stalls):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    lab = item.funcargs.get("lab") if hasattr(item, "funcargs") else None
    if report.when == "call" and report.failed and lab:
        report.sections.append(("laboratory", f"ends of the cables: {lab.ends}"))
        for process in lab.processes:
            report.sections.append((process.output_path.name, process.output()[-4000:]))


@pytest.fixture
def lab(request):
    marker = request.node.get_closest_marker("laboratory")
    size = {"ends": some_ends(request.node.nodeid), **(marker.kwargs if marker else {})}
    lab_pass = BUILD / "tools" / "lab_pass.bpf.o"
    assert lab_pass.exists(), f"no {lab_pass}: run make tests"
    with Laboratory(f"xt{os.getpid()}", **size) as laboratory:
        yield laboratory


@pytest.fixture
def cluster(lab):
    """Not started; tests say which daemon runs where."""
    return Cluster(lab)


@pytest.fixture(scope="session", autouse=True)
def runner_service():
    """With XBEAT_TEST_RUNNER=service all scripts are run by the runner service; otherwise no daemon
    uses one, unless a test is about that."""
    os.environ["XBEAT_RUNNER"] = ""
    if os.environ.get("XBEAT_TEST_RUNNER") != "service":
        yield
        return
    path = pathlib.Path(f"/run/xbeat-runner-{os.getpid()}")
    os.environ["XBEAT_RUNNER"] = str(path)
    with subprocess.Popen([BUILD / "xbeatd", "--runner"]) as service:
        wait_until(path.exists, "the runner service listens")
        yield
        service.terminate()


@pytest.fixture(scope="session")
def before():
    """The folder with the programs of the version before: Cluster.daemon("node-b", build=before)."""
    return before_build()


@pytest.fixture(scope="module")
def stage():
    """For the rows of a table of failures."""
    keeper = Stage()
    yield keeper
    keeper.clear()
