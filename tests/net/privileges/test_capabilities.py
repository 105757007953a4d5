# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd keeps the capabilities that it uses after its start, and no other."""

import contextlib
import pathlib

import pytest

from tests.support.privileges import USED, Work, mask, only, sets, threads, without

pytestmark = pytest.mark.laboratory(nodes=2, links=2)

# Without which it does not start.
NEEDED = {"bpf", "perfmon", "net_admin", "net_raw", "net_bind_service"}
# What a script of another user, and a runner, need of those that start them.
RUNNERS = ("setuid", "setgid", "kill")


# Of failures for a lack of privileges.
WORDS = ("refused", "permitted", "denied")


def permitted():
    """The capabilities of the tests, as bits."""
    return int(next(line for line in pathlib.Path("/proc/self/status").read_text().splitlines()
                    if line.startswith("CapPrm")).split()[1], 16)


def test_all_threads_keep_only_what_is_used(cluster):
    daemon = cluster.daemon("node-a").start()
    daemon.json("reload")
    daemon.wait_state("active")
    used = mask(USED) & permitted()
    found = threads(daemon)
    assert len(found) > 1
    for thread in found:
        assert sets(thread) == {"Eff": used, "Prm": used, "Inh": 0, "Bnd": 0, "Amb": 0}, thread["Name"]
        assert thread["NoNewPrivs"] == "1"


def test_what_is_inherited_is_dropped_as_well(cluster):
    daemon = cluster.daemon("node-a").start("setpriv", "--inh-caps=+net_admin,+kill", "--ambient-caps=+net_admin,+kill")
    thread, *_ = threads(daemon)
    assert sets(thread)["Inh"] == sets(thread)["Amb"] == 0


def test_jobs_need_none_of_the_dropped_ones(lab):
    """It starts without any of them, too."""
    work = Work(lab, *only([*USED, *RUNNERS])).do_all()
    assert not any(word in work.log() for word in WORDS), work.log()


def test_jobs_after_a_start_with_all_capabilities(lab):
    work = Work(lab).do_all()
    assert not any(word in work.log() for word in WORDS), work.log()


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_a_start_without_a_needed_one_names_it(lab, cluster, name):
    daemon = cluster.daemon("node-a")
    done = lab.run("node-a", *without(name), *daemon.argv(), check=False)
    assert done.returncode == 1
    line, = done.stderr.splitlines()
    assert f"missing capabilities: CAP_{name.upper()};" in line


# Without one: a job that fails, or is done worse, and a word of the log.
USES = {
    "sys_nice": (Work.change_scheduling, "SCHED_FIFO 40 was refused"),
    "ipc_lock": (Work.change_scheduling, "mlockall was refused"),
    "chown": (Work.make_a_fifo_for_another_user, "cannot open the notify FIFO"),
    "dac_override": (Work.write_to_a_fifo_of_another_user, "cannot open the notify FIFO"),
}


def test_each_used_one_has_a_row():
    assert USES.keys() | NEEDED == USED


@pytest.mark.parametrize("name", USES)
def test_each_is_used_after_the_start(lab, name):
    """So it has to be kept."""
    job, word = USES[name]
    work = Work(lab, "prlimit", "--memlock=65536", *without(name))
    with contextlib.suppress(AssertionError):
        job(work)
    assert word in work.log()
