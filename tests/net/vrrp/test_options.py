# SPDX-License-Identifier: GPL-2.0-or-later
"""Options of keepalived that change what a node sends, when it starts, and what it runs."""

import time

import pytest

from tests.support.configuration import VIP, block, instance
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)


def test_checksum_without_pseudo_header(lab):
    """v3_checksum_as_v2, and a Backup that expects the other kind follows all the same."""
    with Watch(lab, "node-a") as watch:
        Xbeatd(lab, "node-a", instance("A", "v3_checksum_as_v2", vips=[VIP], priority=200)).start()
        backup = Xbeatd(lab, "node-b", instance("A", vips=[VIP])).start()
        assert watch.wait_advert(source=lab.address("node-a")).checksum == "plain"
        wait_until(lambda: backup.vrrp("A").get("active_address") == lab.address("node-a"),
                   "the Backup follows")


def test_the_wait_after_boot_ends_with_the_age_of_the_machine(lab):
    age = time.clock_gettime(time.CLOCK_BOOTTIME)
    text = block("global_defs", f"vrrp_delay_after_boot {age + 4:.2f}") + instance("A", vips=[VIP])
    daemon = Xbeatd(lab, "node-a", text).start()
    waits = "A: waits: vrrp_startup_delay or vrrp_delay_after_boot has not passed"
    assert waits in daemon.process.output()
    daemon.wait_state("active", "A")
    assert time.clock_gettime(time.CLOCK_BOOTTIME) >= age + 4
    assert daemon.stop() == 0
    daemon.start()
    assert waits not in daemon.process.output()


def test_a_script_runs_under_the_path_that_is_written(lab):
    """use_symlink_paths: a program that looks at its own name is what the link calls it."""
    told = lab.path("told")
    lab.write("program", f'#!/bin/sh\necho "$0" >{told}\n').chmod(0o700)
    link = lab.path("link")
    link.symlink_to(lab.path("program"))
    Xbeatd(lab, "node-a", block("global_defs", "script_user root", "use_symlink_paths"),
           instance("A", f'notify_master "{link}"', vips=[VIP])).start().wait_state("active", "A")
    wait_until(lambda: told.exists() and told.read_text() == f"{link}\n", "it has run")
