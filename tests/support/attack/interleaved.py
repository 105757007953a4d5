# SPDX-License-Identifier: GPL-2.0-or-later
"""All packets of the tables at 10 a second, and what may come of them: no takeover, no time without
owner, none with two. tests/bench/attack.py plays each packet alone."""

import contextlib

from tests.support.attack.course import attacked
from tests.support.attack.heartbeats import Recorder, forged, record, replayed
from tests.support.attack.packets import adverts

AFTER_CHANGE_S = 1  # each packet is sent ten times


def all_packets(scene):
    heard = record(scene)
    return [*adverts(scene), *forged(scene, heard), *replayed(scene, heard)]


@contextlib.contextmanager
def attack(scene, packets):
    """Besides, what the nodes send is sent again at once."""
    with Recorder(scene.lab) as recorder, attacked(scene, packets, each_tick=recorder.repeat):
        yield


def check(course, expected=()):
    """expected: the changes that must be there, each once: (node, kind, subject, from, to)."""
    print(course.figures())
    wrong = course.wrong(expected)
    assert not wrong, "\n".join([course.figures(), *wrong])
