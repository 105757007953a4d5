# SPDX-License-Identifier: GPL-2.0-or-later
"""Events outlive the daemon that logged them, and what repeats does not push out the rest."""

import re
import stat
import subprocess

import pytest

from tests.support.configuration import instance
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"


def is_in_memory():
    """/run is, on most machines and in tests/run."""
    return subprocess.run(["stat", "-f", "-c", "%T", "/run"], text=True, check=True,
                          stdout=subprocess.PIPE).stdout.strip() == "tmpfs"


def became_active(events):
    return [event for event in events if (event["kind"], event["to"]) == ("vrrp", "active")]


@pytest.mark.skipif(not is_in_memory(), reason="/run is on a disk: events are not kept there")
@pytest.mark.parametrize("end", [Xbeatd.stop, Xbeatd.kill])
def test_next_daemon_has_them(lab, end):
    daemon = Xbeatd(lab, NODE, instance()).start_active()
    first = became_active(daemon.events())
    assert len(first) == 1 and "earlier" not in first[0]
    end(daemon)
    assert stat.S_IMODE(lab.events_file(NODE).stat().st_mode) == 0o600
    daemon.start_active()
    both = became_active(daemon.events(earlier=True))
    assert [event.pop("earlier", False) for event in both] == [True, False]
    assert both[0] == first[0], "its time, too"
    assert both[0]["sequence"] < both[1]["sequence"]
    text = daemon.text("events")
    assert text.count("VI_1  backup -> active  (earlier daemon)\n") == 1
    # After a crash an Active goes on, if its guard is open still.
    assert len(re.findall(r"VI_1  (?:backup|initialize) -> active\n", text)) == 1
    assert daemon.events()[-1] == daemon.events(earlier=True)[-1]


def test_a_file_of_something_else_is_refused(lab):
    """It goes on without."""
    lab.events_file(NODE).parent.mkdir(exist_ok=True)
    lab.events_file(NODE).symlink_to(lab.write("other", "text"))
    daemon = Xbeatd(lab, NODE, instance()).start_active()
    assert "events are not kept over a restart: cannot use" in daemon.process.output()
    assert lab.path("other").read_text() == "text" and became_active(daemon.events())
    assert daemon.stop() == 0
    lab.events_file(NODE).unlink()
    lab.events_file(NODE).write_text("text of another program")
    lab.events_file(NODE).chmod(0o644)
    daemon.start_active()
    assert "is not a file that only its owner can read" in daemon.process.output()
    assert lab.events_file(NODE).read_text() == "text of another program"


def test_what_repeats_is_folded(lab):
    """An address that an operator's script moves for ever, for example."""
    daemon = Xbeatd(lab, NODE, instance(), instance("VI_2", vrid=52, vips=["10.77.0.102/24"])).start_active()
    daemon.wait_state("active", "VI_2")
    start = daemon.last_event()
    for number in range(100):
        daemon.ctl("priority", "VI_1", str(10 + number))
    folded = [event for event in daemon.events_since(start) if event["kind"] == "priority"]
    assert len(folded) == 32 and sum(event.get("count", 1) for event in folded) == 100
    assert folded[0]["count"] == 69 and folded[0]["first_unix_ns"] < folded[0]["time_unix_ns"]
    assert all("count" not in event for event in folded[1:]), "the newest are as they were"
    assert "effective priority 109, was 108" in folded[-1]["reason"]
    assert "the last of 69 alike since 2" in daemon.text("events")
    assert became_active(daemon.events()), "older events are still there"
